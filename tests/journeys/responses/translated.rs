//! Upstreams of the two other dialects.

use bytes::Bytes;
use serde_json::{Value, json};
use tests::{
    sse,
    upstream::{Answer, Reply},
};

use super::{CLAUDE_MODEL, CLAUDE_WHOLE, GPT, kinds, last, request, stage};

#[tokio::test]
async fn a_chat_upstream_serves_it_with_every_event() {
    let stage = stage().await;
    let answer = Answer::of("chatcmpl-9", 21, 2);
    stage.upstream.answer(GPT, answer.clone());
    let seen = stage.ask(&request(GPT, true)).await.expect(200);
    assert_eq!(
        kinds(&seen),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    let end = last(&seen)["response"].clone();
    assert_eq!(end["output"][0]["content"][0]["text"], answer.text());
    assert_eq!(
        (&end["status"], &end["instructions"]),
        (&json!("completed"), &json!("Be brief."))
    );
    assert_eq!(
        (&end["usage"]["input_tokens"], &end["usage"]["output_tokens"]),
        (&json!(21), &json!(2))
    );
    let first = &sse::chunks(&seen.body)[0]["response"];
    assert_eq!(first["id"], end["id"]);
    let sent = stage.upstream.last_call(GPT);
    assert_eq!(sent.path, "/v1/chat/completions");
    assert_eq!(
        sent.json()["messages"],
        json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello."}])
    );
    assert_eq!(sent.output_cap(), Some(8_192));
    stage.settled(answer.usage).await;
}

#[tokio::test]
async fn whole_answers_come_from_the_other_dialects_too() {
    let stage = stage().await;
    stage.upstream.answer(GPT, Answer::of("chatcmpl-9", 21, 6));
    stage.upstream.on(CLAUDE_MODEL, |_| {
        Reply::whole(200, "application/json", Bytes::from_static(CLAUDE_WHOLE))
    });
    let seen = stage.ask(&request(GPT, false)).await.expect(200).json();
    assert_eq!(seen["object"], "response");
    assert_eq!(seen["output"][0]["type"], "message");
    assert_eq!(seen["usage"]["total_tokens"], 27);
    let seen = stage.ask(&request(CLAUDE_MODEL, false)).await.expect(200).json();
    let kinds: Vec<&Value> = seen["output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| &item["type"])
        .collect();
    assert_eq!(kinds, ["reasoning", "message", "function_call"], "{seen}");
    assert_eq!(seen["usage"]["input_tokens"], 20);
    let sent = stage.upstream.last_call(CLAUDE_MODEL);
    assert_eq!(
        (sent.path.as_str(), &sent.json()["max_tokens"]),
        ("/v1/messages", &json!(8_192))
    );
}
