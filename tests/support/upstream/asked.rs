//! What a call asks a model for, whichever dialect it is written in.

use serde_json::Value;

use super::Call;

#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Names of the tools on offer.
    pub tools: Vec<String>,
    /// The tool that must be called.
    pub forced: Option<String>,
    /// What the tools gave back so far.
    pub results: Vec<String>,
    /// As data URLs or web addresses.
    pub images: Vec<String>,
    /// The schema that the answer must follow.
    pub schema: Option<Value>,
    pub wants_thoughts: bool,
    /// Texts that end the answer.
    pub stops: Vec<String>,
    pub output_cap: Option<u64>,
    pub choices: usize,
}

impl Asked {
    pub fn of(call: &Call) -> Self {
        let body = call.json();
        let mut asked = Self {
            output_cap: call.output_cap(),
            choices: usize::try_from(body["n"].as_u64().unwrap_or(1)).unwrap_or(1),
            ..Self::default()
        };
        let function = if call.is_chat() { "/function/name" } else { "/name" };
        let name = |value: &Value| value.pointer(function).and_then(Value::as_str).map(str::to_owned);
        asked.tools = list(&body["tools"]).filter_map(name).collect();
        asked.forced = name(&body["tool_choice"]);
        let stops = list(&body["stop"]).chain(list(&body["stop_sequences"]));
        asked.stops = stops.filter_map(Value::as_str).map(str::to_owned).collect();
        if call.is_chat() {
            asked.read_chat(body);
        } else if call.is_response() {
            asked.read_response(body);
        } else {
            asked.read_messages(body);
        }
        asked
    }

    fn read_chat(&mut self, body: &Value) {
        self.schema = body.pointer("/response_format/json_schema/schema").cloned();
        self.wants_thoughts = body["reasoning_effort"].is_string();
        for message in list(&body["messages"]) {
            if message["role"] == "tool" {
                self.results.push(text(&message["content"]));
            }
            let urls = list(&message["content"]).filter_map(|part| part["image_url"]["url"].as_str());
            self.images.extend(urls.map(str::to_owned));
        }
    }

    fn read_response(&mut self, body: &Value) {
        self.schema = body.pointer("/text/format/schema").cloned();
        self.wants_thoughts = body["reasoning"]["effort"].is_string();
        for item in list(&body["input"]) {
            if item["type"] == "function_call_output" {
                self.results.push(text(&item["output"]));
            }
            let urls = list(&item["content"]).filter_map(|part| part["image_url"].as_str());
            self.images.extend(urls.map(str::to_owned));
        }
    }

    fn read_messages(&mut self, body: &Value) {
        self.schema = body.pointer("/output_config/format/schema").cloned();
        self.wants_thoughts = body["thinking"].is_object() && body["thinking"]["type"] != "disabled";
        for block in list(&body["messages"]).flat_map(|message| list(&message["content"])) {
            if block["type"] == "tool_result" {
                self.results.push(text(&block["content"]));
            }
            self.images.extend(image(&block["source"]));
        }
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text, or the texts of parts.
fn text(content: &Value) -> String {
    match content.as_str() {
        Some(text) => text.to_owned(),
        None => list(content).filter_map(|part| part["text"].as_str()).collect(),
    }
}

fn image(source: &Value) -> Option<String> {
    let part = |name: &str| source[name].as_str();
    match part("type")? {
        "base64" => Some(format!("data:{};base64,{}", part("media_type")?, part("data")?)),
        _ => part("url").map(str::to_owned),
    }
}
