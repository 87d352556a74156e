//! Teams, each with a pool of credit, and what members may use with all their keys together.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use http::StatusCode;
use protocol::{
    Code, KeyId, Money, Problem, TeamId,
    api::{
        ErrorBody, Limits, LotFigures, MemberResponse, MemberTeamRequest, Team, TeamChange, TeamList,
        TeamRequest,
    },
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller},
    credit,
    members::{reachable, summary},
};
use crate::{
    clock::{new_id, now_ms, timestamp},
    key::TokenKeyCode,
    ledger::{KeyMint, KeyRecord, NewTeam, Order, PeopleChange, TeamRecord},
    people::{checked_name, no_randomness, refused},
    state::{Gateway, internal},
};

/// The teams, with what is left in each pool.
#[utoipa::path(
    get, path = "/api/v1/teams", tag = "members",
    responses((status = 200, body = TeamList), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(State(gateway): State<Arc<Gateway>>, _caller: Caller) -> Answer<Json<TeamList>> {
    let mut teams = Vec::new();
    for team in gateway.reader.people().teams().await.map_err(internal)? {
        teams.push(described(&gateway, team).await?);
    }
    Ok(Json(TeamList { teams }))
}

async fn described(gateway: &Gateway, team: TeamRecord) -> Result<Team, Problem> {
    let pool = gateway.reader.key(team.pool).await.map_err(internal)?;
    let pool = pool.ok_or_else(|| Problem::new(Code::Internal, "The pool of a team is not there."))?;
    Ok(Team {
        id: team.id,
        name: team.name,
        created_at: timestamp(team.created_at),
        allowance: pool.allowance,
        pool: figures(&pool),
    })
}

fn figures(key: &KeyRecord) -> LotFigures {
    LotFigures {
        key_id: key.id,
        granted_nano_usd: key.lot.granted,
        spent_nano_usd: key.lot.spent,
        held_nano_usd: key.lot.held,
        available_nano_usd: key.lot.available(),
    }
}

/// Makes a team with a pool of credit.
#[utoipa::path(
    post, path = "/api/v1/teams", request_body = TeamRequest, tag = "members",
    responses((status = 201, body = Team), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn create(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<TeamRequest>,
) -> Answer<(StatusCode, Json<Team>)> {
    let name = checked_name(&request.name)?;
    if request.credit_nano_usd < Money::ZERO {
        let text = "The credit of a team is not negative.";
        return Err(Problem::new(Code::InvalidRequest, text).into());
    }
    let team = NewTeam {
        id: TeamId::from_uuid(new_id()),
        name: name.clone(),
        pool: open_pool(&gateway, &name).await?,
    };
    let note = caller
        .note("team.add")
        .target("team", team.id)
        .after(json!({ "name": name, "poolKeyId": team.pool }));
    let (id, pool) = (team.id, team.pool);
    let change = PeopleChange::AddTeam(team);
    if let Err(refusal) = gateway.change_people(change, note, None).await? {
        // Nothing is in it yet; an empty pool of no team is of no use to anybody.
        close_pool(&gateway, pool).await?;
        return Err(refused(refusal, "team").into());
    }
    if request.credit_nano_usd > Money::ZERO {
        let order = Order::Grant {
            to: pool,
            amount: request.credit_nano_usd,
        };
        drop(credit::carry_out(&gateway, &caller, None, order).await?);
    }
    let record = found(&gateway, id).await?;
    Ok((StatusCode::CREATED, Json(described(&gateway, record).await?)))
}

/// A lot without credit, whose code nobody has and no device can redeem.
async fn open_pool(gateway: &Gateway, name: &str) -> Result<KeyId, Problem> {
    let code = TokenKeyCode::generate().ok_or_else(no_randomness)?;
    let id = KeyId::from_uuid(new_id());
    let mint = KeyMint {
        id,
        mac: gateway.directory.pepper().mac(code.canonical()),
        last4: code.last4(),
        label: Some(name.to_owned()),
        credit: Money::ZERO,
        models: None,
        devices: 0,
        expires_at: None,
        strict: true,
        limits: None,
        member: None,
        at: now_ms(),
    };
    gateway.ledger.mint(vec![mint]).await.map_err(internal)?;
    gateway
        .directory
        .refresh(&gateway.reader, id)
        .await
        .map_err(internal)?;
    Ok(id)
}

async fn close_pool(gateway: &Gateway, pool: KeyId) -> Result<(), Problem> {
    gateway
        .ledger
        .revoke_key(pool, now_ms())
        .await
        .map_err(internal)?;
    gateway.directory.revoke_key(pool);
    Ok(())
}

async fn found(gateway: &Gateway, id: TeamId) -> Result<TeamRecord, Problem> {
    let team = gateway.reader.people().team(id).await.map_err(internal)?;
    team.ok_or_else(not_found)
}

fn not_found() -> Problem {
    Problem::new(Code::NotFound, "There is no such team.")
}

async fn named(gateway: &Gateway, id: &str) -> Result<TeamRecord, Problem> {
    found(gateway, id.parse().map_err(|_| not_found())?).await
}

/// Gives a team another name.
#[utoipa::path(
    patch, path = "/api/v1/teams/{id}", request_body = TeamChange, params(("id" = String, Path)), tag = "members",
    responses((status = 200, body = Team), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn rename(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<TeamChange>,
) -> Answer<Json<Team>> {
    let before = named(&gateway, &id).await?;
    let name = checked_name(&request.name)?;
    let note = caller
        .note("team.rename")
        .target("team", before.id)
        .before(json!({ "name": before.name }))
        .after(json!({ "name": name }));
    let change = PeopleChange::RenameTeam {
        team: before.id,
        name,
    };
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "team"))?;
    let after = found(&gateway, before.id).await?;
    Ok(Json(described(&gateway, after).await?))
}

/// Removes a team. What is left in its pool goes back to the house; its members and what they hold stay.
#[utoipa::path(
    delete, path = "/api/v1/teams/{id}", params(("id" = String, Path)), tag = "members",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn remove(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let team = named(&gateway, &id).await?;
    // Closed first: what an allowance would bring meanwhile would stay in it.
    close_pool(&gateway, team.pool).await?;
    let order = Order::Reclaim {
        from: team.pool,
        amount: None,
    };
    drop(credit::carry_out(&gateway, &caller, None, order).await?);
    let note = caller
        .note("team.remove")
        .target("team", team.id)
        .before(json!({ "name": team.name }));
    let change = PeopleChange::RemoveTeam(team.id);
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "team"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts a member into a team, or into none. Nothing that they hold moves.
#[utoipa::path(
    put, path = "/api/v1/members/{id}/team", request_body = MemberTeamRequest, params(("id" = String, Path)), tag = "members",
    responses((status = 200, body = MemberResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn put_member(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(request): Body<MemberTeamRequest>,
) -> Answer<Json<MemberResponse>> {
    let before = reachable(&gateway, &caller, &id).await?;
    if let Some(team) = request.team_id {
        found(&gateway, team).await?;
    }
    let note = caller
        .note("member.team")
        .target("member", before.id)
        .before(json!({ "teamId": before.team }))
        .after(json!({ "teamId": request.team_id }));
    let change = PeopleChange::PutInTeam {
        member: before.id,
        team: request.team_id,
    };
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "member"))?;
    let member = reachable(&gateway, &caller, &id).await?;
    Ok(Json(MemberResponse {
        member: summary(&member),
    }))
}

/// Says how much a member may use with all their keys together; what is absent has no limit.
#[utoipa::path(
    put, path = "/api/v1/members/{id}/limits", request_body = Limits, params(("id" = String, Path)), tag = "members",
    responses((status = 200, body = MemberResponse), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn limit_member(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
    Body(limits): Body<Limits>,
) -> Answer<Json<MemberResponse>> {
    let before = reachable(&gateway, &caller, &id).await?;
    if let Some(name) = limits.impossible() {
        let text = format!("Nothing would pass the limit `{name}`; leave it out for none.");
        return Err(Problem::new(Code::InvalidRequest, text).into());
    }
    let note = caller
        .note("member.limits")
        .target("member", before.id)
        .before(json!(summary(&before).limits))
        .after(json!(limits));
    let change = PeopleChange::LimitMember {
        member: before.id,
        // Numbers always have a form in JSON.
        limits: (!limits.is_empty()).then(|| json!(limits).to_string()),
    };
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "member"))?;
    gateway.renew_member_limits().await.map_err(internal)?;
    let member = reachable(&gateway, &caller, &id).await?;
    Ok(Json(MemberResponse {
        member: summary(&member),
    }))
}
