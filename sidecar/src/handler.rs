//! One request, one file: unwrap the params, call, answer. Types of the LSP library stop here.

pub mod account;
pub mod balance;
pub mod chat;
pub mod completion_event;
pub mod configuration;
pub mod conversations;
pub mod execute_command;
pub mod initialize;
pub mod inline_completion;
pub mod models;
pub mod redeem;
pub mod sign_out;
pub mod text_sync;
pub mod usage;

pub use chat::display_name;

use protocol::{Code, Problem, editor::ERROR_CODE};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};

/// Reads a request's params.
fn read<T: DeserializeOwned>(params: Value) -> Result<T> {
    serde_json::from_value(params).map_err(|error| {
        // Serde's words name members and types, no values of strings.
        tracing::debug!(error = %error, "Params could not be read");
        refusal(
            Problem::new(
                Code::InvalidRequest,
                "The request's params do not have the form that is expected.",
            )
            .with_hint("Check that editor extension and sidecar are of the same version."),
        )
    })
}

fn answer(result: std::result::Result<impl Serialize, Problem>) -> Result<Value> {
    let value = result.map_err(refusal)?;
    serde_json::to_value(value).map_err(|_| Error::internal_error())
}

/// A problem as JSON-RPC has it.
fn refusal(problem: Problem) -> Error {
    Error {
        code: ErrorCode::ServerError(ERROR_CODE),
        message: problem.message.clone().into(),
        data: serde_json::to_value(problem).ok(),
    }
}
