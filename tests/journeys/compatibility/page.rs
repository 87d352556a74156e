//! The tables of `docs/compatibility.md`, which are made of what the clients reported.
//!
//! `UPDATE_GENERATED=1` writes them; without it a table that says anything else fails.

use std::{env, fs, fs::File, path::PathBuf};

use tests::workspace_dir;

use super::client::{Client, Row, Seen};

/// A column for each language and upstream, behind the feature.
const COLUMNS: usize = 4;

type Line = [String; COLUMNS + 1];

/// The column of this client and upstream holds exactly what was seen.
pub fn says(client: &Client, seen: &Seen) {
    let column = 1 + 2 * usize::from(client.is_node) + usize::from(seen.upstream == "other");
    let language = if client.is_node { "Node" } else { "Python" };
    let title = format!("{language} {}, {} dialect", seen.version, seen.upstream);
    let head = (String::new(), title);
    let rows = seen.rows.iter().map(|row| (row.feature.clone(), cell(row)));
    let wanted: Vec<(String, String)> = [head].into_iter().chain(rows).collect();
    let path = path();
    if env::var_os("UPDATE_GENERATED").is_some() {
        // Other journeys write other columns at the same time.
        let lock = File::open(&path).unwrap();
        lock.lock().unwrap();
        let page = fs::read_to_string(&path).unwrap();
        let mut lines = read(&page, client.vendor.name());
        put(&mut lines, column, &wanted);
        fs::write(&path, write(&page, client.vendor.name(), &lines)).unwrap();
    }
    let lines = read(&fs::read_to_string(&path).unwrap(), client.vendor.name());
    let written: Vec<(String, String)> = lines
        .into_iter()
        .filter(|line| !line[column].is_empty())
        .map(|line| (line[0].clone(), line[column].clone()))
        .collect();
    assert_eq!(
        written, wanted,
        "docs/compatibility.md says something else; `scripts/generate --clients` rewrites it"
    );
}

fn path() -> PathBuf {
    workspace_dir().join("docs/compatibility.md")
}

fn cell(row: &Row) -> String {
    match (row.outcome.as_str(), row.note.as_str()) {
        ("refused", note) => format!("refused: {note}"),
        (outcome, "") => outcome.into(),
        (outcome, note) => format!("{outcome}: {note}"),
    }
}

fn marks(name: &str) -> (String, String) {
    (
        format!("<!-- {name}: begin -->\n"),
        format!("<!-- {name}: end -->"),
    )
}

/// The lines of a table, its head first, without the rule below it.
fn read(page: &str, name: &str) -> Vec<Line> {
    let (begin, end) = marks(name);
    let (_, rest) = page.split_once(&begin).unwrap();
    let (table, _) = rest.split_once(&end).unwrap();
    let lines = table.lines().filter(|line| !line.starts_with("|-"));
    lines.map(line_of).collect()
}

fn line_of(line: &str) -> Line {
    let cells = line
        .trim_matches('|')
        .split('|')
        .map(|cell| cell.trim().to_owned());
    cells.collect::<Vec<_>>().try_into().unwrap()
}

fn put(lines: &mut Vec<Line>, column: usize, cells: &[(String, String)]) {
    for line in lines.iter_mut() {
        line[column].clear();
    }
    for (at, (feature, cell)) in cells.iter().enumerate() {
        let found = lines.iter().position(|line| line[0] == *feature);
        let found = found.unwrap_or_else(|| {
            let at = at.min(lines.len());
            lines.insert(at, Line::default());
            lines[at][0].clone_from(feature);
            at
        });
        lines[found][column].clone_from(cell);
    }
    lines.retain(|line| line[1..].iter().any(|cell| !cell.is_empty()));
}

fn write(page: &str, name: &str, lines: &[Line]) -> String {
    let (begin, end) = marks(name);
    let (before, rest) = page.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    let mut table: Vec<String> = lines
        .iter()
        .map(|line| format!("| {} |\n", line.join(" | ")))
        .collect();
    table.insert(1, format!("|{}\n", "---|".repeat(COLUMNS + 1)));
    format!("{before}{begin}{}{end}{after}", table.concat())
}
