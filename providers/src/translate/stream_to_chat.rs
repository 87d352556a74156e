use std::collections::BTreeMap;

use bytes::Bytes;
use protocol::TokenUsage;
use serde_json::{Value, json};

use super::usage::{chat_usage, finish_reason};
use crate::{
    answer::{EventKind, event_data},
    anthropic::{self, EventScanner},
    openai,
};

/// An Anthropic stream as a chat stream.
///
/// Takes raw events one by one, as [`EventReader`](crate::sse::EventReader) cuts them; gives the
/// bytes to send in place of each, which may be several events.
#[derive(Debug, Default)]
pub struct StreamToChat {
    created: u64,
    include_usage: bool,
    scanner: EventScanner,
    id: Value,
    model: Value,
    /// The calls whose blocks are open, by the number of their block.
    open: BTreeMap<u64, Call>,
    calls: u64,
    usage: Option<TokenUsage>,
    is_finished: bool,
    is_over: bool,
}

#[derive(Debug)]
struct Call {
    index: u64,
    has_arguments: bool,
}

impl StreamToChat {
    /// `created` is the time now, in seconds; `include_usage` what the client asked for.
    pub fn new(created: u64, include_usage: bool) -> Self {
        Self {
            created,
            include_usage,
            ..Self::default()
        }
    }

    /// The bytes to send in place of an event; None when there is nothing to say. Comments pass as
    /// they are, and nothing comes after the end or an error.
    pub fn event(&mut self, raw: &Bytes) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let info = self.scanner.scan(raw);
        self.usage = info.usage.or(self.usage);
        match info.kind {
            EventKind::Comment => return Some(raw.clone()),
            EventKind::Done => return self.end(),
            _ if info.error => {
                self.is_over = true;
                return Some(openai::error_event(&anthropic::event_problem(raw)));
            }
            EventKind::Data | EventKind::Other => {}
        }
        let event: Value = serde_json::from_slice(&event_data(raw)?).ok()?;
        let bytes = self.translated(&event)?;
        Some(bytes.into())
    }

    /// What is missing when a finished stream ends without `message_stop`; None when it was cut.
    pub fn finish(&mut self) -> Option<Bytes> {
        if self.is_finished { self.end() } else { None }
    }

    fn translated(&mut self, event: &Value) -> Option<Vec<u8>> {
        match event["type"].as_str()? {
            "message_start" => {
                self.id = event["message"]["id"].clone();
                self.model = event["message"]["model"].clone();
                Some(self.chunk(&json!({"role": "assistant", "content": ""}), None))
            }
            "content_block_start" => self.start(event["index"].as_u64()?, &event["content_block"]),
            "content_block_delta" => self.delta(event["index"].as_u64()?, &event["delta"]),
            "content_block_stop" => self.stop(event["index"].as_u64()?),
            "message_delta" => {
                let reason = finish_reason(event["delta"]["stop_reason"].as_str()?);
                self.is_finished = true;
                Some(self.chunk(&json!({}), Some(reason)))
            }
            // It keeps the connection alive there, and so does a comment here.
            "ping" => Some(b": ping\n\n".to_vec()),
            _ => None,
        }
    }

    fn start(&mut self, block: u64, content: &Value) -> Option<Vec<u8>> {
        if content["type"] == "text" {
            return self.text("content", &content["text"]);
        }
        if content["type"] != "tool_use" {
            return None;
        }
        let index = self.calls;
        self.calls += 1;
        // Anthropic itself sends an empty object here and the input in pieces; others send it whole.
        let input = content["input"].as_object().filter(|input| !input.is_empty());
        let arguments = input.map_or_else(String::new, |_| content["input"].to_string());
        let call = Call {
            index,
            has_arguments: !arguments.is_empty(),
        };
        self.open.insert(block, call);
        let call = json!({
            "index": index, "id": content["id"], "type": "function",
            "function": {"name": content["name"], "arguments": arguments},
        });
        Some(self.chunk(&json!({"tool_calls": [call]}), None))
    }

    fn delta(&mut self, block: u64, delta: &Value) -> Option<Vec<u8>> {
        match delta["type"].as_str()? {
            "text_delta" => self.text("content", &delta["text"]),
            // Not OpenAI's own, but what servers and clients of the dialect agree on.
            "thinking_delta" => self.text("reasoning_content", &delta["thinking"]),
            "input_json_delta" => {
                let piece = delta["partial_json"].as_str().filter(|piece| !piece.is_empty())?;
                let call = self.open.get_mut(&block)?;
                call.has_arguments = true;
                let index = call.index;
                Some(self.arguments(index, piece))
            }
            _ => None,
        }
    }

    fn stop(&mut self, block: u64) -> Option<Vec<u8>> {
        let call = self.open.remove(&block)?;
        // No input at all is an empty object, which must be written out here.
        (!call.has_arguments).then(|| self.arguments(call.index, "{}"))
    }

    fn text(&self, member: &str, text: &Value) -> Option<Vec<u8>> {
        let text = text.as_str().filter(|text| !text.is_empty())?;
        Some(self.chunk(&json!({ member: text }), None))
    }

    fn arguments(&self, index: u64, piece: &str) -> Vec<u8> {
        let call = json!({"index": index, "function": {"arguments": piece}});
        self.chunk(&json!({"tool_calls": [call]}), None)
    }

    fn end(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        self.is_over = true;
        let mut bytes = Vec::new();
        if let Some(usage) = self.usage.filter(|_| self.include_usage) {
            let mut chunk = self.head();
            chunk["choices"] = json!([]);
            chunk["usage"] = chat_usage(&usage);
            bytes = written(&chunk);
        }
        bytes.extend_from_slice(b"data: [DONE]\n\n");
        Some(bytes.into())
    }

    fn chunk(&self, delta: &Value, reason: Option<&str>) -> Vec<u8> {
        let mut chunk = self.head();
        chunk["choices"] = json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}]);
        if self.include_usage {
            chunk["usage"] = Value::Null;
        }
        written(&chunk)
    }

    fn head(&self) -> Value {
        json!({
            "id": self.id, "object": "chat.completion.chunk", "created": self.created, "model": self.model,
        })
    }
}

fn written(chunk: &Value) -> Vec<u8> {
    format!("data: {chunk}\n\n").into_bytes()
}
