//! A token key becomes exactly as many devices as it allows, once each, and tells a stranger nothing.

use std::{collections::HashMap, sync::Arc};

use protocol::api::{KeyState, MintedKey, RedeemResponse};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, KeptConnection, MintOptions, Model, Price, Request, Upstream, upstream::Answer,
    verify_clean,
};

use crate::stage::{CODER, CREDIT, Stage};

const KEYS_EACH: u32 = 500;
const RACERS: usize = 50;

/// Half of the keys for one device, half for three; everyone tries every key.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_racers_on_a_thousand_keys_get_exactly_the_places_there_are() {
    let gateway = Gateway::start(&Config::new().unlimited_failed_redeems()).await;
    let mut keys = gateway.mint(&MintOptions::credit("0.01").count(KEYS_EACH)).await;
    keys.extend(
        gateway
            .mint(&MintOptions::credit("0.01").count(KEYS_EACH).devices(3))
            .await,
    );
    let keys = Arc::new(keys);

    let racers: Vec<_> = (0..RACERS)
        .map(|_| tokio::spawn(race(gateway.url(""), keys.clone())))
        .collect();
    let mut won: HashMap<String, u32> = HashMap::new();
    let mut credentials = Vec::new();
    for racer in racers {
        for (key, credential) in racer.await.unwrap() {
            *won.entry(key).or_default() += 1;
            credentials.push(credential);
        }
    }
    for key in keys.iter() {
        assert_eq!(won.get(&key.key), Some(&key.devices), "key {}", key.id);
    }
    let places: u32 = keys.iter().map(|key| key.devices).sum();
    assert_eq!(credentials.len(), usize::try_from(places).unwrap());
    credentials.sort_unstable();
    credentials.dedup();
    assert_eq!(
        credentials.len(),
        usize::try_from(places).unwrap(),
        "no credential was given twice"
    );
    let all_enrolled = gateway
        .keys()
        .await
        .iter()
        .all(|key| key.devices_enrolled == key.devices);
    assert!(all_enrolled);
    verify_clean(&gateway).await;
}

async fn race(url: String, keys: Arc<Vec<MintedKey>>) -> Vec<(String, String)> {
    let mut connection = KeptConnection::open(&url).await.unwrap();
    let mut won = Vec::new();
    for key in keys.iter() {
        let seen = connection
            .send(Device::redeem_request(&url, &key.key))
            .await
            .unwrap();
        match seen.status.as_u16() {
            201 => won.push((key.key.clone(), seen.parse::<RedeemResponse>().credential)),
            403 => assert_eq!(seen.code(), "key_refused"),
            other => panic!("{other}: {}", seen.text()),
        }
    }
    won
}

#[tokio::test]
async fn redeeming_answers_the_account_and_the_credential_once() {
    let stage = Stage::new().await;
    let key = stage
        .gateway
        .mint(&MintOptions::credit("1.25").models(CODER))
        .await
        .remove(0);
    let body = json!({
        "key": key.key,
        "deviceName": "Ada's laptop",
        "device": {"os": "linux", "client": "journey", "version": "1"},
        "somethingNew": true,
    });
    let url = stage.gateway.url("/api/v1/redeem");
    let seen = Request::post(&url).json(&body).send().await.expect(201);
    let answer = seen.json();
    let credential = answer["credential"].as_str().unwrap();
    assert!(
        credential.starts_with("ttd_") && credential.len() == 42,
        "ttd_, 32 and 6 letters"
    );
    let account = &answer["account"];
    assert_members(
        account,
        &["member", "deviceId", "deviceName", "balance", "models"],
    );
    assert_eq!(account["deviceName"], "Ada's laptop");
    assert_eq!(account["models"], json!([CODER]));
    let balance = &account["balance"];
    assert_members(
        balance,
        &[
            "availableNanoUsd",
            "heldNanoUsd",
            "grantedNanoUsd",
            "spentNanoUsd",
            "display",
            "lots",
        ],
    );
    assert_eq!(balance["availableNanoUsd"], "1250000000");
    assert_eq!(balance["heldNanoUsd"], "0");
    assert_eq!(balance["grantedNanoUsd"], "1250000000");
    assert_eq!(balance["spentNanoUsd"], "0");
    assert_eq!(balance["display"], "$1.25");
    let lot = &balance["lots"][0];
    assert_members(
        lot,
        &[
            "id",
            "keyLast4",
            "availableNanoUsd",
            "heldNanoUsd",
            "grantedNanoUsd",
            "expiresAt",
        ],
    );
    assert_eq!(lot["id"], key.id.to_string());
    assert_eq!(lot["keyLast4"].as_str(), key.key.get(key.key.len() - 4..));
    assert_eq!(lot["expiresAt"], Value::Null);

    let me = Request::get(&stage.gateway.url("/api/v1/me"))
        .bearer(credential)
        .send()
        .await
        .expect(200);
    assert_eq!(me.json(), json!({"account": account}));
    assert!(!me.text().contains(credential));
}

#[track_caller]
fn assert_members(object: &Value, expected: &[&str]) {
    let mut found: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = expected.to_vec();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_code_is_read_as_people_type_it() {
    let gateway = Gateway::start(&Config::new()).await;
    let key = gateway.mint(&MintOptions::credit("1").devices(3)).await.remove(0);
    let bare = key.key.replace('-', "");
    let body = bare.strip_prefix("TTK").unwrap();
    let typed = body.to_lowercase().replace('0', "o").replace('1', "l");
    for spelling in [bare.clone(), key.key.to_lowercase(), format!(" ttk-{typed} ")] {
        Device::redeem_request(&gateway.url(""), &spelling)
            .send()
            .await
            .expect(201);
    }
}

#[tokio::test]
async fn every_refusal_is_the_same() {
    let gateway = Gateway::start(&Config::new().unlimited_failed_redeems()).await;
    let [used, revoked]: [MintedKey; 2] = gateway
        .mint(&MintOptions::credit("1").count(2))
        .await
        .try_into()
        .unwrap();
    gateway.redeem(&used).await;
    gateway
        .cli(&["keys", "revoke", &revoked.id.to_string()])
        .await
        .expect(0);
    let expired = expired_key(&gateway).await;
    // A code of the right form that nobody minted: minted by another gateway.
    let stranger = Gateway::start(&Config::new()).await.mint_one("1").await;
    let mut texts = Vec::new();
    for code in [
        used.key.clone(),
        revoked.key,
        expired,
        stranger.key,
        "TTK-NOT-A-CODE".into(),
        String::new(),
    ] {
        let seen = Device::redeem_request(&gateway.url(""), &code)
            .send()
            .await
            .expect(403);
        assert_eq!(seen.code(), "key_refused");
        texts.push(seen.text().to_owned());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "a refusal does not say why: {texts:?}");
}

/// Minted over HTTP with a moment that is already past, or refused there: then there is nothing to try.
async fn expired_key(gateway: &Gateway) -> String {
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_millis(300);
    let body = json!({"creditNanoUsd": "1000000000", "expiresAt": soon});
    let answer = gateway
        .owner(http::Method::POST, "/api/v1/keys")
        .json(&body)
        .send()
        .await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let key = answer.json()["keys"][0].clone();
    let id = key["id"].as_str().unwrap().to_owned();
    tests::eventually("the key to expire", async || {
        let keys = gateway.keys().await;
        let key = keys.iter().find(|key| key.id.to_string() == id).unwrap();
        (key.state == KeyState::Expired).then_some(())
    })
    .await;
    key["key"].as_str().unwrap().into()
}

#[tokio::test]
async fn only_failed_redeems_count_for_the_limit() {
    let gateway = Gateway::start(&Config::new()).await;
    let keys = gateway.mint(&MintOptions::credit("1").count(12)).await;
    for key in &keys[..10] {
        gateway.redeem(key).await;
    }
    for _ in 0..5 {
        Device::redeem_request(&gateway.url(""), &keys[0].key)
            .send()
            .await
            .expect(403);
    }
    let limited = Device::redeem_request(&gateway.url(""), &keys[0].key)
        .send()
        .await
        .expect(429);
    assert_eq!(limited.code(), "rate_limited");
    // A header that anyone can write does not make another peer of it.
    let forged =
        Device::redeem_request(&gateway.url(""), &keys[0].key).header("x-forwarded-for", "203.0.113.7");
    assert_eq!(forged.send().await.expect(429).code(), "rate_limited");
}

#[tokio::test]
async fn the_same_idempotency_key_answers_the_same_device_with_a_new_credential() {
    let gateway = Gateway::start(&Config::new()).await;
    let key = gateway.mint_one("1").await;
    let redeem = || Device::redeem_request(&gateway.url(""), &key.key).header("idempotency-key", "attempt-1");
    let first: RedeemResponse = redeem().send().await.expect(201).parse();
    let second: RedeemResponse = redeem().send().await.expect(201).parse();
    assert_eq!(first.account.device_id, second.account.device_id);
    assert_ne!(first.credential, second.credential);
    let me = |credential: &str| Request::get(&gateway.url("/api/v1/me")).bearer(credential);
    me(&first.credential).send().await.expect(401);
    me(&second.credential).send().await.expect(200);
    // Now that the credential was used, the answer was received: another try is another device.
    assert_eq!(redeem().send().await.expect(403).code(), "key_refused");
    assert_eq!(gateway.keys().await[0].devices_enrolled, 1);
}

#[tokio::test]
async fn another_idempotency_key_is_another_device() {
    let gateway = Gateway::start(&Config::new()).await;
    let key = gateway.mint(&MintOptions::credit("1").devices(2)).await.remove(0);
    let redeem =
        |attempt: &str| Device::redeem_request(&gateway.url(""), &key.key).header("idempotency-key", attempt);
    let first: RedeemResponse = redeem("a").send().await.expect(201).parse();
    let second: RedeemResponse = redeem("b").send().await.expect(201).parse();
    assert_ne!(first.account.device_id, second.account.device_id);
}

#[tokio::test]
async fn signing_out_frees_the_place_and_kills_the_credential() {
    let gateway = Gateway::start(&Config::new()).await;
    let key = gateway.mint_one("1").await;
    let device = gateway.redeem(&key).await;
    Device::redeem_request(&gateway.url(""), &key.key)
        .send()
        .await
        .expect(403);
    let path = format!("/api/v1/devices/{}", device.account.device_id);
    let url = gateway.url(&path);
    let gone = Request::new(http::Method::DELETE, &url)
        .bearer(&device.credential)
        .send()
        .await;
    assert!(gone.status.is_success(), "{}", gone.text());
    assert_eq!(
        device.get("/api/v1/me").send().await.expect(401).code(),
        "credential_revoked"
    );
    gateway.redeem(&key).await;
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let upstream = Upstream::start().await;
    let config = Config::with_upstream(&upstream).model(Model::new(CODER, Price::USUAL));
    upstream.answer(CODER, Answer::of("chatcmpl-7", 5, 5));
    let mut gateway = Gateway::start(&config).await;
    let kept = gateway.device(CREDIT).await;
    let revoked = gateway.device(CREDIT).await;
    let key = revoked.account.balance.lots[0].id;
    gateway.cli(&["keys", "revoke", &key.to_string()]).await.expect(0);
    let unused = gateway.mint_one(CREDIT).await;
    gateway.kill().await;
    gateway.restart().await;
    let url = gateway.url("");
    kept.moved_to(&url).chat(CODER).send().await.expect(200);
    revoked.moved_to(&url).chat(CODER).send().await.expect(401);
    gateway.redeem(&unused).await;
    verify_clean(&gateway).await;
}
