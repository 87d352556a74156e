//! An upstream that speaks the dialect: bytes pass as they are.

use serde_json::json;
use tests::{Price, sse, upstream::Answer};

use super::{CLAUDE, CLAUDE_MODEL, GPT, NATIVE, STREAM, USAGE, plays, request, stage};

#[tokio::test]
async fn a_stream_passes_unchanged_and_is_settled_before_its_last_event() {
    let stage = stage().await;
    stage.upstream.on(NATIVE, plays(STREAM));
    let seen = stage.ask(&request(NATIVE, true)).await.expect(200);
    assert!(seen.complete);
    assert_eq!(seen.body, STREAM);
    let call = stage.upstream.last_call(NATIVE);
    assert_eq!(call.path, "/v1/responses");
    let mut sent = request(NATIVE, true);
    sent["max_output_tokens"] = json!(8_192);
    assert_eq!(call.json(), &sent, "only the cap is written into the request");
    stage.settled(USAGE).await;

    let mut open = stage
        .device
        .post("/v1/responses", &request(NATIVE, true))
        .open()
        .await;
    assert!(open.read_until("event: response.completed").await);
    let key = stage.device.account.balance.lots[0].id;
    assert_eq!(stage.gateway.usage(key).await.len(), 2);
}

#[tokio::test]
async fn a_whole_answer_passes_unchanged_and_tells_its_cost() {
    let stage = stage().await;
    let answer = Answer::of("resp_18", 33, 7);
    stage.upstream.answer(NATIVE, answer.clone());
    let seen = stage.ask(&request(NATIVE, false)).await.expect(200);
    let call = stage.upstream.last_call(NATIVE);
    assert_eq!(seen.json(), answer.response(&call, "completed"));
    let cost = Price::USUAL.of(&answer.usage);
    assert_eq!(
        seen.header("x-token-tracker-cost-nano-usd"),
        Some(cost.to_string().as_str())
    );
    for name in ["request-id", "balance-nano-usd"] {
        assert!(
            seen.header(&format!("x-token-tracker-{name}")).is_some(),
            "{name}"
        );
    }
    stage.settled(answer.usage).await;
}

#[tokio::test]
async fn a_receipt_stands_before_the_last_event() {
    let stage = stage().await;
    stage.upstream.on(NATIVE, plays(STREAM));
    stage.upstream.answer(GPT, Answer::of("chatcmpl-9", 21, 6));
    stage.upstream.on(CLAUDE_MODEL, plays(CLAUDE));
    for model in [NATIVE, GPT, CLAUDE_MODEL] {
        let ask = stage.device.post("/v1/responses", &request(model, true));
        let seen = ask
            .header("x-token-tracker-receipt", "1")
            .send()
            .await
            .expect(200);
        let items = sse::items(&seen.body);
        let [.., sse::Item::Comment(comment), sse::Item::Event { name, .. }] = items.as_slice() else {
            panic!("{}", seen.text());
        };
        assert!(comment.starts_with("receipt {"), "{comment}");
        assert_eq!(name, "response.completed");
        assert_eq!(sse::receipts(&seen.body).len(), 1);
    }
}
