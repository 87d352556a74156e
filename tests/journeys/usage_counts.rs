//! Every way in which a provider tells usage leads to the same exact row; silence to an estimate.

use protocol::{Money, TokenUsage};
use serde_json::{Value, json};
use tests::{
    Price, sse,
    upstream::{Answer, Call, Reply, Step, usage_json},
};

use crate::stage::{CODER, FREE, ODD, Stage};

fn answer() -> Answer {
    Answer::of("chatcmpl-2", 21, 5)
}

/// The plain stream without its usage, then these chunks, then `[DONE]`.
fn stream_with(call: &Call, chunks: &[Value]) -> Reply {
    let mut events = answer().text_events(call);
    events.extend(chunks.iter().map(|chunk| format!("data: {chunk}\n\n").into()));
    events.push("data: [DONE]\n\n".into());
    Reply::stream(events.into_iter().map(Step::Send).collect())
}

#[tokio::test]
async fn cached_written_and_reasoning_tokens_each_have_their_price() {
    let usage = TokenUsage {
        input_tokens: 100,
        output_tokens: 50,
        cache_read_tokens: 1_000,
        cache_write_tokens: 200,
        reasoning_tokens: 20,
    };
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer().usage(usage));
    stage.device.chat_stream(CODER).send().await.expect(200);
    stage.settled(&usage, &Price::USUAL).await;
}

#[tokio::test]
async fn a_price_is_rounded_up_once_for_a_request() {
    let usage = TokenUsage {
        input_tokens: 7,
        output_tokens: 3,
        cache_read_tokens: 5,
        cache_write_tokens: 2,
        reasoning_tokens: 1,
    };
    let stage = Stage::new().await;
    stage.upstream.answer(ODD, answer().usage(usage));
    stage.device.chat(ODD).send().await.expect(200);
    let row = stage.settled(&usage, &Price::ODD).await;
    // 7×0.123457 + 3×0.765433 + 5×0.012347 + 2×0.154321 = 3.530875 nano-dollars.
    assert_eq!(row.cost_nano_usd, Money::from_nano_usd(4));
}

#[tokio::test]
async fn a_free_model_leaves_a_row_that_costs_nothing() {
    let stage = Stage::new().await;
    stage.upstream.answer(FREE, answer());
    stage.device.chat(FREE).send().await.expect(200);
    let row = stage.gateway.only_row(stage.key()).await;
    assert_eq!((row.usage, row.cost_nano_usd), (answer().usage, Money::ZERO));
    stage.released().await;
}

#[tokio::test]
async fn an_explicit_zero_is_a_zero() {
    let stage = Stage::new().await;
    stage
        .upstream
        .answer(CODER, answer().usage(TokenUsage::default()));
    stage.device.chat(CODER).send().await.expect(200);
    stage.settled(&TokenUsage::default(), &Price::USUAL).await;
}

#[tokio::test]
async fn usage_under_x_groq_is_understood() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        let mut last = answer().chunk(call, None, Some("stop"));
        last["x_groq"] = json!({"id": "req_1", "usage": usage_json(&answer().usage)});
        stream_with(call, &[last])
    });
    stage.device.chat_stream(CODER).send().await.expect(200);
    stage.settled(&answer().usage, &Price::USUAL).await;
}

#[tokio::test]
async fn usage_on_the_last_chunk_with_choices_is_understood() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        let mut last = answer().chunk(call, Some(""), Some("stop"));
        last["usage"] = usage_json(&answer().usage);
        stream_with(call, &[last])
    });
    let seen = stage.device.chat_stream(CODER).send().await.expect(200);
    stage.settled(&answer().usage, &Price::USUAL).await;
    assert_eq!(
        sse::text(&seen.body),
        answer().text(),
        "a chunk with choices is not kept back"
    );
}

#[tokio::test]
async fn the_last_of_several_usages_counts() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        let running = |output| {
            let mut chunk = answer().chunk(call, Some(""), None);
            chunk["usage"] = usage_json(&TokenUsage {
                output_tokens: output,
                ..answer().usage
            });
            chunk
        };
        stream_with(call, &[running(1), running(3), answer().usage_chunk(call)])
    });
    stage.device.chat_stream(CODER).send().await.expect(200);
    stage.settled(&answer().usage, &Price::USUAL).await;
}

#[tokio::test]
async fn a_stream_that_never_tells_usage_is_estimated() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| stream_with(call, &[]));
    let seen = stage.device.chat_stream(CODER).send().await.expect(200);
    assert!(sse::is_done(&seen.body));
    let row = stage.estimated(answer().usage.output_tokens, &Price::USUAL).await;
    let receipt = sse::receipts(&seen.body).remove(0);
    assert_eq!(receipt["estimated"], true);
    assert_eq!(receipt["costNanoUsd"], row.cost_nano_usd.to_string());
}

#[tokio::test]
async fn a_whole_answer_without_usage_is_estimated() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        let mut body = answer().whole(call);
        body["usage"] = Value::Null;
        Reply::json(200, &body)
    });
    stage.device.chat(CODER).send().await.expect(200);
    stage.estimated(answer().usage.output_tokens, &Price::USUAL).await;
}

#[tokio::test]
async fn usage_that_makes_no_sense_never_moves_a_balance_up_or_below_zero() {
    for nonsense in [
        json!(-5),
        json!(1e300),
        json!("7"),
        json!(9_000_000_000_000_000_000_u64),
    ] {
        let stage = Stage::new().await;
        let told = nonsense.clone();
        stage.upstream.on(CODER, move |call| {
            let mut body = answer().whole(call);
            body["usage"]["completion_tokens"] = told.clone();
            Reply::json(200, &body)
        });
        stage.device.chat(CODER).send().await.expect(200);
        let balance = stage.device.idle_balance().await;
        assert!(
            balance.available_nano_usd >= Money::ZERO,
            "{nonsense}: {balance:?}"
        );
        assert!(
            balance.spent_nano_usd > Money::ZERO,
            "{nonsense}: an answer was given: {balance:?}"
        );
        tests::verify_clean(&stage.gateway).await;
    }
}

#[tokio::test]
async fn more_than_the_bound_is_never_taken_from_the_lot() {
    let stage = Stage::new().await;
    let reported = TokenUsage {
        output_tokens: 100_000,
        ..answer().usage
    };
    stage.upstream.answer(CODER, answer().usage(reported));
    let body = json!({"model": CODER, "max_tokens": 100, "messages": [{"role": "user", "content": "Say something."}]});
    stage
        .device
        .post("/v1/chat/completions", &body)
        .send()
        .await
        .expect(200);
    let balance = stage.device.idle_balance().await;
    // The bound: a hundred output tokens, and an input that is well below ten thousand.
    let bound = Price::USUAL.of(&TokenUsage {
        output_tokens: 100,
        cache_write_tokens: 10_000,
        ..TokenUsage::default()
    });
    assert!(balance.spent_nano_usd <= bound, "{balance:?}");
    assert!(balance.spent_nano_usd > Money::ZERO);
    tests::verify_clean(&stage.gateway).await;
}
