//! Reconciliation: what was metered against what the providers billed, by UTC day and model.
//!
//! Where a service tells it, an hourly chore reads its reports with a key of their own and keeps
//! them in the ledger's database (`read`); for the others an owner imports them. `compare` puts
//! both beside each other. Nothing here is in a request's way.

mod chore;
mod compare;
mod key;
mod read;

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::{ToSpan, civil::Date, tz::TimeZone};
use protocol::api::{BillingSource, BillingSourceKind, Reconciliation};
use tokio::sync::{mpsc, oneshot};

use crate::{
    catalogue::{Sources, Upstream},
    clock::{now_ms, timestamp},
    config::ConfigError,
    ledger::{BilledDay, Books, LedgerError, number_of},
    state::Gateway,
};
pub use chore::keep_reading;
use key::has_key;
pub(crate) use key::{PREFIX as KEY_PREFIX, row as key_row};
use providers::{billing::Billing, catalogue::Provider};

/// Of a service that nobody knows any more, a day's bill is taken for complete a day later.
const HOURS_LATE: i64 = 24;
const HOUR_MS: i64 = 3_600_000;
/// Owners who ask for a reading at the same time.
const ASKED_MAX: usize = 16;
/// How many days back a difference raises the alarm.
const ALARM_DAYS: i64 = 7;

/// What is known of the readings, beside the books.
pub struct Reconcile {
    asks: mpsc::Sender<oneshot::Sender<()>>,
    /// Taken by the chore.
    asked: Mutex<Option<mpsc::Receiver<oneshot::Sender<()>>>>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Why the last reading of an upstream came to nothing.
    problems: HashMap<String, Problem>,
    alarms: BTreeMap<String, Alarm>,
}

#[derive(Clone)]
struct Problem {
    text: String,
    /// Not again before then, in milliseconds; with this key never.
    until: i64,
    refused_key: Option<u64>,
}

/// What is beyond the tolerance at an upstream, in the last days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alarm {
    pub lines: u64,
    pub nano_usd: i128,
}

impl Default for Reconcile {
    fn default() -> Self {
        let (asks, asked) = mpsc::channel(ASKED_MAX);
        Self {
            asks,
            asked: Mutex::new(Some(asked)),
            known: Mutex::default(),
        }
    }
}

impl Reconcile {
    /// As after the end of the chores: nobody asks the providers.
    #[cfg(test)]
    pub fn stop(&self) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By upstream; those with a bill and nothing to alarm are there with zero.
    pub fn alarms(&self) -> BTreeMap<String, Alarm> {
        self.known().alarms.clone()
    }

    /// Has all services asked now; returns when what they say is kept. False: the gateway ends.
    pub async fn read_now(&self) -> bool {
        let (done, waiting) = oneshot::channel();
        self.asks.send(done).await.is_ok() && waiting.await.is_ok()
    }
}

/// Why nothing was compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Config(#[from] ConfigError),
}

/// Today, as the providers count.
pub fn today() -> Date {
    day_at(now_ms())
}

fn day_at(ms: i64) -> Date {
    TimeZone::UTC.to_datetime(timestamp(ms)).date()
}

/// What was metered and billed from one day to the other, which is not among them.
pub async fn reconcile(
    gateway: &Gateway,
    since: Date,
    until: Date,
) -> Result<Reconciliation, ReconcileError> {
    // What was metered on days before is not there by upstream, and would all be a difference.
    let kept_from = gateway.reader.past_mark().await?.kept_from;
    let since = if kept_from > 0 {
        since.max(day_at(kept_from).saturating_add(1.day())).min(until)
    } else {
        since
    };
    let books = gateway.reader.books(number_of(since), number_of(until)).await?;
    let config = gateway.settings.config();
    let stored = gateway.reader.sealed_secrets().await?;
    let sources = Sources::new(&config, &stored, &gateway.envelope)?;
    // The file was checked when it was read.
    let tolerance = config.reconcile.tolerance().map_err(ConfigError::Invalid)?;
    let late = |name: &str| hours_late(&sources, name);
    let lines = compare::compare(&books, tolerance, |day| is_complete(day, late(&day.upstream)));
    let mut told = Vec::new();
    for (upstream, provider) in &sources.upstreams {
        let has_key = has_key(&config, &stored, &gateway.envelope, &upstream.name);
        told.extend(source(gateway, &books, upstream, provider, has_key));
    }
    Ok(Reconciliation {
        since,
        until,
        lines,
        sources: told,
    })
}

fn billing_of(sources: &Sources, name: &str) -> Option<Billing> {
    let mut all = sources.upstreams.iter();
    let found = all.find(|(upstream, _)| &*upstream.name == name);
    found.and_then(|(_, provider)| provider.billing)
}

fn hours_late(sources: &Sources, name: &str) -> i64 {
    billing_of(sources, name).map_or(HOURS_LATE, Billing::hours_late)
}

/// Whether nothing is added to a day's bill any more. Whoever imports one says so.
fn is_complete(day: &BilledDay, hours_late: i64) -> bool {
    day.is_imported || day.at >= end_of(day.day) + hours_late * HOUR_MS
}

fn end_of(day: i64) -> i64 {
    (day + 1) * 24 * HOUR_MS
}

fn source(
    gateway: &Gateway,
    books: &Books,
    upstream: &Upstream,
    provider: &Provider,
    has_key: bool,
) -> Option<BillingSource> {
    let of_it = |day: &&BilledDay| *day.upstream == *upstream.name;
    let latest = books.days.iter().filter(of_it).max_by_key(|day| day.at);
    let kind = match (provider.billing, has_key, latest) {
        (Some(_), true, _) => BillingSourceKind::Provider,
        (_, _, Some(_)) => BillingSourceKind::File,
        (Some(_), false, None) => BillingSourceKind::NoKey,
        (None, _, None) => return None,
    };
    let problem = gateway.reconcile.known().problems.get(&*upstream.name).cloned();
    Some(BillingSource {
        upstream: upstream.name.to_string(),
        kind,
        read_at: latest.map(|day| timestamp(day.at)),
        problem: problem.map(|problem| problem.text),
    })
}

/// Looks at the last days and keeps what is beyond the tolerance, for `/metrics` and the log.
pub async fn review(gateway: &Gateway) -> Result<(), ReconcileError> {
    let today = today();
    let (Ok(since), Ok(until)) = (
        today.checked_sub(jiff::Span::new().days(ALARM_DAYS)),
        today.tomorrow(),
    ) else {
        return Ok(());
    };
    let found = reconcile(gateway, since, until).await?;
    let tolerance = gateway.settings.config().reconcile.tolerance();
    let alarms = compare::alarms(&found, tolerance.map_err(ConfigError::Invalid)?);
    for (upstream, alarm) in alarms.iter().filter(|(_, alarm)| alarm.lines > 0) {
        tracing::warn!(
            upstream,
            "What was billed differs from what was metered on {} lines of the last {ALARM_DAYS} days; \
             see them with: token-tracker reconcile",
            alarm.lines
        );
    }
    gateway.reconcile.known().alarms = alarms;
    Ok(())
}
