//! An owner moves credit between keys, and it is there at once for whoever uses them.

use http::Method;
use jiff::Timestamp;
use protocol::{
    KeyId, Money,
    api::{KeySummary, Transfers},
};
use serde_json::{Value, json};
use tests::{
    Gateway, MintOptions, Outcome, Transcript, eventually,
    upstream::{Answer, Gate, Step},
    verify_clean,
};

use crate::stage::{CODER, Stage};

async fn summary(gateway: &Gateway, key: KeyId) -> KeySummary {
    let keys = gateway.keys().await;
    keys.into_iter()
        .find(|one| one.id == key)
        .expect("the key is listed")
}

fn usd(text: &str) -> Money {
    Money::parse_usd(text).unwrap()
}

async fn post(stage: &Stage, path: &str, key: &str, body: &Value) -> Transcript {
    let request = stage
        .gateway
        .owner(Method::POST, path)
        .header("idempotency-key", key);
    request.json(body).send().await
}

fn amounts(outcome: &Outcome) -> Vec<Money> {
    let done: Transfers = outcome.json();
    done.transfers.iter().map(|one| one.amount_nano_usd).collect()
}

#[tokio::test]
async fn a_used_up_key_works_again_after_a_top_up() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-31", 10, 10));
    let key = stage.gateway.mint_one("0").await;
    let device = stage.gateway.redeem(&key).await;
    assert_eq!(
        device.chat(CODER).send().await.expect(402).code(),
        "insufficient_credit"
    );

    let last4 = &key.key[key.key.len() - 4..];
    let cli = stage
        .gateway
        .cli(&["keys", "top-up", last4, "--credit", "2.5", "--json"])
        .await;
    assert_eq!(amounts(&cli.expect(0)), [usd("2.5")]);
    device.chat(CODER).send().await.expect(200);
    let balance = device.idle_balance().await;
    assert_eq!(balance.granted_nano_usd, usd("2.5"));
    assert!(balance.spent_nano_usd > Money::ZERO);
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn a_team_key_is_divided_and_what_is_left_is_taken_back() {
    let stage = Stage::new().await;
    let members = stage.gateway.mint(&MintOptions::credit("0").count(2)).await;
    let (one, two) = (members[0].id, members[1].id);
    let team = stage.key().to_string();
    let to = format!("{one}=30%,{two}=50%");
    let divided = [
        "keys", "allocate", "--from", &team, "--to", &to, "--amount", "1", "--json",
    ];
    let divided = stage.gateway.cli(&divided).await.expect(0);
    assert_eq!(amounts(&divided), [usd("0.3"), usd("0.5")]);
    let to = two.to_string();
    let moved = [
        "keys", "allocate", "--from", &team, "--to", &to, "--amount", "0.2",
    ];
    let moved = stage.gateway.cli(&moved).await.expect(0);
    assert!(moved.stdout.contains("$0.20 moved"), "{}", moved.stdout);
    assert_eq!(summary(&stage.gateway, one).await.available_nano_usd, usd("0.3"));
    assert_eq!(summary(&stage.gateway, two).await.available_nano_usd, usd("0.7"));

    let too_much = ["keys", "reclaim", &team, "--amount", "4.1", "--json"];
    let error = stage.gateway.cli(&too_much).await.expect(1).error();
    assert_eq!(error["code"], "insufficient_credit");
    assert_eq!(error["message"], "$4.00 is left on the key.");
    let all = stage
        .gateway
        .cli(&["keys", "reclaim", &team, "--json"])
        .await
        .expect(0);
    assert_eq!(amounts(&all), [usd("4")]);
    assert_eq!(stage.device.balance().await.granted_nano_usd, Money::ZERO);
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn credit_that_a_running_stream_holds_is_not_taken_from_it() {
    let stage = Stage::new().await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    stage.upstream.on(CODER, move |call| {
        let answer = Answer::of("chatcmpl-32", 15, 20);
        answer.stream(call).after(5, Step::Wait(held_back.clone()))
    });
    let mut open = stage.device.chat_stream(CODER).open().await;
    assert!(open.read_until("word4 ").await);
    let during = stage.device.balance().await;
    assert!(during.held_nano_usd > Money::ZERO);

    let key = stage.key().to_string();
    let all = stage
        .gateway
        .cli(&["keys", "reclaim", &key, "--amount", "5", "--json"])
        .await;
    assert_eq!(all.expect(1).error()["code"], "credit_held");
    let all = stage
        .gateway
        .cli(&["keys", "reclaim", &key, "--json"])
        .await
        .expect(0);
    assert_eq!(amounts(&all), [during.available_nano_usd]);
    assert_eq!(stage.device.balance().await.available_nano_usd, Money::ZERO);
    // Whoever comes now is refused, and told why.
    let refused = stage.device.chat(CODER).send().await.expect(429);
    assert_eq!(refused.code(), "credit_held");

    gate.open();
    let answer = open.read_to_end().await;
    assert!(answer.text().contains("word19"), "{}", answer.text());
    let balance = stage.device.idle_balance().await;
    let row = stage.gateway.only_row(stage.key()).await;
    assert_eq!(balance.spent_nano_usd, row.cost_nano_usd);
    assert!(!row.estimated);
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn an_expired_key_gives_back_what_no_stream_holds_any_more() {
    let stage = Stage::new().await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    stage.upstream.on(CODER, move |call| {
        let answer = Answer::of("chatcmpl-33", 15, 20);
        answer.stream(call).after(5, Step::Wait(held_back.clone()))
    });
    let end = Timestamp::now() + jiff::SignedDuration::from_secs(3);
    let key = stage
        .gateway
        .mint(&MintOptions::credit("1").expires(&end.to_string()))
        .await
        .remove(0);
    let device = stage.gateway.redeem(&key).await;
    let mut open = device.chat_stream(CODER).open().await;
    assert!(open.read_until("word4 ").await);
    eventually("the key's end", async || (Timestamp::now() > end).then_some(())).await;
    let refused = device.chat(CODER).send().await;
    assert!(
        refused.status == 402 || refused.status == 403,
        "{}",
        refused.text()
    );
    gate.open();
    open.read_to_end().await;
    let row = stage.gateway.only_row(key.id).await;
    assert!(row.cost_nano_usd > Money::ZERO && !row.estimated);
    let expired = eventually("the rest to go back", async || {
        let summary = summary(&stage.gateway, key.id).await;
        (summary.granted_nano_usd == summary.spent_nano_usd).then_some(summary)
    });
    assert_eq!(expired.await.spent_nano_usd, row.cost_nano_usd);
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn an_order_that_is_sent_twice_is_carried_out_once() {
    let stage = Stage::new().await;
    let path = format!("/api/v1/keys/{}/credit", stage.key());
    let body = json!({"amountNanoUsd": "1000000000"});
    let first = post(&stage, &path, "a", &body).await.expect(200);
    let again = post(&stage, &path, "a", &body).await.expect(200);
    assert_eq!(first.text(), again.text());
    let other = json!({"amountNanoUsd": "2000000000"});
    let other = post(&stage, &path, "a", &other).await.expect(422);
    assert_eq!(other.code(), "idempotency_key_reused");
    assert_eq!(
        summary(&stage.gateway, stage.key()).await.granted_nano_usd,
        usd("6")
    );

    for (path, body) in [
        (path.as_str(), json!({"amountNanoUsd": "0"})),
        (path.as_str(), json!({"amountNanoUsd": "-5"})),
        ("/api/v1/allocations", json!({"fromKeyId": stage.key()})),
        (
            "/api/v1/allocations",
            json!({"fromKeyId": stage.key(), "toKeyId": stage.key()}),
        ),
        (
            "/api/v1/allocations",
            json!({"fromKeyId": stage.key(), "shares": [{"toKeyId": KeyId::from_bytes([9; 16]), "percent": 101}]}),
        ),
    ] {
        let refused = post(&stage, path, "b", &body).await.expect(400);
        assert_eq!(refused.code(), "invalid_request", "{body}");
    }
    let unknown = format!("/api/v1/keys/{}/credit", KeyId::from_bytes([9; 16]));
    assert_eq!(
        post(&stage, &unknown, "c", &body).await.expect(404).code(),
        "not_found"
    );
    let by_device = stage.device.post(&path, &body).send().await.expect(403);
    assert_eq!(by_device.code(), "forbidden");
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn an_allowance_comes_at_once_and_is_listed() {
    let stage = Stage::new().await;
    let key = stage.key().to_string();
    let set = [
        "keys",
        "allowance",
        &key,
        "--amount",
        "2",
        "--every",
        "month",
        "--carry-over",
    ];
    let set = stage.gateway.cli(&set).await.expect(0);
    assert!(
        set.stdout.starts_with("Each month brings $2.00.\n$2.00 granted"),
        "{}",
        set.stdout
    );
    let listed = summary(&stage.gateway, stage.key()).await;
    assert_eq!(listed.available_nano_usd, usd("7"));
    let allowance = listed.allowance.expect("it has one");
    assert!(allowance.carry_over && allowance.next_at > Timestamp::now());
    let list = stage.gateway.cli(&["keys", "list"]).await.expect(0);
    assert!(list.stdout.contains("+$2.00/month"), "{}", list.stdout);

    stage
        .gateway
        .cli(&["keys", "allowance", &key, "--off"])
        .await
        .expect(0);
    assert_eq!(summary(&stage.gateway, stage.key()).await.allowance, None);
    stage.gateway.cli(&["keys", "allowance", &key]).await.expect(2);
    verify_clean(&stage.gateway).await;
}
