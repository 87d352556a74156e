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
    store::{Counters, Counts},
};
use crate::{
    clock::timestamp,
    directory::Device,
    ledger::{DeviceCap, LedgerError, Reader, SpendCap, UsageOf},
};

/// How soon a gateway learns what others spent. Until then, the ledger refuses what does not fit.
const FRESH: Duration = Duration::from_secs(2);

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
        if counters.lock().knows_spend(zone, now, others_spend) {
            continue;
        }
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
        // Somebody else may have been quicker, and have counted since.
        if !counts.knows_spend(zone, now, others_spend) {
            let held = counts.spend.as_ref().map_or(0, Spend::held);
            let by_lot = lot.map(|lot| lot.spent);
            counts.spend = Some(Spend::new(loaded[0], loaded[1], by_lot, held));
            counts.spend_read = Some(Instant::now());
        }
    }
    Ok(())
}

impl Counts {
    /// Where other gateways spend too, only for a short time.
    fn knows_spend(&mut self, zone: &TimeZone, now: i64, others_spend: bool) -> bool {
        let is_fresh = !others_spend || self.spend_read.is_some_and(|at| at.elapsed() < FRESH);
        let Some(spend) = self.spend.as_mut().filter(|_| is_fresh) else {
            return false;
        };
        spend.roll(zone, now) && (!others_spend || spend.knows_lot())
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
