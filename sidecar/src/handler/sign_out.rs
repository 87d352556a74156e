use std::sync::Arc;

use protocol::editor::Empty;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::answer;
use crate::session::Session;

pub async fn sign_out(session: &Arc<Session>, _: Value) -> Result<Value> {
    answer(session.sign_out().await.map(|()| Empty {}))
}
