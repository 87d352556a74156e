//! The Responses API, OpenAI's younger dialect: `POST /v1/responses`, whole and streamed.
//!
//! What a client sends: [`ResponsesRequest`], [`without_hosted_tools`]. What an upstream answers: [`scan_answer`] and
//! [`EventScanner`], [`present_answer`], [`event_problem`]. What a client is told when a stream
//! fails: [`EventScanner::failed_event`]; refusals have the shape of the other OpenAI routes.

mod answer;
mod body;
mod event;
mod failed;
mod input;
mod item;
mod offers;
mod request;
mod tools;
mod usage;

pub use answer::{present_answer, scan_answer};
pub use event::EventScanner;
pub use failed::{FailedAt, event_problem};
pub use offers::without_hosted_tools;
pub use request::ResponsesRequest;
