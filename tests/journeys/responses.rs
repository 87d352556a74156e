//! The Responses API: on an upstream that speaks it, and translated onto the two others.

use bytes::Bytes;
use protocol::{Money, TokenUsage, api::UsageEntry};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Home, Price, Serve, Transcript, Upstream, sse,
    upstream::{Answer, Call, End, Reply, Step},
    verify_clean, within, workspace_dir,
};
use tokio::process::Command;

const STREAM: &[u8] = include_bytes!("../../providers/fixtures/stream-responses.sse");
const TOOLS: &[u8] = include_bytes!("../../providers/fixtures/stream-responses-tools.sse");
const FAILED: &[u8] = include_bytes!("../../providers/fixtures/stream-responses-failed.sse");
const CLAUDE: &[u8] = include_bytes!("../../providers/fixtures/stream-anthropic.sse");
const CLAUDE_TOOLS: &[u8] = include_bytes!("../../providers/fixtures/stream-anthropic-tools.sse");
const CLAUDE_WHOLE: &[u8] = include_bytes!("../../providers/fixtures/messages-anthropic.json");

/// Served by an upstream that speaks the dialect, one for chat, and one of Anthropic's.
const NATIVE: &str = "native";
const GPT: &str = "gpt";
const CLAUDE_MODEL: &str = "claude";

struct Stage {
    upstream: Upstream,
    gateway: Gateway,
    device: Device,
}

async fn stage() -> Stage {
    stage_at(&Price::USUAL.toml()).await
}

async fn stage_at(price: &str) -> Stage {
    let upstream = Upstream::start().await;
    let base = upstream.base_url();
    let route = |id: &str, provider: &str, more: &str| {
        format!(
            "[[upstream]]\nname = {id:?}\nprovider = {provider:?}\nbase_url = {base:?}\n{more}\
             [[model]]\nid = {id:?}\nupstream = {id:?}\nprice = {price}\n"
        )
    };
    let config = Config::new()
        .table(&route(
            NATIVE,
            "openai-compatible",
            "dialects = [\"chat\", \"responses\"]\n",
        ))
        .table(&route(GPT, "openai-compatible", ""))
        .table(&route(CLAUDE_MODEL, "anthropic-compatible", ""));
    let gateway = Serve::new(&config).start().await;
    let device = gateway.device("5.00").await;
    Stage {
        upstream,
        gateway,
        device,
    }
}

impl Stage {
    async fn ask(&self, body: &Value) -> Transcript {
        self.device.post("/v1/responses", body).send().await
    }

    async fn row(&self) -> UsageEntry {
        let key = self.device.account.balance.lots[0].id;
        self.gateway.rows(key, 1).await.remove(0)
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

fn request(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "instructions": "Be brief.",
           "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello."}]}]})
}

fn plays(bytes: &'static [u8]) -> impl Fn(&Call) -> Reply + Send + Sync + 'static {
    move |_| Reply::stream(vec![Step::Send(Bytes::from_static(bytes))])
}

/// The kinds of a stream's events, each checked for its number.
fn kinds(seen: &Transcript) -> Vec<String> {
    let chunks = sse::chunks(&seen.body);
    for (number, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk["sequence_number"], number, "{}", seen.text());
    }
    let kind = |chunk: &Value| chunk["type"].as_str().unwrap().to_owned();
    chunks.iter().map(kind).collect()
}

fn last(seen: &Transcript) -> Value {
    sse::chunks(&seen.body).pop().unwrap()
}

const USAGE: TokenUsage = TokenUsage {
    input_tokens: 8,
    output_tokens: 9,
    cache_read_tokens: 8,
    cache_write_tokens: 4,
    reasoning_tokens: 3,
};

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

#[tokio::test]
async fn what_cannot_be_served_is_refused_before_anything_is_held() {
    // Also where it costs nothing, what cannot be carried over is told.
    for price in [Price::USUAL.toml(), "\"free\"".into()] {
        let stage = stage_at(&price).await;
        let is_free = price == "\"free\"";
        let refusals = [
            ("previous_response_id", json!("resp_1")),
            ("conversation", json!("conv_1")),
            ("prompt", json!({"id": "pmpt_1"})),
            ("tools", json!([{"type": "web_search"}])),
            (
                "tools",
                json!([{"type": "mcp", "server_label": "x", "server_url": "https://x.example"}]),
            ),
            ("input", json!([{"type": "item_reference", "id": "msg_1"}])),
            ("background", json!(true)),
            ("store", json!(true)),
        ];
        for (name, value) in refusals {
            for model in [NATIVE, GPT, CLAUDE_MODEL] {
                // An upstream of its own dialect may do what costs nothing, or is bounded.
                if model == NATIVE && name != "background" && (is_free || name == "store") {
                    continue;
                }
                let mut body = request(model, false);
                body[name] = value.clone();
                let seen = stage.ask(&body).await.expect(400);
                let error = &seen.json()["error"];
                assert_eq!(error["type"], "invalid_request_error", "{}", seen.text());
                assert_eq!(
                    (&error["code"], &error["param"]),
                    (&json!("invalid_request"), &Value::Null)
                );
                assert_eq!(seen.header("x-should-retry"), Some("false"));
            }
        }
        assert!(stage.upstream.all_calls().is_empty());
        let balance = stage.device.balance().await;
        assert_eq!(
            (balance.held_nano_usd, balance.spent_nano_usd),
            (Money::ZERO, Money::ZERO)
        );
    }
}

/// Codex offers its provider's web search to everybody, so it can go without.
#[tokio::test]
async fn what_codex_offers_by_habit_is_left_out_and_said() {
    let stage = stage().await;
    for model in [NATIVE, GPT] {
        stage.upstream.answer(model, Answer::of("resp_1", 20, 5));
        let mut body = request(model, false);
        body["tools"] = json!([{"type": "function", "name": "f", "parameters": {"type": "object"}},
                               {"type": "web_search", "external_web_access": true}]);
        let ask = stage.device.post("/v1/responses", &body);
        let seen = ask
            .clone()
            .header("originator", "codex_exec")
            .send()
            .await
            .expect(200);
        assert_eq!(seen.header("x-token-tracker-left-out"), Some("web_search"));
        let sent = stage.upstream.last_call(model);
        assert_eq!(sent.json()["tools"].as_array().unwrap().len(), 1);
        ask.send().await.expect(400);
        body["tool_choice"] = json!({"type": "web_search"});
        let ask = stage.device.post("/v1/responses", &body);
        ask.header("originator", "codex_exec").send().await.expect(400);
    }
}

#[tokio::test]
async fn no_response_is_kept() {
    let stage = stage().await;
    for (method, path) in [
        (http::Method::GET, "/v1/responses/resp_1"),
        (http::Method::GET, "/v1/responses/resp_1/input_items?limit=2"),
        (http::Method::DELETE, "/v1/responses/resp_1"),
        (http::Method::POST, "/v1/responses/resp_1/cancel"),
        (http::Method::POST, "/v1/responses/compact"),
        (http::Method::GET, "/v1/responses"),
    ] {
        let address = stage.gateway.url(path);
        let ask = tests::Request::new(method.clone(), &address);
        let seen = ask
            .clone()
            .bearer(&stage.device.credential)
            .send()
            .await
            .expect(404);
        assert_eq!(seen.json()["error"]["code"], "not_found", "{}", seen.text());
        assert_eq!(seen.header("x-should-retry"), Some("false"));
        ask.send().await.expect(401);
    }
}

#[tokio::test]
async fn leaving_in_the_middle_settles_an_estimate() {
    let long = || Answer::of("resp_3", 15, 40);
    for model in [NATIVE, GPT] {
        let stage = stage().await;
        stage
            .upstream
            .on(model, move |call| long().stream(call).after(14, Step::Hang));
        let mut open = stage
            .device
            .post("/v1/responses", &request(model, true))
            .open()
            .await;
        assert!(open.read_until("word9 ").await);
        drop(open);
        assert_eq!(
            stage.upstream.call(model, 0).await.ended().await,
            End::ClosedEarly
        );
        let row = stage.row().await;
        assert!(
            row.estimated && row.usage.output_tokens >= 10 && row.usage.input_tokens > 0,
            "{row:?}"
        );
        assert_eq!(
            stage.device.idle_balance().await.spent_nano_usd,
            row.cost_nano_usd
        );
        verify_clean(&stage.gateway).await;
    }
}

#[tokio::test]
async fn a_stream_that_fails_says_so_in_our_words() {
    let stage = stage().await;
    stage.upstream.on(NATIVE, plays(FAILED));
    let seen = stage.ask(&request(NATIVE, true)).await.expect(200);
    assert!(
        !seen.text().contains("org-4711") && !seen.text().contains("secret-host"),
        "{}",
        seen.text()
    );
    let end = last(&seen);
    assert_eq!(
        (&end["type"], &end["response"]["id"]),
        (&json!("response.failed"), &json!("resp_3"))
    );
    assert_eq!(end["response"]["error"]["code"], "server_error");
    assert_eq!(kinds(&seen).len(), 4);
    assert!(stage.row().await.estimated);

    let cut = |model: &'static str| {
        move |call: &Call| {
            let answer = Answer::of("resp_4", 15, 40);
            assert_eq!(call.model(), model);
            answer.stream(call).cut_after(8)
        }
    };
    for model in [NATIVE, GPT] {
        stage.upstream.on(model, cut(model));
        let seen = stage.ask(&request(model, true)).await.expect(200);
        let events = sse::chunks(&seen.body);
        let end = events.last().unwrap();
        assert_eq!(kinds(&seen).last().unwrap(), "response.failed");
        assert_eq!(end["response"]["id"], events[0]["response"]["id"]);
        assert_eq!(end["response"]["status"], "failed");
    }
    // Before the client knows of a response there is none to fail.
    let ping = Bytes::from_static(b": ping\n\n");
    stage.upstream.on(GPT, move |_| {
        Reply::stream(vec![Step::Send(ping.clone()), Step::Cut])
    });
    let seen = stage.ask(&request(GPT, true)).await.expect(200);
    assert_eq!(kinds(&seen), ["error"], "{}", seen.text());
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn little_credit_lowers_the_cap_and_none_is_not_worth_a_retry() {
    let stage = stage().await;
    stage.upstream.answer(NATIVE, Answer::of("resp_1", 20, 5));
    let tight = stage.gateway.device("0.02").await;
    let seen = tight
        .post("/v1/responses", &request(NATIVE, false))
        .send()
        .await
        .expect(200);
    let cap = stage.upstream.last_call(NATIVE).output_cap().unwrap();
    assert!((256..8_192).contains(&cap), "{cap}");
    assert_eq!(
        seen.header("x-token-tracker-output-cap"),
        Some(cap.to_string().as_str())
    );
    let poor = stage.gateway.device("0.00001").await;
    let seen = poor
        .post("/v1/responses", &request(NATIVE, true))
        .send()
        .await
        .expect(402);
    assert_eq!(seen.json()["error"]["type"], "insufficient_quota");
    assert_eq!(seen.header("x-should-retry"), Some("false"));

    let busy =
        json!({"error": {"message": "org-4711 is busy", "type": "requests", "code": "rate_limit_exceeded"}});
    stage.upstream.on(NATIVE, move |_| {
        Reply::json(429, &busy).header("retry-after", "7")
    });
    let seen = stage.ask(&request(NATIVE, true)).await.expect(429);
    assert_eq!(
        (seen.header("retry-after"), seen.header("x-should-retry")),
        (Some("7"), Some("true"))
    );
    assert!(!seen.text().contains("org-4711"), "{}", seen.text());
}

/// A turn with tools: first two calls, then, when their results are there, the answer.
fn scripted(first: &'static [u8], second: &'static [u8]) -> impl Fn(&Call) -> Reply + Send + Sync + 'static {
    move |call| {
        let text = call.json().to_string();
        let has_results = text.contains("fn main() {}");
        let has_tools = call.json()["tools"].is_array();
        match (call.is_stream(), has_tools && !has_results) {
            (true, true) => plays(first)(call),
            (true, false) => plays(second)(call),
            (false, _) if call.is_response() => Answer::of("resp_5", 20, 9).reply(call),
            (false, _) => Reply::whole(200, "application/json", Bytes::from_static(CLAUDE_WHOLE)),
        }
    }
}

fn gpt(call: &Call) -> Reply {
    let parallel = include_bytes!("../../providers/fixtures/stream-tools-parallel.sse");
    let asks_first = call.json()["tools"].is_array() && !call.json().to_string().contains("fn main() {}");
    if call.is_stream() && asks_first {
        return plays(parallel)(call);
    }
    Answer::of("chatcmpl-9", 21, 6).reply(call)
}

/// What the program of `tests/clients` saw.
async fn official_client(stage: &Stage, model: &str) -> Value {
    let home = Home::new();
    let python = crate::compatibility::client::install().await;
    let mut command = Command::from(home.command(python));
    command
        .arg(workspace_dir().join("tests/clients/python/responses_turn.py"))
        .arg(model)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("OPENAI_BASE_URL", stage.gateway.url("/v1"))
        .env("OPENAI_API_KEY", &stage.device.credential)
        .kill_on_drop(true);
    let output = within("the end of the client", command.output()).await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn the_official_client_has_a_turn_with_tools_on_every_kind_of_upstream() {
    let stage = stage().await;
    stage.upstream.on(NATIVE, scripted(TOOLS, STREAM));
    stage.upstream.on(CLAUDE_MODEL, scripted(CLAUDE_TOOLS, CLAUDE));
    stage.upstream.on(GPT, gpt);
    let refused = json!([
        [404, "model_unknown"],
        [400, "invalid_request"],
        [404, "not_found"],
        [404, "not_found"],
        [404, "not_found"]
    ]);
    let words = Answer::of("", 21, 6).text();
    for (model, first, second) in [
        (NATIVE, json!([30, 25]), "hello wörld"),
        (CLAUDE_MODEL, json!([30, 25]), "hello wörld"),
        (GPT, json!([30, 9]), words.as_str()),
    ] {
        let seen = official_client(&stage, model).await;
        assert_eq!(
            seen["first"]["calls"],
            json!([["read", {"path": "a.rs"}], ["list", {}]]),
            "{seen}"
        );
        assert_eq!(
            (&seen["first"]["usage"], &seen["first"]["last"]),
            (&first, &json!("response.completed"))
        );
        assert_eq!(seen["second"]["text"], second, "{seen}");
        assert_eq!(seen["second"]["output text"], second);
        assert_eq!(seen["second"]["first"][0], "response.created");
        assert_eq!((&seen["is numbered"], &seen["refused"]), (&json!(true), &refused));
        assert_eq!(
            (&seen["whole"]["object"], &seen["whole"]["status"]),
            (&json!("response"), &json!("completed"))
        );
    }
    let key = stage.device.account.balance.lots[0].id;
    let rows = stage.gateway.rows(key, 12).await;
    let sum: i64 = rows
        .iter()
        .map(|row| Price::USUAL.of(&row.usage).nano_usd())
        .sum();
    assert!(rows.len() == 12 && rows.iter().all(|row| !row.estimated));
    assert_eq!(stage.device.idle_balance().await.spent_nano_usd.nano_usd(), sum);
    verify_clean(&stage.gateway).await;
}
