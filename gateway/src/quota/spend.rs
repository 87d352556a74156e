//! What a scope spent in the calendar day and month, and what its running requests hold.

use jiff::{ToSpan, ZonedDateTime, tz::TimeZone};
use protocol::{Money, api::Limits};

use crate::clock::timestamp;

/// A calendar span that spending is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Day,
    Month,
}

impl Span {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The span that a moment falls into: from its first millisecond to the one after its last.
    pub(super) fn window(self, zone: &TimeZone, at: i64) -> Window {
        let day = timestamp(at).to_zoned_datetime(zone.clone()).start_of_day();
        let bounds = day.and_then(|day| self.bounds(&day));
        match bounds {
            Ok((since, until)) => Window {
                since: since.timestamp().as_millisecond(),
                until: until.timestamp().as_millisecond(),
            },
            // Beyond the calendar there is one window for all.
            Err(_) => Window {
                since: i64::MIN,
                until: i64::MAX,
            },
        }
    }

    fn bounds(self, day: &ZonedDateTime) -> Result<(ZonedDateTime, ZonedDateTime), jiff::Error> {
        let (since, length) = match self {
            Self::Day => (day.clone(), 1.day()),
            Self::Month => (day.first_of_month()?.start_of_day()?, 1.month()),
        };
        // In some zones a day begins at one o'clock.
        let until = since.checked_add(length)?.start_of_day()?;
        Ok((since, until))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub since: i64,
    pub until: i64,
}

impl Window {
    fn holds(&self, at: i64) -> bool {
        (self.since..self.until).contains(&at)
    }
}

#[derive(Clone, Copy, Debug)]
struct Sum {
    window: Window,
    spent: i64,
    /// What the lot had spent before the window began, as its own running sum says, or less: what
    /// was spent since is in both. Not known of a window that began after the ledger was asked.
    lot_before: Option<i64>,
}

/// The running sums of a scope, in nano-USD.
#[derive(Debug)]
pub(super) struct Spend {
    day: Sum,
    month: Sum,
    held: i64,
}

/// How much of the tightest of the caps is free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub span: Span,
    pub cap: Money,
    /// Neither spent nor held; may be negative when a cap was lowered.
    pub left: Money,
    pub held: Money,
    /// Milliseconds since 1970: when the span is over.
    pub until: i64,
}

/// A cap with its window, and what of the lot may be spent and held under it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capped {
    pub span: Span,
    pub cap: Money,
    pub window: Window,
    pub lot_max: Money,
}

impl Spend {
    /// From what the ledger says was spent in the windows of this moment; and just before, where
    /// others spend, by the lot as long as it has been there.
    pub(super) fn new(
        day: (Window, Money),
        month: (Window, Money),
        by_lot: Option<Money>,
        held: i64,
    ) -> Self {
        let sum = |(window, spent): (Window, Money)| Sum {
            window,
            spent: spent.nano_usd(),
            lot_before: by_lot.map(|by_lot| by_lot.nano_usd() - spent.nano_usd()),
        };
        Self {
            day: sum(day),
            month: sum(month),
            held,
        }
    }

    pub(super) fn held(&self) -> i64 {
        self.held
    }

    /// Begins new windows where the old ones are over. False when the clock went back to a window
    /// whose sum is not known any more.
    pub(super) fn roll(&mut self, zone: &TimeZone, now: i64) -> bool {
        for (span, sum) in [(Span::Day, &mut self.day), (Span::Month, &mut self.month)] {
            if sum.window.holds(now) {
                continue;
            }
            if now < sum.window.since {
                return false;
            }
            *sum = Sum {
                window: span.window(zone, now),
                spent: 0,
                lot_before: None,
            };
        }
        true
    }

    /// The tightest of the caps; nothing where there is none.
    pub(super) fn room(&self, limits: &Limits) -> Option<Room> {
        let room = |span, cap: Option<Money>, sum: &Sum| {
            let cap = cap?;
            Some(Room {
                span,
                cap,
                left: Money::from_nano_usd(
                    cap.nano_usd().saturating_sub(sum.spent).saturating_sub(self.held),
                ),
                held: Money::from_nano_usd(self.held),
                until: sum.window.until,
            })
        };
        let day = room(Span::Day, limits.spend_per_day_nano_usd, &self.day);
        let month = room(Span::Month, limits.spend_per_month_nano_usd, &self.month);
        // Of two that are equally tight, the one that lasts longer is the one to tell.
        month.into_iter().chain(day).min_by_key(|room| room.left)
    }

    /// Whether it is known of both windows what the lot had spent before.
    pub(super) fn knows_lot(&self) -> bool {
        self.day.lot_before.is_some() && self.month.lot_before.is_some()
    }

    /// The caps in the form in which the ledger can check them.
    pub(super) fn caps(&self, limits: &Limits) -> Vec<Capped> {
        let capped = |span, cap: Option<Money>, sum: &Sum| {
            let (cap, before) = (cap?, sum.lot_before?);
            Some(Capped {
                span,
                cap,
                window: sum.window,
                lot_max: Money::from_nano_usd(before.saturating_add(cap.nano_usd())),
            })
        };
        let day = capped(Span::Day, limits.spend_per_day_nano_usd, &self.day);
        let month = capped(Span::Month, limits.spend_per_month_nano_usd, &self.month);
        day.into_iter().chain(month).collect()
    }

    pub(super) fn hold(&mut self, amount: i64) {
        self.held = self.held.saturating_add(amount);
    }

    /// Ends a hold with what of it was charged, at this moment.
    pub(super) fn resolve(&mut self, zone: &TimeZone, held: i64, charged: i64, at: i64) {
        self.held = self.held.saturating_sub(held);
        self.roll(zone, at);
        for sum in [&mut self.day, &mut self.month] {
            // What was charged before the window began is in the sum of an older one.
            if sum.window.holds(at) {
                sum.spent = sum.spent.saturating_add(charged);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    fn ms(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    fn fresh(zone: &TimeZone, now: i64) -> Spend {
        let windows = [Span::Day, Span::Month].map(|span| span.window(zone, now));
        Spend::new((windows[0], Money::ZERO), (windows[1], Money::ZERO), None, 0)
    }

    fn limits(day: i64, month: i64) -> Limits {
        Limits {
            spend_per_day_nano_usd: Some(Money::from_nano_usd(day)),
            spend_per_month_nano_usd: Some(Money::from_nano_usd(month)),
            ..Limits::default()
        }
    }

    #[test]
    fn windows_are_those_of_the_time_zone() {
        let at = ms("2026-03-29T12:00:00Z");
        let day = Span::Day.window(&TimeZone::UTC, at);
        assert_eq!(
            (day.since, day.until),
            (ms("2026-03-29T00:00:00Z"), ms("2026-03-30T00:00:00Z"))
        );
        // The day on which clocks go forward has 23 hours.
        let day = Span::Day.window(&zone("Europe/Berlin"), at);
        assert_eq!(
            (day.since, day.until - day.since),
            (ms("2026-03-28T23:00:00Z"), 23 * HOUR)
        );
        let month = Span::Month.window(&zone("Asia/Tokyo"), ms("2026-01-31T15:00:00Z"));
        assert_eq!(
            (month.since, month.until),
            (ms("2026-01-31T15:00:00Z"), ms("2026-02-28T15:00:00Z"))
        );
    }

    #[test]
    fn what_is_held_counts_until_it_is_resolved() {
        let now = ms("2026-06-15T12:00:00Z");
        let mut spend = fresh(&TimeZone::UTC, now);
        let limits = limits(100, 1_000);
        let left = |spend: &Spend| spend.room(&limits).unwrap().left.nano_usd();
        spend.hold(70);
        assert_eq!(left(&spend), 30);
        spend.resolve(&TimeZone::UTC, 70, 20, now);
        assert_eq!(left(&spend), 80);
        spend.hold(50);
        spend.resolve(&TimeZone::UTC, 50, 0, now);
        assert_eq!((left(&spend), spend.held()), (80, 0));
    }

    #[test]
    fn the_tightest_cap_is_told() {
        let now = ms("2026-06-15T12:00:00Z");
        let spend = fresh(&TimeZone::UTC, now);
        assert_eq!(spend.room(&Limits::default()), None);
        let room = spend.room(&limits(5, 3)).unwrap();
        assert_eq!((room.span, room.until), (Span::Month, ms("2026-07-01T00:00:00Z")));
        assert_eq!(spend.room(&limits(2, 3)).unwrap().span, Span::Day);
        assert_eq!(spend.room(&limits(3, 3)).unwrap().span, Span::Month);
    }

    #[test]
    fn a_new_day_begins_at_nothing_and_the_month_goes_on() {
        let zone = TimeZone::UTC;
        let evening = ms("2026-06-15T23:59:59Z");
        let mut spend = fresh(&zone, evening);
        spend.hold(60);
        spend.resolve(&zone, 60, 60, evening);
        let morning = evening + 2_000;
        assert!(spend.roll(&zone, morning));
        assert_eq!(spend.room(&limits(100, 1_000)).unwrap().left.nano_usd(), 100);
        assert_eq!(spend.room(&limits(1_000, 100)).unwrap().left.nano_usd(), 40);
        // Charged before midnight and told after it: that was yesterday's.
        spend.hold(10);
        spend.resolve(&zone, 10, 10, evening);
        assert_eq!(spend.room(&limits(100, 1_000)).unwrap().left.nano_usd(), 100);
        assert_eq!(spend.room(&limits(1_000, 100)).unwrap().left.nano_usd(), 30);
        // A charge may be the first to notice that a day is over.
        let next = morning + 24 * HOUR;
        spend.resolve(&zone, 0, 7, next);
        assert_eq!(spend.room(&limits(100, 1_000)).unwrap().left.nano_usd(), 93);
    }

    #[test]
    fn a_clock_that_went_back_asks_the_ledger_again() {
        let now = ms("2026-06-15T12:00:00Z");
        let mut spend = fresh(&TimeZone::UTC, now);
        assert!(!spend.roll(&TimeZone::UTC, now - 24 * HOUR));
        assert!(spend.roll(&TimeZone::UTC, now));
    }

    #[test]
    fn a_cap_is_told_as_what_the_lot_may_have_spent() {
        let zone = TimeZone::UTC;
        let now = ms("2026-06-15T12:00:00Z");
        let windows = [Span::Day, Span::Month].map(|span| span.window(&zone, now));
        let spent = [30, 70].map(Money::from_nano_usd);
        let by_lot = Some(Money::from_nano_usd(500));
        let mut spend = Spend::new((windows[0], spent[0]), (windows[1], spent[1]), by_lot, 0);
        let lot_max = |spend: &Spend| -> Vec<i64> {
            let caps = spend.caps(&limits(100, 1_000));
            caps.iter().map(|capped| capped.lot_max.nano_usd()).collect()
        };
        // 470 and 430 were spent before the day and the month began.
        assert_eq!(lot_max(&spend), [570, 1_430]);
        // What is spent since moves the lot's own sum, and not this.
        spend.hold(50);
        spend.resolve(&zone, 50, 20, now);
        assert_eq!(lot_max(&spend), [570, 1_430]);
        // On the next day it is not known what the lot had spent at midnight.
        assert!(spend.roll(&zone, now + 24 * HOUR) && !spend.knows_lot());
        assert_eq!(lot_max(&spend), [1_430]);
        assert!(
            fresh(&zone, now).caps(&limits(1, 1)).is_empty(),
            "nobody else spends"
        );
    }
}
