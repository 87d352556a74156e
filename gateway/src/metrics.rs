//! What the gateway counts, in Prometheus' text form under `/metrics`. `docs/operations.md` lists
//! all of it for an operator.
//!
//! Labels come from the configuration and from fixed lists, never from a client: what clients can
//! send must not be able to fill anybody's memory.

mod histogram;
mod process;
mod render;
mod text;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use protocol::{Money, TokenUsage};

pub use histogram::Histogram;
pub use render::render;

/// Pairs of model and upstream with numbers of their own; later ones are counted together.
const PAIRS_MAX: usize = 1_000;
const OTHER: &str = "other";

pub struct Metrics {
    served: Mutex<Served>,
    hold: Histogram,
    settle: Histogram,
    released: AtomicU64,
    failed_over: AtomicU64,
    short: AtomicU64,
    redeems_failed: AtomicU64,
    in_flight: AtomicI64,
    streams: AtomicI64,
    connections_opened: AtomicU64,
    connections_idle: AtomicI64,
}

/// What is counted by name.
#[derive(Default)]
struct Served {
    requests: HashMap<Request, u64>,
    pairs: HashMap<Pair, Totals>,
    durations: HashMap<&'static str, Histogram>,
    first_bytes: HashMap<Arc<str>, Histogram>,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Pair {
    model: Arc<str>,
    upstream: Arc<str>,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Request {
    dialect: &'static str,
    pair: Pair,
    outcome: &'static str,
}

#[derive(Clone, Copy, Default)]
struct Totals {
    usage: TokenUsage,
    cost: i128,
    variance: i128,
    estimated: u64,
}

/// One request that is over.
pub struct Finished<'a> {
    pub dialect: &'static str,
    /// Empty where it came to none.
    pub model: &'a Arc<str>,
    pub upstream: &'a Arc<str>,
    pub outcome: &'static str,
    pub took: Duration,
    pub first_byte: Option<Duration>,
    pub charged: Option<&'a Charged>,
}

/// What a request was settled on.
#[derive(Clone, Copy, Debug)]
pub struct Charged {
    pub usage: TokenUsage,
    pub cost: Money,
    /// What the bound missed, and the house bears.
    pub variance: Money,
    pub estimated: bool,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            served: Mutex::default(),
            hold: Histogram::of_syncs(),
            settle: Histogram::of_syncs(),
            released: AtomicU64::default(),
            failed_over: AtomicU64::default(),
            short: AtomicU64::default(),
            redeems_failed: AtomicU64::default(),
            in_flight: AtomicI64::default(),
            streams: AtomicI64::default(),
            connections_opened: AtomicU64::default(),
            connections_idle: AtomicI64::default(),
        }
    }
}

impl Metrics {
    pub fn request_began(&self) {
        self.in_flight.fetch_add(1, Relaxed);
    }
    pub fn stream_began(&self) {
        self.streams.fetch_add(1, Relaxed);
    }
    pub fn stream_ended(&self) {
        self.streams.fetch_sub(1, Relaxed);
    }
    pub fn held(&self, took: Duration) {
        self.hold.note(took);
    }
    pub fn settled(&self, took: Duration) {
        self.settle.note(took);
    }
    pub fn released(&self) {
        self.released.fetch_add(1, Relaxed);
    }
    pub fn failed_over(&self) {
        self.failed_over.fetch_add(1, Relaxed);
    }
    pub fn short(&self) {
        self.short.fetch_add(1, Relaxed);
    }
    pub fn redeem_failed(&self) {
        self.redeems_failed.fetch_add(1, Relaxed);
    }
    pub fn connection_opened(&self) {
        self.connections_opened.fetch_add(1, Relaxed);
    }
    /// So many more, or fewer, connections to upstreams wait for the next request.
    pub fn connections_idle_changed(&self, by: i64) {
        self.connections_idle.fetch_add(by, Relaxed);
    }

    pub fn finished(&self, finished: &Finished<'_>) {
        self.in_flight.fetch_sub(1, Relaxed);
        let mut served = self.served();
        let pair = served.pair(finished);
        if let Some(charged) = finished.charged {
            served.pairs.entry(pair.clone()).or_default().add(charged);
        } else {
            served.pairs.entry(pair.clone()).or_default();
        }
        if let Some(first_byte) = finished.first_byte {
            let times = served.first_bytes.entry(Arc::clone(&pair.upstream));
            times.or_insert_with(Histogram::of_answers).note(first_byte);
        }
        let durations = served.durations.entry(finished.dialect);
        durations
            .or_insert_with(Histogram::of_answers)
            .note(finished.took);
        let request = Request {
            dialect: finished.dialect,
            pair,
            outcome: finished.outcome,
        };
        *served.requests.entry(request).or_default() += 1;
    }

    /// Of the first bytes of an upstream: how many were timed, and when half and 95 of 100 came.
    pub fn first_bytes(&self, upstream: &str) -> (u64, Option<u64>, Option<u64>) {
        let served = self.served();
        let Some(histogram) = served.first_bytes.get(upstream) else {
            return (0, None, None);
        };
        let (count, half) = histogram.quantile_ms(0.5);
        (count, half, histogram.quantile_ms(0.95).1)
    }

    fn served(&self) -> MutexGuard<'_, Served> {
        self.served.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Served {
    /// The names under which a request is counted.
    fn pair(&self, finished: &Finished<'_>) -> Pair {
        let pair = Pair {
            model: Arc::clone(finished.model),
            upstream: Arc::clone(finished.upstream),
        };
        if self.pairs.len() < PAIRS_MAX || self.pairs.contains_key(&pair) {
            pair
        } else {
            Pair {
                model: OTHER.into(),
                upstream: OTHER.into(),
            }
        }
    }
}

impl Totals {
    fn add(&mut self, charged: &Charged) {
        let (all, usage) = (&mut self.usage, &charged.usage);
        for (sum, more) in [
            (&mut all.input_tokens, usage.input_tokens),
            (&mut all.output_tokens, usage.output_tokens),
            (&mut all.cache_read_tokens, usage.cache_read_tokens),
            (&mut all.cache_write_tokens, usage.cache_write_tokens),
            (&mut all.reasoning_tokens, usage.reasoning_tokens),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.cost += i128::from(charged.cost.nano_usd());
        self.variance += i128::from(charged.variance.nano_usd());
        self.estimated += u64::from(charged.estimated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finish(metrics: &Metrics, model: &str) {
        metrics.request_began();
        metrics.finished(&Finished {
            dialect: "chat",
            model: &model.into(),
            upstream: &"up".into(),
            outcome: "ok",
            took: Duration::from_millis(3),
            first_byte: None,
            charged: None,
        });
    }

    #[test]
    fn names_beyond_the_limit_are_counted_together() {
        let metrics = Metrics::default();
        for number in 0..PAIRS_MAX + 50 {
            finish(&metrics, &format!("model-{number}"));
        }
        finish(&metrics, "model-0");
        let served = metrics.served();
        assert!(served.pairs.len() <= PAIRS_MAX + 1 && served.requests.len() <= PAIRS_MAX + 1);
        let counted = |model: &str| -> u64 {
            let of_model = served
                .requests
                .iter()
                .filter(|(request, _)| &*request.pair.model == model);
            of_model.map(|(_, count)| count).sum()
        };
        assert_eq!((counted(OTHER), counted("model-0")), (50, 2));
    }
}
