//! The parts of an item: texts, images and files.

use protocol::Problem;
use serde_json::{Value, json};

use super::object::{Object, cannot_carry};
use crate::invalid::wrong;

/// The texts of a content, and the rest of it in chat's form.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) said: Vec<String>,
    pub(super) media: Vec<Value>,
}

/// A text, or a list of parts.
pub(super) fn parts_of(item: &mut Object, name: &str) -> Result<Parts, Problem> {
    let path = item.path(name);
    let mut parts = Parts::default();
    let list = match item.take(name) {
        None => return Ok(parts),
        Some(Value::String(text)) => {
            parts.said.push(text);
            return Ok(parts);
        }
        Some(Value::Array(list)) => list,
        Some(_) => return Err(wrong(&path, "a text or a list of parts")),
    };
    for (index, part) in list.into_iter().enumerate() {
        let mut part = Object::of(part, format!("{path}[{index}]"))?;
        match part.required_text("type")?.as_str() {
            "input_text" | "output_text" | "text" => parts.said.push(part.required_text("text")?),
            "refusal" => parts.said.push(part.required_text("refusal")?),
            "input_image" => parts.media.push(image(&mut part)?),
            "input_file" => parts.media.push(file(&mut part)?),
            _ => return Err(cannot_carry(&part.path("type"))),
        }
        // Where a text was cited from, how likely it was and where to cache have no place there.
        part.leave_out(&["annotations", "logprobs", "prompt_cache_breakpoint"]);
        part.finish()?;
    }
    Ok(parts)
}

/// One that lies at a provider stays there.
fn image(part: &mut Object) -> Result<Value, Problem> {
    let Some(url) = part.text("image_url")? else {
        return Err(cannot_carry(&part.path("file_id")));
    };
    let mut image = json!({"url": url});
    // The others are wishes that chat has no word for.
    if let Some(detail) = part
        .text("detail")?
        .filter(|detail| ["auto", "low", "high"].contains(&detail.as_str()))
    {
        image["detail"] = detail.into();
    }
    Ok(json!({"type": "image_url", "image_url": image}))
}

fn file(part: &mut Object) -> Result<Value, Problem> {
    let Some(data) = part.text("file_data")? else {
        return Err(cannot_carry(&part.path("file_id")));
    };
    part.leave_out(&["detail"]);
    let name = part.text("filename")?.unwrap_or_else(|| "document.pdf".into());
    Ok(json!({"type": "file", "file": {"filename": name, "file_data": data}}))
}
