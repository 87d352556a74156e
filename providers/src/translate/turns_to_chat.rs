//! The conversation of a messages request in OpenAI's form.

use protocol::Problem;
use serde_json::{Value, json};

use super::{
    media,
    object::{Object, cannot_carry},
};
use crate::invalid::wrong;

/// The messages of a chat request, the system prompt first.
pub(super) fn of(system: Option<Value>, messages: Vec<Value>) -> Result<Vec<Value>, Problem> {
    let mut made = Vec::with_capacity(messages.len() + 1);
    if let Some(system) = system {
        made.extend(system_message(blocks_of(system, "system")?)?);
    }
    for (index, message) in messages.into_iter().enumerate() {
        let path = format!("messages[{index}]");
        let mut message = Object::of(message, path.as_str())?;
        let role = message.required_text("role")?;
        let content = message.take("content").unwrap_or_else(|| json!([]));
        let blocks = blocks_of(content, &message.path("content"))?;
        message.finish()?;
        match role.as_str() {
            "user" => user(blocks, &mut made)?,
            "assistant" => made.extend(assistant(blocks)?),
            "system" => made.extend(system_message(blocks)?),
            _ => return Err(cannot_carry(&format!("{path}.role"))),
        }
    }
    Ok(made)
}

/// A text, or a list of blocks; the marks for caching are left out, since caching there needs none.
fn blocks_of(content: Value, path: &str) -> Result<Vec<Object>, Problem> {
    let blocks = match content {
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        Value::Array(blocks) => blocks,
        _ => return Err(wrong(path, "a text or a list of blocks")),
    };
    let objects = blocks.into_iter().enumerate().map(|(index, block)| {
        let mut block = Object::of(block, format!("{path}[{index}]"))?;
        block.leave_out(&["cache_control"]);
        Ok(block)
    });
    objects.collect()
}

fn system_message(blocks: Vec<Object>) -> Result<Option<Value>, Problem> {
    let text = texts(blocks)?.join("\n\n");
    Ok((!text.is_empty()).then(|| json!({"role": "system", "content": text})))
}

fn texts(blocks: Vec<Object>) -> Result<Vec<String>, Problem> {
    let texts = blocks.into_iter().map(|mut block| {
        if block.required_text("type")? != "text" {
            return Err(cannot_carry(&block.path("type")));
        }
        text(block)
    });
    texts.collect()
}

/// The text of a text block. Where it was cited from has no place there.
fn text(mut block: Object) -> Result<String, Problem> {
    block.leave_out(&["citations"]);
    let text = block.required_text("text")?;
    block.finish()?;
    Ok(text)
}

/// The results of tools are messages of their own, and must follow their calls at once.
fn user(blocks: Vec<Object>, made: &mut Vec<Value>) -> Result<(), Problem> {
    let mut parts = Vec::new();
    for mut block in blocks {
        match block.required_text("type")?.as_str() {
            "text" => parts.push(json!({"type": "text", "text": text(block)?})),
            "tool_result" => made.push(tool_message(block, &mut parts)?),
            kind => parts.push(medium(kind, block)?),
        }
    }
    match parts.as_slice() {
        [] => {}
        // Many servers know no parts, so a single text is written as one.
        [only] if only["type"] == "text" => {
            made.push(json!({"role": "user", "content": only["text"]}));
        }
        _ => made.push(json!({"role": "user", "content": parts})),
    }
    Ok(())
}

fn medium(kind: &str, mut block: Object) -> Result<Value, Problem> {
    let part = match kind {
        "image" => media::image_part(&mut block)?,
        "document" => media::document_part(&mut block)?,
        _ => return Err(cannot_carry(&block.path("type"))),
    };
    block.finish()?;
    Ok(part)
}

/// A result is text there: that it is an error is said in words, and its images follow as the
/// user's.
fn tool_message(mut block: Object, parts: &mut Vec<Value>) -> Result<Value, Problem> {
    let id = block.required_text("tool_use_id")?;
    let is_error = block.flag("is_error")?.unwrap_or(false);
    let content = block.take("content").unwrap_or_else(|| json!([]));
    let mut said = Vec::new();
    for mut part in blocks_of(content, &block.path("content"))? {
        match part.required_text("type")?.as_str() {
            "text" => said.push(text(part)?),
            kind => parts.push(medium(kind, part)?),
        }
    }
    block.finish()?;
    let said = said.join("\n");
    let names_itself = said
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("error"));
    let content = if is_error && !names_itself {
        format!("Error: {said}")
    } else {
        said
    };
    Ok(json!({"role": "tool", "tool_call_id": id, "content": content}))
}

/// None for a turn that holds nothing but thoughts.
fn assistant(blocks: Vec<Object>) -> Result<Option<Value>, Problem> {
    let mut said = String::new();
    let mut calls = Vec::new();
    for mut block in blocks {
        match block.required_text("type")?.as_str() {
            "text" => said.push_str(&text(block)?),
            "tool_use" => calls.push(tool_call(block)?),
            // Signed for the model that thought them; no other takes them back.
            "thinking" | "redacted_thinking" => {}
            _ => return Err(cannot_carry(&block.path("type"))),
        }
    }
    if said.is_empty() && calls.is_empty() {
        return Ok(None);
    }
    let content = if said.is_empty() { Value::Null } else { said.into() };
    let mut message = json!({"role": "assistant", "content": content});
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    Ok(Some(message))
}

fn tool_call(mut block: Object) -> Result<Value, Problem> {
    // Which program of the model's made the call; only hosted tools have others.
    block.leave_out(&["caller"]);
    let id = block.required_text("id")?;
    let name = block.required_text("name")?;
    let input = block.take("input").unwrap_or_else(|| json!({}));
    block.finish()?;
    Ok(json!({
        "id": id, "type": "function", "function": {"name": name, "arguments": input.to_string()},
    }))
}
