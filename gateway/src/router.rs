//! Every route on one page. The hot ones never pass through here: see `server`.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    routing::{any, delete, get, patch, post, put},
};
use protocol::{Code, Problem};

use crate::{
    openapi,
    route::{
        ApiError, credit, devices, events, health, keys, ledger, model_list, models, pages, preferences,
        reconciliation, redeem, reload, summary, upstreams, usage,
    },
    state::Gateway,
};

/// Bodies of the control plane are small.
const BODY_BYTES_MAX: usize = 256 * 1024;

pub fn router(gateway: Arc<Gateway>) -> Router {
    let api = Router::new()
        .route("/redeem", post(redeem::redeem))
        .route("/me", get(redeem::me))
        .route("/balance", get(redeem::balance))
        .route("/devices", get(devices::list))
        .route(
            "/devices/{id}",
            patch(devices::rename).merge(delete(devices::revoke)),
        )
        .route("/keys", get(keys::list).merge(post(keys::mint)))
        .route("/keys/{id}", delete(keys::revoke))
        .route("/keys/{id}/credit", post(credit::top_up))
        .route("/keys/{id}/reclaim", post(credit::reclaim))
        .route(
            "/keys/{id}/allowance",
            put(credit::set_allowance).merge(delete(credit::end_allowance)),
        )
        .route("/allocations", post(credit::allocate))
        .route("/models", get(models::list))
        .route("/upstreams", get(upstreams::list).merge(post(upstreams::add)))
        .route("/upstreams/{name}", delete(upstreams::remove))
        .route("/upstreams/{name}/secret", put(upstreams::put_secret))
        .route(
            "/upstreams/{name}/billing-secret",
            put(reconciliation::put_secret),
        )
        .route(
            "/reconciliation",
            get(reconciliation::show).merge(post(reconciliation::read)),
        )
        .route("/reconciliation/lines", post(reconciliation::import))
        .route("/ledger/orphans", get(ledger::orphans))
        .route("/ledger/orphans/{id}/refund", post(ledger::refund))
        .route(
            "/preferences",
            get(preferences::show).merge(put(preferences::set)),
        )
        .route("/usage", get(usage::list))
        .route("/usage/summary", get(summary::summary))
        .route("/usage/{id}", get(usage::one))
        .route("/overview", get(summary::overview))
        .route("/reload", post(reload::reload))
        .route("/events", get(events::listen))
        .route("/openapi.json", get(openapi::serve))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method);
    Router::new()
        .nest("/api/v1", api)
        .route("/v1/models", get(model_list::list))
        .route("/v1/models/{*id}", get(model_list::one))
        .route("/v1/responses/{*id}", any(model_list::no_response))
        .route("/v1/{*rest}", any(model_list::nothing))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .fallback(pages::serve)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(gateway)
}

async fn not_found() -> ApiError {
    Problem::new(Code::NotFound, "There is nothing at this address.").into()
}

async fn wrong_method() -> ApiError {
    Problem::new(Code::InvalidRequest, "This address does not take this method.").into()
}
