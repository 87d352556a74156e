//! Cursor: exports of its dashboard, which a person puts below `~/.config/token-tracker/cursor`.
//!
//! Columns are found by name, since exports have had several forms. A row that is in two exports
//! counts once: the whole row is its identity.

use std::collections::HashMap;

use super::{
    ReadError, has_extension,
    small::{push, whole},
    text::time_ms,
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Flags, Record, Tokens, digest},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    for folder in [
        home.config_home().join("token-tracker/cursor"),
        home.join(".token-tracker/cursor-cache"),
    ] {
        walk.files(&folder, &|path| {
            (has_extension(path) == "csv").then_some(Shape::Document)
        });
    }
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let text = String::from_utf8_lossy(&whole(&source.path)?).into_owned();
    let mut rows = rows(text.trim_start_matches('\u{feff}')).into_iter();
    let Some(head) = rows.next() else { return Ok(()) };
    let places: HashMap<String, usize> = head
        .iter()
        .map(|name| name.trim().to_lowercase())
        .zip(0..)
        .collect();
    let mut seen: HashMap<Vec<String>, u64> = HashMap::new();
    for (row, line) in rows.zip(2..) {
        if row.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        let field = |name: &str| {
            places
                .get(name)
                .and_then(|place| row.get(*place))
                .map_or("", |field| field.trim())
        };
        let Some(at_ms) = date_ms(field("date")) else {
            out.lines_skipped += 1;
            continue;
        };
        let count = |name: &str| field(name).replace(',', "").parse::<u64>().unwrap_or(0);
        let (with, without) = (count("input (w/ cache write)"), count("input (w/o cache write)"));
        let mut tokens = Tokens {
            input: without,
            output: count("output tokens"),
            cache_read: count("cache read"),
            cache_write: with,
            ..Tokens::default()
        };
        // Mostly the one has the other in it; where they are apart, the total says so.
        if count("total tokens") != tokens.total() {
            tokens.cache_write = with.saturating_sub(without);
        }
        let model = field("model").to_owned();
        // Equal rows within one export are as many requests; the same rows in another are these.
        let nth = seen.entry(row.clone()).or_default();
        *nth += 1;
        let parts: Vec<&[u8]> = row.iter().map(|field| field.trim().as_bytes()).collect();
        let id = digest(&[&digest(&parts).to_le_bytes(), &nth.to_le_bytes()]);
        let record = Record {
            at_ms,
            id,
            tokens,
            model: out.name(&model),
            line,
            flags: Flags::default(),
            ..Record::default()
        };
        push(record, out);
    }
    Ok(())
}

/// A time, or a day: its noon, so that hardly any zone moves it to another.
fn date_ms(text: &str) -> Option<i64> {
    time_ms(text).or_else(|| time_ms(&format!("{text}T12:00:00Z")))
}

/// Fields in quotes may hold commas, line ends and doubled quotes.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (is_quoted, character) {
            (true, '"') if characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            (true, '"') => is_quoted = false,
            (true, other) => field.push(other),
            (false, '"') => is_quoted = true,
            (false, ',') => row.push(std::mem::take(&mut field)),
            (false, '\r') => {}
            (false, '\n') => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (false, other) => field.push(other),
        }
    }
    if !field.is_empty() || !row.is_empty() {
        row.push(field);
        rows.push(row);
    }
    rows
}
