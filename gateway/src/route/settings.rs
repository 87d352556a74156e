//! What holds for everybody at this gateway.

use std::sync::Arc;

use axum::{Json, extract::State};
use protocol::{
    Code, Problem,
    api::{ErrorBody, GatewaySettings, SettingsRequest},
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
};
use crate::{
    clock::timestamp,
    ledger::PeopleChange,
    people::refused,
    report::name_of,
    settings::{Chosen, USAGE_DAYS_MIN, renew_chosen},
    state::{Gateway, internal},
};

/// Where days begin, for how long what is kept, and what visitors see.
#[utoipa::path(
    get, path = "/api/v1/settings", tag = "settings",
    responses((status = 200, body = GatewaySettings), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn show(State(gateway): State<Arc<Gateway>>, _caller: Caller) -> Answer<Json<GatewaySettings>> {
    Ok(Json(settings(&gateway).await?))
}

async fn settings(gateway: &Gateway) -> Result<GatewaySettings, Problem> {
    let past = gateway.reader.past_mark().await.map_err(internal)?;
    let (settings, chosen) = (&gateway.settings, gateway.settings.chosen());
    Ok(GatewaySettings {
        time_zone: name_of(&settings.zone()).to_owned(),
        time_zone_of_file: name_of(&settings.zone_of_file()).to_owned(),
        is_time_zone_chosen: chosen.zone().is_some(),
        usage_days: chosen.usage_days(),
        usage_days_min: USAGE_DAYS_MIN,
        usage_kept_from: (past.version > 0).then(|| timestamp(past.kept_from)),
        alert_days: chosen.alert_days(),
        public_profiles: chosen.has_public_profiles(),
    })
}

/// Sets all of them. Usage rows that are too old by then are deleted within a minute; their sums stay.
#[utoipa::path(
    put, path = "/api/v1/settings", request_body = SettingsRequest, tag = "settings",
    responses((status = 200, body = GatewaySettings), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn set(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<SettingsRequest>,
) -> Answer<Json<GatewaySettings>> {
    let chosen = Chosen::asked(&request).map_err(|error| {
        Problem::new(Code::InvalidRequest, error.to_string())
            .with_hint("A time zone is a name such as Europe/Berlin; leave out what is to be as it comes.")
    })?;
    let note = caller
        .note("settings.set")
        .before(json!(*gateway.settings.chosen()))
        .after(json!(chosen));
    let change = PeopleChange::Choose(json!(chosen).to_string());
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "setting"))?;
    renew_chosen(&gateway).await.map_err(internal)?;
    Ok(Json(settings(&gateway).await?))
}
