//! How each AI service speaks: pure functions over bytes, without a clock, a file or the network.
//!
//! - [`sse`]: cuts a byte stream into raw events.
//! - [`openai`]: the OpenAI-compatible dialect, both directions.
//! - [`anthropic`]: the Anthropic Messages dialect, both directions.
//! - [`answer`]: what an answer says of itself, in either dialect.
//! - [`translate`]: between the two dialects.
//! - [`billing`]: what a service itself says that it billed.
//! - [`builtin`]: the upstream that needs no account.
//! - [`catalogue`]: the services that are known by name.
//! - [`image`]: how many tokens an image can be.
//! - [`wait`]: how long a refusal asks to wait.
//! - [`fim`]: how a completion with a suffix reaches a model.

pub mod answer;
pub mod anthropic;
pub mod billing;
pub mod builtin;
pub mod catalogue;
pub mod fim;
pub mod image;
pub mod openai;
pub mod sse;
pub mod translate;
pub mod wait;

mod cost;
mod count;
mod fields;
mod invalid;
mod splice;
mod unbounded;
mod walk;
