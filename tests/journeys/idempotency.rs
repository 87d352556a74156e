//! A change under an `Idempotency-Key` is carried out once and answered the same: again, after a
//! restart, at another gateway, and after a crash in between.

use http::Method;
use serde_json::{Value, json};
use tests::{Config, Gateway, Postgres, Request, Serve, Transcript};

use crate::{browser::with_owner, cluster::copy_folder};

fn mint(gateway: &Gateway, key: &str, label: &str) -> Request {
    let body = json!({ "creditNanoUsd": "5000000000", "label": label });
    let request = gateway.owner(Method::POST, "/api/v1/keys").json(&body);
    request.header("idempotency-key", key)
}

async fn is_replay(seen: Transcript, first: &Value) {
    let seen = seen.expect(201);
    assert_eq!(seen.header("idempotent-replayed"), Some("true"));
    assert_eq!(seen.json(), *first, "the same answer, with the same code");
}

fn database(gateway: &Gateway) -> rusqlite::Connection {
    rusqlite::Connection::open(gateway.home().data_dir().join("gateway.db")).unwrap()
}

#[tokio::test]
async fn a_repeated_change_is_answered_as_before_and_done_once() {
    let mut gateway = Gateway::start(&Config::new()).await;
    let first = mint(&gateway, "one", "class").send().await.expect(201).json();
    let code = first["keys"][0]["key"].as_str().unwrap().to_owned();
    is_replay(mint(&gateway, "one", "class").send().await, &first).await;
    let other = mint(&gateway, "one", "another class").send().await;
    assert_eq!(
        (other.status.as_u16(), other.code().as_str()),
        (422, "idempotency_key_reused")
    );
    assert_eq!(gateway.keys().await.len(), 1);

    let id = first["keys"][0]["id"].as_str().unwrap();
    let revoke = || {
        let request = gateway.owner(Method::DELETE, &format!("/api/v1/keys/{id}"));
        request.header("idempotency-key", "end").send()
    };
    revoke().await.expect(204);
    assert_eq!(
        revoke().await.expect(204).text(),
        "",
        "what is gone is not unknown to whoever ended it"
    );

    gateway.stop().await;
    let kept: String = {
        let database = database(&gateway);
        let sql = "SELECT group_concat(id || request || coalesce(sealed, '')) FROM idempotent";
        database.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert!(
        !kept.contains(&code) && kept.contains("wrapped"),
        "the code is kept sealed: {kept}"
    );
    gateway.restart().await;
    is_replay(mint(&gateway, "one", "class").send().await, &first).await;
    let keys = gateway.keys().await;
    assert_eq!(keys.len(), 1, "{keys:?}");
}

#[tokio::test]
async fn what_was_refused_can_be_put_right_under_the_same_key() {
    let (gateway, mut owner) = with_owner().await;
    let send = |credit: &str| {
        let body = json!({ "creditNanoUsd": credit });
        owner
            .request(Method::POST, "/keys")
            .json(&body)
            .header("idempotency-key", "k")
            .send()
    };
    send("-1").await.expect(400);
    let made = send("1").await.expect(201).json();
    // Another caller's key of the same name has nothing to do with it.
    let others = mint(&gateway, "k", "theirs").send().await.expect(201).json();
    assert_ne!(made["keys"][0]["id"], others["keys"][0]["id"]);
    let long = "x".repeat(256);
    let wrong = mint(&gateway, &long, "class").send().await;
    assert_eq!(wrong.code(), "invalid_request");
    owner.get("/session").await.expect(200);
    drop(owner.cookie.take());
}

#[tokio::test]
async fn after_a_crash_a_change_is_not_done_twice_and_never_left_out() {
    let mut gateway = Gateway::start(&Config::new()).await;
    mint(&gateway, "done", "class").send().await.expect(201);
    mint(&gateway, "undone", "class").send().await.expect(201);
    gateway.stop().await;
    {
        let database = database(&gateway);
        // As a crash leaves them: the one after its commit, the other before it.
        let lost = "UPDATE idempotent SET status = NULL, sealed = NULL";
        assert_eq!(database.execute(lost, []).unwrap(), 2);
        let never = "UPDATE idempotent SET request_id = 'another' WHERE id LIKE '% undone'";
        assert_eq!(database.execute(never, []).unwrap(), 1);
    }
    gateway.restart().await;
    let before = gateway.keys().await.len();
    let lost = mint(&gateway, "done", "class").send().await;
    assert_eq!(
        (lost.status.as_u16(), lost.code().as_str()),
        (409, "request_reused")
    );
    assert_eq!(gateway.keys().await.len(), before);
    mint(&gateway, "undone", "class").send().await.expect(201);
    assert_eq!(gateway.keys().await.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_gateway_of_the_database_answers_the_same() {
    let server = Postgres::start();
    let url = server.database("tt");
    let serve = || Serve::new(&Config::new()).env("TOKEN_TRACKER_DATABASE_URL", &url);
    let first = serve().start().await;
    let second = serve();
    let secrets = first.home().data_dir().join("secrets");
    copy_folder(&secrets, &second.home().data_dir().join("secrets"));
    let second = second.start().await;
    let at_once = (0..4).map(|number| {
        let gateway = if number % 2 == 0 { &first } else { &second };
        mint(gateway, "one", "class").send()
    });
    let seen = futures_util::future::join_all(at_once).await;
    let made = seen.iter().filter(|seen| seen.status == 201);
    let made: Vec<Value> = made.map(Transcript::json).collect();
    assert!(!made.is_empty());
    assert!(
        made.iter().all(|one| *one == made[0]),
        "one answer for all: {made:?}"
    );
    for other in seen.iter().filter(|seen| seen.status != 201) {
        assert_eq!(other.code(), "request_reused", "{}", other.text());
    }
    is_replay(mint(&second, "one", "class").send().await, &made[0]).await;
    assert_eq!(first.keys().await.len(), 1);
}
