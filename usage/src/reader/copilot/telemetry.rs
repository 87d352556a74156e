//! Telemetry: one response may be told of by a span, a log and the spans around it.

use std::collections::HashMap;

use serde_json::Value;

use crate::{
    discovery::Source,
    reader::{
        ReadError,
        small::{each_line, push},
        tolerant::{Look, first},
    },
    record::{FileRecords, Flags, Record, Tokens, digest_of},
};

/// The kinds of records, the best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Chat,
    Inference,
    Turn,
    Agent,
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let mut best: HashMap<String, Kind> = HashMap::new();
    let mut found = Vec::new();
    let fallback = source.stamp.modified_ms();
    let skipped = each_line(&source.path, |line, event| {
        let attributes = flat(event.at("attributes"));
        let Some(kind) = kind(event, &attributes) else {
            return;
        };
        let group = first(&[
            event.text("traceId"),
            event.text("spanContext/traceId"),
            attribute(&attributes, "gen_ai.response.id"),
        ])
        .to_owned();
        let known = best.entry(group.clone()).or_insert(kind);
        *known = kind.min(*known);
        found.push((line, kind, group, attributes, at_ms(event).unwrap_or(fallback)));
    })?;
    out.lines_skipped += skipped;
    for (line, kind, group, attributes, at_ms) in found {
        if group.is_empty() || best.get(&group) == Some(&kind) {
            let record = record(line, &attributes, at_ms, out);
            push(record, out);
        }
    }
    Ok(())
}

type Attributes = HashMap<String, Value>;

/// What of the attributes is looked at; others may be whole conversations.
const USED: [&str; 12] = [
    "event.name",
    "gen_ai.conversation.id",
    "gen_ai.operation.name",
    "gen_ai.request.model",
    "gen_ai.response.id",
    "gen_ai.response.model",
    "gen_ai.usage.cache_creation.input_tokens",
    "gen_ai.usage.cache_read.input_tokens",
    "gen_ai.usage.cache_write.input_tokens",
    "gen_ai.usage.input_tokens",
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.reasoning.output_tokens",
];

/// Attributes as an object, or as a list of keys and values.
fn flat(attributes: &Value) -> Attributes {
    let object = attributes.as_object().into_iter().flatten();
    let list = attributes.as_array().into_iter().flatten();
    let value = |value: &Value| match value.as_object().and_then(|typed| typed.values().next()) {
        Some(typed) => typed.clone(),
        None => value.clone(),
    };
    object
        .map(|(key, given)| (key.as_str(), given))
        .chain(list.map(|pair| (pair.text("key"), pair.at("value"))))
        .filter(|(key, _)| USED.contains(key))
        .map(|(key, given)| (key.to_owned(), value(given)))
        .collect()
}

fn attribute<'a>(attributes: &'a Attributes, name: &str) -> &'a str {
    attributes.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn kind(event: &Value, attributes: &Attributes) -> Option<Kind> {
    let name = first(&[
        event.text("name"),
        event.text("eventName"),
        attribute(attributes, "event.name"),
    ]);
    match attribute(attributes, "gen_ai.operation.name") {
        _ if name.contains("inference.operation.details") => Some(Kind::Inference),
        _ if name.contains("agent.turn") => Some(Kind::Turn),
        "chat" => Some(Kind::Chat),
        "invoke_agent" => Some(Kind::Agent),
        _ => None,
    }
}

fn at_ms(event: &Value) -> Option<i64> {
    // Spans have nanoseconds, or seconds and nanoseconds.
    let nanoseconds = ["endTimeUnixNano", "timeUnixNano", "startTimeUnixNano"]
        .iter()
        .map(|name| event.count(name))
        .find(|time| *time > 0);
    if let Some(time) = nanoseconds {
        return i64::try_from(time / 1_000_000).ok();
    }
    let pair = ["endTime", "hrTime", "startTime"].iter().find_map(|name| {
        let pair = event.at(name).as_array()?;
        let seconds = pair.first()?.as_i64()?.checked_mul(1000)?;
        seconds.checked_add(pair.get(1)?.as_i64()? / 1_000_000)
    });
    pair.or_else(|| event.time("timestamp"))
}

fn record(line: u64, attributes: &Attributes, at_ms: i64, out: &mut FileRecords) -> Record {
    let usage: Value = attributes
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let count = |name: &str| {
        usage
            .get(format!("gen_ai.usage.{name}"))
            .map_or(0, |value| value.count(""))
    };
    let read = count("cache_read.input_tokens");
    let write = count("cache_write.input_tokens").max(count("cache_creation.input_tokens"));
    let tokens = Tokens {
        input: count("input_tokens").saturating_sub(read).saturating_sub(write),
        output: count("output_tokens"),
        cache_read: read,
        cache_write: write,
        cache_write_1h: 0,
        reasoning: count("reasoning.output_tokens"),
    };
    let model = first(&[
        attribute(attributes, "gen_ai.response.model"),
        attribute(attributes, "gen_ai.request.model"),
    ]);
    Record {
        at_ms,
        id: digest_of(attribute(attributes, "gen_ai.response.id")),
        tokens,
        model: out.name(model),
        session: out.name(attribute(attributes, "gen_ai.conversation.id")),
        flags: Flags::TELEMETRY,
        line,
        ..Record::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_time_that_no_clock_shows_is_none() {
        let pair = |seconds: i64, nanoseconds: i64| at_ms(&json!({"endTime": [seconds, nanoseconds]}));
        assert_eq!(pair(1_780_315_200, 5_000_000), Some(1_780_315_200_005));
        assert_eq!(pair(i64::MAX, 0), None);
        assert_eq!(pair(i64::MAX / 1000, 900_000_000), None);
    }
}
