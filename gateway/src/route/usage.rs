use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use protocol::{
    Code, Problem, RequestId,
    api::{ErrorBody, UsageDetail, UsageList, UsageQuery},
};

use super::{Answer, access::Caller};
use crate::{
    access::Reach,
    ledger::UsageOf,
    report,
    state::{Gateway, internal},
};

/// Usage rows, newest first: a device's own, those of a member's keys, or all for owners and
/// admins. Viewers get the totals only.
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
    let of = match caller.device() {
        Some(device) => {
            query.key_id = Some(device.key.id);
            UsageOf {
                device: Some(device.id),
                member: None,
            }
        }
        None => UsageOf {
            device: query.device_id,
            member: match caller.reach {
                Reach::Own => Some(caller.member_id()?),
                _ => None,
            },
        },
    };
    let mut list = report::page(&gateway, query, of).await.map_err(internal)?;
    if caller.reach == Reach::Totals {
        (list.rows, list.next) = (Vec::new(), None);
    }
    Ok(Json(list))
}

/// One request: what it used and what was held for it. Never what was asked or answered.
#[utoipa::path(
    get, path = "/api/v1/usage/{id}", params(("id" = String, Path)),
    responses((status = 200, body = UsageDetail), (status = 401, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn one(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<UsageDetail>> {
    let not_found = || Problem::new(Code::NotFound, "There is no such request.");
    let request: RequestId = id.parse().map_err(|_| not_found())?;
    let found = gateway.reader.usage_row(request).await.map_err(internal)?;
    let found = found.filter(|found| match caller.device() {
        Some(device) => device.id == found.row.device_id,
        None => {
            let key = gateway.directory.key(found.row.key_id);
            caller.reaches(key.and_then(|key| key.member()))
        }
    });
    Ok(Json(found.ok_or_else(not_found)?))
}
