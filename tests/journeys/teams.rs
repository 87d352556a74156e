//! Credit down the tree: from the house to a team's pool, from there to the keys of its members, and
//! back. And what one member may use with all keys together.

use http::Method;
use protocol::{Money, api::MintedKey};
use serde_json::{Value, json};
use tests::{Config, Device, Gateway, Model, Price, Upstream, upstream::Answer, verify_clean};

use crate::{
    browser::{Browser, invited, printed_link, with_owner},
    stage::CODER,
};

async fn team(owner: &mut Browser, name: &str, credit: &str) -> Value {
    let body = json!({ "name": name, "creditNanoUsd": credit });
    owner.post("/teams", body).await.expect(201).json()
}

async fn pool_of(owner: &Browser, name: &str) -> Value {
    let teams = owner.get("/teams").await.expect(200).json()["teams"].clone();
    let teams = teams.as_array().unwrap();
    let team = teams.iter().find(|team| team["name"] == name);
    team.unwrap_or_else(|| panic!("{teams:?}"))["pool"].clone()
}

/// An empty key that is this member's from the start.
async fn key_for(owner: &mut Browser, member: &Value) -> String {
    let body = json!({ "creditNanoUsd": "0", "memberId": member });
    let minted = owner.post("/keys", body).await.expect(201).json();
    minted["keys"][0]["id"].as_str().unwrap().to_owned()
}

async fn left(browser: &Browser) -> String {
    let balance = browser.get("/balance").await.expect(200).json();
    balance["balance"]["availableNanoUsd"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn credit_goes_from_a_teams_pool_to_its_members_and_back() {
    let (gateway, mut owner) = with_owner().await;
    let ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let bob = invited(&gateway, &mut owner, "member", "Bob").await;
    let robotics = team(&mut owner, "Robotics", "10").await;
    let pool = robotics["pool"]["keyId"].clone();
    let taken = owner.post("/teams", json!({ "name": "ROBOTICS" })).await;
    assert_eq!(
        (taken.status.as_u16(), taken.code().as_str()),
        (409, "name_taken")
    );

    let mut keys = Vec::new();
    for browser in [&ada, &bob] {
        let id = browser.member().await["id"].clone();
        let path = format!("/members/{}/team", id.as_str().unwrap());
        let put = json!({ "teamId": robotics["id"] });
        let member = owner.send(Method::PUT, &path, put).await.expect(200).json();
        assert_eq!(member["member"]["teamId"], robotics["id"]);
        keys.push(key_for(&mut owner, &id).await);
    }
    let divide = json!({ "fromKeyId": pool, "evenly": keys, "amountNanoUsd": "7" });
    owner.post("/allocations", divide.clone()).await.expect(200);
    assert_eq!((left(&ada).await, left(&bob).await), ("4".into(), "3".into()));
    assert_eq!(pool_of(&owner, "Robotics").await["availableNanoUsd"], "3");
    let too_much = owner.post("/allocations", divide).await;
    assert_eq!(too_much.code(), "insufficient_credit");

    let give_back = json!({ "fromKeyId": keys[0], "toKeyId": pool });
    owner.post("/allocations", give_back).await.expect(200);
    assert_eq!(left(&ada).await, "0");
    assert_eq!(pool_of(&owner, "Robotics").await["availableNanoUsd"], "7");

    let path = format!("/teams/{}", robotics["id"].as_str().unwrap());
    owner.delete(&path).await.expect(204);
    owner.delete(&path).await.expect(404);
    assert_eq!(owner.get("/teams").await.json()["teams"], json!([]));
    let closed = owner.get("/keys").await.json()["keys"].clone();
    let closed = closed.as_array().unwrap();
    let closed = closed.iter().find(|key| key["id"] == pool).unwrap();
    assert_eq!(
        (&closed["state"], &closed["availableNanoUsd"]),
        (&json!("revoked"), &json!("0"))
    );
    assert_eq!(ada.member().await["teamId"], Value::Null);
    assert_eq!(left(&bob).await, "3", "what members hold stays theirs");
    team(&mut owner, "Robotics", "0").await;
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn a_member_sees_no_teams_and_gives_only_what_is_theirs() {
    let (gateway, mut owner) = with_owner().await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let pool = team(&mut owner, "Robotics", "10").await["pool"]["keyId"].clone();
    let of_ada = key_for(&mut owner, &ada.member().await["id"]).await;
    assert_eq!(ada.get("/teams").await.code(), "forbidden");
    let grab = json!({ "fromKeyId": pool, "evenly": [of_ada] });
    assert_eq!(ada.post("/allocations", grab).await.code(), "not_found");
    assert_eq!(left(&ada).await, "0");
}

async fn key_of(gateway: &Gateway, browser: &mut Browser) -> (MintedKey, Device) {
    let key = gateway.mint_one("1").await;
    let claim = json!({ "key": key.key });
    browser.post("/keys/claim", claim).await.expect(200);
    let device = gateway.redeem(&key).await;
    (key, device)
}

#[tokio::test]
async fn what_a_member_may_spend_counts_over_all_their_keys() {
    let upstream = Upstream::start().await;
    let answer = Answer::of("chatcmpl-9", 10, 100);
    let cost = Price::USUAL.of(&answer.usage);
    upstream.answer(CODER, answer);
    let config = Config::with_upstream(&upstream).model(Model::new(CODER, Price::USUAL));
    let mut gateway = Gateway::start(&config).await;
    let mut owner = Browser::use_link(&gateway, &printed_link(&gateway), "Olga").await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let (_, first) = key_of(&gateway, &mut ada).await;
    let (_, second) = key_of(&gateway, &mut ada).await;
    let others = gateway.device("1").await;
    first.chat(CODER).send().await.expect(200);

    let id = ada.member().await["id"].as_str().unwrap().to_owned();
    let path = format!("/members/{id}/limits");
    // Enough for what was spent and not for anything more, however short.
    let cap = cost.checked_add(Money::from_nano_usd(1)).unwrap();
    let limits = json!({ "spendPerMonthNanoUsd": cap });
    let member = owner.send(Method::PUT, &path, limits).await.expect(200).json();
    assert_eq!(member["member"]["limits"]["spendPerMonthNanoUsd"], json!(cap));
    let refused = second.chat(CODER).send().await;
    assert_eq!(refused.status.as_u16(), 402, "{}", refused.text());
    assert!(refused.text().contains("member"), "{}", refused.text());
    others.chat(CODER).send().await.expect(200);

    gateway.stop().await;
    gateway.restart().await;
    let again = second.moved_to(&gateway.url(""));
    assert_eq!(
        again.chat(CODER).send().await.status.as_u16(),
        402,
        "also after a restart"
    );
    let mut owner = Browser::sign_in(&gateway, "Olga").await;
    let nothing = owner.send(Method::PUT, &path, json!({ "rpm": 0 })).await;
    assert_eq!(nothing.code(), "invalid_request");
    owner.send(Method::PUT, &path, json!({})).await.expect(200);
    again.chat(CODER).send().await.expect(200);

    // What was spent while there was no cap counts under the next one.
    let refuses = async |owner: &mut Browser, spent: i64| {
        let limits = json!({ "spendPerMonthNanoUsd": Money::from_nano_usd(spent + 1) });
        owner.send(Method::PUT, &path, limits).await.expect(200);
        let refused = again.chat(CODER).send().await;
        assert_eq!(refused.status.as_u16(), 402, "{}", refused.text());
    };
    refuses(&mut owner, 2 * cost.nano_usd()).await;
    // So does what was spent of a key that becomes theirs.
    let others_key = others.account.balance.lots[0].id;
    let others = others.moved_to(&gateway.url(""));
    let dear = Answer::of("chatcmpl-9", 10, 2_000);
    let dear_cost = Price::USUAL.of(&dear.usage);
    upstream.answer(CODER, dear);
    others.chat(CODER).send().await.expect(200);
    let assign = format!("/keys/{others_key}/member");
    let member = json!({ "memberId": id });
    owner.send(Method::PUT, &assign, member).await.expect(200);
    refuses(&mut owner, 2 * cost.nano_usd() + dear_cost.nano_usd()).await;
    verify_clean(&gateway).await;
}
