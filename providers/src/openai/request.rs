//! What a request is, read once from its body.

mod chat;
mod completion;

pub use chat::ChatRequest;
pub use completion::{CompletionRequest, ContextFile};

use super::{CapField, body::Fields};

/// The larger of the two, since nobody knows which one an upstream obeys.
fn cap(fields: &Fields<'_>) -> Option<(CapField, u64)> {
    let old = fields.max_tokens.map(|cap| (CapField::MaxTokens, cap));
    let new = fields
        .max_completion_tokens
        .map(|cap| (CapField::MaxCompletionTokens, cap));
    old.into_iter().chain(new).max_by_key(|(_, cap)| *cap)
}
