//! The contract of the control plane, made from its handlers.

mod examples;

use axum::Json;
use protocol::{
    Code,
    api::{Dimension, ExportFormat},
};
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Content, ObjectBuilder, Ref, RefOr, Required, ResponseBuilder, Type,
        extensions::ExtensionsBuilder,
        path::{Operation, ParameterBuilder, ParameterIn},
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use self::examples::Examples;
use crate::route::{
    alert_channels, alert_rules, alerts, audit, credit, device_flow, devices, events, exports, health,
    identities, imports, invitations, keys, ledger, members, models, passkeys, preferences, reconciliation,
    redeem, reload, reported, routes, running, session, settings, sharing, sign_in, summary, teams, tokens,
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
        sign_in::ways, sign_in::by_password, sign_in::look, sign_in::by_link, sign_in::owner_link,
        session::show, session::sign_out, session::step_up, session::set_password, session::list, session::end,
        members::list, members::show, members::change, members::remove, members::link, members::make_owner,
        teams::list, teams::create, teams::rename, teams::remove, teams::put_member, teams::limit_member,
        members::erase, exports::table, exports::member, imports::usage,
        invitations::list, invitations::create, invitations::revoke,
        passkeys::list, passkeys::begin, passkeys::add, passkeys::rename, passkeys::remove, passkeys::ask,
        passkeys::sign_in, passkeys::ask_step_up, passkeys::step_up,
        identities::begin, identities::callback, identities::connect, identities::list, identities::remove,
        tokens::list, tokens::create, tokens::revoke, tokens::own, tokens::end_own,
        device_flow::code, device_flow::token, device_flow::look, device_flow::approve, device_flow::deny,
        alerts::list, alerts::acknowledge_all, alerts::acknowledge, alerts::resolve,
        alert_rules::list, alert_rules::set, alert_rules::remove, alert_rules::set_quiet_hours,
        alert_channels::list, alert_channels::add, alert_channels::change, alert_channels::remove, alert_channels::test,
        settings::show, settings::set,
        audit::list, audit::verify, keys::claim, keys::assign,
        redeem::redeem, redeem::me, redeem::balance, devices::list, devices::rename, devices::revoke, devices::rotate, running::list,
        keys::list, keys::mint, keys::revoke, credit::top_up, credit::reclaim, credit::allocate,
        credit::set_allowance, credit::end_allowance, models::list, preferences::show, preferences::set, usage::list, usage::one,
        reported::report, reported::sums, summary::summary, summary::overview, events::listen,
        sharing::show, sharing::change, sharing::end, sharing::days, sharing::submit, sharing::erase_machine, sharing::profile, sharing::graph, sharing::leaderboard,
        upstreams::list, upstreams::add, upstreams::try_out, routes::list, upstreams::remove, upstreams::put_secret, reconciliation::put_secret, ledger::orphans, ledger::refund, reload::reload,
        reconciliation::show, reconciliation::read, reconciliation::import,
        health::healthz, health::readyz, health::metrics
    ),
    security(("credential" = []), ("session" = [])),
    components(schemas(Dimension, ExportFormat)),
    modifiers(&Credential, &Names, &Answers, &Examples)
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

/// What every route answers alike, so that no handler has to say it: who is not known, who may not, a
/// gateway that starts or stops; and the key under which a change is carried out once.
struct Answers;

/// Changes without an `Idempotency-Key`: anybody may ask for them, they answer with a cookie, or they
/// have a rule of their own. A test compares this with [`is_once`](crate::route::idempotency::is_once).
const NOT_ONCE: &[&str] = &[
    "/api/v1/session",
    "/api/v1/sessions",
    "/api/v1/sign-in",
    "/api/v1/device/code",
    "/api/v1/device/token",
    "/api/v1/redeem",
    "/api/v1/imports",
    "/api/v1/identities/providers",
];

fn is_once(path: &str) -> bool {
    let is_below = |place: &str| {
        path.strip_prefix(place)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_asked_for_by_anybody = path == "/api/v1/sign-in/link";
    path != "/api/v1/members/{id}/owner"
        && (is_asked_for_by_anybody || !NOT_ONCE.iter().any(|place| is_below(place)))
}

impl Modify for Answers {
    fn modify(&self, contract: &mut utoipa::openapi::OpenApi) {
        contract.extensions = Some(ExtensionsBuilder::new().add(PROBLEMS, problems()).build());
        for (path, item) in &mut contract.paths.paths {
            if !path.starts_with("/api/v1/") {
                continue;
            }
            let changes = [&mut item.put, &mut item.post, &mut item.delete, &mut item.patch];
            for operation in changes.into_iter().flatten() {
                answer(operation, &["400", "401", "403", "429", "503"]);
                if is_once(path) {
                    let parameters = operation.parameters.get_or_insert_default();
                    parameters.retain(|one| !matches!(one, RefOr::T(one) if one.name == KEY));
                    parameters.push(key().into());
                    answer(operation, &["409", "422"]);
                }
            }
            if let Some(operation) = &mut item.get {
                answer(operation, &["400", "401", "403", "503"]);
            }
        }
    }
}

/// Where the document has the table of all codes.
const PROBLEMS: &str = "x-problems";

fn problems() -> Vec<serde_json::Value> {
    let with_status = Code::ALL.iter().filter(|code| code.http_status() != 0);
    let row =
        |code: &Code| serde_json::json!({ "code": code, "status": code.http_status(), "hint": code.hint() });
    with_status.map(row).collect()
}

const KEY: &str = "Idempotency-Key";

fn key() -> utoipa::openapi::path::Parameter {
    ParameterBuilder::new()
        .name(KEY)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "The same request under the same key is carried out once within a day, and answered the same, with \
             `Idempotent-Replayed: true`. Another request under it is refused.",
        ))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .min_length(Some(1))
                .max_length(Some(255))
                .pattern(Some("^[ -~]+$")),
        ))
        .example(Some(serde_json::json!("7f9c2ba4-e88f-4d5a-9b1c-3a6f0e2d7c11")))
        .build()
}

/// Declares refusals that the handler does not declare itself.
fn answer(operation: &mut Operation, statuses: &[&str]) {
    for status in statuses {
        let refused = ResponseBuilder::new()
            .description("Refused: see the code")
            .content(
                "application/json",
                Content::new(Some(Ref::from_schema_name("ErrorBody"))),
            )
            .build();
        let responses = &mut operation.responses.responses;
        responses
            .entry((*status).to_owned())
            .or_insert_with(|| refused.into());
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
