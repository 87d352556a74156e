use std::sync::Arc;

use protocol::{
    Code, Problem,
    editor::{CompletionOutcome, method},
};
use serde_json::Value;
use tower_lsp::{jsonrpc::Result, lsp_types::ExecuteCommandParams};

use super::{completion_event::record, refusal};
use crate::session::Session;

/// The one command: the editor runs it when a suggestion is accepted.
pub fn execute(session: &Arc<Session>, params: &ExecuteCommandParams) -> Result<Option<Value>> {
    let id = params.arguments.first().and_then(Value::as_str);
    match (params.command.as_str(), id) {
        (method::COMPLETION_ACCEPTED_COMMAND, Some(id)) => {
            record(session, id, CompletionOutcome::Accepted, None);
            Ok(None)
        }
        _ => Err(refusal(Problem::new(
            Code::InvalidRequest,
            "There is no such command.",
        ))),
    }
}
