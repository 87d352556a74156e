//! Token Tracker's own log, which the sidecar keeps: what each request was charged.

use super::{ReadError, small::push, sqlite::Foreign};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Flags, Record, Tokens, digest_of},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    let data = home.variable("TOKEN_TRACKER_DATA_DIR");
    let root = data.unwrap_or_else(|| home.data_home().join("token-tracker"));
    walk.file(&root.join("usage.db"), Shape::Database);
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let database = Foreign::open(&source.path)?;
    if !database.has_table("request")? {
        return Ok(());
    }
    let sql =
        "SELECT rowid, client_request_id, at_ms, model, repository, branch, input_tokens, output_tokens,
        cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_nano_usd, estimated
        FROM request WHERE settled ORDER BY rowid";
    let mut statement = database.connection.prepare(sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let count = |place: usize| -> Result<u64, rusqlite::Error> {
            Ok(u64::try_from(row.get::<_, i64>(place)?).unwrap_or(0))
        };
        let text = |place: usize| -> Result<String, rusqlite::Error> {
            Ok(row.get::<_, Option<String>>(place)?.unwrap_or_default())
        };
        let tokens = Tokens {
            input: count(6)?,
            output: count(7)?,
            cache_read: count(8)?,
            cache_write: count(9)?,
            cache_write_1h: 0,
            reasoning: count(10)?,
        };
        let record = Record {
            at_ms: row.get(2)?,
            id: digest_of(&text(1)?),
            tokens,
            model: out.name(&text(3)?),
            project: out.name(&text(4)?),
            branch: out.name(&text(5)?),
            flags: Flags::default().with_if(Flags::ESTIMATED, row.get::<_, i64>(12)? != 0),
            line: count(0)?,
            charged_nano_usd: Some(row.get(11)?),
            ..Record::default()
        };
        push(record, out);
    }
    Ok(())
}
