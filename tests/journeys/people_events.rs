//! What a signed-in browser hears without asking.

use std::time::{Duration, Instant};

use http::Method;
use protocol::{
    MemberId, Money,
    api::{Event, MintedKey},
};
use serde_json::{Value, json};
use tests::{Config, Device, Gateway, Model, Price, Upstream, eventually, upstream::Answer};

use crate::{
    browser::{Browser, invited, printed_link},
    events::Ear,
    stage::CODER,
};

/// A gateway with an upstream, whose owner is called Olga.
async fn with_upstream() -> (Upstream, Gateway, Browser) {
    let upstream = Upstream::start().await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 10));
    let config = Config::with_upstream(&upstream).model(Model::new(CODER, Price::USUAL));
    let gateway = Gateway::start(&config).await;
    let owner = Browser::use_link(&gateway, &printed_link(&gateway), "Olga").await;
    (upstream, gateway, owner)
}

async fn listen(browser: &Browser) -> Ear {
    let mut ear = Ear::on(browser.request(Method::GET, "/events")).await;
    ear.balance().await;
    ear
}

async fn with_key(gateway: &Gateway, browser: &mut Browser, credit: &str) -> (MintedKey, Device) {
    let key = gateway.mint_one(credit).await;
    let claim = json!({ "key": key.key });
    browser.post("/keys/claim", claim).await.expect(200);
    let device = gateway.redeem(&key).await;
    (key, device)
}

async fn id_of(browser: &Browser) -> MemberId {
    let member = browser.member().await;
    serde_json::from_value(member["id"].clone()).unwrap()
}

/// Passes over what is told of before, until this much is spent.
async fn spent(ear: &mut Ear, expected: Money) {
    while ear.balance().await.spent_nano_usd != expected {}
}

#[tokio::test]
async fn a_member_hears_what_their_device_spent_and_another_member_does_not() {
    let (_upstream, gateway, mut owner) = with_upstream().await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let mut bob = invited(&gateway, &mut owner, "member", "Bob").await;
    let (_, of_ada) = with_key(&gateway, &mut ada, "1").await;
    let (_, of_bob) = with_key(&gateway, &mut bob, "1").await;
    let (mut ada_hears, mut bob_hears) = (listen(&ada).await, listen(&bob).await);
    let mut owner_hears = listen(&owner).await;

    of_ada.chat(CODER).send().await.expect(200);
    let cost = of_ada.idle_balance().await.spent_nano_usd;
    assert!(cost > Money::ZERO);
    spent(&mut ada_hears, cost).await;
    assert_eq!(
        owner_hears.next().await,
        Some(Event::Changed),
        "it is not theirs, but they may see it"
    );

    // What Bob hears first is of his own request: all that was Ada's has gone by.
    of_bob.chat(CODER).send().await.expect(200);
    let cost = of_bob.idle_balance().await.spent_nano_usd;
    let first = bob_hears.balance().await;
    assert!(first.available_nano_usd < first.granted_nano_usd, "{first:?}");
    if first.spent_nano_usd != cost {
        spent(&mut bob_hears, cost).await;
    }
}

#[tokio::test]
async fn a_key_that_is_revoked_is_heard_by_its_member() {
    let (_upstream, gateway, mut owner) = with_upstream().await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let (key, _device) = with_key(&gateway, &mut ada, "1").await;
    let mut ear = listen(&ada).await;
    owner.delete(&format!("/keys/{}", key.id)).await.expect(204);
    while ear.balance().await.available_nano_usd != Money::ZERO {}
}

#[tokio::test]
async fn a_session_that_ends_is_told_and_its_stream_ends() {
    let (_upstream, gateway, mut owner) = with_upstream().await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let mut ends: Vec<Ear> = Vec::new();

    ends.push(listen(&ada).await);
    ada.send(Method::DELETE, "/session", json!({})).await.expect(204);
    let ada = Browser::sign_in(&gateway, "Ada").await;
    ends.push(listen(&ada).await);
    let path = format!("/members/{}", id_of(&ada).await);
    let disabled: Value = json!({ "disabled": true });
    owner.send(Method::PATCH, &path, disabled).await.expect(200);

    let began = Instant::now();
    for mut ear in ends {
        assert!(matches!(ear.next().await, Some(Event::Revocation { .. })));
        assert_eq!(ear.next().await, None);
    }
    // The gateway looks at its sessions every 20 s anyway; here it need not wait for that.
    assert!(began.elapsed() < Duration::from_secs(10), "told late");
    let refused = ada.get("/events").await;
    assert_eq!(refused.status.as_u16(), 401, "{}", refused.text());
}

#[tokio::test]
async fn a_members_pages_listen_in_so_many_places_and_no_more() {
    const MOST: usize = 64;
    let (_upstream, gateway, mut owner) = with_upstream().await;
    let ada = invited(&gateway, &mut owner, "viewer", "Ada").await;
    let again = Browser::sign_in(&gateway, "Ada").await;
    let open = |browser: &Browser| browser.request(Method::GET, "/events").open();
    let mut places = Vec::new();
    for _ in 0..MOST {
        let place = open(&ada).await;
        assert_eq!(place.status(), 200);
        places.push(place);
    }
    let refused = open(&again).await;
    assert_eq!(refused.status(), 429, "another session has no places of its own");
    let refused = refused.read_to_end().await;
    assert_eq!(refused.code(), "rate_limited");
    assert!(refused.header("retry-after").is_some());
    assert_eq!(open(&owner).await.status(), 200);
    drop(places.pop());
    eventually("a place", async || {
        (open(&again).await.status() == 200).then_some(())
    })
    .await;
}
