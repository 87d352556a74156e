//! What an owner and a member have set is the same at every gateway of a database, and after a move
//! from a file into one.

use http::Method;
use protocol::{KeyId, api::KeySummary};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, MintOptions, Model, Postgres, Price, Request, Upstream, eventually,
    upstream::Answer, verify_clean,
};

use crate::{cluster::Cluster, retention, stage::CODER};

const AUTO: &str = "auto";
const MODELS: [&str; 2] = ["model-a", "model-b"];

async fn summary(gateway: &Gateway, key: KeyId) -> KeySummary {
    let keys = gateway.keys().await;
    keys.into_iter()
        .find(|one| one.id == key)
        .expect("the key is listed")
}

/// The command that moves a ledger from its file into this database.
pub fn migrate(url: &str) -> [&str; 8] {
    [
        "migrate",
        "--from",
        "sqlite",
        "--to",
        "postgres",
        "--json",
        "--database-url",
        url,
    ]
}

/// Moves the ledger of a gateway that is stopped, and starts it there.
async fn move_to(gateway: &mut Gateway, url: &str) {
    gateway.cli(&migrate(url)).await.expect(0);
    gateway.restart().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_far_rows_went_is_known_after_the_move() {
    let server = Postgres::start();
    let url = server.database("moved");
    let mut gateway = Gateway::start(&Config::new()).await;
    let file = retention::file();
    retention::import(&gateway, &file, false).await;
    retention::let_old_rows_go(&mut gateway).await;
    let bills = "/reconciliation?since=2026-01-05&until=2027-01-05";
    let told = async |gateway: &Gateway| {
        let (settings, bills) = (
            retention::get(gateway, "/settings"),
            retention::get(gateway, bills),
        );
        [
            settings.await["usageKeptFrom"].clone(),
            bills.await["since"].clone(),
        ]
    };
    let before = told(&gateway).await;
    assert!(before[0].is_string() && before[1] != "2026-01-05", "{before:?}");
    gateway.stop().await;

    move_to(&mut gateway, &url).await;
    assert_eq!(told(&gateway).await, before);
    let again = retention::import(&gateway, &file, false).await;
    let counts = ["imported", "alreadyHere", "tooOld"].map(|name| again[name].as_u64());
    assert_eq!(counts, [Some(0), Some(1), Some(3)], "{again}");
    verify_clean(&gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allowances_and_bills_move_to_postgresql_with_the_ledger() {
    let upstream = Upstream::start().await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 5));
    let server = Postgres::start();
    let url = server.database("moved");
    let config = Config::with_upstream(&upstream).model(Model::new(CODER, Price::USUAL));
    let mut gateway = Gateway::start(&config).await;
    let device = gateway.device("1.00").await;
    let key = device.account.balance.lots[0].id;
    let id = key.to_string();
    let set = [
        "keys",
        "allowance",
        &id,
        "--amount",
        "2.5",
        "--every",
        "month",
        "--carry-over",
    ];
    gateway.cli(&set).await.expect(0);
    device.chat(CODER).send().await.expect(200);
    let line =
        json!({"lines": [{"day": "2026-01-05", "upstream": "fake", "model": CODER, "costNanoUsd": "7"}]});
    let import = gateway.owner(Method::POST, "/api/v1/reconciliation/lines");
    import.json(&line).send().await.expect(204);
    let before = summary(&gateway, key).await;
    assert!(before.allowance.is_some());
    verify_clean(&gateway).await;
    gateway.stop().await;

    move_to(&mut gateway, &url).await;
    verify_clean(&gateway).await;
    let after = summary(&gateway, key).await;
    assert_eq!(after.allowance, before.allowance);
    assert_eq!(
        (after.granted_nano_usd, after.spent_nano_usd),
        (before.granted_nano_usd, before.spent_nano_usd)
    );
    let days = "/api/v1/reconciliation?since=2026-01-05&until=2026-01-06";
    let books = gateway.owner(Method::GET, days).send().await.expect(200).json();
    assert_eq!(books["lines"][0]["billed"]["costNanoUsd"], "7", "{books}");

    // It is a real one there: it can be ended, and what was granted stays.
    gateway.cli(&["keys", "allowance", &id, "--off"]).await.expect(0);
    let ended = summary(&gateway, key).await;
    assert_eq!(
        (ended.allowance, ended.granted_nano_usd),
        (None, after.granted_nano_usd)
    );
    verify_clean(&gateway).await;
}

fn wants(device: &Device, order: &Value) -> Request {
    Request::new(Method::PUT, &device.url("/api/v1/preferences"))
        .bearer(&device.credential)
        .json(&json!({ "order": order }))
}

async fn chosen(device: &Device) -> String {
    let seen = device.chat(AUTO).send().await.expect(200);
    seen.header(protocol::header::MODEL).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_member_prefers_is_followed_by_every_gateway_of_the_database() {
    let upstream = Upstream::start().await;
    let mut config = Config::with_upstream(&upstream);
    for model in MODELS {
        upstream.answer(model, Answer::of("chatcmpl-1", 10, 5));
        config = config.model(Model::new(model, Price::USUAL));
    }
    let config = config.table(&format!("[[model]]\nid = {AUTO:?}\nchoose = {MODELS:?}\n"));
    let cluster = Cluster::start(&config).await;
    let key = cluster.gateways[0]
        .mint(&MintOptions::credit("1.00"))
        .await
        .remove(0);
    let here = cluster.gateways[0].redeem(&key).await;
    let there = here.moved_to(&cluster.url(1));
    assert_eq!(
        (chosen(&here).await, chosen(&there).await),
        (MODELS[0].into(), MODELS[0].into())
    );

    for wish in [MODELS[1], MODELS[0], MODELS[1]] {
        wants(&here, &json!([wish])).send().await.expect(200);
        assert_eq!(chosen(&here).await, wish);
        // The other one hears of it, without being asked for the key anew.
        eventually("the other gateway to follow", async || {
            (chosen(&there).await == wish).then_some(())
        })
        .await;
        let kept = there.get("/api/v1/preferences").send().await.expect(200).json();
        assert_eq!(kept["order"], json!([wish]));
    }
    // And back: the last word counts, whoever heard it.
    wants(&there, &json!([MODELS[0]])).send().await.expect(200);
    eventually("the first gateway to follow", async || {
        (chosen(&here).await == MODELS[0]).then_some(())
    })
    .await;
    verify_clean(&cluster.gateways[1]).await;
}
