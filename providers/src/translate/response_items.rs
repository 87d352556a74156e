//! The items of a response while they are written, and the events that tell of them.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    answer::call_id,
    asked::{Called, Frame, custom_input},
    response_answer::{message_item, part, reasoning_item},
};

/// Events that wait to be sent, numbered.
#[derive(Debug, Default)]
pub(super) struct Events {
    out: Vec<u8>,
    sequence: u64,
}

impl Events {
    /// The number of the next event.
    pub(super) const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// An event; its name stands within the data too.
    pub(super) fn write(&mut self, name: &str, mut members: Value) {
        members["type"] = name.into();
        members["sequence_number"] = self.sequence.into();
        self.sequence += 1;
        self.out
            .extend_from_slice(format!("event: {name}\ndata: {members}\n\n").as_bytes());
    }

    pub(super) fn take(&mut self) -> Option<Bytes> {
        (!self.out.is_empty()).then(|| std::mem::take(&mut self.out).into())
    }
}

/// All items so far. Text and thoughts are open one at a time; calls stay open until the end, since
/// their pieces may be mixed.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// What is done, in the order in which it was begun; null for what is open.
    output: Vec<Value>,
    writing: Option<Writing>,
    calls: Vec<Call>,
    kept_bytes: usize,
}

/// The text or thoughts that are being written.
#[derive(Debug)]
struct Writing {
    index: usize,
    id: String,
    /// `reasoning`, or the kind of the part that is open.
    kind: &'static str,
    text: String,
    /// Parts of the message before the open one.
    parts: Vec<Value>,
}

#[derive(Debug, Default)]
struct Call {
    /// The number that the upstream gave it.
    key: u64,
    call_id: String,
    name: String,
    arguments: String,
    /// Once its name is known.
    open: Option<OpenCall>,
}

#[derive(Debug)]
struct OpenCall {
    index: usize,
    id: String,
    called: Called,
}

impl Items {
    pub(super) const fn kept_bytes(&self) -> usize {
        self.kept_bytes
    }

    pub(super) fn output(&self) -> &[Value] {
        &self.output
    }

    pub(super) fn think(&mut self, thoughts: &str, frame: &Frame, events: &mut Events) {
        self.kept_bytes += thoughts.len();
        if self.writing.as_ref().is_none_or(|open| open.kind != "reasoning") {
            self.close_text("completed", events);
            self.open_text("reasoning", "rs", frame, events);
        }
        if let Some(open) = &mut self.writing {
            open.text.push_str(thoughts);
            let members = json!({
                "item_id": open.id, "output_index": open.index, "summary_index": 0, "delta": thoughts,
            });
            events.write("response.reasoning_summary_text.delta", members);
        }
    }

    pub(super) fn say(&mut self, kind: &'static str, text: &str, frame: &Frame, events: &mut Events) {
        if text.is_empty() {
            return;
        }
        self.kept_bytes += text.len();
        match &mut self.writing {
            Some(open) if open.kind == kind => {}
            Some(open) if open.kind != "reasoning" => {
                open.close_part(events);
                open.kind = kind;
                open.open_part(events);
            }
            _ => {
                self.close_text("completed", events);
                self.open_text(kind, "msg", frame, events);
            }
        }
        if let Some(open) = &mut self.writing {
            open.text.push_str(text);
            let mut members = open.place();
            members["delta"] = text.into();
            if kind == "output_text" {
                members["logprobs"] = json!([]);
            }
            events.write(&format!("response.{kind}.delta"), members);
        }
    }

    /// A piece of a call.
    pub(super) fn call(&mut self, piece: &Value, frame: &Frame, events: &mut Events) {
        self.close_text("completed", events);
        let at = self.place_of(piece);
        let call = &mut self.calls[at];
        if call.call_id.is_empty() {
            call.call_id = piece["id"].as_str().unwrap_or_default().to_owned();
        }
        let function = &piece["function"];
        if call.name.is_empty() {
            call.name = function["name"].as_str().unwrap_or_default().to_owned();
        }
        let arguments = match &function["arguments"] {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            // Some servers write the object itself.
            object => object.to_string(),
        };
        self.kept_bytes += arguments.len();
        let is_new = call.open.is_none() && !call.name.is_empty();
        let before = call.arguments.len();
        call.arguments.push_str(&arguments);
        if is_new {
            self.open_call(at, frame, events);
            self.calls[at].send_arguments(0, events);
        } else {
            self.calls[at].send_arguments(before, events);
        }
    }

    /// Where the call of a piece is in the list. Servers that give no number send each call whole,
    /// with its name; without one it goes on with the last.
    fn place_of(&mut self, piece: &Value) -> usize {
        let is_new = !piece["function"]["name"].as_str().unwrap_or_default().is_empty();
        let key = match piece["index"].as_u64() {
            Some(key) => key,
            None if is_new => {
                let keys = self.calls.iter().map(|call| call.key.saturating_add(1));
                keys.max().unwrap_or(0)
            }
            None => self.calls.last().map_or(0, |call| call.key),
        };
        if let Some(at) = self.calls.iter().position(|call| call.key == key) {
            return at;
        }
        // Each one takes room, even without a byte of arguments.
        self.kept_bytes += size_of::<Call>();
        self.calls.push(Call {
            key,
            ..Call::default()
        });
        self.calls.len() - 1
    }

    /// Ends all that is open. `status` is that of the answer: what was cut short is not complete.
    pub(super) fn close_all(&mut self, status: &str, frame: &Frame, events: &mut Events) {
        self.close_text(status, events);
        for at in 0..self.calls.len() {
            if self.calls[at].open.is_none() {
                self.open_call(at, frame, events);
                self.calls[at].send_arguments(0, events);
            }
            self.close_call(at, status, events);
        }
    }

    fn open_text(&mut self, kind: &'static str, start: &str, frame: &Frame, events: &mut Events) {
        let index = self.output.len();
        self.output.push(Value::Null);
        let open = Writing {
            index,
            id: frame.item_id(start, index),
            kind,
            text: String::new(),
            parts: Vec::new(),
        };
        let item = if kind == "reasoning" {
            json!({"id": open.id, "type": "reasoning", "summary": []})
        } else {
            message_item(&open.id, &[], "in_progress")
        };
        added(index, &item, events);
        open.open_part(events);
        self.writing = Some(open);
    }

    fn close_text(&mut self, status: &str, events: &mut Events) {
        let Some(mut open) = self.writing.take() else {
            return;
        };
        let item = if open.kind == "reasoning" {
            open.close_summary(events);
            reasoning_item(&open.id, &open.text)
        } else {
            open.close_part(events);
            message_item(&open.id, &open.parts, status)
        };
        self.done(open.index, item, events);
    }

    fn open_call(&mut self, at: usize, frame: &Frame, events: &mut Events) {
        let index = self.output.len();
        self.output.push(Value::Null);
        let call = &mut self.calls[at];
        let called = frame.asked.called(&call.name);
        let id = frame.item_id(called.id_start(), index);
        if call.call_id.is_empty() {
            call.call_id = call_id(&frame.id.as_str().into(), at, &Value::Null);
        }
        added(index, &called.item(&id, &call.call_id, "", "in_progress"), events);
        call.open = Some(OpenCall { index, id, called });
    }

    fn close_call(&mut self, at: usize, status: &str, events: &mut Events) {
        let call = &mut self.calls[at];
        let Some(open) = call.open.take() else {
            return;
        };
        if call.arguments.is_empty() && !open.called.is_custom {
            // No input at all is an empty object.
            call.arguments = "{}".into();
        }
        if open.called.is_custom {
            let input = custom_input(&call.arguments);
            let members = json!({"item_id": open.id, "output_index": open.index, "delta": input});
            events.write("response.custom_tool_call_input.delta", members);
            let members = json!({"item_id": open.id, "output_index": open.index, "input": input});
            events.write("response.custom_tool_call_input.done", members);
        } else {
            let members = json!({
                "item_id": open.id, "output_index": open.index, "name": open.called.name,
                "arguments": call.arguments,
            });
            events.write("response.function_call_arguments.done", members);
        }
        let item = open.called.item(&open.id, &call.call_id, &call.arguments, status);
        self.done(open.index, item, events);
    }

    fn done(&mut self, index: usize, item: Value, events: &mut Events) {
        let members = json!({"output_index": index, "item": item});
        events.write("response.output_item.done", members);
        self.output[index] = item;
    }
}

fn added(index: usize, item: &Value, events: &mut Events) {
    let members = json!({"output_index": index, "item": item});
    events.write("response.output_item.added", members);
}

impl Call {
    /// Passes on the arguments from here on. A custom tool's input can only be read out of them when
    /// they are complete.
    fn send_arguments(&self, from: usize, events: &mut Events) {
        let Some(open) = self.open.as_ref().filter(|open| !open.called.is_custom) else {
            return;
        };
        let delta = &self.arguments[from..];
        if !delta.is_empty() {
            let members = json!({"item_id": open.id, "output_index": open.index, "delta": delta});
            events.write("response.function_call_arguments.delta", members);
        }
    }
}

impl Writing {
    /// Where the open part stands.
    fn place(&self) -> Value {
        json!({"item_id": self.id, "output_index": self.index, "content_index": self.parts.len()})
    }

    fn open_part(&self, events: &mut Events) {
        if self.kind == "reasoning" {
            return self.summary("response.reasoning_summary_part.added", "", events);
        }
        let mut members = self.place();
        members["part"] = part(self.kind, "");
        events.write("response.content_part.added", members);
    }

    fn close_part(&mut self, events: &mut Events) {
        let text = std::mem::take(&mut self.text);
        let mut members = self.place();
        if self.kind == "refusal" {
            members["refusal"] = text.as_str().into();
        } else {
            members["text"] = text.as_str().into();
            members["logprobs"] = json!([]);
        }
        events.write(&format!("response.{}.done", self.kind), members);
        let part = part(self.kind, &text);
        let mut members = self.place();
        members["part"] = part.clone();
        events.write("response.content_part.done", members);
        self.parts.push(part);
    }

    fn close_summary(&self, events: &mut Events) {
        let members = json!({
            "item_id": self.id, "output_index": self.index, "summary_index": 0, "text": self.text,
        });
        events.write("response.reasoning_summary_text.done", members);
        self.summary("response.reasoning_summary_part.done", &self.text, events);
    }

    fn summary(&self, name: &str, text: &str, events: &mut Events) {
        let members = json!({
            "item_id": self.id, "output_index": self.index, "summary_index": 0,
            "part": {"type": "summary_text", "text": text},
        });
        events.write(name, members);
    }
}
