use bytes::Bytes;
use http::{HeaderMap, Uri, Version};
use serde_json::Value;
use tokio::sync::watch;

use crate::within;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The reply was played to where its script ends.
    Played,
    /// The caller closed the connection first.
    ClosedEarly,
}

/// One call that reached the fake service.
#[derive(Debug)]
pub struct Call {
    pub path: String,
    /// What stands behind the question mark.
    pub query: String,
    pub version: Version,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// How many calls for this model came before.
    pub nth: usize,
    json: Value,
    end: watch::Sender<Option<End>>,
}

impl Call {
    pub(super) fn new(uri: &Uri, version: Version, headers: HeaderMap, body: Bytes) -> Self {
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        Self {
            path: uri.path().into(),
            query: uri.query().unwrap_or_default().into(),
            version,
            headers,
            body,
            nth: 0,
            json,
            end: watch::Sender::new(None),
        }
    }
    pub(super) fn with_nth(self, nth: usize) -> Self {
        Self { nth, ..self }
    }
    pub(super) fn finish(&self, end: End) {
        self.end.send_if_modified(|state| {
            let first = state.is_none();
            state.get_or_insert(end);
            first
        });
    }

    pub fn json(&self) -> &Value {
        &self.json
    }
    pub fn model(&self) -> &str {
        self.json["model"].as_str().unwrap_or_default()
    }
    pub fn is_stream(&self) -> bool {
        self.json["stream"] == true
    }
    pub fn wants_usage(&self) -> bool {
        self.json["stream_options"]["include_usage"] == true
    }
    pub fn is_chat(&self) -> bool {
        self.path.ends_with("/chat/completions")
    }
    /// Whether it came by the Responses API.
    pub fn is_response(&self) -> bool {
        self.path.ends_with("/responses")
    }
    /// The cap on output tokens, under any of its names.
    pub fn output_cap(&self) -> Option<u64> {
        ["max_completion_tokens", "max_output_tokens", "max_tokens"]
            .iter()
            .find_map(|name| self.json[*name].as_u64())
    }
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("forwarded headers are text"))
    }
    /// Waits for the end of the call.
    pub async fn ended(&self) -> End {
        let mut end = self.end.subscribe();
        let ended = end.wait_for(Option::is_some);
        let end = within("the end of a call of the upstream", ended).await;
        end.expect("the call is alive").expect("it was waited for")
    }
    /// How it ended, if it did.
    pub fn end(&self) -> Option<End> {
        *self.end.borrow()
    }
}
