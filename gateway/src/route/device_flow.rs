//! The device flow (RFC 8628): a device shows a code, a signed-in member confirms it elsewhere, and
//! the device gets its own credential.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Form, Json,
    extract::{FromRequest, Request, State},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use protocol::{
    Code, DeviceId, Problem, TokenId,
    api::{
        DeviceClient, DeviceCodeAnswer, DeviceCodeRequest, DeviceFlowError, DeviceFlowScope, DeviceLink,
        DeviceLinkAnswer, DeviceLinkRequest, DeviceTokenAnswer, DeviceTokenRequest, ErrorBody, Role, Scope,
    },
};
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{
    Answer, ApiError, Body,
    access::{About, Caller},
    tokens,
};
use crate::{
    clock::{new_id, now_ms, steady_ms, timestamp},
    credential::{self, Kind},
    ledger::{
        CodeAnswer, DeviceCode, DeviceCodeRecord, FlowOutcome, FlowSecrets, NewToken, PeopleChange,
        PeopleOutcome,
    },
    people::{UserCode, no_randomness, refused},
    state::{Gateway, internal},
};

const LIFE_SECONDS: u64 = 600;
const INTERVAL_SECONDS: u64 = 5;
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
const TEXT_CHARACTERS_MAX: usize = 100;

/// A body as a form, as the RFC has it, or as JSON.
pub struct FormOrJson<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for FormOrJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let is_form =
            kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        if !is_form {
            return Ok(Self(Body::<T>::from_request(request, state).await?.0));
        }
        let Form(body) = Form::<T>::from_request(request, state)
            .await
            .map_err(|_| Problem::new(Code::InvalidRequest, "A field of the form is missing or wrong."))?;
        Ok(Self(body))
    }
}

/// Asks for a code, for a device that is to be linked. Open to all.
#[utoipa::path(
    post, path = "/api/v1/device/code", request_body = DeviceCodeRequest, security(()), tag = "device flow",
    responses((status = 200, body = DeviceCodeAnswer), (status = 400, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn code(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    FormOrJson(request): FormOrJson<DeviceCodeRequest>,
) -> Answer<Json<DeviceCodeAnswer>> {
    let peer = caller.peer.address;
    // Each one is a row: what asks all the time is not a person.
    if let Some(seconds) = gateway.count_device_code(peer).await? {
        let problem = Problem::new(
            Code::RateLimited,
            "Too many devices of this network ask to be linked.",
        );
        return Err(ApiError::retry_after(problem, seconds));
    }
    let secret = credential::generate(Kind::DeviceCode).ok_or_else(no_randomness)?;
    let user_code = UserCode::generate().ok_or_else(no_randomness)?;
    let pepper = gateway.directory.pepper();
    let client = DeviceClient {
        os: cut(request.os),
        client: cut(request.client),
        version: cut(request.version),
    };
    let name = cut(request.device_name).filter(|name| !name.is_empty());
    let code = DeviceCode {
        mac: pepper.mac(secret.as_bytes()),
        user_mac: pepper.mac(user_code.canonical()),
        scope: request.scope,
        name: name
            .or_else(|| client.client.clone())
            .unwrap_or_else(|| "device".into()),
        client,
        address: peer.to_string(),
        expires_at: now_ms() + LIFE_SECONDS as i64 * 1_000,
        wait_ms: INTERVAL_SECONDS as i64 * 1_000,
    };
    let note = caller
        .note("link.ask")
        .after(json!({ "name": code.name, "scope": code.scope }));
    let made = gateway
        .change_people(PeopleChange::AddDeviceCode(Box::new(code)), note, None)
        .await?;
    // Two codes of ten minutes that are the same: one in millions, and the device asks again.
    made.map_err(|_| Problem::new(Code::RateLimited, "There is no free code at this moment."))?;
    let page = format!("{}/device", gateway.public_url);
    Ok(Json(DeviceCodeAnswer {
        device_code: secret.to_string(),
        user_code: user_code.shown(),
        verification_uri_complete: format!("{page}?code={}", user_code.shown()),
        verification_uri: page,
        expires_in: LIFE_SECONDS,
        interval: INTERVAL_SECONDS,
    }))
}

fn cut(text: Option<String>) -> Option<String> {
    let text = text?;
    let shown = text.trim().chars().filter(|c| !c.is_control());
    Some(shown.take(TEXT_CHARACTERS_MAX).collect())
}

/// Asks whether the code was confirmed; then the credential is in the answer, once.
#[utoipa::path(
    post, path = "/api/v1/device/token", request_body = DeviceTokenRequest, security(()), tag = "device flow",
    responses((status = 200, body = DeviceTokenAnswer), (status = 400, body = DeviceFlowError))
)]
pub async fn token(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    request: Result<FormOrJson<DeviceTokenRequest>, ApiError>,
) -> Answer<Response> {
    // Who speaks this flow reads its errors alone (RFC 8628, 3.5).
    let FormOrJson(request) = match request {
        Ok(request) => request,
        Err(error) => return Ok(flow_error("invalid_request", &error.problem.message)),
    };
    if request.grant_type != GRANT {
        return Ok(flow_error(
            "unsupported_grant_type",
            "The grant type is that of the device flow.",
        ));
    }
    // What is unknown takes no turn of the writer, however often somebody asks.
    let mac = gateway.directory.pepper().mac(request.device_code.as_bytes());
    let people = gateway.reader.people();
    if !people.knows_device_code(&mac, now_ms()).await.map_err(internal)? {
        return Ok(unknown(&gateway, caller.peer.address));
    }
    let personal = credential::generate(Kind::Personal).ok_or_else(no_randomness)?;
    let device = credential::generate(Kind::Device).ok_or_else(no_randomness)?;
    let secrets = secrets(&gateway, &request.device_code, &personal, &device);
    let device_id = secrets.device;
    let change = PeopleChange::PollDeviceCode(Box::new(secrets));
    let polled = gateway.poll_people(change, &caller).await?;
    let PeopleOutcome::Flow(outcome) = polled else {
        return Err(Problem::new(Code::Internal, "The device flow gave no answer.").into());
    };
    let (access_token, scope, expires_in) = match outcome {
        FlowOutcome::Pending => {
            return Ok(flow_error(
                "authorization_pending",
                "Nobody has confirmed the code yet.",
            ));
        }
        FlowOutcome::SlowDown => return Ok(slow_down()),
        FlowOutcome::Denied => return Ok(flow_error("access_denied", "The link was refused.")),
        FlowOutcome::Gone => return Ok(expired()),
        FlowOutcome::Token => (
            personal.to_string(),
            DeviceFlowScope::Token,
            Some(tokens::DEFAULT_MS.unsigned_abs() / 1_000),
        ),
        FlowOutcome::Device(key) => {
            gateway
                .directory
                .refresh(&gateway.reader, key)
                .await
                .map_err(internal)?;
            gateway.events.note_change(key);
            tracing::info!(device.id = %device_id, key.id = %key, "A device was linked");
            (device.to_string(), DeviceFlowScope::Device, None)
        }
    };
    let answer = DeviceTokenAnswer {
        access_token,
        token_type: "Bearer".into(),
        scope,
        expires_in,
    };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// The answer to a code that is not here; whoever goes on with such is told to stop.
fn unknown(gateway: &Gateway, peer: IpAddr) -> Response {
    match gateway.door.unknown_codes.note_failure(peer, steady_ms()) {
        Some(_) => slow_down(),
        None => expired(),
    }
}

fn slow_down() -> Response {
    let text = "Ask less often: five seconds more between two questions.";
    flow_error("slow_down", text)
}

fn expired() -> Response {
    let text = "The code has expired or was used. Ask for another one.";
    flow_error("expired_token", text)
}

/// What the device gets, should the answer be yes.
fn secrets(gateway: &Gateway, device_code: &str, personal: &str, device: &str) -> FlowSecrets {
    let pepper = gateway.directory.pepper();
    FlowSecrets {
        mac: pepper.mac(device_code.as_bytes()),
        token: NewToken {
            id: TokenId::from_uuid(new_id()),
            mac: pepper.mac(personal.as_bytes()),
            last4: credential::last4(personal),
            // Both come from the code.
            member: protocol::MemberId::from_bytes([0; 16]),
            name: String::new(),
            scopes: Scope::ALL.to_vec(),
            expires_at: now_ms() + tokens::DEFAULT_MS,
        },
        device: DeviceId::from_uuid(new_id()),
        device_mac: pepper.mac(device.as_bytes()),
        device_last4: credential::last4(device),
    }
}

fn flow_error(error: &str, text: &str) -> Response {
    let body = DeviceFlowError {
        error: error.into(),
        error_description: text.into(),
    };
    let headers = [(header::CACHE_CONTROL, "no-store")];
    (StatusCode::BAD_REQUEST, headers, Json(body)).into_response()
}

/// Who asks to be linked, for the member to compare.
#[utoipa::path(
    post, path = "/api/v1/device/look", request_body = DeviceLinkRequest, tag = "device flow",
    responses((status = 200, body = DeviceLink), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn look(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<DeviceLinkRequest>,
) -> Answer<Json<DeviceLink>> {
    let (code, _, found) = waiting(&gateway, &caller, &request.user_code).await?;
    Ok(Json(DeviceLink {
        user_code: code.shown(),
        scope: found.scope,
        device_name: found.name,
        client: found.client,
        address: found.address,
        created_at: timestamp(found.created_at),
        expires_at: timestamp(found.expires_at),
    }))
}

/// The code, if a device waits for it. Five wrong ones a minute are enough.
async fn waiting(
    gateway: &Gateway,
    caller: &Caller,
    typed: &str,
) -> Result<(UserCode, [u8; 32], DeviceCodeRecord), ApiError> {
    let account = format!("device code {}", caller.member_id()?);
    let peer = caller.peer.address;
    if let Some(seconds) = gateway.begin_attempt(&account, peer).await? {
        let problem = Problem::new(Code::RateLimited, "Too many codes were wrong.");
        return Err(ApiError::retry_after(problem, seconds));
    }
    let not_found = || {
        Problem::new(Code::NotFound, "No device waits for this code.")
            .with_hint("Compare it with what the device shows; a code is good for ten minutes.")
    };
    let code = UserCode::parse(typed).ok_or_else(not_found)?;
    let mac = gateway.directory.pepper().mac(code.canonical());
    let found = gateway.reader.people().device_code(&mac, now_ms()).await;
    let found = found.map_err(internal)?.ok_or_else(not_found)?;
    gateway.forget_attempts(&account, peer).await?;
    Ok((code, mac, found))
}

/// Links the device: it gets a token of the member, or a place on the key that is named.
#[utoipa::path(
    post, path = "/api/v1/device/approve", request_body = DeviceLinkAnswer, tag = "device flow",
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn approve(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<DeviceLinkAnswer>,
) -> Answer<StatusCode> {
    let (_, user_mac, found) = waiting(&gateway, &caller, &request.user_code).await?;
    let member = caller.member_id()?;
    if found.scope == DeviceFlowScope::Device {
        if caller.role() == Some(Role::Viewer) {
            return Err(Problem::new(Code::Forbidden, "Your role does not allow this.").into());
        }
        let key = request
            .key_id
            .ok_or_else(|| Problem::new(Code::InvalidRequest, "Name the key that the device is to use."))?;
        let owner = gateway.directory.key(key).and_then(|key| key.member());
        if owner != Some(member) {
            return Err(Problem::new(Code::NotFound, "There is no such key.").into());
        }
    }
    let answer = CodeAnswer {
        user_mac,
        member,
        is_approved: true,
        key: request.key_id,
    };
    let note = caller.note("link.approve").after(json!({
        "name": found.name, "scope": found.scope, "address": found.address, "keyId": request.key_id,
    }));
    answer_code(&gateway, answer, note).await
}

/// Refuses the device.
#[utoipa::path(
    post, path = "/api/v1/device/deny", request_body = DeviceLinkRequest, tag = "device flow",
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn deny(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<DeviceLinkRequest>,
) -> Answer<StatusCode> {
    let (_, user_mac, found) = waiting(&gateway, &caller, &request.user_code).await?;
    let answer = CodeAnswer {
        user_mac,
        member: caller.member_id()?,
        is_approved: false,
        key: None,
    };
    let note = caller
        .note("link.deny")
        .after(json!({ "name": found.name, "address": found.address }));
    answer_code(&gateway, answer, note).await
}

async fn answer_code(gateway: &Gateway, answer: CodeAnswer, note: crate::ledger::Note) -> Answer<StatusCode> {
    let done = gateway
        .change_people(PeopleChange::AnswerDeviceCode(answer), note, None)
        .await?;
    done.map_err(|refusal| refused(refusal, "code"))?;
    Ok(StatusCode::NO_CONTENT)
}
