use std::sync::Arc;

use protocol::{
    Problem,
    api::Balance,
    editor::{BalanceParams, BalanceResult},
};
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::{answer, read};
use crate::session::Session;

/// What is known, or on request and where nothing is known what the gateway says.
pub async fn balance(session: &Arc<Session>, params: Value) -> Result<Value> {
    let params: BalanceParams = read(params)?;
    let balance = current(session, params.refresh == Some(true)).await;
    answer(balance.map(|balance| BalanceResult { balance }))
}

async fn current(session: &Arc<Session>, refresh: bool) -> std::result::Result<Balance, Problem> {
    let device = session.device().await?;
    if let Some(known) = session.status.balance().filter(|_| !refresh) {
        return Ok(known);
    }
    match device.gateway.balance().await {
        Ok(balance) => {
            session.status.balance_refreshed(balance.clone());
            Ok(balance)
        }
        Err(problem) => {
            session.failed(problem.clone());
            Err(problem)
        }
    }
}
