//! The fields of a rollout's line that matter.

use std::{fmt, sync::LazyLock};

use memchr::memmem;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, IgnoredAny},
};

use super::counter::Total;
use crate::{
    reader::{
        json::{Count, Part, Text, parse},
        scan::Scan,
    },
    record::Tokens,
};

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Line<'a> {
    #[serde(default, borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(default, borrow)]
    pub timestamp: Text<'a>,
    #[serde(default)]
    pub ordinal: Option<u64>,
    #[serde(default, borrow)]
    pub payload: Part<Payload<'a>>,
    /// What `codex exec --json` prints.
    #[serde(default)]
    pub usage: Part<Usage>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Payload<'a> {
    #[serde(default, borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(default, borrow)]
    pub id: Text<'a>,
    #[serde(default, borrow)]
    pub session_id: Text<'a>,
    #[serde(default, borrow)]
    pub forked_from_id: Text<'a>,
    #[serde(default, borrow)]
    pub parent_thread_id: Text<'a>,
    #[serde(default)]
    pub source: Source,
    #[serde(default)]
    pub history_base: HistoryBase,
    #[serde(default, borrow)]
    pub cwd: Text<'a>,
    #[serde(default, borrow)]
    pub git: Part<Git<'a>>,
    #[serde(default, borrow)]
    pub turn_id: Text<'a>,
    #[serde(default, borrow)]
    pub model: Text<'a>,
    #[serde(default, borrow)]
    pub thread_settings: Part<Settings<'a>>,
    #[serde(default)]
    pub info: Part<Info>,
    #[serde(default, borrow)]
    pub response_id: Text<'a>,
    #[serde(default)]
    pub usage: Part<Usage>,
    #[serde(default)]
    pub thread_token_usage: Part<Usage>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Git<'a> {
    #[serde(default, borrow)]
    pub branch: Text<'a>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Settings<'a> {
    #[serde(default, borrow)]
    pub model: Text<'a>,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Info {
    #[serde(default)]
    pub total_token_usage: Part<Usage>,
    #[serde(default)]
    pub last_token_usage: Part<Usage>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Usage {
    #[serde(default)]
    pub input_tokens: Count,
    #[serde(default)]
    pub cached_input_tokens: Count,
    #[serde(default)]
    pub cache_write_input_tokens: Count,
    #[serde(default)]
    pub output_tokens: Count,
    #[serde(default)]
    pub reasoning_output_tokens: Count,
    #[serde(default)]
    pub total_tokens: Count,
}

/// Decodes a line; None when it is not JSON of that kind.
pub fn decoded(line: &[u8]) -> Option<Line<'_>> {
    scanned(line).or_else(|| parse(line))
}

/// The short way through a line; None for whatever is unusual.
fn scanned(line: &[u8]) -> Option<Line<'_>> {
    let (mut scan, mut found) = (Scan::new(line)?, Line::default());
    scan.object(|key, scan| {
        match key {
            b"type" => found.kind = scan.text()?,
            b"timestamp" => found.timestamp = scan.text()?,
            b"ordinal" => found.ordinal = Some(scan.count()?.0),
            b"payload" => found.payload = Part(scanned_payload(scan)?),
            b"usage" => found.usage = Part(scanned_usage(scan)?),
            _ => scan.skip()?,
        }
        Some(())
    })?;
    scan.end()?;
    Some(found)
}

/// Of the kinds of lines that come with every response; those that come once are decoded the long way.
fn scanned_payload<'a>(scan: &mut Scan<'a>) -> Option<Option<Payload<'a>>> {
    let mut found = Payload::default();
    let is_there = scan.object_or_null(|key, scan| {
        match key {
            b"type" => found.kind = scan.text()?,
            b"info" => found.info = Part(scanned_info(scan)?),
            b"usage" => found.usage = Part(scanned_usage(scan)?),
            b"thread_token_usage" => found.thread_token_usage = Part(scanned_usage(scan)?),
            b"response_id" => found.response_id = scan.text()?,
            b"turn_id" => found.turn_id = scan.text()?,
            b"cwd" => found.cwd = scan.text()?,
            b"model" => found.model = scan.text()?,
            b"id" | b"session_id" | b"forked_from_id" | b"parent_thread_id" | b"source" | b"history_base"
            | b"git" | b"thread_settings" => return None,
            _ => scan.skip()?,
        }
        Some(())
    })?;
    Some(is_there.then_some(found))
}

fn scanned_info(scan: &mut Scan<'_>) -> Option<Option<Info>> {
    let mut found = Info::default();
    let is_there = scan.object_or_null(|key, scan| {
        match key {
            b"total_token_usage" => found.total_token_usage = Part(scanned_usage(scan)?),
            b"last_token_usage" => found.last_token_usage = Part(scanned_usage(scan)?),
            _ => scan.skip()?,
        }
        Some(())
    })?;
    Some(is_there.then_some(found))
}

fn scanned_usage(scan: &mut Scan<'_>) -> Option<Option<Usage>> {
    let mut found = Usage::default();
    let is_there = scan.object_or_null(|key, scan| {
        match key {
            b"input_tokens" => found.input_tokens = scan.count()?,
            b"cached_input_tokens" => found.cached_input_tokens = scan.count()?,
            b"cache_write_input_tokens" => found.cache_write_input_tokens = scan.count()?,
            b"output_tokens" => found.output_tokens = scan.count()?,
            b"reasoning_output_tokens" => found.reasoning_output_tokens = scan.count()?,
            b"total_tokens" => found.total_tokens = scan.count()?,
            _ => scan.skip()?,
        }
        Some(())
    })?;
    Some(is_there.then_some(found))
}

impl Usage {
    /// The input has both cache classes in it, the output has reasoning in it.
    pub fn tokens(&self) -> Tokens {
        let cache_read = self.cached_input_tokens.0.min(self.input_tokens.0);
        let rest = self.input_tokens.0 - cache_read;
        let cache_write = self.cache_write_input_tokens.0.min(rest);
        Tokens {
            input: rest - cache_write,
            output: self.output_tokens.0,
            cache_read,
            cache_write,
            cache_write_1h: 0,
            reasoning: self.reasoning_output_tokens.0.min(self.output_tokens.0),
        }
    }

    pub fn total(&self) -> Total {
        let sum = match self.total_tokens.0 {
            0 => self.input_tokens.0.saturating_add(self.output_tokens.0),
            sum => sum,
        };
        Total {
            input: self.input_tokens.0,
            cached: self.cached_input_tokens.0,
            cache_write: self.cache_write_input_tokens.0,
            output: self.output_tokens.0,
            reasoning: self.reasoning_output_tokens.0,
            sum,
        }
    }
}

/// `"cli"`, or an object that says which thread spawned this one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Source {
    Spawned(String),
    #[default]
    Other,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let outer = Part::<Subagent>::deserialize(deserializer)?;
        let spawn = outer.0.and_then(|outer| outer.subagent.0);
        let parent = spawn.and_then(|spawn| spawn.thread_spawn.0);
        Ok(match parent {
            Some(ThreadSpawn {
                parent_thread_id: Some(parent),
            }) if !parent.is_empty() => Self::Spawned(parent),
            _ => Self::Other,
        })
    }
}

#[derive(Deserialize)]
struct Subagent {
    #[serde(default)]
    subagent: Part<Spawn>,
}

#[derive(Deserialize)]
struct Spawn {
    #[serde(default)]
    thread_spawn: Part<ThreadSpawn>,
}

#[derive(Deserialize)]
struct ThreadSpawn {
    #[serde(default)]
    parent_thread_id: Option<String>,
}

/// Up to which ordinal a child's lines are its parent's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HistoryBase(Option<u64>);

impl HistoryBase {
    pub fn ordinal(self) -> Option<u64> {
        self.0
    }
}

impl<'de> Deserialize<'de> for HistoryBase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HistoryBaseVisitor).map(Self)
    }
}

struct HistoryBaseVisitor;

impl<'de> de::Visitor<'de> for HistoryBaseVisitor {
    type Value = Option<u64>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an ordinal, or an object with one")
    }
    fn visit_u64<E>(self, ordinal: u64) -> Result<Self::Value, E> {
        Ok(Some(ordinal))
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut ordinal = None;
        while let Some(key) = map.next_key::<Text<'_>>()? {
            if key.as_str().contains("ordinal") {
                ordinal = Some(map.next_value::<Count>()?.0);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(ordinal)
    }
}

/// Kinds of lines that count.
static WORDS: LazyLock<[memmem::Finder<'static>; 8]> = LazyLock::new(|| {
    [
        "\"token_count\"",
        "\"turn_context\"",
        "\"session_meta\"",
        "\"token_usage_record\"",
        "\"compacted\"",
        "\"task_started\"",
        "\"thread_settings_applied\"",
        "\"turn.completed\"",
    ]
    .map(memmem::Finder::new)
});

/// Whether a line may say something that counts; it is decoded only then.
pub fn matters(line: &[u8]) -> bool {
    // Kinds of lines stand near their start, but nothing promises it.
    let head = &line[..line.len().min(256)];
    if memmem::find(head, b"\"response_item\"").is_some() && !line.starts_with(b"{\"payload\"") {
        return false;
    }
    // Where the kind stands last, it is the line's own: in a text its quotes would be escaped.
    if line.ends_with(b"\"type\":\"response_item\"}") {
        return false;
    }
    let words = &*WORDS;
    words.iter().any(|word| word.find(head).is_some())
        || words.iter().any(|word| word.find(line).is_some())
        || memmem::find(head, b"context_compacted").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_through_a_line_say_the_same() {
        let short = [
            r#"{"timestamp":"2026-06-01T12:00:00.000Z","type":"event_msg","payload":{"type":"token_count","info":{"total_token_usage":{"input_tokens":10,"cached_input_tokens":4,"cache_write_input_tokens":1,"output_tokens":3,"reasoning_output_tokens":2,"total_tokens":13},"last_token_usage":{"input_tokens":5,"total_tokens":6},"model_context_window":9},"rate_limits":{"primary":{"used_percent":1.5}}}}"#,
            r#"{"payload":{"info":null,"type":"token_count"},"type":"event_msg","ordinal":7}"#,
            r#"{"type":"token_usage_record","payload":{"response_id":"resp_1","usage":{"output_tokens":3},"thread_token_usage":{"total_tokens":9}}}"#,
            r#"{"type":"turn_context","payload":{"turn_id":"t","cwd":"/work/\u00e4","model":"gpt-5"}}"#,
            r#"{"type":"turn.completed","usage":{"input_tokens":10,"cached_input_tokens":4,"output_tokens":3}}"#,
            r#"{"type":"compacted","payload":{"message":"\"type\""}}"#,
            r#"{"type":"event_msg","payload":null,"usage":null}"#,
        ];
        for line in short {
            let found = scanned(line.as_bytes());
            assert!(found.is_some(), "{line}");
            assert_eq!(found, parse(line.as_bytes()), "{line}");
        }
        let long = [
            r#"{"type":"session_meta","payload":{"id":"a","source":"cli","git":{"branch":"main"}}}"#,
            r#"{"type":"event_msg","ordinal":null,"payload":{"type":"token_count","info":{"last_token_usage":{"input_tokens":1.0}}}}"#,
            r#"{"type":"event_msg","payload":[]}"#,
        ];
        for line in long {
            assert_eq!(scanned(line.as_bytes()), None, "{line}");
            assert_eq!(decoded(line.as_bytes()), parse(line.as_bytes()), "{line}");
            assert!(decoded(line.as_bytes()).is_some(), "{line}");
        }
    }

    #[test]
    fn an_item_is_passed_over_wherever_its_kind_stands() {
        assert!(!matters(
            br#"{"type":"response_item","payload":{"text":"\"token_count\""}}"#
        ));
        assert!(!matters(
            br#"{"payload":{"text":"a \"token_count\""},"type":"response_item"}"#
        ));
        // The kind that a text quotes is not the line's.
        assert!(matters(
            br#"{"payload":{"type":"token_count","text":"\"type\":\"response_item\""},"type":"event_msg"}"#
        ));
    }
}
