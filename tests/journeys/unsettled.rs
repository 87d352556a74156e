//! The ledger fails between a hold and its settle.

use rusqlite::Connection;
use tests::{
    eventually,
    upstream::{Answer, Gate, Step},
    verify_clean,
};

use crate::stage::{CODER, Stage};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_cannot_be_settled_is_not_sent_and_not_called_free() {
    let mut stage = Stage::new().await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    stage.upstream.on(CODER, move |call| {
        let reply = Answer::of("chatcmpl-1", 10, 5).reply(call);
        reply.before(Step::Wait(held_back.clone()))
    });
    let asked = tokio::spawn(stage.device.chat(CODER).send());
    stage.upstream.call(CODER, 0).await;
    // Somebody else has the database, for longer than the gateway waits.
    let other = Connection::open(stage.gateway.home().data_dir().join("gateway.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    gate.open();
    let refused = asked.await.unwrap().expect(500);
    let error = &refused.json()["error"];
    assert_eq!(error["code"], "internal");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("charged as an estimate"), "{message}");
    assert!(
        !refused.text().contains("word"),
        "no answer that nobody paid for: {}",
        refused.text()
    );
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);

    stage.gateway.kill().await;
    stage.gateway.restart().await;
    let key = stage.key();
    let row = eventually("the row", async || stage.gateway.usage(key).await.pop()).await;
    assert!(row.orphan && row.cost_nano_usd > protocol::Money::ZERO, "{row:?}");
    verify_clean(&stage.gateway).await;
}
