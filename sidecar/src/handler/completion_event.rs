use std::sync::Arc;

use protocol::editor::{CompletionEvent, CompletionOutcome};
use serde_json::Value;

use crate::{lock::lock, session::Session};

/// What became of a suggestion. A notification: what cannot be read is passed over.
pub fn take(session: &Arc<Session>, params: Value) {
    match serde_json::from_value::<CompletionEvent>(params) {
        Ok(event) => record(session, &event.item_id, event.event, event.accepted_length),
        Err(error) => tracing::warn!(error = %error, "A completion event could not be read"),
    }
}

pub fn record(session: &Session, id: &str, outcome: CompletionOutcome, accepted_length: Option<u32>) {
    let mut memory = lock(&session.completions);
    match outcome {
        CompletionOutcome::Accepted => memory.accepted(id),
        CompletionOutcome::Rejected => memory.rejected(id),
        CompletionOutcome::Shown | CompletionOutcome::PartiallyAccepted => {}
    }
    drop(memory);
    // An item's id is its request's.
    session.usage_log.outcome(id, outcome, accepted_length);
}
