use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use protocol::{
    Code, DeviceId, KeyId, Problem,
    api::{Device, DeviceList, ErrorBody, PageQuery, RenameDeviceRequest},
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
    page::{Order, Page},
    redeem::checked_name,
};
use crate::{
    clock::now_ms,
    ledger::DeviceRecord,
    state::{Gateway, internal},
};

/// The devices of the caller's key; for a member, of all their keys; for owners and admins, all.
#[utoipa::path(get, path = "/api/v1/devices", params(PageQuery), responses((status = 200, body = DeviceList), (status = 401, body = ErrorBody)))]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    page: Page,
) -> Answer<Json<DeviceList>> {
    let (key, current) = match caller.device() {
        Some(device) => (Some(device.key.id), Some(device.id)),
        None => (None, None),
    };
    let records = gateway.reader.devices(key).await.map_err(internal)?;
    let devices = records
        .into_iter()
        .filter(|record| is_within_reach(&gateway, &caller, record.key))
        .map(|record| describe(record, current))
        .collect();
    let (devices, next) = page.of(devices, Order::OldestFirst, |device: &Device| {
        *device.id.as_uuid()
    });
    Ok(Json(DeviceList { devices, next }))
}

fn describe(record: DeviceRecord, current: Option<DeviceId>) -> Device {
    Device {
        id: record.id,
        name: record.name,
        key_id: record.key,
        credential_last4: record.last4,
        client: record.client,
        created_at: record.created_at,
        last_seen_at: record.last_seen_at,
        revoked_at: record.revoked_at,
        current: current == Some(record.id),
    }
}

/// Gives a device another name.
#[utoipa::path(
    patch, path = "/api/v1/devices/{id}", request_body = RenameDeviceRequest, params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
pub async fn rename(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<RenameDeviceRequest>,
) -> Answer<StatusCode> {
    let device = reachable(&gateway, &caller, &id)?;
    let name = checked_name(&request.name)?;
    let note = caller
        .note("device.rename")
        .target("device", device)
        .after(json!({ "name": name }));
    let renamed = gateway
        .ledger
        .noting(note)
        .rename_device(device, name)
        .await
        .map_err(internal)?;
    if renamed {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(not_found().into())
    }
}

/// Signs a device out and frees its place. A device may revoke itself and its key's other devices.
#[utoipa::path(
    delete, path = "/api/v1/devices/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = ErrorBody))
)]
pub async fn revoke(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let device = reachable(&gateway, &caller, &id)?;
    let key = gateway.directory.device(device).map(|device| device.key.id);
    let note = caller.note("device.revoke").target("device", device);
    if !gateway
        .ledger
        .noting(note)
        .revoke_device(device, now_ms())
        .await
        .map_err(internal)?
    {
        return Err(not_found().into());
    }
    gateway.directory.revoke_device(device);
    if let Some(key) = key {
        gateway.events.note_change(key);
    }
    tracing::info!(device.id = %device, "A device was revoked");
    Ok(StatusCode::NO_CONTENT)
}

/// The device, if the caller may touch it. To others it does not exist.
fn reachable(gateway: &Gateway, caller: &Caller, id: &str) -> Result<DeviceId, Problem> {
    let id: DeviceId = id.parse().map_err(|_| not_found())?;
    let device = gateway.directory.device(id).ok_or_else(not_found)?;
    if is_within_reach(gateway, caller, device.key.id) {
        Ok(id)
    } else {
        Err(not_found())
    }
}

/// A device reaches those of its key, a member those of their keys.
fn is_within_reach(gateway: &Gateway, caller: &Caller, key: KeyId) -> bool {
    match caller.device() {
        Some(own) => own.key.id == key,
        None => caller.reaches(gateway.directory.key(key).and_then(|key| key.member())),
    }
}

fn not_found() -> Problem {
    Problem::new(Code::NotFound, "There is no such device.")
}
