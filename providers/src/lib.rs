//! How each AI service speaks: pure functions over bytes, without a clock, a file or the network.
//!
//! - [`sse`]: cuts a byte stream into raw events.
//! - [`openai`]: the OpenAI-compatible dialect, both directions.
//! - [`builtin`]: the upstream that needs no account.
//! - [`catalogue`]: the services that are known by name.
//! - [`fim`]: how a completion with a suffix reaches a model.

pub mod builtin;
pub mod catalogue;
pub mod fim;
pub mod openai;
pub mod sse;

mod splice;
mod walk;
