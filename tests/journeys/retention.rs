//! Requests that are older than they are kept go, and everything that they add up to stays.

use http::Method;
use serde_json::{Value, json};
use tests::{
    Config, Gateway, Model, Postgres, Price, Serve, Upstream, eventually, upstream::Answer, verify_clean,
};

use crate::{clock_jumps::Clock, stage::CODER};

pub async fn get(gateway: &Gateway, path: &str) -> Value {
    let request = gateway.owner(Method::GET, &format!("/api/v1{path}"));
    request.send().await.expect(200).json()
}

/// Each day of a year, and what the key was granted and spent.
async fn sums(gateway: &Gateway) -> Value {
    let overview = get(gateway, "/overview").await;
    let keys = get(gateway, "/keys").await;
    let lot = ["grantedNanoUsd", "spentNanoUsd"].map(|name| &keys["keys"][0][name]);
    json!([overview["activity"], lot])
}

async fn old_requests_go(upstream: &Upstream, serve: Serve) {
    let (clock, serve) = Clock::of(serve);
    clock.start_at("-60d");
    let mut gateway = serve.start().await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 1_000, 500));
    let key = gateway.mint_one("5").await;
    let device = gateway.redeem(&key).await;
    for _ in 0..3 {
        device.chat(CODER).send().await.expect(200);
    }
    clock.set(&gateway, "-10d").await;
    device.chat(CODER).send().await.expect(200);
    clock.set(&gateway, "+0d").await;
    let before = sums(&gateway).await;
    assert_eq!(before[0]["activeDays"], 2);

    let settings = |days: u32| {
        let request = gateway.owner(Method::PUT, "/api/v1/settings");
        request.json(&json!({ "usageDays": days, "timeZone": "UTC" }))
    };
    settings(7).send().await.expect(400);
    let set = settings(35).send().await.expect(200).json();
    assert_eq!(
        (&set["usageDays"], &set["usageKeptFrom"]),
        (&json!(35), &Value::Null)
    );
    let_old_rows_go(&mut gateway).await;
    assert_eq!(sums(&gateway).await, before);
    verify_clean(&gateway).await;
    let set = get(&gateway, "/settings").await;
    assert!(set["usageKeptFrom"].is_string(), "{set}");
    let log = get(&gateway, "/audit?action=usage.let-go").await;
    assert_eq!(log["entries"][0]["after"]["usageRows"], 3, "{log}");
    assert_eq!(log["entries"][0]["actor"]["kind"], "gateway");
    gateway.cli(&["audit", "verify"]).await.expect(0);
}

/// Three requests of sixty days ago and one of yesterday.
pub fn file() -> String {
    let day = |ago: i64| {
        let now = jiff::Timestamp::now();
        now.checked_sub(jiff::SignedDuration::from_hours(24 * ago))
            .unwrap()
    };
    let row = |ago: i64, id: &str| format!("{id},{},gpt-5,100,0.25\n", day(ago));
    let head = "request_id,at,model,input_tokens,cost_usd\n";
    [head.into(), row(60, "a"), row(60, "b"), row(61, "c"), row(1, "d")].concat()
}

pub async fn import(gateway: &Gateway, file: &str, is_preview: bool) -> Value {
    let path = format!("/api/v1/imports/usage?preview={is_preview}");
    let request = gateway
        .owner(Method::POST, &path)
        .header("content-type", "text/csv");
    request.body(file.to_owned()).send().await.expect(200).json()
}

/// All but one go.
pub async fn let_old_rows_go(gateway: &mut Gateway) {
    let settings = gateway.owner(Method::PUT, "/api/v1/settings");
    let settings = settings.json(&json!({ "usageDays": 35, "timeZone": "UTC" }));
    settings.send().await.expect(200);
    // It is looked at when the gateway starts, and once a minute.
    gateway.stop().await;
    gateway.restart().await;
    eventually("the old rows to go", async || {
        let list = get(gateway, "/usage").await;
        (list["rows"].as_array().map(Vec::len) == Some(1)).then_some(())
    })
    .await;
}

async fn imported_rows_that_went_stay_away(mut gateway: Gateway) {
    let file = file();
    let first = import(&gateway, &file, false).await;
    assert_eq!((&first["imported"], &first["tooOld"]), (&json!(4), &json!(0)));
    let before = sums(&gateway).await;
    let_old_rows_go(&mut gateway).await;
    for is_preview in [true, false] {
        let again = import(&gateway, &file, is_preview).await;
        let counts = ["imported", "alreadyHere", "tooOld", "refused"].map(|name| again[name].as_u64());
        assert_eq!(counts, [Some(0), Some(1), Some(3), Some(0)], "{again}");
    }
    assert_eq!(sums(&gateway).await, before);
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn an_import_does_not_bring_back_what_went() {
    let (_upstream, config) = setting().await;
    imported_rows_that_went_stay_away(Gateway::start(&config).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_does_not_bring_back_what_went_on_postgresql() {
    let server = Postgres::start();
    let (_upstream, config) = setting().await;
    let serve = Serve::new(&config).env("TOKEN_TRACKER_DATABASE_URL", &server.database("tt"));
    imported_rows_that_went_stay_away(serve.start().await).await;
}

async fn setting() -> (Upstream, Config) {
    let upstream = Upstream::start().await;
    let config = Config::with_upstream(&upstream).model(Model::new(CODER, Price::USUAL));
    (upstream, config)
}

#[tokio::test]
async fn old_requests_go_and_their_sums_stay() {
    let (upstream, config) = setting().await;
    old_requests_go(&upstream, Serve::new(&config)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_requests_go_and_their_sums_stay_on_postgresql() {
    let server = Postgres::start();
    let (upstream, config) = setting().await;
    let serve = Serve::new(&config).env("TOKEN_TRACKER_DATABASE_URL", &server.database("tt"));
    old_requests_go(&upstream, serve).await;
}
