//! The contract of the control plane, made from its handlers.

use axum::Json;
use protocol::api::Dimension;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::route::{
    alert_channels, alert_rules, alerts, audit, credit, device_flow, devices, events, health, identities,
    invitations, keys, ledger, members, models, passkeys, preferences, reconciliation, redeem, reload,
    routes, session, sign_in, summary, teams, tokens, upstreams, usage,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Token Tracker gateway",
        description = "The control plane. Money is in decimal strings of whole nano-USD, times are RFC 3339 UTC, ids are UUIDv7. Errors are {\"error\": {code, message, hint}}.",
        license(name = "MIT OR Apache-2.0")
    ),
    paths(
        sign_in::ways, sign_in::by_password, sign_in::look, sign_in::by_link, sign_in::owner_link,
        session::show, session::sign_out, session::step_up, session::set_password, session::list, session::end,
        members::list, members::show, members::change, members::remove, members::link, members::make_owner,
        teams::list, teams::create, teams::rename, teams::remove, teams::put_member, teams::limit_member,
        invitations::list, invitations::create, invitations::revoke,
        passkeys::list, passkeys::begin, passkeys::add, passkeys::rename, passkeys::remove, passkeys::ask,
        passkeys::sign_in, passkeys::ask_step_up, passkeys::step_up,
        identities::begin, identities::callback, identities::connect, identities::list, identities::remove,
        tokens::list, tokens::create, tokens::revoke, tokens::own, tokens::end_own,
        device_flow::code, device_flow::token, device_flow::look, device_flow::approve, device_flow::deny,
        alerts::list, alerts::acknowledge_all, alerts::acknowledge, alerts::resolve,
        alert_rules::list, alert_rules::set, alert_rules::remove, alert_rules::set_quiet_hours,
        alert_channels::list, alert_channels::add, alert_channels::change, alert_channels::remove, alert_channels::test,
        audit::list, audit::verify, keys::claim, keys::assign,
        redeem::redeem, redeem::me, redeem::balance, devices::list, devices::rename, devices::revoke,
        keys::list, keys::mint, keys::revoke, credit::top_up, credit::reclaim, credit::allocate,
        credit::set_allowance, credit::end_allowance, models::list, preferences::show, preferences::set, usage::list, usage::one,
        summary::summary, summary::overview, events::listen,
        upstreams::list, upstreams::add, upstreams::try_out, routes::list, upstreams::remove, upstreams::put_secret, reconciliation::put_secret, ledger::orphans, ledger::refund, reload::reload,
        reconciliation::show, reconciliation::read, reconciliation::import,
        health::healthz, health::readyz, health::metrics
    ),
    security(("credential" = []), ("session" = [])),
    components(schemas(Dimension)),
    modifiers(&Credential, &Names)
)]
struct Contract;

struct Credential;

impl Modify for Credential {
    fn modify(&self, contract: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "A device credential (ttd_), an admin credential (tta_) or a personal access token (ttp_)",
            ))
            .build();
        let components = contract.components.get_or_insert_default();
        components.add_security_scheme("credential", SecurityScheme::Http(scheme));
        let cookie = ApiKeyValue::with_description(
            "__Host-token-tracker",
            "A signed-in browser. On plain http at this machine the name is token-tracker-PORT. What changes \
             something must come from the gateway's own page (Sec-Fetch-Site or Origin), as JSON.",
        );
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// Handlers are called the same in several files; in the contract a name is there once.
struct Names;

impl Modify for Names {
    fn modify(&self, contract: &mut utoipa::openapi::OpenApi) {
        for (path, item) in &mut contract.paths.paths {
            let place = path.trim_start_matches("/api/v1/").trim_start_matches('/');
            let place = place.replace(['{', '}'], "").replace(['/', '-', '.'], "_");
            let operations = [
                ("get", &mut item.get),
                ("put", &mut item.put),
                ("post", &mut item.post),
                ("delete", &mut item.delete),
                ("patch", &mut item.patch),
            ];
            for (method, operation) in operations {
                if let Some(operation) = operation {
                    operation.operation_id = Some(format!("{method}_{place}"));
                }
            }
        }
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
