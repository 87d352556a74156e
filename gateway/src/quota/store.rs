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
    /// Never more than there are keys and devices, which are in memory too.
    scopes: RwLock<HashMap<Scope, Arc<Counters>>>,
}

impl Store {
    pub(super) fn of(&self, scope: Scope) -> Arc<Counters> {
        let known = self.scopes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counters) = known.get(&scope) {
            return Arc::clone(counters);
        }
        drop(known);
        let mut scopes = self.scopes.write().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(scopes.entry(scope).or_default())
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
    /// When it was asked.
    pub spend_read: Option<Instant>,
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
