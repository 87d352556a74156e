use std::sync::Arc;

use axum::{Json, extract::State};
use protocol::{
    MemberId,
    api::{ErrorBody, Model, ModelList},
};

use super::{Answer, access::Caller};
use crate::{access::Reach, catalogue::Catalogue, state::Gateway};

/// The models that the caller's key or keys may use, with prices; for owners and admins, all.
#[utoipa::path(get, path = "/api/v1/models", responses((status = 200, body = ModelList), (status = 401, body = ErrorBody)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<ModelList>> {
    let catalogue = gateway.catalogue.load();
    let models = match caller.device() {
        Some(device) => catalogue
            .of_key(&device.key)
            .map(|entry| entry.describe())
            .collect(),
        None if caller.reach == Reach::Own => of_member(&gateway, &catalogue, caller.member_id()?),
        None => catalogue.entries().iter().map(|entry| entry.describe()).collect(),
    };
    Ok(Json(ModelList { models }))
}

/// What any of the member's keys may use, in the catalogue's order.
fn of_member(gateway: &Gateway, catalogue: &Catalogue, member: MemberId) -> Vec<Model> {
    let mut keys = gateway.directory.keys_of(member);
    keys.retain(|key| !key.is_revoked());
    let entries = catalogue.entries().iter();
    entries
        .filter(|entry| keys.iter().any(|key| key.allows(&entry.id)))
        .map(|entry| entry.describe())
        .collect()
}
