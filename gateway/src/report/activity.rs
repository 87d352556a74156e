use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use protocol::{
    Money,
    api::{Activity, DayUsage, UsageTotals},
};

use super::cell::{Cells, add};

/// Days with usage, and what stands out among them.
pub fn activity(cells: &Cells) -> Activity {
    let mut days: BTreeMap<Date, UsageTotals> = BTreeMap::new();
    for (cell, sum) in &cells.sums {
        add(days.entry(cell.day).or_default(), sum);
    }
    let days: Vec<_> = days.into_iter().map(|(day, sum)| day_usage(day, &sum)).collect();
    let dearest = days
        .iter()
        .filter(|day| day.cost_nano_usd > Money::ZERO)
        .max_by_key(|day| (day.cost_nano_usd, std::cmp::Reverse(day.day)))
        .cloned();
    Activity {
        active_days: u32::try_from(days.len()).unwrap_or(u32::MAX),
        longest_run_days: longest_run(&days),
        usual_day_nano_usd: median(days.iter().map(|day| day.cost_nano_usd.nano_usd()).collect()),
        dearest,
        days,
    }
}

fn day_usage(day: Date, sum: &UsageTotals) -> DayUsage {
    DayUsage {
        day,
        requests: sum.requests,
        tokens: sum.usage.total_input().saturating_add(sum.usage.output_tokens),
        cost_nano_usd: sum.cost_nano_usd,
    }
}

fn longest_run(days: &[DayUsage]) -> u32 {
    let (mut longest, mut run, mut expected) = (0, 0, None);
    for day in days {
        run = if expected == Some(day.day) { run + 1 } else { 1 };
        longest = longest.max(run);
        expected = day.day.checked_add(1.day()).ok();
    }
    longest
}

/// Of two in the middle the lower one, which is a cost that there was.
fn median(mut costs: Vec<i64>) -> Money {
    costs.sort_unstable();
    let middle = costs.len().saturating_sub(1) / 2;
    Money::from_nano_usd(costs.get(middle).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str, cost: i64) -> DayUsage {
        DayUsage {
            day: text.parse().unwrap(),
            requests: 1,
            tokens: 1,
            cost_nano_usd: Money::from_nano_usd(cost),
        }
    }

    #[test]
    fn a_run_goes_over_the_end_of_a_month() {
        let days = ["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-03"].map(|text| day(text, 1));
        assert_eq!(longest_run(&days), 3);
        assert_eq!(longest_run(&[]), 0);
    }

    #[test]
    fn the_usual_day_is_not_moved_by_one_dear_day() {
        assert_eq!(median(vec![3, 1_000, 2, 1]).nano_usd(), 2);
        assert_eq!(median(vec![]).nano_usd(), 0);
    }
}
