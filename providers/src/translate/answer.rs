//! Whole answers.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    turns_to_messages::arguments_object,
    usage::{chat_usage, finish_reason, messages_usage, stop_reason},
};
use crate::{anthropic, openai};

/// An Anthropic answer as a chat answer; None when it is none. `created` is the time now, in
/// seconds, which that dialect does not say.
pub fn chat_answer(body: &[u8], created: u64) -> Option<Bytes> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let blocks = answer.get("content")?.as_array()?;
    let usage = anthropic::scan_answer(body).usage;
    let calls: Vec<Value> = blocks
        .iter()
        .filter(|block| block["type"] == "tool_use")
        .map(tool_call)
        .collect();
    let said = joined(blocks, "text");
    let mut message = json!({
        "role": "assistant",
        "content": if said.is_empty() && !calls.is_empty() { Value::Null } else { said.into() },
        "refusal": null,
    });
    let thoughts = joined(blocks, "thinking");
    if !thoughts.is_empty() {
        // Not OpenAI's own, but what servers and clients of the dialect agree on.
        message["reasoning_content"] = thoughts.into();
    }
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    let reason = finish_reason(answer["stop_reason"].as_str().unwrap_or_default());
    let mut made = json!({
        "id": answer["id"],
        "object": "chat.completion",
        "created": created,
        "model": answer["model"],
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": reason}],
    });
    if let Some(usage) = usage {
        made["usage"] = chat_usage(&usage);
    }
    Some(made.to_string().into())
}

/// The texts of all blocks of a kind, whose text lies in a member of that name.
fn joined(blocks: &[Value], kind: &str) -> String {
    let texts = blocks.iter().filter(|block| block["type"] == kind);
    texts.filter_map(|block| block[kind].as_str()).collect()
}

fn tool_call(block: &Value) -> Value {
    let input = match &block["input"] {
        Value::Null => json!({}),
        input => input.clone(),
    };
    json!({
        "id": block["id"],
        "type": "function",
        "function": {"name": block["name"], "arguments": input.to_string()},
    })
}

/// A chat answer as an Anthropic answer; None when it is none.
///
/// Thoughts are left out: without a signature no client could send them back.
pub fn messages_answer(body: &[u8]) -> Option<Bytes> {
    let answer: Value = serde_json::from_slice(body).ok()?;
    let choice = answer.get("choices")?.as_array()?.first()?;
    let message = choice.get("message")?;
    let mut blocks = Vec::new();
    let said = content_text(&message["content"]);
    let refusal = message["refusal"].as_str().unwrap_or_default();
    for text in [said.as_str(), refusal] {
        if !text.is_empty() {
            blocks.push(json!({"type": "text", "text": text}));
        }
    }
    let calls = message["tool_calls"].as_array();
    let calls = calls.map(Vec::as_slice).unwrap_or_default();
    blocks.extend(
        calls
            .iter()
            .enumerate()
            .map(|(index, call)| tool_use(&answer["id"], index, call)),
    );
    let reason = match choice["finish_reason"].as_str().unwrap_or_default() {
        _ if !refusal.is_empty() => "refusal",
        // Some servers say `stop` after calls.
        "stop" if !calls.is_empty() => "tool_use",
        reason => stop_reason(reason),
    };
    let usage = openai::scan_answer(body).usage.unwrap_or_default();
    let made = json!({
        "id": answer["id"],
        "type": "message",
        "role": "assistant",
        "model": answer["model"],
        "content": blocks,
        "stop_reason": reason,
        "stop_sequence": null,
        "usage": messages_usage(&usage),
    });
    Some(made.to_string().into())
}

/// A text, or the texts of a list of parts.
pub(super) fn content_text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

fn tool_use(answer: &Value, index: usize, call: &Value) -> Value {
    let function = &call["function"];
    let arguments = match &function["arguments"] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        // Some servers write the object itself.
        object => object.to_string(),
    };
    // What is no object cannot be written there. Under a name of its own it fails the tool's own
    // check, where it is noticed.
    let input = arguments_object(&arguments).unwrap_or_else(|| json!({"arguments": arguments}));
    json!({"type": "tool_use", "id": call_id(answer, index, &call["id"]), "name": function["name"], "input": input})
}

/// The id of a call. Some servers give none, and a result could not name it; the answer's own id
/// keeps it apart from the calls of other turns.
pub(super) fn call_id(answer: &Value, index: usize, id: &Value) -> String {
    match id.as_str() {
        Some(id) if !id.is_empty() => id.to_owned(),
        _ => format!("call_{}_{index}", answer.as_str().unwrap_or_default()),
    }
}
