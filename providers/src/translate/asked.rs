//! What an answer of the Responses API must know of its request.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

/// The members of a response that repeat the request, and what the names in it stand for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub(super) echo: Map<String, Value>,
    /// Tools that are called by another name, or in another way, than they were defined.
    pub(super) names: HashMap<String, Called>,
}

/// What a call of a chat model becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Called {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    /// Its input is a text of any form; a chat model writes it as the only member of an object.
    pub(super) is_custom: bool,
}

/// A response to be written: its id, and when it began in seconds.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) asked: std::sync::Arc<Asked>,
    pub(super) id: String,
    pub(super) created: u64,
}

/// The member of a custom tool's object.
pub(super) const CUSTOM_INPUT: &str = "input";

const ECHOED: [&str; 15] = [
    "instructions",
    "max_output_tokens",
    "max_tool_calls",
    "metadata",
    "parallel_tool_calls",
    "prompt_cache_key",
    "reasoning",
    "safety_identifier",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_p",
    "truncation",
    "user",
];

/// What holds where the request does not say it.
fn default_of(name: &str) -> Value {
    match name {
        "metadata" => json!({}),
        "parallel_tool_calls" => true.into(),
        "reasoning" => json!({"effort": null, "summary": null}),
        "text" => json!({"format": {"type": "text"}}),
        "tool_choice" => "auto".into(),
        "tools" => json!([]),
        "truncation" => "disabled".into(),
        _ => Value::Null,
    }
}

impl Asked {
    /// Of the members of a request.
    pub(super) fn of(request: &Map<String, Value>) -> Self {
        let echo = ECHOED.iter().map(|name| {
            let said = request.get(*name).filter(|value| !value.is_null());
            (
                (*name).to_owned(),
                said.cloned().unwrap_or_else(|| default_of(name)),
            )
        });
        Self {
            echo: echo.collect(),
            names: HashMap::new(),
        }
    }

    pub(super) fn called(&self, name: &str) -> Called {
        self.names.get(name).cloned().unwrap_or_else(|| Called {
            name: name.to_owned(),
            ..Called::default()
        })
    }
}

impl Called {
    /// The item of a call that is written to its end.
    pub(super) fn item(&self, id: &str, call_id: &str, arguments: &str, status: &str) -> Value {
        let mut item = if self.is_custom {
            json!({
                "id": id, "type": "custom_tool_call", "status": status, "call_id": call_id,
                "name": self.name, "input": custom_input(arguments),
            })
        } else {
            json!({
                "id": id, "type": "function_call", "status": status, "call_id": call_id,
                "name": self.name, "arguments": arguments,
            })
        };
        if let Some(namespace) = &self.namespace {
            item["namespace"] = namespace.as_str().into();
        }
        item
    }

    /// The start of its id, by which the dialect's own ids tell their kind.
    pub(super) const fn id_start(&self) -> &'static str {
        if self.is_custom { "ctc" } else { "fc" }
    }
}

/// The text of a custom tool's call. A model that does not keep to the object means all it wrote.
pub(super) fn custom_input(arguments: &str) -> String {
    let object: Option<Value> = serde_json::from_str(arguments).ok();
    let input = object.as_ref().and_then(|object| object[CUSTOM_INPUT].as_str());
    input.unwrap_or(arguments).to_owned()
}

impl Frame {
    /// The response with this status and these items.
    pub(super) fn response(&self, model: &Value, status: &str, output: &[Value], usage: Value) -> Value {
        let mut response = json!({
            "id": self.id, "object": "response", "created_at": self.created, "status": status,
            "background": false, "error": null, "incomplete_details": null, "model": model,
            "output": output, "previous_response_id": null, "store": false, "usage": usage,
        });
        for (name, value) in &self.asked.echo {
            response[name.as_str()] = value.clone();
        }
        response
    }

    /// The id of the item of this number.
    pub(super) fn item_id(&self, start: &str, number: usize) -> String {
        let own = self.id.strip_prefix("resp_").unwrap_or(&self.id);
        format!("{start}_{own}_{number}")
    }
}
