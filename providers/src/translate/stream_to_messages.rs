use bytes::Bytes;
use protocol::{Code, Problem, TokenUsage};
use serde_json::{Value, json};

use super::{
    answer::{call_id, content_text},
    usage::{messages_usage, stop_reason},
};
use crate::{
    answer::{EventKind, event_data},
    anthropic, openai,
};

/// As much as is held back of calls that cannot be sent yet.
const HELD_BYTES_MAX: usize = 16 * 1024 * 1024;
const CALLS_MAX: usize = 1_024;

/// A chat stream as an Anthropic stream.
///
/// Takes raw events one by one, as [`EventReader`](crate::sse::EventReader) cuts them; gives the
/// bytes to send in place of each, which may be several events.
///
/// Blocks come one after another there, while pieces of several calls may be mixed here. So the
/// first call is passed on as it comes, and what belongs behind it is held back until the end.
#[derive(Debug, Default)]
pub struct StreamToMessages {
    counted_input: u64,
    id: Value,
    is_started: bool,
    open: Option<Open>,
    /// The number of the next block.
    blocks: u64,
    calls: Vec<Call>,
    /// Text that came after a call had begun.
    late_text: String,
    held_bytes: usize,
    reason: Option<&'static str>,
    is_refused: bool,
    usage: Option<TokenUsage>,
    is_over: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Text,
    /// Its place in the list of calls.
    Call(usize),
}

#[derive(Debug, Default)]
struct Call {
    /// The number that the upstream gave it.
    key: u64,
    id: Value,
    name: String,
    /// Arguments that are not sent yet.
    held: String,
    is_sent: bool,
}

impl StreamToMessages {
    /// `counted_input` is what the first event says of the input, which the upstream reports only
    /// at the end.
    pub fn new(counted_input: u64) -> Self {
        Self {
            counted_input,
            ..Self::default()
        }
    }

    /// The bytes to send in place of an event; None when there is nothing to say. Comments pass as
    /// they are, and nothing comes after the end or an error.
    ///
    /// The end waits for `[DONE]` or [`Self::finish`], since usage comes after the finish here.
    pub fn event(&mut self, raw: &Bytes) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let info = openai::scan_event(raw);
        self.usage = info.usage.or(self.usage);
        match info.kind {
            EventKind::Comment => return Some(raw.clone()),
            EventKind::Done => return self.end(),
            _ if info.error => return Some(self.fail(&openai::event_problem(raw))),
            EventKind::Data | EventKind::Other => {}
        }
        let chunk: Value = serde_json::from_slice(&event_data(raw)?).ok()?;
        let mut out = Vec::new();
        self.start(&chunk, &mut out);
        let choices = chunk["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
        for choice in choices
            .iter()
            .filter(|choice| choice["index"].as_u64().unwrap_or(0) == 0)
        {
            self.choice(choice, &mut out);
        }
        if self.held_bytes > HELD_BYTES_MAX || self.calls.len() > CALLS_MAX {
            let problem = Problem::new(Code::UpstreamUnavailable, "The provider sent more than fits.");
            return Some(self.fail(&problem));
        }
        (!out.is_empty()).then(|| out.into())
    }

    /// What is missing when a finished stream ends without `[DONE]`; None when it was cut.
    pub fn finish(&mut self) -> Option<Bytes> {
        if self.is_over || self.reason.is_none() {
            return None;
        }
        self.end()
    }

    fn fail(&mut self, problem: &Problem) -> Bytes {
        self.is_over = true;
        anthropic::error_event(problem)
    }

    fn start(&mut self, chunk: &Value, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.is_started, true) {
            return;
        }
        self.id = chunk["id"].clone();
        let usage = TokenUsage {
            input_tokens: self.counted_input,
            ..TokenUsage::default()
        };
        let message = json!({
            "id": chunk["id"], "type": "message", "role": "assistant", "model": chunk["model"],
            "content": [], "stop_reason": null, "stop_sequence": null, "usage": messages_usage(&usage),
        });
        write(out, "message_start", json!({ "message": message }));
    }

    fn choice(&mut self, choice: &Value, out: &mut Vec<u8>) {
        let delta = &choice["delta"];
        self.text(&content_text(&delta["content"]), out);
        let refusal = delta["refusal"].as_str().unwrap_or_default();
        self.is_refused |= !refusal.is_empty();
        self.text(refusal, out);
        for call in delta["tool_calls"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
        {
            self.call(call, out);
        }
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.reason = Some(stop_reason(reason));
        }
        let thinks = ["reasoning_content", "reasoning"]
            .iter()
            .any(|name| delta[*name].is_string());
        if out.is_empty() && thinks {
            // Thoughts are left out, since no client could send them back unsigned; that the model
            // is at work is said.
            write(out, "ping", json!({}));
        }
    }

    fn text(&mut self, text: &str, out: &mut Vec<u8>) {
        match self.open {
            _ if text.is_empty() => {}
            Some(Open::Call(_)) => {
                self.held_bytes += text.len();
                self.late_text.push_str(text);
            }
            Some(Open::Text) => self.text_delta(text, out),
            None => {
                self.open_text(out);
                self.text_delta(text, out);
            }
        }
    }

    /// A piece of a call.
    fn call(&mut self, piece: &Value, out: &mut Vec<u8>) {
        let at = self.place_of(piece);
        let call = &mut self.calls[at];
        if call.id.is_null() {
            call.id = piece["id"].clone();
        }
        let function = &piece["function"];
        if call.name.is_empty() {
            call.name = function["name"].as_str().unwrap_or_default().to_owned();
        }
        let arguments = function["arguments"].as_str().unwrap_or_default();
        call.held.push_str(arguments);
        self.held_bytes += arguments.len();
        let is_ready = !self.calls[at].name.is_empty();
        if matches!(self.open, None | Some(Open::Text)) && is_ready {
            self.close(out);
            self.open_call(at, out);
        }
        if self.open == Some(Open::Call(at)) {
            self.send_held(at, out);
        }
    }

    /// Where the call of a piece is in the list. Servers that give no number send each call whole,
    /// with its name; without one it goes on with the last.
    fn place_of(&mut self, piece: &Value) -> usize {
        let is_new = !piece["function"]["name"].as_str().unwrap_or_default().is_empty();
        let key = match piece["index"].as_u64() {
            Some(key) => key,
            None if is_new => self
                .calls
                .iter()
                .map(|call| call.key.saturating_add(1))
                .max()
                .unwrap_or(0),
            None => self.calls.last().map_or(0, |call| call.key),
        };
        if let Some(at) = self.calls.iter().position(|call| call.key == key) {
            return at;
        }
        self.calls.push(Call {
            key,
            ..Call::default()
        });
        self.calls.len() - 1
    }

    fn end(&mut self) -> Option<Bytes> {
        self.is_over = true;
        let mut out = Vec::new();
        self.start(&Value::Null, &mut out);
        self.close(&mut out);
        for at in 0..self.calls.len() {
            if !self.calls[at].is_sent {
                self.open_call(at, &mut out);
                self.send_held(at, &mut out);
                self.close(&mut out);
            }
        }
        let late = std::mem::take(&mut self.late_text);
        self.text(&late, &mut out);
        self.close(&mut out);
        let reason = match self.reason.unwrap_or("end_turn") {
            _ if self.is_refused => "refusal",
            // Some servers say `stop` after calls.
            "end_turn" if !self.calls.is_empty() => "tool_use",
            reason => reason,
        };
        let usage = self.usage.unwrap_or(TokenUsage {
            input_tokens: self.counted_input,
            ..TokenUsage::default()
        });
        let delta = json!({"stop_reason": reason, "stop_sequence": null});
        let members = json!({"delta": delta, "usage": messages_usage(&usage)});
        write(&mut out, "message_delta", members);
        write(&mut out, "message_stop", json!({}));
        Some(out.into())
    }

    fn open_text(&mut self, out: &mut Vec<u8>) {
        self.open = Some(Open::Text);
        let block = json!({"type": "text", "text": ""});
        self.open_block(&block, out);
    }

    fn open_call(&mut self, at: usize, out: &mut Vec<u8>) {
        self.open = Some(Open::Call(at));
        let call = &mut self.calls[at];
        call.is_sent = true;
        let id = call_id(&self.id, at, &call.id);
        let block = json!({"type": "tool_use", "id": id, "name": call.name, "input": {}});
        self.open_block(&block, out);
    }

    fn open_block(&mut self, block: &Value, out: &mut Vec<u8>) {
        let members = json!({"index": self.blocks, "content_block": block});
        write(out, "content_block_start", members);
        self.blocks += 1;
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.open.take().is_some() {
            write(out, "content_block_stop", json!({"index": self.blocks - 1}));
        }
    }

    fn text_delta(&self, text: &str, out: &mut Vec<u8>) {
        self.delta(json!({"type": "text_delta", "text": text}), out);
    }

    fn send_held(&mut self, at: usize, out: &mut Vec<u8>) {
        let held = std::mem::take(&mut self.calls[at].held);
        self.held_bytes -= held.len();
        if !held.is_empty() {
            self.delta(json!({"type": "input_json_delta", "partial_json": held}), out);
        }
    }

    fn delta(&self, delta: Value, out: &mut Vec<u8>) {
        let members = json!({"index": self.blocks - 1, "delta": delta});
        write(out, "content_block_delta", members);
    }
}

/// An event; its name stands within the data too.
fn write(out: &mut Vec<u8>, name: &str, mut members: Value) {
    members["type"] = name.into();
    out.extend_from_slice(format!("event: {name}\ndata: {members}\n\n").as_bytes());
}
