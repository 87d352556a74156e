//! Whole answers of the Responses API, made of chat's.

use std::sync::Arc;

use bytes::Bytes;
use protocol::TokenUsage;
use serde_json::{Value, json};

use super::{
    answer::{call_id, chat_answer, content_text},
    asked::{Asked, Frame},
};
use crate::openai;

/// A chat answer as a response; None when it is none. `id` names the response, and `created` is the
/// time now, in seconds.
pub fn response_of_chat(body: &[u8], asked: &Arc<Asked>, id: &str, created: u64) -> Option<Bytes> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let choice = answer.get("choices")?.as_array()?.first()?;
    let message = choice.get("message")?;
    let frame = Frame {
        asked: Arc::clone(asked),
        id: id.to_owned(),
        created,
    };
    let end = End::of(choice["finish_reason"].as_str().unwrap_or_default());
    let mut output = Vec::new();
    if let Some(thoughts) = thoughts(message) {
        output.push(reasoning_item(&frame.item_id("rs", output.len()), thoughts));
    }
    let parts = message_parts(message);
    if !parts.is_empty() {
        let id = frame.item_id("msg", output.len());
        output.push(message_item(&id, &parts, end.status()));
    }
    let calls = message["tool_calls"].as_array();
    for (index, call) in calls.map(Vec::as_slice).unwrap_or_default().iter().enumerate() {
        let called = asked.called(call["function"]["name"].as_str().unwrap_or_default());
        let id = frame.item_id(called.id_start(), output.len());
        let call_id = call_id(&answer["id"], index, &call["id"]);
        output.push(called.item(&id, &call_id, &arguments(call), end.status()));
    }
    let usage = openai::scan_answer(body).usage;
    let usage = usage.map_or(Value::Null, |usage| response_usage(&usage));
    let mut response = frame.response(&answer["model"], end.status(), &output, usage);
    response["incomplete_details"] = end.details();
    Some(response.to_string().into())
}

/// An Anthropic answer as a response; None when it is none.
pub fn response_of_messages(body: &[u8], asked: &Arc<Asked>, id: &str, created: u64) -> Option<Bytes> {
    response_of_chat(&chat_answer(body, created)?, asked, id, created)
}

/// How an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Complete,
    Cap,
    Filter,
}

impl End {
    pub(super) fn of(finish_reason: &str) -> Self {
        match finish_reason {
            "length" => Self::Cap,
            "content_filter" => Self::Filter,
            _ => Self::Complete,
        }
    }

    pub(super) const fn status(self) -> &'static str {
        match self {
            Self::Complete => "completed",
            Self::Cap | Self::Filter => "incomplete",
        }
    }

    pub(super) fn details(self) -> Value {
        match self {
            Self::Complete => Value::Null,
            Self::Cap => json!({"reason": "max_output_tokens"}),
            Self::Filter => json!({"reason": "content_filter"}),
        }
    }
}

/// What a model thought aloud. It is not OpenAI's own, but what servers of the dialect agree on.
pub(super) fn thoughts(message: &Value) -> Option<&str> {
    let names = ["reasoning_content", "reasoning"];
    let mut texts = names.iter().filter_map(|name| message[*name].as_str());
    texts.find(|text| !text.is_empty())
}

/// Thoughts are told as their summary, which is what clients show.
pub(super) fn reasoning_item(id: &str, thoughts: &str) -> Value {
    json!({"id": id, "type": "reasoning", "summary": [{"type": "summary_text", "text": thoughts}]})
}

fn message_parts(message: &Value) -> Vec<Value> {
    let said = content_text(&message["content"]);
    let refusal = message["refusal"].as_str().unwrap_or_default();
    [("output_text", said.as_str()), ("refusal", refusal)]
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|(kind, text)| part(kind, text))
        .collect()
}

pub(super) fn part(kind: &str, text: &str) -> Value {
    match kind {
        "refusal" => json!({"type": "refusal", "refusal": text}),
        _ => json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []}),
    }
}

pub(super) fn message_item(id: &str, parts: &[Value], status: &str) -> Value {
    json!({"id": id, "type": "message", "status": status, "role": "assistant", "content": parts})
}

/// Of nothing at all an empty object.
fn arguments(call: &Value) -> String {
    match &call["function"]["arguments"] {
        Value::String(text) if !text.is_empty() => text.clone(),
        Value::String(_) | Value::Null => "{}".into(),
        // Some servers write the object itself.
        object => object.to_string(),
    }
}

/// The input includes what was read from and written to the cache.
pub(super) fn response_usage(usage: &TokenUsage) -> Value {
    let input = usage.total_input();
    json!({
        "input_tokens": input,
        "input_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": input.saturating_add(usage.output_tokens),
    })
}
