//! Who is wrong where: the same homes through all readers, and their totals beside the truth.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

use corpus::{Size, write};
use jiff::tz::TimeZone;
use serde_json::Value;
use tempfile::TempDir;

use super::readers::{self, Reader, Totals};

/// Writes the page, from the homes that the journeys left in a folder and from generated ones.
pub fn page(traps: &Path) -> String {
    let state = TempDir::new().expect("a folder for the readers");
    let readers = readers::all(state.path());
    let mut rows = Vec::new();
    for seed in [31, 32] {
        let folder = TempDir::new().expect("a folder for a corpus");
        let size = Size {
            seed,
            messages: 3_000,
            bytes_per_message: 300,
        };
        let truth = write(folder.path(), size).expect("the corpus is written");
        let mut expected = Totals::default();
        for sums in truth.rows(&TimeZone::UTC).values() {
            expected.input += sums.input;
            expected.output += sums.output;
            expected.cache_read += sums.cache_read;
            expected.cache_write += sums.cache_write;
        }
        let name = format!("a generated home of 3,000 responses (seed {seed})");
        rows.push(row(name, &readers, folder.path(), total(&expected)));
    }
    for (name, home, expected) in left(traps) {
        rows.push(row(name, &readers, &home, expected));
    }
    render(&readers, &rows)
}

struct Row {
    name: String,
    /// What each reader says, as text, and whether it is right.
    said: Vec<(String, bool)>,
}

fn row(name: String, readers: &[Reader], home: &Path, expected: u64) -> Row {
    let said = readers.iter().map(|reader| {
        reader.forget();
        let totals = reader.totals(home);
        match totals {
            None => ("fails".to_owned(), false),
            Some(totals) if is(&totals, expected) => ("right".to_owned(), true),
            Some(totals) => (factor(total(&totals), expected), false),
        }
    });
    Row {
        name,
        said: said.collect(),
    }
}

fn total(totals: &Totals) -> u64 {
    totals.input + totals.output + totals.cache_read + totals.cache_write
}

/// Reasoning may be counted within the output or beside it.
fn is(totals: &Totals, expected: u64) -> bool {
    total(totals) == expected || total(totals) + totals.reasoning == expected
}

#[expect(clippy::cast_precision_loss, reason = "a factor is shown with three digits")]
fn factor(said: u64, expected: u64) -> String {
    match (said, expected) {
        (0, _) => "reads nothing".into(),
        (said, 0) => format!("{said} tokens of none"),
        (said, expected) => format!("× {:.3}", said as f64 / expected as f64),
    }
}

/// Homes of single traps with what they add up to, in the order of their names.
fn left(folder: &Path) -> Vec<(String, PathBuf, u64)> {
    let entries = fs::read_dir(folder).expect("the journeys left homes");
    let mut homes: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let text = fs::read(entry.path().join("rows.json")).ok()?;
            let rows: Vec<Value> = serde_json::from_slice(&text).ok()?;
            let count = |row: &Value, name: &str| row[name].as_u64().unwrap_or(0);
            let of = |row: &Value| {
                ["input", "output", "cache_read", "cache_write"]
                    .map(|name| count(row, name))
                    .iter()
                    .sum::<u64>()
            };
            let name = entry.file_name().to_string_lossy().replace('_', " ");
            Some((name, entry.path().join("home"), rows.iter().map(of).sum()))
        })
        .collect();
    homes.sort();
    homes
}

fn render(readers: &[Reader], rows: &[Row]) -> String {
    let mut page = String::from(
        "# Readers of assistants' logs, side by side\n\n\
         Written by `scripts/bench usage-table`. Each home is read by each program without a network; *right* means that\n\
         all tokens together are what the logs add up to, *×* what a program makes of them instead. The homes with one trap\n\
         each are those of the tests (`tests/journeys/usage`), the generated ones have all traps of four assistants in them\n\
         (`tests/corpus`). What is compared is the sum of tokens alone: neither days, projects nor costs. *Reads nothing* also\n\
         stands where a program does not know an assistant.\n\n",
    );
    let names: Vec<&str> = readers.iter().map(|reader| reader.name).collect();
    let right: Vec<String> = (0..readers.len())
        .map(|place| {
            let right = rows.iter().filter(|row| row.said[place].1).count();
            format!("**{right} of {}**", rows.len())
        })
        .collect();
    let _ = writeln!(page, "| home | {} |", names.join(" | "));
    let _ = writeln!(page, "|---|{}", "---|".repeat(readers.len()));
    let _ = writeln!(page, "| right in all | {} |", right.join(" | "));
    for row in rows {
        let said: Vec<&str> = row.said.iter().map(|(text, _)| text.as_str()).collect();
        let _ = writeln!(page, "| {} | {} |", row.name, said.join(" | "));
    }
    page
}
