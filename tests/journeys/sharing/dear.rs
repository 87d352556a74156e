//! Days as full and as dear as days may be: there are no more of them than a day holds, and their
//! sums are told to everybody all the same.

use serde_json::{Value, json};
use tests::{Config, Gateway, Postgres, Serve};

use super::{ask, day, profile, share};
use crate::browser::{Browser, printed_link, with_owner};

const MACHINE: &str = "5d0c3f0e-58a5-4c2a-9d1e-6a7f3b2c1d00";
const DAY_TOKENS_MAX: u64 = 50_000_000_000;

fn used(ago: i64, model: &str, tokens: u64, nano_usd: u64) -> Value {
    json!({
        "day": day(ago), "client": "claude", "model": model, "messages": 8_000, "inputTokens": 0,
        "outputTokens": 0, "cacheReadTokens": tokens, "cacheWriteTokens": 0, "reasoningTokens": 0,
        "totalTokens": tokens, "costNanoUsd": nano_usd.to_string(),
    })
}

fn sent(days: Vec<Value>) -> Value {
    json!({ "machine": MACHINE, "days": days })
}

/// A row that is smaller than the one before it replaces nothing, and makes room for nothing.
async fn a_day_holds_no_more(olga: &mut Browser) {
    let full = sent(vec![used(0, "one", DAY_TOKENS_MAX, 0)]);
    olga.post("/sharing/days", full).await.expect(200);
    let smaller = vec![used(0, "one", 1, 0), used(0, "two", DAY_TOKENS_MAX - 1, 0)];
    let refused = olga.post("/sharing/days", sent(smaller)).await.expect(400);
    assert_eq!(refused.json()["error"]["code"], "usage_impossible");
    let smaller = vec![used(0, "one", 1, 0)];
    olga.post("/sharing/days", sent(smaller)).await.expect(200);
    let kept = olga.get("/sharing").await.expect(200).json();
    assert_eq!(kept["machines"][0]["tokens"], DAY_TOKENS_MAX);
}

async fn the_dearest_days_are_told(gateway: &Gateway, olga: &mut Browser) {
    // Of no model that has a known price: as dear as anybody may say.
    let dearest = DAY_TOKENS_MAX * 600_000;
    let days = (0..400).map(|ago| used(ago, "one", DAY_TOKENS_MAX, dearest));
    olga.post("/sharing/days", sent(days.collect())).await.expect(200);
    share(olga, profile(true, true)).await;
    let most = json!(i64::MAX.to_string());
    let seen = ask(gateway, "/profiles/ada").await.expect(200).json();
    assert_eq!(
        (&seen["costNanoUsd"], &seen["models"][0]["costNanoUsd"]),
        (&most, &most)
    );
    assert_eq!(seen["days"][0]["costNanoUsd"], dearest.to_string());
    assert_eq!(seen["tokens"], 400 * DAY_TOKENS_MAX);
    let board = ask(gateway, "/leaderboard?by=cost&period=all").await.expect(200);
    assert_eq!(board.json()["rows"][0]["costNanoUsd"], most);
    ask(gateway, "/profiles/ada/graph.svg?form=towers")
        .await
        .expect(200);
    olga.get("/sharing/days").await.expect(200);
}

#[tokio::test]
async fn the_fullest_and_dearest_days_are_summed() {
    let (gateway, mut olga) = with_owner().await;
    a_day_holds_no_more(&mut olga).await;
    the_dearest_days_are_told(&gateway, &mut olga).await;
}

#[tokio::test]
async fn the_fullest_and_dearest_days_are_summed_on_postgresql() {
    let server = Postgres::start();
    let serve = Serve::new(&Config::new()).env("TOKEN_TRACKER_DATABASE_URL", &server.database("tt"));
    let gateway = serve.start().await;
    let mut olga = Browser::use_link(&gateway, &printed_link(&gateway), "Olga").await;
    a_day_holds_no_more(&mut olga).await;
    the_dearest_days_are_told(&gateway, &mut olga).await;
}
