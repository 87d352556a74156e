//! The conversation of a chat request in Anthropic's form.

use protocol::Problem;
use serde_json::{Value, json};

use super::{
    media,
    object::{Object, cannot_carry},
};
use crate::invalid::{invalid, wrong};

/// A conversation, whose system prompts stand apart.
#[derive(Default)]
pub(super) struct Turns {
    pub(super) system: Vec<Value>,
    turns: Vec<Turn>,
    /// The model is to go on from what a tool gave back.
    pub(super) ends_with_tool: bool,
}

struct Turn {
    role: &'static str,
    blocks: Vec<Value>,
}

impl Turns {
    pub(super) fn of(messages: Vec<Value>) -> Result<Self, Problem> {
        let mut turns = Self::default();
        for (index, message) in messages.into_iter().enumerate() {
            let mut message = Object::of(message, format!("messages[{index}]"))?;
            let role = message.required_text("role")?;
            turns.message(&role, &mut message)?;
            turns.ends_with_tool = role == "tool";
            message.finish()?;
        }
        if turns.turns.is_empty() {
            return Err(invalid(
                "The field `messages` must hold at least one message that is not empty.",
            ));
        }
        Ok(turns)
    }

    pub(super) fn into_messages(self) -> Vec<Value> {
        let written = self
            .turns
            .into_iter()
            .map(|turn| json!({"role": turn.role, "content": turn.blocks}));
        written.collect()
    }

    fn message(&mut self, role: &str, message: &mut Object) -> Result<(), Problem> {
        // Who of several people speaks has no place there.
        message.leave_out(&["name"]);
        match role {
            // All of them go to the front, as Anthropic's own compatible endpoint does it.
            "system" | "developer" => {
                let blocks = blocks(message, text_block)?;
                self.system.extend(blocks);
            }
            "user" => {
                let blocks = blocks(message, user_block)?;
                self.push("user", blocks);
            }
            "assistant" => {
                let blocks = assistant(message)?;
                self.push("assistant", blocks);
            }
            "tool" => {
                let result = tool_result(message)?;
                self.push("user", vec![result]);
            }
            _ => return Err(cannot_carry(&message.path("role"))),
        }
        Ok(())
    }

    /// Turns alternate there; all results of one turn's calls must stand in the next one.
    fn push(&mut self, role: &'static str, blocks: Vec<Value>) {
        match self.turns.last_mut() {
            Some(last) if last.role == role => last.blocks.extend(blocks),
            _ if blocks.is_empty() => {}
            _ => self.turns.push(Turn { role, blocks }),
        }
    }
}

/// The content of a message, each part made a block. Empty texts, which are refused there, are left
/// out.
fn blocks(
    message: &mut Object,
    block: impl Fn(&str, &mut Object) -> Result<Value, Problem>,
) -> Result<Vec<Value>, Problem> {
    let path = message.path("content");
    let parts = match message.take("content") {
        None => return Ok(Vec::new()),
        Some(Value::String(text)) => return Ok(text_of(text).into_iter().collect()),
        Some(Value::Array(parts)) => parts,
        Some(_) => return Err(wrong(&path, "a text or a list of parts")),
    };
    let mut made = Vec::with_capacity(parts.len());
    for (index, part) in parts.into_iter().enumerate() {
        let mut part = Object::of(part, format!("{path}[{index}]"))?;
        let kind = part.required_text("type")?;
        let block = block(&kind, &mut part)?;
        part.leave_out(&["cache_control", "annotations"]);
        part.finish()?;
        if block["text"] != "" {
            made.push(block);
        }
    }
    Ok(made)
}

fn text_of(text: String) -> Option<Value> {
    (!text.is_empty()).then(|| json!({"type": "text", "text": text}))
}

fn text_block(kind: &str, part: &mut Object) -> Result<Value, Problem> {
    match kind {
        "text" | "refusal" => Ok(json!({"type": "text", "text": part.required_text(kind)?})),
        _ => Err(cannot_carry(&part.path("type"))),
    }
}

fn user_block(kind: &str, part: &mut Object) -> Result<Value, Problem> {
    match kind {
        "image_url" => media::image_block(part),
        "file" => media::document_block(part),
        _ => text_block(kind, part),
    }
}

fn assistant(message: &mut Object) -> Result<Vec<Value>, Problem> {
    let mut made = blocks(message, text_block)?;
    made.extend(message.text("refusal")?.and_then(text_of));
    let calls = message.path("tool_calls");
    for (index, call) in message
        .list("tool_calls")?
        .unwrap_or_default()
        .into_iter()
        .enumerate()
    {
        made.push(tool_use(Object::of(call, format!("{calls}[{index}]"))?)?);
    }
    // Thoughts are only taken back with their maker's signature; the rest is what servers report
    // beside an answer, which clients send back unread.
    message.leave_out(&[
        "reasoning_content",
        "reasoning",
        "reasoning_details",
        "annotations",
        "provider_specific_fields",
    ]);
    Ok(made)
}

fn tool_use(mut call: Object) -> Result<Value, Problem> {
    call.leave_out(&["index"]);
    if call.text("type")?.is_some_and(|kind| kind != "function") {
        return Err(cannot_carry(&call.path("type")));
    }
    let id = call.required_text("id")?;
    let mut function = call.required_object("function")?;
    let name = function.required_text("name")?;
    let arguments = function.text("arguments")?.unwrap_or_default();
    let input = arguments_object(&arguments)
        .ok_or_else(|| wrong(&function.path("arguments"), "one JSON object, written as a text"))?;
    function.finish()?;
    call.finish()?;
    Ok(json!({"type": "tool_use", "id": plain_id(&id), "name": name, "input": input}))
}

/// The object that a call's arguments write; of nothing at all an empty one.
pub(super) fn arguments_object(arguments: &str) -> Option<Value> {
    if arguments.trim().is_empty() {
        return Some(json!({}));
    }
    serde_json::from_str(arguments).ok().filter(Value::is_object)
}

fn tool_result(message: &mut Object) -> Result<Value, Problem> {
    let id = message.required_text("tool_call_id")?;
    let content = blocks(message, text_block)?;
    Ok(json!({"type": "tool_result", "tool_use_id": plain_id(&id), "content": content}))
}

/// Ids of calls are letters, digits, `_` and `-` there; some servers make others.
fn plain_id(id: &str) -> String {
    let plain = |one: char| {
        if one.is_ascii_alphanumeric() || one == '-' {
            one
        } else {
            '_'
        }
    };
    id.chars().map(plain).collect()
}
