//! Signing in without a password, at one gateway and at two.

use http::Method;
use serde_json::{Value, json};
use tests::{Authenticator, Gateway, Postgres};

use crate::{
    browser::{Browser, with_owner},
    people_cluster::{moved_to, two_gateways},
};

/// The page's origin: passkeys belong to a name, and so to `localhost`.
fn origin(gateway: &Gateway) -> String {
    gateway.url("").replace("127.0.0.1", "localhost")
}

fn named(gateway: &Gateway) -> Browser {
    at_name(Browser::new(gateway))
}

/// The same browser at the gateway's name instead of its number.
fn at_name(mut browser: Browser) -> Browser {
    browser.host = Some(browser.url.replace("http://127.0.0.1", "localhost"));
    browser
}

async fn make_passkey(gateway: &Gateway, browser: &mut Browser, name: &str) -> Authenticator {
    let creation = browser
        .post("/passkeys/challenge", json!({}))
        .await
        .expect(200)
        .json();
    let mut authenticator = Authenticator::new(&creation);
    let made = authenticator.make(&creation, &origin(gateway), name);
    browser.post("/passkeys", made).await.expect(201);
    authenticator
}

async fn question(browser: &mut Browser) -> Value {
    browser
        .post("/sign-in/passkey", json!({}))
        .await
        .expect(200)
        .json()
}

#[tokio::test]
async fn a_passkey_is_made_named_used_and_removed() {
    let (gateway, owner) = with_owner().await;
    let mut owner = at_name(owner);
    assert_eq!(owner.get("/session").await.json()["hasPasskey"], false);
    let mut authenticator = make_passkey(&gateway, &mut owner, "laptop").await;
    assert_eq!(owner.get("/session").await.json()["hasPasskey"], true);

    let mut other = named(&gateway);
    assert_eq!(other.get("/sign-in").await.json()["passkey"], true);
    let asked = question(&mut other).await;
    assert_eq!(asked["allowCredentials"], json!([]), "nobody is named");
    let answer = authenticator.answer(&asked, &origin(&gateway));
    other.post("/session/passkey", answer.clone()).await.expect(200);
    assert_eq!(other.member().await["name"], "Olga");
    let again = named(&gateway).post("/session/passkey", answer).await;
    assert_eq!(
        (again.status.as_u16(), again.code().as_str()),
        (401, "sign_in_refused")
    );

    let listed = other.get("/passkeys").await.expect(200).json();
    let passkey = &listed["passkeys"][0];
    assert_eq!(
        (
            &passkey["name"],
            &passkey["host"],
            &passkey["worksHere"],
            &passkey["synced"]
        ),
        (&json!("laptop"), &json!("localhost"), &json!(true), &json!(false))
    );
    assert!(passkey["lastUsedAt"].is_string(), "{passkey}");
    let path = format!("/passkeys/{}", passkey["id"].as_str().unwrap());
    other
        .send(Method::PATCH, &path, json!({ "name": "old laptop" }))
        .await
        .expect(204);
    assert_eq!(
        other.get("/passkeys").await.json()["passkeys"][0]["name"],
        "old laptop"
    );
    other.delete(&path).await.expect(204);
    let asked = question(&mut other).await;
    let answer = authenticator.answer(&asked, &origin(&gateway));
    let removed = named(&gateway).post("/session/passkey", answer).await;
    assert_eq!(removed.code(), "sign_in_refused");
    let log = owner.get("/audit?action=passkey").await.expect(200);
    for action in ["passkey.add", "passkey.rename", "passkey.remove"] {
        assert!(log.text().contains(action), "{action}");
    }
}

#[tokio::test]
async fn an_answer_is_good_for_what_was_asked_and_from_our_own_page() {
    let (gateway, owner) = with_owner().await;
    let mut owner = at_name(owner);
    let mut authenticator = make_passkey(&gateway, &mut owner, "laptop").await;
    let ours = origin(&gateway);
    let mut stranger = named(&gateway);

    // From another page, and from the same one under its number.
    for origin in ["http://localhost:1", "https://evil.example", &gateway.url("")] {
        let answer = authenticator.answer(&question(&mut stranger).await, origin);
        let seen = stranger.post("/session/passkey", answer).await;
        assert_eq!(seen.code(), "sign_in_refused", "{origin}");
    }
    // To a question that nobody asked.
    let mut invented = question(&mut stranger).await;
    invented["challenge"] =
        json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let answer = authenticator.answer(&invented, &ours);
    assert_eq!(
        stranger.post("/session/passkey", answer).await.code(),
        "sign_in_refused"
    );
    // To the question that confirms a session.
    let asked = owner
        .post("/session/step-up/passkey/challenge", json!({}))
        .await
        .expect(200)
        .json();
    let answer = authenticator.answer(&asked, &ours);
    assert_eq!(
        stranger.post("/session/passkey", answer.clone()).await.code(),
        "sign_in_refused"
    );
    owner.post("/session/step-up/passkey", answer).await.expect(200);
    // By a copy that does not know how often the other was used.
    let asked = question(&mut stranger).await;
    authenticator.counter -= 3;
    let answer = authenticator.answer(&asked, &ours);
    assert_eq!(
        stranger.post("/session/passkey", answer).await.code(),
        "sign_in_refused"
    );
    authenticator.counter += 10;
    let answer = authenticator.answer(&question(&mut stranger).await, &ours);
    stranger.post("/session/passkey", answer).await.expect(200);

    // A page without a name has none.
    let mut number = Browser::new(&gateway);
    assert_eq!(number.get("/sign-in").await.json()["passkey"], false);
    assert_eq!(
        number.post("/sign-in/passkey", json!({})).await.status.as_u16(),
        400
    );
}

#[tokio::test]
async fn somebody_elses_passkey_confirms_nothing() {
    let (gateway, mut owner) = with_owner().await;
    let ada = crate::browser::invited(&gateway, &mut owner, "member", "Ada").await;
    let (mut owner, mut ada) = (at_name(owner), at_name(ada));
    let mut hers = make_passkey(&gateway, &mut ada, "hers").await;
    make_passkey(&gateway, &mut owner, "his").await;
    let asked = owner
        .post("/session/step-up/passkey/challenge", json!({}))
        .await
        .expect(200)
        .json();
    assert_eq!(asked["allowCredentials"].as_array().unwrap().len(), 1);
    let answer = hers.answer(&asked, &origin(&gateway));
    let refused = owner.post("/session/step-up/passkey", answer).await;
    assert_eq!(refused.code(), "sign_in_refused");
    let creation = owner
        .post("/passkeys/challenge", json!({}))
        .await
        .expect(200)
        .json();
    let hers_again = hers.make(&creation, &origin(&gateway), "taken over");
    assert_eq!(
        owner.post("/passkeys", hers_again).await.code(),
        "sign_in_refused"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_of_one_gateway_is_answered_at_another_once() {
    let server = Postgres::start();
    let [first, second] = two_gateways(&server).await;
    let link = crate::browser::printed_link(&second);
    let mut olga = at_name(Browser::use_link(&first, &link, "Olga").await);
    let mut authenticator = make_passkey(&first, &mut olga, "laptop").await;
    let there = at_name(moved_to(&olga, &second));
    let listed = there.get("/passkeys").await.expect(200).json();
    assert_eq!(listed["passkeys"].as_array().unwrap().len(), 1);
    // Behind one name the ports would be the same; here the page says where it is.
    let asked = question(&mut named(&first)).await;
    let answer = authenticator.answer(&asked, &origin(&second));
    named(&second).post("/session/passkey", answer).await.expect(200);
    let answer = authenticator.answer(&asked, &origin(&first));
    let again = named(&first).post("/session/passkey", answer).await;
    assert_eq!(
        again.code(),
        "sign_in_refused",
        "it was answered at the other one"
    );
}
