use bytes::Bytes;
use protocol::TokenUsage;
use serde_json::{Value, json};

use super::{Answer, Call};

pub(super) fn usage_json(usage: &TokenUsage) -> Value {
    json!({
        "input_tokens": usage.total_input(),
        "input_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.total_input() + usage.output_tokens,
    })
}

/// The answer as the Responses API gives it.
impl Answer {
    /// The response object; one that is in progress has neither output nor usage.
    pub fn response(&self, call: &Call, status: &str) -> Value {
        let is_over = status != "in_progress";
        let part = json!({"type": "output_text", "annotations": [], "logprobs": [], "text": self.text()});
        json!({
            "id": self.id, "object": "response", "created_at": 1.0, "status": status, "error": null,
            "incomplete_details": null, "instructions": call.json()["instructions"], "model": call.model(),
            "output": if is_over { json!([item(&[part], status)]) } else { json!([]) },
            "parallel_tool_calls": true, "tool_choice": "auto", "tools": [], "metadata": {},
            "usage": if is_over { usage_json(&self.usage) } else { Value::Null },
        })
    }

    /// One delta a word, between the events that frame them; the last one tells the usage.
    pub fn response_events(&self, call: &Call) -> Vec<Bytes> {
        let place = |mut members: Value| {
            members["item_id"] = "msg_1".into();
            members["output_index"] = 0.into();
            members["content_index"] = 0.into();
            members
        };
        let part =
            |text: &str| json!({"type": "output_text", "annotations": [], "logprobs": [], "text": text});
        let progress = || json!({"response": self.response(call, "in_progress")});
        let mut events = vec![
            ("response.created", progress()),
            ("response.in_progress", progress()),
            (
                "response.output_item.added",
                json!({"output_index": 0, "item": item(&[], "in_progress")}),
            ),
            ("response.content_part.added", place(json!({"part": part("")}))),
        ];
        events.extend(self.words.iter().map(|word| {
            (
                "response.output_text.delta",
                place(json!({"delta": word, "logprobs": []})),
            )
        }));
        let text = self.text();
        events.extend([
            (
                "response.output_text.done",
                place(json!({"text": text, "logprobs": []})),
            ),
            ("response.content_part.done", place(json!({"part": part(&text)}))),
            (
                "response.output_item.done",
                json!({"output_index": 0, "item": item(&[part(&text)], "completed")}),
            ),
            (
                "response.completed",
                json!({"response": self.response(call, "completed")}),
            ),
        ]);
        let numbered = events.into_iter().enumerate();
        numbered
            .map(|(number, (name, members))| named(name, number, members))
            .collect()
    }
}

fn item(parts: &[Value], status: &str) -> Value {
    json!({"id": "msg_1", "type": "message", "status": status, "role": "assistant", "content": parts})
}

fn named(name: &str, number: usize, mut members: Value) -> Bytes {
    members["type"] = name.into();
    members["sequence_number"] = number.into();
    format!("event: {name}\ndata: {members}\n\n").into()
}
