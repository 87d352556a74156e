//! Rows that were kept on this machine beside what its logs say: the same response by two ways
//! counts once.

use std::{collections::HashMap, fmt};

use super::{Counted, logged};
use crate::{
    client::Client,
    record::{FileRecords, Flags, Record, Tokens, digest, digest_of},
};

/// What a response is called on every machine that has its log, whatever its file is called there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// The log's own id of it; 0 where the log has none, and for rows that are from no log.
    id: u64,
    /// What tells it from others of this id.
    mark: u64,
}

const DIGITS: usize = 32;

impl Identity {
    /// Of a kept row, by what it is called: rows of logs by their digits, others by any text.
    pub fn of_text(text: &str) -> Self {
        let is_digits =
            text.len() == DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let digits = is_digits.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        match digits {
            Some(both) => Self {
                id: (both >> u64::BITS) as u64,
                mark: both as u64,
            },
            None => Self {
                id: 0,
                mark: digest_of(text),
            },
        }
    }

    /// Of a row that [`crate::reader::kept`] read.
    fn of_kept(record: &Record) -> Self {
        Self {
            id: record.id,
            mark: record.mark,
        }
    }

    /// By what its log calls it; None where the log calls it nothing.
    fn of_logged(client: Client, record: &Record) -> Option<Self> {
        let (id, mark) = match client {
            Client::Claude => (record.id, record.mark),
            // What Codex has as an id is a total, which is not one response's alone.
            Client::Codex => (record.mark, 0),
            // Another mark is of the content, and comes when a response is at its end.
            _ => (record.id, 0),
        };
        (id != 0).then_some(Self { id, mark })
    }

    pub fn into_record(self, record: Record) -> Record {
        Record {
            id: self.id,
            mark: self.mark,
            flags: record.flags.with(Flags::KEPT),
            ..record
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.id, self.mark)
    }
}

/// Of each of these responses, in their order.
pub fn identities(client: Client, files: &[FileRecords], counted: &[Counted]) -> Vec<Identity> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    counted
        .iter()
        .map(|counted| {
            let record = &counted.record;
            if record.flags.has(Flags::KEPT) {
                return Identity::of_kept(record);
            }
            Identity::of_logged(client, record).unwrap_or_else(|| {
                let content = content(&files[counted.file], record);
                // Equal ones in one session are as many responses.
                let nth = seen.entry(content).or_default();
                *nth += 1;
                Identity {
                    id: 0,
                    mark: digest(&[&content.to_le_bytes(), &nth.to_le_bytes()]),
                }
            })
        })
        .collect()
}

/// What a file with kept rows and a log have in common if they tell of the same response. A log
/// without ids is found by its sessions, of which there are few; its records are not.
pub fn keys(client: Client, file: &FileRecords) -> Vec<u64> {
    let mut keys = Vec::new();
    let mut last_session = None;
    for record in logged(file) {
        if last_session != Some(record.session) && Identity::of_logged(client, record).is_none() {
            keys.push(without_id(file, record));
            last_session = Some(record.session).filter(|session| *session != 0);
        }
    }
    for record in kept(file) {
        keys.push(match record.id {
            0 => without_id(file, record),
            id => id,
        });
    }
    keys
}

fn without_id(file: &FileRecords, record: &Record) -> u64 {
    match file.text(record.session) {
        "" => content(file, record),
        session => digest(&[b"session", session.as_bytes()]),
    }
}

fn kept(file: &FileRecords) -> impl Iterator<Item = &Record> {
    file.records.iter().filter(|record| record.flags.has(Flags::KEPT))
}

fn content(file: &FileRecords, record: &Record) -> u64 {
    let counts = numbers(&record.tokens).map(u64::to_le_bytes);
    digest(&[
        file.text(record.session).as_bytes(),
        file.text(record.model).as_bytes(),
        &record.at_ms.to_le_bytes(),
        counts.as_flattened(),
    ])
}

fn numbers(tokens: &Tokens) -> [u64; 6] {
    [
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write,
        tokens.cache_write_1h,
        tokens.reasoning,
    ]
}

/// The fuller of two tellings of one response, whichever came first.
pub fn fuller(one: &Tokens, other: &Tokens) -> Tokens {
    let order = |tokens: &Tokens| (tokens.total(), numbers(tokens));
    if order(other) > order(one) { *other } else { *one }
}

/// Adds the kept rows. One that a log tells of, too, stays at its place there.
pub fn join(client: Client, files: &[FileRecords], counted: &mut Vec<Counted>) {
    let kept: Vec<Counted> = files
        .iter()
        .enumerate()
        .flat_map(|(file, records)| {
            kept(records).map(move |record| Counted {
                file,
                record: *record,
            })
        })
        .collect();
    if kept.is_empty() {
        return;
    }
    let mut places = Places::of(client, files, counted);
    for next in kept {
        let identity = Identity::of_kept(&next.record);
        let is_side = super::is_side(&next.record);
        match places.find(client, identity, is_side) {
            Some(place) => {
                let known = &mut counted[place].record;
                known.tokens = fuller(&known.tokens, &next.record.tokens);
            }
            None => {
                places.put(identity, is_side, counted.len());
                counted.push(next);
            }
        }
    }
}

/// Where each response is. Those with the same id are told apart by their marks.
#[derive(Default)]
struct Places {
    of_id: HashMap<u64, Vec<(u64, bool, usize)>>,
    of_mark: HashMap<u64, usize>,
}

impl Places {
    fn of(client: Client, files: &[FileRecords], counted: &[Counted]) -> Self {
        let mut places = Self::default();
        for (place, identity) in identities(client, files, counted).into_iter().enumerate() {
            places.put(identity, super::is_side(&counted[place].record), place);
        }
        places
    }

    fn put(&mut self, identity: Identity, is_side: bool, place: usize) {
        match identity.id {
            0 => drop(self.of_mark.insert(identity.mark, place)),
            id => self
                .of_id
                .entry(id)
                .or_default()
                .push((identity.mark, is_side, place)),
        }
    }

    fn find(&self, client: Client, identity: Identity, is_side: bool) -> Option<usize> {
        if identity.id == 0 {
            return self.of_mark.get(&identity.mark).copied();
        }
        let same = |(mark, is_other_side, _): &&(u64, bool, usize)| {
            *mark == identity.mark
                // As Claude's own copies: a line without a request is a copy of whatever has its id,
                // and on the side the id alone tells.
                || client == Client::Claude && (*mark == 0 || identity.mark == 0 || is_side || *is_other_side)
        };
        let known = self.of_id.get(&identity.id)?;
        let exact = known.iter().find(|(mark, ..)| *mark == identity.mark);
        let found = exact.or_else(|| known.iter().find(same));
        found.map(|(_, _, place)| *place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: u64, output: u64) -> Record {
        Record {
            id,
            tokens: Tokens {
                output,
                ..Tokens::default()
            },
            ..Record::default()
        }
    }

    fn file(records: Vec<Record>) -> FileRecords {
        let mut file = FileRecords::default();
        file.records = records;
        file
    }

    /// Kept rows of a client as [`crate::reader::kept`] reads them.
    fn kept_rows(rows: &[(Identity, u64)]) -> FileRecords {
        let rows = rows.iter().map(|(id, output)| id.into_record(record(0, *output)));
        file(rows.collect())
    }

    fn shown(client: Client, files: &[FileRecords]) -> Vec<(usize, u64)> {
        let counted = super::super::responses(client, files);
        counted
            .iter()
            .map(|counted| (counted.file, counted.record.tokens.output))
            .collect()
    }

    fn identities_of(client: Client, log: &FileRecords) -> Vec<Identity> {
        let files = std::slice::from_ref(log);
        identities(client, files, &super::super::responses(client, files))
    }

    #[test]
    fn equal_responses_without_an_id_are_told_apart_and_keep_their_identity() {
        let log = file(vec![record(0, 5), record(0, 5), record(0, 6)]);
        let ids = identities_of(Client::Pi, &log);
        assert_eq!(ids, identities_of(Client::Pi, &log));
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
        let rows: Vec<_> = ids.iter().map(|id| (*id, 5)).collect();
        assert_eq!(shown(Client::Pi, &[log, kept_rows(&rows)]).len(), 3);
    }

    #[test]
    fn an_identity_is_what_it_says_on_another_machine() {
        let log = file(vec![record(7, 1), record(0, 2)]);
        for id in identities_of(Client::Pi, &log) {
            assert_eq!(Identity::of_text(&id.to_string()), id);
        }
        let entry = Identity::of_text("entry-1");
        assert_eq!(entry.id, 0);
        assert_ne!(entry, Identity::of_text("entry-2"));
        // Capitals are no digits of ours: it would be another text for the same row.
        assert_eq!(Identity::of_text(&"A".repeat(32)).id, 0);
    }

    #[test]
    fn a_row_that_a_log_tells_of_counts_once_and_as_full_as_either() {
        let log = file(vec![record(7, 1)]);
        let id = identities_of(Client::Pi, &log)[0];
        let other = Identity::of_text("other");
        // The kept rows may come before the log, by their path.
        let files = [kept_rows(&[(id, 3), (other, 4), (other, 2)]), log];
        assert_eq!(shown(Client::Pi, &files), [(1, 3), (0, 4)]);
    }

    #[test]
    fn codex_rows_are_known_by_their_response_and_not_by_a_total() {
        let of = |total, response, at_ms| Record {
            mark: response,
            at_ms,
            ..record(total, 5)
        };
        let log = file(vec![of(9, 1, 10), of(9, 2, 20), of(9, 0, 30), of(9, 0, 40)]);
        let rows: Vec<_> = identities_of(Client::Codex, &log)
            .into_iter()
            .map(|id| (id, 5))
            .collect();
        let mut different: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), 4);
        assert_eq!(shown(Client::Codex, &[log, kept_rows(&rows)]).len(), 4);
    }

    #[test]
    fn claude_rows_are_one_with_their_copies_in_a_log_that_says_less() {
        let line = |mark, is_side| Record {
            mark,
            flags: Flags::default().with_if(Flags::SIDECHAIN, is_side),
            ..record(7, 5)
        };
        let known = |mark| Identity { id: 7, mark };
        for (log, kept, count) in [
            (line(1, false), known(1), 1),
            (line(1, false), known(2), 2),
            (line(0, false), known(1), 1),
            (line(1, false), known(0), 1),
            (line(1, true), known(2), 1),
        ] {
            let files = [file(vec![log]), kept_rows(&[(kept, 5)])];
            assert_eq!(shown(Client::Claude, &files).len(), count, "{log:?} {kept}");
        }
        // Of another client a mark says nothing.
        let files = [file(vec![line(1, false)]), kept_rows(&[(known(0), 5)])];
        assert_eq!(shown(Client::OpenCode, &files).len(), 1);
    }

    #[test]
    fn kept_rows_and_the_logs_that_tell_of_them_have_a_key_in_common() {
        let mut log = file(Vec::new());
        let session = log.name("s1");
        let named = |mark| Record {
            mark,
            session,
            ..record(7, 5)
        };
        log.records = vec![
            named(3),
            Record {
                session,
                ..record(0, 6)
            },
        ];
        for client in [Client::Claude, Client::Codex, Client::OpenCode, Client::Pi] {
            for (counted, id) in super::super::responses(client, std::slice::from_ref(&log))
                .into_iter()
                .zip(identities_of(client, &log))
            {
                let mut rows = file(Vec::new());
                rows.names.clone_from(&log.names);
                rows.records = vec![id.into_record(counted.record)];
                let (ours, theirs) = (
                    super::super::keys(client, &log),
                    super::super::keys(client, &rows),
                );
                let is_common = ours.iter().any(|key| theirs.contains(key));
                assert!(is_common, "{client:?} {id}");
            }
        }
    }
}
