//! The session that one is in, and one's others.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::{
    Code, Problem, SessionId,
    api::{ErrorBody, PasswordRequest, Session, SessionList, SessionResponse, StepUpRequest},
};
use zeroize::Zeroizing;

use super::{
    Answer, Body,
    access::{About, Caller, SignedIn},
    members::summary,
    sign_in::{Opened, check_password, new_session, opened},
};
use crate::{
    clock::{now_ms, timestamp},
    ledger::{IDLE_MS, PeopleChange, SessionRecord, SignInRecord},
    people::refused,
    session::{self, FRESH_MS},
    state::{Gateway, internal},
};

pub fn must_be_session(caller: &Caller) -> Result<&Arc<SignedIn>, Problem> {
    caller
        .session()
        .ok_or_else(|| Problem::new(Code::Forbidden, "This is for signed-in browsers."))
}

/// Who is signed in.
pub async fn answer_of(
    gateway: &Gateway,
    caller: &Caller,
    record: &SignInRecord,
    is_current: bool,
) -> Result<SessionResponse, Problem> {
    let member = &record.member;
    Ok(SessionResponse {
        step_up_free: caller.peer.is_local && !member.has_password,
        has_passkey: gateway.has_passkey(caller, member).await?,
        member: summary(member),
        session: describe(&record.session, is_current),
    })
}

fn describe(record: &SessionRecord, is_current: bool) -> Session {
    let is_fresh = session::is_fresh(record, now_ms());
    let fresh_until = record.step_up_at.filter(|_| is_fresh).map(|at| at + FRESH_MS);
    Session {
        id: record.id,
        created_at: timestamp(record.created_at),
        seen_at: timestamp(record.seen_at),
        ends_at: timestamp(record.ends_at),
        idle_ends_at: timestamp(if record.is_lasting {
            record.ends_at
        } else {
            record.ends_at.min(record.seen_at + IDLE_MS)
        }),
        step_up_until: fresh_until.map(timestamp),
        client: record.client.clone(),
        address: record.address.clone(),
        current: is_current,
    }
}

/// Who is signed in, and until when.
#[utoipa::path(
    get, path = "/api/v1/session", tag = "session",
    responses((status = 200, body = SessionResponse), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn show(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<SessionResponse>> {
    let session = must_be_session(&caller)?;
    Ok(Json(answer_of(&gateway, &caller, &session.record, true).await?))
}

/// Signs out: all sessions of the member end.
#[utoipa::path(
    delete, path = "/api/v1/session", tag = "session",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn sign_out(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
) -> Answer<(StatusCode, [(header::HeaderName, HeaderValue); 1])> {
    let member = must_be_session(&caller)?.record.member.id;
    let change = PeopleChange::EndSessions {
        member,
        session: None,
    };
    let note = caller.note("session.end").target("member", member);
    let ended = gateway.change_people(change, note, None).await?;
    ended.map_err(|refusal| refused(refusal, "session"))?;
    let cookie = (header::SET_COOKIE, caller.page.clear_cookie());
    Ok((StatusCode::NO_CONTENT, [cookie]))
}

/// Shows a fresh password, for what needs one within the next ten minutes.
#[utoipa::path(
    post, path = "/api/v1/session/step-up", request_body = StepUpRequest, tag = "session",
    responses((status = 200, body = SessionResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn step_up(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<StepUpRequest>,
) -> Answer<Json<SessionResponse>> {
    let password = Zeroizing::new(request.password);
    let session = must_be_session(&caller)?;
    let member = &session.record.member;
    let stored = gateway
        .reader
        .people()
        .password(member.id)
        .await
        .map_err(internal)?;
    check_password(&gateway, &caller, &member.name, &password, stored.as_deref()).await?;
    let note = caller.note("session.step_up").target("member", member.id);
    let change = PeopleChange::StepUp { mac: session.mac };
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "session"))?;
    let found = gateway
        .reader
        .people()
        .sign_in(&session.mac)
        .await
        .map_err(internal)?;
    let found = found.ok_or_else(|| Problem::new(Code::Unauthorized, "The session is over."))?;
    Ok(Json(answer_of(&gateway, &caller, &found, true).await?))
}

/// Sets one's password. All sessions end, and a new one begins here.
#[utoipa::path(
    put, path = "/api/v1/session/password", request_body = PasswordRequest, tag = "session",
    responses((status = 200, body = SessionResponse, description = "With the new session's cookie"), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn set_password(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<PasswordRequest>,
) -> Answer<Opened> {
    let (current, new) = (request.current.map(Zeroizing::new), Zeroizing::new(request.new));
    let session = must_be_session(&caller)?;
    let member = &session.record.member;
    match &current {
        Some(current) => {
            let stored = gateway
                .reader
                .people()
                .password(member.id)
                .await
                .map_err(internal)?;
            check_password(&gateway, &caller, &member.name, current, stored.as_deref()).await?;
        }
        None => caller.check_fresh()?,
    }
    let password = gateway.door.passwords.hash(&new).await?;
    let (next, secret) = new_session(&gateway, &caller, &headers, (member.id, member.role))?;
    let note = caller.note("password.set").target("member", member.id);
    let change = PeopleChange::SetPassword {
        member: member.id,
        password,
        session: next.clone(),
    };
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "member"))?;
    opened(&gateway, &caller, &next, &secret, StatusCode::OK).await
}

/// One's sessions, newest first.
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "session",
    responses((status = 200, body = SessionList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<SessionList>> {
    let now = now_ms();
    let current = caller.session().map(|session| session.record.session.id);
    let found = gateway.reader.people().sessions(caller.member_id()?).await;
    let found = found.map_err(internal)?.into_iter();
    let sessions = found
        .filter(|record| !session::is_over(record, now, caller.peer.is_local))
        .map(|record| describe(&record, current == Some(record.id)));
    Ok(Json(SessionList {
        sessions: sessions.collect(),
    }))
}

/// Ends one of one's sessions.
#[utoipa::path(
    delete, path = "/api/v1/sessions/{id}", params(("id" = String, Path)), tag = "session",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn end(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let id: SessionId = id
        .parse()
        .map_err(|_| Problem::new(Code::NotFound, "There is no such session."))?;
    let change = PeopleChange::EndSessions {
        member: caller.member_id()?,
        session: Some(id),
    };
    let note = caller.note("session.end").target("session", id);
    let ended = gateway.change_people(change, note, None).await?;
    ended.map_err(|refusal| refused(refusal, "session"))?;
    Ok(StatusCode::NO_CONTENT)
}
