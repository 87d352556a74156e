//! Amp: threads as one document each.

use serde_json::Value;

use super::{
    ReadError, has_extension,
    small::{document, push},
    tolerant::{Look, first},
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Record, Tokens, digest},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    let root = home
        .variable("AMP_DATA_DIR")
        .unwrap_or_else(|| home.data_home().join("amp"));
    walk.files(&root.join("threads"), &|path| {
        (has_extension(path) == "json").then_some(Shape::Document)
    });
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let thread = document(&source.path)?;
    let messages = thread.at("messages").as_array().map_or(&[][..], Vec::as_slice);
    let folder = thread.text("env/initial/trees/0/uri");
    let project = folder.strip_prefix("file://").unwrap_or(folder).to_owned();
    let has_usage = messages
        .iter()
        .any(|message| message.at("usage").is_object() && !message.text("usage/model").is_empty());
    let events = thread
        .at("usageLedger/events")
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    // The two tell of the same responses; the ledger only of the model and the uncached counts.
    if has_usage || events.is_empty() {
        for (message, line) in messages.iter().zip(1..) {
            let at_ms = message
                .time("usage/timestamp")
                .or_else(|| thread.time("created"))
                .unwrap_or(source.stamp.modified_ms());
            add(
                &thread,
                message,
                message.text("usage/model"),
                at_ms,
                &project,
                line,
                out,
            );
        }
        return Ok(());
    }
    for (event, line) in events.iter().zip(1..) {
        let id = event.at("toMessageId");
        let message = messages
            .iter()
            .find(|message| message.at("messageId") == id && !id.is_null());
        let usage = message.map_or(&Value::Null, |message| message.at("usage"));
        let at_ms = event.time("timestamp").unwrap_or(source.stamp.modified_ms());
        let tokens = Tokens {
            input: event.count("tokens/input"),
            output: event.count("tokens/output"),
            cache_read: usage.count("cacheReadInputTokens"),
            cache_write: usage.count("cacheCreationInputTokens"),
            ..Tokens::default()
        };
        let record = record(
            &thread,
            event.text("id"),
            event.text("model"),
            at_ms,
            &project,
            line,
            tokens,
            out,
        );
        push(record, out);
    }
    Ok(())
}

fn add(
    thread: &Value,
    message: &Value,
    model: &str,
    at_ms: i64,
    project: &str,
    line: u64,
    out: &mut FileRecords,
) {
    let usage = message.at("usage");
    let tokens = Tokens {
        input: usage.count("inputTokens"),
        output: usage.count("outputTokens"),
        cache_read: usage.count("cacheReadInputTokens"),
        cache_write: usage.count("cacheCreationInputTokens"),
        ..Tokens::default()
    };
    let id = message.at("messageId").to_string();
    let id = if message.at("messageId").is_null() {
        String::new()
    } else {
        id
    };
    let record = record(thread, &id, model, at_ms, project, line, tokens, out);
    push(record, out);
}

#[expect(clippy::too_many_arguments, reason = "what one record consists of")]
fn record(
    thread: &Value,
    id: &str,
    model: &str,
    at_ms: i64,
    project: &str,
    line: u64,
    tokens: Tokens,
    out: &mut FileRecords,
) -> Record {
    let session = first(&[thread.text("id")]).to_owned();
    Record {
        at_ms,
        id: if id.is_empty() {
            0
        } else {
            digest(&[session.as_bytes(), id.as_bytes()])
        },
        tokens,
        model: out.name(model),
        project: out.name(project),
        session: out.name(&session),
        line,
        ..Record::default()
    }
}
