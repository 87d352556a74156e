//! Which files of a client have a key in common: the keys of all of them, sorted, in buckets.

use rusqlite::{OptionalExtension, params};

use super::{Index, IndexError};
use crate::client::Client;

/// A bucket has the keys with the same highest bits.
const BUCKET_BITS: u32 = 10;
const ENTRY_BYTES: usize = 12;

/// A key that a file has now, or has no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    pub key: u64,
    pub file: u32,
    pub is_there: bool,
}

type Entry = (u64, u32);

impl Index {
    /// Enters what changed, and tells of each new key which files have it, two at a time.
    pub fn link(
        &self,
        client: Client,
        mut changes: Vec<Change>,
        mut common: impl FnMut(u32, u32),
    ) -> Result<(), IndexError> {
        changes.sort_unstable();
        let bucket_of = |change: &Change| change.key >> (u64::BITS - BUCKET_BITS);
        for group in changes.chunk_by(|a, b| bucket_of(a) == bucket_of(b)) {
            let bucket = i64::try_from(bucket_of(&group[0])).unwrap_or(0);
            let id = (i64::from(client as u32) << BUCKET_BITS) | bucket;
            let entries = merged(self.bucket(id)?, group);
            tell(&entries, group, &mut common);
            self.put_bucket(id, &entries)?;
        }
        Ok(())
    }

    fn bucket(&self, id: i64) -> Result<Vec<Entry>, IndexError> {
        let sql = "SELECT entries FROM link WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let entries = statement.query_row([id], |row| Ok(decode(row.get_ref(0)?.as_blob()?)));
        Ok(entries.optional()?.unwrap_or_default())
    }

    fn put_bucket(&self, id: i64, entries: &[Entry]) -> Result<(), IndexError> {
        let sql = "INSERT OR REPLACE INTO link (id, entries) VALUES (?1, ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params![id, encode(entries)])?;
        Ok(())
    }
}

/// The entries of a bucket with what changed in it, both sorted.
fn merged(old: Vec<Entry>, changes: &[Change]) -> Vec<Entry> {
    let mut entries = old;
    let gone = |entry: &Entry| {
        let place = changes.binary_search(&Change {
            key: entry.0,
            file: entry.1,
            is_there: false,
        });
        place.is_ok()
    };
    entries.retain(|entry| !gone(entry));
    entries.extend(
        changes
            .iter()
            .filter(|change| change.is_there)
            .map(|change| (change.key, change.file)),
    );
    entries.sort_unstable();
    entries.dedup();
    entries
}

/// Every new key that several files have: the first file with each of the others.
fn tell(entries: &[Entry], changes: &[Change], common: &mut impl FnMut(u32, u32)) {
    let mut new = changes.iter().filter(|change| change.is_there).peekable();
    for files in entries.chunk_by(|a, b| a.0 == b.0) {
        let key = files[0].0;
        while new.next_if(|change| change.key < key).is_some() {}
        if files.len() > 1 && new.peek().is_some_and(|change| change.key == key) {
            files[1..].iter().for_each(|other| common(files[0].1, other.1));
        }
    }
}

fn encode(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(entries.len() * ENTRY_BYTES);
    for (key, file) in entries {
        bytes.extend(key.to_le_bytes());
        bytes.extend(file.to_le_bytes());
    }
    bytes
}

fn decode(bytes: &[u8]) -> Vec<Entry> {
    let (entries, _) = bytes.as_chunks::<ENTRY_BYTES>();
    let entry = |[a, b, c, d, e, f, g, h, file @ ..]: &[u8; ENTRY_BYTES]| {
        let key = u64::from_le_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
        (key, u32::from_le_bytes(*file))
    };
    entries.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(key: u64, file: u32, is_there: bool) -> Change {
        Change { key, file, is_there }
    }

    fn linked(index: &Index, changes: &[Change]) -> Vec<(u32, u32)> {
        let mut pairs = Vec::new();
        let link = index.link(Client::Claude, changes.to_vec(), |a, b| pairs.push((a, b)));
        link.unwrap();
        pairs
    }

    #[test]
    fn files_meet_in_the_keys_that_they_have_in_common() {
        let index = Index::temporary().unwrap();
        let first = [
            change(1, 1, true),
            change(u64::MAX, 1, true),
            change(7, 2, true),
            change(u64::MAX, 3, true),
        ];
        assert_eq!(linked(&index, &first), [(1, 3)]);
        // What was known to be common before is not told again.
        assert_eq!(linked(&index, &[change(2, 3, true)]), []);
        assert_eq!(
            linked(&index, &[change(1, 4, true), change(7, 4, true)]),
            [(1, 4), (2, 4)]
        );
        let gone = [change(1, 1, false), change(1, 5, true)];
        assert_eq!(linked(&index, &gone), [(4, 5)]);
        // Of another client the same key is another key.
        let mut pairs = Vec::new();
        let link = index.link(Client::Pi, vec![change(7, 9, true)], |a, b| pairs.push((a, b)));
        link.unwrap();
        assert_eq!(pairs, []);
    }
}
