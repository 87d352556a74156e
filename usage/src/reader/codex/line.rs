//! The fields of a rollout's line that matter.

use std::{fmt, sync::LazyLock};

use memchr::memmem;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, IgnoredAny},
};

use super::counter::Total;
use crate::{
    reader::json::{Count, Part, Text},
    record::Tokens,
};

#[derive(Deserialize)]
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

#[derive(Deserialize)]
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

#[derive(Deserialize)]
pub struct Git<'a> {
    #[serde(default, borrow)]
    pub branch: Text<'a>,
}

#[derive(Deserialize)]
pub struct Settings<'a> {
    #[serde(default, borrow)]
    pub model: Text<'a>,
}

#[derive(Deserialize)]
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
    let words = &*WORDS;
    words.iter().any(|word| word.find(head).is_some())
        || words.iter().any(|word| word.find(line).is_some())
        || memmem::find(head, b"context_compacted").is_some()
}
