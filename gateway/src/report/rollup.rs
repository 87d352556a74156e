//! Sums that are kept, so that a question about months does not read each request. They are made
//! from usage rows and can be made again, so they have a file of their own, which no settle waits
//! for and no backup needs; each gateway has one.
//!
//! All rows below a mark are counted here, and none above it: those are read one by one. The mark
//! stays below every request that is not settled yet.

mod table;

use std::{
    collections::HashSet,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::civil::Date;
use protocol::{KeyId, RequestId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use self::table::{NO_KEY, READ, cell, keys_in, sum, write_all};
use super::{cell::Cells, kept::Kept};
use crate::data_dir::private_file;

/// A file of an older shape is made anew.
const VERSION: i64 = 5;
const CREATE: &str = "
DROP TABLE IF EXISTS sums;
DROP TABLE IF EXISTS state;
CREATE TABLE state (one INTEGER PRIMARY KEY CHECK (one = 1), zone TEXT NOT NULL, mark BLOB NOT NULL,
  imports INTEGER, past INTEGER, ahead INTEGER NOT NULL DEFAULT 0);
CREATE TABLE sums (
  kept INTEGER NOT NULL, day TEXT NOT NULL, key_id BLOB NOT NULL, device_id BLOB NOT NULL, kind TEXT NOT NULL,
  model TEXT NOT NULL, repository TEXT NOT NULL, branch TEXT NOT NULL, requests INTEGER NOT NULL,
  input INTEGER NOT NULL, output INTEGER NOT NULL, cache_read INTEGER NOT NULL, cache_write INTEGER NOT NULL,
  reasoning INTEGER NOT NULL, cost INTEGER NOT NULL,
  PRIMARY KEY (kept, key_id, day, device_id, kind, model, repository, branch)
) WITHOUT ROWID;
";

const NONE: RequestId = RequestId::from_uuid(Uuid::nil());

/// What sums began with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// The import whose rows they have, below the mark too.
    pub imports: i64,
    /// Which version of the sums of rows that went.
    pub past: i64,
}

pub struct Rollup {
    file: Mutex<Connection>,
}

impl Rollup {
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        private_file(path).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let file = Connection::open(path)?;
        file.pragma_update(None, "journal_mode", "WAL")?;
        // What a power cut takes of it is counted again.
        file.pragma_update(None, "synchronous", "NORMAL")?;
        let version: i64 = file.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version != VERSION {
            file.execute_batch(CREATE)?;
            file.pragma_update(None, "user_version", VERSION)?;
        }
        Ok(Self {
            file: Mutex::new(file),
        })
    }

    fn file(&self) -> MutexGuard<'_, Connection> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to where rows are counted, in days of this time zone. In another one everything is
    /// counted anew.
    pub fn mark(&self, zone: &str) -> rusqlite::Result<RequestId> {
        let file = self.file();
        let found: Option<(String, [u8; 16])> = file
            .query_row("SELECT zone, mark FROM state", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        if let Some((known, mark)) = found
            && known == zone
        {
            return Ok(RequestId::from_bytes(mark));
        }
        file.execute_batch("BEGIN; DELETE FROM sums; DELETE FROM state;")?;
        file.execute(
            "INSERT INTO state (one, zone, mark) VALUES (1, ?1, ?2)",
            params![zone, NONE.as_bytes()],
        )?;
        file.execute_batch("COMMIT")?;
        Ok(NONE)
    }

    /// What these sums began with; none: they are new.
    pub fn begun(&self) -> rusqlite::Result<Option<Begun>> {
        let read = |row: &Row<'_>| Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<i64>>(1)?));
        let file = self.file();
        let found = file
            .query_row("SELECT imports, past FROM state", [], read)
            .optional()?;
        Ok(found.and_then(|(imports, past)| {
            let (imports, past) = imports.zip(past)?;
            Some(Begun { imports, past })
        }))
    }

    /// Says what was the last before anything is counted, and takes in the sums of rows that are not
    /// there any more.
    pub fn begin(&self, begun: Begun, past: &Cells) -> rusqlite::Result<()> {
        let mut file = self.file();
        let transaction = file.transaction()?;
        let sql = "UPDATE state SET imports = ?1, past = ?2";
        transaction.execute(sql, [begun.imports, begun.past])?;
        write_all(&transaction, past)?;
        transaction.commit()
    }

    /// Counts rows of an import that are below the mark: those above are counted in their turn.
    /// Nothing happens where this is not the import after the last one.
    pub fn take_in(&self, import: i64, below: impl FnOnce(RequestId) -> Cells) -> rusqlite::Result<bool> {
        let mut file = self.file();
        let transaction = file.transaction()?;
        let moved = transaction.execute("UPDATE state SET imports = ?1 WHERE imports = ?1 - 1", [import])?;
        if moved == 1 {
            let mark: [u8; 16] = transaction.query_row("SELECT mark FROM state", [], |row| row.get(0))?;
            write_all(&transaction, &below(RequestId::from_bytes(mark)))?;
        }
        transaction.commit()?;
        Ok(moved == 1)
    }

    /// Begins from nothing, where the rows that were counted are not there any more.
    pub fn forget(&self) -> rusqlite::Result<()> {
        self.file()
            .execute_batch("BEGIN; DELETE FROM sums; DELETE FROM state; COMMIT;")
    }

    /// Counts the rows between two marks. Nothing happens where somebody moved the first one.
    pub fn count(&self, from: RequestId, to: RequestId, cells: &Cells) -> rusqlite::Result<()> {
        let mut file = self.file();
        let transaction = file.transaction()?;
        let moved = transaction.execute(
            "UPDATE state SET mark = ?2 WHERE mark = ?1",
            params![from.as_bytes(), to.as_bytes()],
        )?;
        if moved == 1 {
            write_all(&transaction, cells)?;
        }
        transaction.commit()
    }

    /// The sums of some days that tell apart what is asked, of these keys or of all together, and
    /// the mark that they reach to.
    pub fn read(
        &self,
        zone: &str,
        (from, to): (Date, Date),
        asked: Kept,
        keys: Option<&HashSet<KeyId>>,
    ) -> rusqlite::Result<(Cells, RequestId)> {
        let mark = self.mark(zone)?;
        let file = self.file();
        let kept = if keys.is_some() {
            asked.and(Kept::KEY)
        } else {
            asked
        }
        .found_in();
        let known: Vec<[u8; 16]> = match keys {
            Some(keys) => keys.iter().map(|key| *key.as_bytes()).collect(),
            None if kept.has(Kept::KEY) => keys_in(&file, kept)?,
            None => vec![*NO_KEY.as_bytes()],
        };
        let mut statement = file.prepare_cached(READ)?;
        let (from, to) = (from.to_string(), to.to_string());
        let ahead = file.query_row("SELECT ahead FROM state", [], |row| row.get(0));
        let mut cells = Cells {
            ahead_ms: ahead.optional()?.unwrap_or(0),
            ..Cells::default()
        };
        for key in known {
            let mut rows = statement.query(params![kept.0, key, from, to])?;
            while let Some(row) = rows.next()? {
                if let Some(cell) = cell(row)? {
                    cells.sums.insert(cell, sum(row)?);
                }
            }
        }
        Ok((cells, mark))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use protocol::{DeviceId, TokenUsage};

    use super::*;
    use crate::report::{Cell, Line};

    fn request(number: u8) -> RequestId {
        RequestId::from_bytes([number; 16])
    }

    fn line(model: &str, branch: &str, cost: i64) -> Line {
        Line {
            request: request(1),
            at: 0,
            key: KeyId::from_bytes([1; 16]),
            device: DeviceId::from_bytes([2; 16]),
            kind: "chat".into(),
            model: model.into(),
            repository: String::new(),
            branch: branch.into(),
            usage: TokenUsage::default(),
            cost,
        }
    }

    fn counted(lines: Vec<Line>) -> Cells {
        let mut cells = Cells::default();
        lines
            .into_iter()
            .for_each(|line| cells.count(line, &TimeZone::UTC));
        cells
    }

    fn open() -> (tempfile::TempDir, Rollup) {
        let folder = tempfile::tempdir().unwrap();
        let rollup = Rollup::open(&folder.path().join("rollup.db")).unwrap();
        (folder, rollup)
    }

    fn costs(rollup: &Rollup, asked: Kept, name: fn(&Cell) -> &str) -> Vec<(String, i64)> {
        let day = "1970-01-01".parse().unwrap();
        let (cells, _) = rollup.read("UTC", (day, day), asked, None).unwrap();
        let mut found: Vec<_> = cells
            .sums
            .iter()
            .map(|(cell, sum)| (name(cell).to_owned(), sum.cost_nano_usd.nano_usd()))
            .collect();
        found.sort();
        found
    }

    #[test]
    fn rows_are_counted_once_in_each_set() {
        let (_folder, rollup) = open();
        let mark = rollup.mark("UTC").unwrap();
        let cells = counted(vec![line("a", "x", 5), line("a", "y", 2), line("b", "x", 1)]);
        rollup.count(mark, request(3), &cells).unwrap();
        // Somebody who counts from the same mark comes too late.
        rollup.count(mark, request(4), &cells).unwrap();
        assert_eq!(rollup.mark("UTC").unwrap(), request(3));
        assert_eq!(costs(&rollup, Kept::NOTHING, |_| "all"), [("all".into(), 8)]);
        assert_eq!(
            costs(&rollup, Kept::MODEL, |cell| &cell.model),
            [("a".into(), 7), ("b".into(), 1)]
        );
        assert_eq!(
            costs(&rollup, Kept::BRANCH, |cell| &cell.branch),
            [("x".into(), 6), ("y".into(), 2)]
        );
        rollup
            .count(request(3), request(5), &counted(vec![line("a", "x", 10)]))
            .unwrap();
        assert_eq!(costs(&rollup, Kept::NOTHING, |_| "all"), [("all".into(), 18)]);
    }

    #[test]
    fn keys_are_told_apart_where_they_are_asked_for() {
        let (_folder, rollup) = open();
        let mark = rollup.mark("UTC").unwrap();
        let other = Line {
            key: KeyId::from_bytes([9; 16]),
            ..line("a", "x", 3)
        };
        rollup
            .count(mark, request(3), &counted(vec![line("a", "x", 5), other]))
            .unwrap();
        let day = "1970-01-01".parse().unwrap();
        let of = |asked, keys: Option<&HashSet<KeyId>>| {
            let (cells, _) = rollup.read("UTC", (day, day), asked, keys).unwrap();
            let mut costs: Vec<_> = cells
                .sums
                .values()
                .map(|sum| sum.cost_nano_usd.nano_usd())
                .collect();
            costs.sort_unstable();
            costs
        };
        let mine = HashSet::from([KeyId::from_bytes([9; 16])]);
        assert_eq!(of(Kept::MODEL, None), [8]);
        assert_eq!(of(Kept::KEY, None), [3, 5]);
        assert_eq!(of(Kept::MODEL, Some(&mine)), [3]);
        assert_eq!(of(Kept::NOTHING, Some(&HashSet::new())), [0; 0]);
    }

    #[test]
    fn the_most_by_which_ids_were_ahead_stays() {
        let (_folder, rollup) = open();
        let mark = rollup.mark("UTC").unwrap();
        let made_at = |ms: i64| Line {
            request: crate::report::first_id_at(ms),
            at: 1_000,
            ..line("a", "x", 1)
        };
        let ahead = || {
            let day = "1970-01-01".parse().unwrap();
            rollup
                .read("UTC", (day, day), Kept::NOTHING, None)
                .unwrap()
                .0
                .ahead_ms
        };
        assert_eq!(ahead(), 0);
        rollup
            .count(mark, request(3), &counted(vec![made_at(900)]))
            .unwrap();
        assert_eq!(ahead(), 0);
        rollup
            .count(request(3), request(4), &counted(vec![made_at(5_000)]))
            .unwrap();
        rollup
            .count(request(4), request(5), &counted(vec![made_at(1_100)]))
            .unwrap();
        assert_eq!(ahead(), 4_000);
    }

    #[test]
    fn days_of_another_time_zone_are_counted_anew() {
        let (_folder, rollup) = open();
        let mark = rollup.mark("UTC").unwrap();
        rollup
            .count(mark, request(3), &counted(vec![line("a", "x", 5)]))
            .unwrap();
        assert_eq!(rollup.mark("Asia/Tokyo").unwrap(), NONE);
        assert_eq!(costs(&rollup, Kept::NOTHING, |_| "all"), []);
    }
}
