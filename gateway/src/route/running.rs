//! What runs at the moment.

use std::sync::Arc;

use axum::{Json, extract::State};
use protocol::api::{ErrorBody, RunningList, RunningRequest};

use super::{Answer, access::Caller};
use crate::{
    clock::timestamp,
    ledger::RunningRecord,
    state::{Gateway, internal},
};

/// Requests that run now: a device's own, those of a member's keys, or all for owners and admins.
/// Pages hear on the event stream when one begins or ends.
#[utoipa::path(get, path = "/api/v1/running", responses((status = 200, body = RunningList), (status = 401, body = ErrorBody)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<RunningList>> {
    let running = gateway.reader.running().await.map_err(internal)?;
    let is_within_reach = |record: &RunningRecord| match caller.device() {
        Some(device) => device.id == record.device,
        None => caller.reaches(gateway.directory.key(record.key).and_then(|key| key.member())),
    };
    let requests = running.into_iter().filter(is_within_reach).map(described);
    Ok(Json(RunningList {
        requests: requests.collect(),
    }))
}

fn described(record: RunningRecord) -> RunningRequest {
    RunningRequest {
        request_id: record.request,
        at: timestamp(record.at),
        device_id: record.device,
        key_id: record.key,
        kind: record.origin.kind,
        model: record.origin.model.to_string(),
        upstream: record.origin.upstream.to_string(),
        repository: record.origin.repository,
        branch: record.origin.branch,
        held_nano_usd: record.held,
    }
}
