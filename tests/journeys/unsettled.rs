//! The ledger fails between a hold and its settle.

use protocol::Money;
use rusqlite::Connection;
use tests::{
    Request, Transcript, eventually, sse,
    upstream::{Answer, Gate, Step},
    verify_clean,
};

use crate::stage::{CODER, Stage};

/// Asks, and lets the upstream answer only when somebody else has the database, for longer than the
/// gateway waits.
async fn ask_without_a_ledger(stage: &Stage, request: Request) -> Transcript {
    let gate = Gate::closed();
    let held_back = gate.clone();
    stage.upstream.on(CODER, move |call| {
        let reply = Answer::of("chatcmpl-1", 10, 5).reply(call);
        reply.before(Step::Wait(held_back.clone()))
    });
    let asked = tokio::spawn(request.send());
    stage.upstream.call(CODER, 0).await;
    let other = Connection::open(stage.gateway.home().data_dir().join("gateway.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    gate.open();
    let seen = asked.await.unwrap();
    other.execute_batch("ROLLBACK").unwrap();
    seen
}

/// The next start settles what the failure left.
async fn is_charged_at_the_next_start(stage: &mut Stage) {
    stage.gateway.kill().await;
    stage.gateway.restart().await;
    let key = stage.key();
    let row = eventually("the row", async || stage.gateway.usage(key).await.pop()).await;
    assert!(row.orphan && row.cost_nano_usd > Money::ZERO, "{row:?}");
    verify_clean(&stage.gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_cannot_be_settled_is_not_sent_and_not_called_free() {
    let mut stage = Stage::new().await;
    let seen = ask_without_a_ledger(&stage, stage.device.chat(CODER)).await;
    let refused = seen.expect(500);
    let error = &refused.json()["error"];
    assert_eq!(error["code"], "internal");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("charged as an estimate"), "{message}");
    assert!(
        !refused.text().contains("word"),
        "no answer that nobody paid for: {}",
        refused.text()
    );
    is_charged_at_the_next_start(&mut stage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_cannot_be_settled_has_no_end_and_does_not_count_as_well() {
    let mut stage = Stage::new().await;
    let seen = ask_without_a_ledger(&stage, stage.device.chat_stream(CODER)).await;
    assert!(!seen.complete && !sse::is_done(&seen.body), "{}", seen.text());
    let page = stage.gateway.metrics().await;
    let count = |outcome| page.sum("token_tracker_requests_total", &[("outcome", outcome)]);
    assert_eq!((count("unsettled"), count("ok")), (1.0, 0.0));
    is_charged_at_the_next_start(&mut stage).await;
}
