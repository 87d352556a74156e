//! Requests and tokens per minute, and requests at the same time.

use std::{
    cell::Cell,
    sync::{Arc, MutexGuard},
};

use protocol::api::Limits;

use super::{
    Exceeded, Kind, Scope, Scoped, Standing, Tokens,
    bucket::Bucket,
    store::{Counters, Counts},
};

/// All scopes are looked at before any is counted, under all of their locks.
pub(super) fn admit(scopes: Vec<Scoped>, tokens: Tokens, now: i64) -> Result<Admission, Exceeded> {
    let mut counts: Vec<MutexGuard<'_, Counts>> =
        scopes.iter().map(|(_, _, counters)| counters.lock()).collect();
    let mut exceeded: Option<(Scope, Kind, i64)> = None;
    for ((scope, limits, _), counts) in scopes.iter().zip(&mut counts) {
        counts.refill(limits, now);
        for (kind, wait_ms) in waits(limits, counts, tokens) {
            if wait_ms > 0 && exceeded.is_none_or(|(_, _, longest)| wait_ms > longest) {
                exceeded = Some((*scope, kind, wait_ms));
            }
        }
    }
    let mut standing = Standing::default();
    if let Some((scope, kind, wait_ms)) = exceeded {
        for counts in &counts {
            standing.add(counts.requests.as_ref(), counts.tokens.as_ref());
        }
        return Err(Exceeded {
            scope,
            kind,
            wait_ms,
            standing,
        });
    }
    let runs = tokens.most > 0;
    let mut taken = Vec::with_capacity(scopes.len());
    for counts in &mut counts {
        counts.running += u32::from(runs);
        if let Some(requests) = &mut counts.requests {
            requests.take(1);
        }
        let reserved = counts.tokens.as_mut().map(|bucket| {
            let reserved = tokens.most.min(bucket.left().max(tokens.input));
            bucket.take(reserved);
            reserved
        });
        standing.add(counts.requests.as_ref(), counts.tokens.as_ref());
        taken.push(reserved);
    }
    drop(counts);
    let parts = scopes.into_iter().zip(taken);
    Ok(Admission {
        parts: parts
            .map(|((_, _, counters), tokens)| (counters, tokens))
            .collect(),
        runs,
        is_over: Cell::new(false),
        used: Cell::new(0),
        standing,
    })
}

/// A second: nobody knows when a running request ends.
const STREAM_WAIT_MS: i64 = 1_000;

/// How long each limit makes the request wait; 0: not at all.
fn waits(limits: &Limits, counts: &Counts, tokens: Tokens) -> [(Kind, i64); 3] {
    let is_full = tokens.most > 0 && limits.streams.is_some_and(|most| counts.running >= most);
    let wait = |bucket: &Option<Bucket>, units| bucket.map_or(0, |bucket| bucket.wait_ms(units));
    [
        (Kind::Requests, wait(&counts.requests, 1)),
        // The input must be there; of the output it takes what is. An output cap is rarely reached,
        // and one beyond the limit would let nothing pass.
        (Kind::Tokens, wait(&counts.tokens, tokens.input)),
        (Kind::Streams, if is_full { STREAM_WAIT_MS } else { 0 }),
    ]
}

/// A request that was counted, until it is over.
#[must_use = "counts as running until it is dropped"]
pub struct Admission {
    /// With the tokens that were taken out of the scope's bucket.
    parts: Vec<(Arc<Counters>, Option<u64>)>,
    runs: bool,
    is_over: Cell<bool>,
    used: Cell<u64>,
    standing: Standing,
}

impl Admission {
    /// Notes what an attempt used; what none of them used is given back at the end.
    pub fn note_used(&self, tokens: u64) {
        self.used.set(self.used.get().saturating_add(tokens));
    }

    /// The request is paid for and only has to be handed over: from here on it stands in nobody's
    /// way, so that a client that has its answer never waits for it.
    pub fn end(&self) {
        if self.is_over.replace(true) {
            return;
        }
        let used = self.used.get();
        for (counters, taken) in &self.parts {
            let mut counts = counters.lock();
            counts.running = counts.running.saturating_sub(u32::from(self.runs));
            let (Some(bucket), Some(taken)) = (&mut counts.tokens, *taken) else {
                continue;
            };
            match used.checked_sub(taken) {
                Some(owed) => bucket.take(owed),
                None => bucket.give_back(taken - used),
            }
        }
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.end();
    }
}
