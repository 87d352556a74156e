use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use jiff::Timestamp;
use protocol::{
    Code, KeyId, MemberId, Money, Problem,
    api::{
        AssignKeyRequest, ClaimKeyRequest, ErrorBody, KeyList, KeyResponse, KeyState, KeySummary, Limits,
        MintRequest, MintResponse, MintedKey, PageQuery,
    },
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
    page::{Order, Page},
    redeem::{check_wait, count_refusal},
};
use crate::{
    clock::{new_id, now_ms, timestamp},
    directory::limits_of,
    key::TokenKeyCode,
    ledger::{KeyMint, KeyRecord, LotState, PeopleChange, PeopleOutcome, PeopleRefusal},
    people::refused,
    state::{Gateway, internal},
};

const COUNT_MAX: u32 = 1_000;
const DEVICES_MAX: u32 = 10_000;

/// Mints token keys. Their codes are in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/keys", request_body = MintRequest,
    responses((status = 201, body = MintResponse), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody, description = "No such model, or no such member"))
)]
pub async fn mint(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<MintRequest>,
) -> Answer<(StatusCode, Json<MintResponse>)> {
    let now = now_ms();
    check(&gateway, &request, now)?;
    if let Some(member) = request.member_id {
        must_be_member(&gateway, member).await?;
    }
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
    let note = caller.note("key.mint").after(note_of(&mints));
    let ledger = gateway.ledger.noting(note);
    ledger.mint(mints.clone()).await.map_err(internal)?;
    for mint in mints {
        let key = mint.id;
        gateway.directory.add_key(&record_of(mint));
        gateway.events.note_change(key);
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

async fn must_be_member(gateway: &Gateway, id: MemberId) -> Result<(), Problem> {
    let member = gateway.reader.people().member(id).await.map_err(internal)?;
    let is_there = member.is_some_and(|member| member.disabled_at.is_none());
    let missing = || Problem::new(Code::NotFound, "There is no such member.");
    is_there.then_some(()).ok_or_else(missing)
}

/// What the audit log keeps of a mint; the codes are not in it.
fn note_of(mints: &[KeyMint]) -> serde_json::Value {
    let first = mints.first();
    let ids: Vec<KeyId> = mints.iter().map(|mint| mint.id).collect();
    json!({
        "keys": ids,
        "creditNanoUsd": first.map(|mint| mint.credit),
        "models": first.and_then(|mint| mint.models.clone()),
        "devices": first.map(|mint| mint.devices),
        "expiresAt": first.and_then(|mint| mint.expires_at),
        "memberId": first.and_then(|mint| mint.member),
    })
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
    let is_wrong = |label: &String| label.chars().count() > 200 || label.contains(char::is_control);
    if request.label.as_ref().is_some_and(is_wrong) {
        return invalid("A label has at most 200 characters, none of them a control character.".into());
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
        member: request.member_id,
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
        member: mint.member,
        lot: LotState {
            granted: mint.credit,
            spent: Money::ZERO,
            held: Money::ZERO,
        },
    }
}

/// The keys, newest first: one's own, or all for owners and admins.
#[utoipa::path(get, path = "/api/v1/keys", params(PageQuery), responses((status = 200, body = KeyList), (status = 403, body = ErrorBody)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: Caller, page: Page) -> Answer<Json<KeyList>> {
    let now = timestamp(now_ms());
    let keys = gateway
        .reader
        .keys()
        .await
        .map_err(internal)?
        .into_iter()
        .filter(|key| caller.reaches(key.member))
        .map(|key| summary(key, now))
        .collect();
    let (keys, next) = page.of(keys, Order::NewestFirst, |key: &KeySummary| *key.id.as_uuid());
    Ok(Json(KeyList { keys, next }))
}

fn summary(key: KeyRecord, now: Timestamp) -> KeySummary {
    KeySummary {
        state: state_of(&key, now),
        limits: limits_of(&key),
        allowance: key.allowance,
        member_id: key.member,
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
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let not_found = || Problem::new(Code::NotFound, "There is no such key.");
    let key: KeyId = id.parse().map_err(|_| not_found())?;
    let ledger = gateway
        .ledger
        .noting(caller.note("key.revoke").target("key", key));
    if !ledger.revoke_key(key, now_ms()).await.map_err(internal)? {
        return Err(not_found().into());
    }
    gateway.directory.revoke_key(key);
    gateway.events.note_change(key);
    tracing::info!(key.id = %key, "A token key was revoked");
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a key one's own, by its code. One that is somebody else's is refused like one that does
/// not exist.
#[utoipa::path(
    post, path = "/api/v1/keys/claim", request_body = ClaimKeyRequest,
    responses((status = 200, body = KeyResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody, description = "Unknown, somebody else's, expired or revoked: one answer for all"), (status = 429, body = ErrorBody))
)]
pub async fn claim(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<ClaimKeyRequest>,
) -> Answer<Json<KeyResponse>> {
    let (peer, member) = (caller.peer.address, caller.member_id()?);
    check_wait(&gateway, peer).await?;
    let code = TokenKeyCode::parse(&request.key).ok();
    let canonical = code
        .as_ref()
        .map_or(request.key.as_bytes(), TokenKeyCode::canonical);
    let mac = gateway.directory.pepper().mac(canonical);
    let note = caller.note("key.claim").target("member", member);
    let change = PeopleChange::ClaimKey { mac, member };
    let outcome = match gateway.change_people(change, note, None).await? {
        Ok(outcome) => outcome,
        Err(PeopleRefusal::Key) => return Err(count_refusal(&gateway, peer).await),
        Err(refusal) => return Err(refused(refusal, "key").into()),
    };
    let PeopleOutcome::Key(key) = outcome else {
        return Err(Problem::new(Code::Internal, "The claim found no key.").into());
    };
    owned(&gateway, key).await
}

/// Says whose a key is.
#[utoipa::path(
    put, path = "/api/v1/keys/{id}/member", request_body = AssignKeyRequest, params(("id" = String, Path)),
    responses((status = 200, body = KeyResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn assign(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<AssignKeyRequest>,
) -> Answer<Json<KeyResponse>> {
    let not_found = || Problem::new(Code::NotFound, "There is no such key.");
    let key: KeyId = id.parse().map_err(|_| not_found())?;
    let before = gateway.directory.key(key).ok_or_else(not_found)?.member();
    if let Some(member) = request.member_id {
        must_be_member(&gateway, member).await?;
    }
    let note = caller
        .note("key.assign")
        .target("key", key)
        .before(json!({ "memberId": before }))
        .after(json!({ "memberId": request.member_id }));
    let change = PeopleChange::AssignKey {
        key,
        member: request.member_id,
    };
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "key"))?;
    owned(&gateway, key).await
}

/// The key as it is after its owner changed.
async fn owned(gateway: &Gateway, key: KeyId) -> Answer<Json<KeyResponse>> {
    gateway
        .directory
        .refresh(&gateway.reader, key)
        .await
        .map_err(internal)?;
    gateway.events.note_change(key);
    let record = gateway.reader.key(key).await.map_err(internal)?;
    let record = record.ok_or_else(|| Problem::new(Code::NotFound, "There is no such key."))?;
    Ok(Json(KeyResponse {
        key: summary(record, timestamp(now_ms())),
    }))
}
