//! People on PostgreSQL, at two gateways that share nothing but the database and the secret files.

use http::Method;
use serde_json::{Value, json};
use tests::{Config, Gateway, Postgres, Request, Serve, Transcript};

use crate::{
    browser::{Browser, PASSWORD, ask_for_code, invited, poll, printed_link},
    cluster::copy_folder,
};

/// Two gateways on one database, started by its address on the command line.
pub async fn two_gateways(server: &Postgres) -> [Gateway; 2] {
    let url = server.database("tt");
    let serve = || Serve::new(&Config::new()).arg("--database-url").arg(&url);
    let first = serve().start().await;
    let second = serve();
    let secrets = first.home().data_dir().join("secrets");
    copy_folder(&secrets, &second.home().data_dir().join("secrets"));
    [first, second.start().await]
}

/// The same browser at another gateway. Both are at this machine: the cookie's name has the port.
pub fn moved_to(browser: &Browser, gateway: &Gateway) -> Browser {
    let port = |url: &str| url.rsplit_once(':').unwrap().1.to_owned();
    let (here, there) = (port(&browser.url), port(&gateway.url("")));
    let cookie = browser
        .cookie
        .as_ref()
        .map(|cookie| cookie.replacen(&here, &there, 1));
    Browser {
        url: gateway.url(""),
        cookie,
        host: None,
    }
}

async fn with_token(gateway: &Gateway, token: &str, path: &str) -> Transcript {
    let request = Request::get(&gateway.url(&format!("/api/v1{path}"))).bearer(token);
    request.send().await
}

async fn make_token(browser: &mut Browser) -> Value {
    let body = json!({ "name": "script", "scopes": ["read"] });
    browser.post("/tokens", body).await.expect(201).json()
}

/// Links a command line: it asks at one gateway, is confirmed at the other, and is told at the first.
async fn link_command_line([asked_at, confirmed_at]: [&Gateway; 2], browser: &Browser) -> String {
    let asked = ask_for_code(asked_at, "scope=token&device_name=laptop").await;
    let code = json!({ "userCode": asked["user_code"] });
    let mut browser = moved_to(browser, confirmed_at);
    let looked = browser.post("/device/look", code.clone()).await.expect(200);
    assert_eq!(looked.json()["deviceName"], "laptop");
    browser.post("/device/approve", code).await.expect(204);
    let granted = poll(asked_at, &asked).await.expect(200).json();
    assert_eq!(poll(confirmed_at, &asked).await.json()["error"], "expired_token");
    granted["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_passwords_count_at_all_gateways_together() {
    let server = Postgres::start();
    let [first, second] = two_gateways(&server).await;
    let link = printed_link(&second);
    Browser::use_link(&first, &link, "Olga").await;
    let knock = async |gateway: &Gateway, password: &str| {
        let body = json!({ "name": "Olga", "password": password });
        Browser::new(gateway).post("/session", body).await
    };
    // Slips of the finger, at whichever gateway; then the right one clears them.
    for gateway in [&first, &second, &first, &second] {
        assert_eq!(
            knock(gateway, "wrong wrong wrong").await.code(),
            "sign_in_refused"
        );
    }
    knock(&first, PASSWORD).await.expect(200);
    for gateway in [&first, &second, &first, &second, &first] {
        assert_eq!(
            knock(gateway, "wrong wrong wrong").await.code(),
            "sign_in_refused"
        );
    }
    let right = knock(&second, PASSWORD).await;
    assert_eq!(
        (right.status.as_u16(), right.code().as_str()),
        (429, "rate_limited")
    );
    assert!(right.header("retry-after").is_some());
    // Somebody else of the same network is heard.
    let nobody = json!({ "name": "Ada", "password": "wrong wrong wrong" });
    let seen = Browser::new(&second).post("/session", nobody).await;
    assert_eq!(seen.code(), "sign_in_refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_the_same_at_every_gateway_of_a_database() {
    let server = Postgres::start();
    let [first, second] = two_gateways(&server).await;
    // Each start without an owner prints a link, in the place of the one before.
    let link = printed_link(&second);
    let outdated = json!({ "link": printed_link(&first), "name": "Eve" });
    let refused = Browser::new(&first).post("/session/link", outdated).await;
    assert_eq!(refused.code(), "link_refused");
    let mut olga = Browser::use_link(&first, &link, "Olga").await;
    let again = json!({ "link": link, "name": "Eve" });
    let refused = Browser::new(&second).post("/session/link", again).await;
    assert_eq!(refused.code(), "link_refused", "it works once, wherever");
    assert_eq!(moved_to(&olga, &second).member().await["role"], "owner");

    // Invited at one, welcome at the other, with a key of her own.
    let mut ada = invited(&second, &mut olga, "member", "Ada").await;
    let key = first.mint_one("1").await;
    let claimed = ada
        .post("/keys/claim", json!({ "key": key.key }))
        .await
        .expect(200);
    assert_eq!(claimed.json()["key"]["memberId"], ada.member().await["id"]);
    let keys = moved_to(&ada, &first).get("/keys").await.expect(200).json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 1, "{keys}");
    let members = moved_to(&olga, &second).get("/members").await.expect(200).json();
    assert_eq!(members["members"].as_array().unwrap().len(), 2, "{members}");

    let token = make_token(&mut ada).await;
    let secret = token["secret"].as_str().unwrap();
    with_token(&first, secret, "/keys").await.expect(200);
    let revoke = format!("/tokens/{}", token["token"]["id"].as_str().unwrap());
    moved_to(&ada, &first).delete(&revoke).await.expect(204);
    with_token(&second, secret, "/keys").await.expect(401);

    let linked = link_command_line([&first, &second], &ada).await;
    with_token(&second, &linked, "/keys").await.expect(200);

    let mut ada_at_first = moved_to(&ada, &first);
    let other = Browser::sign_in(&first, "Ada").await;
    ada_at_first.get("/session").await.expect(200);
    let cookie = ada_at_first.cookie.clone();
    ada_at_first
        .send(Method::DELETE, "/session", json!({}))
        .await
        .expect(204);
    ada_at_first.cookie = cookie;
    for over in [&ada, &ada_at_first, &other, &moved_to(&other, &second)] {
        over.get("/session").await.expect(401);
    }
    olga.get("/session").await.expect(200);
    let ada = Browser::sign_in(&second, "Ada").await;
    assert_eq!(moved_to(&ada, &first).member().await["name"], "Ada");

    for gateway in [&first, &second] {
        gateway.cli(&["audit", "verify"]).await.expect(0);
    }
}
