//! Anthropic's dialect: as its clients speak it, on an upstream of its own, and translated both ways.

use bytes::Bytes;
use protocol::{Money, TokenUsage};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Price, Serve, Transcript, Upstream, sse,
    upstream::{Answer, Call, Reply, Step},
    verify_clean,
};

const STREAM: &[u8] = include_bytes!("../../providers/fixtures/stream-anthropic.sse");
const TOOLS: &[u8] = include_bytes!("../../providers/fixtures/stream-anthropic-tools.sse");
const WHOLE: &[u8] = include_bytes!("../../providers/fixtures/messages-anthropic.json");
const KEY: &str = "sk-ant-of-the-owner";

struct Stage {
    upstream: Upstream,
    gateway: Gateway,
    device: Device,
}

/// `claude` is served by an upstream of Anthropic's dialect, `gpt` by one of OpenAI's.
async fn stage() -> Stage {
    let upstream = Upstream::start().await;
    let base = upstream.base_url();
    let price = Price::USUAL.toml();
    let config = Config::new().table(&format!(
        "[[upstream]]\nname = \"a\"\nprovider = \"anthropic-compatible\"\nbase_url = {base:?}\napi_key_env = \"OWNERS_KEY\"\n\
         [[upstream]]\nname = \"o\"\nprovider = \"openai-compatible\"\nbase_url = {base:?}\n\
         [[model]]\nid = \"claude\"\nupstream = \"a\"\nprice = {price}\n\
         [[model]]\nid = \"gpt\"\nupstream = \"o\"\nprice = {price}\n"
    ));
    let gateway = Serve::new(&config).env("OWNERS_KEY", KEY).start().await;
    let device = gateway.device("5.00").await;
    Stage {
        upstream,
        gateway,
        device,
    }
}

impl Stage {
    async fn messages(&self, body: &Value) -> Transcript {
        let request = self.device.post("/v1/messages", body);
        request
            .header("anthropic-beta", "interleaved-thinking-2025-05-14")
            .send()
            .await
    }

    async fn settled(&self, usage: TokenUsage) {
        let key = self.device.account.balance.lots[0].id;
        let row = self.gateway.only_row(key).await;
        assert_eq!((row.usage, row.estimated), (usage, false));
        assert_eq!(row.cost_nano_usd, Price::USUAL.of(&usage));
        assert_eq!(self.device.idle_balance().await.spent_nano_usd, row.cost_nano_usd);
        verify_clean(&self.gateway).await;
    }
}

fn ask(model: &str, stream: bool) -> Value {
    json!({"model": model, "max_tokens": 1000, "stream": stream, "system": "Be brief.",
           "messages": [{"role": "user", "content": [{"type": "text", "text": "Hello."}]}]})
}

fn plays(bytes: &'static [u8]) -> impl Fn(&Call) -> Reply + Send + Sync + 'static {
    move |call| {
        if call.is_stream() {
            Reply::stream(vec![Step::Send(Bytes::from_static(bytes))])
        } else {
            Reply::whole(200, "application/json", Bytes::from_static(bytes))
        }
    }
}

/// The data of each event.
fn events(seen: &Transcript) -> Vec<Value> {
    sse::items(&seen.body)
        .into_iter()
        .filter_map(|item| match item {
            sse::Item::Event { data, .. } => serde_json::from_str(&data).ok(),
            sse::Item::Comment(_) => None,
        })
        .collect()
}

const USAGE: TokenUsage = TokenUsage {
    input_tokens: 10,
    output_tokens: 9,
    cache_read_tokens: 4,
    cache_write_tokens: 6,
    reasoning_tokens: 3,
};

#[tokio::test]
async fn a_stream_passes_unchanged_and_is_settled_on_its_own_counts() {
    let stage = stage().await;
    stage.upstream.on("claude", plays(STREAM));
    let seen = stage.messages(&ask("claude", true)).await.expect(200);
    assert!(seen.complete);
    assert_eq!(seen.body, STREAM);
    let call = stage.upstream.last_call("claude");
    assert_eq!(call.path, "/v1/messages");
    assert_eq!(call.header("x-api-key"), Some(KEY));
    assert_eq!(call.header("authorization"), None);
    assert_eq!(call.header("anthropic-version"), Some("2023-06-01"));
    assert_eq!(
        call.header("anthropic-beta"),
        Some("interleaved-thinking-2025-05-14")
    );
    stage.settled(USAGE).await;
}

#[tokio::test]
async fn a_whole_answer_passes_unchanged() {
    let stage = stage().await;
    stage.upstream.on("claude", plays(WHOLE));
    let seen = stage.messages(&ask("claude", false)).await.expect(200);
    assert_eq!(seen.body, WHOLE);
    stage
        .settled(TokenUsage {
            output_tokens: 7,
            reasoning_tokens: 2,
            ..USAGE
        })
        .await;
}

#[tokio::test]
async fn a_chat_client_runs_on_an_upstream_of_the_other_dialect() {
    let stage = stage().await;
    stage.upstream.on("claude", plays(TOOLS));
    let body = json!({"model": "claude", "stream": true, "stream_options": {"include_usage": true},
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Look."}],
        "tools": [{"type": "function", "function": {"name": "read", "parameters": {"type": "object"}}}]});
    let seen = stage
        .device
        .post("/v1/chat/completions", &body)
        .send()
        .await
        .expect(200);
    assert!(sse::is_done(&seen.body));
    assert_eq!(sse::text(&seen.body), "Look.");
    let names: Vec<_> = events(&seen)
        .iter()
        .filter_map(|event| {
            event["choices"][0]["delta"]["tool_calls"][0]["function"]["name"]
                .as_str()
                .map(str::to_owned)
        })
        .collect();
    assert_eq!(names, ["read", "list"]);
    let sent = stage.upstream.last_call("claude");
    assert_eq!(sent.path, "/v1/messages");
    assert_eq!(sent.json()["system"][0]["text"], "Be brief.");
    stage
        .settled(TokenUsage {
            input_tokens: 28,
            output_tokens: 25,
            cache_read_tokens: 2,
            ..TokenUsage::default()
        })
        .await;
}

#[tokio::test]
async fn a_messages_client_runs_on_an_upstream_of_the_other_dialect() {
    for stream in [true, false] {
        let stage = stage().await;
        let answer = Answer::of("chatcmpl-9", 21, 6);
        stage.upstream.answer("gpt", answer.clone());
        let seen = stage.messages(&ask("gpt", stream)).await.expect(200);
        let text: String = if stream {
            let events = events(&seen);
            assert_eq!(events[0]["type"], "message_start");
            assert_eq!(events.last().unwrap()["type"], "message_stop");
            events
                .iter()
                .filter_map(|event| event["delta"]["text"].as_str())
                .collect()
        } else {
            assert_eq!(seen.json()["usage"]["output_tokens"], 6);
            seen.json()["content"][0]["text"].as_str().unwrap().to_owned()
        };
        assert_eq!(text, answer.text());
        let sent = stage.upstream.last_call("gpt");
        assert_eq!(sent.path, "/v1/chat/completions");
        assert_eq!(sent.header("anthropic-beta"), None);
        stage.settled(answer.usage).await;
    }
}

#[tokio::test]
async fn what_cannot_be_carried_over_is_told_before_anything_is_held() {
    let stage = stage().await;
    let mut body = ask("gpt", false);
    body["top_k"] = json!(5);
    let seen = stage.messages(&body).await;
    assert_eq!(seen.status.as_u16(), 400, "{}", seen.text());
    assert_eq!(seen.json()["type"], "error");
    assert_eq!(seen.json()["error"]["type"], "invalid_request_error");
    assert!(seen.text().contains("top_k"), "{}", seen.text());
    let completion = json!({"model": "claude", "prompt": "fn add("});
    let seen = stage.device.post("/v1/completions", &completion).send().await;
    assert_eq!(seen.json()["error"]["code"], "invalid_request", "{}", seen.text());
    assert!(stage.upstream.all_calls().is_empty());
}

#[tokio::test]
async fn refusals_have_the_dialects_shape_and_say_whether_to_try_again() {
    let stage = stage().await;
    let poor = stage.gateway.device("0.00001").await;
    let seen = poor.post("/v1/messages", &ask("claude", true)).send().await;
    assert_eq!(seen.status.as_u16(), 402, "{}", seen.text());
    assert_eq!(seen.json()["error"]["type"], "billing_error");
    assert_eq!(seen.header("x-should-retry"), Some("false"));

    let overloaded =
        json!({"type": "error", "error": {"type": "overloaded_error", "message": "org-4711 is busy"}});
    stage
        .upstream
        .on("claude", move |_| Reply::json(529, &overloaded));
    let seen = stage.messages(&ask("claude", true)).await;
    assert_eq!(seen.header("x-should-retry"), Some("true"));
    assert!(!seen.text().contains("org-4711"), "{}", seen.text());
    assert_eq!(stage.device.idle_balance().await.spent_nano_usd, Money::ZERO);

    let mut hour = ask("claude", true);
    hour["system"] =
        json!([{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]);
    let seen = stage.messages(&hour).await;
    assert_eq!(seen.status.as_u16(), 400, "{}", seen.text());
}

#[tokio::test]
async fn a_stream_that_fails_is_charged_for_what_came_and_says_so() {
    let stage = stage().await;
    let cut = STREAM.len() - 200;
    stage.upstream.on("claude", move |_| {
        Reply::stream(vec![Step::Send(Bytes::from_static(&STREAM[..cut])), Step::Cut])
    });
    let seen = stage.messages(&ask("claude", true)).await;
    let last = events(&seen).pop().unwrap();
    assert_eq!(last["type"], "error", "{}", seen.text());
    let key = stage.device.account.balance.lots[0].id;
    let row = stage.gateway.only_row(key).await;
    assert!(row.usage.cache_write_tokens == 6 && row.estimated, "{row:?}");
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn tokens_are_counted_for_nothing() {
    let stage = stage().await;
    stage
        .upstream
        .on("claude", |_| Reply::json(200, &json!({"input_tokens": 2095})));
    let mut body = ask("claude", false);
    body.as_object_mut().unwrap().remove("max_tokens");
    body.as_object_mut().unwrap().remove("stream");
    let seen = stage
        .device
        .post("/v1/messages/count_tokens?beta=true", &body)
        .send()
        .await
        .expect(200);
    assert_eq!(seen.json(), json!({"input_tokens": 2095}));
    let call = stage.upstream.last_call("claude");
    assert_eq!(
        (call.path.as_str(), call.header("x-api-key")),
        ("/v1/messages/count_tokens", Some(KEY))
    );

    body["model"] = json!("gpt");
    let seen = stage
        .device
        .post("/v1/messages/count_tokens", &body)
        .send()
        .await
        .expect(200);
    assert!(seen.json()["input_tokens"].as_u64().unwrap() > 0);
    body["model"] = json!("nobody");
    let seen = stage.device.post("/v1/messages/count_tokens", &body).send().await;
    assert_eq!(seen.json()["error"]["type"], "not_found_error");
    let key = stage.device.account.balance.lots[0].id;
    assert!(stage.gateway.usage(key).await.is_empty());
}
