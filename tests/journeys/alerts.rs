//! An owner is told of what needs them, once.

mod mailbox;
mod sending;

use http::Method;
use protocol::{
    KeyId,
    api::{Alert, AlertKind, AlertList, AlertState, DeliveryState},
};
use serde_json::{Value, json};
use tests::{
    Config, Gateway, Model, Postgres, Price, Serve, Upstream, eventually,
    upstream::{Answer, Reply},
};

use crate::{
    browser::{Browser, invited, printed_link},
    clock_jumps::Clock,
    cluster::copy_folder,
    events::Ear,
    stage::CODER,
};
use sending::{Office, posts, rings};

/// Each of these answers costs this key's price for so many tokens; see [`Price::USUAL`].
fn answers(upstream: &Upstream, input: u64, output: u64) {
    upstream.answer(CODER, Answer::of("chatcmpl-1", input, output));
}

fn config(upstream: &Upstream) -> Config {
    Config::with_upstream(upstream).model(Model::new(CODER, Price::USUAL))
}

async fn alerts(gateway: &Gateway) -> Vec<Alert> {
    let list = gateway
        .owner(Method::GET, "/api/v1/alerts")
        .send()
        .await
        .expect(200);
    list.parse::<AlertList>().alerts
}

/// Those of one kind, once there are so many.
async fn told(gateway: &Gateway, kind: AlertKind, count: usize) -> Vec<Alert> {
    eventually(&format!("{count} alerts of {kind:?}"), async || {
        let mut found = alerts(gateway).await;
        found.retain(|alert| alert.kind == kind);
        (found.len() == count).then_some(found)
    })
    .await
}

async fn set_rule(gateway: &Gateway, rule: Value) {
    let request = gateway.owner(Method::PUT, "/api/v1/alerts/rules");
    request.json(&rule).send().await.expect(200);
}

/// Looks have gone by since then: another alert, of which it is known that it comes, has come.
async fn looks_go_by(gateway: &Gateway) {
    let name = gateway.mint_one("1").await;
    set_rule(
        gateway,
        json!({ "kind": "approachingLimit", "scope": "key", "scopeId": name.id, "enabled": true, "percent": 1 }),
    )
    .await;
    let device = gateway.redeem(&name).await;
    device.chat(CODER).send().await.expect(200);
    eventually("a look at a new key", async || {
        let found = alerts(gateway).await;
        let id = name.id.to_string();
        found
            .iter()
            .any(|alert| alert.subject.id.as_deref() == Some(&*id))
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_key_that_runs_out_is_told_of_once_near_its_end_and_once_at_it() {
    let upstream = Upstream::start().await;
    // $0.0105 each, of one dollar that is half a thousand.
    answers(&upstream, 1_000, 500);
    let mut gateway = Gateway::start(&config(&upstream)).await;
    let key = gateway.mint_one("0.05").await;
    let device = gateway.redeem(&key).await;
    for _ in 0..4 {
        device.chat(CODER).send().await.expect(200);
    }
    let near = told(&gateway, AlertKind::ApproachingLimit, 1).await.remove(0);
    assert_eq!(near.state, AlertState::Open);
    assert!(near.title.ends_with("has used 84% of $0.05"), "{}", near.title);
    // Nothing is left that a request could be answered with.
    while device.chat(CODER).send().await.status != 402 {}
    let exceeded = told(&gateway, AlertKind::LimitExceeded, 1).await;
    assert_eq!(exceeded[0].subject.id, Some(key.id.to_string()));
    gateway.stop().await;
    gateway.restart().await;
    // Looks after the restart tell of nothing again; refused again and again, it is still the same.
    device
        .moved_to(&gateway.url(""))
        .chat(CODER)
        .send()
        .await
        .expect(402);
    looks_go_by(&gateway).await;
    let id = Some(key.id.to_string());
    let of_key: Vec<_> = alerts(&gateway)
        .await
        .into_iter()
        .filter(|alert| alert.subject.id == id)
        .collect();
    assert_eq!(of_key.len(), 2, "{of_key:#?}");

    // With more credit both are over.
    let credit = json!({ "amountNanoUsd": "5000000000" });
    let path = format!("/api/v1/keys/{}/credit", key.id);
    gateway
        .owner(Method::POST, &path)
        .json(&credit)
        .send()
        .await
        .expect(200);
    eventually("the end of both", async || {
        let found = alerts(&gateway).await;
        let mut of_key = found.iter().filter(|alert| alert.subject.id == id);
        of_key
            .all(|alert| alert.state == AlertState::Resolved)
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_dear_day_is_told_once_with_its_caps_and_its_variance() {
    let upstream = Upstream::start().await;
    answers(&upstream, 1_000, 500);
    let limits = "[limits.key]\nspend_per_day = \"0.02\"\n";
    let gateway = Gateway::start(&config(&upstream).table(limits)).await;
    set_rule(
        &gateway,
        json!({ "kind": "highDailyCost", "scope": "gateway", "enabled": true, "amountNanoUsd": "10000000" }),
    )
    .await;
    let device = gateway.device("5.00").await;
    device.chat(CODER).send().await.expect(200);
    let dear = told(&gateway, AlertKind::HighDailyCost, 1).await.remove(0);
    assert!(dear.title.contains("the line is $0.01"), "{}", dear.title);
    while device.chat(CODER).send().await.status == 200 {}
    let capped = told(&gateway, AlertKind::LimitExceeded, 1).await.remove(0);
    assert!(
        capped.title.ends_with("has spent what it may in a day"),
        "{}",
        capped.title
    );
    // A provider that takes more than it was allowed to.
    let greedy = gateway.device("5.00").await;
    answers(&upstream, 1_000_000, 500);
    greedy.chat(CODER).send().await;
    let variance = told(&gateway, AlertKind::Variance, 1).await.remove(0);
    assert!(
        variance.title.ends_with("more than was held"),
        "{}",
        variance.title
    );
    looks_go_by(&gateway).await;
    let kinds: Vec<_> = alerts(&gateway)
        .await
        .into_iter()
        .map(|alert| alert.kind)
        .collect();
    for kind in [AlertKind::HighDailyCost, AlertKind::Variance] {
        assert_eq!(kinds.iter().filter(|one| **one == kind).count(), 1, "{kinds:?}");
    }
}

#[tokio::test]
async fn a_day_unlike_the_same_weekday_of_four_weeks_is_told_of() {
    let upstream = Upstream::start().await;
    answers(&upstream, 5_000, 1_000);
    let (clock, serve) = Clock::of(Serve::new(&config(&upstream)));
    clock.start_at("-28d");
    let mut gateway = serve.start().await;
    let key = gateway.mint_one("50").await;
    let device = gateway.redeem(&key).await;
    for week in ["-21d", "-14d", "-7d", "+0d"] {
        device.chat(CODER).send().await.expect(200);
        clock.set(&gateway, week).await;
    }
    device.chat(CODER).send().await.expect(200);
    device.chat(CODER).send().await.expect(200);
    // Twice as much is not over twice as much.
    a_refusal_is_told(&gateway).await;
    assert!(
        alerts(&gateway)
            .await
            .iter()
            .all(|alert| alert.kind != AlertKind::UnusualActivity)
    );
    device.chat(CODER).send().await.expect(200);
    let unusual = told(&gateway, AlertKind::UnusualActivity, 1).await.remove(0);
    assert_eq!(unusual.subject.id, Some(key.id.to_string()));
    assert!(
        unusual.detail.starts_with("18000 tokens so far"),
        "{}",
        unusual.detail
    );
    gateway.kill().await;
    gateway.restart().await;
    device
        .moved_to(&gateway.url(""))
        .chat(CODER)
        .send()
        .await
        .expect(200);
    a_refusal_is_told(&gateway).await;
    told(&gateway, AlertKind::UnusualActivity, 1).await;
}

#[tokio::test]
async fn an_upstream_that_is_down_is_told_of_after_five_minutes_and_is_over_when_it_answers() {
    let upstream = Upstream::start().await;
    upstream.on(CODER, |_| {
        Reply::json(503, &json!({ "error": { "message": "down" } }))
    });
    let (clock, serve) = Clock::of(Serve::new(&config(&upstream)));
    let mut gateway = serve.start().await;
    let device = gateway.device("5.00").await;
    for _ in 0..3 {
        let refused = device.chat(CODER).send().await;
        assert!(refused.status.is_server_error(), "{}", refused.text());
    }
    a_refusal_is_told(&gateway).await;
    assert!(
        alerts(&gateway)
            .await
            .iter()
            .all(|alert| alert.kind != AlertKind::ServiceDown)
    );
    // Somebody who restarts it does not begin the five minutes anew.
    gateway.kill().await;
    gateway.restart().await;
    clock.start_at("+301s");
    let down = told(&gateway, AlertKind::ServiceDown, 1).await.remove(0);
    assert_eq!(down.subject.id.as_deref(), Some("fake"));
    answers(&upstream, 10, 10);
    device
        .moved_to(&gateway.url(""))
        .chat(CODER)
        .send()
        .await
        .expect(200);
    eventually("the end of it", async || {
        let found = alerts(&gateway).await;
        let down = found.iter().find(|alert| alert.kind == AlertKind::ServiceDown)?;
        (down.state == AlertState::Resolved).then_some(())
    })
    .await;
}

/// As [`looks_go_by`], by a request that is refused: it uses nothing.
async fn a_refusal_is_told(gateway: &Gateway) {
    let key = gateway.mint_one("0.000001").await;
    let device = gateway.redeem(&key).await;
    device.chat(CODER).send().await.expect(402);
    let id = key.id.to_string();
    eventually("a look at a new key", async || {
        let found = alerts(gateway).await;
        found
            .iter()
            .any(|alert| alert.subject.id.as_deref() == Some(&*id))
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_member_sees_and_answers_only_what_is_theirs() {
    let mut office = Office::with("", None).await;
    let mut ada = invited(&office.gateway, &mut office.olga, "member", "Ada").await;
    let key = office.gateway.mint_one("0.05").await;
    ada.post("/keys/claim", json!({ "key": key.key }))
        .await
        .expect(200);
    let device = office.gateway.redeem(&key).await;
    for _ in 0..4 {
        device.chat(CODER).send().await.expect(200);
    }
    told(&office.gateway, AlertKind::ApproachingLimit, 1).await;
    let dear = told(&office.gateway, AlertKind::HighDailyCost, 1).await.remove(0);
    let list: AlertList = ada.get("/alerts").await.expect(200).parse();
    let kinds: Vec<_> = list.alerts.iter().map(|alert| alert.kind).collect();
    assert_eq!((kinds, list.open), (vec![AlertKind::ApproachingLimit], 1));
    for act in ["acknowledge", "resolve"] {
        let path = format!("/alerts/{}/{act}", dear.id);
        assert_eq!(ada.post(&path, json!({})).await.status, 404, "{act}");
    }
    let own = &list.alerts[0];
    ada.post(&format!("/alerts/{}/acknowledge", own.id), json!({}))
        .await
        .expect(204);
    let seen: AlertList = office
        .olga
        .get("/alerts?state=acknowledged")
        .await
        .expect(200)
        .parse();
    assert_eq!(seen.alerts[0].acknowledged_by.as_deref(), Some("Ada"));
    assert_eq!(seen.open, 1);
    // Put away it stays, though what it is about goes on.
    office
        .olga
        .post(&format!("/alerts/{}/resolve", dear.id), json!({}))
        .await
        .expect(204);
    looks_go_by(&office.gateway).await;
    let dear = told(&office.gateway, AlertKind::HighDailyCost, 1).await.remove(0);
    assert_eq!(
        (dear.state, dear.resolved_by.as_deref()),
        (AlertState::Resolved, Some("Olga"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_on_one_database_tell_of_it_once() {
    let server = Postgres::start();
    let url = server.database("tt");
    let hook = Upstream::start().await;
    hook.on("", |_| Reply::json(204, &json!({})));
    let upstream = Upstream::start().await;
    answers(&upstream, 1_000, 500);
    let config = config(&upstream).table("[alerts]\nallow_private_webhooks = [\"127.0.0.1\"]\n");
    let serve = || Serve::new(&config).arg("--database-url").arg(&url);
    let first = serve().start().await;
    let second = serve();
    copy_folder(
        &first.home().data_dir().join("secrets"),
        &second.home().data_dir().join("secrets"),
    );
    let second = second.start().await;
    let mut olga = Browser::use_link(&second, &printed_link(&second), "Olga").await;
    let url = format!("http://{}/hook", hook.address());
    let channel = json!({ "kind": "webhook", "name": "Pager", "url": url });
    olga.post("/alerts/channels", channel).await.expect(201);
    let rule = json!({ "kind": "highDailyCost", "scope": "gateway", "enabled": true, "amountNanoUsd": "1" });
    set_rule(&first, rule).await;
    let mut ear = Ear::on(olga.request(Method::GET, "/events")).await;
    let key: KeyId = {
        let device = first.device("5.00").await;
        device.chat(CODER).send().await.expect(200);
        device.account.balance.lots[0].id
    };
    rings(&mut ear).await;
    told(&first, AlertKind::HighDailyCost, 1).await;
    // Each of them looks again, and has sent all that there is.
    for gateway in [&first, &second] {
        looks_go_by(gateway).await;
        eventually("all of it to be sent", async || {
            let all = alerts(gateway).await;
            let mut deliveries = all.iter().flat_map(|alert| &alert.deliveries);
            deliveries
                .all(|one| one.state == DeliveryState::Delivered)
                .then_some(())
        })
        .await;
    }
    let dear = told(&second, AlertKind::HighDailyCost, 1).await.remove(0);
    let of_it = posts(&hook)
        .iter()
        .filter(|call| call.json()["data"]["id"] == dear.id.to_string())
        .count();
    assert_eq!(of_it, 1, "{key}");
}
