//! Devices, as their member sees them: what each has running, where it was seen, and another credential
//! for it. And what one request cost, line by line.

use protocol::api::DeviceList;
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Model, Price, Request, Upstream, eventually,
    upstream::{Answer, Gate, Step},
};

use crate::{
    browser::{Browser, invited, printed_link},
    stage::CODER,
};

struct Scene {
    upstream: Upstream,
    gateway: Gateway,
    owner: Browser,
    ada: Browser,
    device: Device,
}

/// A gateway with an upstream, its owner, and Ada with a device.
async fn scene() -> Scene {
    let upstream = Upstream::start().await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 1_000, 100));
    let config = Config::with_upstream(&upstream).model(Model::new(CODER, Price::USUAL));
    let gateway = Gateway::start(&config).await;
    let mut owner = Browser::use_link(&gateway, &printed_link(&gateway), "Olga").await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let key = gateway.mint_one("5").await;
    ada.post("/keys/claim", json!({ "key": key.key }))
        .await
        .expect(200);
    let device = gateway.redeem(&key).await;
    Scene {
        upstream,
        gateway,
        owner,
        ada,
        device,
    }
}

async fn devices(browser: &Browser) -> DeviceList {
    serde_json::from_value(browser.get("/devices").await.expect(200).json()).unwrap()
}

async fn running(browser: &Browser) -> Vec<Value> {
    let list = browser.get("/running").await.expect(200).json();
    list["requests"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_runs_is_seen_by_its_member_and_by_the_owner_alone() {
    let mut scene = scene().await;
    let bob = invited(&scene.gateway, &mut scene.owner, "member", "Bob").await;
    let viewer = invited(&scene.gateway, &mut scene.owner, "viewer", "Vera").await;
    assert!(running(&scene.owner).await.is_empty());
    let gate = Gate::closed();
    let answer = Answer::of("chatcmpl-2", 10, 10);
    let waits = gate.clone();
    scene.upstream.on(CODER, move |call| {
        answer.reply(call).before(Step::Wait(waits.clone()))
    });
    let request = scene.device.chat(CODER);
    let asked = tokio::spawn(async move { request.send().await });
    let seen = eventually("the request to run", async || running(&scene.ada).await.pop()).await;
    assert_eq!(
        (&seen["model"], &seen["deviceId"]),
        (&json!(CODER), &json!(scene.device.account.device_id))
    );
    assert!(seen["heldNanoUsd"].as_str().unwrap().parse::<i64>().unwrap() > 0);
    assert!(seen.get("messages").is_none());
    assert_eq!(running(&scene.owner).await.len(), 1);
    assert!(running(&bob).await.is_empty() && running(&viewer).await.is_empty());
    assert_eq!(devices(&scene.ada).await.devices[0].running, 1);
    gate.open();
    asked.await.unwrap().expect(200);
    assert!(running(&scene.ada).await.is_empty());
}

#[tokio::test]
async fn a_device_is_seen_where_it_was_and_nowhere_exactly() {
    let scene = scene().await;
    scene.device.chat(CODER).send().await.expect(200);
    let list = devices(&scene.ada).await;
    let places = &list.devices[0].addresses;
    assert_eq!(places.len(), 1, "{places:?}");
    assert_eq!(places[0].network, "this machine");
    assert!(places[0].first_at <= places[0].last_at);
}

#[tokio::test]
async fn a_rotated_device_goes_on_under_another_credential() {
    let mut scene = scene().await;
    let mut bob = invited(&scene.gateway, &mut scene.owner, "member", "Bob").await;
    let path = format!("/devices/{}/rotate", scene.device.account.device_id);
    bob.post(&path, json!({})).await.expect(404);
    let rotated = scene.ada.post(&path, json!({})).await.expect(200).json();
    let credential = rotated["credential"].as_str().unwrap().to_owned();
    assert!(credential.starts_with("ttd_"), "{credential}");
    let me = async |credential: &str| {
        let request = Request::get(&scene.gateway.url("/api/v1/me"));
        request.bearer(credential).send().await
    };
    let account = me(&credential).await.expect(200).json();
    assert_eq!(
        account["account"]["deviceId"],
        json!(scene.device.account.device_id)
    );
    // The old one works for ten minutes more, and no longer than until the next rotation.
    scene.device.chat(CODER).send().await.expect(200);
    let list = devices(&scene.ada).await;
    let device = &list.devices[0];
    assert!(device.former_until.is_some());
    assert_eq!(device.credential_last4, credential[credential.len() - 4..]);
    scene.ada.post(&path, json!({})).await.expect(200);
    assert_eq!(scene.device.chat(CODER).send().await.status.as_u16(), 401);
    me(&credential).await.expect(200);

    let mut gateway = scene.gateway;
    gateway.stop().await;
    gateway.restart().await;
    let after = Request::get(&gateway.url("/api/v1/me")).bearer(&credential);
    after.send().await.expect(200);
}

#[tokio::test]
async fn a_charge_is_shown_line_by_line() {
    let scene = scene().await;
    scene.device.chat(CODER).send().await.expect(200);
    let rows = scene.ada.get("/usage").await.expect(200).json();
    let id = rows["rows"][0]["requestId"].as_str().unwrap().to_owned();
    // A price is kept moments after it came into force.
    let detail = eventually("the price to be kept", async || {
        let detail = scene.ada.get(&format!("/usage/{id}")).await.expect(200).json();
        detail["price"].is_object().then_some(detail)
    })
    .await;
    let lines = detail["price"]["lines"].as_array().unwrap();
    let kinds: Vec<&Value> = lines.iter().map(|line| &line["of"]).collect();
    assert_eq!(kinds, [&json!("input"), &json!("output")]);
    let nano = |value: &Value| value.as_str().unwrap().parse::<i64>().unwrap();
    let sum: i64 = lines.iter().map(|line| nano(&line["amountNanoUsd"])).sum();
    let rest = nano(&detail["price"]["otherNanoUsd"]) + nano(&detail["price"]["multiplierNanoUsd"]);
    assert_eq!(sum + rest, nano(&detail["costNanoUsd"]));
    assert!((0..=1).contains(&rest), "{detail}");
}

#[tokio::test]
async fn the_owner_is_told_how_long_the_whole_gateway_lasts() {
    let scene = scene().await;
    let outlook = scene.owner.get("/overview").await.expect(200).json()["outlook"].clone();
    let left = outlook["history"].as_array().unwrap().last().unwrap()["availableNanoUsd"].clone();
    assert_eq!(left, "5000000000", "{outlook}");
}
