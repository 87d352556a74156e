//! Allowances: credit that comes by itself, once for each calendar period in UTC.
//!
//! A period brings a new grant, never a reset: what was granted and spent stays as it was. Without
//! carry-over the rest of the grant before goes back to the house first. After a time in which no
//! gateway ran, an allowance with carry-over brings a grant for each period that was missed, one at
//! a time; without carry-over the missed ones would have gone back, so only the last one comes.

use jiff::{ToSpan, ZonedDateTime, civil::Weekday, tz::TimeZone};
use protocol::{
    KeyId, Money,
    api::{Allowance, Every, Transfer, TransferKind},
};
use serde::Serialize;

use super::{LotState, transfer::grant_of};
use crate::clock::timestamp;

/// What an owner wants a key to be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    pub amount: Money,
    pub every: Every,
    pub carry_over: bool,
}

/// A key's allowance as the database keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub terms: Terms,
    /// When the next grant is due; `None` when the allowance has ended. The row stays, so that an
    /// allowance that is set again brings nothing twice in one period.
    pub next_at: Option<i64>,
    /// The beginning of the period that the last grant was for.
    pub last_at: Option<i64>,
    pub last_amount: i64,
    /// What the lot had spent and held when the last grant came. Holds of that moment belong to the
    /// period before, however they end.
    pub used_before: i64,
}

impl Standing {
    /// The allowance under new terms. What the running period brings is due at once, unless
    /// something was granted in it already.
    pub fn under(before: Option<Self>, terms: Terms, now: i64) -> Self {
        let (start, next) = period(terms.every, now);
        let last_at = before.and_then(|before| before.last_at);
        let had = last_at.is_some_and(|last| last >= start);
        Self {
            terms,
            next_at: Some(if had { next } else { start }),
            last_at,
            last_amount: before.map_or(0, |before| before.last_amount),
            used_before: before.map_or(0, |before| before.used_before),
        }
    }

    pub const fn ended(self) -> Self {
        Self {
            next_at: None,
            ..self
        }
    }

    /// The transfers of one period that is due, and the allowance after them.
    pub fn bring(self, key: KeyId, lot: LotState, now: i64) -> Option<(Vec<Transfer>, Self)> {
        let due = self.next_at.filter(|&at| at <= now)?;
        let Terms {
            amount,
            every,
            carry_over,
        } = self.terms;
        let (start, next) = period(every, if carry_over { due } else { now });
        let used = lot.spent.nano_usd() + lot.held.nano_usd();
        let rest = if carry_over { 0 } else { self.rest(lot, used) };
        let mut transfers = Vec::new();
        if rest > 0 {
            transfers.push(Transfer {
                kind: TransferKind::Reclaim,
                from_key_id: Some(key),
                to_key_id: None,
                amount_nano_usd: Money::from_nano_usd(rest),
            });
        }
        // A lot that is as full as a number can be takes no more.
        let room = i64::MAX - (lot.granted.nano_usd() - rest);
        let granted = amount.nano_usd().min(room);
        if granted > 0 {
            transfers.push(grant_of(key, Money::from_nano_usd(granted)));
        }
        let after = Self {
            next_at: Some(next),
            last_at: Some(start),
            last_amount: granted,
            used_before: used,
            ..self
        };
        Some((transfers, after))
    }

    /// What is left of the last grant, if what was used since then was taken from it first.
    fn rest(self, lot: LotState, used: i64) -> i64 {
        let rest = self
            .last_amount
            .saturating_sub(used.saturating_sub(self.used_before));
        rest.clamp(0, lot.available().nano_usd())
    }

    pub fn shown(self) -> Option<Allowance> {
        Some(Allowance {
            amount_nano_usd: self.terms.amount,
            every: self.terms.every,
            carry_over: self.terms.carry_over,
            next_at: timestamp(self.next_at?),
        })
    }
}

/// The first millisecond of the period that a moment falls into, and that of the next one.
fn period(every: Every, at: i64) -> (i64, i64) {
    let day = timestamp(at).to_zoned_datetime(TimeZone::UTC).start_of_day();
    match day.and_then(|day| bounds(every, &day)) {
        Ok(bounds) => bounds,
        // Beyond the calendar nothing is due any more.
        Err(_) => (at, i64::MAX),
    }
}

fn bounds(every: Every, day: &ZonedDateTime) -> Result<(i64, i64), jiff::Error> {
    let (start, length) = match every {
        Every::Day => (day.clone(), 1.day()),
        Every::Week => {
            let since_monday = day.weekday().since(Weekday::Monday);
            (day.checked_sub(i64::from(since_monday).days())?, 1.week())
        }
        Every::Month => (day.first_of_month()?, 1.month()),
    };
    let next = start.checked_add(length)?;
    Ok((
        start.timestamp().as_millisecond(),
        next.timestamp().as_millisecond(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn periods_are_calendar_periods_in_utc() {
        let cases = [
            (
                Every::Day,
                "2026-11-26T23:59:59.999Z",
                "2026-11-26T00:00:00Z",
                "2026-11-27T00:00:00Z",
            ),
            (
                Every::Week,
                "2026-11-26T07:00:00Z",
                "2026-11-23T00:00:00Z",
                "2026-11-30T00:00:00Z",
            ),
            (
                Every::Week,
                "2026-11-30T00:00:00Z",
                "2026-11-30T00:00:00Z",
                "2026-12-07T00:00:00Z",
            ),
            (
                Every::Month,
                "2028-02-29T12:00:00Z",
                "2028-02-01T00:00:00Z",
                "2028-03-01T00:00:00Z",
            ),
            (
                Every::Month,
                "2026-12-31T23:00:00Z",
                "2026-12-01T00:00:00Z",
                "2027-01-01T00:00:00Z",
            ),
        ];
        for (every, at, start, next) in cases {
            assert_eq!(period(every, ms(at)), (ms(start), ms(next)), "{every:?} {at}");
        }
    }

    fn lot(granted: i64, spent: i64, held: i64) -> LotState {
        LotState {
            granted: Money::from_nano_usd(granted),
            spent: Money::from_nano_usd(spent),
            held: Money::from_nano_usd(held),
        }
    }

    fn monthly(amount: i64, carry_over: bool) -> Terms {
        Terms {
            amount: Money::from_nano_usd(amount),
            every: Every::Month,
            carry_over,
        }
    }

    /// (reclaimed, granted) of a period.
    fn amounts(transfers: &[Transfer]) -> (i64, i64) {
        let of = |kind| {
            let found = transfers.iter().find(|transfer| transfer.kind == kind);
            found.map_or(0, |transfer| transfer.amount_nano_usd.nano_usd())
        };
        (of(TransferKind::Reclaim), of(TransferKind::Grant))
    }

    #[test]
    fn what_is_used_is_taken_from_the_allowance_first_and_the_rest_lapses() {
        let (key, january) = (KeyId::from_bytes([1; 16]), ms("2027-01-10T00:00:00Z"));
        // The key was minted with 100.
        let new = Standing::under(None, monthly(50, false), january);
        let (transfers, first) = new.bring(key, lot(100, 20, 0), january).unwrap();
        assert_eq!(amounts(&transfers), (0, 50));
        assert!(
            first.bring(key, lot(150, 20, 0), january).is_none(),
            "once in a period"
        );

        let february = ms("2027-02-01T00:00:00Z");
        // Thirty were spent since, and ten are held: ten of the grant are left, and lapse.
        let (transfers, second) = first.bring(key, lot(150, 50, 10), february).unwrap();
        assert_eq!(amounts(&transfers), (10, 50));
        // The hold of January cost four; the other six were January's and lapse with February's.
        let march = ms("2027-03-01T00:00:01Z");
        let (transfers, third) = second.bring(key, lot(190, 54, 0), march).unwrap();
        assert_eq!(amounts(&transfers), (56, 50));
        // More was used than the grant: what the key was minted with is spent, and nothing lapses.
        let april = ms("2027-04-01T00:00:00Z");
        let (transfers, _) = third.bring(key, lot(184, 110, 0), april).unwrap();
        assert_eq!(amounts(&transfers), (0, 50));
    }

    #[test]
    fn missed_periods_come_one_by_one_with_carry_over_and_as_one_without() {
        let key = KeyId::from_bytes([1; 16]);
        let (january, april) = (ms("2027-01-10T00:00:00Z"), ms("2027-04-02T00:00:00Z"));
        for (carry_over, expected) in [(true, 3), (false, 1)] {
            let mut allowance = Standing::under(None, monthly(50, carry_over), january);
            let mut granted = 0;
            while let Some((transfers, after)) = allowance.bring(key, lot(granted, 0, 0), january) {
                granted += amounts(&transfers).1;
                allowance = after;
            }
            let mut periods = 0;
            while let Some((_, after)) = allowance.bring(key, lot(granted, 0, 0), april) {
                periods += 1;
                allowance = after;
            }
            assert_eq!(periods, expected);
            assert_eq!(allowance.next_at, Some(ms("2027-05-01T00:00:00Z")));
        }
    }

    #[test]
    fn an_allowance_that_is_set_again_brings_nothing_twice() {
        let key = KeyId::from_bytes([1; 16]);
        let january = ms("2027-01-10T00:00:00Z");
        let new = Standing::under(None, monthly(50, false), january);
        let (_, granted) = new.bring(key, lot(0, 0, 0), january).unwrap();
        let again = Standing::under(Some(granted.ended()), monthly(70, true), january + 1);
        assert_eq!(again.next_at, Some(ms("2027-02-01T00:00:00Z")));
        // Switched off for a month and more, it brings the running period's.
        let march = ms("2027-03-05T00:00:00Z");
        let later = Standing::under(Some(granted.ended()), monthly(70, true), march);
        assert_eq!(later.next_at, Some(ms("2027-03-01T00:00:00Z")));
    }
}
