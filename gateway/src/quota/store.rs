//! Where the counts of all scopes are: in this process's memory.
//!
//! Several gateways on one database share the rates evenly ([`super::Quota::set_gateways`]), and
//! learn from the ledger within seconds what the others spent.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Instant,
};

use protocol::api::Limits;

use super::{Scope, bucket::Bucket, spend::Spend};

#[derive(Default)]
pub(super) struct Store {
    scopes: RwLock<Scopes>,
}

#[derive(Default)]
struct Scopes {
    /// Never more than there are keys and devices, which are in memory too.
    known: HashMap<Scope, Arc<Counters>>,
    /// For those that are not known yet.
    doubted_until: Option<Instant>,
}

impl Store {
    pub(super) fn of(&self, scope: Scope) -> Arc<Counters> {
        let scopes = self.scopes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counters) = scopes.known.get(&scope) {
            return Arc::clone(counters);
        }
        drop(scopes);
        let mut scopes = self.scopes.write().unwrap_or_else(PoisonError::into_inner);
        let doubted_until = scopes.doubted_until;
        let counters = scopes.known.entry(scope).or_insert_with(|| {
            let counters = Counters::default();
            counters.lock().doubted_until = doubted_until;
            Arc::new(counters)
        });
        Arc::clone(counters)
    }

    /// What these scopes spent is not known any more: requests ran, and may run until then, that are
    /// not counted here.
    pub(super) fn doubt(&self, until: Instant, is_doubted: impl Fn(Scope) -> bool) {
        let mut scopes = self.scopes.write().unwrap_or_else(PoisonError::into_inner);
        scopes.doubted_until = scopes.doubted_until.max(Some(until));
        for (scope, counters) in &scopes.known {
            if is_doubted(*scope) {
                let mut counts = counters.lock();
                counts.doubted_until = counts.doubted_until.max(Some(until));
                counts.spend_read = None;
            }
        }
    }
}

/// What one scope has used and has running.
#[derive(Default)]
pub(super) struct Counters(Mutex<Counts>);

#[derive(Default)]
pub(super) struct Counts {
    pub requests: Option<Bucket>,
    pub tokens: Option<Bucket>,
    pub running: u32,
    /// Not there until the ledger was asked.
    pub spend: Option<Spend>,
    pub spend_read: Option<SpendRead>,
    /// Since when somebody is asking it.
    pub being_read: Option<Instant>,
    /// Until then requests may end that count for the scope, and were begun when nobody counted them.
    pub doubted_until: Option<Instant>,
    /// How many amounts were resolved here, ever.
    pub resolved: u64,
}

/// How the ledger was asked what a scope spent.
#[derive(Clone, Copy, Debug)]
pub(super) struct SpendRead {
    pub at: Instant,
    /// No amount was on its way into the sums at that moment, to be there twice or not at all.
    pub is_exact: bool,
}

impl Counters {
    pub(super) fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// Brings the buckets to this moment and to these limits.
    pub(super) fn refill(&mut self, limits: &Limits, now: i64) {
        let refilled = |bucket: Option<Bucket>, limit: u64| {
            let mut bucket = bucket.unwrap_or_else(|| Bucket::new(limit, now));
            bucket.refill(limit, now);
            bucket
        };
        self.requests = limits.rpm.map(|limit| refilled(self.requests, limit.into()));
        self.tokens = limits.tpm.map(|limit| refilled(self.tokens, limit));
    }
}
