use std::sync::Arc;

use axum::{Json, extract::State};
use protocol::{
    Code, Problem,
    api::{ErrorBody, Preferences},
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, ByDevice, Caller},
};
use crate::{
    directory::Key,
    state::{Gateway, internal},
};

/// More models than this in one list are not a preference.
const MODELS_MAX: usize = 100;

/// Which models the member wants where one stands for others. The same for all devices of a key.
#[utoipa::path(
    get, path = "/api/v1/preferences",
    responses((status = 200, body = Preferences), (status = 401, body = ErrorBody))
)]
pub async fn show(ByDevice(device): ByDevice) -> Json<Preferences> {
    Json(Preferences::clone(&device.key.preferences()))
}

/// Sets both lists; an empty one takes back what was there.
#[utoipa::path(
    put, path = "/api/v1/preferences", request_body = Preferences,
    responses((status = 200, body = Preferences), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn set(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    ByDevice(device): ByDevice,
    Body(preferences): Body<Preferences>,
) -> Answer<Json<Preferences>> {
    check(&gateway, &device.key, &preferences)?;
    let text = (preferences != Preferences::default()).then(|| serde_json::to_string(&preferences));
    let text = text.transpose().map_err(|error| {
        tracing::error!("Preferences could not be written as JSON: {error}");
        Problem::new(Code::Internal, "The preferences could not be kept.")
    })?;
    let note = caller
        .note("preferences.set")
        .target("key", device.key.id)
        .after(json!(preferences));
    let is_kept = gateway
        .ledger
        .noting(note)
        .set_preferences(device.key.id, text)
        .await
        .map_err(internal)?;
    if !is_kept {
        return Err(Problem::new(Code::NotFound, "The token key of this device is gone.").into());
    }
    device.key.set_preferences(preferences.clone());
    Ok(Json(preferences))
}

fn check(gateway: &Gateway, key: &Key, preferences: &Preferences) -> Result<(), Problem> {
    let invalid = |text: String| Err(Problem::new(Code::InvalidRequest, text));
    let lists = [&preferences.order, &preferences.exclude];
    if lists.iter().any(|list| list.len() > MODELS_MAX) {
        return invalid(format!(
            "A list of preferences names at most {MODELS_MAX} models."
        ));
    }
    let catalogue = gateway.catalogue.load();
    for name in lists.into_iter().flatten() {
        // What a model that stands for others may choose is told by its answers, so its name is no secret.
        let entry = catalogue
            .find(name)
            .filter(|entry| key.allows(name) || catalogue.is_chosen_for(key, entry));
        match entry {
            Some(entry) if entry.auto.is_some() => {
                let text = format!("{name} stands for other models; prefer or exclude those.");
                return invalid(text);
            }
            Some(_) => {}
            None => {
                let shown: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
                let text = format!("There is no model \"{shown}\" for this key.");
                return Err(Problem::new(Code::ModelUnknown, text));
            }
        }
    }
    match preferences
        .order
        .iter()
        .find(|name| preferences.exclude.contains(name))
    {
        Some(both) => invalid(format!("{both} is both preferred and excluded.")),
        None => Ok(()),
    }
}
