//! When a day is unlike those before.

use jiff::{ToSpan, civil::Date};

/// How many weeks are looked back at.
const WEEKS: i32 = 4;

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

/// The same weekday in the weeks before a day.
pub fn same_weekdays(day: Date) -> impl Iterator<Item = Date> {
    (1..=WEEKS).filter_map(move |weeks| day.checked_sub(weeks.weeks()).ok())
}

/// What is usual for a day: the median of what the same weekday had in the weeks before. A day on
/// which nothing was used counts as one of nothing.
pub fn usual(day: Date, tokens: impl Fn(Date) -> u64) -> u64 {
    let mut before: Vec<u64> = same_weekdays(day).map(tokens).collect();
    before.sort_unstable();
    let middle = before.len() / 2;
    match before.get(middle.saturating_sub(1)..=middle) {
        Some([low, high]) => low.midpoint(*high),
        _ => 0,
    }
}

/// Whether a day of so many tokens is unusual where so many are usual.
pub fn is_unusual(tokens: u64, usual: u64, line: Line) -> bool {
    tokens > line.tokens_min && u128::from(tokens) * 100 > u128::from(usual) * u128::from(line.percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THURSDAY: Date = Date::constant(2026, 11, 26);

    #[test]
    fn what_is_usual_is_the_median_of_the_same_weekdays() {
        let usual_of = |weeks: [u64; 4]| {
            usual(THURSDAY, |day| {
                let ago = (THURSDAY - day).get_days();
                assert_eq!(ago % 7, 0);
                weeks[usize::try_from(ago / 7 - 1).unwrap()]
            })
        };
        assert_eq!(usual_of([10, 20, 30, 40]), 25);
        assert_eq!(usual_of([0, 0, 30, 1_000_000]), 15, "one outlier moves it little");
        assert_eq!(usual_of([0, 0, 0, 7]), 0);
        assert_eq!(usual_of([u64::MAX; 4]), u64::MAX);
    }

    #[test]
    fn the_line_itself_is_not_beyond_it() {
        let line = Line::DEFAULT;
        assert!(!is_unusual(20_000, 10_000, line) && is_unusual(20_001, 10_000, line));
        assert!(!is_unusual(10_000, 0, line) && is_unusual(10_001, 0, line));
        assert!(!is_unusual(u64::MAX, u64::MAX, line));
    }
}
