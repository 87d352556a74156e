//! Changes under an `Idempotency-Key`: carried out once, and answered the same for a day, at every
//! gateway of a database and over restarts. An answer is kept sealed, since it may have a secret.

use std::sync::{Arc, LazyLock};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use protocol::{Code, Problem};
use ring::digest;
use serde::Serialize;

use super::{ApiError, access::Caller};
use crate::{
    access::Action,
    clock::now_ms,
    ledger::{Asked, Claim, Claimed, PeopleChange, PeopleOutcome, PeopleRequest},
    people::refused,
    state::{Gateway, internal},
};

const BODY_BYTES_MAX: usize = 256 * 1024;
/// The largest answer is a thousand minted keys.
const ANSWER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// No change takes so long; of a gateway that died in the middle nothing more comes.
const GIVEN_UP_MS: i64 = 120_000;
/// Says that an answer is one from before.
const REPLAYED: &str = "idempotent-replayed";

/// Whether the key counts for it. Not for what anybody may ask, not where the answer is a cookie,
/// and not for files, of which no row comes in twice anyway. Redeeming has a rule of its own.
pub fn is_once(action: Action) -> bool {
    let has_cookie = matches!(
        action,
        Action::ChangeSession | Action::TransferOwnership | Action::ConnectIdentity
    );
    !action.rule().is_open() && !has_cookie && !matches!(action, Action::ImportUsage)
}

/// Whether this request is to be carried out once.
pub fn asks_for_it(action: Action, parts: &Parts) -> bool {
    parts.headers.contains_key("idempotency-key") && !parts.method.is_safe() && is_once(action)
}

/// Carries a request out, or answers as it was answered before.
pub async fn once(gateway: Arc<Gateway>, caller: Caller, request: Request, next: Next) -> Response {
    // A client that goes away leaves the change half done and its key taken; so it is finished.
    let done = tokio::spawn(async move { begin(&gateway, &caller, request, next).await });
    let gone = |_| Err(Problem::new(Code::Internal, "The request ended early."));
    match done.await.unwrap_or_else(gone) {
        Ok(response) => response,
        Err(problem) => ApiError::from(problem).into_response(),
    }
}

async fn begin(
    gateway: &Gateway,
    caller: &Caller,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let broke_off = |_| {
        Problem::new(
            Code::InvalidRequest,
            "The request body is too large or broke off.",
        )
    };
    let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(broke_off)?;
    let claim = claim(gateway, caller, &parts, &body)?;
    match change(gateway, PeopleChange::Claim(claim.clone())).await? {
        Claimed::Answered { status, sealed } => replayed(gateway, &claim, status, &sealed),
        Claimed::Running => Err(Problem::new(
            Code::RequestReused,
            "A request under this Idempotency-Key is being carried out at this moment.",
        )
        .with_hint("Send it again in a moment: it is answered the same.")),
        Claimed::Lost => Err(Problem::new(
            Code::RequestReused,
            "This was done before, under the same Idempotency-Key; its answer was lost when the gateway stopped.",
        )
        .with_hint("Look in the list for what it made; the audit log names it. A secret of it is kept nowhere.")),
        Claimed::New => {
            let response = next.run(Request::from_parts(parts, Body::from(body))).await;
            keep(gateway, &claim, response).await
        }
    }
}

fn claim(gateway: &Gateway, caller: &Caller, parts: &Parts, body: &Bytes) -> Result<Claim, Problem> {
    static STARTED: LazyLock<i64> = LazyLock::new(now_ms);
    let key = idempotency_key(&parts.headers)?.unwrap_or_default();
    let (started, given_up) = (*STARTED, now_ms().saturating_sub(GIVEN_UP_MS));
    let mut context = digest::Context::new(&digest::SHA256);
    let address = parts.uri.path_and_query().map_or("/", |address| address.as_str());
    context.update(format!("{} {address}\n", parts.method).as_bytes());
    context.update(body);
    Ok(Claim {
        id: format!("{} {key}", caller.name_of_keys()),
        request: hex(context.finish().as_ref()),
        request_id: caller.request_id.to_string(),
        // Where this gateway is alone, what was begun before it started has nobody.
        given_up_before: if gateway.ledger.is_local() {
            given_up.max(started)
        } else {
            given_up
        },
    })
}

async fn change(gateway: &Gateway, change: PeopleChange) -> Result<Claimed, Problem> {
    let request = PeopleRequest {
        at: now_ms(),
        change,
        note: None,
        asked: None,
    };
    let outcome = gateway.ledger.people(request).await.map_err(internal)?;
    match outcome.map_err(|refusal| refused(refusal, "request"))? {
        PeopleOutcome::Claimed(claimed) => Ok(claimed),
        _ => Ok(Claimed::New),
    }
}

/// Only what was done is kept: a request that was refused may be put right and sent again.
async fn keep(gateway: &Gateway, claim: &Claim, response: Response) -> Result<Response, Problem> {
    let (id, request_id) = (claim.id.clone(), claim.request_id.clone());
    if !response.status().is_success() {
        change(gateway, PeopleChange::ReleaseClaim { id, request_id }).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let unread = |_| Problem::new(Code::Internal, "The answer is too large to be kept.");
    let body = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(unread)?;
    let sealed = gateway.envelope.seal(&row(claim), &body);
    let unsealed = |_| Problem::new(Code::Internal, "The answer could not be sealed.");
    let kept = PeopleChange::KeepAnswer {
        id,
        request_id,
        status: parts.status.as_u16(),
        sealed: sealed.map_err(unsealed)?,
    };
    if let Err(problem) = change(gateway, kept).await {
        // It is done, and this is its answer; only a repetition will not have it.
        tracing::warn!("The answer under an Idempotency-Key was not kept: {problem}");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

fn replayed(gateway: &Gateway, claim: &Claim, status: u16, sealed: &str) -> Result<Response, Problem> {
    let body = gateway.envelope.unseal(&row(claim), sealed);
    let body = body.map_err(|_| Problem::new(Code::Internal, "The kept answer does not open."))?;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let mut response = (status, Bytes::copy_from_slice(&body)).into_response();
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_TYPE);
    if !body.is_empty() {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}

/// A kept answer opens for the very same request alone.
fn row(claim: &Claim) -> String {
    format!("answer {} {}", claim.id, claim.request)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key of a request, if it has one.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = value.to_str().ok().filter(|text| (1..=255).contains(&text.len()));
    text.map(|text| Some(text.to_owned())).ok_or_else(|| {
        Problem::new(
            Code::InvalidRequest,
            "Idempotency-Key has 1 to 255 ASCII characters.",
        )
    })
}

/// What is asked under the key, if there is one: `makes` is the id of what is made.
pub fn asked(
    headers: &HeaderMap,
    caller: &Caller,
    request: &impl Serialize,
    makes: impl ToString,
) -> Result<Option<Asked>, Problem> {
    let Some(key) = idempotency_key(headers)? else {
        return Ok(None);
    };
    // Two members may choose the same key; what they ask for has nothing to do with each other.
    let whose = caller
        .member()
        .map_or_else(String::new, |member| member.id.to_string());
    let text = serde_json::to_string(request).unwrap_or_default();
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let request = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Some(Asked {
        id: format!("people {whose} {key}"),
        request,
        makes: makes.to_string(),
    }))
}
