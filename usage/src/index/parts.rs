//! What counts of each file, by day, and the sums of each day.

use std::collections::BTreeSet;

use rusqlite::{Row, params};

use super::{Index, IndexError};
use crate::{
    client::Client,
    engine::Extent,
    fold::{Cell, Damaged, Fold, Labels, Part, Unpacked, pack, unpack},
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
    /// Days that are no days of any log count as the nearest that is.
    pub fn new(client: Client, day: i64) -> Self {
        let day = day.clamp(0, (1 << DAY_BITS) - 1);
        Self { client, day }
    }

    fn of_place(client: Client, place: i64) -> Self {
        Self::new(client, place & ((1 << DAY_BITS) - 1))
    }

    /// As one number, ordered as clients and days are.
    fn place(self) -> i64 {
        (i64::from(self.client as u32) << DAY_BITS) | self.day
    }
}

/// The sums of a day as the index keeps them.
pub struct Chunk {
    count: i64,
    cells: Vec<u8>,
    sessions: Vec<u8>,
}

impl Chunk {
    /// None of a day on which nothing counts.
    pub fn of(fold: &Fold) -> Result<Option<Self>, postcard::Error> {
        if fold.cells.is_empty() {
            return Ok(None);
        }
        Ok(Some(Self {
            count: i64::try_from(fold.cells.len()).unwrap_or(0),
            cells: pack(&fold.names, &fold.cells)?,
            sessions: sessions(fold),
        }))
    }
}

/// The same put together by days of a zone that was so far from UTC all day.
pub struct Daily {
    offset_s: i32,
    cells: Vec<u8>,
}

impl Daily {
    pub fn of(offset_s: i32, fold: &Fold) -> Result<Self, postcard::Error> {
        Ok(Self {
            offset_s,
            cells: pack(&fold.names, &fold.cells)?,
        })
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
            stale.insert(PartKey::of_place(client, row.get(0)?));
        }
        Ok(())
    }

    /// Writes what counts of a file, as parts from this number on; returns the number after them.
    pub fn put_parts(
        &self,
        client: Client,
        parts: &[Part],
        first: i64,
        stale: &mut BTreeSet<PartKey>,
    ) -> Result<i64, IndexError> {
        let sql = "INSERT INTO part (id, place, cells) VALUES (?1, ?2, ?3)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut number = first;
        for (day, cells) in parts {
            let key = PartKey::new(client, *day);
            statement.execute(params![number, key.place(), cells])?;
            stale.insert(key);
            number += 1;
        }
        Ok(number)
    }

    /// The parts of a day.
    pub fn parts(&self, key: PartKey) -> Result<Vec<Vec<u8>>, IndexError> {
        let sql = "SELECT cells FROM part WHERE place = ?1 ORDER BY id";
        let mut statement = self.connection.prepare_cached(sql)?;
        let parts = statement.query_map([key.place()], |row| row.get(0))?;
        Ok(parts.collect::<Result<_, _>>()?)
    }

    /// Writes the sums of a day.
    pub fn put_day(
        &self,
        key: PartKey,
        chunk: Option<&Chunk>,
        daily: Option<&Daily>,
    ) -> Result<(), IndexError> {
        let delete = |table: &str| {
            let sql = format!("DELETE FROM {table} WHERE place = ?1");
            self.connection.prepare_cached(&sql)?.execute([key.place()])
        };
        let Some(chunk) = chunk else {
            for table in ["chunk", "day_session", "daily"] {
                delete(table)?;
            }
            return Ok(());
        };
        match daily {
            Some(daily) => {
                let sql = "INSERT OR REPLACE INTO daily (place, offset_s, cells) VALUES (?1, ?2, ?3)";
                let mut statement = self.connection.prepare_cached(sql)?;
                statement.execute(params![key.place(), daily.offset_s, daily.cells])?;
            }
            None => drop(delete("daily")?),
        }
        let sql = "INSERT OR REPLACE INTO chunk (place, count, cells) VALUES (?1, ?2, ?3)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params![key.place(), chunk.count, chunk.cells])?;
        let sql = "INSERT OR REPLACE INTO day_session (place, sessions) VALUES (?1, ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.execute(params![key.place(), chunk.sessions])?;
        Ok(())
    }

    /// How many cells the days from one on have.
    pub fn cells_count(&self, client: Client, of: &Extent) -> Result<usize, IndexError> {
        let key = |day| PartKey::new(client, day).place();
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
        self.days(client, of, &mut |_, day| {
            let day_labels = day.labels(labels);
            day.cells(client, &day_labels)
                .try_for_each(|cell| cell.map(&mut *take))
        })
    }

    /// The same, day by day.
    pub fn days(
        &self,
        client: Client,
        of: &Extent,
        take: &mut impl FnMut(PartKey, Unpacked<'_>) -> Result<(), Damaged>,
    ) -> Result<(), IndexError> {
        let key = |day| PartKey::new(client, day).place();
        let first = key(of.first_day);
        let mut add = |row: &Row<'_>| {
            let key = PartKey::of_place(client, row.get(0)?);
            Ok::<_, IndexError>(take(key, unpack(blob(row, 1)?)?)?)
        };
        if let Some(session) = &of.session {
            let sql = "SELECT place, cells FROM chunk WHERE place = ?1";
            let mut statement = self.connection.prepare_cached(sql)?;
            for place in self.days_with(session, key(0), first)? {
                let mut chunks = statement.query([place])?;
                while let Some(row) = chunks.next()? {
                    add(row)?;
                }
            }
        }
        let sql = "SELECT place, cells FROM chunk WHERE place BETWEEN ?1 AND ?2 ORDER BY place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut chunks = statement.query([first, key(i64::MAX)])?;
        while let Some(row) = chunks.next()? {
            add(row)?;
        }
        Ok(())
    }

    /// The sums of all days of a client, put together by days where they were kept for this offset;
    /// day by day of UTC, and whether they are.
    pub fn all_days(
        &self,
        client: Client,
        offset_s: &dyn Fn(PartKey) -> Option<i32>,
        take: &mut impl FnMut(PartKey, Unpacked<'_>, bool) -> Result<(), Damaged>,
    ) -> Result<(), IndexError> {
        let sql = "SELECT chunk.place, daily.offset_s, daily.cells FROM chunk
                   LEFT JOIN daily ON daily.place = chunk.place
                   WHERE chunk.place BETWEEN ?1 AND ?2 ORDER BY chunk.place";
        let mut statement = self.connection.prepare_cached(sql)?;
        let of_chunk = "SELECT cells FROM chunk WHERE place = ?1";
        let mut of_chunk = self.connection.prepare_cached(of_chunk)?;
        let place = |day| PartKey::new(client, day).place();
        let mut days = statement.query([place(0), place(i64::MAX)])?;
        while let Some(row) = days.next()? {
            let key = PartKey::of_place(client, row.get(0)?);
            let kept: Option<i32> = row.get(1)?;
            if kept.is_some() && kept == offset_s(key) {
                take(key, unpack(blob(row, 2)?)?, true)?;
                continue;
            }
            let mut chunks = of_chunk.query([key.place()])?;
            if let Some(chunk) = chunks.next()? {
                take(key, unpack(blob(chunk, 0)?)?, false)?;
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::{CellKey, QUARTER_MS};

    fn fold(output: u64) -> Fold {
        let key = CellKey {
            client: Client::Claude,
            provider: 0,
            model: 0,
            project: 0,
            branch: 0,
            session: 0,
            quarter: 96 * 20_000,
        };
        let tokens = crate::record::Tokens {
            output,
            ..Default::default()
        };
        Fold {
            names: vec![String::new()],
            cells: vec![Cell {
                key,
                tokens,
                messages: 1,
                cost_nano_usd: None,
                first_ms: key.quarter * QUARTER_MS,
                last_ms: key.quarter * QUARTER_MS,
                has_guess: false,
                has_estimate: false,
            }],
        }
    }

    /// What is told of a day to a zone so far from UTC: its output, and whether it is put together.
    fn told(index: &Index, offset_s: Option<i32>) -> Vec<(u64, bool)> {
        let mut told = Vec::new();
        let all = index.all_days(Client::Claude, &|_| offset_s, &mut |_, day, is_daily| {
            for cell in day.cells_without_sessions(Client::Claude, &mut Labels::default()) {
                told.push((cell?.tokens.output, is_daily));
            }
            Ok(())
        });
        all.unwrap();
        told
    }

    #[test]
    fn sums_by_days_are_told_only_while_they_are_those_of_the_day_and_the_offset() {
        let index = Index::temporary().unwrap();
        let key = PartKey::new(Client::Claude, 20_000);
        let put = |output, offset_s: Option<i32>| {
            let chunk = Chunk::of(&fold(output)).unwrap();
            let daily = offset_s.map(|offset_s| Daily::of(offset_s, &fold(output)).unwrap());
            index.put_day(key, chunk.as_ref(), daily.as_ref()).unwrap();
        };
        put(1, Some(3600));
        assert_eq!(told(&index, Some(3600)), [(1, true)]);
        assert_eq!(told(&index, Some(0)), [(1, false)]);
        // On a day on which clocks are set there is no one offset.
        assert_eq!(told(&index, None), [(1, false)]);
        put(2, None);
        assert_eq!(told(&index, Some(3600)), [(2, false)]);
        put(3, Some(3600));
        index.put_day(key, None, None).unwrap();
        assert_eq!(told(&index, Some(3600)), []);
    }
}
