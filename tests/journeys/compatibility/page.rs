//! The tables of `docs/compatibility.md`, which are made of what the clients reported.
//!
//! `UPDATE_GENERATED=1` writes them; without it a table that says anything else fails.

use std::{env, fs, fs::File, path::PathBuf};

use tests::workspace_dir;

use super::client::{Client, Row, Seen};

/// The feature, then a cell for each language and upstream.
type Line = Vec<String>;

/// The column of this client and upstream holds exactly what was seen.
pub fn says(client: &Client, seen: &Seen) {
    let upstreams = client.vendor.upstreams();
    let upstream = upstreams.iter().position(|name| *name == seen.upstream);
    let column = 1 + upstreams.len() * usize::from(client.is_node) + upstream.unwrap();
    let width = 1 + 2 * upstreams.len();
    let language = if client.is_node { "Node" } else { "Python" };
    let title = match seen.upstream {
        "chat" => format!("{language}, its chat alone"),
        upstream => format!("{language} {}, {upstream} dialect", seen.version),
    };
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
        put(&mut lines, width, column, &wanted);
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
    cells.collect()
}

fn put(lines: &mut Vec<Line>, width: usize, column: usize, cells: &[(String, String)]) {
    for line in lines.iter_mut() {
        line.resize(width, String::new());
        line[column].clear();
    }
    for (at, (feature, cell)) in cells.iter().enumerate() {
        let found = lines.iter().position(|line| line[0] == *feature);
        let found = found.unwrap_or_else(|| {
            let at = at.min(lines.len());
            lines.insert(at, vec![String::new(); width]);
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
    let width = lines.first().map_or(1, Vec::len);
    table.insert(1, format!("|{}\n", "---|".repeat(width)));
    format!("{before}{begin}{}{end}{after}", table.concat())
}
