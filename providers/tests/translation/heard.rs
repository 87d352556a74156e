//! What a reader of a stream puts together.

use std::collections::BTreeMap;

use bytes::Bytes;
use providers::{
    anthropic::EventScanner,
    openai::{self, EventKind, event_data},
    sse::EventReader,
};
use serde_json::{Value, json};

pub(crate) fn events_of(stream: &[u8]) -> Vec<Bytes> {
    let mut reader = EventReader::new();
    reader.push(Bytes::copy_from_slice(stream));
    let mut events = Vec::new();
    while let Some(event) = reader.next_event().unwrap() {
        events.push(event);
    }
    events.extend(reader.finish());
    events
}

/// A stream of either dialect as a reader of it puts it together: text, calls, reason, usage.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Heard {
    pub(crate) text: String,
    pub(crate) calls: Vec<(String, String, String)>,
    pub(crate) reason: Option<String>,
    pub(crate) usage: Option<String>,
    pub(crate) is_done: bool,
    pub(crate) error: Option<Value>,
}

pub(crate) fn hear_chat(stream: &[u8]) -> Heard {
    let mut heard = Heard::default();
    let mut calls: BTreeMap<u64, (String, String, String)> = BTreeMap::new();
    for event in events_of(stream) {
        assert!(
            !heard.is_done && heard.error.is_none(),
            "nothing comes after the end"
        );
        let info = openai::scan_event(&event);
        heard.is_done = info.kind == EventKind::Done;
        heard.usage = info.usage.map(|usage| format!("{usage:?}")).or(heard.usage);
        if info.kind != EventKind::Data {
            continue;
        }
        let chunk: Value = serde_json::from_slice(&event_data(&event).unwrap()).unwrap();
        if !chunk["error"].is_null() {
            heard.error = Some(chunk["error"]["type"].clone());
            continue;
        }
        let choice = &chunk["choices"][0];
        heard.text += choice["delta"]["content"].as_str().unwrap_or_default();
        for piece in choice["delta"]["tool_calls"].as_array().into_iter().flatten() {
            let call = calls.entry(piece["index"].as_u64().unwrap()).or_default();
            call.0 += piece["id"].as_str().unwrap_or_default();
            call.1 += piece["function"]["name"].as_str().unwrap_or_default();
            call.2 += piece["function"]["arguments"].as_str().unwrap_or_default();
        }
        heard.reason = choice["finish_reason"]
            .as_str()
            .map(str::to_owned)
            .or(heard.reason);
    }
    heard.calls = calls.into_values().collect();
    heard
}

/// Strict about the order of blocks, as the official clients are.
pub(crate) fn hear_messages(stream: &[u8]) -> Heard {
    let (mut heard, mut scanner, mut blocks, mut open) = (Heard::default(), EventScanner::new(), 0, None);
    let mut is_started = false;
    for event in &events_of(stream) {
        assert!(
            !heard.is_done && heard.error.is_none(),
            "nothing comes after the end"
        );
        let info = scanner.scan(event);
        heard.usage = info.usage.map(|usage| format!("{usage:?}")).or(heard.usage);
        let Some(data) = event_data(event) else { continue };
        let data: Value = serde_json::from_slice(&data).unwrap();
        let kind = data["type"].as_str().unwrap();
        let name = format!("event: {kind}\n");
        assert!(event.starts_with(name.as_bytes()), "{kind} stands in both places");
        let is_start = !std::mem::replace(&mut is_started, true);
        // An error may come before anything else.
        assert!(kind == "error" || is_start == (kind == "message_start"), "{kind}");
        match kind {
            "content_block_start" => {
                assert_eq!((open, &data["index"]), (None, &json!(blocks)));
                (open, blocks) = (Some(blocks), blocks + 1);
                let block = &data["content_block"];
                if block["type"] == "tool_use" {
                    let text = |name: &str| block[name].as_str().unwrap().to_owned();
                    heard.calls.push((text("id"), text("name"), String::new()));
                }
            }
            "content_block_delta" => {
                assert_eq!(data["index"], json!(open.unwrap()));
                let delta = &data["delta"];
                heard.text += delta["text"].as_str().unwrap_or_default();
                if let Some(piece) = delta["partial_json"].as_str() {
                    heard.calls.last_mut().unwrap().2 += piece;
                }
            }
            "content_block_stop" => assert_eq!(data["index"], json!(open.take().unwrap())),
            "message_delta" => {
                assert_eq!(open, None);
                heard.reason = data["delta"]["stop_reason"].as_str().map(str::to_owned);
            }
            "message_stop" => heard.is_done = true,
            "error" => heard.error = Some(data["error"]["type"].clone()),
            _ => {}
        }
    }
    // A call without a word of input has an empty one.
    for call in heard.calls.iter_mut().filter(|call| call.2.is_empty()) {
        call.2 = "{}".into();
    }
    heard
}
