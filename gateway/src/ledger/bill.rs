//! What providers billed, as it is kept: whole days, each replaced by what is read or imported later.

use jiff::civil::Date;
use protocol::Money;
use usage::pricing::Multiplier;

/// The bill of some days of one upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub upstream: String,
    pub at: i64,
    pub is_imported: bool,
    /// All days that it covers, those without a line too.
    pub days: Vec<Date>,
    pub lines: Vec<BillLine>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BillLine {
    pub day: Date,
    pub model: String,
    pub amounts: BillAmounts,
}

/// As far as they are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BillAmounts {
    pub requests: Option<i64>,
    pub input: Option<i64>,
    pub output: Option<i64>,
    pub cost: Option<i64>,
}

/// A day of an upstream whose bill was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BilledDay {
    pub upstream: String,
    pub day: i64,
    pub at: i64,
    pub is_imported: bool,
}

/// A line of a bill as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billed {
    pub upstream: String,
    pub day: i64,
    pub model: String,
    pub amounts: BillAmounts,
}

/// What the usage rows of one upstream, model, day and multiplier add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metered {
    pub upstream: String,
    pub model: String,
    pub day: i64,
    /// In millionths.
    pub multiplier: i64,
    pub requests: i64,
    pub input: i64,
    pub output: i64,
    /// With what the house bore.
    pub cost: i64,
}

/// All that is known of some days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    pub metered: Vec<Metered>,
    pub days: Vec<BilledDay>,
    pub billed: Vec<Billed>,
}

const DAY_MS: i64 = 86_400_000;

/// Days are counted from 1970 on: what a provider calls a day is one of UTC.
pub fn number_of(day: Date) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    i64::from(day.since(epoch).map_or(0, |span| span.get_days()))
}

pub fn day_of(number: i64) -> Date {
    let span = jiff::Span::new().try_days(number);
    span.and_then(|span| Date::constant(1970, 1, 1).checked_add(span))
        .unwrap_or(Date::ZERO)
}

/// The milliseconds at which these days begin and end.
pub(super) fn bounds(since: i64, until: i64) -> (i64, i64) {
    (since.saturating_mul(DAY_MS), until.saturating_mul(DAY_MS))
}

impl Metered {
    /// What the provider should have billed: the multiplier is between the owner and the members.
    /// None where it is 0 and nothing follows from what was charged.
    pub fn cost_at_provider(&self) -> Option<Money> {
        let one = i128::from(Multiplier::ONE.millionths());
        let cost = (i128::from(self.cost) * one).checked_div(i128::from(self.multiplier))?;
        i64::try_from(cost).ok().map(Money::from_nano_usd)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_numbered_and_named() {
        let day: Date = "2026-11-15".parse().unwrap();
        assert_eq!(number_of(day), 20_772);
        assert_eq!(day_of(20_772), day);
        assert_eq!(bounds(0, 1), (0, 86_400_000));
    }
}
