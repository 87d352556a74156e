//! The conversation of a Responses request in chat's form.

use std::collections::HashSet;

use protocol::Problem;
use serde_json::{Value, json};

use super::{
    asked::CUSTOM_INPUT,
    object::{Object, cannot_carry},
    parts_to_chat::{Parts, parts_of},
    response_tools::flat_name,
};
use crate::invalid::{invalid, wrong};

/// The messages of a chat request, the instructions first.
pub(super) fn of(instructions: Option<String>, input: Value) -> Result<Vec<Value>, Problem> {
    let mut turns = Turns::default();
    turns.system(instructions.unwrap_or_default());
    match input {
        Value::String(text) => turns.say(json!({"role": "user", "content": text})),
        Value::Array(items) => {
            for (index, item) in items.into_iter().enumerate() {
                turns.item(Object::of(item, format!("input[{index}]"))?)?;
            }
        }
        _ => return Err(wrong("input", "a text or a list of items")),
    }
    let messages = turns.finish();
    if messages.iter().all(|message| message["role"] == "system") {
        return Err(invalid(
            "The field `input` must hold at least one message that is not an instruction.",
        ));
    }
    Ok(messages)
}

#[derive(Default)]
struct Turns {
    messages: Vec<Value>,
    /// Calls whose results have not come yet. They must follow their calls at once, so whatever
    /// stands between is said after them.
    pending: HashSet<String>,
    held: Vec<Value>,
}

impl Turns {
    fn item(&mut self, mut item: Object) -> Result<(), Problem> {
        let kind = match item.text("type")? {
            Some(kind) => kind,
            // Only messages may leave it out; anything else refers to what a provider keeps.
            None => "message".into(),
        };
        match kind.as_str() {
            "message" => self.message(&mut item)?,
            "function_call" => {
                let arguments = item.text("arguments")?.unwrap_or_default();
                self.call(&mut item, &arguments)?;
            }
            "custom_tool_call" => {
                let input = item.text("input")?.unwrap_or_default();
                self.call(&mut item, &json!({CUSTOM_INPUT: input}).to_string())?;
            }
            "function_call_output" | "custom_tool_call_output" => self.result(&mut item)?,
            // Encrypted for the model that thought them, or told for people; no other takes them back.
            "reasoning" => return Ok(()),
            _ => return Err(cannot_carry(&item.path("type"))),
        }
        // What an item was called and how far it had come, which nobody needs any more.
        item.leave_out(&["id", "status", "phase", "caller"]);
        item.leave_out_if("async", |value| value == false)?;
        item.finish()
    }

    fn message(&mut self, item: &mut Object) -> Result<(), Problem> {
        let role = item.required_text("role")?;
        let Parts { said, media } = parts_of(item, "content")?;
        match role.as_str() {
            "user" => self.say(user_message(said, media)),
            "assistant" | "system" | "developer" if !media.is_empty() => {
                return Err(cannot_carry(&item.path("content")));
            }
            "assistant" => self.assistant(&said.concat()),
            "system" | "developer" => self.system(said.join("\n\n")),
            _ => return Err(cannot_carry(&item.path("role"))),
        }
        Ok(())
    }

    /// All that stands before the conversation is one message: some templates take no second.
    fn system(&mut self, text: String) {
        if text.is_empty() {
            return;
        }
        match self.messages.last_mut() {
            Some(last) if last["role"] == "system" && self.held.is_empty() => {
                let before = last["content"].as_str().unwrap_or_default();
                last["content"] = format!("{before}\n\n{text}").into();
            }
            _ => self.say(json!({"role": "system", "content": text})),
        }
    }

    fn say(&mut self, message: Value) {
        if self.pending.is_empty() {
            self.messages.push(message);
        } else {
            self.held.push(message);
        }
    }

    /// What the model said and called one after another is one message there.
    fn assistant_turn(&mut self) -> &mut Value {
        let goes_on = self.held.is_empty()
            && self
                .messages
                .last()
                .is_some_and(|last| last["role"] == "assistant");
        if !goes_on {
            self.let_go();
            self.messages
                .push(json!({"role": "assistant", "content": Value::Null}));
        }
        let last = self.messages.len() - 1;
        &mut self.messages[last]
    }

    fn assistant(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let turn = self.assistant_turn();
        let before = turn["content"].as_str().unwrap_or_default();
        let both = if before.is_empty() {
            text.to_owned()
        } else {
            format!("{before}\n\n{text}")
        };
        turn["content"] = both.into();
    }

    fn call(&mut self, item: &mut Object, arguments: &str) -> Result<(), Problem> {
        let id = item.required_text("call_id")?;
        let namespace = item.text("namespace")?;
        let name = flat_name(namespace.as_deref(), &item.required_text("name")?);
        let call = json!({
            "id": id, "type": "function", "function": {"name": name, "arguments": arguments},
        });
        let turn = self.assistant_turn();
        match turn["tool_calls"].as_array_mut() {
            Some(calls) => calls.push(call),
            None => turn["tool_calls"] = json!([call]),
        }
        self.pending.insert(id);
        Ok(())
    }

    /// A result is text there; its images and files follow as the user's.
    fn result(&mut self, item: &mut Object) -> Result<(), Problem> {
        let id = item.required_text("call_id")?;
        // Which tool it was is known by the call.
        item.leave_out(&["name", "namespace"]);
        let Parts { said, media } = parts_of(item, "output")?;
        let message = json!({"role": "tool", "tool_call_id": id, "content": said.join("\n")});
        self.messages.push(message);
        self.pending.remove(&id);
        if !media.is_empty() {
            self.held.push(json!({"role": "user", "content": media}));
        }
        if self.pending.is_empty() {
            self.let_go();
        }
        Ok(())
    }

    fn let_go(&mut self) {
        self.messages.append(&mut self.held);
    }

    fn finish(mut self) -> Vec<Value> {
        self.let_go();
        self.messages
    }
}

/// Many servers know no parts, so text alone is written as one.
fn user_message(said: Vec<String>, mut media: Vec<Value>) -> Value {
    let text = said.join("\n");
    if media.is_empty() {
        return json!({"role": "user", "content": text});
    }
    if !text.is_empty() {
        media.insert(0, json!({"type": "text", "text": text}));
    }
    json!({"role": "user", "content": media})
}
