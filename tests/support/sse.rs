//! Reads a stream of server-sent events that a client has seen.

use serde_json::Value;

/// One thing that a stream said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `event:` (empty when absent) and the joined `data:` lines.
    Event {
        name: String,
        data: String,
    },
    Comment(String),
}

/// Splits what was seen into complete items; a last event without its blank line is left out.
pub fn items(seen: &[u8]) -> Vec<Item> {
    let text = String::from_utf8_lossy(seen).replace("\r\n", "\n");
    let complete = text.rfind('\n').map_or("", |end| &text[..=end]);
    let mut items = Vec::new();
    let (mut name, mut data) = (String::new(), Vec::new());
    for line in complete.lines() {
        if line.is_empty() {
            if !data.is_empty() {
                items.push(Item::Event {
                    name: std::mem::take(&mut name),
                    data: data.join("\n"),
                });
                data.clear();
            }
        } else if let Some(comment) = line.strip_prefix(':') {
            items.push(Item::Comment(comment.trim_start().into()));
        } else if let Some(value) = line.strip_prefix("data:") {
            data.push(value.strip_prefix(' ').unwrap_or(value).to_owned());
        } else if let Some(value) = line.strip_prefix("event:") {
            name = value.trim().into();
        }
    }
    items
}

/// The `data` of every event.
pub fn data(seen: &[u8]) -> Vec<String> {
    let data = |item| match item {
        Item::Event { data, .. } => Some(data),
        Item::Comment(_) => None,
    };
    items(seen).into_iter().filter_map(data).collect()
}

/// The JSON of every event; `[DONE]` is left out.
pub fn chunks(seen: &[u8]) -> Vec<Value> {
    let parse = |data: &String| serde_json::from_str(data).ok();
    data(seen).iter().filter_map(parse).collect()
}

/// True once the stream has said `[DONE]`.
pub fn is_done(seen: &[u8]) -> bool {
    data(seen).iter().any(|data| data == "[DONE]")
}

/// The text that a client has put together: chat or completion, first choice.
pub fn text(seen: &[u8]) -> String {
    let piece = |chunk: &Value| {
        let choice = &chunk["choices"][0];
        choice["delta"]["content"]
            .as_str()
            .or(choice["text"].as_str())
            .map(str::to_owned)
    };
    chunks(seen).iter().filter_map(piece).collect()
}

/// The JSON of the comment `: receipt {…}`, one for each that was seen.
pub fn receipts(seen: &[u8]) -> Vec<Value> {
    let receipt = |item| match item {
        Item::Comment(comment) => {
            let json = comment.strip_prefix("receipt ")?;
            Some(serde_json::from_str(json).expect("a receipt is JSON"))
        }
        Item::Event { .. } => None,
    };
    items(seen).into_iter().filter_map(receipt).collect()
}
