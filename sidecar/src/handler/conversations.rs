use std::sync::Arc;

use protocol::{
    Code, Problem,
    editor::{ConversationParams, ConversationResult, ConversationsResult, DeleteConversationParams, Empty},
};
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use super::answer;
use crate::{conversation::Conversations, session::Session};

pub async fn list(session: &Arc<Session>, _: Value) -> Result<Value> {
    let listed = aside(session, Conversations::list).await;
    answer(listed.map(|conversations| ConversationsResult { conversations }))
}

pub async fn read(session: &Arc<Session>, params: Value) -> Result<Value> {
    let ConversationParams { conversation_id } = super::read(params)?;
    let loaded = aside(session, move |store| store.load(&conversation_id)).await;
    answer(loaded.map(|conversation| ConversationResult {
        conversation_id: conversation.conversation_id,
        messages: conversation.messages,
    }))
}

pub async fn delete(session: &Arc<Session>, params: Value) -> Result<Value> {
    let params: DeleteConversationParams = super::read(params)?;
    let deleted = match (params.conversation_id, params.all) {
        (None, Some(true)) => aside(session, Conversations::delete_all).await,
        (Some(id), None | Some(false)) => aside(session, move |store| store.delete(&id)).await,
        _ => Err(Problem::new(
            Code::InvalidRequest,
            "Say which conversation to delete, or all of them.",
        )),
    };
    answer(deleted.map(|()| Empty {}))
}

/// Files are read and written aside, so that a slow disk holds nothing up.
async fn aside<T: Send + 'static>(
    session: &Session,
    work: impl FnOnce(&Conversations) -> std::result::Result<T, Problem> + Send + 'static,
) -> std::result::Result<T, Problem> {
    let store = session.conversations.clone();
    tokio::task::spawn_blocking(move || work(&store))
        .await
        .map_err(|_| Problem::new(Code::Internal, "The conversations could not be read."))?
}
