//! Zed: threads as compressed documents in a database.
//!
//! Only what Zed's own service answered counts: other providers' agents keep logs of their own.

use std::io::Read;

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
    record::{FileRecords, Record, Tokens, digest},
};

/// A thread is text; more than this is damage or an attack.
const THREAD_BYTES_MAX: u64 = 256 << 20;

pub fn discover(home: &Home, walk: &mut Walk) {
    walk.file(&home.data_home().join("zed/threads/threads.db"), Shape::Database);
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let database = Foreign::open(&source.path)?;
    if !database.has_table("threads")? {
        return Ok(());
    }
    let mut statement = database
        .connection
        .prepare("SELECT rowid, id, updated_at, data_type, data FROM threads ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let line = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
        let (id, updated): (String, String) = (row.get(1)?, row.get(2)?);
        let kind: String = row.get(3)?;
        let data = row.get_ref(4)?;
        let data = data.as_bytes().unwrap_or_default();
        match thread(&kind, data) {
            Some(thread) => add(&thread, &id, &updated, line, source, out),
            None => out.lines_skipped += 1,
        }
    }
    Ok(())
}

fn thread(kind: &str, data: &[u8]) -> Option<Value> {
    if kind != "zstd" {
        return serde_json::from_slice(data).ok();
    }
    let mut text = Vec::new();
    let stream = ruzstd::decoding::StreamingDecoder::new(data).ok()?;
    stream.take(THREAD_BYTES_MAX).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn add(thread: &Value, id: &str, updated: &str, line: u64, source: &Source, out: &mut FileRecords) {
    if thread.text("model/provider") != "zed.dev" {
        return;
    }
    let at_ms = first(&[thread.text("updated_at"), updated]);
    let at_ms = time_ms(at_ms).unwrap_or(source.stamp.modified_ms());
    let model = thread.text("model/model").to_owned();
    let requests = thread.at("request_token_usage");
    let list = requests
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, usage)| (key.clone(), usage));
    let array = requests
        .as_array()
        .into_iter()
        .flatten()
        .zip(0..)
        .map(|(usage, place)| (place.to_string(), usage));
    for (key, usage) in list.chain(array) {
        let tokens = Tokens {
            input: usage.count("input_tokens"),
            output: usage.count("output_tokens"),
            cache_read: usage.count("cache_read_input_tokens"),
            cache_write: usage.count("cache_creation_input_tokens"),
            ..Tokens::default()
        };
        let record = Record {
            at_ms,
            id: digest(&[id.as_bytes(), key.as_bytes()]),
            tokens,
            model: out.name(&model),
            session: out.name(id),
            line,
            ..Record::default()
        };
        push(record, out);
    }
}
