//! The rows that a person entered, that jobs recorded and that were imported: one database, from
//! which each client has its own rows, so that a row that is in a log, too, meets it there.

use std::{path::PathBuf, time::Duration};

use rusqlite::{Connection, OpenFlags, Row};

use super::{ReadError, small::push};
use crate::{
    dedupe::Identity,
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Flags, Record, Tokens},
};

/// Where the rows are kept.
pub fn path(home: &Home) -> PathBuf {
    let data = home.variable("TOKEN_TRACKER_DATA_DIR");
    data.unwrap_or_else(|| home.data_home().join("token-tracker"))
        .join("branches.db")
}

pub fn discover(home: &Home, walk: &mut Walk) {
    walk.file(&path(home), Shape::Kept);
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&source.path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let mut statement = connection.prepare(
        "SELECT id, at_ms, model, provider, repository, branch, session, input, output, cache_read, cache_write,
        cache_write_1h, reasoning, searches, flags, charged_nano_usd, rowid FROM kept WHERE client = ?1 ORDER BY id",
    )?;
    let mut rows = statement.query([source.client.name()])?;
    while let Some(row) = rows.next()? {
        let record = record(row, out)?;
        push(record, out);
    }
    Ok(())
}

fn record(row: &Row<'_>, out: &mut FileRecords) -> Result<Record, rusqlite::Error> {
    let count = |place: usize| -> Result<u64, rusqlite::Error> {
        Ok(u64::try_from(row.get::<_, i64>(place)?).unwrap_or(0))
    };
    let mut name = |place: usize| -> Result<u32, rusqlite::Error> {
        Ok(out.name(&row.get::<_, Option<String>>(place)?.unwrap_or_default()))
    };
    let identity = Identity::of_text(&row.get::<_, String>(0)?);
    Ok(identity.into_record(Record {
        at_ms: row.get(1)?,
        model: name(2)?,
        provider: name(3)?,
        project: name(4)?,
        branch: name(5)?,
        session: name(6)?,
        tokens: Tokens {
            input: count(7)?,
            output: count(8)?,
            cache_read: count(9)?,
            cache_write: count(10)?,
            cache_write_1h: count(11)?,
            reasoning: count(12)?,
        },
        searches: u32::try_from(count(13)?).unwrap_or(u32::MAX),
        flags: Flags::of_names(&row.get::<_, String>(14)?),
        charged_nano_usd: row.get(15)?,
        line: count(16)?,
        ..Record::default()
    }))
}
