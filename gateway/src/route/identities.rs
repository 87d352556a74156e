//! Signing in by somebody else's word: to the provider, back from it, and what is connected.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use protocol::{
    Code, IdentityId, MemberId, Problem,
    api::{ErrorBody, Identity, IdentityList, Role, SignInAddress, SignInProvider},
};
use serde::Deserialize;
use serde_json::json;

use super::{
    Answer,
    access::{About, Caller},
    session::must_be_session,
    sign_in::new_session,
};
use crate::{
    clock::{new_id, now_ms, timestamp},
    ledger::{
        IdentityRecord, IdentityThen, IdentityUse, Newcomer, PeopleChange, PeopleOutcome, PeopleRequest,
    },
    people::{
        checked_email, checked_name,
        provider::{ATTEMPT_MS, Attempt, Failure, Profile, Provider, Return},
        refused,
    },
    state::{Gateway, internal},
};

/// An answer that a browser keeps a cookie from.
type Begun = ([(header::HeaderName, HeaderValue); 1], Json<SignInAddress>);

/// How it did not come to a session; the page has words for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    /// Whoever it is, they are nobody here; or it was not them.
    Unknown,
    /// Nobody set out from this browser, or they turned back. Any page can send a browser here, so it
    /// is no try to get in.
    NotTried,
    /// The provider could not be asked.
    Unavailable,
}

/// What a provider sends the browser back with.
#[derive(Default, Deserialize)]
pub struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

impl Gateway {
    fn provider(&self, name: &str) -> Result<Arc<Provider>, Problem> {
        let found = self.door.providers.load().named(name);
        found.ok_or_else(|| Problem::new(Code::NotFound, "There is no such way to sign in."))
    }

    pub fn sign_in_providers(&self) -> Vec<SignInProvider> {
        let describe = |provider: &Arc<Provider>| SignInProvider {
            name: provider.name.clone(),
            label: provider.label.clone(),
        };
        self.door.providers.load().all().iter().map(describe).collect()
    }

    /// This page's address of something of ours.
    fn page_url(&self, caller: &Caller, path: &str) -> String {
        format!("{}{path}", caller.page.base(&self.public_url))
    }

    fn redirect_uri(&self, caller: &Caller, provider: &str) -> String {
        self.page_url(caller, &format!("/api/v1/sign-in/providers/{provider}/callback"))
    }
}

/// Sets out to sign in by a provider. Open to all.
#[utoipa::path(
    post, path = "/api/v1/sign-in/providers/{name}", params(("name" = String, Path)), security(()), tag = "sign-in",
    responses((status = 200, body = SignInAddress, description = "With a cookie for the way back"), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 502, body = ErrorBody))
)]
pub async fn begin(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Answer<Begun> {
    let provider = gateway.provider(&name)?;
    caller.page.check_request(&Method::POST, &headers)?;
    set_out(&gateway, &caller, &provider, None).await
}

/// Sets out to connect an account elsewhere with the member who is signed in.
#[utoipa::path(
    post, path = "/api/v1/identities/providers/{name}", params(("name" = String, Path)), tag = "sign-in",
    responses((status = 200, body = SignInAddress, description = "With a cookie for the way back"), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 502, body = ErrorBody))
)]
pub async fn connect(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
) -> Answer<Begun> {
    let provider = gateway.provider(&name)?;
    let member = must_be_session(&caller)?.record.member.id;
    set_out(&gateway, &caller, &provider, Some(member)).await
}

async fn set_out(
    gateway: &Gateway,
    caller: &Caller,
    provider: &Provider,
    member: Option<MemberId>,
) -> Answer<Begun> {
    let attempt = Attempt::begin(&provider.name, member, now_ms())?;
    let back = gateway.redirect_uri(caller, &provider.name);
    let url = provider
        .address(&attempt, gateway.directory.pepper(), &back)
        .await;
    let url = url.map_err(|failure| {
        tracing::warn!(provider = provider.name, error = %failure, "A provider could not be asked");
        Problem::new(
            Code::UpstreamUnavailable,
            format!("{} does not answer at the moment.", provider.label),
        )
        .with_hint("Try again in a minute, or sign in another way.")
    })?;
    let cookie = caller.page.set_attempt(&attempt.cookie(), ATTEMPT_MS / 1_000);
    Ok(([(header::SET_COOKIE, cookie)], Json(SignInAddress { url })))
}

/// Where a provider sends the browser back to. It is sent on to a page of ours, signed in or not.
#[utoipa::path(
    get, path = "/api/v1/sign-in/providers/{name}/callback", security(()), tag = "sign-in",
    params(("name" = String, Path), ("code" = Option<String>, Query), ("state" = Option<String>, Query),
        ("iss" = Option<String>, Query), ("error" = Option<String>, Query)),
    responses((status = 303, description = "To the dashboard; with the session's cookie where it came to one"), (status = 404, body = ErrorBody))
)]
pub async fn callback(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    back: Result<Query<Callback>, QueryRejection>,
    headers: HeaderMap,
) -> Answer<Response> {
    let provider = gateway.provider(&name)?;
    // What cannot be read says nothing, like an address without anything.
    let Query(back) = back.unwrap_or(Query(Callback::default()));
    let outcome = come_back(&gateway, &caller, &provider, &back, &headers).await;
    if outcome == Err(Refused::Unknown) {
        gateway.note_refused_sign_in(caller.peer.address).await?;
    }
    Ok(send_on(&gateway, &caller, &provider, outcome))
}

/// The session's secret, or nothing where an account was connected.
async fn come_back(
    gateway: &Gateway,
    caller: &Caller,
    provider: &Provider,
    back: &Callback,
    headers: &HeaderMap,
) -> Result<Option<String>, Refused> {
    if !matches!(gateway.sign_in_wait(caller.peer.address).await, Ok(None)) {
        return Err(Refused::Unavailable);
    }
    let pepper = gateway.directory.pepper();
    let (Some(cookie), Some(state), Some(code), None) =
        (caller.page.attempt(headers), &back.state, &back.code, &back.error)
    else {
        return Err(Refused::NotTried);
    };
    let attempt =
        Attempt::resume(&provider.name, &cookie, state, pepper, now_ms()).ok_or(Refused::NotTried)?;
    let redirect_uri = gateway.redirect_uri(caller, &provider.name);
    let answer = Return {
        code,
        issuer: back.iss.as_deref(),
        redirect_uri: &redirect_uri,
    };
    let profile = provider
        .profile(&attempt, pepper, answer)
        .await
        .map_err(|failure| {
            tracing::warn!(provider = provider.name, error = %failure, "A provider vouched for nobody");
            match failure {
                Failure::Silent(_) => Refused::Unavailable,
                Failure::Refused(_) | Failure::Answer(_) | Failure::Token(_) => Refused::Unknown,
            }
        })?;
    let (session, secret) =
        new_session(gateway, caller, headers, (NOBODY, Role::Viewer)).map_err(|_| Refused::Unavailable)?;
    let email = profile.email.as_deref();
    let email = email.and_then(|email| checked_email(email).ok()).flatten();
    let is_connecting = attempt.member().is_some();
    let then = match attempt.member() {
        Some(member) => IdentityThen::Connect(member),
        None => IdentityThen::SignIn(Box::new(Newcomer {
            session: session.clone(),
            member: MemberId::from_uuid(new_id()),
            name: name_of(&profile),
            link_by_email: provider.policy.link_by_email,
            role: email.as_deref().and_then(|email| provider.policy.role_for(email)),
        })),
    };
    let used = IdentityUse {
        id: IdentityId::from_uuid(new_id()),
        issuer: provider.issuer.clone(),
        subject: profile.subject.clone(),
        account: email.clone().unwrap_or_else(|| name_of(&profile)),
        email,
        spent: attempt.spent(pepper),
        then,
        note: caller
            .note("session.start")
            .after(json!({ "by": provider.name, "subject": profile.subject })),
    };
    use_identity(gateway, used).await?;
    Ok((!is_connecting).then(|| secret.to_string()))
}

/// The database says who it is, and with that how long their session lasts.
const NOBODY: MemberId = MemberId::from_bytes([0; 16]);

async fn use_identity(gateway: &Gateway, used: IdentityUse) -> Result<(), Refused> {
    let request = PeopleRequest {
        at: now_ms(),
        change: PeopleChange::UseIdentity(Box::new(used)),
        note: None,
        asked: None,
    };
    let outcome = gateway.ledger.people(request).await;
    gateway.events.note_people();
    match outcome {
        Ok(Ok(PeopleOutcome::Member(member))) => {
            tracing::info!(member.id = %member, "A member came back from a provider");
            Ok(())
        }
        Ok(_) => Err(Refused::Unknown),
        Err(error) => {
            tracing::error!("A sign-in could not be kept: {error}");
            Err(Refused::Unavailable)
        }
    }
}

/// A name as members have them, from whatever the provider calls them.
fn name_of(profile: &Profile) -> String {
    let from_email = || profile.email.as_deref()?.split('@').next();
    let candidates = [profile.name.as_deref(), from_email()];
    let clean = |text: &str| {
        let kept: String = text
            .chars()
            .filter(|c| *c != '@' && !c.is_control())
            .take(80)
            .collect();
        checked_name(&kept).ok()
    };
    let found = candidates.into_iter().flatten().find_map(clean);
    found.unwrap_or_else(|| "Member".to_owned())
}

/// Always to a page of ours, and never to one that the address names.
fn send_on(
    gateway: &Gateway,
    caller: &Caller,
    provider: &Provider,
    outcome: Result<Option<String>, Refused>,
) -> Response {
    let path = match &outcome {
        Ok(Some(_)) => "/".to_owned(),
        Ok(None) => "/settings".to_owned(),
        Err(Refused::Unknown | Refused::NotTried) => format!("/?refused={}", provider.name),
        Err(Refused::Unavailable) => format!("/?unavailable={}", provider.name),
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::from_str(&gateway.page_url(caller, &path)) {
        headers.insert(header::LOCATION, location);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.append(header::SET_COOKIE, caller.page.clear_attempt());
    if let Ok(Some(secret)) = &outcome {
        headers.append(header::SET_COOKIE, caller.page.set_cookie(secret));
    }
    response
}

/// One's accounts elsewhere.
#[utoipa::path(
    get, path = "/api/v1/identities", tag = "sign-in",
    responses((status = 200, body = IdentityList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<IdentityList>> {
    let providers = gateway.door.providers.load();
    let described = |record: IdentityRecord| {
        let provider = providers.all().iter().find(|one| one.issuer == record.issuer);
        Identity {
            id: record.id,
            provider: provider.map(|provider| SignInProvider {
                name: provider.name.clone(),
                label: provider.label.clone(),
            }),
            account: record.account,
            created_at: timestamp(record.created_at),
            last_used_at: record.used_at.map(timestamp),
        }
    };
    let found = gateway.reader.people().identities(caller.member_id()?).await;
    let identities = found.map_err(internal)?.into_iter().map(described);
    Ok(Json(IdentityList {
        identities: identities.collect(),
    }))
}

/// Disconnects an account: it signs nobody in any more.
#[utoipa::path(
    delete, path = "/api/v1/identities/{id}", params(("id" = String, Path)), tag = "sign-in",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn remove(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let identity: IdentityId = id
        .parse()
        .map_err(|_| Problem::new(Code::NotFound, "There is no such account."))?;
    let note = caller.note("identity.remove").target("identity", identity);
    let change = PeopleChange::RemoveIdentity {
        member: caller.member_id()?,
        identity,
    };
    let removed = gateway.change_people(change, note, None).await?;
    removed.map_err(|refusal| refused(refusal, "account"))?;
    Ok(StatusCode::NO_CONTENT)
}
