//! When alerts are raised, and when nobody is to be woken.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use protocol::{
    AlertRuleId, Code, KeyId, MemberId, Problem,
    api::{AlertRuleRequest, AlertRules, AlertScope, ErrorBody, QuietHours},
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
    alerts::{change_alerts, unknown},
};
use crate::{
    alert::{Rules, Settings, is_time},
    clock::new_id,
    ledger::{AlertChange, StoredRule},
    report::name_of,
    state::{Gateway, internal},
};

/// All rules: the gateway's, then those of single members and keys.
#[utoipa::path(
    get, path = "/api/v1/alerts/rules", tag = "alerts",
    responses((status = 200, body = AlertRules), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(State(gateway): State<Arc<Gateway>>, _caller: Caller) -> Answer<Json<AlertRules>> {
    Ok(Json(rules(&gateway).await?))
}

async fn rules(gateway: &Gateway) -> Result<AlertRules, Problem> {
    let rules = Rules::read(&gateway.reader).await.map_err(internal)?;
    let members = gateway.reader.people().names().await.map_err(internal)?;
    let keys = gateway.reader.keys().await.map_err(internal)?;
    let name = |scope, id: &str| match scope {
        AlertScope::Gateway => None,
        AlertScope::Member => members.get(&id.parse::<MemberId>().ok()?).cloned(),
        AlertScope::Key => {
            let id = id.parse::<KeyId>().ok()?;
            let key = keys.iter().find(|key| key.id == id)?;
            Some(key.label.clone().unwrap_or_else(|| format!("Key …{}", key.last4)))
        }
    };
    Ok(AlertRules {
        rules: rules.shown(name),
        quiet_hours: rules.quiet_hours,
        time_zone: name_of(&gateway.settings.zone()).to_owned(),
    })
}

/// Sets a rule for all, for a member or for a key. What is set for a key goes before its member's,
/// and that before the gateway's.
#[utoipa::path(
    put, path = "/api/v1/alerts/rules", request_body = AlertRuleRequest, tag = "alerts",
    responses((status = 200, body = AlertRules), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn set(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<AlertRuleRequest>,
) -> Answer<Json<AlertRules>> {
    let settings = Settings::asked(&request).map_err(|error| {
        Problem::new(Code::InvalidRequest, error.to_string()).with_hint(
            "percent: 1 to 99 of a limit, 101 to 10000 of what is usual; minutes: 1 to 1440; an amount of money is more than nothing.",
        )
    })?;
    let scope_id = checked_scope(&gateway, &request).await?;
    let rule = StoredRule {
        id: AlertRuleId::from_uuid(new_id()),
        kind: request.kind,
        scope: request.scope,
        settings: json!(settings).to_string(),
        scope_id,
    };
    let note = caller
        .note("alert-rule.set")
        .target(
            "alert rule",
            format!("{} {} {}", rule.kind.as_str(), rule.scope.as_str(), rule.scope_id).trim_end(),
        )
        .after(json!(settings));
    // There is nothing that it could not be set in the place of.
    let _ = change_alerts(&gateway, AlertChange::SetRule(rule), note).await?;
    Ok(Json(rules(&gateway).await?))
}

/// The id of a member or key that is there, in its usual form; empty for the gateway.
async fn checked_scope(gateway: &Gateway, request: &AlertRuleRequest) -> Result<String, Problem> {
    let id = request.scope_id.as_deref();
    match (request.scope, id) {
        (AlertScope::Gateway, None) => Ok(String::new()),
        (AlertScope::Gateway, Some(_)) => Err(Problem::new(
            Code::InvalidRequest,
            "A rule of the gateway has no scopeId.",
        )),
        (_, None) => Err(Problem::new(
            Code::InvalidRequest,
            "A rule of a member or key names it in scopeId.",
        )),
        (AlertScope::Member, Some(id)) => {
            let id: MemberId = id.parse().map_err(|_| unknown("member"))?;
            let found = gateway.reader.people().member(id).await.map_err(internal)?;
            found
                .map(|member| member.id.to_string())
                .ok_or_else(|| unknown("member"))
        }
        (AlertScope::Key, Some(id)) => {
            let id: KeyId = id.parse().map_err(|_| unknown("key"))?;
            let found = gateway.directory.key(id);
            found.map(|key| key.id.to_string()).ok_or_else(|| unknown("key"))
        }
    }
}

/// Takes a rule away: what it was for follows the one above it, the gateway's is as it comes.
#[utoipa::path(
    delete, path = "/api/v1/alerts/rules/{id}", params(("id" = String, Path)), tag = "alerts",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn remove(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let id: AlertRuleId = id.parse().map_err(|_| unknown("rule"))?;
    let note = caller.note("alert-rule.remove").target("alert rule", id);
    let removed = change_alerts(&gateway, AlertChange::RemoveRule(id), note).await?;
    removed.map_err(|()| unknown("rule"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the hours in which e-mails and webhooks wait.
#[utoipa::path(
    put, path = "/api/v1/alerts/quiet-hours", request_body = QuietHours, tag = "alerts",
    responses((status = 200, body = QuietHours), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn set_quiet_hours(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(hours): Body<QuietHours>,
) -> Answer<Json<QuietHours>> {
    if !is_time(&hours.from) || !is_time(&hours.until) {
        let problem = Problem::new(
            Code::InvalidRequest,
            "Quiet hours begin and end at a time of day.",
        );
        return Err(problem.with_hint("Such as 22:00 and 07:00.").into());
    }
    let note = caller.note("quiet-hours.set").after(json!(hours));
    let change = AlertChange::SetQuietHours(json!(hours).to_string());
    let _ = change_alerts(&gateway, change, note).await?;
    Ok(Json(hours))
}
