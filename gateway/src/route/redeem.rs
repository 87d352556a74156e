use std::{net::IpAddr, sync::Arc};

use axum::{Json, extract::State};
use http::{HeaderMap, StatusCode};
use protocol::{
    Code, DeviceId, Problem,
    api::{
        Account, AccountResponse, BalanceResponse, DeviceClient, ErrorBody, RedeemRequest, RedeemResponse,
    },
};
use serde_json::json;

use super::{
    Answer, ApiError, Body,
    access::{About, ByDevice, Caller},
    idempotency::idempotency_key,
};
use crate::{
    clock::{new_id, now_ms, steady_ms},
    credential::{self, Kind},
    failure_limit::{network_of, seconds},
    key::TokenKeyCode,
    ledger::{Enrolled, Redeem},
    state::{Gateway, internal},
};

const NAME_CHARACTERS_MAX: usize = 100;

/// Turns a token key into a device with a credential of its own.
#[utoipa::path(
    post, path = "/api/v1/redeem", request_body = RedeemRequest, security(()),
    params(("Idempotency-Key" = Option<String>, Header, description = "The same within ten minutes answers the same device with a new credential, while the first one is unused.")),
    responses((status = 201, body = RedeemResponse), (status = 403, body = ErrorBody, description = "Unknown, used up, expired or revoked: one answer for all"), (status = 429, body = ErrorBody))
)]
pub async fn redeem(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<RedeemRequest>,
) -> Answer<(StatusCode, Json<RedeemResponse>)> {
    let (now, peer) = (now_ms(), caller.peer.address);
    check_wait(&gateway, peer).await?;
    let idempotency_key = idempotency_key(&headers)?;
    let name = device_name(request.device_name.as_deref(), request.device.as_ref())?;
    let secret = credential::generate(Kind::Device).ok_or_else(no_randomness)?;
    // A code with a typing error takes the same way as one that does not exist: one text, one time.
    let code = TokenKeyCode::parse(&request.key).ok();
    let canonical = code
        .as_ref()
        .map_or(request.key.as_bytes(), TokenKeyCode::canonical);
    let redeem = Redeem {
        key_mac: gateway.directory.pepper().mac(canonical),
        device: DeviceId::from_uuid(new_id()),
        credential_mac: gateway.directory.pepper().mac(secret.as_bytes()),
        credential_last4: credential::last4(&secret),
        name,
        client: client(request.device),
        idempotency_key,
        member: caller.member().map(|member| member.id),
        at: now,
    };
    let note = caller
        .note("device.enrol")
        .target("device", redeem.device)
        .after(json!({ "name": redeem.name, "client": redeem.client }));
    let ledger = gateway.ledger.noting(note);
    let Ok(enrolled) = ledger.redeem(Box::new(redeem)).await.map_err(internal)? else {
        return Err(count_refusal(&gateway, peer).await);
    };
    let account = enrol(&gateway, enrolled).await?;
    Ok((
        StatusCode::CREATED,
        Json(RedeemResponse {
            credential: secret.to_string(),
            account,
        }),
    ))
}

/// Refuses a peer whose codes were wrong too often, here or at another gateway on the database.
pub(super) async fn check_wait(gateway: &Gateway, peer: IpAddr) -> Result<(), ApiError> {
    if let Some(seconds) = gateway.failed_redeems.wait_seconds(peer, steady_ms()) {
        return Err(too_many(seconds));
    }
    let most = gateway.failed_redeems.limits();
    let waits = gateway.reader.failure_wait(&mac_of(gateway, peer), most).await;
    match waits.map_err(internal)? {
        Some(ms) => Err(too_many(seconds(ms))),
        None => Ok(()),
    }
}

/// Counts a code that was refused; what its peer is told.
pub(super) async fn count_refusal(gateway: &Gateway, peer: IpAddr) -> ApiError {
    gateway.metrics.redeem_failed();
    if let Some(seconds) = gateway.failed_redeems.note_failure(peer, steady_ms()) {
        return too_many(seconds);
    }
    let most = gateway.failed_redeems.limits();
    match gateway.ledger.count_failure(mac_of(gateway, peer), most).await {
        Ok(Some(ms)) => too_many(seconds(ms)),
        Ok(None) => Problem::new(Code::KeyRefused, "This token key is not accepted.").into(),
        Err(error) => internal(error).into(),
    }
}

/// The peer as gateways on one database know it.
fn mac_of(gateway: &Gateway, peer: IpAddr) -> [u8; 32] {
    let text = format!("redeem|{}", network_of(peer));
    gateway.directory.pepper().mac(text.as_bytes())
}

fn too_many(seconds: u64) -> ApiError {
    let problem = Problem::new(Code::RateLimited, "Too many token keys from here were refused.");
    ApiError::retry_after(problem, seconds)
}

async fn enrol(gateway: &Gateway, enrolled: Enrolled) -> Result<Account, Problem> {
    gateway
        .directory
        .refresh(&gateway.reader, enrolled.key)
        .await
        .map_err(internal)?;
    let device = gateway
        .directory
        .device(enrolled.device)
        .ok_or_else(|| Problem::new(Code::Internal, "The new device is not in the directory."))?;
    gateway.events.note_change(enrolled.key);
    tracing::info!(device.id = %enrolled.device, key.id = %enrolled.key, "A device was enrolled");
    gateway.account(&device, enrolled.name).await
}

fn device_name(name: Option<&str>, client: Option<&DeviceClient>) -> Result<String, Problem> {
    let fallback = client
        .and_then(|client| client.client.as_deref())
        .unwrap_or("device");
    checked_name(
        name.map(str::trim)
            .filter(|name| !name.is_empty())
            .unwrap_or(fallback),
    )
}

pub(super) fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARACTERS_MAX || name.contains(char::is_control) {
        return Err(Problem::new(
            Code::InvalidRequest,
            "A device's name has 1 to 100 characters, none of them a control character.",
        ));
    }
    Ok(name.to_owned())
}

/// What a client says about itself, cut to what a listing can show.
fn client(client: Option<DeviceClient>) -> DeviceClient {
    let cut = |text: Option<String>| {
        text.map(|text| {
            text.chars()
                .filter(|c| !c.is_control())
                .take(NAME_CHARACTERS_MAX)
                .collect()
        })
    };
    let client = client.unwrap_or_default();
    DeviceClient {
        os: cut(client.os),
        client: cut(client.client),
        version: cut(client.version),
    }
}

fn no_randomness() -> Problem {
    Problem::new(Code::Internal, "The system gave no random bytes.")
}

/// This device's standing.
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = AccountResponse), (status = 401, body = ErrorBody)))]
pub async fn me(
    State(gateway): State<Arc<Gateway>>,
    ByDevice(device): ByDevice,
) -> Answer<Json<AccountResponse>> {
    let records = gateway
        .reader
        .devices(Some(device.key.id))
        .await
        .map_err(internal)?;
    let name = records
        .into_iter()
        .find(|record| record.id == device.id)
        .map(|record| record.name);
    let account = gateway.account(&device, name.unwrap_or_default()).await?;
    Ok(Json(AccountResponse { account }))
}

/// What is left, held and spent on this device's lots; for a member, on all of their keys.
#[utoipa::path(get, path = "/api/v1/balance", responses((status = 200, body = BalanceResponse), (status = 401, body = ErrorBody)))]
pub async fn balance(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<BalanceResponse>> {
    let balance = match caller.device() {
        Some(device) => gateway.balance(&device.key).await?,
        None => gateway.balance_of_member(caller.member_id()?).await?,
    };
    Ok(Json(BalanceResponse { balance }))
}
