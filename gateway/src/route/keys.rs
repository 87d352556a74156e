use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use jiff::Timestamp;
use protocol::{
    Code, KeyId, Money, Problem,
    api::{ErrorBody, KeyList, KeyState, KeySummary, Limits, MintRequest, MintResponse, MintedKey},
};

use super::{Answer, Body, access::ByAdmin};
use crate::{
    clock::{new_id, now_ms, timestamp},
    directory::limits_of,
    key::TokenKeyCode,
    ledger::{KeyMint, KeyRecord, LotState},
    state::{Gateway, internal},
};

const COUNT_MAX: u32 = 1_000;
const DEVICES_MAX: u32 = 10_000;

/// Mints token keys. Their codes are in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/keys", request_body = MintRequest,
    responses((status = 201, body = MintResponse), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn mint(
    State(gateway): State<Arc<Gateway>>,
    ByAdmin: ByAdmin,
    Body(request): Body<MintRequest>,
) -> Answer<(StatusCode, Json<MintResponse>)> {
    let now = now_ms();
    check(&gateway, &request, now)?;
    let mut mints = Vec::new();
    let mut keys = Vec::new();
    for _ in 0..request.count {
        let code = TokenKeyCode::generate()
            .ok_or_else(|| Problem::new(Code::Internal, "The system gave no random bytes."))?;
        let mint = key_mint(&gateway, &request, &code, now);
        keys.push(MintedKey {
            id: mint.id,
            key: code.shown().to_string(),
            credit_nano_usd: mint.credit,
            models: mint.models.clone(),
            devices: mint.devices,
            expires_at: mint.expires_at,
        });
        mints.push(mint);
    }
    gateway.ledger.mint(mints.clone()).await.map_err(internal)?;
    for mint in mints {
        gateway.directory.add_key(&record_of(mint));
    }
    tracing::info!(count = keys.len(), "Token keys were minted");
    Ok((
        StatusCode::CREATED,
        Json(MintResponse {
            gateway_url: gateway.public_url.clone(),
            keys,
        }),
    ))
}

fn check(gateway: &Gateway, request: &MintRequest, now: i64) -> Result<(), Problem> {
    let invalid = |text: String| Err(Problem::new(Code::InvalidRequest, text));
    if request.credit_nano_usd < Money::ZERO {
        return invalid("The credit of a key is not negative.".into());
    }
    if !(1..=COUNT_MAX).contains(&request.count) {
        return invalid(format!("One call mints 1 to {COUNT_MAX} keys."));
    }
    if !(1..=DEVICES_MAX).contains(&request.devices) {
        return invalid(format!("A key takes 1 to {DEVICES_MAX} devices."));
    }
    if request.expires_at.is_some_and(|at| at.as_millisecond() <= now) {
        return invalid("The key would be expired already.".into());
    }
    if request
        .label
        .as_ref()
        .is_some_and(|label| label.chars().count() > 200)
    {
        return invalid("A label has at most 200 characters.".into());
    }
    if let Some(name) = request.limits.impossible() {
        return invalid(format!(
            "Nothing would pass the limit `{name}`; leave it out for none."
        ));
    }
    let catalogue = gateway.catalogue.load();
    let mut models = request.models.iter().flatten();
    match models.find(|model| catalogue.find(model).is_none()) {
        Some(unknown) => {
            let shown: String = unknown.chars().filter(|c| !c.is_control()).take(100).collect();
            Err(Problem::new(
                Code::ModelUnknown,
                format!("There is no model \"{shown}\" at this gateway."),
            ))
        }
        None if request.models.as_ref().is_some_and(Vec::is_empty) => {
            invalid("A key without any model is of no use; leave models out to allow all.".into())
        }
        None => Ok(()),
    }
}

fn key_mint(gateway: &Gateway, request: &MintRequest, code: &TokenKeyCode, now: i64) -> KeyMint {
    KeyMint {
        id: KeyId::from_uuid(new_id()),
        mac: gateway.directory.pepper().mac(code.canonical()),
        last4: code.last4(),
        label: request.label.clone(),
        credit: request.credit_nano_usd,
        models: request.models.clone(),
        devices: request.devices,
        expires_at: request.expires_at,
        strict: request.strict,
        limits: limits_text(&request.limits),
        at: now,
    }
}

/// As the ledger keeps them.
fn limits_text(limits: &Limits) -> Option<String> {
    // Numbers always have a form in JSON.
    (!limits.is_empty()).then(|| serde_json::to_string(limits).unwrap_or_default())
}

fn record_of(mint: KeyMint) -> KeyRecord {
    KeyRecord {
        id: mint.id,
        last4: mint.last4,
        label: mint.label,
        models: mint.models,
        devices_max: mint.devices,
        devices_live: 0,
        strict: mint.strict,
        redeemed: false,
        revoked: false,
        created_at: timestamp(mint.at),
        expires_at: mint.expires_at,
        limits: mint.limits,
        preferences: None,
        allowance: None,
        lot: LotState {
            granted: mint.credit,
            spent: Money::ZERO,
            held: Money::ZERO,
        },
    }
}

/// All keys, newest first.
#[utoipa::path(get, path = "/api/v1/keys", responses((status = 200, body = KeyList), (status = 403, body = ErrorBody)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, ByAdmin: ByAdmin) -> Answer<Json<KeyList>> {
    let now = timestamp(now_ms());
    let keys = gateway
        .reader
        .keys()
        .await
        .map_err(internal)?
        .into_iter()
        .map(|key| summary(key, now))
        .collect();
    Ok(Json(KeyList { keys }))
}

fn summary(key: KeyRecord, now: Timestamp) -> KeySummary {
    KeySummary {
        state: state_of(&key, now),
        limits: limits_of(&key),
        allowance: key.allowance,
        id: key.id,
        last4: key.last4,
        label: key.label,
        granted_nano_usd: key.lot.granted,
        spent_nano_usd: key.lot.spent,
        held_nano_usd: key.lot.held,
        available_nano_usd: key.lot.available(),
        models: key.models,
        devices: key.devices_max,
        devices_enrolled: key.devices_live,
        strict: key.strict,
        created_at: key.created_at,
        expires_at: key.expires_at,
    }
}

fn state_of(key: &KeyRecord, now: Timestamp) -> KeyState {
    if key.revoked {
        KeyState::Revoked
    } else if key.expires_at.is_some_and(|at| at <= now) {
        KeyState::Expired
    } else if !key.redeemed {
        KeyState::Unredeemed
    } else if key.lot.spent >= key.lot.granted && key.lot.granted > Money::ZERO {
        KeyState::Exhausted
    } else {
        KeyState::Active
    }
}

/// Stops a key and all its devices.
#[utoipa::path(
    delete, path = "/api/v1/keys/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn revoke(
    State(gateway): State<Arc<Gateway>>,
    ByAdmin: ByAdmin,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let not_found = || Problem::new(Code::NotFound, "There is no such key.");
    let key: KeyId = id.parse().map_err(|_| not_found())?;
    if !gateway.ledger.revoke_key(key, now_ms()).await.map_err(internal)? {
        return Err(not_found().into());
    }
    gateway.directory.revoke_key(key);
    tracing::info!(key.id = %key, "A token key was revoked");
    Ok(StatusCode::NO_CONTENT)
}
