//! The Anthropic Messages dialect, whole and streamed.
//!
//! What a client sends:
//! - [`MessagesRequest::parse`], [`CountRequest::parse`]: the facts that admission needs, or a
//!   [`Problem`](protocol::Problem) that names the field;
//! - [`MessagesRequest::rewrite`], [`CountRequest::rewrite`]: the body to forward, every byte but
//!   the wanted changes as it came.
//!
//! What an upstream answers:
//! - [`EventScanner::scan`] for each event of a stream, [`scan_answer`] for a whole answer,
//!   [`scan_count`] for a count: usage, how much text, how it ended;
//! - [`upstream_problem`], [`event_problem`]: what a refusal means to our client.
//!
//! What our client is told: [`error_body`], [`error_event`], [`should_retry`].

mod answer;
mod block;
mod body;
mod bound;
mod count;
mod error;
mod event;
mod failure;
mod request;
mod rewrite;
mod usage;

pub use answer::scan_answer;
pub use block::CacheTtl;
pub use count::{CountRequest, count_body, scan_count};
pub use error::{error_body, error_body_of, error_event, error_type, should_retry};
pub use event::{EventScanner, scan_event};
pub use failure::{event_problem, upstream_problem};
pub use request::MessagesRequest;
pub use rewrite::Edits;

pub use crate::{
    answer::{AnswerInfo, EventInfo, EventKind, event_data},
    openai::UpstreamFailure,
    unbounded::Unbounded,
};

/// The version of the API whose shapes are spoken here where the client named none, and where a
/// request was translated: later ones refuse `temperature`, `top_p` and `top_k`.
pub const VERSION: &str = "2023-06-01";
