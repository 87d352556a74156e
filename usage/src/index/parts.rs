//! What counts of each file, by day, and the sums of each day.

use std::collections::BTreeSet;

use rusqlite::{Row, params};

use super::{Index, IndexError};
use crate::{
    client::Client,
    engine::Extent,
    fold::{Cell, Fold, Folder, Labels, day_of, pack, unpack},
    record::digest,
};

const DAY_BITS: u32 = 32;
const SESSION_BYTES: usize = 4;

/// A client and a UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PartKey {
    pub client: Client,
    pub day: i64,
}

impl PartKey {
    /// As one number, ordered as clients and days are.
    fn place(self) -> i64 {
        let day = self.day.clamp(0, (1 << DAY_BITS) - 1);
        (i64::from(self.client as u32) << DAY_BITS) | day
    }
}

impl Index {
    pub fn next_part(&self) -> Result<i64, IndexError> {
        let sql = "SELECT coalesce(max(id), 0) + 1 FROM part";
        Ok(self.connection.query_row(sql, [], |row| row.get(0))?)
    }

    /// Deletes parts by their numbers, and says for which days the sums are no longer right.
    pub fn remove_parts(
        &self,
        client: Client,
        numbers: (i64, i64),
        stale: &mut BTreeSet<PartKey>,
    ) -> Result<(), IndexError> {
        if numbers.0 >= numbers.1 {
            return Ok(());
        }
        let sql = "DELETE FROM part WHERE id >= ?1 AND id < ?2 RETURNING place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut places = statement.query([numbers.0, numbers.1])?;
        while let Some(row) = places.next()? {
            let place: i64 = row.get(0)?;
            let day = place & ((1 << DAY_BITS) - 1);
            stale.insert(PartKey { client, day });
        }
        Ok(())
    }

    /// Writes what counts of a file, as parts from this number on; returns the number after them.
    pub fn put_parts(
        &self,
        client: Client,
        fold: &Fold,
        first: i64,
        stale: &mut BTreeSet<PartKey>,
    ) -> Result<i64, IndexError> {
        let mut cells = fold.cells.clone();
        cells.sort_unstable_by_key(|cell| (cell.key.quarter, cell.key));
        let sql = "INSERT INTO part (id, place, cells) VALUES (?1, ?2, ?3)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut number = first;
        for day in cells.chunk_by(|a, b| day_of(a.key.quarter) == day_of(b.key.quarter)) {
            let key = PartKey {
                client,
                day: day_of(day[0].key.quarter),
            };
            statement.execute(params![number, key.place(), pack(&fold.names, day)?])?;
            stale.insert(key);
            number += 1;
        }
        Ok(number)
    }

    /// Sums the parts of a day anew.
    pub fn sum_day(&self, key: PartKey) -> Result<(), IndexError> {
        let mut folder = Folder::default();
        {
            let sql = "SELECT cells FROM part WHERE place = ?1 ORDER BY id";
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut parts = statement.query([key.place()])?;
            while let Some(row) = parts.next()? {
                folder.add_part(key.client, blob(row, 0)?)?;
            }
        }
        let fold = folder.finish();
        if fold.cells.is_empty() {
            for sql in [
                "DELETE FROM chunk WHERE place = ?1",
                "DELETE FROM day_session WHERE place = ?1",
            ] {
                self.connection.prepare_cached(sql)?.execute([key.place()])?;
            }
            return Ok(());
        }
        let sql = "INSERT OR REPLACE INTO chunk (place, count, cells) VALUES (?1, ?2, ?3)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let cells = pack(&fold.names, &fold.cells)?;
        let count = i64::try_from(fold.cells.len()).unwrap_or(0);
        statement.execute(params![key.place(), count, cells])?;
        let sql = "INSERT OR REPLACE INTO day_session (place, sessions) VALUES (?1, ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params![key.place(), sessions(&fold)])?;
        Ok(())
    }

    /// How many cells the days from one on have.
    pub fn cells_count(&self, client: Client, of: &Extent) -> Result<usize, IndexError> {
        let key = |day| PartKey { client, day }.place();
        let sql = "SELECT coalesce(sum(count), 0) FROM chunk WHERE place BETWEEN ?1 AND ?2";
        let mut statement = self.connection.prepare_cached(sql)?;
        let count: i64 = statement.query_row([key(of.first_day), key(i64::MAX)], |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// The sums of a client: all days, or those from one on and those of a session.
    pub fn cells(
        &self,
        client: Client,
        of: &Extent,
        labels: &mut Labels,
        take: &mut impl FnMut(Cell),
    ) -> Result<(), IndexError> {
        let key = |day| PartKey { client, day }.place();
        let first = key(of.first_day);
        let mut add = |row: &Row<'_>| {
            let chunk = unpack(blob(row, 0)?)?;
            let chunk_labels = chunk.labels(labels);
            chunk.cells(client, &chunk_labels).for_each(&mut *take);
            Ok::<_, IndexError>(())
        };
        if let Some(session) = &of.session {
            let sql = "SELECT cells FROM chunk WHERE place = ?1";
            let mut statement = self.connection.prepare_cached(sql)?;
            for place in self.days_with(session, key(0), first)? {
                let mut chunks = statement.query([place])?;
                while let Some(row) = chunks.next()? {
                    add(row)?;
                }
            }
        }
        let sql = "SELECT cells FROM chunk WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut chunks = statement.query([first, key(i64::MAX)])?;
        while let Some(row) = chunks.next()? {
            add(row)?;
        }
        Ok(())
    }

    /// The days from one place to before another on which a session was at work.
    fn days_with(&self, session: &str, from: i64, before: i64) -> Result<Vec<i64>, IndexError> {
        let sql = "SELECT place, sessions FROM day_session WHERE place >= ?1 AND place < ?2 ORDER BY place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let (session, mut places) = (short(session), Vec::new());
        let mut days = statement.query([from, before])?;
        while let Some(row) = days.next()? {
            let sessions = blob(row, 1)?.as_chunks::<SESSION_BYTES>().0;
            if sessions.contains(&session) {
                places.push(row.get(0)?);
            }
        }
        Ok(places)
    }
}

fn blob<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r [u8]> {
    Ok(row.get_ref(column)?.as_blob()?)
}

/// A short digest of a session. Two may have the same one: it only says where to look.
fn short(session: &str) -> [u8; SESSION_BYTES] {
    let [a, b, c, d, ..] = digest(&[session.as_bytes()]).to_le_bytes();
    [a, b, c, d]
}

fn sessions(fold: &Fold) -> Vec<u8> {
    let labels: BTreeSet<u32> = fold.cells.iter().map(|cell| cell.key.session).collect();
    labels.iter().flat_map(|label| short(fold.name(*label))).collect()
}
