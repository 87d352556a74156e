//! Alerts: what was raised in the time that they are kept for, and who has seen it.

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use http::StatusCode;
use protocol::{
    AlertId, Code, MemberId, Problem,
    api::{AlertList, AlertQuery, ErrorBody},
};

use super::{
    Answer,
    access::{About, Caller},
};
use crate::{
    access::Reach,
    alert::kept_from,
    clock::now_ms,
    ledger::{AlertChange, PeopleChange},
    state::{Gateway, internal},
};

/// Alerts that are kept (30 days, unless the settings say otherwise), and older ones that are not over; newest first. Members see their own.
#[utoipa::path(
    get, path = "/api/v1/alerts", params(AlertQuery), tag = "alerts",
    responses((status = 200, body = AlertList), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn list(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    query: Result<Query<AlertQuery>, QueryRejection>,
) -> Answer<Json<AlertList>> {
    let Query(query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.").with_hint(
            "state is open, acknowledged or resolved; before is the id of an alert; limit is up to 200.",
        )
    })?;
    let (member, since) = (whose(&caller)?, kept_from(&gateway, now_ms()));
    let reader = gateway.reader.alerts();
    let (mut alerts, next) = reader.list(&query, member, since).await.map_err(internal)?;
    // Whoever sees only their own is told nothing of other people's addresses.
    let mut deliveries = match member {
        None => reader.deliveries(since).await.map_err(internal)?,
        Some(_) => HashMap::new(),
    };
    for alert in &mut alerts {
        alert.deliveries = deliveries.remove(&alert.id).unwrap_or_default();
    }
    let open = reader.open(member).await.map_err(internal)?;
    Ok(Json(AlertList { alerts, next, open }))
}

/// Whose alerts are within reach; `None`: everybody's.
fn whose(caller: &Caller) -> Result<Option<MemberId>, Problem> {
    if caller.reach == Reach::All {
        return Ok(None);
    }
    caller.member_id().map(Some)
}

/// The name that others read as who has seen it.
fn name_of(caller: &Caller) -> String {
    let member = caller.member();
    member.map_or_else(|| "this machine's owner".to_owned(), |member| member.name.clone())
}

/// Notes that somebody has seen an alert.
#[utoipa::path(
    post, path = "/api/v1/alerts/{id}/acknowledge", params(("id" = String, Path)), tag = "alerts",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn acknowledge(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let (id, by, member) = (alert_id(&id)?, name_of(&caller), whose(&caller)?);
    let change = AlertChange::Acknowledge { id, by, member };
    answer(&gateway, &caller, "alert.acknowledge", Some(id), change).await
}

/// Notes that somebody has seen all alerts that are open.
#[utoipa::path(
    post, path = "/api/v1/alerts/acknowledge", tag = "alerts",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn acknowledge_all(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<StatusCode> {
    let (by, member) = (name_of(&caller), whose(&caller)?);
    let change = AlertChange::AcknowledgeAll { by, member };
    answer(&gateway, &caller, "alert.acknowledge", None, change).await
}

/// Puts an alert away. It is not raised again for the same reason until that was gone.
#[utoipa::path(
    post, path = "/api/v1/alerts/{id}/resolve", params(("id" = String, Path)), tag = "alerts",
    responses((status = 204), (status = 401, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn resolve(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Answer<StatusCode> {
    let (id, by, member) = (alert_id(&id)?, name_of(&caller), whose(&caller)?);
    let change = AlertChange::Resolve { id, by, member };
    answer(&gateway, &caller, "alert.resolve", Some(id), change).await
}

async fn answer(
    gateway: &Gateway,
    caller: &Caller,
    action: &'static str,
    id: Option<AlertId>,
    change: AlertChange,
) -> Answer<StatusCode> {
    let note = caller.note(action);
    let note = match id {
        Some(id) => note.target("alert", id),
        None => note,
    };
    change_alerts(gateway, change, note)
        .await?
        .map_err(|()| unknown("alert"))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes alerts and what is theirs, and tells those who look at them.
pub(super) async fn change_alerts(
    gateway: &Gateway,
    change: AlertChange,
    note: crate::ledger::Note,
) -> Result<Result<(), ()>, Problem> {
    let change = PeopleChange::Alerts(Box::new(change));
    let outcome = gateway.change_people(change, note, None).await?;
    gateway.events.note_alerts();
    Ok(outcome.map(drop).map_err(drop))
}

fn alert_id(id: &str) -> Result<AlertId, Problem> {
    id.parse().map_err(|_| unknown("alert"))
}

pub(super) fn unknown(what: &str) -> Problem {
    Problem::new(Code::NotFound, format!("There is no such {what}."))
}
