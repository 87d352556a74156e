//! Days that are unlike those before.
#![expect(clippy::print_stdout, reason = "the figures are what the test is for")]

#[path = "unusual_days/days.rs"]
mod days;

use days::{DAYS, SEEDS, WARM_UP, days};

#[test]
fn there_are_enough_unusual_days_to_be_found_and_they_are_always_the_same() {
    for seed in SEEDS {
        let (one, again) = (days(seed), days(seed));
        assert_eq!(one.len(), DAYS);
        assert!(one.iter().zip(&again).all(|(one, again)| one.tokens == again.tokens));
        assert!(one[..WARM_UP].iter().all(|day| !day.is_unusual));
        let unusual = one.iter().filter(|day| day.is_unusual).count();
        println!("Seed {seed}: {unusual} of {DAYS} days were made unusual");
        assert!((20..100).contains(&unusual), "{unusual}");
    }
}
