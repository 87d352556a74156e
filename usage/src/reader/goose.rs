//! Goose: one row a session, with its running totals.

use serde_json::Value;

use super::{
    ReadError,
    small::push,
    sqlite::Foreign,
    text::time_ms,
    tolerant::{Look, first},
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Record, Tokens, digest_of},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    let roots = match home.variable("GOOSE_PATH_ROOT") {
        Some(root) => vec![root.join("data"), root],
        None => vec![
            home.data_home().join("goose"),
            home.data_home().join("Block/goose"),
        ],
    };
    for root in roots {
        walk.file(&root.join("sessions/sessions.db"), Shape::Database);
    }
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let database = Foreign::open(&source.path)?;
    if !database.has_table("sessions")? {
        return Ok(());
    }
    let columns = database.columns("sessions")?;
    let column = |name: &'static str| {
        if columns.iter().any(|known| known == name) {
            name
        } else {
            "NULL"
        }
    };
    let names = [
        "id",
        "created_at",
        "accumulated_input_tokens",
        "accumulated_output_tokens",
        "accumulated_total_tokens",
        "model_config_json",
        "provider_name",
        "working_dir",
    ]
    .map(column);
    let sql = format!("SELECT rowid, {} FROM sessions ORDER BY rowid", names.join(", "));
    let mut statement = database.connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let text = |place: usize| -> Result<String, rusqlite::Error> {
            row.get::<_, rusqlite::types::Value>(place)
                .map(|value| match value {
                    rusqlite::types::Value::Text(text) => text,
                    rusqlite::types::Value::Integer(number) => number.to_string(),
                    _ => String::new(),
                })
        };
        let count = |place: usize| {
            row.get::<_, Option<i64>>(place)
                .ok()
                .flatten()
                .and_then(|count| u64::try_from(count).ok())
                .unwrap_or(0)
        };
        let (id, created) = (text(1)?, text(2)?);
        let (input, output, total) = (count(3), count(4), count(5));
        let config: Value = serde_json::from_str(&text(6)?).unwrap_or_default();
        let tokens = Tokens {
            // Where only the total is known, all of it is input.
            input: if input + output == 0 { total } else { input },
            output,
            ..Tokens::default()
        };
        // SQLite's own form has no zone; it is UTC.
        let at_ms = time_ms(&created).or_else(|| time_ms(&format!("{}Z", created.replacen(' ', "T", 1))));
        let record = Record {
            at_ms: at_ms.unwrap_or(source.stamp.modified_ms()),
            id: digest_of(&id),
            tokens,
            model: out.name(first(&[config.text("model_name"), config.text("model")])),
            provider: out.name(&text(7)?),
            project: out.name(&text(8)?),
            session: out.name(&id),
            line: u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0),
            ..Record::default()
        };
        push(record, out);
    }
    Ok(())
}
