//! A client that goes away stops the provider at once, and pays for what was used.

use std::time::{Duration, Instant};

use protocol::Money;
use serde_json::json;
use tests::{
    Price, eventually,
    upstream::{Answer, End, Gate, Reply, Step},
};

use tokio::time::timeout;

use crate::stage::{CODER, Stage};

fn long_answer() -> Answer {
    Answer::of("chatcmpl-3", 15, 40)
}

#[tokio::test]
async fn leaving_in_the_middle_closes_the_upstream_and_settles_an_estimate() {
    let stage = Stage::new().await;
    stage
        .upstream
        .on(CODER, |call| long_answer().stream(call).after(10, Step::Hang));
    let mut open = stage.device.chat_stream(CODER).open().await;
    assert!(open.read_until("word9 ").await);
    drop(open);
    assert_eq!(
        stage.upstream.call(CODER, 0).await.ended().await,
        End::ClosedEarly
    );
    stage.estimated(10, &Price::USUAL).await;
}

#[tokio::test]
async fn leaving_a_completion_closes_the_upstream_too() {
    let stage = Stage::new().await;
    stage
        .upstream
        .on(CODER, |call| long_answer().stream(call).after(3, Step::Hang));
    let body = json!({"model": CODER, "prompt": "fn main() {", "max_tokens": 64, "stream": true});
    let mut open = stage.device.post("/v1/completions", &body).open().await;
    assert!(open.read_until("word2 ").await);
    drop(open);
    assert_eq!(
        stage.upstream.call(CODER, 0).await.ended().await,
        End::ClosedEarly
    );
    stage.estimated(3, &Price::USUAL).await;
}

#[tokio::test]
async fn leaving_before_the_first_byte_still_pays_for_the_input() {
    let stage = Stage::new().await;
    stage
        .upstream
        .on(CODER, |call| long_answer().stream(call).before(Step::Hang));
    let request = stage.device.chat_stream(CODER);
    let waiting = tokio::spawn(request.try_open());
    let call = stage.upstream.call(CODER, 0).await;
    waiting.abort();
    assert_eq!(call.ended().await, End::ClosedEarly);
    stage.estimated(0, &Price::USUAL).await;
}

#[tokio::test]
async fn leaving_a_whole_answer_closes_the_upstream_and_settles() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        Reply::json(200, &long_answer().whole(call)).before(Step::Hang)
    });
    let waiting = tokio::spawn(stage.device.chat(CODER).try_open());
    let call = stage.upstream.call(CODER, 0).await;
    waiting.abort();
    assert_eq!(call.ended().await, End::ClosedEarly);
    stage.estimated(0, &Price::USUAL).await;
}

#[tokio::test]
async fn credit_is_held_while_a_stream_runs_and_free_after_it() {
    let stage = Stage::new().await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    stage.upstream.on(CODER, move |call| {
        long_answer().stream(call).after(5, Step::Wait(held_back.clone()))
    });
    let mut open = stage.device.chat_stream(CODER).open().await;
    assert!(open.read_until("word4 ").await);
    let during = stage.device.balance().await;
    assert!(
        during.held_nano_usd >= Price::USUAL.of(&long_answer().usage),
        "{during:?}"
    );
    assert_eq!(
        during.available_nano_usd.nano_usd(),
        during.granted_nano_usd.nano_usd()
            - during.spent_nano_usd.nano_usd()
            - during.held_nano_usd.nano_usd()
    );
    assert_eq!(during.spent_nano_usd, Money::ZERO);
    gate.open();
    assert!(open.read_to_end().await.complete);
    stage.settled(&long_answer().usage, &Price::USUAL).await;
}

#[tokio::test]
async fn revoking_the_key_ends_its_streams_within_two_seconds() {
    let stage = Stage::new().await;
    stage
        .upstream
        .on(CODER, |call| long_answer().stream(call).after(5, Step::Hang));
    let mut open = stage.device.chat_stream(CODER).open().await;
    assert!(open.read_until("word4 ").await);
    stage
        .gateway
        .cli(&["keys", "revoke", &stage.key().to_string()])
        .await
        .expect(0);
    let revoked = Instant::now();
    let seen = open.read_to_end().await;
    assert!(
        revoked.elapsed() < Duration::from_secs(2),
        "{:?}",
        revoked.elapsed()
    );
    assert!(
        !tests::sse::is_done(&seen.body),
        "what was cut does not claim to be whole"
    );
    assert_eq!(
        stage.upstream.call(CODER, 0).await.ended().await,
        End::ClosedEarly
    );
    let rows = stage.gateway.rows(stage.key(), 1).await;
    assert!(rows[0].estimated && rows[0].usage.output_tokens >= 5, "{rows:?}");
    let refused = stage.device.chat(CODER).send().await.expect(401);
    assert_eq!(refused.json()["error"]["code"], "credential_revoked");
    tests::verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn stopping_the_gateway_lets_a_running_stream_finish() {
    let mut stage = Stage::new().await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    stage.upstream.on(CODER, move |call| {
        long_answer().stream(call).after(5, Step::Wait(held_back.clone()))
    });
    let mut open = stage.device.chat_stream(CODER).open().await;
    assert!(open.read_until("word4 ").await);
    stage.gateway.signal(rustix::process::Signal::TERM);
    let ready = stage.gateway.url("/readyz");
    // Told to come back later, or not let in: anything but left waiting.
    eventually("the gateway to drain", async || {
        let answer = timeout(Duration::from_secs(2), tests::Request::get(&ready).try_send()).await;
        let answer = answer.expect("a connection is answered or refused while the gateway drains");
        answer.map_or(Some(()), |answer| (answer.status == 503).then_some(()))
    })
    .await;
    gate.open();
    let seen = open.read_to_end().await;
    assert!(
        seen.complete && tests::sse::is_done(&seen.body),
        "{}",
        seen.text()
    );
    assert!(stage.gateway.wait().await.success());
    stage.gateway.restart().await;
    let row = stage.gateway.only_row(stage.key()).await;
    assert_eq!(
        (row.usage, row.estimated, row.orphan),
        (long_answer().usage, false, false)
    );
}
