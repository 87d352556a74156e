//! The readers of other assistants' logs against logs that nobody wrote on purpose: real ones with
//! bytes changed, moved, doubled and cut off.
//!
//! Every reader must come through without a panic, in time, and say the same whether it reads a
//! file at once or in two pieces as it grows. `scripts/fuzz` does that for minutes, with new seeds.
#![expect(clippy::unwrap_used, reason = "a test reports by panicking")]

mod growing;
mod homes;
mod mutate;
mod oracle;

use std::{
    env,
    time::{Duration, Instant},
};

use fastrand::Rng;
use homes::{Home, all};

/// Of a run that is part of the tests.
const ROUNDS: usize = 25;
const SEED: u64 = 5;

#[test]
#[ignore = "takes as long as one lets it; scripts/fuzz runs it"]
fn whatever_is_in_a_log_it_is_read_without_harm_and_the_same_at_once_and_in_pieces() {
    let seconds: Option<u64> = env::var("LOGS_FUZZ_SECONDS")
        .ok()
        .map(|text| text.parse().unwrap());
    let seed = match env::var("LOGS_FUZZ_SEED") {
        Ok(text) => text.parse().unwrap(),
        Err(_) if seconds.is_some() => fastrand::u64(..),
        Err(_) => SEED,
    };
    let mut rng = Rng::with_seed(seed);
    println!("seed {seed}");
    let homes = all();
    for home in &homes {
        assert!(oracle::check(home, None).is_ok(), "{:?} as it is", home.client);
        assert!(
            oracle::counts(home) > 0,
            "the home of {:?} has something to count",
            home.client
        );
    }
    let end = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut rounds = 0;
    let mut counted = vec![0; homes.len()];
    while end.map_or(rounds < ROUNDS, |end| Instant::now() < end) {
        for (place, home) in homes.iter().enumerate() {
            let mut mutant = home.clone();
            mutate::some(&mut mutant, &mut rng);
            let cut = rng.f64();
            if let Err(problem) = oracle::check(&mutant, Some(cut)) {
                let kept = keep(&mutant, seed, rounds);
                panic!("{:?}: {problem}; the logs are in {}", home.client, kept.display());
            }
            counted[place] += usize::from(oracle::counts(&mutant) > 0);
        }
        rounds += 1;
    }
    for (home, counted) in homes.iter().zip(counted) {
        println!(
            "{:<14} {rounds} changed logs, {counted} of them with something left to count",
            home.client.name()
        );
        // Logs in which nothing is left to count would show nothing.
        assert!(counted * 4 > rounds, "{:?}", home.client);
    }
}

fn keep(home: &Home, seed: u64, round: usize) -> std::path::PathBuf {
    let folder = env::temp_dir().join(format!("{}.{seed:x}.{round}", home.client.name()));
    home.write(&folder, None);
    folder
}
