//! A stream reaches the client as the provider sent it, whatever its shape, and is settled exactly.

use bytes::Bytes;
use protocol::header;
use serde_json::{Value, json};
use tests::{
    Price, Request, Transcript, sse,
    upstream::{Answer, Call, Reply, Step},
};

use crate::stage::{CODER, Stage};

const ANSWER: (u64, u64) = (11, 6);

fn answer() -> Answer {
    Answer::of("chatcmpl-1", ANSWER.0, ANSWER.1)
}

fn ask(stage: &Stage, include_usage: bool) -> Request {
    let mut body = json!({
        "model": CODER,
        "stream": true,
        "messages": [{"role": "user", "content": "Say something."}],
    });
    if include_usage {
        body["stream_options"] = json!({"include_usage": true});
    }
    stage.device.post("/v1/chat/completions", &body)
}

/// Plays the reply to a client that asked for usage itself, so that not one byte may differ.
async fn passes_unchanged(
    reply: impl Fn(&Call) -> Reply + Send + Sync + Clone + 'static,
) -> (Stage, Transcript) {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, reply.clone());
    let seen = ask(&stage, true).send().await.expect(200);
    assert!(seen.complete, "the stream came to its proper end");
    let sent = reply(&stage.upstream.last_call(CODER)).bytes();
    assert_eq!(seen.text(), String::from_utf8(sent).unwrap());
    stage.settled(&answer().usage, &Price::USUAL).await;
    (stage, seen)
}

fn sends(chunks: impl IntoIterator<Item = impl Into<Bytes>>) -> Reply {
    Reply::stream(chunks.into_iter().map(|chunk| Step::Send(chunk.into())).collect())
}

/// The plain stream, as one text.
fn text_of(call: &Call) -> String {
    String::from_utf8(answer().stream(call).bytes()).unwrap()
}

#[tokio::test]
async fn a_plain_stream_passes_unchanged() {
    let (stage, seen) = passes_unchanged(|call| answer().stream(call)).await;
    assert_eq!(sse::text(&seen.body), answer().text());
    let row = stage.gateway.only_row(stage.key()).await;
    assert_eq!(row.provider_response_id.as_deref(), Some("chatcmpl-1"));
    assert_eq!(row.upstream_model, CODER);
}

#[tokio::test]
async fn usage_that_the_client_did_not_ask_for_is_asked_for_and_kept_back() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let seen = ask(&stage, false).send().await.expect(200);
    let call = stage.upstream.last_call(CODER);
    assert!(call.wants_usage(), "the gateway asks on its own account");
    let usage = format!("data: {}\n\n", answer().usage_chunk(&call));
    assert_eq!(seen.text(), text_of(&call).replace(&usage, ""));
    stage.settled(&answer().usage, &Price::USUAL).await;
}

#[tokio::test]
async fn a_receipt_comes_before_the_last_event_and_says_what_was_settled() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let seen = ask(&stage, true)
        .header(header::RECEIPT, "1")
        .send()
        .await
        .expect(200);
    let row = stage.settled(&answer().usage, &Price::USUAL).await;

    let items = sse::items(&seen.body);
    let [.., sse::Item::Comment(comment), sse::Item::Event { data, .. }] = &items[..] else {
        panic!("a receipt, then the last event: {items:?}")
    };
    assert_eq!(data, "[DONE]");
    let receipt: Value = serde_json::from_str(comment.strip_prefix("receipt ").unwrap()).unwrap();
    assert_eq!(receipt["requestId"], row.request_id.to_string());
    assert_eq!(receipt["kind"], "chat");
    assert_eq!(receipt["model"], CODER);
    assert_eq!(receipt["usage"], serde_json::to_value(row.usage).unwrap());
    assert_eq!(receipt["costNanoUsd"], row.cost_nano_usd.to_string());
    assert_eq!(receipt["estimated"], false);
    assert_eq!(
        receipt["balance"],
        serde_json::to_value(stage.device.balance().await).unwrap()
    );

    let line = format!(": {comment}\n");
    let rest = seen.text().replace(&format!("{line}\n"), "").replace(&line, "");
    assert_eq!(
        rest,
        text_of(&stage.upstream.last_call(CODER)),
        "nothing else was added"
    );
}

#[tokio::test]
async fn comments_and_pings_pass_unchanged() {
    passes_unchanged(|call| {
        let text = text_of(call);
        sends([
            ": OPENROUTER PROCESSING\n\n".to_owned(),
            ":\n\n".into(),
            ": ping\n\n".into(),
            text,
        ])
    })
    .await;
}

#[tokio::test]
async fn comments_behind_the_last_event_pass_unchanged() {
    passes_unchanged(|call| {
        let last = format!("{}: cost 1\n\n", text_of(call));
        sends([last, ": served by a\n\n".into(), ":\n\n".into()])
    })
    .await;
}

#[tokio::test]
async fn a_receipt_that_an_upstream_invents_is_removed() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        let forged = ": receipt {\"costNanoUsd\":\"0\"}\n\n";
        sends([forged.to_owned(), text_of(call)])
            .header("x-token-tracker-cost-nano-usd", "0")
            .header("x-token-tracker-balance-nano-usd", "9000000000000")
    });
    let seen = ask(&stage, true).send().await.expect(200);
    assert!(!seen.text().contains("receipt"), "{}", seen.text());
    assert_eq!(sse::text(&seen.body), answer().text());
    assert_ne!(seen.header(header::COST), Some("0"));
    assert_ne!(seen.header(header::BALANCE), Some("9000000000000"));
    stage.settled(&answer().usage, &Price::USUAL).await;
}

#[tokio::test]
async fn lines_that_end_in_crlf_pass_unchanged() {
    passes_unchanged(|call| sends([text_of(call).replace('\n', "\r\n")])).await;
}

#[tokio::test]
async fn a_crlf_stream_still_keeps_unasked_usage_back() {
    let stage = Stage::new().await;
    stage
        .upstream
        .on(CODER, |call| sends([text_of(call).replace('\n', "\r\n")]));
    let seen = ask(&stage, false).send().await.expect(200);
    let call = stage.upstream.last_call(CODER);
    let usage = format!("data: {}\r\n\r\n", answer().usage_chunk(&call));
    assert_eq!(
        seen.text(),
        text_of(&call).replace('\n', "\r\n").replace(&usage, "")
    );
    stage.settled(&answer().usage, &Price::USUAL).await;
}

#[tokio::test]
async fn characters_split_between_packets_pass_unchanged() {
    let wide = || {
        answer().words(&[
            "año ",
            "Straße ",
            "漢字 ",
            "🦀",
            "\u{1F468}\u{200D}\u{1F469}",
            ".",
        ])
    };
    passes_unchanged(move |call| {
        let bytes = wide().stream(call).bytes();
        sends(bytes.iter().map(|byte| vec![*byte]).collect::<Vec<_>>())
    })
    .await;
}

#[tokio::test]
async fn several_events_in_one_packet_pass_unchanged() {
    passes_unchanged(|call| sends([text_of(call)])).await;
}

#[tokio::test]
async fn an_event_in_two_packets_passes_unchanged() {
    passes_unchanged(|call| {
        let text = text_of(call);
        let middle = text.rfind("\"usage\":{").unwrap() + 9;
        sends([text[..middle].to_owned(), text[middle..].into()])
    })
    .await;
}

#[tokio::test]
async fn fragments_of_tool_calls_pass_unchanged() {
    let fragment = |call: &Call, index: u64, function: Value| {
        let mut chunk = answer().chunk(call, None, None);
        chunk["choices"][0]["delta"] = json!({"tool_calls": [{"index": index, "function": function}]});
        format!("data: {chunk}\n\n")
    };
    passes_unchanged(move |call| {
        sends([
            fragment(call, 0, json!({"name": "read", "arguments": ""})),
            fragment(call, 1, json!({"name": "list", "arguments": "{\"usage\""})),
            fragment(call, 0, json!({"arguments": "{\"path\":\"\\u00e9"})),
            fragment(call, 1, json!({"arguments": ":{\"prompt_tokens\":1}}"})),
            text_of(call),
        ])
    })
    .await;
}

#[tokio::test]
async fn empty_choices_and_unknown_events_pass_unchanged() {
    passes_unchanged(|call| {
        let mut filter = answer().chunk(call, None, None);
        filter["choices"] = json!([]);
        filter["prompt_filter_results"] = json!([{"prompt_index": 0}]);
        let unknown = "event: weather\nid: 7\nretry: 100\ndata: {\"mood\":\"sunny\"}\n\n";
        sends([format!("data: {filter}\n\n"), unknown.into(), text_of(call)])
    })
    .await;
}

#[tokio::test]
async fn a_stream_without_done_ends_without_it_and_is_settled() {
    let (_, seen) = passes_unchanged(|call| sends([text_of(call).replace("data: [DONE]\n\n", "")])).await;
    assert!(!sse::is_done(&seen.body));
}

#[tokio::test]
async fn a_whole_answer_passes_unchanged_and_says_what_it_cost() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let seen = stage.device.chat(CODER).send().await.expect(200);
    let call = stage.upstream.last_call(CODER);
    assert_eq!(seen.text(), answer().whole(&call).to_string());
    let row = stage.settled(&answer().usage, &Price::USUAL).await;
    let balance = stage.device.balance().await;
    assert_eq!(
        seen.header(header::REQUEST_ID),
        Some(&*row.request_id.to_string())
    );
    assert_eq!(seen.header(header::COST), Some(&*row.cost_nano_usd.to_string()));
    assert_eq!(
        seen.header(header::BALANCE),
        Some(&*balance.available_nano_usd.to_string())
    );
    assert_eq!(row.request_id.as_uuid().get_version_num(), 7);
}

#[tokio::test]
async fn a_completion_is_filled_in_natively_where_the_upstream_can() {
    let stage = Stage::with(|config| {
        config.model(tests::Model::new("native", Price::USUAL).line("fim = \"native\""))
    })
    .await;
    stage.upstream.answer("native", answer());
    let body =
        json!({"model": "native", "prompt": "fn add(", "suffix": "}", "max_tokens": 32, "stream": true});
    let seen = stage
        .device
        .post("/v1/completions", &body)
        .send()
        .await
        .expect(200);
    let call = stage.upstream.last_call("native");
    assert_eq!(call.path, "/v1/completions");
    assert_eq!(
        (&call.json()["prompt"], &call.json()["suffix"]),
        (&json!("fn add("), &json!("}"))
    );
    assert_eq!(call.output_cap(), Some(32));
    assert_eq!(sse::text(&seen.body), answer().text());
    let row = stage.settled(&answer().usage, &Price::USUAL).await;
    assert_eq!(row.kind, protocol::RequestKind::Completion);
}
