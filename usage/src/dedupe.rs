//! Which records are responses of their own, and which are copies: over all files of a client.
//!
//! What wins never depends on the order in which files were read. Every choice is by a total order:
//! the time, then the file's path, then the line.

mod claude;
mod codex;
mod kept;

use std::collections::HashMap;

pub use kept::{fuller, identities};

use crate::{
    client::Client,
    record::{FileRecords, Flags, Record},
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

/// The responses of a client; `files` are in the order of their paths, and whether the last of them
/// holds kept rows instead of a log is said beside.
pub fn responses(client: Client, files: &[FileRecords], has_kept: bool) -> Vec<Counted> {
    let logs = &files[..files.len() - usize::from(has_kept)];
    let mut counted = match client {
        Client::Claude => claude::responses(logs),
        Client::Codex => codex::responses(logs),
        Client::OpenCode | Client::Kilo => without_copies(by_id(logs)),
        _ => by_id(logs),
    };
    counted.retain(|counted| !counted.record.tokens.is_zero());
    if has_kept {
        kept::join(files, &mut counted);
    }
    counted
}

/// Every record, with its file.
fn all(files: &[FileRecords]) -> impl Iterator<Item = Counted> {
    files.iter().enumerate().flat_map(|(file, records)| {
        records.records.iter().map(move |record| Counted {
            file,
            record: *record,
        })
    })
}

/// One response for each id, the fullest writing of it, at the place of the first; records without
/// an id are responses of their own.
fn by_id(files: &[FileRecords]) -> Vec<Counted> {
    let mut places: HashMap<u64, usize> = HashMap::new();
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
    let mut seen = std::collections::HashSet::new();
    counted.retain(|next| next.record.mark == 0 || seen.insert(next.record.mark));
    counted
}

fn is_side(record: &Record) -> bool {
    record.flags.has(Flags::SIDECHAIN)
}
