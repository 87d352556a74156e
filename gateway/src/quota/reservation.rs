//! Money per calendar day and month, taken out before it is held.

use std::{
    cell::Cell,
    sync::{Arc, MutexGuard},
    time::{Duration, Instant},
};

use jiff::tz::TimeZone;
use protocol::{KeyId, Money, api::UsageQuery};

use super::{
    Cap, Room, Scope, Scoped, Span,
    spend::{Capped, Spend, Window},
    store::{Counters, Counts, SpendRead},
};
use crate::{
    clock::timestamp,
    directory::Device,
    ledger::{DeviceCap, LedgerError, Reader, SpendCap, UsageOf},
};

/// How soon a gateway learns what others spent, and what was spent by requests that were begun without
/// a cap. Of others, the ledger refuses until then what does not fit.
const FRESH: Duration = Duration::from_secs(2);
/// Who reads for longer has given up.
const READING_MAX: Duration = Duration::from_secs(10);

/// Asks the ledger what was spent, where that is not known.
pub(super) async fn load(
    reader: &Reader,
    device: &Device,
    scopes: &[Scoped],
    zone: &TimeZone,
    now: i64,
) -> Result<(), LedgerError> {
    for (scope, _, counters) in scopes {
        let others_spend = !matches!(reader, Reader::Sqlite(_));
        let Some(begun) = counters.lock().begin_reading(zone, now, others_spend) else {
            continue;
        };
        let key = device.key.id;
        // Before the sums: what is charged in between counts twice until it is read again, and not
        // never.
        let lot = if others_spend {
            reader.lot(key).await?
        } else {
            None
        };
        let loaded = read_spend(reader, *scope, key, zone, now).await?;
        let mut counts = counters.lock();
        counts.being_read = None;
        // Somebody else may have been quicker, and have counted since.
        if !counts.knows_spend(zone, now, others_spend) {
            let running = counts.running();
            let by_lot = lot.map(|lot| lot.spent);
            counts.spend = Some(Spend::new(loaded[0], loaded[1], by_lot, running.held));
            counts.spend_read = Some(SpendRead {
                at: begun.at,
                is_exact: running.held == 0 && running == begun.running,
            });
        }
    }
    Ok(())
}

/// What runs in a scope: as long as it is the same, nothing came into its sums.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Running {
    held: i64,
    resolved: u64,
}

/// A question to the ledger, and what ran when it was asked.
struct Begun {
    at: Instant,
    running: Running,
}

impl Counts {
    fn begin_reading(&mut self, zone: &TimeZone, now: i64, others_spend: bool) -> Option<Begun> {
        if self.knows_spend(zone, now, others_spend) {
            return None;
        }
        let at = Instant::now();
        self.being_read = Some(at);
        Some(Begun {
            at,
            running: self.running(),
        })
    }

    fn running(&self) -> Running {
        Running {
            held: self.spend.as_ref().map_or(0, Spend::held),
            resolved: self.resolved,
        }
    }

    fn knows_spend(&mut self, zone: &TimeZone, now: i64, others_spend: bool) -> bool {
        let (Some(spend), Some(read)) = (self.spend.as_mut(), self.spend_read) else {
            return false;
        };
        if !spend.roll(zone, now) {
            return false;
        }
        if others_spend {
            return spend.knows_lot() && read.at.elapsed() < FRESH;
        }
        let is_past_doubt = self.doubted_until.is_none_or(|until| read.at >= until);
        // What is in doubt moves little: nobody else waits while one request reads.
        let is_being_read = || self.being_read.is_some_and(|since| since.elapsed() < READING_MAX);
        (read.is_exact && is_past_doubt) || read.at.elapsed() < FRESH || is_being_read()
    }
}

/// The windows of the moment, with what the usage rows in them cost.
async fn read_spend(
    reader: &Reader,
    scope: Scope,
    key: KeyId,
    zone: &TimeZone,
    now: i64,
) -> Result<[(Window, Money); 2], LedgerError> {
    let (key, of) = match scope {
        Scope::Member(member) => (
            None,
            UsageOf {
                device: None,
                member: Some(member),
            },
        ),
        Scope::Key(_) => (Some(key), UsageOf::default()),
        Scope::Device(device) => (
            Some(key),
            UsageOf {
                device: Some(device),
                member: None,
            },
        ),
    };
    let mut sums = [Span::Day, Span::Month].map(|span| (span.window(zone, now), Money::ZERO));
    for (window, spent) in &mut sums {
        let query = UsageQuery {
            key_id: key,
            since: Some(timestamp(window.since)),
            ..UsageQuery::default()
        };
        *spent = reader.usage_totals(query, of).await?.cost_nano_usd;
    }
    Ok(sums)
}

/// Looks at the caps of all scopes before it takes from any, under all of their locks.
pub(super) fn reserve(scopes: Vec<Scoped>, zone: TimeZone, amount: Money, now: i64) -> Result<Reserved, Cap> {
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
    let mut caps = Vec::new();
    for ((scope, limits, _), counts) in scopes.iter().zip(&mut counts) {
        let Some(spend) = counts.spend.as_mut() else {
            continue;
        };
        spend.hold(amount.nano_usd());
        // A lot and its devices the ledger checks itself. Of a member's other lots it knows nothing
        // in a hold; what other gateways spend of them is read here, every two seconds.
        if matches!(scope, Scope::Member(_)) {
            continue;
        }
        caps.extend(spend.caps(limits).into_iter().map(|capped| (*scope, capped)));
    }
    drop(counts);
    Ok(Reserved {
        caps,
        parts: scopes.into_iter().map(|(_, _, counters)| counters).collect(),
        zone,
        amount,
        is_open: Cell::new(true),
    })
}

/// An amount that counts as spent until it is known what of it was.
#[must_use = "counts as spent until it is settled or dropped"]
pub struct Reserved {
    /// For the ledger to check, where others spend at the same time.
    caps: Vec<(Scope, Capped)>,
    parts: Vec<Arc<Counters>>,
    zone: TimeZone,
    amount: Money,
    is_open: Cell<bool>,
}

impl Reserved {
    pub fn caps(&self) -> Vec<SpendCap> {
        let caps = self.caps.iter().map(|(scope, capped)| SpendCap {
            lot_max: capped.lot_max,
            device: matches!(scope, Scope::Device(_)).then_some(DeviceCap {
                max: capped.cap,
                since: capped.window.since,
            }),
        });
        caps.collect()
    }

    /// The ledger refused it, because of the cap at this place: others were quicker. What is known
    /// of them here is too old.
    pub fn refused(self, place: usize, left: Money, held: Money) -> Option<Cap> {
        for counters in &self.parts {
            counters.lock().spend_read = None;
        }
        let (scope, capped) = self.caps.get(place)?;
        Some(Cap {
            scope: *scope,
            room: Room {
                span: capped.span,
                cap: capped.cap,
                left,
                held,
                until: capped.window.until,
            },
        })
    }

    /// Only this much was charged, at this moment.
    pub fn settle(&self, charged: Money, at: i64) {
        if !self.is_open.replace(false) {
            return;
        }
        for counters in &self.parts {
            let mut counts = counters.lock();
            counts.resolved += 1;
            if let Some(spend) = &mut counts.spend {
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
