//! The contract of the control plane, made from its handlers.

use axum::Json;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::route::{
    credit, devices, events, health, keys, ledger, models, preferences, reconciliation, redeem, reload,
    upstreams, usage,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Token Tracker gateway",
        description = "The control plane. Money is in decimal strings of whole nano-USD, times are RFC 3339 UTC, ids are UUIDv7. Errors are {\"error\": {code, message, hint}}.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        redeem::redeem, redeem::me, redeem::balance, devices::list, devices::rename, devices::revoke,
        keys::list, keys::mint, keys::revoke, credit::top_up, credit::reclaim, credit::allocate,
        credit::set_allowance, credit::end_allowance, models::list, preferences::show, preferences::set, usage::list, events::listen,
        upstreams::list, upstreams::add, upstreams::remove, upstreams::put_secret, reconciliation::put_secret, ledger::orphans, ledger::refund, reload::reload,
        reconciliation::show, reconciliation::read, reconciliation::import,
        health::healthz, health::readyz, health::metrics
    ),
    security(("credential" = [])),
    modifiers(&Credential)
)]
struct Contract;

struct Credential;

impl Modify for Credential {
    fn modify(&self, contract: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("A device credential (ttd_) or an admin credential (tta_)"))
            .build();
        let components = contract.components.get_or_insert_default();
        components.add_security_scheme("credential", SecurityScheme::Http(scheme));
    }
}

/// The OpenAPI document.
pub fn contract() -> utoipa::openapi::OpenApi {
    Contract::openapi()
}

/// Open to all: it holds nothing that is not in this repository.
pub async fn serve() -> Json<utoipa::openapi::OpenApi> {
    Json(contract())
}
