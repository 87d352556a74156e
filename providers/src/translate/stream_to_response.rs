use std::sync::Arc;

use bytes::Bytes;
use protocol::{Code, Problem, TokenUsage};
use serde_json::{Value, json};

use super::{
    answer::content_text,
    asked::{Asked, Frame},
    response_answer::{End, response_usage, thoughts},
    response_items::{Events, Items},
};
use crate::{
    answer::{EventKind, event_data},
    openai::{self, responses::FailedAt},
};

/// As much of an answer as is kept to be repeated at its end.
const KEPT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A chat stream as a stream of the Responses API.
///
/// Takes raw events one by one, as [`EventReader`](crate::sse::EventReader) cuts them; gives the
/// bytes to send in place of each, which may be several events.
#[derive(Debug)]
pub struct StreamToResponse {
    frame: Frame,
    model: Value,
    events: Events,
    items: Items,
    is_started: bool,
    end: Option<End>,
    usage: Option<TokenUsage>,
    is_over: bool,
}

impl StreamToResponse {
    /// `id` names the response, and `created` is the time now, in seconds.
    pub fn new(asked: Arc<Asked>, id: String, created: u64) -> Self {
        Self {
            frame: Frame { asked, id, created },
            model: Value::Null,
            events: Events::default(),
            items: Items::default(),
            is_started: false,
            end: None,
            usage: None,
            is_over: false,
        }
    }

    /// The bytes to send in place of an event; None when there is nothing to say. Comments pass as
    /// they are, and nothing comes after the end or an error.
    ///
    /// The end waits for `[DONE]` or [`Self::finish`], since usage comes after the finish there.
    pub fn event(&mut self, raw: &Bytes) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let info = openai::scan_event(raw);
        self.usage = info.usage.or(self.usage);
        match info.kind {
            EventKind::Comment => return Some(raw.clone()),
            EventKind::Done => return self.end(),
            _ if info.error => return self.fail(&openai::event_problem(raw)),
            EventKind::Data | EventKind::Other => {}
        }
        let chunk: Value = serde_json::from_slice(&event_data(raw)?).ok()?;
        self.start(&chunk);
        let choices = chunk["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
        for choice in choices
            .iter()
            .filter(|choice| choice["index"].as_u64().unwrap_or(0) == 0)
        {
            self.choice(choice);
        }
        if self.items.kept_bytes() > KEPT_BYTES_MAX {
            let problem = Problem::new(Code::UpstreamUnavailable, "The provider sent more than fits.");
            return self.fail(&problem);
        }
        self.events.take()
    }

    /// What is missing when a finished stream ends without `[DONE]`; None when it was cut.
    pub fn finish(&mut self) -> Option<Bytes> {
        if self.is_over || self.end.is_none() {
            return None;
        }
        self.end()
    }

    /// The event that tells the client why its stream ends here; None when it has ended.
    pub fn fail(&mut self, problem: &Problem) -> Option<Bytes> {
        if std::mem::replace(&mut self.is_over, true) {
            return None;
        }
        let at = FailedAt {
            id: self.is_started.then(|| self.frame.id.clone()),
            model: self.model.as_str().unwrap_or_default().to_owned(),
            created_at: self.frame.created,
            sequence: self.events.sequence(),
        };
        Some(at.event(problem))
    }

    fn start(&mut self, chunk: &Value) {
        if std::mem::replace(&mut self.is_started, true) {
            return;
        }
        self.model = chunk["model"].clone();
        for name in ["response.created", "response.in_progress"] {
            let response = self.frame.response(&self.model, "in_progress", &[], Value::Null);
            self.events.write(name, json!({ "response": response }));
        }
    }

    fn choice(&mut self, choice: &Value) {
        let delta = &choice["delta"];
        let (items, events, frame) = (&mut self.items, &mut self.events, &self.frame);
        if let Some(thoughts) = thoughts(delta) {
            items.think(thoughts, frame, events);
        }
        items.say("output_text", &content_text(&delta["content"]), frame, events);
        let refusal = delta["refusal"].as_str().unwrap_or_default();
        items.say("refusal", refusal, frame, events);
        for piece in delta["tool_calls"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
        {
            items.call(piece, frame, events);
        }
        if let Some(reason) = choice["finish_reason"].as_str() {
            self.end = Some(End::of(reason));
        }
    }

    fn end(&mut self) -> Option<Bytes> {
        self.is_over = true;
        self.start(&Value::Null);
        let end = self.end.unwrap_or(End::Complete);
        self.items.close_all(end.status(), &self.frame, &mut self.events);
        let usage = self.usage.map_or(Value::Null, |usage| response_usage(&usage));
        let output = self.items.output();
        let mut response = self.frame.response(&self.model, end.status(), output, usage);
        response["incomplete_details"] = end.details();
        let name = format!("response.{}", end.status());
        self.events.write(&name, json!({ "response": response }));
        self.events.take()
    }
}
