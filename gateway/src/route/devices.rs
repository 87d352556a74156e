use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use protocol::{
    Code, DeviceId, KeyId, Problem,
    api::{Device, DeviceAddress, DeviceList, ErrorBody, PageQuery, RenameDeviceRequest, RotatedDevice},
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
    page::{Order, Page},
    redeem::checked_name,
};
use crate::{
    clock::{now_ms, timestamp},
    credential::{self, Kind},
    ledger::{DeviceRecord, PeopleChange, PeopleOutcome, Rotation},
    people::{no_randomness, refused},
    state::{Gateway, internal},
};

/// More than a list can show.
const ADDRESSES_MAX: usize = 10;
/// For so long the old credential of a device works beside its new one.
const FORMER_MS: i64 = 10 * 60 * 1_000;

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
    let seen = Seen::now(&gateway).await?;
    let devices = records
        .into_iter()
        .filter(|record| is_within_reach(&gateway, &caller, record.key))
        .map(|record| describe(record, current, &seen))
        .collect();
    let (devices, next) = page.of(devices, Order::OldestFirst, |device: &Device| {
        *device.id.as_uuid()
    });
    Ok(Json(DeviceList { devices, next }))
}

/// Where devices were seen, and what they have running.
struct Seen {
    addresses: HashMap<DeviceId, Vec<DeviceAddress>>,
    running: HashMap<DeviceId, u32>,
}

impl Seen {
    async fn now(gateway: &Gateway) -> Result<Self, Problem> {
        let mut addresses: HashMap<DeviceId, Vec<DeviceAddress>> = HashMap::new();
        let records = gateway.reader.people().device_addresses().await;
        for record in records.map_err(internal)? {
            let of_device = addresses.entry(record.device).or_default();
            if of_device.len() < ADDRESSES_MAX {
                of_device.push(DeviceAddress {
                    network: record.network,
                    first_at: timestamp(record.first_at),
                    last_at: timestamp(record.last_at),
                });
            }
        }
        let mut running: HashMap<DeviceId, u32> = HashMap::new();
        for record in gateway.reader.running().await.map_err(internal)? {
            *running.entry(record.device).or_default() += 1;
        }
        Ok(Self { addresses, running })
    }
}

fn describe(record: DeviceRecord, current: Option<DeviceId>, seen: &Seen) -> Device {
    let former_until = record.former.map(|(_, until)| until);
    let mut addresses = seen.addresses.get(&record.id).cloned().unwrap_or_default();
    // A network is noted when it changes; in the latest one it was seen whenever it was seen since.
    if let (Some(latest), Some(at)) = (addresses.first_mut(), record.last_seen_at) {
        latest.last_at = latest.last_at.max(at);
    }
    Device {
        addresses,
        running: seen.running.get(&record.id).copied().unwrap_or_default(),
        former_until: former_until.filter(|until| *until > now_ms()).map(timestamp),
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

/// Gives a device another credential. What it has running goes on, and the old credential works for
/// ten minutes more, so that it can be exchanged where it is used.
#[utoipa::path(
    post, path = "/api/v1/devices/{id}/rotate", params(("id" = String, Path)),
    responses((status = 200, body = RotatedDevice), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn rotate(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<RotatedDevice>> {
    let device = reachable(&gateway, &caller, &id)?;
    let secret = credential::generate(Kind::Device).ok_or_else(no_randomness)?;
    let former_until = now_ms() + FORMER_MS;
    let change = PeopleChange::RotateDevice(Rotation {
        device,
        mac: gateway.directory.pepper().mac(secret.as_bytes()),
        last4: credential::last4(&secret),
        former_until,
    });
    let note = caller.note("device.rotate").target("device", device);
    let done = gateway.change_people(change, note, None).await?;
    let PeopleOutcome::Key(key) = done.map_err(|refusal| refused(refusal, "device"))? else {
        return Err(Problem::new(Code::Internal, "The rotation found no device.").into());
    };
    gateway
        .directory
        .refresh(&gateway.reader, key)
        .await
        .map_err(internal)?;
    gateway.events.note_change(key);
    Ok(Json(RotatedDevice {
        credential: secret.to_string(),
        former_until: timestamp(former_until),
    }))
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
