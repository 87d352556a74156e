//! Days that cannot be true are refused, each kind with its code, and nothing of them is kept.

use serde_json::{Value, json};

use super::{ask, day, profile, share};
use crate::browser::{Browser, with_owner};

const MACHINE: &str = "0b0c3f0e-58a5-4c2a-9d1e-6a7f3b2c1d00";

/// A row as a machine would send it.
pub fn honest() -> Value {
    json!({
        "day": day(0), "client": "claude", "model": "claude-sonnet-4-5", "messages": 12, "inputTokens": 4_200,
        "outputTokens": 9_100, "cacheReadTokens": 880_000, "cacheWriteTokens": 61_000, "reasoningTokens": 0,
        "totalTokens": 954_300, "costNanoUsd": "641100000",
    })
}

fn with(changes: &[(&str, Value)]) -> Value {
    let mut row = honest();
    for (name, value) in changes {
        row[*name] = value.clone();
    }
    row
}

async fn code_of(browser: &mut Browser, days: &[Value]) -> String {
    let body = json!({ "machine": MACHINE, "days": days });
    let refused = browser.post("/sharing/days", body).await.expect(400);
    refused.json()["error"]["code"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn forged_days_are_refused_and_nothing_of_them_is_kept() {
    let (_gateway, mut olga) = with_owner().await;
    let half = 25_000_000_000_u64;
    let huge = |model: &str| {
        let tokens = json!(half);
        with(&[
            ("model", json!(model)),
            ("messages", json!(8_000)),
            ("cacheReadTokens", tokens.clone()),
            ("inputTokens", json!(0)),
            ("outputTokens", json!(0)),
            ("cacheWriteTokens", json!(0)),
            ("totalTokens", tokens),
            ("costNanoUsd", Value::Null),
        ])
    };
    let forged: Vec<(&str, Vec<Value>)> = vec![
        ("day_impossible", vec![with(&[("day", json!(day(-3)))])]),
        ("day_impossible", vec![with(&[("day", json!("2021-12-31"))])]),
        ("invalid_request", vec![with(&[("outputTokens", json!(-5))])]),
        ("invalid_request", vec![with(&[("messages", json!(1.5))])]),
        ("invalid_request", vec![with(&[("project", json!("secret"))])]),
        ("invalid_request", vec![]),
        ("sums_disagree", vec![with(&[("totalTokens", json!(954_301))])]),
        ("sums_disagree", vec![with(&[("reasoningTokens", json!(9_101))])]),
        ("sums_disagree", vec![honest(), honest()]),
        ("usage_impossible", vec![with(&[("costNanoUsd", json!("-1"))])]),
        (
            "usage_impossible",
            vec![with(&[("costNanoUsd", json!("900000000000"))])],
        ),
        (
            "usage_impossible",
            vec![with(&[
                ("inputTokens", json!(0)),
                ("outputTokens", json!(0)),
                ("cacheReadTokens", json!(0)),
                ("cacheWriteTokens", json!(0)),
                ("totalTokens", json!(0)),
            ])],
        ),
        ("usage_impossible", vec![with(&[("messages", json!(0))])]),
        ("usage_impossible", vec![with(&[("client", json!("chatbot"))])]),
        ("usage_impossible", vec![with(&[("model", json!("\u{202e}"))])]),
        ("usage_impossible", vec![huge("one"), huge("two"), huge("three")]),
    ];
    for (code, days) in forged {
        // An honest row beside it does not come in either.
        let beside = with(&[("model", json!("beside"))]);
        let days: Vec<Value> = match days.is_empty() {
            true => days,
            false => [vec![beside], days].concat(),
        };
        assert_eq!(code_of(&mut olga, &days).await, code, "{days:?}");
    }
    let own = olga.get("/sharing").await.expect(200).json();
    assert_eq!(own["machines"], json!([]));

    // In parts it is as impossible as at once, also from two machines.
    for model in ["one", "two"] {
        let body = json!({ "machine": MACHINE, "days": [huge(model)] });
        olga.post("/sharing/days", body).await.expect(200);
    }
    assert_eq!(code_of(&mut olga, &[honest()]).await, "usage_impossible");
    let other = json!({ "machine": MACHINE.replace("0b0c", "1b0c"), "days": [honest()] });
    olga.post("/sharing/days", other).await.expect(400);
    // What replaces the same row is no more than before.
    let again = json!({ "machine": MACHINE, "days": [huge("one")] });
    olga.post("/sharing/days", again).await.expect(200);
}

#[tokio::test]
async fn who_sends_too_often_waits_and_deleting_does_not_help() {
    let (gateway, mut olga) = with_owner().await;
    share(&mut olga, profile(true, false)).await;
    let body = json!({ "machine": MACHINE, "days": [honest()] });
    for _ in 0..120 {
        olga.post("/sharing/days", body.clone()).await.expect(200);
    }
    let refused = olga.post("/sharing/days", body.clone()).await.expect(429);
    assert_eq!(refused.json()["error"]["code"], "rate_limited");
    assert_eq!(
        ask(&gateway, "/profiles/ada").await.expect(200).json()["tokens"],
        954_300
    );
    olga.delete("/sharing").await.expect(204);
    olga.post("/sharing/days", body).await.expect(429);
}
