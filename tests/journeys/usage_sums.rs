//! Sums of usage: by what was asked, of what is the caller's own, and at once.

use protocol::RequestKind;
use serde_json::{Value, json};
use tests::{Request, upstream::Answer};

use crate::stage::{CODER, Stage};

async fn chat(stage: &Stage, branch: &str, input: u64, output: u64) {
    stage
        .upstream
        .answer(CODER, Answer::of("chatcmpl-1", input, output));
    let body = json!({"model": CODER, "messages": [{"role": "user", "content": "Hello"}]});
    let request = stage.device.post("/v1/chat/completions", &body);
    let request = request.header("x-token-tracker-repository", "github.com/example/ledger");
    request
        .header("x-token-tracker-branch", branch)
        .send()
        .await
        .expect(200);
}

async fn sums(stage: &Stage, query: &str) -> Value {
    let request: Request = stage.device.get(&format!("/api/v1/usage/summary?{query}"));
    request.send().await.expect(200).json()
}

fn costs(sums: &Value) -> Vec<(String, String)> {
    let rows = sums["rows"].as_array().unwrap();
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    rows.iter()
        .map(|row| (text(row, "group"), text(row, "costNanoUsd")))
        .collect()
}

#[tokio::test]
async fn what_was_used_is_summed_by_what_is_asked() {
    let stage = Stage::new().await;
    chat(&stage, "main", 5, 7).await;
    chat(&stage, "main", 5, 7).await;
    chat(&stage, "fix/it", 50, 70).await;
    let rows = stage.gateway.rows(stage.key(), 3).await;
    let of = |branch: &str| -> i64 {
        let own = rows.iter().filter(|row| row.branch.as_deref() == Some(branch));
        own.map(|row| row.cost_nano_usd.nano_usd()).sum()
    };
    let by_branch = sums(&stage, "groupBy=branch").await;
    assert_eq!(
        costs(&by_branch),
        [
            ("fix/it".to_owned(), of("fix/it").to_string()),
            ("main".to_owned(), of("main").to_string())
        ]
    );
    assert_eq!(by_branch["totals"]["requests"], 3);
    let only = sums(&stage, "groupBy=model&branch=main&kind=chat").await;
    assert_eq!(costs(&only), [(CODER.to_owned(), of("main").to_string())]);
    assert_eq!(sums(&stage, "branch=").await["totals"]["requests"], 0);
    // The same question to the rows themselves.
    let page = stage
        .device
        .get("/api/v1/usage?branch=main&model=coder")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(page["totals"]["requests"], 2);
    assert_eq!(rows[0].kind, RequestKind::Chat);
}

#[tokio::test]
async fn sums_are_the_callers_own() {
    let stage = Stage::new().await;
    chat(&stage, "main", 5, 7).await;
    stage.gateway.rows(stage.key(), 1).await;
    let other = stage.gateway.device("1.00").await;
    let seen = other.get("/api/v1/usage/summary").send().await.expect(200).json();
    assert_eq!(seen["totals"]["requests"], 0);
    let everybody = stage
        .gateway
        .owner(http::Method::GET, "/api/v1/usage/summary?groupBy=key");
    assert_eq!(
        everybody.send().await.expect(200).json()["rows"][0]["group"],
        stage.key().to_string()
    );
    let row = stage.gateway.rows(stage.key(), 1).await.remove(0);
    let path = format!("/api/v1/usage/{}", row.request_id);
    other.get(&path).send().await.expect(404);
    let own = stage.device.get(&path).send().await.expect(200).json();
    assert_eq!(own["costNanoUsd"], row.cost_nano_usd.to_string());
}

#[tokio::test]
async fn days_that_make_no_sense_are_refused() {
    let stage = Stage::new().await;
    for query in [
        "from=2026-02-01&to=2026-01-01",
        "from=yesterday",
        "groupBy=colour",
        "from=0001-01-01&to=2026-01-01",
    ] {
        let path = format!("/api/v1/usage/summary?{query}");
        let seen = stage.device.get(&path).send().await.expect(400);
        assert_eq!(seen.json()["error"]["code"], "invalid_request", "{query}");
    }
}

#[tokio::test]
async fn the_overview_knows_today_and_what_is_left() {
    let stage = Stage::new().await;
    chat(&stage, "main", 5, 7).await;
    let row = stage.gateway.rows(stage.key(), 1).await.remove(0);
    let seen = stage
        .device
        .get("/api/v1/overview")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(seen["soFarToday"]["costNanoUsd"], row.cost_nano_usd.to_string());
    assert_eq!(seen["thisMonth"]["requests"], 1);
    assert_eq!(seen["models"][0]["group"], CODER);
    assert_eq!(seen["activity"]["activeDays"], 1);
    let history = seen["outlook"]["history"].as_array().unwrap();
    let balance = stage
        .device
        .get("/api/v1/balance")
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        history.last().unwrap()["availableNanoUsd"],
        balance["balance"]["availableNanoUsd"]
    );
    // The day before there was no credit, nor any use to foresee from.
    assert_eq!(history[history.len() - 2]["availableNanoUsd"], "0");
    assert!(seen["outlook"]["runsOut"].is_null() && seen["outlook"]["because"].is_string());
}
