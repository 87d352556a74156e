//! Usage that was kept elsewhere.

use std::{io, sync::Arc};

use axum::{
    Json,
    body::Body as HttpBody,
    extract::{Query, Request, State, rejection::QueryRejection},
};
use futures_util::StreamExt;
use protocol::{
    Code, Problem,
    api::{ErrorBody, ImportQuery, ImportReport},
};
use serde_json::json;
use tokio::sync::mpsc;

use super::{
    Answer,
    access::{About, Caller},
};
use crate::{import, state::Gateway};

/// Where a body may take longer than others.
pub const PATH: &str = "/api/v1/imports/usage";
/// Parts of the body that wait to be read.
const PARTS_MAX: usize = 4;

/// Brings usage in, as CSV. Each row is charged to a lot that is granted as much, so that nothing that
/// can be spent changes. No row comes in twice: a file may be sent again.
///
/// The first line names the columns: `at`, `model` and `costNanoUsd` or `costUsd` are needed. Rows that
/// are wrong are left out and told; the others come in.
#[utoipa::path(
    post, path = "/api/v1/imports/usage", params(ImportQuery), tag = "data",
    request_body(content = String, content_type = "text/csv", example = "at,model,inputTokens,outputTokens,costUsd\n2026-11-08T09:30:00Z,gpt-5,1200,80,0.0023\n"),
    responses((status = 200, body = ImportReport), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody))
)]
pub async fn usage(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    query: Result<Query<ImportQuery>, QueryRejection>,
    request: Request,
) -> Answer<Json<ImportReport>> {
    let Query(query) = query.map_err(|_| Problem::new(Code::InvalidRequest, "preview is true or false."))?;
    let place = Arc::clone(&gateway.imports).try_acquire_owned();
    let _place = place.map_err(|_| Problem::new(Code::RateLimited, "Another import is running."))?;
    let note = caller.note("usage.import").after(json!({ "format": "csv" }));
    let (sender, parts) = mpsc::channel(PARTS_MAX);
    let sending = send_on(request.into_body(), sender);
    let reading = tokio::task::spawn_blocking(move || {
        import::read(&gateway, &note, query.preview, import::Incoming::new(parts))
    });
    // Sending ends where reading does: nobody takes the rest.
    let (report, ()) = tokio::join!(reading, sending);
    let failed = |_| {
        Problem::new(
            Code::Internal,
            "The import ended early. Send the file again: no row comes in twice.",
        )
    };
    Ok(Json(report.map_err(failed)??))
}

async fn send_on(body: HttpBody, to: mpsc::Sender<io::Result<bytes::Bytes>>) {
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        if to.send(part.map_err(io::Error::other)).await.is_err() {
            return;
        }
    }
}
