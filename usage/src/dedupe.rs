//! Which records are responses of their own, and which are copies: over all files of a client.
//!
//! What wins never depends on the order in which files were read. Every choice is by a total order:
//! the time, then the file's path, then the line.

mod claude;
mod codex;
mod copilot;
mod kept;

pub use kept::{Identity, fuller, identities};

use crate::{
    client::Client,
    record::{FileRecords, Flags, Mixed, MixedSet, Record},
};

/// A response that counts, and the file that names its model, project and branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The file's place in the list, which is in the order of paths.
    pub file: usize,
    pub record: Record,
}

impl Counted {
    /// The total order in which the first of several copies is the original.
    fn order(&self) -> (i64, usize, u64) {
        (self.record.at_ms, self.file, self.record.line)
    }
}

/// The responses of a client; `files` are in the order of their paths. Rows that were kept beside the
/// logs come after what the logs say.
pub fn responses(client: Client, files: &[FileRecords]) -> Vec<Counted> {
    let mut counted = match client {
        Client::Claude => claude::responses(files),
        Client::Codex => codex::responses(files),
        Client::Copilot => copilot::responses(files),
        Client::OpenCode | Client::Kilo => without_copies(by_id(files)),
        _ => by_id(files),
    };
    counted.retain(|counted| !counted.record.tokens.is_zero());
    kept::join(client, files, &mut counted);
    counted
}

/// What a file may have in common with others of its client, sorted. Files without a common key are
/// none of each other's business: [`responses`] of them together are those of each one alone.
pub fn keys(client: Client, file: &FileRecords) -> Vec<u64> {
    let records = logged(file);
    let mut keys: Vec<u64> = match client {
        Client::Codex => records
            .map(|record| record.mark)
            .chain([file.thread, file.parent])
            .collect(),
        Client::OpenCode | Client::Kilo => records.flat_map(|record| [record.id, record.mark]).collect(),
        Client::Copilot => copilot::keys(file),
        _ => records.map(|record| record.id).collect(),
    };
    keys.extend(kept::keys(client, file));
    keys.retain(|key| *key != 0);
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What a log says; nothing where the file holds kept rows.
fn logged(file: &FileRecords) -> impl Iterator<Item = &Record> {
    file.records
        .iter()
        .filter(|record| !record.flags.has(Flags::KEPT))
}

/// Every record of a log, with its file.
fn all(files: &[FileRecords]) -> impl Iterator<Item = Counted> {
    files.iter().enumerate().flat_map(|(file, records)| {
        logged(records).map(move |record| Counted {
            file,
            record: *record,
        })
    })
}

/// One response for each id, the fullest writing of it, at the place of the first; records without
/// an id are responses of their own.
fn by_id(files: &[FileRecords]) -> Vec<Counted> {
    let mut places: Mixed<u64, usize> = Mixed::default();
    let mut counted: Vec<Counted> = Vec::new();
    for next in all(files) {
        if next.record.id == 0 {
            counted.push(next);
            continue;
        }
        let place = *places.entry(next.record.id).or_insert(counted.len());
        match counted.get_mut(place) {
            None => counted.push(next),
            Some(known) => {
                let fuller = next.record.tokens.total() > known.record.tokens.total();
                let tokens = if fuller {
                    next.record.tokens
                } else {
                    known.record.tokens
                };
                if next.order() < known.order() {
                    *known = next;
                }
                known.record.tokens = tokens;
            }
        }
    }
    counted
}

/// One response for each mark of equal content, the first of its copies.
fn without_copies(mut counted: Vec<Counted>) -> Vec<Counted> {
    counted.sort_by_key(Counted::order);
    let mut seen = MixedSet::default();
    counted.retain(|next| next.record.mark == 0 || seen.insert(next.record.mark));
    counted
}

fn is_side(record: &Record) -> bool {
    record.flags.has(Flags::SIDECHAIN)
}
