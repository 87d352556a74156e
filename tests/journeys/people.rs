//! People: from the link that a first start prints to members with keys of their own.

use http::Method;
use serde_json::{Value, json};
use tests::{Config, Gateway, Request};

use crate::browser::{Browser, PASSWORD, ask_for_code, invited, poll, printed_link, with_owner};

#[tokio::test]
async fn the_printed_link_makes_the_owner_once() {
    let mut gateway = Gateway::start(&Config::new()).await;
    let link = printed_link(&gateway);
    let mut browser = Browser::new(&gateway);
    assert_eq!(browser.get("/sign-in").await.json()["hasOwner"], false);
    let looked = browser
        .post("/session/link/look", json!({ "link": link }))
        .await
        .expect(200);
    assert_eq!(
        (&looked.json()["kind"], &looked.json()["role"]),
        (&json!("signIn"), &json!("owner"))
    );
    let opened = browser
        .post("/session/link", json!({ "link": link }))
        .await
        .expect(201);
    let cookie = opened.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("token-tracker-"),
        "plain http on loopback: {cookie}"
    );
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert_eq!(browser.member().await["role"], "owner");
    let again = Browser::new(&gateway)
        .post("/session/link", json!({ "link": link }))
        .await;
    assert_eq!(
        (again.status.as_u16(), again.code().as_str()),
        (403, "link_refused")
    );
    // Alone at the machine and without a password: minting needs no ceremony.
    browser
        .post("/keys", json!({ "creditNanoUsd": "1" }))
        .await
        .expect(201);

    gateway.stop().await;
    gateway.restart().await;
    let printed = gateway.log().matches("/sign-in#tti_").count();
    assert_eq!(printed, 1, "who has an owner needs no link");
    let outcome = gateway.cli(&["members", "link", "--json"]).await.expect(0);
    let another = outcome.json::<Value>()["url"].as_str().unwrap().to_owned();
    let owner = Browser::use_link(&gateway, &another, "ignored").await;
    assert_eq!(owner.member().await["name"], "Owner");
}

/// Two hours in which nobody does anything.
fn let_hours_pass(gateway: &Gateway) {
    let file = gateway.home().data_dir().join("gateway.db");
    let database = rusqlite::Connection::open(file).unwrap();
    let sql = "UPDATE session SET seen_at = seen_at - 7200000, step_up_at = step_up_at - 7200000";
    assert_ne!(database.execute(sql, []).unwrap(), 0);
}

#[tokio::test]
async fn who_is_alone_at_the_machine_stays_signed_in_until_there_is_a_password() {
    let gateway = Gateway::start(&Config::new()).await;
    let mut browser = Browser::new(&gateway);
    let link = json!({ "link": printed_link(&gateway), "name": "Olga" });
    let opened = browser.post("/session/link", link).await.expect(201);
    let cookie = opened.header("set-cookie").unwrap();
    assert!(
        cookie.contains("Max-Age=7776000"),
        "it outlives the window: {cookie}"
    );
    let_hours_pass(&gateway);
    browser
        .post("/keys", json!({ "creditNanoUsd": "1" }))
        .await
        .expect(201);
    // From elsewhere, behind a proxy that nobody told us of, it is a session like any other.
    let_hours_pass(&gateway);
    let request = browser.request(Method::GET, "/session");
    let elsewhere = request.header("x-forwarded-for", "192.0.2.1").send().await;
    assert_eq!(elsewhere.status.as_u16(), 401);
    browser.get("/session").await.expect(200);

    let body = json!({ "new": PASSWORD });
    let set = browser
        .send(Method::PUT, "/session/password", body)
        .await
        .expect(200);
    assert!(!set.header("set-cookie").unwrap().contains("Max-Age"));
    let_hours_pass(&gateway);
    assert_eq!(browser.get("/session").await.status.as_u16(), 401);
    Browser::sign_in(&gateway, "Olga").await;
}

#[tokio::test]
async fn a_wrong_password_says_no_more_than_an_unknown_name_and_waits_longer_each_time() {
    let (gateway, _owner) = with_owner().await;
    let mut browser = Browser::new(&gateway);
    let mut texts = Vec::new();
    for name in ["Olga", "Nobody"] {
        let seen = browser
            .post(
                "/session",
                json!({ "name": name, "password": "wrong wrong wrong" }),
            )
            .await;
        assert_eq!(
            (seen.status.as_u16(), seen.code().as_str()),
            (401, "sign_in_refused")
        );
        texts.push(seen.text().to_owned());
    }
    assert_eq!(texts[0], texts[1]);
    for _ in 0..4 {
        let body = json!({ "name": "olga", "password": "wrong wrong wrong" });
        assert_eq!(browser.post("/session", body).await.status.as_u16(), 401);
    }
    let body = json!({ "name": "OLGA", "password": PASSWORD });
    let seen = browser.post("/session", body).await;
    assert_eq!(
        (seen.status.as_u16(), seen.code().as_str()),
        (429, "rate_limited")
    );
    assert!(seen.header("retry-after").is_some());
}

#[tokio::test]
async fn another_sites_page_cannot_use_the_session() {
    let (_gateway, owner) = with_owner().await;
    let cookie = owner.cookie.clone().unwrap();
    let url = format!("{}/api/v1/keys", owner.url);
    let body = json!({ "creditNanoUsd": "1" });
    let plain = || Request::post(&url).header("cookie", &cookie).json(&body);
    for request in [
        plain(),
        plain().header("sec-fetch-site", "cross-site"),
        plain().header("sec-fetch-site", "same-site"),
        plain().header("origin", "http://localhost:1"),
        plain()
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "text/plain"),
    ] {
        let seen = request.send().await;
        assert_eq!((seen.status.as_u16(), seen.code().as_str()), (403, "forbidden"));
    }
    let seen = plain().header("origin", &owner.url).send().await;
    assert_eq!(seen.status.as_u16(), 201, "{}", seen.text());
}

#[tokio::test]
async fn an_invited_member_has_what_is_theirs_and_nothing_else() {
    let (gateway, mut owner) = with_owner().await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let mut bob = invited(&gateway, &mut owner, "member", "Bob").await;
    let [of_ada, of_bob] = [gateway.mint_one("1").await, gateway.mint_one("2").await];

    let claimed = ada
        .post("/keys/claim", json!({ "key": of_ada.key }))
        .await
        .expect(200);
    assert_eq!(claimed.json()["key"]["memberId"], ada.member().await["id"]);
    bob.post("/keys/claim", json!({ "key": of_bob.key }))
        .await
        .expect(200);
    let stolen = ada.post("/keys/claim", json!({ "key": of_bob.key })).await;
    let unknown = ada
        .post(
            "/keys/claim",
            json!({ "key": "TTK-00000-00000-00000-00000-00000" }),
        )
        .await;
    assert_eq!(stolen.code(), "key_refused");
    assert_eq!(stolen.text(), unknown.text());

    let device = gateway.redeem(&of_bob).await;
    let keys = ada.get("/keys").await.expect(200).json()["keys"].clone();
    assert_eq!(keys.as_array().unwrap().len(), 1, "{keys}");
    assert_eq!(ada.get("/devices").await.json()["devices"], json!([]));
    let path = format!("/devices/{}", device.account.device_id);
    ada.delete(&path).await.expect(404);
    bob.delete(&path).await.expect(204);
    let balance = ada.get("/balance").await.expect(200).json();
    assert_eq!(balance["balance"]["availableNanoUsd"], "1000000000");
    for path in ["/audit", "/upstreams", "/invitations"] {
        assert_eq!(ada.get(path).await.code(), "forbidden", "{path}");
    }
    assert_eq!(
        ada.get("/members").await.json()["members"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        device.account.member.as_ref().map(|member| member.name.as_str()),
        Some("Bob")
    );
}

#[tokio::test]
async fn a_disabled_member_is_out_at_once_with_their_devices() {
    let (gateway, mut owner) = with_owner().await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let key = gateway.mint_one("1").await;
    ada.post("/keys/claim", json!({ "key": key.key }))
        .await
        .expect(200);
    let device = gateway.redeem(&key).await;
    let id = ada.member().await["id"].as_str().unwrap().to_owned();
    let path = format!("/members/{id}");
    owner
        .send(Method::PATCH, &path, json!({ "disabled": true }))
        .await
        .expect(200);
    assert_eq!(ada.get("/session").await.status.as_u16(), 401);
    assert_eq!(device.get("/api/v1/me").send().await.status.as_u16(), 401);
    let body = json!({ "name": "Ada", "password": PASSWORD });
    assert_eq!(
        Browser::new(&gateway).post("/session", body).await.code(),
        "sign_in_refused"
    );
    let redeem = Request::post(&gateway.url("/api/v1/redeem")).json(&json!({ "key": key.key }));
    assert_eq!(redeem.send().await.code(), "key_refused");
    owner
        .send(Method::PATCH, &path, json!({ "disabled": false }))
        .await
        .expect(200);
    Browser::sign_in(&gateway, "Ada").await;
    gateway.redeem(&key).await;
}

#[tokio::test]
async fn the_last_owner_stays_and_ownership_changes_hands() {
    let (gateway, mut owner) = with_owner().await;
    let ada = invited(&gateway, &mut owner, "admin", "Ada").await;
    let olga = owner.member().await["id"].as_str().unwrap().to_owned();
    let demote = owner
        .send(
            Method::PATCH,
            &format!("/members/{olga}"),
            json!({ "role": "admin" }),
        )
        .await;
    assert_eq!(
        (demote.status.as_u16(), demote.code().as_str()),
        (409, "last_owner")
    );
    assert_eq!(
        owner.delete(&format!("/members/{olga}")).await.code(),
        "last_owner"
    );
    let ada_id = ada.member().await["id"].as_str().unwrap().to_owned();
    let promote = format!("/members/{ada_id}/owner");
    owner.post(&promote, json!({})).await.expect(200);
    assert_eq!(owner.member().await["role"], "admin");
    assert_eq!(
        ada.get("/session").await.status.as_u16(),
        401,
        "a new role is a new session"
    );
    assert_eq!(
        Browser::sign_in(&gateway, "Ada").await.member().await["role"],
        "owner"
    );
    let touch = owner
        .send(
            Method::PATCH,
            &format!("/members/{ada_id}"),
            json!({ "disabled": true }),
        )
        .await;
    assert_eq!(touch.code(), "forbidden", "an admin does not touch an owner");
}

#[tokio::test]
async fn signing_out_and_a_new_password_end_all_sessions() {
    let (gateway, mut owner) = with_owner().await;
    let mut other = Browser::sign_in(&gateway, "Olga").await;
    let body = json!({ "current": PASSWORD, "new": "another long password" });
    owner
        .send(Method::PUT, "/session/password", body)
        .await
        .expect(200);
    assert_eq!(other.get("/session").await.status.as_u16(), 401);
    owner.get("/session").await.expect(200);
    let body = json!({ "name": "Olga", "password": "another long password" });
    other.post("/session", body).await.expect(200);
    let cookie = owner.cookie.clone().unwrap();
    owner
        .send(Method::DELETE, "/session", json!({}))
        .await
        .expect(204);
    owner.cookie = Some(cookie);
    assert_eq!(owner.get("/session").await.status.as_u16(), 401);
    assert_eq!(other.get("/session").await.status.as_u16(), 401);
}

#[tokio::test]
async fn a_token_is_shown_once_and_reaches_as_far_as_its_scopes() {
    let (gateway, owner) = with_owner().await;
    let body = json!({ "name": "script", "scopes": ["read"] });
    let once = owner
        .request(Method::POST, "/tokens")
        .header("idempotency-key", "first")
        .json(&body);
    let made = once.clone().send().await.expect(201).json();
    let repeated = once.send().await.expect(201);
    assert_eq!(
        repeated.json(),
        made,
        "an answer that got lost on its way comes again"
    );
    let secret = made["secret"].as_str().unwrap().to_owned();
    let call = |method: Method, path: &str| {
        Request::new(method, &gateway.url(&format!("/api/v1{path}"))).bearer(&secret)
    };
    call(Method::GET, "/keys").send().await.expect(200);
    let mint = call(Method::POST, "/keys")
        .json(&json!({ "creditNanoUsd": "1" }))
        .send()
        .await;
    assert_eq!(mint.code(), "forbidden");
    let infer = Request::new(Method::GET, &gateway.url("/v1/models"))
        .bearer(&secret)
        .send()
        .await;
    assert_eq!(infer.status.as_u16(), 403, "what administers does not infer");
    let list = owner.get("/tokens").await.expect(200);
    assert!(!list.text().contains(&secret));
    let id = list.json()["tokens"][0]["id"].as_str().unwrap().to_owned();
    owner.delete(&format!("/tokens/{id}")).await.expect(204);
    assert_eq!(call(Method::GET, "/keys").send().await.status.as_u16(), 401);
}

#[tokio::test]
async fn a_command_line_is_linked_from_the_browser() {
    let (gateway, mut owner) = with_owner().await;
    let asked = ask_for_code(&gateway, "scope=token&device_name=laptop").await;
    let code = asked["user_code"].as_str().unwrap().to_lowercase();
    let looked = owner
        .post("/device/look", json!({ "userCode": code }))
        .await
        .expect(200)
        .json();
    assert_eq!(looked["deviceName"], "laptop");
    owner
        .post("/device/approve", json!({ "userCode": code }))
        .await
        .expect(204);
    let granted = poll(&gateway, &asked).await.expect(200).json();
    let token = granted["access_token"].as_str().unwrap();
    assert!(token.starts_with("ttp_"), "{token}");
    Request::get(&gateway.url("/api/v1/keys"))
        .bearer(token)
        .send()
        .await
        .expect(200);
    assert_eq!(
        poll(&gateway, &asked).await.json()["error"],
        "expired_token",
        "it is told once"
    );
}

#[tokio::test]
async fn an_editor_is_linked_to_a_key_of_the_member() {
    let (gateway, mut owner) = with_owner().await;
    let mut ada = invited(&gateway, &mut owner, "member", "Ada").await;
    let key = gateway.mint_one("1").await;
    let asked = ask_for_code(&gateway, "scope=device&device_name=editor").await;
    let code = asked["user_code"].clone();
    let answer = json!({ "userCode": code, "keyId": key.id });
    assert_eq!(
        ada.post("/device/approve", answer.clone()).await.code(),
        "not_found",
        "it is not hers"
    );
    ada.post("/keys/claim", json!({ "key": key.key }))
        .await
        .expect(200);
    ada.post("/device/approve", answer).await.expect(204);
    let granted = poll(&gateway, &asked).await.expect(200).json();
    let credential = granted["access_token"].as_str().unwrap();
    let me = Request::get(&gateway.url("/api/v1/me"))
        .bearer(credential)
        .send()
        .await;
    let account = me.expect(200).json()["account"].clone();
    assert_eq!(
        (&account["deviceName"], &account["member"]["name"]),
        (&json!("editor"), &json!("Ada"))
    );
}

#[tokio::test]
async fn a_device_that_nobody_confirms_gets_nothing() {
    let (gateway, mut owner) = with_owner().await;
    let asked = ask_for_code(&gateway, "scope=token").await;
    assert_eq!(
        poll(&gateway, &asked).await.expect(400).json()["error"],
        "authorization_pending"
    );
    assert_eq!(poll(&gateway, &asked).await.json()["error"], "slow_down");
    let denied = ask_for_code(&gateway, "scope=token").await;
    owner
        .post("/device/deny", json!({ "userCode": denied["user_code"] }))
        .await
        .expect(204);
    assert_eq!(poll(&gateway, &denied).await.json()["error"], "access_denied");
    for _ in 0..5 {
        let wrong = owner
            .post("/device/look", json!({ "userCode": "BBBB-BBBB" }))
            .await;
        assert_eq!(wrong.status.as_u16(), 404);
    }
    let right = owner
        .post("/device/look", json!({ "userCode": asked["user_code"] }))
        .await;
    assert_eq!(right.status.as_u16(), 429, "five tries are enough");
}

#[tokio::test]
async fn a_changed_line_of_the_audit_log_is_found() {
    let (mut gateway, mut owner) = with_owner().await;
    owner
        .post("/keys", json!({ "creditNanoUsd": "5", "label": "class" }))
        .await
        .expect(201);
    let list = owner.get("/audit?action=key").await.expect(200).json();
    assert_eq!(list["entries"][0]["action"], "key.mint");
    assert_eq!(list["entries"][0]["actor"]["name"], "Olga");
    gateway.cli(&["audit", "verify"]).await.expect(0);
    gateway.stop().await;
    let file = gateway.home().data_dir().join("gateway.db");
    let database = rusqlite::Connection::open(file).unwrap();
    let change = "UPDATE audit SET actor_name = 'Eve' WHERE action = 'key.mint'";
    assert!(database.execute(change, []).is_err(), "lines are never changed");
    database
        .execute_batch("DROP TRIGGER audit_is_append_only_u")
        .unwrap();
    assert_eq!(database.execute(change, []).unwrap(), 1);
    drop(database);
    let outcome = gateway.cli(&["audit", "verify"]).await.expect(1);
    assert!(
        outcome.stdout.contains("is not what was written"),
        "{}",
        outcome.stdout
    );
}

#[tokio::test]
async fn a_code_that_is_not_known_waits_for_no_writer_and_is_asked_for_seldom() {
    let gateway = Gateway::start(&Config::new()).await;
    let asked = ask_for_code(&gateway, "scope=token").await;
    let wrong = json!({ "device_code": "ttc_guessed" });
    let other = rusqlite::Connection::open(gateway.home().data_dir().join("gateway.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for _ in 0..10 {
        assert_eq!(poll(&gateway, &wrong).await.json()["error"], "expired_token");
    }
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(
        poll(&gateway, &wrong).await.expect(400).json()["error"],
        "slow_down"
    );
    // Who has a code is none the worse for it.
    assert_eq!(
        poll(&gateway, &asked).await.json()["error"],
        "authorization_pending"
    );
}
