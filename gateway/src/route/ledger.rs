use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use protocol::{
    Code, Problem, RequestId,
    api::{ErrorBody, Orphan, OrphanList, PageQuery, Refund},
};

use super::{
    Answer,
    access::{About, Caller},
    page::{Order, Page},
};
use crate::{
    clock::now_ms,
    state::{Gateway, internal},
};

/// Requests that a crash cut off; each was charged its counted input and its mark.
#[utoipa::path(get, path = "/api/v1/ledger/orphans", params(PageQuery), responses((status = 200, body = OrphanList), (status = 403, body = ErrorBody)))]
pub async fn orphans(
    State(gateway): State<Arc<Gateway>>,
    _caller: Caller,
    page: Page,
) -> Answer<Json<OrphanList>> {
    let found = gateway.reader.orphans().await.map_err(internal)?;
    let orphans = found
        .into_iter()
        .map(|(row, refunded)| Orphan { row, refunded })
        .collect();
    let (orphans, next) = page.of(orphans, Order::NewestFirst, |one: &Orphan| {
        *one.row.request_id.as_uuid()
    });
    Ok(Json(OrphanList { orphans, next }))
}

/// Gives back what an orphan was charged, once.
#[utoipa::path(
    post, path = "/api/v1/ledger/orphans/{id}/refund", params(("id" = String, Path)),
    responses((status = 200, body = Refund), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn refund(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<Refund>> {
    let not_found = || {
        Problem::new(
            Code::NotFound,
            "There is no orphan of this id that was not refunded.",
        )
    };
    let request: RequestId = id.parse().map_err(|_| not_found())?;
    let ledger = gateway
        .ledger
        .noting(caller.note("orphan.refund").target("request", request));
    let refunded = ledger.refund(request, now_ms()).await.map_err(internal)?;
    let amount = refunded.ok_or_else(not_found)?;
    tell_listeners(&gateway, request).await?;
    tracing::info!(request.id = %request, "An orphan was refunded");
    Ok(Json(Refund {
        request_id: request,
        refunded_nano_usd: amount,
    }))
}

async fn tell_listeners(gateway: &Gateway, request: RequestId) -> Result<(), Problem> {
    let orphans = gateway.reader.orphans().await.map_err(internal)?;
    let row = orphans.into_iter().find(|(row, _)| row.request_id == request);
    if let Some((row, _)) = row {
        gateway.events.note_change(row.key_id);
    }
    Ok(())
}
