use std::sync::Arc;

use protocol::{Problem, editor::ModelsResult};
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::answer;
use crate::session::Session;

pub async fn models(session: &Arc<Session>, _: Value) -> Result<Value> {
    answer(fetch(session).await)
}

async fn fetch(session: &Arc<Session>) -> std::result::Result<ModelsResult, Problem> {
    let device = session.device().await?;
    let models = session.noted(device.fetch_models().await)?;
    Ok(ModelsResult {
        models: models.to_vec(),
    })
}
