//! Days that are unlike those before.
#![expect(clippy::print_stdout, reason = "the figures are what the test is for")]

#[path = "unusual_days/days.rs"]
mod days;

use std::collections::HashMap;

use days::{DAYS, SEEDS, WARM_UP, days};
use gateway::alert::unusual::{Line, is_unusual, usual};
use jiff::civil::Date;

#[test]
fn there_are_enough_unusual_days_to_be_found_and_they_are_always_the_same() {
    for seed in SEEDS {
        let (one, again) = (days(seed), days(seed));
        assert_eq!(one.len(), DAYS);
        assert!(
            one.iter()
                .zip(&again)
                .all(|(one, again)| one.tokens == again.tokens)
        );
        assert!(one[..WARM_UP].iter().all(|day| !day.is_unusual));
        let unusual = one.iter().filter(|day| day.is_unusual).count();
        println!("Seed {seed}: {unusual} of {DAYS} days were made unusual");
        assert!((20..100).contains(&unusual), "{unusual}");
    }
}

/// A thousand days for each seed: what was made unusual is found, and little else.
#[test]
fn unusual_days_are_found_and_usual_ones_are_not() {
    let mut all = Tally::default();
    for seed in SEEDS {
        let days = days(seed);
        let tokens: HashMap<Date, u64> = days.iter().map(|day| (day.date, day.tokens)).collect();
        let mut tally = Tally::default();
        for day in &days[WARM_UP..] {
            let usual = usual(day.date, |date| tokens.get(&date).copied().unwrap_or(0));
            tally.count(day.is_unusual, is_unusual(day.tokens, usual, Line::DEFAULT));
        }
        tally.print(&format!("Seed {seed}"));
        all.found += tally.found;
        all.missed += tally.missed;
        all.wrong += tally.wrong;
    }
    all.print("All seeds");
    assert!(all.precision() >= 0.95 && all.recall() >= 0.95);
}

#[derive(Default)]
struct Tally {
    found: u32,
    missed: u32,
    wrong: u32,
}

impl Tally {
    fn count(&mut self, is_unusual: bool, is_found: bool) {
        match (is_unusual, is_found) {
            (true, true) => self.found += 1,
            (true, false) => self.missed += 1,
            (false, true) => self.wrong += 1,
            (false, false) => {}
        }
    }

    fn precision(&self) -> f64 {
        f64::from(self.found) / f64::from(self.found + self.wrong)
    }

    fn recall(&self) -> f64 {
        f64::from(self.found) / f64::from(self.found + self.missed)
    }

    fn print(&self, of: &str) {
        println!(
            "{of}: {} found, {} missed, {} wrong; precision {:.1} %, recall {:.1} %",
            self.found,
            self.missed,
            self.wrong,
            self.precision() * 100.0,
            self.recall() * 100.0
        );
    }
}
