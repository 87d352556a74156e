//! What an operator watches: every number on the page under `/metrics` is the ledger's, and nothing
//! that clients send can make the page grow.

use protocol::Money;
use serde_json::json;
use tests::{
    Page, Price, Request, eventually,
    upstream::{Answer, Reply, Step},
};

use crate::stage::{CODER, FREE, ODD, Stage};

async fn page(stage: &Stage) -> Page {
    let page = Request::get(&stage.gateway.url("/metrics"))
        .send()
        .await
        .expect(200);
    assert!(!page.text().contains(&stage.device.credential));
    Page::parse(page.text())
}

/// The same when so many requests are over: their clients may know that first.
async fn page_after(stage: &Stage, requests: f64) -> Page {
    eventually("all requests to be over", async || {
        let page = page(stage).await;
        let over = page.sum("token_tracker_request_duration_seconds_count", &[]);
        is(over, requests).then_some(page)
    })
    .await
}

/// Requests of this outcome, of whatever model.
fn count(page: &Page, outcome: &str) -> f64 {
    page.sum("token_tracker_requests_total", &[("outcome", outcome)])
}

fn is(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-9
}

#[tokio::test]
async fn the_numbers_are_those_of_the_ledger() {
    let stage = Stage::new().await;
    let answer = Answer::of("chatcmpl-1", 1_000, 20);
    stage.upstream.answer(CODER, answer.clone());
    stage.upstream.answer(ODD, Answer::of("chatcmpl-2", 7, 3));
    for _ in 0..3 {
        stage.device.chat(CODER).send().await.expect(200);
    }
    stage.device.chat_stream(CODER).send().await.expect(200);
    stage.device.chat(ODD).send().await.expect(200);
    stage
        .upstream
        .on(FREE, |_| Reply::json(400, &json!({"error": {"message": "no"}})));
    stage.device.chat(FREE).send().await.expect(400);
    stage.device.chat("no-such-model").send().await.expect(404);
    stage
        .device
        .chat(CODER)
        .bearer("ttd_nobody")
        .send()
        .await
        .expect(401);

    let page = page_after(&stage, 8.0).await;
    let coder = [("model", CODER), ("upstream", "fake")];
    let ok = [
        ("dialect", "chat"),
        ("model", CODER),
        ("upstream", "fake"),
        ("outcome", "ok"),
    ];
    assert!(is(page.sum("token_tracker_requests_total", &ok), 4.0));
    for (outcome, expected) in [
        ("ok", 5.0),
        ("invalid_request", 1.0),
        ("model_unknown", 1.0),
        ("unauthorized", 1.0),
    ] {
        assert!(is(count(&page, outcome), expected), "{outcome}: {page:?}");
    }
    let cost = Price::USUAL.of(&answer.usage).nano_usd() * 4;
    assert!(is(
        page.sum("token_tracker_cost_usd_total", &coder) * 1e9,
        cost as f64
    ));
    let spent = stage.device.idle_balance().await.spent_nano_usd.nano_usd();
    assert!(is(
        page.sum("token_tracker_cost_usd_total", &[]) * 1e9,
        spent as f64
    ));
    let tokens = |kind| page.sum("token_tracker_tokens_total", &[("model", CODER), ("kind", kind)]);
    assert!(is(tokens("input"), 4_000.0) && is(tokens("output"), 80.0));
    assert!(is(page.sum("token_tracker_variance_usd_total", &[]), 0.0));

    // Six were held: five settled, one given back. The rest came to no hold.
    assert!(is(
        page.sum("token_tracker_hold_duration_seconds_count", &[]),
        6.0
    ));
    assert!(is(
        page.sum("token_tracker_settle_duration_seconds_count", &[]),
        6.0
    ));
    assert!(is(page.sum("token_tracker_holds_released_total", &[]), 1.0));
    assert!(is(
        page.sum("token_tracker_upstream_first_byte_seconds_count", &[]),
        5.0
    ));
    assert!(is(
        page.sum("token_tracker_request_duration_seconds_count", &[]),
        8.0
    ));
    assert!(page.sum("token_tracker_ledger_operations_total", &[]) >= 12.0);
    assert!(page.sum("token_tracker_upstream_connections_idle", &[]) >= 1.0);
    assert!(page.sum("token_tracker_upstream_connections_opened_total", &[]) >= 1.0);
    assert!(is(page.sum("token_tracker_ledger_up", &[]), 1.0));
    assert!(is(page.sum("token_tracker_requests_in_flight", &[]), 0.0));
    assert!(page.sum("process_resident_memory_bytes", &[]) > 1e6);
}

#[tokio::test]
async fn an_open_stream_is_seen_and_so_is_its_client_leaving() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        Answer::of("chatcmpl-1", 10, 5).stream(call).after(2, Step::Hang)
    });
    let mut open = stage.device.chat_stream(CODER).open().await;
    assert!(open.read_until("word1 ").await);
    let during = page(&stage).await;
    assert!(is(during.sum("token_tracker_streams_open", &[]), 1.0));
    assert!(is(during.sum("token_tracker_requests_in_flight", &[]), 1.0));
    drop(open);
    eventually("the stream to be over", async || {
        is(page(&stage).await.sum("token_tracker_streams_open", &[]), 0.0).then_some(())
    })
    .await;
    let after = page(&stage).await;
    assert!(is(count(&after, "client_left"), 1.0), "{after:?}");
    assert!(is(
        after.sum("token_tracker_requests_estimated_total", &[("model", CODER)]),
        1.0
    ));
}

#[tokio::test]
async fn an_upstream_that_is_left_alone_and_a_bill_beyond_the_bound_are_seen() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |_| {
        Reply::json(429, &json!({"error": {"message": "slow"}})).header("retry-after", "60")
    });
    stage.device.chat(CODER).send().await.expect(429);
    let resting = [("upstream", "fake")];
    assert!(is(
        page(&stage).await.sum("token_tracker_upstream_resting", &resting),
        1.0
    ));
    // It says that it used far more than it was allowed.
    stage
        .upstream
        .answer(ODD, Answer::of("chatcmpl-1", 900_000_000, 3));
    stage.device.chat(ODD).send().await.expect(200);
    // A request is told of when it is over, and its client may know that first.
    eventually("the house to have borne it", async || {
        let variance = page(&stage)
            .await
            .sum("token_tracker_variance_usd_total", &[("model", ODD)]);
        (variance > 0.0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_clients_send_does_not_make_the_page_grow() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 5));
    stage.device.chat(CODER).send().await.expect(200);
    stage.device.chat("nothing").send().await.expect(404);
    let before = page_after(&stage, 2.0).await.len();
    for number in 0..100 {
        stage
            .device
            .chat(&format!("model-{number}"))
            .send()
            .await
            .expect(404);
        let body = json!({"model": CODER, "user": format!("user-{number}"),
            "messages": [{"role": "user", "content": "Hello."}]});
        stage
            .device
            .post("/v1/chat/completions", &body)
            .header("x-token-tracker-repository", &format!("example.com/r{number}"))
            .send()
            .await
            .expect(200);
    }
    let after = page_after(&stage, 202.0).await;
    assert_eq!(after.len(), before);
    let labels: Vec<_> = after.label_names().into_iter().collect();
    assert_eq!(
        labels,
        ["dialect", "kind", "le", "model", "outcome", "upstream", "version"]
    );
}

#[tokio::test]
async fn the_page_for_operators_names_every_metric_and_no_other() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 5));
    stage.device.chat(CODER).send().await.expect(200);
    assert!(stage.device.idle_balance().await.spent_nano_usd > Money::ZERO);
    let read = |file: &str| std::fs::read_to_string(tests::workspace_dir().join(file)).unwrap();
    let (guide, alerts) = (read("docs/operations.md"), read("docs/alerts.yaml"));
    let page = page_after(&stage, 1.0).await;
    let families: Vec<&str> = page.families().collect();
    for family in &families {
        assert!(
            guide.contains(&format!("`{family}`")),
            "{family} is not in the guide"
        );
    }
    for text in [&guide, &alerts] {
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        for word in words.filter(|word| word.starts_with("token_tracker_")) {
            let name = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|suffix| word.strip_suffix(suffix).filter(|name| families.contains(name)))
                .unwrap_or(word);
            assert!(families.contains(&name), "there is no metric {word}");
        }
    }
}
