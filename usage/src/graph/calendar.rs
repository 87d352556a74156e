//! Days in weeks, each with its sum and how much that is beside the largest.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};

use crate::{figure, report::Sum};

/// Where a day's part of the largest day goes one step up, in percent.
pub const STEPS: [u64; 3] = [18, 38, 60];
/// As many weeks as are shown when nobody asks for a time: a year, and the week it began in.
const WEEKS: i64 = 52;
/// The longest span that stands in one row.
const ROW_DAYS_MAX: usize = 53 * 7;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    #[default]
    Cost,
    Tokens,
    Messages,
}

impl Measure {
    pub const ALL: [Self; 3] = [Self::Cost, Self::Tokens, Self::Messages];

    pub fn of(self, sum: &Sum) -> u64 {
        match self {
            Self::Cost => u64::try_from(sum.cost_nano_usd).unwrap_or(0),
            Self::Tokens => sum.tokens.total(),
            Self::Messages => sum.messages,
        }
    }

    pub fn shown(self, sum: &Sum) -> String {
        match self {
            Self::Cost => figure::cost_of(sum),
            Self::Tokens => format!("{} tokens", figure::short(sum.tokens.total())),
            Self::Messages => figure::amount(sum.messages, "message"),
        }
    }

    pub const fn noun(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Tokens => "tokens",
            Self::Messages => "messages",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Day {
    pub date: Date,
    pub sum: Sum,
    pub value: u64,
    /// 0 is nothing, 4 the most.
    pub level: u8,
}

/// Every day of a span, those without usage too.
#[derive(Clone, Debug)]
pub struct Calendar {
    pub days: Vec<Day>,
    pub week_start: Weekday,
    pub measure: Measure,
    pub largest: u64,
    pub total: Sum,
    pub streak_longest: usize,
    /// Up to the last day, or the one before it: today may still bring something.
    pub streak_current: usize,
    /// Whether the picture may say what anything cost.
    shows_cost: bool,
}

/// Sums by day, and what has to be known about those days.
pub struct Used {
    pub days: BTreeMap<Date, Sum>,
    pub today: Date,
    pub week_start: Weekday,
}

/// One row of weeks: a span that is at most a year.
pub struct Row<'c> {
    pub days: &'c [Day],
    week_start: Weekday,
    shows_cost: bool,
}

impl Calendar {
    pub fn new(mut used: Used, since: Option<Date>, until: Option<Date>, by: Option<Measure>) -> Self {
        let last = until.unwrap_or(used.today).max(Date::constant(1970, 1, 1));
        let usual = || {
            let year_ago = last.checked_sub((WEEKS * 7).days()).unwrap_or(last);
            week_of(year_ago, used.week_start)
        };
        // A span without a beginning begins with the first day that has something.
        let first = match (since, until) {
            (Some(since), _) => since,
            (None, Some(_)) => used.days.keys().next().copied().unwrap_or(last),
            (None, None) => usual(),
        };
        let first = first.clamp(Date::constant(1970, 1, 1), last);
        let inside = used.days.range(first..=last);
        let total = inside.fold(Sum::default(), |total, (_, sum)| total.plus(sum));
        let measure = by.unwrap_or(match total.cost_nano_usd {
            0 => Measure::Tokens,
            _ => Measure::Cost,
        });
        let dates = first.series(1.day()).take_while(|day| *day <= last);
        let days = dates.map(|date| {
            let sum = used.days.remove(&date).unwrap_or_default();
            (date, measure.of(&sum), sum)
        });
        let days: Vec<_> = days.collect();
        let largest = days.iter().map(|(_, value, _)| *value).max().unwrap_or(0);
        let day = |(date, value, sum): (Date, u64, Sum)| Day {
            date,
            level: level(value, largest, sum.messages > 0),
            value,
            sum,
        };
        let days: Vec<Day> = days.into_iter().map(day).collect();
        let (streak_longest, streak_current) = streaks(&days);
        Self {
            days,
            week_start: used.week_start,
            shows_cost: true,
            measure,
            largest,
            total,
            streak_longest,
            streak_current,
        }
    }

    /// The same days, of which nobody is to know what they cost.
    pub fn without_cost(mut used: Used, since: Option<Date>, until: Option<Date>) -> Self {
        for sum in used.days.values_mut() {
            sum.cost_nano_usd = 0;
        }
        Self {
            shows_cost: false,
            ..Self::new(used, since, until, Some(Measure::Tokens))
        }
    }

    /// The whole span in one row, or a row for each calendar year.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let row = |days| Row {
            days,
            week_start: self.week_start,
            shows_cost: self.shows_cost,
        };
        if self.days.len() <= ROW_DAYS_MAX {
            return vec![row(&self.days)];
        }
        let years = self
            .days
            .chunk_by(|one, next| one.date.year() == next.date.year());
        years.map(row).collect()
    }

    pub fn active_days(&self) -> usize {
        self.days.iter().filter(|day| day.sum.messages > 0).count()
    }

    /// The first of the days that have the most.
    pub fn best(&self) -> Option<&Day> {
        let best = self
            .days
            .iter()
            .filter(|day| day.value == self.largest && day.sum.messages > 0);
        best.min_by_key(|day| day.date)
    }

    pub fn span(&self) -> String {
        match (self.days.first(), self.days.last()) {
            (Some(first), Some(last)) if first.date == last.date => {
                first.date.strftime("%-d %b %Y").to_string()
            }
            (Some(first), Some(last)) => format!(
                "{} – {}",
                first.date.strftime("%-d %b %Y"),
                last.date.strftime("%-d %b %Y")
            ),
            _ => String::new(),
        }
    }

    /// The picture in one sentence.
    pub fn label(&self) -> String {
        format!(
            "Usage by day, {}: {}, on {} of {} days",
            self.span(),
            in_words(&self.total, self.shows_cost),
            self.active_days(),
            self.days.len()
        )
    }
}

fn in_words(sum: &Sum, shows_cost: bool) -> String {
    let cost = match shows_cost {
        true => figure::cost_of(sum) + ", ",
        false => String::new(),
    };
    format!(
        "{cost}{} tokens, {}",
        figure::short(sum.tokens.total()),
        figure::amount(sum.messages, "message")
    )
}

impl<'c> Row<'c> {
    /// What a pointer on a day reads.
    pub fn title(&self, day: &Day) -> String {
        let date = day.date.strftime("%A, %-d %B %Y");
        if day.sum.messages == 0 {
            return format!("{date}: nothing");
        }
        format!("{date}: {}", in_words(&day.sum, self.shows_cost))
    }

    /// A day's place: its week's column, and its line in it.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize, &'c Day)> {
        let offset = self.days.first().map_or(0, |day| self.line(day.date));
        self.days
            .iter()
            .enumerate()
            .map(move |(place, day)| ((place + offset) / 7, (place + offset) % 7, day))
    }

    pub fn weeks(&self) -> usize {
        self.places().last().map_or(0, |(week, _, _)| week + 1)
    }

    /// The weeks in which months begin, with their names.
    pub fn months(&self) -> Vec<(usize, String)> {
        let mut months: Vec<(usize, String)> = Vec::new();
        for (week, line, day) in self.places() {
            let is_start = day.date.day() == 1 || (week == 0 && line == 0 && day.date.day() <= 7);
            if is_start && months.last().is_none_or(|(last, _)| week >= last + 3) {
                months.push((week, day.date.strftime("%b").to_string()));
            }
        }
        months
    }

    /// The names of the seven lines.
    pub fn weekdays(&self) -> [&'static str; 7] {
        const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let first = self.week_start.to_monday_zero_offset().unsigned_abs() as usize;
        std::array::from_fn(|line| NAMES[(first + line) % 7])
    }

    pub fn year(&self) -> Option<i16> {
        self.days.first().map(|day| day.date.year())
    }

    fn line(&self, date: Date) -> usize {
        date.weekday().since(self.week_start).unsigned_abs() as usize
    }
}

/// A day with usage is never shown as one without, however little it was.
fn level(value: u64, largest: u64, has_usage: bool) -> u8 {
    if !has_usage {
        return 0;
    }
    let percent = u128::from(value) * 100;
    let above = STEPS
        .iter()
        .filter(|step| percent > u128::from(**step) * u128::from(largest));
    1 + u8::try_from(above.count()).unwrap_or(3)
}

fn streaks(days: &[Day]) -> (usize, usize) {
    let mut longest = 0;
    let mut run = 0;
    for day in days {
        run = if day.sum.messages > 0 { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let is_idle = |day: &&Day| day.sum.messages == 0;
    let until = days.len() - usize::from(days.last().as_ref().is_some_and(is_idle));
    let current = days[..until]
        .iter()
        .rev()
        .take_while(|day| day.sum.messages > 0)
        .count();
    (longest, current)
}

/// The first day of the week that a day is in.
pub fn week_of(day: Date, start: Weekday) -> Date {
    let back = day.weekday().since(start);
    day.checked_sub(i64::from(back).days()).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_cut_at_parts_of_the_largest_day() {
        let level = |value| level(value, 100, true);
        assert_eq!(
            [0, 1, 18, 19, 38, 39, 60, 61, 100].map(level),
            [1, 1, 1, 2, 2, 3, 3, 4, 4]
        );
        assert_eq!(super::level(0, 100, false), 0);
        assert_eq!(super::level(u64::MAX, u64::MAX, true), 4);
    }

    fn days(used: &[bool]) -> Vec<Day> {
        let first = Date::constant(2026, 1, 1);
        let day = |(place, used): (usize, &bool)| Day {
            date: first.checked_add(i64::try_from(place).unwrap().days()).unwrap(),
            sum: Sum {
                messages: u64::from(*used),
                ..Sum::default()
            },
            value: 0,
            level: 0,
        };
        used.iter().enumerate().map(day).collect()
    }

    #[test]
    fn a_streak_is_not_over_before_the_day_is() {
        assert_eq!(streaks(&days(&[true, true, true, false, true, true])), (3, 2));
        assert_eq!(streaks(&days(&[true, true, false])), (2, 2));
        assert_eq!(streaks(&days(&[true, false, false])), (1, 0));
        assert_eq!(streaks(&[]), (0, 0));
    }

    #[test]
    fn days_stand_in_the_week_that_they_are_in() {
        // The first of January 2026 is a Thursday.
        let days = days(&[true; 60]);
        let row = |week_start| Row {
            days: &days,
            week_start,
            shows_cost: true,
        };
        let monday = row(Weekday::Monday);
        let (week, line, day) = monday.places().nth(4).unwrap();
        assert_eq!((week, line, day.date.weekday()), (1, 0, Weekday::Monday));
        assert_eq!(monday.weekdays()[0], "Mon");
        assert_eq!(
            monday.months(),
            [(0, "Jan".into()), (4, "Feb".into()), (8, "Mar".into())]
        );
        let sunday = row(Weekday::Sunday);
        assert_eq!(
            sunday.places().next().map(|(week, line, _)| (week, line)),
            Some((0, 4))
        );
        assert_eq!(sunday.weekdays()[0], "Sun");
    }
    #[test]
    fn what_is_not_to_be_known_is_nowhere() {
        let today = Date::constant(2026, 3, 1);
        let sum = Sum {
            messages: 3,
            cost_nano_usd: 5_000_000_000,
            ..Sum::default()
        };
        let used = || Used {
            days: BTreeMap::from([(today, sum.clone())]),
            today,
            week_start: Weekday::Monday,
        };
        let said = |calendar: &Calendar| {
            let rows = calendar.rows();
            let titles = rows
                .iter()
                .flat_map(|row| row.days.iter().map(|day| row.title(day)));
            calendar.label() + &titles.collect::<String>() + calendar.measure.noun()
        };
        let open = said(&Calendar::new(used(), None, None, None));
        assert!(open.contains("$5") && open.contains("cost"), "{open}");
        let closed = said(&Calendar::without_cost(used(), None, None));
        assert!(!closed.contains('$') && !closed.contains("cost"), "{closed}");
        assert!(closed.contains("3 messages"), "{closed}");
    }
}
