use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use http::StatusCode;
use jiff::{Span, civil::Date};
use protocol::{
    Code, Problem,
    api::{BilledLine, BilledLines, ErrorBody, Reconciliation, ReconciliationQuery, UpstreamSecretRequest},
};
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    Answer, Body,
    access::{About, Caller},
    upstreams,
};
use crate::{
    clock::now_ms,
    ledger::{Bill, BillAmounts, BillLine, number_of},
    reconcile::{self, ReconcileError},
    state::{Gateway, internal},
};

/// Of one question: more than a year.
const DAYS_MAX: i64 = 400;
const DAYS_DEFAULT: i64 = 7;
const LINES_MAX: usize = 2_000;
const MODEL_BYTES_MAX: usize = 256;

/// What was metered against what the providers billed, by UTC day and model.
#[utoipa::path(
    get, path = "/api/v1/reconciliation", params(ReconciliationQuery),
    responses((status = 200, body = Reconciliation), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn show(
    State(gateway): State<Arc<Gateway>>,
    query: Result<Query<ReconciliationQuery>, QueryRejection>,
) -> Answer<Json<Reconciliation>> {
    answer(&gateway, query).await
}

/// Has the providers asked now for what they billed, then the same as to show it.
#[utoipa::path(
    post, path = "/api/v1/reconciliation", params(ReconciliationQuery),
    responses((status = 200, body = Reconciliation), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn read(
    State(gateway): State<Arc<Gateway>>,
    query: Result<Query<ReconciliationQuery>, QueryRejection>,
) -> Answer<Json<Reconciliation>> {
    if !gateway.reconcile.read_now().await {
        return Err(Problem::new(Code::Draining, "The gateway is stopping.").into());
    }
    answer(&gateway, query).await
}

async fn answer(
    gateway: &Gateway,
    query: Result<Query<ReconciliationQuery>, QueryRejection>,
) -> Answer<Json<Reconciliation>> {
    let Query(query) = query.map_err(|_| {
        Problem::new(Code::InvalidRequest, "A parameter of the query is not right.")
            .with_hint("since and until are days such as 2026-11-01.")
    })?;
    let (since, until) = span(query)?;
    Ok(Json(
        reconcile::reconcile(gateway, since, until)
            .await
            .map_err(failed)?,
    ))
}

fn span(query: ReconciliationQuery) -> Result<(Date, Date), Problem> {
    let out_of_range = |_| Problem::new(Code::InvalidRequest, "These days are in no calendar.");
    let tomorrow = reconcile::today().tomorrow().map_err(out_of_range)?;
    let until = query.until.unwrap_or(tomorrow);
    let since = match query.since {
        Some(since) => since,
        None => until
            .checked_sub(Span::new().days(DAYS_DEFAULT + 1))
            .map_err(out_of_range)?,
    };
    let days = number_of(until) - number_of(since);
    if !(1..=DAYS_MAX).contains(&days) {
        let text = format!("until is after since, and at most {DAYS_MAX} days.");
        return Err(Problem::new(Code::InvalidRequest, text));
    }
    Ok((since, until))
}

fn failed(error: ReconcileError) -> Problem {
    match error {
        ReconcileError::Ledger(error) => internal(error),
        ReconcileError::Config(error) => {
            tracing::error!("{error}");
            Problem::new(
                Code::Internal,
                "The upstreams of the configuration could not be read.",
            )
        }
    }
}

/// Keeps lines of bills that an owner read elsewhere. Each day of an upstream that is among them is
/// replaced whole, and taken for complete.
#[utoipa::path(
    post, path = "/api/v1/reconciliation/lines", request_body = BilledLines,
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody))
)]
pub async fn import(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Body(lines): Body<BilledLines>,
) -> Answer<StatusCode> {
    let known = upstreams::names(&gateway).await?;
    let bills = bills(lines.lines, &known, reconcile::today(), now_ms())?;
    for bill in bills {
        let note = caller
            .note("bill.import")
            .target("upstream", &bill.upstream)
            .after(json!({ "days": bill.days, "lines": bill.lines.len() }));
        gateway
            .ledger
            .noting(note)
            .store_bill(bill)
            .await
            .map_err(internal)?;
    }
    reconcile::review(&gateway).await.map_err(failed)?;
    Ok(StatusCode::NO_CONTENT)
}

fn bills(lines: Vec<BilledLine>, known: &[String], today: Date, at: i64) -> Result<Vec<Bill>, Problem> {
    let invalid = |text: String| Problem::new(Code::InvalidRequest, text);
    if lines.len() > LINES_MAX {
        return Err(invalid(format!("At most {LINES_MAX} lines come at once.")));
    }
    let mut bills: BTreeMap<String, BTreeMap<(Date, String), BillAmounts>> = BTreeMap::new();
    for line in lines {
        let BilledLine {
            day, upstream, model, ..
        } = &line;
        if !known.contains(upstream) {
            let text = format!("There is no upstream \"{}\".", shown(upstream));
            return Err(invalid(text).with_hint("Write its name as in the configuration."));
        }
        if model.is_empty() || model.len() > MODEL_BYTES_MAX || model.contains(char::is_control) {
            return Err(invalid(format!(
                "A model's name has 1 to {MODEL_BYTES_MAX} bytes, none of them a control character."
            )));
        }
        if *day > today {
            return Err(invalid(format!("{day} is not over; nobody has billed it.")));
        }
        let amounts = amounts(&line)
            .ok_or_else(|| invalid(format!("A count of {} on {day} is too large.", shown(model))))?;
        let bill = bills.entry(line.upstream).or_default();
        if bill.insert((line.day, line.model), amounts).is_some() {
            return Err(invalid(format!(
                "{} has a model twice; add its lines up.",
                line.day
            )));
        }
    }
    let made = bills.into_iter().map(|(upstream, lines)| {
        let mut days: Vec<Date> = lines.keys().map(|(day, _)| *day).collect();
        days.dedup();
        let lines = lines.into_iter();
        Bill {
            upstream,
            at,
            is_imported: true,
            days,
            lines: lines
                .map(|((day, model), amounts)| BillLine { day, model, amounts })
                .collect(),
        }
    });
    Ok(made.collect())
}

/// The counts in the database's form; None where one does not fit.
fn amounts(line: &BilledLine) -> Option<BillAmounts> {
    let count = |count: Option<u64>| count.map(i64::try_from).transpose().ok();
    Some(BillAmounts {
        requests: count(line.requests)?,
        input: count(line.input_tokens)?,
        output: count(line.output_tokens)?,
        cost: line.cost_nano_usd.map(protocol::Money::nano_usd),
    })
}

/// A name from somebody else's file, short.
fn shown(name: &str) -> String {
    name.chars().filter(|sign| !sign.is_control()).take(64).collect()
}

/// Keeps the key that may read what an upstream bills, encrypted. It can be replaced, and never
/// read again.
#[utoipa::path(
    put, path = "/api/v1/upstreams/{name}/billing-secret", request_body = UpstreamSecretRequest, params(("name" = String, Path)),
    responses((status = 204), (status = 400, body = ErrorBody), (status = 403, body = ErrorBody), (status = 404, body = ErrorBody))
)]
pub async fn put_secret(
    State(gateway): State<Arc<Gateway>>,
    caller: Caller,
    Path(name): Path<String>,
    Body(request): Body<UpstreamSecretRequest>,
) -> Answer<StatusCode> {
    let secret = Zeroizing::new(request.secret);
    let upstream = upstreams::known(&gateway, &name).await?;
    if upstream.billing_key_env.is_some() || upstream.billing_key_file.is_some() {
        let text = "The configuration says where this upstream's billing key is.";
        return Err(Problem::new(Code::InvalidRequest, text)
            .with_hint("Take billing_key_env or billing_key_file out of the configuration first.")
            .into());
    }
    let provider = providers::catalogue::by_name(&upstream.provider);
    if provider.is_none_or(|provider| provider.billing.is_none()) {
        let text = "This upstream's provider does not tell what it bills.";
        return Err(Problem::new(Code::InvalidRequest, text)
            .with_hint("Import its bills with `token-tracker reconcile import`.")
            .into());
    }
    let note = caller.note("upstream.billing_secret").target("upstream", &name);
    upstreams::store_key(
        &gateway.ledger.noting(note),
        &gateway,
        &reconcile::key_row(&name),
        upstreams::checked_key(&secret)?,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(day: &str, model: &str) -> BilledLine {
        BilledLine {
            day: day.parse().unwrap(),
            upstream: "mistral".into(),
            model: model.into(),
            requests: None,
            input_tokens: Some(5),
            output_tokens: None,
            cost_nano_usd: Some(protocol::Money::from_nano_usd(7)),
        }
    }

    fn import(lines: Vec<BilledLine>) -> Result<Vec<Bill>, Problem> {
        bills(lines, &["mistral".into()], "2026-11-20".parse().unwrap(), 9)
    }

    #[test]
    fn lines_become_whole_days() {
        let lines = vec![
            line("2026-11-20", "b"),
            line("2026-11-19", "a"),
            line("2026-11-20", "a"),
        ];
        let mut made = import(lines).unwrap();
        let bill = made.remove(0);
        assert!(made.is_empty() && bill.is_imported && bill.at == 9);
        assert_eq!((bill.days.len(), bill.lines.len()), (2, 3));
        assert_eq!(
            (bill.lines[0].amounts.input, bill.lines[0].amounts.cost),
            (Some(5), Some(7))
        );
    }

    #[test]
    fn a_line_that_cannot_be_is_refused_with_all_others() {
        let mut elsewhere = line("2026-11-20", "a");
        elsewhere.upstream = "mistrl".into();
        let mut huge = line("2026-11-20", "a");
        huge.input_tokens = Some(u64::MAX);
        for (lines, said) in [
            (vec![elsewhere], "no upstream \"mistrl\""),
            (vec![huge], "too large"),
            (vec![line("2026-11-21", "a")], "not over"),
            (vec![line("2026-11-20", "")], "1 to 256 bytes"),
            (vec![line("2026-11-20", "a"), line("2026-11-20", "a")], "twice"),
            (vec![line("2026-11-20", "a"); LINES_MAX + 1], "At most 2000"),
        ] {
            let problem = import(lines).unwrap_err();
            assert!(problem.message.contains(said), "{}", problem.message);
        }
    }

    #[test]
    fn a_question_is_for_a_week_unless_it_says_more() {
        let asked = |since: Option<&str>, until: Option<&str>| {
            let day = |text: &str| text.parse().unwrap();
            let (since, until) = (since.map(day), until.map(day));
            let days = span(ReconciliationQuery { since, until });
            days.map(|(since, until)| number_of(until) - number_of(since))
        };
        assert_eq!(asked(None, None), Ok(8));
        assert_eq!(asked(Some("2026-11-01"), Some("2026-11-02")), Ok(1));
        assert!(asked(Some("2026-11-02"), Some("2026-11-02")).is_err());
        assert!(asked(Some("2020-01-01"), Some("2026-11-02")).is_err());
    }
}
