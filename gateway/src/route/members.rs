//! The people of the gateway.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::{HeaderMap, StatusCode};
use protocol::{
    Code, MemberId, Problem,
    api::{
        ErasureReport, ErrorBody, Limits, MemberChange, MemberList, MemberResponse, MemberSummary,
        OneTimeLink, PageQuery, Role,
    },
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
    page::{Order, Page},
    sign_in::{Opened, new_session, opened, sign_in_link},
};
use crate::{
    access::Reach,
    clock::{now_ms, timestamp},
    ledger::{MemberEdit, MemberRecord, PeopleChange, PeopleOutcome},
    people::{checked_email, checked_name, refused},
    quota::read_limits,
    state::{Gateway, internal},
};

/// Somebody has to bring the link to the member.
const LINK_MS: i64 = 24 * 3_600 * 1_000;

pub fn summary(member: &MemberRecord) -> MemberSummary {
    MemberSummary {
        id: member.id,
        name: member.name.clone(),
        email: member.email.clone(),
        role: member.role,
        has_password: member.has_password,
        created_at: timestamp(member.created_at),
        disabled_at: member.disabled_at.map(timestamp),
        last_seen_at: member.seen_at.map(timestamp),
        team_id: member.team,
        limits: member.limits.as_deref().map_or_else(Limits::default, read_limits),
    }
}

/// The members; those who may see only themselves see themselves.
#[utoipa::path(
    get, path = "/api/v1/members", params(PageQuery), tag = "members",
    responses((status = 200, body = MemberList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    page: Page,
) -> Answer<Json<MemberList>> {
    let members = gateway.reader.people().members().await.map_err(internal)?;
    let members = members.iter().filter(|member| caller.reaches(Some(member.id)));
    let members = members.map(summary).collect();
    let (members, next) = page.of(members, Order::OldestFirst, |member: &MemberSummary| {
        *member.id.as_uuid()
    });
    Ok(Json(MemberList { members, next }))
}

/// One member.
#[utoipa::path(
    get, path = "/api/v1/members/{id}", params(("id" = String, Path)), tag = "members",
    responses((status = 200, body = MemberResponse), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn show(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<MemberResponse>> {
    let member = reachable(&gateway, &caller, &id).await?;
    Ok(Json(MemberResponse {
        member: summary(&member),
    }))
}

/// The member, if the caller may see them. To others there is no such member.
pub async fn reachable(gateway: &Gateway, caller: &Caller, id: &str) -> Result<MemberRecord, Problem> {
    let not_found = || Problem::new(Code::NotFound, "There is no such member.");
    let id: MemberId = id.parse().map_err(|_| not_found())?;
    if !caller.reaches(Some(id)) {
        return Err(not_found());
    }
    let member = gateway.reader.people().member(id).await.map_err(internal)?;
    member.ok_or_else(not_found)
}

/// Only owners touch owners, and make them.
fn check_rank(caller: &Caller, roles: &[Role]) -> Result<(), Problem> {
    if caller.role() != Some(Role::Owner) && roles.contains(&Role::Owner) {
        return Err(Problem::new(
            Code::Forbidden,
            "Only an owner can do this to an owner, or make one.",
        ));
    }
    Ok(())
}

/// Changes a member. One's own name and address anybody may; role and `disabled` are for owners
/// and admins, and need a fresh password.
#[utoipa::path(
    patch, path = "/api/v1/members/{id}", request_body = MemberChange, params(("id" = String, Path)), tag = "members",
    responses((status = 200, body = MemberResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn change(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<MemberChange>,
) -> Answer<Json<MemberResponse>> {
    let before = reachable(&gateway, &caller, &id).await?;
    check_change(&caller, &before, &request)?;
    let edit = MemberEdit {
        id: before.id,
        seen_role: before.role,
        name: request.name.as_deref().map(checked_name).transpose()?,
        email: request.email.as_deref().map(checked_email).transpose()?,
        role: request.role,
        is_disabled: request.disabled,
    };
    let note = caller
        .note("member.change")
        .target("member", before.id)
        .before(changed(&before, &request))
        .after(json!(request));
    let outcome = gateway
        .change_people(PeopleChange::EditMember(edit), note, None)
        .await?;
    stop(&gateway, outcome.map_err(|refusal| refused(refusal, "member"))?).await?;
    let after = gateway
        .reader
        .people()
        .member(before.id)
        .await
        .map_err(internal)?;
    let after = after.ok_or_else(|| Problem::new(Code::NotFound, "There is no such member."))?;
    Ok(Json(MemberResponse {
        member: summary(&after),
    }))
}

fn check_change(caller: &Caller, before: &MemberRecord, request: &MemberChange) -> Result<(), Problem> {
    if caller.reach == Reach::All {
        let others = caller.member().is_none_or(|member| member.id != before.id);
        if others {
            check_rank(caller, &[before.role])?;
        }
    }
    if request.role.is_none() && request.disabled.is_none() {
        return Ok(());
    }
    if caller.reach != Reach::All {
        return Err(Problem::new(Code::Forbidden, "Your role does not allow this.")
            .with_hint("Ask an owner or admin of this gateway."));
    }
    check_rank(caller, &[before.role, request.role.unwrap_or(before.role)])?;
    caller.check_fresh()
}

/// What the request changes, as it was.
fn changed(before: &MemberRecord, request: &MemberChange) -> serde_json::Value {
    json!(MemberChange {
        name: request.name.as_ref().map(|_| before.name.clone()),
        email: request
            .email
            .as_ref()
            .map(|_| before.email.clone().unwrap_or_default()),
        role: request.role.map(|_| before.role),
        disabled: request.disabled.map(|_| before.disabled_at.is_some()),
    })
}

/// Lets go of what runs on keys that stopped.
async fn stop(gateway: &Gateway, outcome: PeopleOutcome) -> Result<(), Problem> {
    let PeopleOutcome::Stopped(keys) = outcome else {
        return Ok(());
    };
    for key in keys {
        gateway
            .directory
            .refresh(&gateway.reader, key)
            .await
            .map_err(internal)?;
    }
    Ok(())
}

/// Removes a member: their sessions, tokens and keys stop. What is left on the keys can be reclaimed.
#[utoipa::path(
    delete, path = "/api/v1/members/{id}", params(("id" = String, Path)), tag = "members",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn remove(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let member = reachable(&gateway, &caller, &id).await?;
    check_rank(&caller, &[member.role])?;
    let note = caller
        .note("member.remove")
        .target("member", member.id)
        .before(json!({ "name": member.name, "role": member.role }));
    let outcome = gateway
        .change_people(PeopleChange::RemoveMember(member.id), note, None)
        .await?;
    stop(&gateway, outcome.map_err(|refusal| refused(refusal, "member"))?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Erases a person: they are removed, and every name, address and device of theirs goes. What they
/// used stays, without a name, and so does the chain of the audit log. There is no way back.
#[utoipa::path(
    post, path = "/api/v1/members/{id}/erase", params(("id" = String, Path)), tag = "data",
    responses((status = 200, body = ErasureReport), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody),
        (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn erase(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<Json<ErasureReport>> {
    let not_found = || Problem::new(Code::NotFound, "There is no such member.");
    let id: MemberId = id.parse().map_err(|_| not_found())?;
    // Also one who was removed before.
    let role = gateway.reader.people().role_ever(id).await.map_err(internal)?;
    check_rank(&caller, &[role.ok_or_else(not_found)?])?;
    let note = caller.note("member.erase").target("member", id);
    let outcome = gateway
        .change_people(PeopleChange::EraseMember(id), note, None)
        .await?;
    let PeopleOutcome::Erased(erasure) = outcome.map_err(|refusal| refused(refusal, "member"))? else {
        return Err(Problem::new(Code::Internal, "The erasure was answered as something else.").into());
    };
    let report = ErasureReport {
        keys: erasure.keys.len() as u64,
        devices: erasure.devices,
        audit_lines: erasure.lines.len() as u64,
        audit_lines_left: erasure.lines_left,
    };
    stop(&gateway, PeopleOutcome::Stopped(erasure.keys)).await?;
    tracing::info!("A member was erased");
    Ok(Json(report))
}

/// A link that signs the member in once; they can set a new password then.
#[utoipa::path(
    post, path = "/api/v1/members/{id}/link", params(("id" = String, Path)), tag = "members",
    responses((status = 201, body = OneTimeLink), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn link(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<(StatusCode, Json<OneTimeLink>)> {
    let member = reachable(&gateway, &caller, &id).await?;
    check_rank(&caller, &[member.role])?;
    let note = caller.note("member.link").target("member", member.id);
    let expires_at = now_ms() + LINK_MS;
    let link = sign_in_link(&gateway, Some((member.id, member.role)), expires_at, note).await?;
    Ok((StatusCode::CREATED, Json(link)))
}

/// Hands the gateway over: the member becomes owner, the caller admin, in a new session.
#[utoipa::path(
    post, path = "/api/v1/members/{id}/owner", params(("id" = String, Path)), tag = "members",
    responses((status = 200, body = protocol::api::SessionResponse, description = "With the new session's cookie"), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn make_owner(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer<Opened> {
    let (from, to) = (caller.member_id()?, reachable(&gateway, &caller, &id).await?);
    let (session, secret) = new_session(&gateway, &caller, &headers, (from, Role::Admin))?;
    let note = caller
        .note("owner.transfer")
        .target("member", to.id)
        .before(json!({ "owner": from }))
        .after(json!({ "owner": to.id }));
    let change = PeopleChange::TransferOwnership {
        from,
        to: to.id,
        session: Some(session.clone()),
    };
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "member"))?;
    opened(&gateway, &caller, &session, &secret, StatusCode::OK).await
}
