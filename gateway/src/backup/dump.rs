//! From the database to records, in one read transaction.

use std::{io::Write, path::Path, time::Duration};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::{BackupError, record::Writer};

/// SQLite's own tables are made by SQLite. What comes after the rows in this order would slow them
/// down, or look at them.
const TABLES: &str = "
SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY rowid";
const OTHERS: &str = "
SELECT sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL ORDER BY type = 'view', rowid";

/// What was written.
#[derive(Default)]
pub struct Counted {
    pub tables: u64,
    pub rows: u64,
}

/// Writes everything that was committed when it began. Writers go on beside it.
pub fn dump<W: Write>(database: &Path, at: Timestamp, to: W) -> Result<(W, Counted), BackupError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    // One moment for all tables, or a settle between two of them would be in the one and not in the other.
    connection.execute_batch("BEGIN")?;
    let mut writer = Writer::new(to)?;
    let version = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    writer.begin(at.as_millisecond(), version)?;
    let mut counted = Counted::default();
    for (name, sql) in tables(&connection)? {
        writer.make(&sql)?;
        counted.rows += rows(&connection, &name, &mut writer)?;
        counted.tables += 1;
    }
    let mut others = connection.prepare(OTHERS)?;
    let mut others = others.query([])?;
    while let Some(row) = others.next()? {
        writer.make(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
    }
    writer.end(counted.rows)?;
    Ok((writer.into_inner(), counted))
}

fn tables(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    connection
        .prepare(TABLES)?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

fn rows(connection: &Connection, table: &str, writer: &mut Writer<impl Write>) -> Result<u64, BackupError> {
    let mut all = connection.prepare(&format!("SELECT * FROM {}", quoted(table)))?;
    let columns = all.column_count();
    writer.table(table, columns)?;
    let mut rows = all.query([])?;
    let mut count = 0;
    while let Some(row) = rows.next()? {
        writer.row()?;
        for column in 0..columns {
            writer.value(row.get_ref(column)?)?;
        }
        count += 1;
    }
    Ok(count)
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::backup::load::load;

    /// Keeps what is written; at each write somebody else adds a row to both tables.
    struct Busy {
        kept: Vec<u8>,
        other: Connection,
    }

    impl Write for Busy {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.other.execute_batch(ADD).map_err(io::Error::other)?;
            self.kept.extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const ADD: &str =
        "BEGIN; INSERT INTO first VALUES (1); INSERT INTO \"the second\" VALUES (1, x'00'); COMMIT;";

    #[test]
    fn a_dump_is_one_moment_whatever_is_committed_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("from.db");
        let other = Connection::open(&database).unwrap();
        other
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA user_version = 7;
                 CREATE TABLE first (a INTEGER); CREATE TABLE \"the second\" (a INTEGER, b BLOB);
                 CREATE INDEX by_a ON \"the second\"(a); CREATE VIEW both AS SELECT a FROM first;",
            )
            .unwrap();
        other.execute_batch(ADD).unwrap();
        let busy = Busy {
            kept: Vec::new(),
            other,
        };
        let (busy, counted) = dump(&database, Timestamp::UNIX_EPOCH, busy).unwrap();
        let copy = folder.path().join("to.db");
        load(&busy.kept[..], &copy).unwrap();
        let copy = Connection::open(&copy).unwrap();
        let one = |sql: &str| copy.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let first = one("SELECT count(*) FROM first");
        assert_eq!(one("SELECT count(*) FROM \"the second\" WHERE b = x'00'"), first);
        assert_eq!((counted.tables, counted.rows), (2, 2 * first.unsigned_abs()));
        assert_eq!(one("PRAGMA user_version"), 7);
        assert_eq!(
            one("SELECT count(*) FROM sqlite_schema WHERE name IN ('by_a', 'both')"),
            2
        );
    }
}
