use std::sync::Arc;

use protocol::editor::AccountResult;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::answer;
use crate::session::Session;

pub async fn account(session: &Arc<Session>, _: Value) -> Result<Value> {
    answer(session.account().await.map(|account| AccountResult { account }))
}
