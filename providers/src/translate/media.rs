//! Images and documents, which one dialect writes as URLs and the other as sources.

use protocol::Problem;
use serde_json::{Value, json};

use super::object::{Object, cannot_carry};
use crate::invalid::wrong;

const IMAGE_TYPES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const PDF: &str = "application/pdf";

/// `image_url` to an image block. `detail` is a wish about how closely to look, and is left out.
pub(super) fn image_block(part: &mut Object) -> Result<Value, Problem> {
    let path = part.path("image_url");
    let url = match part.take("image_url") {
        Some(Value::String(url)) => url,
        Some(value) => {
            let mut image = Object::of(value, path.clone())?;
            image.leave_out(&["detail"]);
            let url = image.required_text("url")?;
            image.finish()?;
            url
        }
        None => return Err(crate::invalid::missing(&path)),
    };
    let source = if let Some((media_type, data)) = base64_of(&url) {
        if !IMAGE_TYPES.contains(&media_type) {
            return Err(wrong(&path, "a JPEG, PNG, GIF or WebP image"));
        }
        json!({"type": "base64", "media_type": media_type, "data": data})
    } else if is_web(&url) {
        json!({"type": "url", "url": url})
    } else {
        return Err(wrong(&path, "a web address, or a data URL in base64"));
    };
    Ok(json!({"type": "image", "source": source}))
}

/// An image block to `image_url`.
pub(super) fn image_part(block: &mut Object) -> Result<Value, Problem> {
    let path = block.path("source");
    let mut source = block.required_object("source")?;
    let url = match source.required_text("type")?.as_str() {
        "base64" => data_url(&mut source)?,
        "url" => source.required_text("url")?,
        _ => return Err(cannot_carry(&path)),
    };
    source.finish()?;
    Ok(json!({"type": "image_url", "image_url": {"url": url}}))
}

/// A file within the request to a document block. One that lies at a provider stays there.
pub(super) fn document_block(part: &mut Object) -> Result<Value, Problem> {
    let path = part.path("file");
    let mut file = part.required_object("file")?;
    let title = file.text("filename")?;
    let Some(url) = file.text("file_data")? else {
        return Err(cannot_carry(&path));
    };
    file.finish()?;
    let (media_type, data) = base64_of(&url).ok_or_else(|| wrong(&path, "a data URL in base64"))?;
    if media_type != PDF {
        return Err(wrong(&path, "a PDF"));
    }
    let mut block = json!({
        "type": "document",
        "source": {"type": "base64", "media_type": PDF, "data": data},
    });
    if let Some(title) = title {
        block["title"] = title.into();
    }
    Ok(block)
}

/// A document block to a text, or to a file within the request.
pub(super) fn document_part(block: &mut Object) -> Result<Value, Problem> {
    let path = block.path("source");
    let title = block.text("title")?;
    let context = block.text("context")?;
    // The other dialect has no citations to switch on.
    block.leave_out(&["citations"]);
    let mut source = block.required_object("source")?;
    let part = match source.required_text("type")?.as_str() {
        "text" => {
            source.leave_out(&["media_type"]);
            let data = source.required_text("data")?;
            let texts: Vec<String> = title.into_iter().chain(context).chain([data]).collect();
            json!({"type": "text", "text": texts.join("\n\n")})
        }
        "base64" if context.is_none() => {
            let name = title.unwrap_or_else(|| "document.pdf".into());
            json!({"type": "file", "file": {"filename": name, "file_data": data_url(&mut source)?}})
        }
        _ => return Err(cannot_carry(&path)),
    };
    source.finish()?;
    Ok(part)
}

fn data_url(source: &mut Object) -> Result<String, Problem> {
    let media_type = source.required_text("media_type")?;
    let data = source.required_text("data")?;
    Ok(format!("data:{media_type};base64,{data}"))
}

/// Media type and data of a data URL.
fn base64_of(url: &str) -> Option<(&str, &str)> {
    url.strip_prefix("data:")?.split_once(";base64,")
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
