use std::sync::Arc;

use bytes::Bytes;
use protocol::Problem;

use super::{Asked, StreamToChat, StreamToResponse};
use crate::sse::EventReader;

/// An Anthropic stream as a stream of the Responses API, by way of a chat stream.
#[derive(Debug)]
pub struct MessagesToResponse {
    first: StreamToChat,
    between: EventReader,
    second: StreamToResponse,
}

impl MessagesToResponse {
    /// `id` names the response, and `created` is the time now, in seconds.
    pub fn new(asked: Arc<Asked>, id: String, created: u64) -> Self {
        Self {
            first: StreamToChat::new(created, true),
            between: EventReader::new(),
            second: StreamToResponse::new(asked, id, created),
        }
    }

    /// The bytes to send in place of an event; None when there is nothing to say.
    pub fn event(&mut self, raw: &Bytes) -> Option<Bytes> {
        let chunks = self.first.event(raw)?;
        self.pass(chunks)
    }

    /// What is missing when a finished stream ends without its last event; None when it was cut.
    pub fn finish(&mut self) -> Option<Bytes> {
        let chunks = self.first.finish()?;
        self.pass(chunks)
    }

    /// The event that tells the client why its stream ends here; None when it has ended.
    pub fn fail(&mut self, problem: &Problem) -> Option<Bytes> {
        self.second.fail(problem)
    }

    fn pass(&mut self, chunks: Bytes) -> Option<Bytes> {
        self.between.push(chunks);
        let mut out = Vec::new();
        // What was written here is cut into events without fail.
        while let Ok(Some(chunk)) = self.between.next_event() {
            out.extend(self.second.event(&chunk).unwrap_or_default());
        }
        (!out.is_empty()).then(|| out.into())
    }
}
