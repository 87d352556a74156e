//! Days in a row.

use jiff::{ToSpan, civil::Date};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streak {
    /// The run that goes on: its last day is today or yesterday, since today is not over yet.
    pub running: u32,
    pub longest: u32,
}

/// Of days in order, each once.
pub fn streak(days: impl IntoIterator<Item = Date>, today: Date) -> Streak {
    let mut found = Streak::default();
    let mut run = 0;
    let mut before: Option<Date> = None;
    for day in days {
        let is_next = before.is_some_and(|before| before.checked_add(1.day()).ok() == Some(day));
        run = if is_next { run + 1 } else { 1 };
        found.longest = found.longest.max(run);
        before = Some(day);
    }
    let yesterday = today.checked_sub(1.day()).ok();
    // The days of somebody further east may be one ahead.
    if before.is_some_and(|last| Some(last) >= yesterday) {
        found.running = run;
    }
    found
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn november(days: &[i8]) -> Vec<Date> {
        days.iter().map(|&day| date(2026, 11, day)).collect()
    }

    #[test]
    fn a_run_goes_on_until_a_whole_day_is_missed() {
        let days = november(&[1, 2, 3, 5, 6]);
        for (today, running) in [(6, 2), (7, 2), (8, 0)] {
            let found = streak(days.clone(), date(2026, 11, today));
            assert_eq!(found, Streak { running, longest: 3 }, "on the {today}th");
        }
    }

    #[test]
    fn months_and_nothing() {
        let days = [date(2026, 10, 31), date(2026, 11, 1)];
        assert_eq!(streak(days, date(2026, 11, 1)).running, 2);
        assert_eq!(streak([], date(2026, 11, 1)), Streak::default());
    }
}
