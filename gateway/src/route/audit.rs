//! Who did what.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use protocol::{
    Code, Problem,
    api::{AuditList, AuditQuery, AuditReport, ErrorBody},
};

use super::Answer;
use crate::state::{Gateway, internal};

/// The audit log, newest first.
#[utoipa::path(
    get, path = "/api/v1/audit", params(AuditQuery), tag = "audit",
    responses((status = 200, body = AuditList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Answer<Json<AuditList>> {
    let Query(query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.").with_hint(
            "since and until are RFC 3339, before is the number of a line, limit is a number up to 500.",
        )
    })?;
    Ok(Json(
        gateway.reader.people().audit(&query).await.map_err(internal)?,
    ))
}

/// Recounts the whole log: whether any line was changed, put in or taken out.
#[utoipa::path(
    post, path = "/api/v1/audit/verify", tag = "audit",
    responses((status = 200, body = AuditReport), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn verify(State(gateway): State<Arc<Gateway>>) -> Answer<Json<AuditReport>> {
    Ok(Json(
        gateway.reader.people().verify_audit().await.map_err(internal)?,
    ))
}
