//! From nobody to a session: by password, or by a one-time link.

use std::sync::Arc;

use axum::{Json, extract::State};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use protocol::{
    Code, MemberId, Problem, SessionId,
    api::{
        ErrorBody, InvitationState, LinkKind, LinkLookRequest, LinkPreview, LinkRequest, OneTimeLink, Role,
        SessionResponse, SignInRequest, SignInWays,
    },
};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Answer, ApiError, Body,
    access::{About, Caller, client_of},
    session::answer_of,
};
use crate::{
    clock::{new_id, now_ms, timestamp},
    credential::{self, Kind},
    ledger::{
        Actor, Link, LinkRecord, LinkUse, MemberRecord, NewMember, NewSession, Note, PeopleChange,
        PeopleOutcome,
    },
    people::{checked_email, checked_name, no_randomness, random_secret, refused},
    session,
    state::{Gateway, internal},
};

/// A link that this machine's owner asked for is in front of them.
const OWNER_LINK_MS: i64 = 3_600 * 1_000;
/// Nobody may be in front of it when the gateway starts for the first time.
const FIRST_LINK_MS: i64 = 24 * OWNER_LINK_MS;
const FIRST_NAME: &str = "Owner";

/// An answer that opens a session.
pub type Opened = (
    StatusCode,
    [(header::HeaderName, HeaderValue); 1],
    Json<SessionResponse>,
);

/// How one can sign in here. Open to all.
#[utoipa::path(get, path = "/api/v1/sign-in", security(()), tag = "sign-in", responses((status = 200, body = SignInWays)))]
pub async fn ways(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<SignInWays>> {
    let owner = gateway.reader.people().owner().await.map_err(internal)?;
    Ok(Json(SignInWays {
        has_owner: owner.is_some(),
        password: true,
        passkey: gateway.party(&caller).is_ok(),
        providers: gateway.sign_in_providers(),
    }))
}

/// Signs a member in by name or e-mail address and password.
#[utoipa::path(
    post, path = "/api/v1/session", request_body = SignInRequest, security(()), tag = "sign-in",
    responses((status = 200, body = SessionResponse, description = "With the session's cookie"), (status = 400, body = ErrorBody),
        (status = 401, body = ErrorBody, description = "Unknown or wrong: one answer for both"), (status = 403, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn by_password(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<SignInRequest>,
) -> Answer<Opened> {
    caller.page.check_request(&Method::POST, &headers)?;
    let password = Zeroizing::new(request.password);
    let found = gateway
        .reader
        .people()
        .member_to_sign_in(&request.name)
        .await
        .map_err(internal)?;
    let (member, stored) = found.map_or((None, None), |(member, stored)| (Some(member), stored));
    check_password(&gateway, &caller, &request.name, &password, stored.as_deref()).await?;
    let Some(member) = member else {
        return Err(wrong().into());
    };
    let (session, secret) = new_session(&gateway, &caller, &headers, (member.id, member.role))?;
    let note = note_sign_in(&caller, &member).after(json!({ "by": "password" }));
    let started = gateway
        .change_people(PeopleChange::StartSession(session.clone()), note, None)
        .await?;
    // Disabled or removed at this very moment.
    started.map_err(|_| wrong())?;
    opened(&gateway, &caller, &session, &secret, StatusCode::OK).await
}

/// Looks at a password, if the limits let it. The same answer for every reason, after the same time.
pub async fn check_password(
    gateway: &Gateway,
    caller: &Caller,
    account: &str,
    password: &str,
    stored: Option<&str>,
) -> Result<(), ApiError> {
    let (account, peer) = (account.trim().to_lowercase(), caller.peer.address);
    check_peer(gateway, caller).await?;
    if let Some(seconds) = gateway.begin_attempt(&account, peer).await? {
        return Err(too_many(seconds));
    }
    if gateway.door.passwords.verify(password, stored).await? {
        return Ok(gateway.forget_attempts(&account, peer).await?);
    }
    gateway.note_refused_sign_in(peer).await?;
    Err(wrong().into())
}

/// Refuses whoever failed too often, here or at another gateway on the database.
pub async fn check_peer(gateway: &Gateway, caller: &Caller) -> Result<(), ApiError> {
    match gateway.sign_in_wait(caller.peer.address).await? {
        Some(seconds) => Err(too_many(seconds)),
        None => Ok(()),
    }
}

fn wrong() -> Problem {
    Problem::new(
        Code::SignInRefused,
        "This name and this password do not belong together.",
    )
}

fn too_many(seconds: u64) -> ApiError {
    let problem = Problem::new(Code::RateLimited, "Too many attempts to sign in failed.");
    ApiError::retry_after(problem, seconds)
}

/// What a link would do. Looking does not use it up.
#[utoipa::path(
    post, path = "/api/v1/session/link/look", request_body = LinkLookRequest, security(()), tag = "sign-in",
    responses((status = 200, body = LinkPreview), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn look(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<LinkLookRequest>,
) -> Answer<Json<LinkPreview>> {
    let (link, _) = open_link(&gateway, &caller, &request.link).await?;
    let member = match link.member {
        Some(id) => gateway.reader.people().member(id).await.map_err(internal)?,
        None => None,
    };
    let is_invitation = link.kind == LinkKind::Invitation;
    Ok(Json(LinkPreview {
        kind: link.kind,
        role: member.as_ref().map_or(link.role, |member| member.role),
        asks_name: is_invitation,
        asks_password: is_invitation,
        name: member.map(|member| member.name).or(link.name),
        email: link.email,
        expires_at: timestamp(link.expires_at),
    }))
}

/// The link, if it can still be used, and what it is found by.
async fn open_link(
    gateway: &Gateway,
    caller: &Caller,
    text: &str,
) -> Result<(LinkRecord, [u8; 32]), ApiError> {
    check_peer(gateway, caller).await?;
    let secret = text.rsplit('#').next().unwrap_or_default().trim();
    // A typing error takes the same way as a link that does not exist.
    let mac = gateway.directory.pepper().mac(secret.as_bytes());
    let found = gateway.reader.people().link(&mac).await.map_err(internal)?;
    let is_link = credential::kind_of(secret.as_bytes()) == Some(Kind::Link);
    match found.filter(|link| is_link && link.state(now_ms()) == InvitationState::Open) {
        Some(link) => Ok((link, mac)),
        None => {
            gateway.note_refused_sign_in(caller.peer.address).await?;
            Err(Problem::new(Code::LinkRefused, "This link is not accepted.").into())
        }
    }
}

/// Uses a one-time link: signs its member in, makes the first owner, or accepts an invitation.
#[utoipa::path(
    post, path = "/api/v1/session/link", request_body = LinkRequest, security(()), tag = "sign-in",
    responses((status = 201, body = SessionResponse, description = "With the session's cookie"), (status = 400, body = ErrorBody),
        (status = 403, body = ErrorBody, description = "Unknown, used, expired or revoked: one answer for all"), (status = 409, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn by_link(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<LinkRequest>,
) -> Answer<Opened> {
    caller.page.check_request(&Method::POST, &headers)?;
    let (link, mac) = open_link(&gateway, &caller, &request.link).await?;
    let member = member_of(&gateway, &link, request).await?;
    let known = match link.member {
        Some(id) => gateway.reader.people().member(id).await.map_err(internal)?,
        None => None,
    };
    let role = known.as_ref().map_or(link.role, |member| member.role);
    let (session, secret) = new_session(&gateway, &caller, &headers, (member.id, role))?;
    let has_password = member.password.is_some() || known.as_ref().is_some_and(|member| member.has_password);
    let session = if is_alone(&caller, link.kind, role) && !has_password {
        NewSession {
            is_lasting: true,
            ends_at: now_ms() + session::LASTING_MS,
            ..session
        }
    } else {
        session
    };
    let action = match (link.kind, link.member) {
        (LinkKind::Invitation, _) => "invitation.accept",
        (LinkKind::SignIn, None) => "owner.create",
        (LinkKind::SignIn, Some(_)) => "session.start",
    };
    let note = caller
        .note(action)
        .target("member", link.member.unwrap_or(member.id))
        .after(json!({ "by": "link", "name": member.name, "role": role }));
    let used = LinkUse {
        mac,
        member,
        session: session.clone(),
    };
    let outcome = gateway
        .change_people(PeopleChange::UseLink(Box::new(used)), note, None)
        .await?;
    let outcome = outcome.map_err(|refusal| refused(refusal, "link"))?;
    let PeopleOutcome::Member(id) = outcome else {
        return Err(Problem::new(Code::Internal, "The link made nobody.").into());
    };
    let session = NewSession {
        member: id,
        ..session
    };
    opened(&gateway, &caller, &session, &secret, StatusCode::CREATED).await
}

/// An owner at the gateway's own machine, who could as well read `admin.json`: without a password the
/// link is all the ceremony that there is.
fn is_alone(caller: &Caller, kind: LinkKind, role: Role) -> bool {
    caller.peer.is_local && kind == LinkKind::SignIn && role == Role::Owner
}

/// Whom the link makes, or what it changes in whom it signs in.
async fn member_of(gateway: &Gateway, link: &LinkRecord, request: LinkRequest) -> Answer<NewMember> {
    let is_invitation = link.kind == LinkKind::Invitation;
    let password = request.password.map(Zeroizing::new);
    if is_invitation && password.is_none() {
        let text = "Choose a password to accept this invitation.";
        return Err(Problem::new(Code::InvalidRequest, text).into());
    }
    let name = request.name.or_else(|| link.name.clone());
    let name = match name {
        Some(name) => checked_name(&name)?,
        None if is_invitation => {
            let text = "Choose a name to accept this invitation.";
            return Err(Problem::new(Code::InvalidRequest, text).into());
        }
        None => FIRST_NAME.to_owned(),
    };
    let email = request.email.or_else(|| link.email.clone());
    let email = email.map_or(Ok(None), |email| checked_email(&email))?;
    let password = match &password {
        Some(password) => Some(gateway.door.passwords.hash(password).await?),
        None => None,
    };
    Ok(NewMember {
        id: link.member.unwrap_or_else(|| MemberId::from_uuid(new_id())),
        name,
        email,
        password,
    })
}

/// A session for this browser, and the secret for its cookie. It replaces the one it came with.
pub fn new_session(
    gateway: &Gateway,
    caller: &Caller,
    headers: &HeaderMap,
    (member, role): (MemberId, Role),
) -> Result<(NewSession, Zeroizing<String>), Problem> {
    let secret = random_secret()?;
    let pepper = gateway.directory.pepper();
    let before = caller.page.secret(headers);
    let session = NewSession {
        id: SessionId::from_uuid(new_id()),
        mac: pepper.mac(secret.as_bytes()),
        member,
        ends_at: session::ends_at(role, now_ms()),
        is_stepped_up: true,
        is_lasting: false,
        client: client_of(headers),
        address: Some(caller.peer.address.to_string()),
        replaces: before.map(|secret| pepper.mac(secret.as_bytes())),
    };
    Ok((session, secret))
}

fn note_sign_in(caller: &Caller, member: &MemberRecord) -> Note {
    caller.note("session.start").target("member", member.id)
}

/// The answer with the new session's cookie.
pub async fn opened(
    gateway: &Gateway,
    caller: &Caller,
    session: &NewSession,
    secret: &str,
    status: StatusCode,
) -> Answer<Opened> {
    let found = gateway
        .reader
        .people()
        .sign_in(&session.mac)
        .await
        .map_err(internal)?;
    let found = found.ok_or_else(|| Problem::new(Code::Unauthorized, "The session is over already."))?;
    tracing::info!(member.id = %session.member, "A member signed in");
    let cookie = if session.is_lasting {
        caller.page.set_lasting_cookie(secret)
    } else {
        caller.page.set_cookie(secret)
    };
    let cookie = (header::SET_COOKIE, cookie);
    let answer = answer_of(gateway, caller, &found, true).await?;
    Ok((status, [cookie], Json(answer)))
}

/// A link that signs the owner in once, or makes them; what `token-tracker members link` prints.
#[utoipa::path(
    post, path = "/api/v1/sign-in/link", tag = "sign-in",
    responses((status = 201, body = OneTimeLink), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn owner_link(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
) -> Answer<(StatusCode, Json<OneTimeLink>)> {
    let owner = gateway.reader.people().owner().await.map_err(internal)?;
    let expires_at = now_ms() + OWNER_LINK_MS;
    let note = caller.note("owner.link");
    let link = sign_in_link(
        &gateway,
        owner.map(|owner| (owner.id, owner.role)),
        expires_at,
        note,
    )
    .await?;
    Ok((StatusCode::CREATED, Json(link)))
}

/// A link that makes the owner, if there is none.
pub async fn first_link(gateway: &Gateway) -> Result<Option<String>, Problem> {
    if gateway.reader.people().owner().await.map_err(internal)?.is_some() {
        return Ok(None);
    }
    let note = Note {
        at: now_ms(),
        actor: Actor::GATEWAY,
        action: "owner.link",
        target: None,
        before: None,
        after: None,
        request_id: None,
        peer: None,
    };
    let link = sign_in_link(gateway, None, now_ms() + FIRST_LINK_MS, note).await?;
    Ok(Some(link.url))
}

/// Makes a link that signs a member in once; nobody stands for the first owner.
pub async fn sign_in_link(
    gateway: &Gateway,
    member: Option<(MemberId, Role)>,
    expires_at: i64,
    note: Note,
) -> Result<OneTimeLink, Problem> {
    let secret = credential::generate(Kind::Link).ok_or_else(no_randomness)?;
    let link = Link {
        id: protocol::InvitationId::from_uuid(new_id()),
        mac: gateway.directory.pepper().mac(secret.as_bytes()),
        kind: LinkKind::SignIn,
        member: member.map(|(id, _)| id),
        role: member.map_or(Role::Owner, |(_, role)| role),
        name: None,
        email: None,
        expires_at,
    };
    let made = gateway
        .change_people(PeopleChange::CreateLink(link), note, None)
        .await?;
    made.map_err(|refusal| refused(refusal, "link"))?;
    Ok(OneTimeLink {
        url: format!("{}/sign-in#{}", gateway.public_url, *secret),
        expires_at: timestamp(expires_at),
    })
}
