//! What devices consumed without this gateway, as they report it: kept beside the gateway's own
//! usage, and no part of any balance.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use axum::{Json, extract::State};
use protocol::{
    Code, Problem,
    api::{ErrorBody, ReportedAnswer, ReportedRow, ReportedRows, ReportedSums},
};
use usage::Client;

use super::{Answer, Body, access::Caller};
use crate::{
    access::Reach,
    clock::now_ms,
    ledger::{PeopleChange, PeopleOutcome, PeopleRequest, ReportedBy, ReportedChunk},
    people::refused,
    state::{Gateway, internal},
};

const ROWS_MAX: usize = 200;
const TEXT_BYTES_MAX: usize = 256;
const TOKENS_MAX: u64 = 1_000_000_000_000;
/// A million US dollars.
const COST_NANO_USD_MAX: i64 = 1_000_000_000_000_000;
/// How far a device's clock may be ahead.
const AHEAD_MS: i64 = 48 * 3_600 * 1_000;
/// The first second of 2015.
const EARLIEST_MS: i64 = 1_420_070_400_000;

/// Keeps rows that a device reports, each id of a client once. Sending them again adds nothing.
#[utoipa::path(
    post, path = "/api/v1/usage/reported", request_body = ReportedRows,
    responses((status = 200, body = ReportedAnswer), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody))
)]
pub async fn report(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(request): Body<ReportedRows>,
) -> Answer<Json<ReportedAnswer>> {
    let device = caller
        .device()
        .ok_or_else(|| Problem::new(Code::Forbidden, "Only devices report usage."))?;
    let change = PeopleChange::ReportUsage(Box::new(ReportedChunk {
        device: device.id,
        key: device.key.id,
        rows: checked(request.rows, now_ms())?,
    }));
    let request = PeopleRequest {
        at: now_ms(),
        change,
        note: None,
        asked: None,
    };
    let outcome = gateway.ledger.people(request).await.map_err(internal)?;
    match outcome.map_err(|refusal| refused(refusal, "row"))? {
        PeopleOutcome::Reported(answer) => Ok(Json(answer)),
        _ => Err(Problem::new(Code::Internal, "The report was answered as something else.").into()),
    }
}

/// Sums of what was reported: a device's own, those of a member's keys, or all for owners and admins;
/// for viewers all, of which no repository and no branch is told.
#[utoipa::path(
    get, path = "/api/v1/usage/reported",
    responses((status = 200, body = ReportedSums), (status = 401, body = ErrorBody))
)]
pub async fn sums(State(gateway): State<Arc<Gateway>>, caller: Caller) -> Answer<Json<ReportedSums>> {
    let by = match (caller.device(), caller.reach) {
        (Some(device), _) => ReportedBy::Device(device.id),
        (None, Reach::Own) => ReportedBy::Member(caller.member_id()?),
        (None, Reach::All) => ReportedBy::Anybody,
        (None, Reach::Totals | Reach::No) => ReportedBy::Totals,
    };
    let sums = gateway.reader.people().reported(by).await.map_err(internal)?;
    Ok(Json(ReportedSums { sums }))
}

/// Each id once, the fuller telling of two; one row that is wrong refuses all.
fn checked(rows: Vec<ReportedRow>, now: i64) -> Result<Vec<ReportedRow>, Problem> {
    if rows.len() > ROWS_MAX {
        let text = format!("A report has at most {ROWS_MAX} rows.");
        return Err(Problem::new(Code::InvalidRequest, text).with_hint("Send the rest in another one."));
    }
    let mut known: BTreeMap<(String, String), ReportedRow> = BTreeMap::new();
    for (row, number) in rows.into_iter().zip(1..) {
        check(&row, now)
            .map_err(|text| Problem::new(Code::InvalidRequest, format!("Row {number}: {text}.")))?;
        match known.entry((row.client.clone(), row.id.clone())) {
            Entry::Vacant(place) => {
                place.insert(row);
            }
            Entry::Occupied(mut place) => {
                if total(&row) > total(place.get()) {
                    place.insert(row);
                }
            }
        }
    }
    Ok(known.into_values().collect())
}

fn total(row: &ReportedRow) -> u64 {
    let usage = &row.usage;
    [
        usage.input_tokens,
        usage.output_tokens,
        usage.cache_read_tokens,
        usage.cache_write_tokens,
    ]
    .into_iter()
    .fold(0, u64::saturating_add)
}

fn check(row: &ReportedRow, now: i64) -> Result<(), &'static str> {
    let is_id = (1..=64).contains(&row.id.len())
        && row
            .id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    if !is_id {
        return Err("id is 1 to 64 letters, digits and any of - _ . :");
    }
    // What the sidecar sent, the gateway has metered.
    if Client::of(&row.client).is_none_or(|client| client == Client::TokenTracker) {
        return Err("client is not known, or is this gateway's own");
    }
    if !(EARLIEST_MS..=now.saturating_add(AHEAD_MS)).contains(&row.at.as_millisecond()) {
        return Err("at is before 2015 or in the future");
    }
    for text in [&row.repository, &row.branch, &row.model, &row.provider]
        .into_iter()
        .flatten()
    {
        if text.is_empty() || text.len() > TEXT_BYTES_MAX || text.chars().any(char::is_control) {
            return Err("a text is empty, longer than 256 bytes, or has control characters");
        }
    }
    let usage = &row.usage;
    let is_usage = (1..=4 * TOKENS_MAX).contains(&total(row))
        && [
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
        ]
        .iter()
        .all(|count| *count <= TOKENS_MAX)
        && usage.reasoning_tokens <= usage.output_tokens;
    if !is_usage {
        return Err("usage has no tokens, too many, or more reasoning than output");
    }
    let cost = row.cost_nano_usd.map_or(0, protocol::Money::nano_usd);
    if !(0..=COST_NANO_USD_MAX).contains(&cost) {
        return Err("costNanoUsd is negative or too large");
    }
    Ok(())
}
