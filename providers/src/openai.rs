//! The OpenAI-compatible dialect: chat and legacy completions, whole and streamed.
//!
//! What a client sends:
//! - [`ChatRequest::parse`], [`CompletionRequest::parse`]: the facts that admission needs, or a
//!   [`Problem`](protocol::Problem) that names the field;
//! - [`ChatRequest::rewrite`], [`CompletionRequest::rewrite`]: the body to forward, every byte but
//!   the wanted changes as it came.
//!
//! What an upstream answers:
//! - [`scan_event`] for each event of a stream, [`scan_answer`] for a whole answer: usage, how much
//!   text, how it ended;
//! - [`upstream_problem`], [`event_problem`]: what a refusal means to our client.
//!
//! What our client is told: [`error_body`], [`error_event`], [`receipt_comment`].
//!
//! The Responses API is a dialect of its own: [`responses`].

mod answer;
mod body;
mod bound;
mod cap;
mod embedding;
mod error;
mod event;
mod failure;
mod messages;
mod receipt;
pub(crate) mod refusal;
mod request;
pub mod responses;
mod rewrite;
pub(crate) mod usage;

pub use crate::{
    answer::{AnswerInfo, EventInfo, EventKind, event_data},
    unbounded::Unbounded,
};
pub use answer::scan_answer;
pub use bound::{estimate_tokens, input_bound};
pub use cap::CapField;
pub use embedding::EmbeddingRequest;
pub use error::{error_body, error_event, error_type};
pub use event::scan_event;
pub use failure::{UpstreamFailure, event_problem, upstream_problem};
pub use receipt::{is_receipt_comment, receipt_comment, without_receipt_comments};
pub use request::{ChatRequest, CompletionRequest, ContextFile};
pub use rewrite::Edits;
pub(crate) use rewrite::quote;
