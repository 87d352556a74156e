//! Invitations: a link that makes a member, once.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::{HeaderMap, StatusCode};
use protocol::{
    Code, InvitationId, Problem,
    api::{
        ErrorBody, Invitation, InvitationCreated, InvitationList, InvitationRequest, LinkKind, PageQuery,
        Role,
    },
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
    idempotency::asked,
    page::{Order, Page},
};
use crate::{
    clock::{new_id, now_ms, timestamp},
    credential::{self, Kind},
    ledger::{Link, LinkRecord, PeopleChange},
    people::{checked_email, checked_name, no_randomness, refused},
    state::{Gateway, internal},
};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
const DEFAULT_MS: i64 = 7 * DAY_MS;
const MAX_MS: i64 = 30 * DAY_MS;

/// The invitations, newest first.
#[utoipa::path(
    get, path = "/api/v1/invitations", params(PageQuery), tag = "members",
    responses((status = 200, body = InvitationList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    _caller: Caller,
    page: Page,
) -> Answer<Json<InvitationList>> {
    let now = now_ms();
    let found = gateway.reader.people().invitations().await.map_err(internal)?;
    let invitations = found.into_iter().map(|link| describe(link, now));
    let invitations = invitations.collect();
    let (invitations, next) = page.of(invitations, Order::NewestFirst, |one: &Invitation| {
        *one.id.as_uuid()
    });
    Ok(Json(InvitationList { invitations, next }))
}

fn describe(link: LinkRecord, now: i64) -> Invitation {
    Invitation {
        state: link.state(now),
        id: link.id,
        role: link.role,
        name: link.name,
        email: link.email,
        created_at: timestamp(link.created_at),
        expires_at: timestamp(link.expires_at),
    }
}

/// Invites somebody. The link is in this answer and nowhere else.
#[utoipa::path(
    post, path = "/api/v1/invitations", request_body = InvitationRequest, tag = "members",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same within a day invites once; a repeated request is refused with the invitation's id.")),
    responses((status = 201, body = InvitationCreated), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 422, body = ErrorBody))
)]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Body(request): Body<InvitationRequest>,
) -> Answer<(StatusCode, Json<InvitationCreated>)> {
    let now = now_ms();
    if request.role == Role::Owner && caller.role() != Some(Role::Owner) {
        return Err(Problem::new(Code::Forbidden, "Only an owner can invite another owner.").into());
    }
    let expires_at = ends(request.expires_at.map(|at| at.as_millisecond()), now)?;
    let secret = credential::generate(Kind::Link).ok_or_else(no_randomness)?;
    let link = Link {
        id: InvitationId::from_uuid(new_id()),
        mac: gateway.directory.pepper().mac(secret.as_bytes()),
        kind: LinkKind::Invitation,
        member: None,
        role: request.role,
        name: request.name.as_deref().map(checked_name).transpose()?,
        email: request.email.as_deref().map(checked_email).transpose()?.flatten(),
        expires_at,
    };
    let asked = asked(&headers, &caller, &request, link.id)?;
    let note = caller
        .note("invitation.create")
        .target("invitation", link.id)
        .after(json!({ "role": link.role, "name": link.name, "email": link.email, "expiresAt": timestamp(expires_at) }));
    let invitation = describe(record_of(&link, now), now);
    let made = gateway
        .change_people(PeopleChange::CreateLink(link), note, asked)
        .await?;
    made.map_err(|refusal| refused(refusal, "invitation"))?;
    let created = InvitationCreated {
        url: format!("{}/join#{}", gateway.public_url, *secret),
        invitation,
    };
    Ok((StatusCode::CREATED, Json(created)))
}

fn ends(wish: Option<i64>, now: i64) -> Result<i64, Problem> {
    let ends = wish.unwrap_or(now + DEFAULT_MS);
    if ends <= now || ends > now + MAX_MS {
        return Err(Problem::new(
            Code::InvalidRequest,
            "An invitation ends within the next 30 days.",
        ));
    }
    Ok(ends)
}

fn record_of(link: &Link, now: i64) -> LinkRecord {
    LinkRecord {
        id: link.id,
        kind: link.kind,
        member: link.member,
        role: link.role,
        name: link.name.clone(),
        email: link.email.clone(),
        created_at: now,
        expires_at: link.expires_at,
        used_at: None,
        revoked_at: None,
    }
}

/// Takes an invitation back that nobody has accepted.
#[utoipa::path(
    delete, path = "/api/v1/invitations/{id}", params(("id" = String, Path)), tag = "members",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn revoke(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let id: InvitationId = id
        .parse()
        .map_err(|_| Problem::new(Code::NotFound, "There is no such invitation."))?;
    let note = caller.note("invitation.revoke").target("invitation", id);
    let done = gateway
        .change_people(PeopleChange::RevokeInvitation(id), note, None)
        .await?;
    done.map_err(|refusal| refused(refusal, "invitation"))?;
    Ok(StatusCode::NO_CONTENT)
}
