//! How much a key or a device may use: requests and tokens per minute, requests at the same time,
//! and money per calendar day and month.
//!
//! A request is [admitted](Quota::admit) before anything is held, and what its attempts may cost
//! is [reserved](Quota::reserve) before each hold, so that requests at the same time cannot pass a
//! cap together. Both guards give back what was not used when they are dropped. Where no limit is
//! set neither of them is made, and nothing is locked.

mod bucket;
mod refusal;
mod spend;
mod standing;
mod store;
#[cfg(test)]
mod tests;

use std::{
    cell::Cell,
    sync::{
        Arc, MutexGuard,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use jiff::tz::TimeZone;
use protocol::{
    DeviceId, KeyId, MemberId, Money,
    api::{Limits, UsageQuery},
};

pub use refusal::{Cap, Exceeded, Kind};
pub use spend::{Room, Span};
pub use standing::Standing;

use crate::{
    clock::timestamp,
    directory::Device,
    ledger::{LedgerError, Reader},
};
use bucket::Bucket;
use spend::{Spend, Window};
use store::{Counters, Counts, Store};

/// Whom a limit is for. A key stands for its member as long as there are no members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    Member(MemberId),
    Key(KeyId),
    Device(DeviceId),
}

impl Scope {
    /// The word that a person is told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Member(_) => "member",
            Self::Key(_) => "token key",
            Self::Device(_) => "device",
        }
    }
}

/// The limits of those that have none of their own, and where a day begins.
#[derive(Clone, Debug)]
pub struct Rules {
    pub key: Limits,
    pub device: Limits,
    pub zone: TimeZone,
}

/// The tokens of a request before it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Tokens {
    pub input: u64,
    /// With all the output that it may have.
    pub most: u64,
}

/// How soon a gateway learns what others spent.
const FRESH: Duration = Duration::from_secs(2);

pub struct Quota {
    rules: ArcSwap<Rules>,
    store: Store,
    /// How many gateways there are on the database.
    gateways: AtomicU32,
    /// Minutes are counted from here: a clock that is set must neither free nor lock anybody.
    born: Instant,
}

type Scoped = (Scope, Limits, Arc<Counters>);

impl Quota {
    pub fn new(rules: Rules) -> Self {
        Self {
            rules: ArcSwap::from_pointee(rules),
            store: Store::default(),
            gateways: AtomicU32::new(1),
            born: Instant::now(),
        }
    }

    /// So many gateways share the limits from now on.
    pub fn set_gateways(&self, gateways: u32) {
        self.gateways.store(gateways, Ordering::Relaxed);
    }

    /// Other limits from now on; what was counted stays.
    pub fn set_rules(&self, rules: Rules) {
        self.rules.store(Arc::new(rules));
    }

    /// Counts a request, or says why it has to wait. Nothing where no limit is set.
    pub fn admit(&self, device: &Device, tokens: Tokens) -> Result<Option<Admission>, Exceeded> {
        let scopes = self.scopes(device, |limits| {
            limits.rpm.is_some() || limits.tpm.is_some() || limits.streams.is_some()
        });
        if scopes.is_empty() {
            return Ok(None);
        }
        let now = i64::try_from(self.born.elapsed().as_millis()).unwrap_or(i64::MAX);
        admit(scopes, tokens, now).map(Some)
    }

    /// Takes an amount out of what may still be spent. Nothing where spending has no cap.
    pub async fn reserve(
        &self,
        reader: &Reader,
        device: &Device,
        amount: Money,
        now: i64,
    ) -> Result<Result<Option<Reserved>, Cap>, LedgerError> {
        let scopes = self.capped(device);
        if scopes.is_empty() {
            return Ok(Ok(None));
        }
        let zone = self.zone();
        self.load(reader, device, &scopes, &zone, now).await?;
        Ok(reserve(scopes, zone, amount, now).map(Some))
    }

    /// The tightest of the caller's spending caps.
    pub async fn room(
        &self,
        reader: &Reader,
        device: &Device,
        now: i64,
    ) -> Result<Option<Room>, LedgerError> {
        let scopes = self.capped(device);
        if scopes.is_empty() {
            return Ok(None);
        }
        self.load(reader, device, &scopes, &self.zone(), now).await?;
        let rooms = scopes.iter().filter_map(|(_, limits, counters)| {
            let counts = counters.lock();
            counts.spend.as_ref()?.room(limits)
        });
        Ok(rooms.min_by_key(|room| room.left))
    }

    /// The scopes of a device that have such a limit, always in the same order: that is also the
    /// order in which they are locked.
    fn scopes(&self, device: &Device, has: impl Fn(&Limits) -> bool) -> Vec<Scoped> {
        let rules = self.rules.load();
        let all = [
            (Scope::Key(device.key.id), device.key.limits.or(rules.key)),
            (Scope::Device(device.id), rules.device),
        ];
        let gateways = self.gateways.load(Ordering::Relaxed);
        let limited = all
            .into_iter()
            .filter(|(_, limits)| has(limits))
            .map(|(scope, limits)| (scope, limits.shared_by(gateways)));
        // No limit, no look-up, and no memory either.
        limited
            .map(|(scope, limits)| (scope, limits, self.store.of(scope)))
            .collect()
    }

    fn capped(&self, device: &Device) -> Vec<Scoped> {
        self.scopes(device, |limits| {
            limits.spend_per_day_nano_usd.is_some() || limits.spend_per_month_nano_usd.is_some()
        })
    }

    fn zone(&self) -> TimeZone {
        self.rules.load().zone.clone()
    }

    /// Asks the ledger what was spent, where that is not known.
    async fn load(
        &self,
        reader: &Reader,
        device: &Device,
        scopes: &[Scoped],
        zone: &TimeZone,
        now: i64,
    ) -> Result<(), LedgerError> {
        for (scope, _, counters) in scopes {
            let others_spend = !matches!(reader, Reader::Sqlite(_));
            if counters.lock().knows_spend(zone, now, others_spend) {
                continue;
            }
            let of_device = matches!(scope, Scope::Device(_)).then_some(device.id);
            let loaded = read_spend(reader, device.key.id, of_device, zone, now).await?;
            let mut counts = counters.lock();
            // Somebody else may have been quicker, and have counted since.
            if !counts.knows_spend(zone, now, others_spend) {
                let held = counts.spend.as_ref().map_or(0, Spend::held);
                counts.spend = Some(Spend::new(loaded[0], loaded[1], held));
                counts.spend_read = Some(Instant::now());
            }
        }
        Ok(())
    }
}

impl Counts {
    /// Where other gateways spend too, only for a short time.
    fn knows_spend(&mut self, zone: &TimeZone, now: i64, others_spend: bool) -> bool {
        let is_fresh = !others_spend || self.spend_read.is_some_and(|at| at.elapsed() < FRESH);
        is_fresh && self.spend.as_mut().is_some_and(|spend| spend.roll(zone, now))
    }
}

/// The windows of the moment, with what the usage rows in them cost.
async fn read_spend(
    reader: &Reader,
    key: KeyId,
    device: Option<DeviceId>,
    zone: &TimeZone,
    now: i64,
) -> Result<[(Window, Money); 2], LedgerError> {
    let mut sums = [Span::Day, Span::Month].map(|span| (span.window(zone, now), Money::ZERO));
    for (window, spent) in &mut sums {
        let query = UsageQuery {
            key_id: Some(key),
            since: Some(timestamp(window.since)),
            limit: Some(1),
            ..UsageQuery::default()
        };
        *spent = reader.usage(query, device).await?.totals.cost_nano_usd;
    }
    Ok(sums)
}

/// All scopes are looked at before any is counted, under all of their locks.
fn admit(scopes: Vec<Scoped>, tokens: Tokens, now: i64) -> Result<Admission, Exceeded> {
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
    let mut taken = Vec::with_capacity(scopes.len());
    for counts in &mut counts {
        counts.running += 1;
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
        used: Cell::new(0),
        standing,
    })
}

/// A second: nobody knows when a running request ends.
const STREAM_WAIT_MS: i64 = 1_000;

/// How long each limit makes the request wait; 0: not at all.
fn waits(limits: &Limits, counts: &Counts, tokens: Tokens) -> [(Kind, i64); 3] {
    let is_full = limits.streams.is_some_and(|most| counts.running >= most);
    let wait = |bucket: &Option<Bucket>, units| bucket.map_or(0, |bucket| bucket.wait_ms(units));
    [
        (Kind::Requests, wait(&counts.requests, 1)),
        // The input must be there; of the output it takes what is. An output cap is rarely reached,
        // and one beyond the limit would let nothing pass.
        (Kind::Tokens, wait(&counts.tokens, tokens.input.max(1))),
        (Kind::Streams, if is_full { STREAM_WAIT_MS } else { 0 }),
    ]
}

/// A request that was counted, until it is over.
#[must_use = "counts as running until it is dropped"]
pub struct Admission {
    /// With the tokens that were taken out of the scope's bucket.
    parts: Vec<(Arc<Counters>, Option<u64>)>,
    used: Cell<u64>,
    standing: Standing,
}

impl Admission {
    /// Notes what an attempt used; what none of them used is given back at the end.
    pub fn note_used(&self, tokens: u64) {
        self.used.set(self.used.get().saturating_add(tokens));
    }

    pub fn standing(&self) -> &Standing {
        &self.standing
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        let used = self.used.get();
        for (counters, taken) in &self.parts {
            let mut counts = counters.lock();
            counts.running = counts.running.saturating_sub(1);
            let (Some(bucket), Some(taken)) = (&mut counts.tokens, *taken) else {
                continue;
            };
            match used.checked_sub(taken) {
                Some(owed) => bucket.take(owed),
                None => bucket.give_back(taken - used),
            }
        }
    }
}

/// Looks at the caps of all scopes before it takes from any, under all of their locks.
fn reserve(scopes: Vec<Scoped>, zone: TimeZone, amount: Money, now: i64) -> Result<Reserved, Cap> {
    let mut counts: Vec<MutexGuard<'_, Counts>> =
        scopes.iter().map(|(_, _, counters)| counters.lock()).collect();
    let rooms = scopes
        .iter()
        .zip(&mut counts)
        .filter_map(|((scope, limits, _), counts)| {
            let spend = counts.spend.as_mut()?;
            spend.roll(&zone, now);
            let room = spend.room(limits)?;
            Some(Cap { scope: *scope, room })
        });
    let tightest = rooms.min_by_key(|cap| cap.room.left);
    if let Some(cap) = tightest.filter(|cap| cap.room.left < amount) {
        return Err(cap);
    }
    for spend in counts.iter_mut().filter_map(|counts| counts.spend.as_mut()) {
        spend.hold(amount.nano_usd());
    }
    drop(counts);
    Ok(Reserved {
        parts: scopes.into_iter().map(|(_, _, counters)| counters).collect(),
        zone,
        amount,
        is_open: Cell::new(true),
    })
}

/// An amount that counts as spent until it is known what of it was.
#[must_use = "counts as spent until it is settled or dropped"]
pub struct Reserved {
    parts: Vec<Arc<Counters>>,
    zone: TimeZone,
    amount: Money,
    is_open: Cell<bool>,
}

impl Reserved {
    /// Only this much was charged, at this moment.
    pub fn settle(&self, charged: Money, at: i64) {
        if !self.is_open.replace(false) {
            return;
        }
        for counters in &self.parts {
            if let Some(spend) = &mut counters.lock().spend {
                spend.resolve(&self.zone, self.amount.nano_usd(), charged.nano_usd(), at);
            }
        }
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.settle(Money::ZERO, i64::MIN);
    }
}
