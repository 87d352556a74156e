//! Sums of usage, and the figures of the first page.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use protocol::{
    Code, KeyId, MemberId, Money, Problem,
    api::{Dimension, ErrorBody, Outlook, Overview, SummaryQuery, UsageSummary, UsageTotals},
};

use super::{Answer, access::Caller};
use crate::{
    access::Reach,
    clock::timestamp,
    report::{self, Cells, Days, Kept, Move, Selection, Whose},
    state::{Gateway, internal},
};

const DAYS_DEFAULT: i32 = 30;
const DAYS_MAX: i32 = 3_660;
const WEEKS: i32 = 52;

/// Usage by day, model, device, member, repository, branch or kind: a device's own, or all for an admin.
#[utoipa::path(
    get, path = "/api/v1/usage/summary", params(SummaryQuery),
    responses((status = 200, body = UsageSummary), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody))
)]
pub async fn summary(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    query: Result<Query<SummaryQuery>, QueryRejection>,
) -> Answer<Json<UsageSummary>> {
    let Query(mut query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.").with_hint(
            "from and to are days such as 2026-11-08; groupBy and stackBy are day, model, kind, device, key, \
             member, repository or branch.",
        )
    })?;
    let zone = gateway.settings.zone();
    let today = Days::today(&zone, Timestamp::now());
    let days = span(&query, today, &zone)?;
    (query.from, query.to) = (Some(days.from), Some(days.to));
    check_totals(&caller, &query)?;
    let whose = whose(&gateway, &caller)?;
    let (asked, keys) = (asked(&query, &whose), narrowed(&gateway, &query, &whose));
    let cells = report::cells(&gateway, &days, asked, keys.as_ref())
        .await
        .map_err(internal)?;
    let members = members_asked(&gateway, &query);
    let selection = Selection {
        whose,
        query,
        members,
    };
    let (rows, totals, left_out) = report::summary(&cells, &selection);
    Ok(Json(UsageSummary {
        from: days.from,
        to: days.to,
        today,
        time_zone: report::name_of(&zone).to_owned(),
        rows,
        totals,
        left_out,
    }))
}

fn span(query: &SummaryQuery, today: Date, zone: &TimeZone) -> Result<Days, Problem> {
    let to = query.to.unwrap_or(today);
    let from = query
        .from
        .or_else(|| to.checked_sub((DAYS_DEFAULT - 1).days()).ok())
        .unwrap_or(to);
    let is_short = to
        .checked_sub(DAYS_MAX.days())
        .is_ok_and(|earliest| from >= earliest);
    if from > to || !is_short {
        let problem = Problem::new(Code::InvalidRequest, "The days are not in order, or too many.");
        return Err(problem.with_hint("from is not after to, and at most ten years before it."));
    }
    let zone = zone.clone();
    Ok(Days { from, to, zone })
}

fn whose(gateway: &Gateway, caller: &Caller) -> Result<Whose, Problem> {
    Ok(match (caller.device(), caller.reach) {
        (Some(device), _) => Whose {
            keys: Some(HashSet::from([device.key.id])),
            device: Some(device.id),
        },
        (None, Reach::Own) => {
            let keys = gateway.directory.keys_of(caller.member_id()?);
            Whose {
                keys: Some(keys.iter().map(|key| key.id).collect()),
                device: None,
            }
        }
        (None, _) => Whose::default(),
    })
}

/// The keys that can have a part in the answer: sums of others need not be read.
fn narrowed(gateway: &Gateway, query: &SummaryQuery, whose: &Whose) -> Option<HashSet<KeyId>> {
    let of_device = query
        .device_id
        .and_then(|device| gateway.directory.device(device));
    let only = query.key_id.or(of_device.map(|device| device.key.id));
    let of_member = query.member_id.map(|member| {
        let keys = gateway.directory.keys_of(member);
        keys.iter().map(|key| key.id).collect::<HashSet<KeyId>>()
    });
    let keys = match (&whose.keys, of_member) {
        (Some(keys), Some(members)) => Some(keys.intersection(&members).copied().collect()),
        (keys, members) => keys.clone().or(members),
    };
    match (only, keys) {
        (Some(key), None) => Some(HashSet::from([key])),
        (Some(key), Some(keys)) => Some(keys.into_iter().filter(|&one| one == key).collect()),
        (None, keys) => keys,
    }
}

/// Whose each key is, where the question is about that.
fn members_asked(gateway: &Gateway, query: &SummaryQuery) -> HashMap<KeyId, MemberId> {
    let is_asked =
        query.member_id.is_some() || [query.group_by, query.stack_by].contains(&Some(Dimension::Member));
    if is_asked {
        gateway.directory.owners()
    } else {
        HashMap::new()
    }
}

/// Who reads totals does not learn what a person or a repository used.
fn check_totals(caller: &Caller, query: &SummaryQuery) -> Result<(), Problem> {
    let is_total = |dimension: Option<Dimension>| {
        matches!(
            dimension,
            None | Some(Dimension::Day | Dimension::Model | Dimension::Kind)
        )
    };
    let is_narrowed = query.member_id.is_some()
        || query.device_id.is_some()
        || query.repository.is_some()
        || query.branch.is_some();
    if caller.reach == Reach::Totals
        && (is_narrowed || !is_total(query.group_by) || !is_total(query.stack_by))
    {
        return Err(Problem::new(Code::Forbidden, "Your role reads totals only.")
            .with_hint("Group by day, model or kind."));
    }
    Ok(())
}

/// What the sums have to tell apart to answer the question.
fn asked(query: &SummaryQuery, whose: &Whose) -> Kept {
    let of = |dimension: Option<Dimension>| match dimension {
        Some(Dimension::Model) => Kept::MODEL,
        Some(Dimension::Kind) => Kept::KIND,
        Some(Dimension::Device) => Kept::DEVICE,
        Some(Dimension::Repository) => Kept::REPOSITORY,
        Some(Dimension::Branch) => Kept::BRANCH,
        Some(Dimension::Key | Dimension::Member) => Kept::KEY,
        Some(Dimension::Day) | None => Kept::NOTHING,
    };
    let filter = |is_there: bool, kept: Kept| if is_there { kept } else { Kept::NOTHING };
    of(query.group_by)
        .and(of(query.stack_by))
        .and(filter(
            query.key_id.is_some() || query.member_id.is_some(),
            Kept::KEY,
        ))
        .and(filter(query.model.is_some(), Kept::MODEL))
        .and(filter(query.kind.is_some(), Kept::KIND))
        .and(filter(query.repository.is_some(), Kept::REPOSITORY))
        .and(filter(query.branch.is_some(), Kept::BRANCH))
        .and(filter(
            query.device_id.is_some() || whose.device.is_some(),
            Kept::DEVICE,
        ))
}

/// What the first page shows: today, this month, the last year and how long credit lasts.
#[utoipa::path(get, path = "/api/v1/overview", responses((status = 200, body = Overview), (status = 401, body = ErrorBody)))]
pub async fn overview(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<Overview>> {
    let zone = gateway.settings.zone();
    let today = Days::today(&zone, Timestamp::now());
    let whose = whose(&gateway, &caller)?;
    let days = Days {
        from: today.checked_sub((WEEKS * 7).days()).unwrap_or(today),
        to: today,
        zone: zone.clone(),
    };
    let device = if whose.device.is_some() {
        Kept::DEVICE
    } else {
        Kept::NOTHING
    };
    let mut cells = report::cells(&gateway, &days, Kept::MODEL.and(device), whose.keys.as_ref())
        .await
        .map_err(internal)?;
    cells.sums.retain(|cell, _| whose.has(cell.key, cell.device));
    // Who reads totals only is not told what is left.
    let outlook = match (&whose.keys, caller.reach) {
        (None, Reach::Totals) => None,
        (keys, _) => Some(outlook_of(&gateway, keys.as_ref(), &cells, today, &zone).await?),
    };
    let (this_month, month_before) = months(&cells, today);
    let models = SummaryQuery {
        from: Some(today.first_of_month()),
        group_by: Some(Dimension::Model),
        limit: Some(7),
        ..SummaryQuery::default()
    };
    let models = Selection {
        whose,
        query: models,
        members: HashMap::new(),
    };
    let (models, ..) = report::summary(&cells, &models);
    Ok(Json(Overview {
        today,
        time_zone: report::name_of(&zone).to_owned(),
        so_far_today: report::totals(&cells, |cell| cell.day == today),
        this_month,
        month_before,
        models,
        activity: report::activity(&cells),
        outlook,
    }))
}

/// This month, and the month before up to the same day.
fn months(cells: &Cells, today: Date) -> (UsageTotals, UsageTotals) {
    let same_day = today.checked_sub(1.month()).unwrap_or(today);
    let within =
        |first: Date, last: Date| report::totals(cells, move |cell| cell.day >= first && cell.day <= last);
    (
        within(today.first_of_month(), today),
        within(same_day.first_of_month(), same_day),
    )
}

async fn outlook_of(
    gateway: &Gateway,
    keys: Option<&HashSet<KeyId>>,
    cells: &Cells,
    today: Date,
    zone: &TimeZone,
) -> Result<Outlook, Problem> {
    let is_asked = |key: KeyId| keys.is_none_or(|keys| keys.contains(&key));
    let mut left = Money::ZERO;
    for key in gateway.reader.keys().await.map_err(internal)? {
        // What nobody can spend any more keeps nobody going.
        let is_open = !key.revoked && key.expires_at.is_none_or(|end| end > Timestamp::now());
        if is_asked(key.id) && is_open {
            left = left.saturating_add(key.lot.available());
        }
    }
    let mut costs: HashMap<Date, i64> = HashMap::new();
    for (cell, sum) in &cells.sums {
        let cost = costs.entry(cell.day).or_default();
        *cost = cost.saturating_add(sum.cost_nano_usd.nano_usd());
    }
    let since = today
        .checked_sub(31.days())
        .ok()
        .and_then(|day| zone.to_timestamp(day.into()).ok());
    let since = since.map_or(0, |at| at.as_millisecond());
    let moves: Vec<Move> = gateway
        .reader
        .moves(since)
        .await
        .map_err(internal)?
        .iter()
        .filter(|moved| is_asked(moved.key))
        .map(|moved| Move {
            day: timestamp(moved.at).to_zoned_datetime(zone.clone()).date(),
            amount: moved.gain.nano_usd(),
        })
        .collect();
    Ok(report::outlook(today, left, &costs, &moves))
}
