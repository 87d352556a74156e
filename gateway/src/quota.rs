//! How much a key or a device may use: requests and tokens per minute, requests at the same time,
//! and money per calendar day and month.
//!
//! A request is [admitted](Quota::admit) before anything is held, and what its attempts may cost
//! is [reserved](Quota::reserve) before each hold, so that requests at the same time cannot pass a
//! cap together. Both guards give back what was not used when they are dropped. Where no limit is
//! set neither of them is made, and nothing is locked.

mod admission;
mod bucket;
mod refusal;
mod reservation;
mod spend;
mod standing;
mod store;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use jiff::tz::TimeZone;
use protocol::{DeviceId, KeyId, MemberId, Money, api::Limits};

pub use admission::Admission;
pub use refusal::{Cap, Exceeded, Kind};
pub use reservation::Reserved;
pub use spend::{Room, Span};
pub use standing::Standing;

use crate::{
    directory::Device,
    ledger::{LedgerError, Reader},
};
use store::{Counters, Store};

/// Whom a limit is for.
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
    /// No request runs longer.
    pub longest: Duration,
}

/// A time that a clock can still say, for whoever set no limit.
const LONGEST_MAX: Duration = Duration::from_secs(366 * 86_400);
/// How long the end of a request may take to be settled.
const SETTLE_MAX: Duration = Duration::from_secs(60);

/// The tokens of a request before it is sent.
#[derive(Clone, Copy, Debug)]
pub struct Tokens {
    pub input: u64,
    /// With all the output that it may have.
    pub most: u64,
}

impl Tokens {
    /// Of a request that only asks something: it counts as one, and takes neither tokens nor one of
    /// the places of those that run.
    pub const NONE: Self = Self { input: 0, most: 0 };
}

pub struct Quota {
    rules: ArcSwap<Rules>,
    /// What members may use, with all their keys together; those without limits are not there.
    members: ArcSwap<HashMap<MemberId, Limits>>,
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
            members: ArcSwap::default(),
            store: Store::default(),
            gateways: AtomicU32::new(1),
            born: Instant::now(),
        }
    }

    /// So many gateways share the limits from now on.
    pub fn set_gateways(&self, gateways: u32) {
        self.gateways.store(gateways, Ordering::Relaxed);
    }

    /// Other limits from now on; what was counted stays. What was spent where there was no cap was
    /// not counted, and is asked for.
    pub fn set_rules(&self, rules: Rules) {
        let before = self.rules.load_full();
        let other_days = before.zone != rules.zone;
        let keys = other_days || before.key.caps_spending() != rules.key.caps_spending();
        let devices = other_days || before.device.caps_spending() != rules.device.caps_spending();
        if keys || devices {
            self.doubt(before.longest.max(rules.longest), |scope| match scope {
                Scope::Member(_) => other_days,
                Scope::Key(_) => keys,
                Scope::Device(_) => devices,
            });
        }
        self.rules.store(Arc::new(rules));
    }

    /// Members have these limits from now on, each as JSON.
    pub fn set_members(&self, limits: HashMap<MemberId, String>) {
        let read = limits
            .into_iter()
            .map(|(member, text)| (member, read_limits(&text)));
        let (before, after): (_, HashMap<_, _>) = (self.members.load_full(), read.collect());
        let capped =
            |all: &HashMap<MemberId, Limits>, member| all.get(&member).is_some_and(Limits::caps_spending);
        let mut all = before.keys().chain(after.keys());
        if all.any(|&member| capped(&before, member) != capped(&after, member)) {
            self.doubt(self.rules.load().longest, |scope| {
                matches!(scope, Scope::Member(member) if capped(&before, member) != capped(&after, member))
            });
        }
        self.members.store(Arc::new(after));
    }

    /// A key is another's from now on, with all that was spent of it.
    pub fn note_owners(&self, before: Option<MemberId>, after: Option<MemberId>) {
        let either = [before, after];
        if either == [None, None] {
            return;
        }
        self.doubt(
            self.rules.load().longest,
            |scope| matches!(scope, Scope::Member(member) if either.contains(&Some(member))),
        );
    }

    /// Before the change: what is read after it is read anew, until nothing runs that began before.
    fn doubt(&self, longest: Duration, is_doubted: impl Fn(Scope) -> bool) {
        self.store
            .doubt(Instant::now() + longest.min(LONGEST_MAX) + SETTLE_MAX, is_doubted);
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
        admission::admit(scopes, tokens, now).map(Some)
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
        reservation::load(reader, device, &scopes, &zone, now).await?;
        Ok(reservation::reserve(scopes, zone, amount, now).map(Some))
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
        reservation::load(reader, device, &scopes, &self.zone(), now).await?;
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
            self.of_member(device),
            Some((Scope::Key(device.key.id), device.key.limits.or(rules.key))),
            Some((Scope::Device(device.id), rules.device)),
        ];
        let gateways = self.gateways.load(Ordering::Relaxed);
        let limited = all
            .into_iter()
            .flatten()
            .filter(|(_, limits)| has(limits))
            .map(|(scope, limits)| (scope, limits.shared_by(gateways)));
        // No limit, no look-up, and no memory either.
        limited
            .map(|(scope, limits)| (scope, limits, self.store.of(scope)))
            .collect()
    }

    fn of_member(&self, device: &Device) -> Option<(Scope, Limits)> {
        let members = self.members.load();
        if members.is_empty() {
            return None;
        }
        let member = device.key.member()?;
        Some((Scope::Member(member), *members.get(&member)?))
    }

    fn capped(&self, device: &Device) -> Vec<Scoped> {
        self.scopes(device, Limits::caps_spending)
    }

    fn zone(&self) -> TimeZone {
        self.rules.load().zone.clone()
    }
}

/// Limits as they are kept. Should somebody else have written them, nothing passes: who is without
/// the limits that an owner set could cost any amount.
pub fn read_limits(text: &str) -> Limits {
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::error!("Limits of a key or member cannot be read: {error}");
        Limits {
            rpm: Some(0),
            ..Limits::default()
        }
    })
}
