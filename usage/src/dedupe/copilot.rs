//! Copilot's two ways to tell of a session: telemetry, where a person switched that on, and the log
//! of the CLI or of the chat.

use std::collections::HashMap;

use super::{Counted, by_id, logged};
use crate::record::{FileRecords, Flags, Record, digest};

/// Of each session the fuller telling: telemetry may have been switched on in the middle of it, and
/// a log knows the input only when its session came to an end.
pub fn responses(files: &[FileRecords]) -> Vec<Counted> {
    let mut counted = by_id(files);
    let mut told: HashMap<u64, Told> = HashMap::new();
    for next in &counted {
        let told = told.entry(session(&files[next.file], &next.record)).or_default();
        let sum = match is_telemetry(&next.record) {
            true => &mut told.by_telemetry,
            false => &mut told.by_log,
        };
        *sum = sum.saturating_add(next.record.tokens.total());
    }
    counted.retain(|next| match session(&files[next.file], &next.record) {
        0 => true,
        session => told[&session].is_fuller(is_telemetry(&next.record)),
    });
    counted
}

/// Files with one session in common belong together.
pub fn keys(file: &FileRecords) -> Vec<u64> {
    let mut keys = Vec::new();
    let mut last = None;
    for record in logged(file) {
        keys.push(record.id);
        // The records of a session mostly come one after the other.
        if last.replace(record.session) != Some(record.session) {
            keys.push(session(file, record));
        }
    }
    keys
}

/// How many tokens each of the two ways tells of.
#[derive(Default)]
struct Told {
    by_telemetry: u64,
    by_log: u64,
}

impl Told {
    fn is_fuller(&self, is_telemetry: bool) -> bool {
        is_telemetry == (self.by_telemetry >= self.by_log)
    }
}

fn is_telemetry(record: &Record) -> bool {
    record.flags.has(Flags::TELEMETRY)
}

/// The digest of a record's session; 0 where it has none.
fn session(file: &FileRecords, record: &Record) -> u64 {
    match file.text(record.session) {
        "" => 0,
        session => digest(&[b"session", session.as_bytes()]),
    }
}
