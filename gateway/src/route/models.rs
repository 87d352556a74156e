use std::sync::Arc;

use axum::{Json, extract::State};
use protocol::api::{ErrorBody, ModelList};

use super::{Answer, access::Caller};
use crate::state::Gateway;

/// The models that the caller's key may use, with prices; for an admin, all.
#[utoipa::path(get, path = "/api/v1/models", responses((status = 200, body = ModelList), (status = 401, body = ErrorBody)))]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<ModelList>> {
    let catalogue = gateway.catalogue.load();
    let models = match &caller {
        Caller::Device(device) => catalogue
            .of_key(&device.key)
            .map(|entry| entry.describe())
            .collect(),
        Caller::Admin => catalogue.entries().iter().map(|entry| entry.describe()).collect(),
    };
    Ok(Json(ModelList { models }))
}
