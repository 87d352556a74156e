//! How long credit lasts. The past is exact; what is ahead is an estimate, and says so.

use std::collections::HashMap;

use jiff::{ToSpan, civil::Date};
use protocol::{
    Money,
    api::{DayBalance, Outlook, RunsOut},
};

/// Days that an estimate is made from, and that the picture shows.
const DAYS: i32 = 28;
/// With fewer days of use there is no usual day.
const ACTIVE_MIN: usize = 3;
/// Four of five outcomes of a normal distribution are within this many deviations.
const DEVIATIONS: f64 = 1.2816;
const AHEAD_MAX: f64 = 730.0;

/// Credit that came to the lots, or went from them, without being used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub day: Date,
    pub amount: i64,
}

/// `left` is what is neither spent nor held now; `costs` what each day cost.
pub fn outlook(today: Date, left: Money, costs: &HashMap<Date, i64>, moves: &[Move]) -> Outlook {
    let first = today.checked_sub(DAYS.days()).unwrap_or(today);
    let past: Vec<f64> = (1..=DAYS)
        .filter_map(|back| today.checked_sub(back.days()).ok())
        .map(|day| cost(costs, day) as f64)
        .collect();
    let mean = past.iter().sum::<f64>() / f64::from(DAYS);
    let active = past.iter().filter(|&&cost| cost > 0.0).count();
    let runs_out = ends(today, left.nano_usd() as f64, mean, deviation(&past, mean));
    let because = if left <= Money::ZERO {
        Some("Nothing is left.")
    } else if active < ACTIVE_MIN {
        Some("There are fewer than three days of use in the last four weeks.")
    } else if runs_out.is_none() {
        Some("At this rate it lasts for more than two years.")
    } else {
        None
    };
    Outlook {
        history: history(first, today, left, costs, moves),
        per_day_nano_usd: Money::from_nano_usd(mean.round() as i64),
        runs_out: runs_out.filter(|_| because.is_none()),
        because: because.map(str::to_owned),
    }
}

fn cost(costs: &HashMap<Date, i64>, day: Date) -> i64 {
    costs.get(&day).copied().unwrap_or(0)
}

fn deviation(past: &[f64], mean: f64) -> f64 {
    let squares = past.iter().map(|cost| (cost - mean).powi(2)).sum::<f64>();
    (squares / past.len().max(1) as f64).sqrt()
}

/// Goes back from what is left now, taking each day's use and moves back.
fn history(
    first: Date,
    today: Date,
    left: Money,
    costs: &HashMap<Date, i64>,
    moves: &[Move],
) -> Vec<DayBalance> {
    let mut at_end = left.nano_usd();
    let mut days = Vec::new();
    let mut day = today;
    while day >= first {
        days.push(DayBalance {
            day,
            available_nano_usd: Money::from_nano_usd(at_end.max(0)),
        });
        let moved: i64 = moves
            .iter()
            .filter(|one| one.day == day)
            .map(|one| one.amount)
            .sum();
        at_end = at_end.saturating_add(cost(costs, day)).saturating_sub(moved);
        let Ok(before) = day.checked_sub(1.day()) else {
            break;
        };
        day = before;
    }
    days.reverse();
    days
}

/// The day on which days like those before have used it up: n · mean ± z · deviation · √n = left.
fn ends(today: Date, left: f64, mean: f64, deviation: f64) -> Option<RunsOut> {
    if mean <= 0.0 {
        return None;
    }
    let days = |spread: f64| {
        let root = (-spread + (spread * spread + 4.0 * mean * left).sqrt()) / (2.0 * mean);
        root * root
    };
    let on = |days: f64| {
        // What is a whole day but for the last digit of a float is a whole day.
        let whole = (days <= AHEAD_MAX).then_some((days - 1e-6).ceil() as i32)?;
        today.checked_add(whole.days()).ok()
    };
    let spread = DEVIATIONS * deviation;
    Some(RunsOut {
        on: on(left / mean)?,
        from: on(days(spread))?,
        to: on(days(-spread)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOLLAR: i64 = 1_000_000_000;

    fn today() -> Date {
        "2026-11-19".parse().unwrap()
    }

    fn back(days: i32) -> Date {
        today().checked_sub(days.days()).unwrap()
    }

    #[test]
    fn even_days_end_on_one_day() {
        let costs = (1..=28).map(|day| (back(day), DOLLAR)).collect();
        let found = outlook(today(), Money::from_nano_usd(10 * DOLLAR), &costs, &[]);
        let day: Date = "2026-11-29".parse().unwrap();
        let expected = RunsOut {
            on: day,
            from: day,
            to: Some(day),
        };
        assert_eq!(found.runs_out, Some(expected));
        assert_eq!(found.per_day_nano_usd.nano_usd(), DOLLAR);
    }

    #[test]
    fn uneven_days_give_a_range_around_the_day() {
        let costs = (1..=28)
            .filter(|day| day % 4 == 0)
            .map(|day| (back(day), 4 * DOLLAR))
            .collect();
        let found = outlook(today(), Money::from_nano_usd(20 * DOLLAR), &costs, &[])
            .runs_out
            .unwrap();
        assert!(found.from < found.on && found.to.unwrap() > found.on, "{found:?}");
        assert_eq!(found.on, "2026-12-09".parse().unwrap());
    }

    #[test]
    fn too_little_is_said_to_be_too_little() {
        let costs = HashMap::from([(back(1), DOLLAR), (back(2), DOLLAR)]);
        let found = outlook(today(), Money::from_nano_usd(DOLLAR), &costs, &[]);
        assert!(found.runs_out.is_none() && found.because.unwrap().contains("fewer than three"));
        let nothing = outlook(today(), Money::ZERO, &costs, &[]);
        assert_eq!(nothing.because.as_deref(), Some("Nothing is left."));
    }

    #[test]
    fn the_past_is_what_is_left_with_use_and_moves_taken_back() {
        let costs = HashMap::from([(today(), 3), (back(2), 5)]);
        let moves = [Move {
            day: back(1),
            amount: 90,
        }];
        let found = outlook(today(), Money::from_nano_usd(92), &costs, &moves);
        let ends: Vec<_> = found
            .history
            .iter()
            .rev()
            .take(4)
            .map(|day| day.available_nano_usd.nano_usd())
            .collect();
        // Today 92 is left; yesterday's end was before today's 3; the day before had no 90 yet.
        assert_eq!(ends, [92, 95, 5, 10]);
        assert_eq!(found.history.len(), 29);
    }
}
