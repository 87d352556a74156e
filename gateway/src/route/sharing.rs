//! Profiles and leaderboards, and what members send for them.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use protocol::{
    Code, Money, Problem,
    api::{
        ErrorBody, GraphQuery, Leaderboard, LeaderboardQuery, Profile, SentDayList, SentDaysQuery, SharedDay,
        SharedPart, Sharing, SharingChange, SharingMachine, Submission, SubmissionAnswer,
    },
};
use serde_json::json;

use super::{
    Answer, Body,
    access::{About, Caller, Who},
};
use crate::{
    clock::timestamp,
    ledger::{PeopleChange, PeopleRefusal, ProfileEdit, ProfileRecord, SentDays, SentSum},
    people::refused,
    sharing::{
        self, DAY_TOKENS_MAX, GRAPH_DAYS, MEMBER_ROWS_MAX, Shown, check, checked_handle, checked_name, streak,
    },
    state::{Gateway, internal},
};

/// What one shares, and with whom.
#[utoipa::path(
    get, path = "/api/v1/sharing", tag = "sharing",
    responses((status = 200, body = Sharing), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn show(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<Sharing>> {
    let member = caller.member_id()?;
    let people = gateway.reader.people();
    let profile = people.profile(member).await.map_err(internal)?;
    let machines = people.machines(member).await.map_err(internal)?;
    let own_name = || {
        caller
            .member()
            .map_or_else(String::new, |member| member.name.clone())
    };
    Ok(Json(Sharing {
        name: profile
            .as_ref()
            .map_or_else(own_name, |profile| profile.name.clone()),
        is_public: profile.as_ref().is_some_and(|profile| profile.is_public),
        shows_cost: profile.as_ref().is_some_and(|profile| profile.shows_cost),
        handle: profile.map(|profile| profile.handle),
        machines: machines
            .into_iter()
            .map(|one| SharingMachine {
                machine: one.machine,
                name: one.name,
                days: one.days.unsigned_abs(),
                tokens: one.tokens.unsigned_abs(),
                last_at: timestamp(one.last_at),
            })
            .collect(),
    }))
}

/// Says who sees it.
#[utoipa::path(
    put, path = "/api/v1/sharing", request_body = SharingChange, tag = "sharing",
    responses((status = 204), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody))
)]
pub async fn change(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<SharingChange>,
) -> Answer<StatusCode> {
    let member = caller.member_id()?;
    let edit = ProfileEdit {
        member,
        handle: checked_handle(&request.handle)?,
        name: checked_name(&request.name)?,
        is_public: request.is_public,
        shows_cost: request.shows_cost,
    };
    // About the member, so that erasing them takes the names out of the line.
    let note = caller
        .note("sharing.change")
        .target("member", member)
        .after(json!(request));
    let done = gateway
        .change_people(PeopleChange::SetProfile(edit), note, None)
        .await?;
    done.map_err(|refusal| match refusal {
        PeopleRefusal::NameTaken => {
            Problem::new(Code::NameTaken, "Somebody else has this handle.").with_hint("Choose another one.")
        }
        other => refused(other, "member"),
    })?;
    gateway.boards.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// Takes sums of days. They replace what the machine sent before of the same day, client and model.
/// One row that cannot be true refuses them all.
#[utoipa::path(
    post, path = "/api/v1/sharing/days", request_body = Submission, tag = "sharing",
    responses((status = 200, body = SubmissionAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 409, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn submit(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<Submission>,
) -> Answer<Json<SubmissionAnswer>> {
    check(&request.days, TimeZone::UTC.to_datetime(Timestamp::now()).date())?;
    let kept = u64::try_from(request.days.len()).unwrap_or(0);
    let member = caller.member_id()?;
    let sent = SentDays {
        member,
        machine: request.machine,
        name: caller.token().map(|(token, _)| token.name.clone()),
        days: request.days,
        day_tokens_max: DAY_TOKENS_MAX,
        rows_max: MEMBER_ROWS_MAX,
    };
    let note = caller
        .note("sharing.submit")
        .target("member", member)
        .after(json!({ "rows": kept }));
    let done = gateway
        .change_people(PeopleChange::SubmitDays(Box::new(sent)), note, None)
        .await?;
    done.map_err(|refusal| match refusal {
        // Whose the machine is stays untold.
        PeopleRefusal::Unknown => Problem::new(
            Code::MachineTaken,
            "Days were sent under this machine's number by another member.",
        ),
        PeopleRefusal::TooMany => Problem::new(Code::InvalidRequest, "Days of no more machines are kept.")
            .with_hint("Erase those of one first."),
        PeopleRefusal::TooManyRows => Problem::new(
            Code::InvalidRequest,
            format!("Of one member {MEMBER_ROWS_MAX} rows of days, assistants and models are kept."),
        )
        .with_hint("Erase the days of a machine first."),
        PeopleRefusal::TooOften => Problem::new(
            Code::RateLimited,
            "Days were sent very often within the hour.",
        )
        .with_hint("Wait an hour, then send them again."),
        PeopleRefusal::TooMuch => Problem::new(
            Code::UsageImpossible,
            format!("With what was sent before, a day would have over {DAY_TOKENS_MAX} tokens, which nobody can use in one."),
        ),
        other => refused(other, "member"),
    })?;
    gateway.boards.forget();
    Ok(Json(SubmissionAnswer { kept }))
}

/// What one's machines sent, by day, the latest first: the lines of `token-tracker usage daily`.
#[utoipa::path(
    get, path = "/api/v1/sharing/days", params(SentDaysQuery), tag = "sharing",
    responses((status = 200, body = SentDayList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody))
)]
pub async fn days(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    query: Result<Query<SentDaysQuery>, QueryRejection>,
) -> Answer<Json<SentDayList>> {
    let Query(query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.")
            .with_hint("machine is a UUID, until a day such as 2026-11-30.")
    })?;
    let people = gateway.reader.people();
    let days = people.sent_days(caller.member_id()?, query.machine, query.until);
    Ok(Json(days.await.map_err(internal)?))
}

/// Forgets everything that one has sent, and the profile that showed it.
#[utoipa::path(
    delete, path = "/api/v1/sharing", tag = "sharing",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn end(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<StatusCode> {
    let member = caller.member_id()?;
    forget(&gateway, &caller, PeopleChange::EndSharing(member)).await
}

/// Forgets what one machine has sent.
#[utoipa::path(
    delete, path = "/api/v1/sharing/machines/{id}", params(("id" = String, Path)), tag = "sharing",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn erase_machine(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let machine = id
        .parse()
        .map_err(|_| Problem::new(Code::NotFound, "There is no such machine."))?;
    let member = caller.member_id()?;
    forget(&gateway, &caller, PeopleChange::EraseMachine { member, machine }).await
}

async fn forget(gateway: &Gateway, caller: &Caller, change: PeopleChange) -> Answer<StatusCode> {
    let note = caller.note("sharing.erase").target("member", caller.member_id()?);
    let done = gateway.change_people(change, note, None).await?;
    done.map_err(|refusal| refused(refusal, "machine"))?;
    gateway.boards.forget();
    Ok(StatusCode::NO_CONTENT)
}

/// A member who wants to be seen. Of everybody else there is no profile.
#[utoipa::path(
    get, path = "/api/v1/profiles/{handle}", params(("handle" = String, Path)), tag = "sharing",
    responses((status = 200, body = Profile), (status = 404, body = ErrorBody))
)]
pub async fn profile(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(handle): Path<String>,
) -> Answer<Json<Profile>> {
    let found = visible(&gateway, &caller, &handle).await?;
    let shown = gateway.boards.shown(&gateway.reader, found.member).await;
    let shown = shown.map_err(internal)?;
    Ok(Json(describe(found, &shown, today(&gateway))))
}

fn describe(profile: ProfileRecord, shown: &Shown, today: Date) -> Profile {
    let days = &shown.days;
    let cost = |sum: &SentSum| {
        let shown = sum.cost().filter(|_| profile.shows_cost);
        shown.map(Money::from_nano_usd)
    };
    let total = days
        .iter()
        .fold(SentSum::default(), |total, day| total.plus(&day.sum));
    let runs = streak(days.iter().map(|day| day.day), today);
    let first = today.checked_sub(GRAPH_DAYS.days()).unwrap_or(today);
    let parts = |parts: &[(String, SentSum)]| {
        let parts = parts.iter().map(|(name, sum)| SharedPart {
            name: name.clone(),
            tokens: sum.tokens.unsigned_abs(),
            cost_nano_usd: cost(sum),
        });
        parts.collect()
    };
    Profile {
        tokens: total.tokens.unsigned_abs(),
        cost_nano_usd: cost(&total),
        active_days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        streak_days: runs.running,
        longest_streak_days: runs.longest,
        days: days
            .iter()
            .filter(|day| day.day > first)
            .map(|day| SharedDay {
                day: day.day,
                tokens: day.sum.tokens.unsigned_abs(),
                cost_nano_usd: cost(&day.sum),
            })
            .collect(),
        clients: parts(&shown.clients),
        models: parts(&shown.models),
        handle: profile.handle.clone(),
        name: profile.name.clone(),
    }
}

/// The days of a profile as a picture, for the profile's page and for whoever puts it into theirs.
#[utoipa::path(
    get, path = "/api/v1/profiles/{handle}/graph.svg", params(("handle" = String, Path), GraphQuery), tag = "sharing",
    responses((status = 200, description = "The picture", body = String, content_type = "image/svg+xml"),
        (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn graph(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(handle): Path<String>,
    query: Result<Query<GraphQuery>, QueryRejection>,
) -> Answer<Response> {
    let Query(query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.")
            .with_hint("form is squares or towers; theme is light or dark.")
    })?;
    let profile = visible(&gateway, &caller, &handle).await?;
    let shown = gateway.boards.shown(&gateway.reader, profile.member).await;
    let shown = shown.map_err(internal)?;
    let svg = sharing::graph(&shown.days, profile.shows_cost, query, today(&gateway));
    // Whoever ends sharing is out of sight within minutes, wherever the picture was put.
    let kept = match is_open(&gateway) {
        true => "public, max-age=300",
        false => "private, max-age=300",
    };
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, kept),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    ];
    Ok((headers, svg).into_response())
}

/// Whether the owner lets visitors see what members make public. Who is signed in always does.
fn is_open(gateway: &Gateway) -> bool {
    gateway.settings.chosen().has_public_profiles()
}

fn is_shown_to(gateway: &Gateway, caller: &Caller) -> bool {
    is_open(gateway) || !matches!(caller.who, Who::Nobody)
}

async fn visible(gateway: &Gateway, caller: &Caller, handle: &str) -> Result<ProfileRecord, Problem> {
    let nobody = || Problem::new(Code::NotFound, "There is no such profile.");
    if !is_shown_to(gateway, caller) {
        return Err(nobody());
    }
    let handle = checked_handle(handle).map_err(|_| nobody())?;
    let people = gateway.reader.people();
    let found = people.public_profile(&handle).await.map_err(internal)?;
    found.ok_or_else(nobody)
}

fn today(gateway: &Gateway) -> Date {
    gateway.settings.zone().to_datetime(Timestamp::now()).date()
}

/// Who used the most, of members who want to be seen.
#[utoipa::path(
    get, path = "/api/v1/leaderboard", params(LeaderboardQuery), tag = "sharing",
    responses((status = 200, body = Leaderboard), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn leaderboard(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    query: Result<Query<LeaderboardQuery>, QueryRejection>,
) -> Answer<Json<Leaderboard>> {
    let Query(query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.")
            .with_hint("period is week, month, year or all; by is tokens, cost or streak.")
    })?;
    if !is_shown_to(&gateway, &caller) {
        let problem = Problem::new(Code::NotFound, "There is no leaderboard for visitors.");
        return Err(problem.with_hint("Sign in to see it.").into());
    }
    let board = gateway
        .boards
        .board(&gateway.reader, query, today(&gateway))
        .await;
    Ok(Json(board.map_err(internal)?))
}
