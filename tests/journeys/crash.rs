//! The gateway is killed again and again under load, and nothing that a client saw is ever lost,
//! doubled or charged too little.
//!
//! The checker knows only what clients saw and what the upstream was asked; it never looks inside.

pub mod checker;
pub mod traffic;

use std::{env, sync::Arc, time::Instant};

use futures_util::future::join_all;
use protocol::api::MintedKey;
use tests::{Config, Gateway, MintOptions, Model, Price, Upstream};

use checker::{Checker, Tally};
use traffic::{Pace, Seen, Traffic};

/// How many kills; a night run sets more.
const KILLS: &str = "TOKEN_TRACKER_KILLS";
/// Repeats the schedule of an earlier run.
pub const SEED: &str = "TOKEN_TRACKER_SEED";

const KEYS_A_ROUND: u32 = 8;
pub const CLIENTS_A_KEY: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_kill_loses_or_doubles_a_charge_for_what_was_seen() {
    let kills: u64 = setting(KILLS).unwrap_or(100);
    let seed: u64 = setting(SEED).unwrap_or_else(|| u64::from(std::process::id()));
    println!("[journeys] seed {seed}; {SEED}={seed} repeats the schedule");

    let upstream = Upstream::start().await;
    traffic::script(&upstream);
    let config = Config::with_upstream(&upstream).model(Model::new(traffic::MODEL, Price::USUAL));
    let mut gateway = Gateway::start(&config).await;
    let mut checker = Checker::default();
    let mut pace = Pace::seeded(seed);
    let began = Instant::now();
    for round in 0..kills {
        let keys = gateway.mint(&key_options()).await;
        let seen = load_until_killed(&mut gateway, &keys, round, &mut pace).await;
        if pace.chance(2) {
            // Half of the time the database is recounted as the crash left it.
            tests::verify_clean(&gateway).await;
        }
        gateway.restart().await;
        checker.check_round(&gateway, &upstream, &keys, seen).await;
        tests::verify_clean(&gateway).await;
    }
    checker.check_all_again(&gateway).await;
    println!(
        "[journeys] {kills} kills in {:?}: {}",
        began.elapsed(),
        checker.tally()
    );
    assert_the_load_was_real(checker.tally(), kills);
}

pub fn setting(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number, not {text:?}")),
    )
}

/// Enough credit for most requests; now and then the holds of four clients do not fit together.
pub fn key_options() -> MintOptions {
    MintOptions::credit("0.30").count(KEYS_A_ROUND).devices(2)
}

/// Lets clients work on every key and kills the gateway after a random amount of what they saw.
async fn load_until_killed(
    gateway: &mut Gateway,
    keys: &[MintedKey],
    round: u64,
    pace: &mut Pace,
) -> Vec<Seen> {
    let traffic = Arc::new(Traffic::new(round, gateway.url("")));
    let mut clients = Vec::new();
    for key in keys {
        let devices = [gateway.redeem(key).await, gateway.redeem(key).await];
        for client in 0..CLIENTS_A_KEY {
            let device = devices[client % devices.len()].clone();
            let seed = pace.next();
            clients.push(tokio::spawn(traffic.clone().client(device, seed)));
        }
    }
    let kill_after = 50 + pace.below(8_000);
    tests::within("the clients to see enough for the kill", traffic.saw(kill_after)).await;
    gateway.kill().await;
    join_all(clients)
        .await
        .into_iter()
        .flat_map(Result::unwrap)
        .collect()
}

fn assert_the_load_was_real(tally: &Tally, kills: u64) {
    assert!(tally.complete >= kills, "whole answers were seen: {tally}");
    assert!(
        tally.partial >= kills * 2,
        "streams were in flight when it was killed: {tally}"
    );
    assert!(tally.orphans >= kills, "crashes left holds to recover: {tally}");
}
