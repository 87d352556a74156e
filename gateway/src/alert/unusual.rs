//! When a day is unlike those before.

use jiff::{ToSpan, civil::Date};

/// How many days are looked back at: four of each weekday.
pub const DAYS: usize = 28;
const WEEK: usize = 7;
/// Weekdays are used alike where a usual day of the one is at most half as much again as one of the
/// other. Chance alone makes two medians of four differ by less; a weekend that is worked on half as
/// much as the week stays apart.
const ALIKE_PERCENT: u128 = 150;

/// What each day before one had, the last of them first. A day without use has nothing.
pub type Before = [u64; DAYS];

/// From when on a day is unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of what is usual.
    pub percent: u32,
    /// A day of fewer tokens never is.
    pub tokens_min: u64,
}

impl Line {
    pub const DEFAULT: Self = Self {
        percent: 200,
        tokens_min: 10_000,
    };
}

/// The first of the days that are looked back at.
pub fn first_before(day: Date) -> Option<Date> {
    let days = i64::try_from(DAYS).ok()?;
    day.checked_sub(days.days()).ok()
}

/// What is usual for a day: the median of what the same weekday had in the four weeks before, and
/// weekdays that are used alike.
///
/// Four days are few: with two holidays among them their median lies where no day ever was. Both
/// days in their middle are therefore asked which other weekdays are like them: where two of the
/// four are outliers, one of the middle ones still is not, and the outliers have no weekday that is
/// like them. Where every weekday is used in its own way, this is the median of the four.
pub fn usual(before: &Before) -> u64 {
    let own = sorted(same_weekday(before, WEEK - 1));
    let middle = [own[1], own[2]];
    let others = (0..WEEK - 1).map(|weekday| same_weekday(before, weekday));
    let alike = others.filter(|days| {
        let usual = median(&sorted(*days));
        middle.iter().any(|&of_own| are_alike(of_own, usual))
    });
    let mut days: Vec<u64> = own.into_iter().chain(alike.flatten()).collect();
    days.sort_unstable();
    median(&days)
}

/// The days of one weekday; the first of them was so many days before yesterday.
fn same_weekday(before: &Before, first: usize) -> [u64; DAYS / WEEK] {
    std::array::from_fn(|week| before[first + week * WEEK])
}

fn sorted<const COUNT: usize>(mut days: [u64; COUNT]) -> [u64; COUNT] {
    days.sort_unstable();
    days
}

fn are_alike(one: u64, other: u64) -> bool {
    let (less, more) = (one.min(other), one.max(other));
    u128::from(more) * 100 <= u128::from(less) * ALIKE_PERCENT
}

/// Of days in order; where two are in the middle, halfway between them.
fn median(days: &[u64]) -> u64 {
    let middle = days.len() / 2;
    match days.get(middle.saturating_sub(1)..=middle) {
        Some([low, high]) if days.len().is_multiple_of(2) => low.midpoint(*high),
        _ => days.get(middle).copied().unwrap_or(0),
    }
}

/// Whether a day of so many tokens is unusual where so many are usual.
pub fn is_unusual(tokens: u64, usual: u64, line: Line) -> bool {
    tokens > line.tokens_min && u128::from(tokens) * 100 > u128::from(usual) * u128::from(line.percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weeks in which this weekday had these, and each other day something else.
    fn weeks(own: [u64; 4], others: [u64; 4]) -> Before {
        std::array::from_fn(|day| {
            let (week, weekday) = (day / WEEK, day % WEEK);
            if weekday == WEEK - 1 {
                own[week]
            } else {
                others[week]
            }
        })
    }

    #[test]
    fn what_is_usual_is_the_median_of_the_same_weekdays() {
        let usual_of = |own| usual(&weeks(own, [0; 4]));
        assert_eq!(usual_of([10, 20, 30, 40]), 25);
        assert_eq!(usual_of([5, 6, 30, 1_000_000]), 18, "one outlier moves it little");
        assert_eq!(usual_of([u64::MAX; 4]), u64::MAX);
        assert_eq!(usual(&weeks([0; 4], [700; 4])), 0, "a day off in each week");
        assert_eq!(
            usual(&weeks([100; 4], [151; 4])),
            100,
            "others are used in their own way"
        );
    }

    #[test]
    fn weekdays_that_are_used_alike_count_too() {
        assert_eq!(usual(&weeks([100, 110, 120, 130], [140; 4])), 140);
        let after_holidays = weeks([3, 5, 100, 110], [100; 4]);
        assert_eq!(usual(&after_holidays), 100);
        let after_bursts = weeks([90, 100, 900, 950], [95; 4]);
        assert_eq!(usual(&after_bursts), 95);
    }

    #[test]
    fn the_line_itself_is_not_beyond_it() {
        let line = Line::DEFAULT;
        assert!(!is_unusual(20_000, 10_000, line) && is_unusual(20_001, 10_000, line));
        assert!(!is_unusual(10_000, 0, line) && is_unusual(10_001, 0, line));
        assert!(!is_unusual(u64::MAX, u64::MAX, line));
    }

    #[test]
    fn four_weeks_are_looked_back_at() {
        let thursday = Date::constant(2026, 11, 26);
        assert_eq!(first_before(thursday), Some(Date::constant(2026, 10, 29)));
        assert_eq!(first_before(Date::MIN), None);
    }
}
