//! VS Code's chats: a document, or a log of changes to one.

use serde_json::Value;

use crate::{
    discovery::Source,
    reader::{
        ReadError, has_extension,
        small::{document, each_line, push},
        tolerant::{Look, first},
    },
    record::{FileRecords, Flags, Record, Tokens, digest},
};

/// About so many characters are a token; used only where no count was kept, and said so.
const CHARACTERS_PER_TOKEN: u64 = 4;

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let mut chat = Value::Null;
    if has_extension(&source.path) == "jsonl" {
        out.lines_skipped += each_line(&source.path, |_, change| apply(&mut chat, change))?;
    } else {
        chat = document(&source.path)?;
    }
    let stem = source
        .path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let session = first(&[chat.text("sessionId"), &stem]).to_owned();
    for (request, line) in chat.at("requests").as_array().into_iter().flatten().zip(1..) {
        add(request, line, &session, source, out);
    }
    Ok(())
}

/// One change: the whole, a value at a place, or more at the end of a list.
fn apply(chat: &mut Value, change: &Value) {
    if change.count("kind") == 0 {
        chat.clone_from(change.at("v"));
        return;
    }
    let mut place = &mut *chat;
    for key in change.at("k").as_array().into_iter().flatten() {
        let next = match key {
            Value::String(name) => {
                if place.is_null() {
                    *place = Value::Object(serde_json::Map::new());
                }
                place
                    .as_object_mut()
                    .map(|object| object.entry(name.clone()).or_insert(Value::Null))
            }
            other => other
                .as_u64()
                .and_then(|at| place.get_mut(usize::try_from(at).ok()?)),
        };
        let Some(next) = next else { return };
        place = next;
    }
    match (change.count("kind"), change.at("v"), &mut *place) {
        (2, Value::Array(more), Value::Array(list)) => list.extend(more.iter().cloned()),
        (_, value, place) => place.clone_from(value),
    }
}

fn add(request: &Value, line: u64, session: &str, source: &Source, out: &mut FileRecords) {
    let counted = Tokens {
        input: request.count("promptTokens"),
        output: request.count("completionTokens"),
        ..Tokens::default()
    };
    let (tokens, flags) = if counted.is_zero() {
        (estimated(request), Flags::ESTIMATED)
    } else {
        (counted, Flags::default())
    };
    let model = request.text("modelId");
    let record = Record {
        at_ms: request.time("timestamp").unwrap_or(source.stamp.modified_ms()),
        id: digest(&[
            session.as_bytes(),
            first(&[request.text("requestId"), &line.to_string()]).as_bytes(),
        ]),
        tokens,
        model: out.name(model.strip_prefix("copilot/").unwrap_or(model)),
        session: out.name(session),
        flags,
        line,
        ..Record::default()
    };
    push(record, out);
}

fn estimated(request: &Value) -> Tokens {
    let count = |text: &str| (text.chars().count() as u64).div_ceil(CHARACTERS_PER_TOKEN);
    let parts = request.at("response").as_array().into_iter().flatten();
    Tokens {
        input: count(request.text("message/text")),
        output: parts
            .map(|part| count(first(&[part.text("value"), part.text("content/value")])))
            .sum(),
        ..Tokens::default()
    }
}
