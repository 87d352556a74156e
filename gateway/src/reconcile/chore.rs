//! The hourly reading. With several gateways on one database, whoever comes first in an hour reads.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    sync::{Arc, LazyLock, PoisonError},
    time::Duration,
};

use jiff::{Span, civil::Date};
use providers::billing::{Amounts, Billed, Billing, Days};
use rustls::ClientConfig;

use super::{
    Problem, ReconcileError, is_complete, key,
    read::{Account, Failure, read_days},
    review, today,
};
use crate::{
    catalogue::{Sources, Target, Upstream},
    clock::now_ms,
    ledger::{Bill, BillAmounts, BillLine, BilledDay, Books, day_of, number_of},
    state::Gateway,
};

const EVERY: Duration = Duration::from_secs(3_600);
/// Who read less than this ago need not be followed.
const FRESH_MS: i64 = 55 * 60 * 1_000;
/// How far back a first reading goes; no report of any service is shorter.
const DAYS_BACK: i64 = 30;
/// Bills settle late: the last days are read again, complete or not.
const DAYS_AGAIN: i64 = 3;

/// Reads at the start, then every hour and whenever an owner asks.
pub async fn keep_reading(gateway: Arc<Gateway>, tls: Arc<ClientConfig>) {
    let asked = &gateway.reconcile.asked;
    let Some(mut asked) = asked.lock().unwrap_or_else(PoisonError::into_inner).take() else {
        return;
    };
    let mut waiting: Vec<tokio::sync::oneshot::Sender<()>> = Vec::new();
    loop {
        if let Err(error) = read_all(&gateway, &tls, !waiting.is_empty()).await {
            tracing::warn!("What providers billed could not be read: {error}");
        }
        for done in waiting.drain(..) {
            // Whoever asked may be gone.
            let _ = done.send(());
        }
        match tokio::time::timeout(EVERY, asked.recv()).await {
            Ok(Some(done)) => waiting.push(done),
            Ok(None) => return,
            Err(_) => {}
        }
    }
}

/// Asks every upstream that has a billing key. `is_asked`: an owner wants it now.
async fn read_all(gateway: &Gateway, tls: &Arc<ClientConfig>, is_asked: bool) -> Result<(), ReconcileError> {
    let config = gateway.settings.config();
    let stored = gateway.reader.sealed_secrets().await?;
    let sources = Sources::new(&config, &stored, &gateway.envelope)?;
    let mut has_any = false;
    for (upstream, provider) in &sources.upstreams {
        let Some(billing) = provider.billing else { continue };
        match key::find(&config, &stored, &gateway.envelope, &upstream.name) {
            Ok(None) => continue,
            Ok(Some(key)) => read_one(gateway, tls, upstream, billing, &key, is_asked).await?,
            Err(text) => note(
                gateway,
                &upstream.name,
                Some(Problem {
                    text,
                    until: 0,
                    refused_key: None,
                }),
            ),
        }
        has_any = true;
    }
    // An imported bill is reviewed when it is imported, and again whenever somebody asks.
    if has_any || is_asked {
        review(gateway).await?;
    }
    Ok(())
}

async fn read_one(
    gateway: &Gateway,
    tls: &Arc<ClientConfig>,
    upstream: &Upstream,
    billing: Billing,
    key: &str,
    is_asked: bool,
) -> Result<(), ReconcileError> {
    let Target::Http { origin, .. } = &upstream.target else {
        return Ok(());
    };
    let now = now_ms();
    let books = gateway
        .reader
        .bills(number_of(today()) - DAYS_BACK, number_of(today()) + 1)
        .await?;
    let is_fresh = last_read(&books, &upstream.name).is_some_and(|at| now - at < FRESH_MS);
    if !may_ask(gateway, &upstream.name, key, is_asked, is_fresh, now) {
        return Ok(());
    }
    let Some(days) = days_to_read(&books, &upstream.name, billing, today()) else {
        return Ok(());
    };
    let account = Account { billing, origin, key };
    match read_days(&account, tls, days).await {
        Ok(billed) => {
            let bill = bill(&books, &upstream.name, days, billed, now);
            let days = bill.days.len();
            gateway.ledger.store_bill(bill).await?;
            note(gateway, &upstream.name, None);
            tracing::info!(upstream = %upstream.name, "Read what was billed on {days} days");
        }
        Err(failure) => {
            tracing::warn!(upstream = %upstream.name, "What was billed is not known: {}", failure.text);
            note(gateway, &upstream.name, Some(problem(failure, key, now)));
        }
    }
    Ok(())
}

/// Whether a service is asked: not so soon again, not while it wants to be left alone, and not
/// with a key that it has refused.
fn may_ask(gateway: &Gateway, upstream: &str, key: &str, is_asked: bool, is_fresh: bool, now: i64) -> bool {
    let known = gateway.reconcile.known();
    let problem = known.problems.get(upstream);
    if problem.is_some_and(|problem| now < problem.until) {
        return false;
    }
    is_asked || (!is_fresh && problem.is_none_or(|problem| problem.refused_key != Some(fingerprint(key))))
}

/// Tells keys apart within this process, and says nothing of them.
fn fingerprint(key: &str) -> u64 {
    static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    STATE.hash_one(key)
}

fn problem(failure: Failure, key: &str, now: i64) -> Problem {
    Problem {
        text: failure.text,
        until: now + failure.pause_ms,
        refused_key: failure.is_refused.then(|| fingerprint(key)),
    }
}

fn note(gateway: &Gateway, upstream: &str, problem: Option<Problem>) {
    let mut known = gateway.reconcile.known();
    match problem {
        Some(problem) => known.problems.insert(upstream.to_owned(), problem),
        None => known.problems.remove(upstream),
    };
}

fn last_read(books: &Books, upstream: &str) -> Option<i64> {
    let of_it = |day: &&BilledDay| day.upstream == upstream && !day.is_imported;
    books.days.iter().filter(of_it).map(|day| day.at).max()
}

/// From the first day that is not known for good to the last that the service knows.
fn days_to_read(books: &Books, upstream: &str, billing: Billing, today: Date) -> Option<Days> {
    let today_number = number_of(today);
    let back = billing.days_back().unwrap_or(DAYS_BACK).min(DAYS_BACK);
    let is_done = |number: i64| {
        let is_it = |day: &&BilledDay| day.upstream == upstream && day.day == number;
        let known = books.days.iter().find(is_it);
        known.is_some_and(|day| is_complete(day, billing.hours_late()))
    };
    let again = today_number - DAYS_AGAIN.min(back);
    let since = (today_number - back..again)
        .find(|number| !is_done(*number))
        .unwrap_or(again);
    let until = if billing.tells_today() {
        today.checked_add(Span::new().days(1)).ok()?
    } else {
        today
    };
    let since = day_of(since);
    (since < until).then_some(Days { since, until })
}

/// What a person has imported stays.
fn bill(books: &Books, upstream: &str, days: Days, billed: Billed, at: i64) -> Bill {
    let is_imported = |day: Date| {
        let number = number_of(day);
        let mut known = books.days.iter();
        known.any(|known| known.upstream == upstream && known.day == number && known.is_imported)
    };
    let lines = billed.into_iter().filter(|((day, _), _)| !is_imported(*day));
    Bill {
        upstream: upstream.to_owned(),
        at,
        is_imported: false,
        days: days.iter().filter(|day| !is_imported(*day)).collect(),
        lines: lines
            .map(|((day, model), amounts)| BillLine {
                day,
                model,
                amounts: kept(&amounts),
            })
            .collect(),
    }
}

fn kept(amounts: &Amounts) -> BillAmounts {
    let count = |count: Option<u64>| count.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    BillAmounts {
        requests: count(amounts.requests),
        input: count(amounts.input_tokens),
        output: count(amounts.output_tokens),
        cost: amounts.cost.map(protocol::Money::nano_usd),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::HOUR_MS, *};

    const NOON: i64 = HOUR_MS * 12;

    fn today() -> Date {
        "2026-11-26".parse().unwrap()
    }

    fn read_at(day: i64, at: i64, is_imported: bool) -> BilledDay {
        BilledDay {
            upstream: "openai".into(),
            day,
            at,
            is_imported,
        }
    }

    fn to_read(days: Vec<BilledDay>, billing: Billing) -> String {
        let books = Books {
            days,
            ..Books::default()
        };
        let days = days_to_read(&books, "openai", billing, today()).unwrap();
        format!("{} to {}", days.since, days.until)
    }

    #[test]
    fn the_first_reading_goes_back_a_month_and_later_ones_a_few_days() {
        let number = number_of(today());
        assert_eq!(to_read(Vec::new(), Billing::OpenAi), "2026-10-27 to 2026-11-27");
        assert_eq!(
            to_read(Vec::new(), Billing::OpenRouter),
            "2026-10-27 to 2026-11-26"
        );
        let late = |day: i64| (day + 2) * 24 * HOUR_MS + NOON;
        let all: Vec<_> = (number - 30..number)
            .map(|day| read_at(day, late(day), false))
            .collect();
        assert_eq!(to_read(all.clone(), Billing::OpenAi), "2026-11-23 to 2026-11-27");
        // One that was read too early, and one that somebody imported.
        let mut early = all.clone();
        early[20].at = (early[20].day + 1) * 24 * HOUR_MS;
        assert_eq!(
            to_read(early.clone(), Billing::OpenAi),
            "2026-11-16 to 2026-11-27"
        );
        early[20].is_imported = true;
        assert_eq!(to_read(early, Billing::OpenAi), "2026-11-23 to 2026-11-27");
        // Another upstream's days say nothing.
        let others = all.into_iter().map(|day| BilledDay {
            upstream: "other".into(),
            ..day
        });
        assert_eq!(
            to_read(others.collect(), Billing::OpenAi),
            "2026-10-27 to 2026-11-27"
        );
    }

    #[test]
    fn imported_days_are_not_read_over() {
        let (one, two) = (number_of(today()) - 2, number_of(today()) - 1);
        let books = Books {
            days: vec![read_at(one, 5, true)],
            ..Books::default()
        };
        let days = Days {
            since: day_of(one),
            until: today(),
        };
        let line = |day: i64| ((day_of(day), "m".to_owned()), Amounts::default());
        let bill = bill(&books, "openai", days, Billed::from([line(one), line(two)]), 9);
        assert_eq!(bill.days, [day_of(two)]);
        let lines: Vec<_> = bill.lines.iter().map(|line| line.day).collect();
        assert_eq!(lines, [day_of(two)]);
    }
}
