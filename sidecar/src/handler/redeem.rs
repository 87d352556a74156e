use std::sync::Arc;

use protocol::editor::{RedeemParams, RedeemResult};
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::{answer, read};
use crate::session::Session;

pub async fn redeem(session: &Arc<Session>, params: Value) -> Result<Value> {
    let params: RedeemParams = read(params)?;
    let account = session.redeem(params).await;
    answer(account.map(|account| RedeemResult { account }))
}
