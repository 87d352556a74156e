//! Where alerts are sent to.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::{HeaderMap, StatusCode};
use protocol::{
    ChannelId, Code, Problem,
    api::{
        Channel, ChannelChange, ChannelCreated, ChannelKind, ChannelList, ChannelRequest, ChannelTest,
        ErrorBody,
    },
};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Answer, Body,
    access::{About, Caller},
    alerts::{change_alerts, unknown},
    idempotency::asked,
};
use crate::{
    alert::{check_url, is_address, new_secret, row_of},
    clock::{new_id, now_ms},
    ledger::{AlertChange, ChannelRecord, NewChannel, PeopleChange},
    people::refused,
    state::{Gateway, internal},
};

const NAME_BYTES_MAX: usize = 64;
const RECIPIENTS_MAX: usize = 20;
const ADDRESS_BYTES_MAX: usize = 254;
const CHANNELS_MAX: usize = 50;

/// All channels, and how the last alert fared on each.
#[utoipa::path(
    get, path = "/api/v1/alerts/channels", tag = "alerts",
    responses((status = 200, body = ChannelList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(State(gateway): State<Arc<Gateway>>, _caller: Caller) -> Answer<Json<ChannelList>> {
    let mut last = gateway
        .reader
        .alerts()
        .last_deliveries()
        .await
        .map_err(internal)?;
    let channels = records(&gateway).await?.into_iter().map(|channel| {
        let last = last.remove(&channel.id);
        channel.shown(last)
    });
    Ok(Json(ChannelList {
        channels: channels.collect(),
        email_from: gateway
            .settings
            .config()
            .smtp
            .as_ref()
            .map(|smtp| smtp.from.clone()),
    }))
}

async fn records(gateway: &Gateway) -> Result<Vec<ChannelRecord>, Problem> {
    gateway.reader.alerts().channels().await.map_err(internal)
}

async fn record(gateway: &Gateway, id: &str) -> Result<ChannelRecord, Problem> {
    let id: ChannelId = id.parse().map_err(|_| unknown("channel"))?;
    let mut all = records(gateway).await?.into_iter();
    all.find(|channel| channel.id == id)
        .ok_or_else(|| unknown("channel"))
}

/// Adds a channel. A webhook's address must be public, or in a network that the configuration lists
/// under `alerts.allow_private_webhooks`: now, and whenever something is sent.
#[utoipa::path(
    post, path = "/api/v1/alerts/channels", request_body = ChannelRequest, tag = "alerts",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same within a day adds one channel; a repeated request is refused with the channel's id.")),
    responses((status = 201, body = ChannelCreated), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody))
)]
pub async fn add(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<ChannelRequest>,
) -> Answer<(StatusCode, Json<ChannelCreated>)> {
    let id = ChannelId::from_uuid(new_id());
    let asked = asked(&headers, &caller, &request, id)?;
    let name = checked_name(&request.name)?;
    let mut record = ChannelRecord {
        id,
        kind: request.kind,
        name,
        to: Vec::new(),
        url: None,
        sealed: None,
        created_at: now_ms(),
        is_enabled: true,
    };
    let mut secret = None;
    match request.kind {
        ChannelKind::Email => record.to = checked_recipients(&request.to)?,
        ChannelKind::Webhook => {
            let url = checked_url(&gateway, request.url).await?;
            let made = new_secret().ok_or_else(no_randomness)?;
            record.sealed = Some(sealed(&gateway, id, &made)?);
            record.url = Some(url);
            secret = Some(made.to_string());
        }
    }
    if records(&gateway).await?.len() >= CHANNELS_MAX {
        return Err(
            Problem::new(Code::InvalidRequest, "There are 50 channels already.")
                .with_hint("Remove one that nobody needs.")
                .into(),
        );
    }
    let note = caller
        .note("alert-channel.add")
        .target("alert channel", id)
        .after(json!({ "kind": record.kind, "name": record.name, "to": record.to, "url": record.url }));
    let change = AlertChange::AddChannel(new_channel(&record));
    let made = gateway
        .change_people(PeopleChange::Alerts(Box::new(change)), note, asked)
        .await?;
    made.map_err(|refusal| refused(refusal, "channel"))?;
    gateway.events.note_alerts();
    let channel = record.shown(None);
    Ok((StatusCode::CREATED, Json(ChannelCreated { channel, secret })))
}

fn new_channel(record: &ChannelRecord) -> NewChannel {
    NewChannel {
        id: record.id,
        kind: record.kind,
        name: record.name.clone(),
        recipients: record.to.join("\n"),
        url: record.url.clone(),
        secret: record.sealed.clone(),
    }
}

fn sealed(gateway: &Gateway, id: ChannelId, secret: &Zeroizing<String>) -> Result<String, Problem> {
    let sealed = gateway.envelope.seal(&row_of(id), secret.as_bytes());
    sealed.map_err(|_| no_randomness())
}

fn no_randomness() -> Problem {
    Problem::new(Code::Internal, "The system gave no random bytes.")
}

/// Changes a channel's name or recipients, or switches it off and on. An address is never changed:
/// what was signed for one is not for another.
#[utoipa::path(
    patch, path = "/api/v1/alerts/channels/{id}", request_body = ChannelChange, params(("id" = String, Path)), tag = "alerts",
    responses((status = 200, body = Channel), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn change(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<ChannelChange>,
) -> Answer<Json<Channel>> {
    let record = record(&gateway, &id).await?;
    let note = caller
        .note("alert-channel.change")
        .target("alert channel", record.id)
        .after(json!(request));
    let name = request.name.as_deref().map(checked_name).transpose()?;
    let to = request.to.as_deref().map(checked_recipients).transpose()?;
    if to.is_some() && record.kind != ChannelKind::Email {
        return Err(Problem::new(Code::InvalidRequest, "Only an e-mail has recipients.").into());
    }
    let edit = AlertChange::EditChannel {
        id: record.id,
        name,
        recipients: to.map(|to| to.join("\n")),
        enabled: request.enabled,
    };
    let changed = change_alerts(&gateway, edit, note).await?;
    changed.map_err(|()| unknown("channel"))?;
    let id = record.id.to_string();
    Ok(Json(self::record(&gateway, &id).await?.shown(None)))
}

/// Removes a channel. What waits to be sent there is not sent any more.
#[utoipa::path(
    delete, path = "/api/v1/alerts/channels/{id}", params(("id" = String, Path)), tag = "alerts",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn remove(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let id = record(&gateway, &id).await?.id;
    let note = caller.note("alert-channel.remove").target("alert channel", id);
    let removed = change_alerts(&gateway, AlertChange::RemoveChannel(id), note).await?;
    removed.map_err(|()| unknown("channel"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sends a message that says that it is only a test, now and once.
#[utoipa::path(
    post, path = "/api/v1/alerts/channels/{id}/test", params(("id" = String, Path)), tag = "alerts",
    responses((status = 200, body = ChannelTest), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 503, body = ErrorBody))
)]
pub async fn test(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<ChannelTest>> {
    let record = record(&gateway, &id).await?;
    let note = caller
        .note("alert-channel.test")
        .target("alert channel", record.id);
    gateway
        .change_people(PeopleChange::Note, note, None)
        .await?
        .map_err(|_| unknown("channel"))?;
    let tested = gateway.alerts.test(record).await;
    let tested = tested.ok_or_else(|| Problem::new(Code::Draining, "The gateway is stopping."))?;
    Ok(Json(tested))
}

fn checked_name(name: &str) -> Result<String, Problem> {
    let name = name.trim();
    let is_right = (1..=NAME_BYTES_MAX).contains(&name.len()) && !name.chars().any(char::is_control);
    is_right.then(|| name.to_owned()).ok_or_else(|| {
        Problem::new(
            Code::InvalidRequest,
            "A channel's name has 1 to 64 characters, and no control characters.",
        )
    })
}

fn checked_recipients(to: &[String]) -> Result<Vec<String>, Problem> {
    let invalid = |text: &str| Err(Problem::new(Code::InvalidRequest, text));
    let mut to: Vec<String> = to.iter().map(|address| address.trim().to_owned()).collect();
    to.dedup();
    if !(1..=RECIPIENTS_MAX).contains(&to.len()) {
        return invalid("An e-mail has 1 to 20 recipients.");
    }
    let is_right = |address: &String| {
        address.len() <= ADDRESS_BYTES_MAX && !address.chars().any(char::is_control) && is_address(address)
    };
    if !to.iter().all(is_right) {
        return invalid("A recipient is not an e-mail address.");
    }
    Ok(to)
}

async fn checked_url(gateway: &Gateway, url: Option<String>) -> Result<String, Problem> {
    let url = url.ok_or_else(|| Problem::new(Code::InvalidRequest, "A webhook has an address."))?;
    // The file was checked when it was read.
    let reach = gateway.settings.config().alerts.reach().unwrap_or_default();
    match check_url(&url, reach).await {
        Ok(()) => Ok(url),
        Err(why) => Err(Problem::new(Code::InvalidRequest, why)),
    }
}
