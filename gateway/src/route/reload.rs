use std::sync::Arc;

use axum::{Json, extract::State};
use protocol::{
    Code, Problem,
    api::{ErrorBody, Reloaded},
};

use super::{Answer, access::Caller};
use crate::{
    config::ConfigError,
    ledger::PeopleChange,
    people, settings,
    state::{Gateway, internal},
};

/// Reads the configuration again: all of it is in force, or nothing of it.
#[utoipa::path(
    post, path = "/api/v1/reload",
    responses((status = 200, body = Reloaded), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn reload(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<Reloaded>> {
    let ledger = Arc::clone(&gateway);
    let stored = gateway.reader.sealed_secrets().await.map_err(internal)?;
    // Files are read, which must not hold up the streams of this thread.
    let reloading = tokio::task::spawn_blocking(move || settings::reload(&gateway, &stored));
    let outcome = reloading.await.map_err(|error| {
        tracing::error!("A reload ended early: {error}");
        Problem::new(Code::Internal, "The configuration could not be read again.")
    })?;
    match outcome {
        Ok(reloaded) => {
            // The file is not in the database: the line can only come after the change.
            let done = ledger.change_people(PeopleChange::Note, caller.note("configuration.reload"), None);
            done.await?
                .map_err(|refusal| people::refused(refusal, "reload"))?;
            Ok(Json(reloaded))
        }
        Err(error) => {
            tracing::error!("The configuration stays as it was: {error}");
            Err(refused(&error).into())
        }
    }
}

/// The words are about the owner's own file, and only the owner on this machine reads them.
fn refused(error: &ConfigError) -> Problem {
    let hint = match error {
        ConfigError::NoFile => "Start it with --config to have a file that can be read again.",
        ConfigError::Unreadable(_) | ConfigError::Invalid(_) => "Correct the file, then reload again.",
    };
    Problem::new(Code::InvalidRequest, format!("Nothing was changed: {error}.")).with_hint(hint)
}
