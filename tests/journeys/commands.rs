//! The command line: what a person or a script sees of it, and the codes it leaves with.

use protocol::api::MintResponse;
use serde_json::Value;
use tests::{Config, Gateway, Model, Outcome, Price, Upstream, free_port, upstream::Answer};

use crate::stage::CODER;

async fn gateway() -> (Upstream, Gateway) {
    let upstream = Upstream::start().await;
    let config = Config::with_upstream(&upstream).model(Model::new(CODER, Price::USUAL));
    let gateway = Gateway::start(&config).await;
    (upstream, gateway)
}

#[track_caller]
fn assert_error(outcome: &Outcome, code: i32, name: &str) {
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    assert_eq!(outcome.stdout, "");
    let error = outcome.error();
    assert_eq!(error["code"], name);
    assert!(error["message"].is_string() && error["hint"].is_string());
}

#[tokio::test]
async fn minting_prints_the_code_once_and_the_link() {
    let (_upstream, gateway) = gateway().await;
    let minted = gateway.cli(&["keys", "mint", "--credit", "5.00"]).await.expect(0);
    let code = minted
        .stdout
        .split_whitespace()
        .find(|word| word.starts_with("TTK-"))
        .expect("a code");
    assert!(
        minted.stdout.contains(&format!("/redeem#{code}")),
        "{}",
        minted.stdout
    );
    let listed = gateway.cli(&["keys", "list"]).await.expect(0);
    assert!(!listed.stdout.contains(code));
    assert!(
        listed.stdout.contains(&code[code.len() - 4..]),
        "{}",
        listed.stdout
    );
}

#[tokio::test]
async fn minting_as_json_has_the_exact_form() {
    let (_upstream, gateway) = gateway().await;
    let arguments = [
        "keys",
        "mint",
        "--json",
        "--credit",
        "0.123456789",
        "--models",
        CODER,
        "--devices",
        "3",
        "--expires",
        "30d",
        "--count",
        "2",
    ];
    let outcome = gateway.cli(&arguments).await.expect(0);
    let answer: Value = outcome.json();
    let keys = answer["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        let members: Vec<&String> = key.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            ["creditNanoUsd", "devices", "expiresAt", "id", "key", "models"]
        );
        assert_eq!(key["creditNanoUsd"], "123456789");
        assert_eq!(key["devices"], 3);
        assert_eq!(key["models"], serde_json::json!([CODER]));
        let expires: jiff::Timestamp = key["expiresAt"].as_str().unwrap().parse().unwrap();
        let days = (expires.as_second() - jiff::Timestamp::now().as_second() + 60) / 86_400;
        assert_eq!(days, 30);
    }
    let plain = gateway
        .cli(&["keys", "mint", "--json", "--credit", "1"])
        .await
        .expect(0);
    let key = &plain.json::<Value>()["keys"][0];
    assert_eq!(
        (&key["models"], &key["devices"], &key["expiresAt"]),
        (&Value::Null, &1.into(), &Value::Null)
    );
    assert_eq!(outcome.json::<MintResponse>().keys.len(), 2);
}

#[tokio::test]
async fn wrong_usage_leaves_with_2() {
    let (_upstream, gateway) = gateway().await;
    for arguments in [
        &["keys", "mint"][..],
        &["keys", "mint", "--credit", "lots"],
        &["keys", "mint", "--credit", "0.0000000001"],
        &["keys", "mint", "--credit", "-1"],
        &["no-such-command"],
        &["keys", "list", "--no-such-option"],
    ] {
        let outcome = gateway.cli(arguments).await;
        assert_eq!(outcome.code, Some(2), "{arguments:?}: {outcome:?}");
        assert_eq!(outcome.stdout, "");
        assert!(!outcome.stderr.is_empty());
    }
}

#[tokio::test]
async fn a_command_that_needs_the_gateway_says_so_with_3() {
    let (_upstream, mut gateway) = gateway().await;
    gateway.stop().await;
    for arguments in [
        &["keys", "list", "--json"][..],
        &["keys", "mint", "--credit", "1", "--json"],
    ] {
        assert_error(&gateway.cli(arguments).await, 3, "gateway_unreachable");
    }
    let plain = gateway.cli(&["keys", "list"]).await.expect(3);
    assert_eq!(plain.stdout, "");
    gateway.cli(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn a_refusal_leaves_with_1() {
    let (_upstream, gateway) = gateway().await;
    let url = gateway.admin().gateway_url.clone();
    let stranger = Gateway::start(&Config::new()).await.mint_one("1").await;
    let outcome = gateway
        .cli(&["redeem", &stranger.key, "--gateway", &url, "--json"])
        .await;
    assert_error(&outcome, 1, "key_refused");
    let nobody = format!("http://{}", free_port());
    let outcome = gateway
        .cli(&["redeem", &stranger.key, "--gateway", &nobody, "--json"])
        .await;
    assert_error(&outcome, 3, "gateway_unreachable");
    let outcome = gateway
        .cli(&[
            "redeem",
            &stranger.key,
            "--gateway",
            "http://tokens.example.org",
            "--json",
        ])
        .await;
    assert_error(&outcome, 1, "insecure_url");
    let unknown = uuid::Uuid::new_v4().to_string();
    assert_error(
        &gateway.cli(&["keys", "revoke", &unknown, "--json"]).await,
        1,
        "not_found",
    );
}

#[tokio::test]
async fn the_ledger_is_verified_while_it_runs_and_when_it_does_not() {
    let (upstream, mut gateway) = gateway().await;
    upstream.answer(CODER, Answer::of("chatcmpl-11", 5, 5));
    let device = gateway.device("1").await;
    device.chat(CODER).send().await.expect(200);
    gateway.cli(&["ledger", "verify"]).await.expect(0);
    gateway.kill().await;
    gateway.cli(&["ledger", "verify"]).await.expect(0);
}

#[tokio::test]
async fn an_edited_balance_is_found() {
    let (upstream, mut gateway) = gateway().await;
    upstream.answer(CODER, Answer::of("chatcmpl-12", 5, 5));
    let device = gateway.device("1").await;
    device.chat(CODER).send().await.expect(200);
    gateway.stop().await;
    tamper(&gateway.home().data_dir().join("gateway.db"));
    let outcome = gateway.cli(&["ledger", "verify"]).await.expect(1);
    let printed = format!("{}{}", outcome.stdout, outcome.stderr);
    assert!(!printed.trim().is_empty(), "each difference is printed");
}

/// Gives the first lot one nano-dollar back, past the ledger.
fn tamper(database: &std::path::Path) {
    let connection = rusqlite::Connection::open(database).unwrap();
    let tables: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let changed = tables.iter().any(|table| {
        let update = format!("UPDATE \"{table}\" SET spent = spent - 1 WHERE spent > 0");
        connection.execute(&update, []).is_ok_and(|rows| rows > 0)
    });
    assert!(changed, "some table keeps what was spent: {tables:?}");
}
