use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use protocol::{
    Code, Problem,
    api::{ErrorBody, UsageList, UsageQuery},
};

use super::{Answer, access::Caller};
use crate::state::{Gateway, internal};

/// Usage rows, newest first: a device's own, or all for an admin.
#[utoipa::path(
    get, path = "/api/v1/usage", params(UsageQuery),
    responses((status = 200, body = UsageList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    query: Result<Query<UsageQuery>, QueryRejection>,
) -> Answer<Json<UsageList>> {
    let Query(mut query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.").with_hint(
            "since and until are RFC 3339, keyId and before are ids, limit is a number up to 1000.",
        )
    })?;
    let device = match &caller {
        Caller::Device(device) => {
            query.key_id = Some(device.key.id);
            Some(device.id)
        }
        Caller::Admin => None,
    };
    let rows = gateway.reader.usage(query, device).await.map_err(internal)?;
    Ok(Json(rows))
}
