//! Rows that are reported to a gateway: there once, beside its own usage, and never money.

use rusqlite::Connection;
use serde_json::{Value, json};
use tests::{Config, Gateway, Outcome, Postgres, Serve, Transcript, verify_clean};

use super::Machine;
use crate::{
    browser::{Browser, invited, printed_link},
    stage::{CODER, Stage},
};

fn submit(machine: &Machine, stage: &Stage, credential: &str, arguments: &[&str]) -> Outcome {
    let mut command = machine.command(&["branch", "submit", "--json"]);
    command.args(arguments);
    command.env("TOKEN_TRACKER_GATEWAY_URL", stage.gateway.url(""));
    command.env("TOKEN_TRACKER_CREDENTIAL", credential);
    command.output().unwrap().into()
}

async fn sums(stage: &Stage) -> Value {
    let answer = stage.gateway.owner(http::Method::GET, "/api/v1/usage/reported");
    answer.send().await.expect(200).json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_is_reported_once_whoever_sends_it_and_moves_no_balance() {
    let stage = Stage::new().await;
    let (laptop, desktop) = (Machine::new(), Machine::new());
    laptop.log("s1", "m1", "topic", 90);
    laptop
        .run(&["branch", "add", "60000", "--branch", "topic"])
        .expect(0);
    laptop.run(&["branch", "add", "5", "--branch", "other"]).expect(0);
    let own = &stage.device.credential;
    let dry: Value = submit(&laptop, &stage, own, &["topic", "--dry-run"])
        .expect(0)
        .json();
    assert_eq!(
        (&dry["submitted"], &dry["sums"]["rows"]),
        (&json!(false), &json!(2))
    );
    assert_eq!(sums(&stage).await["sums"], json!([]));

    let first: Value = submit(&laptop, &stage, own, &["topic"]).expect(0).json();
    assert_eq!((&first["kept"], &first["known"]), (&json!(2), &json!(0)));
    let again: Value = submit(&laptop, &stage, own, &["--all"]).expect(0).json();
    assert_eq!((&again["kept"], &again["known"]), (&json!(1), &json!(2)));
    // The same rows from another machine, with another key.
    let export = laptop.path("all.json");
    laptop.run(&["branch", "export", &export, "--all"]).expect(0);
    desktop.run(&["branch", "import", &export, "--yes"]).expect(0);
    let other = stage.gateway.device("1.00").await;
    let theirs: Value = submit(&desktop, &stage, &other.credential, &["--all"])
        .expect(0)
        .json();
    assert_eq!((&theirs["kept"], &theirs["known"]), (&json!(0), &json!(3)));

    let all = sums(&stage).await;
    let shown: Vec<String> = all["sums"]
        .as_array()
        .unwrap()
        .iter()
        .map(|sum| {
            let text = |name: &str| sum[name].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {} {} {} {} {}",
                text("repository"),
                text("branch"),
                text("client"),
                text("model"),
                sum["usage"]["inputTokens"],
                text("costNanoUsd")
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            "github.com/acme/shop topic claude claude-sonnet-4-5 10 1380000",
            "github.com/acme/shop topic manual - 60000 0",
            "github.com/acme/shop other manual - 5 0",
        ]
    );
    let own_view: Value = other
        .get("/api/v1/usage/reported")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(own_view["sums"], json!([]));
    // The log grew: its key tells it more fully, and no other does.
    laptop.log("s1", "m1", "topic", 190);
    let fuller: Value = submit(&laptop, &stage, own, &["topic"]).expect(0).json();
    assert_eq!((&fuller["kept"], &fuller["known"]), (&json!(1), &json!(1)));
    stage.released().await;
    verify_clean(&stage.gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_stay_at_home_and_forged_rows_are_refused() {
    let stage = Stage::new().await;
    let row = json!({"id": "r1", "client": "claude", "at": "2026-06-01T12:00:00Z",
        "usage": {"inputTokens": 5, "outputTokens": 5}, "costNanoUsd": "10"});
    let with = |name: &str, value: Value| {
        let mut row = row.clone();
        row[name] = value;
        row
    };
    for (name, value) in [
        ("id", json!("")),
        ("id", json!("a b")),
        ("client", json!("token-tracker")),
        ("client", json!("mainframe")),
        ("at", json!("1999-01-01T00:00:00Z")),
        ("at", json!("2999-01-01T00:00:00Z")),
        ("costNanoUsd", json!("-1")),
        ("costNanoUsd", json!(10)),
        ("branch", json!("a\u{1b}b")),
        ("model", json!("m".repeat(257))),
        ("usage", json!({"inputTokens": -5, "outputTokens": 5})),
        ("usage", json!({"inputTokens": 0, "outputTokens": 0})),
        (
            "usage",
            json!({"inputTokens": 5, "outputTokens": 5, "reasoningTokens": 6}),
        ),
        (
            "usage",
            json!({"inputTokens": 9_000_000_000_000_000_000_u64, "outputTokens": 5}),
        ),
    ] {
        let body = json!({"rows": [row, with(name, value)]});
        let answer = stage
            .device
            .post("/api/v1/usage/reported", &body)
            .send()
            .await
            .expect(400);
        assert_eq!(answer.code(), "invalid_request");
    }
    let many = json!({"rows": vec![row.clone(); 201]});
    stage
        .device
        .post("/api/v1/usage/reported", &many)
        .send()
        .await
        .expect(400);
    // An owner administers, and has consumed nothing.
    let owner = stage.gateway.owner(http::Method::POST, "/api/v1/usage/reported");
    owner.json(&json!({"rows": [row]})).send().await.expect(403);
    assert_eq!(sums(&stage).await["sums"], json!([]));
    // One row twice in one report, the second one fuller.
    let twice = json!({"rows": [row, with("usage", json!({"inputTokens": 50, "outputTokens": 5}))]});
    let answer: Value = stage
        .device
        .post("/api/v1/usage/reported", &twice)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(answer, json!({"kept": 1, "known": 0}));
    assert_eq!(sums(&stage).await["sums"][0]["usage"]["inputTokens"], 50);

    let runner = Machine::new();
    let receipt = json!({"format": "token-tracker-branch", "version": 1, "exportedAt": "2026-06-01T12:00:00Z", "rows": [
        {"id": "0197", "client": "ci", "origin": "gateway", "at": "2026-06-01T12:00:00Z", "model": CODER,
         "repository": "github.com/acme/shop", "branch": "main", "inputTokens": 5, "outputTokens": 5,
         "chargedNanoUsd": "99"}]});
    let file = runner.path("receipt.json");
    std::fs::write(&file, receipt.to_string()).unwrap();
    runner.run(&["branch", "import", &file, "--yes"]).expect(0);
    let answer: Value = submit(&runner, &stage, &stage.device.credential, &[])
        .expect(0)
        .json();
    assert_eq!((&answer["kept"], &answer["leftOut"]), (&json!(0), &json!(1)));
    assert_eq!(runner.totals("main"), (10, Some("99".into())));
}

/// As many rows, as dear as a row may be, as come to more than a number of the database says.
async fn dear_rows_are_summed(gateway: &Gateway) {
    let device = gateway.device("1.00").await;
    for part in 0..50 {
        let row = |id: usize| {
            json!({"id": format!("dear-{part}-{id}"), "client": "codex", "at": "2026-06-01T12:00:00Z",
                "usage": {"inputTokens": 1, "outputTokens": 0}, "costNanoUsd": "1000000000000000"})
        };
        let rows: Vec<Value> = (0..200).map(row).collect();
        let report = device.post("/api/v1/usage/reported", &json!({"rows": rows}));
        report.send().await.expect(200);
    }
    let owner = gateway.owner(http::Method::GET, "/api/v1/usage/reported");
    for asked in [owner, device.get("/api/v1/usage/reported")] {
        let sums: Value = asked.send().await.expect(200).json();
        let sum = &sums["sums"][0];
        assert_eq!(
            (&sum["rows"], &sum["usage"]["inputTokens"], &sum["costNanoUsd"]),
            (&json!(10_000), &json!(10_000), &json!(i64::MAX.to_string()))
        );
    }
}

/// What is known needs no room, and asking for it is no more free than anything.
async fn a_key_has_an_end(gateway: &Gateway, change: impl Fn(&str)) {
    let device = gateway.device("1.00").await;
    let report = async |names: &[&str]| -> Transcript {
        let row = |name: &&str| {
            json!({"id": name, "client": "claude", "at": "2026-06-01T12:00:00Z",
                "usage": {"inputTokens": 5, "outputTokens": 1}})
        };
        let rows: Vec<Value> = names.iter().map(row).collect();
        let body = json!({"rows": rows});
        device.post("/api/v1/usage/reported", &body).send().await
    };
    report(&["end-1", "end-2"]).await.expect(200);
    let of_key = format!(
        "row_count = 2 AND requests = 1 AND since > {}",
        1_000_000_000_000_i64
    );
    change(&format!(
        "UPDATE reported_count SET row_count = 499999 WHERE {of_key}"
    ));
    let again: Value = report(&["end-1", "end-2"]).await.expect(200).json();
    assert_eq!(again, json!({"kept": 0, "known": 2}));
    let refused = report(&["end-3", "end-4"]).await.expect(400);
    assert!(
        refused.text().contains("as many rows as are kept"),
        "{}",
        refused.text()
    );
    let last: Value = report(&["end-1", "end-3"]).await.expect(200).json();
    assert_eq!(last, json!({"kept": 1, "known": 1}));
    report(&["end-4"]).await.expect(400);
    let again: Value = report(&["end-1", "end-2", "end-3"]).await.expect(200).json();
    assert_eq!(again, json!({"kept": 0, "known": 3}));

    let of_key = "row_count = 500000";
    change(&format!(
        "UPDATE reported_count SET requests = 2999 WHERE {of_key}"
    ));
    report(&["end-1"]).await.expect(200);
    assert_eq!(report(&["end-1"]).await.expect(429).code(), "rate_limited");
    change(&format!(
        "UPDATE reported_count SET since = since - 3600000 WHERE {of_key}"
    ));
    report(&["end-1"]).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_known_is_taken_from_a_key_that_is_full() {
    let stage = Stage::new().await;
    let file = stage.gateway.home().data_dir().join("gateway.db");
    let change = |sql: &str| {
        let database = Connection::open(&file).unwrap();
        assert_eq!(database.execute(sql, []).unwrap(), 1);
    };
    a_key_has_an_end(&stage.gateway, change).await;
}

/// Whoever reads totals learns what was used, and not by what repository or branch.
async fn viewers_read_totals(gateway: &Gateway) {
    let device = gateway.device("1.00").await;
    let row = |name: &str| {
        json!({"id": name, "client": "amp", "at": "2026-06-01T12:00:00Z", "model": "of-all", "branch": name,
            "repository": "github.com/acme/secret", "usage": {"inputTokens": 5, "outputTokens": 1}, "costNanoUsd": "7"})
    };
    let rows = json!({"rows": [row("secret-one"), row("secret-two")]});
    let report = device.post("/api/v1/usage/reported", &rows);
    report.send().await.expect(200);
    let mut olga = Browser::use_link(gateway, &printed_link(gateway), "Olga").await;
    let vera = invited(gateway, &mut olga, "viewer", "Vera").await;
    let totals = vera.get("/usage/reported").await.expect(200);
    assert!(!totals.text().contains("secret"), "{}", totals.text());
    let totals = totals.json()["sums"].clone();
    let of_amp = totals
        .as_array()
        .unwrap()
        .iter()
        .filter(|sum| sum["client"] == "amp");
    let of_amp: Vec<&Value> = of_amp.collect();
    assert_eq!(
        of_amp,
        [
            &json!({"repository": null, "branch": null, "client": "amp", "model": "of-all", "rows": 2, "unpricedRows": 0,
            "usage": {"inputTokens": 10, "outputTokens": 2, "cacheReadTokens": 0, "cacheWriteTokens": 0,
            "reasoningTokens": 0}, "costNanoUsd": "14"})
        ]
    );
    let whole = olga.get("/usage/reported").await.expect(200);
    assert!(whole.text().contains("secret-two"), "{}", whole.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn viewers_read_no_repository_and_no_branch() {
    let stage = Stage::new().await;
    viewers_read_totals(&stage.gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_dearest_rows_are_summed() {
    let stage = Stage::new().await;
    dear_rows_are_summed(&stage.gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_keeps_the_same() {
    let server = Postgres::start();
    let url = server.database("tt");
    let gateway = Serve::new(&Config::new())
        .arg("--database-url")
        .arg(&url)
        .start()
        .await;
    let device = gateway.device("1.00").await;
    let row = |id: usize, input: u64| {
        json!({"id": format!("r{id}"), "client": "codex", "at": "2026-06-01T12:00:00Z", "branch": "topic",
            "usage": {"inputTokens": input, "outputTokens": 1}, "costNanoUsd": if id == 0 { Value::Null } else { json!("7") }})
    };
    // More than one statement has.
    let rows: Vec<Value> = (0..120).map(|id| row(id, 10)).collect();
    let report = |rows: Vec<Value>| device.post("/api/v1/usage/reported", &json!({"rows": rows}));
    let answer: Value = report(rows.clone()).send().await.expect(200).json();
    assert_eq!(answer, json!({"kept": 120, "known": 0}));
    let answer: Value = report([rows, vec![row(3, 20)]].concat())
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(answer, json!({"kept": 1, "known": 119}));
    let sums: Value = device
        .get("/api/v1/usage/reported")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        sums["sums"],
        json!([{"repository": null, "branch": "topic", "client": "codex", "model": null, "rows": 120, "unpricedRows": 1,
            "usage": {"inputTokens": 1_210, "outputTokens": 120, "cacheReadTokens": 0, "cacheWriteTokens": 0,
            "reasoningTokens": 0}, "costNanoUsd": "833"}])
    );
    dear_rows_are_summed(&gateway).await;
    a_key_has_an_end(&gateway, |sql| server.change("tt", sql)).await;
    viewers_read_totals(&gateway).await;
}
