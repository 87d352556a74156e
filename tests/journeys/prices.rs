//! What a request costs beside its plain tokens: an hour of cache, a tier, the provider's own word.
//! And what nothing bounds is refused before anything is sent.

use protocol::{Money, TokenUsage, api::UsageEntry};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Serve, Transcript, Upstream,
    upstream::{Reply, Step},
    verify_clean,
};
use usage::pricing::{Consumption, ServiceTier, bundled};

struct Stage {
    upstream: Upstream,
    gateway: Gateway,
    device: Device,
}

/// Services by their names, with the bundled table's prices, all at the fake.
async fn stage() -> Stage {
    let upstream = Upstream::start().await;
    let mut tables = String::new();
    for (provider, model) in [
        ("anthropic", "claude-sonnet-4-5"),
        ("openai", "o3"),
        ("openrouter", "openai/gpt-4o-mini"),
        ("groq", "llama-3.3-70b-versatile"),
    ] {
        let base = upstream.base_url();
        tables += &format!(
            "[[upstream]]\nname = \"{provider}\"\nprovider = \"{provider}\"\nbase_url = {base:?}\napi_key_env = \"OWNERS_KEY\"\n\
             [[model]]\nid = \"{provider}\"\nupstream = \"{provider}\"\nupstream_model = \"{model}\"\n"
        );
    }
    tables += "[[model]]\nid = \"hourless\"\nupstream = \"anthropic\"\nprice = { input = \"3\", output = \"15\" }\n\
               [[model]]\nid = \"marked-up\"\nupstream = \"openrouter\"\nupstream_model = \"openai/gpt-4o-mini\"\nmultiplier = \"1.1\"\n";
    let config = Config::new().table(&tables);
    let gateway = Serve::new(&config)
        .env("OWNERS_KEY", "sk-of-the-owner")
        .start()
        .await;
    let device = gateway.device("5.00").await;
    Stage {
        upstream,
        gateway,
        device,
    }
}

impl Stage {
    /// The upstream's model answers so, streamed or whole.
    fn chat_answers(&self, model: &str, extra: Value, usage: Value) {
        self.upstream.on(model, move |call| {
            let mut answer = json!({"id": "c", "object": "chat.completion", "model": "m",
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Yes."}}],
                "usage": usage});
            if let (Some(answer), Some(extra)) = (answer.as_object_mut(), extra.as_object()) {
                answer.extend(extra.clone());
            }
            if call.is_stream() {
                let event = format!("data: {answer}\n\ndata: [DONE]\n\n");
                return Reply::stream(vec![Step::Send(event.into())]);
            }
            Reply::json(200, &answer)
        });
    }

    async fn chat(&self, model: &str, extra: &Value) -> Transcript {
        let mut body =
            json!({"model": model, "max_tokens": 500, "messages": [{"role": "user", "content": "Hello?"}]});
        if let (Some(body), Some(extra)) = (body.as_object_mut(), extra.as_object()) {
            body.extend(extra.clone());
        }
        self.device.post("/v1/chat/completions", &body).send().await
    }

    async fn messages(&self, model: &str, ttl: &str) -> Transcript {
        let system = json!([{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": ttl}}]);
        let body = json!({"model": model, "max_tokens": 500, "system": system,
            "messages": [{"role": "user", "content": "Hello?"}]});
        self.device.post("/v1/messages", &body).send().await
    }

    async fn row(&self) -> UsageEntry {
        let row = self
            .gateway
            .only_row(self.device.account.balance.lots[0].id)
            .await;
        assert_eq!(self.device.idle_balance().await.spent_nano_usd, row.cost_nano_usd);
        verify_clean(&self.gateway).await;
        row
    }

    async fn nothing_was_sent(&self) {
        assert!(self.upstream.all_calls().is_empty());
        assert_eq!(self.device.idle_balance().await.spent_nano_usd, Money::ZERO);
    }
}

#[tokio::test]
async fn an_hour_in_the_cache_has_its_own_price() {
    let stage = stage().await;
    stage.upstream.on("claude-sonnet-4-5", |_| {
        Reply::json(
            200,
            &json!({"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "Yes."}],
            "usage": {"input_tokens": 10, "output_tokens": 2, "cache_creation_input_tokens": 1000,
                "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 600}}}),
        )
    });
    stage.messages("anthropic", "1h").await.expect(200);
    // 10 × $3, 2 × $15, 400 × $3.75 and 600 × $6 for a million.
    let nano = 10 * 3_000 + 2 * 15_000 + 400 * 3_750 + 600 * 6_000;
    assert_eq!(stage.row().await.cost_nano_usd, Money::from_nano_usd(nano));
}

#[tokio::test]
async fn an_hour_in_the_cache_without_a_price_is_refused() {
    let stage = stage().await;
    let seen = stage.messages("hourless", "1h").await.expect(400);
    assert!(seen.text().contains("cache_write_1h"), "{}", seen.text());
    stage.nothing_was_sent().await;
}

#[tokio::test]
async fn the_tier_that_served_decides_the_price() {
    let tokens = TokenUsage {
        input_tokens: 20,
        output_tokens: 7,
        ..TokenUsage::default()
    };
    for (asked, served, tier) in [
        ("priority", "priority", ServiceTier::Priority),
        ("priority", "default", ServiceTier::Standard),
        ("flex", "flex", ServiceTier::Flex),
    ] {
        let stage = stage().await;
        stage.chat_answers(
            "o3",
            json!({"service_tier": served}),
            json!({"prompt_tokens": 20, "completion_tokens": 7}),
        );
        let stream = json!({"service_tier": asked, "stream": asked == "flex"});
        stage.chat("openai", &stream).await.expect(200);
        let used = Consumption {
            tokens,
            tier,
            ..Consumption::default()
        };
        let price = bundled("openai", "o3").unwrap();
        assert_eq!(
            Some(stage.row().await.cost_nano_usd),
            price.charge(&used),
            "{asked} {served}"
        );
    }
}

#[tokio::test]
async fn a_provider_that_states_its_cost_is_believed() {
    let usage = json!({"prompt_tokens": 9, "completion_tokens": 3, "cost": 1.4e-5, "is_byok": false});
    for (model, extra, nano) in [
        ("openrouter", json!({}), 14_000),
        ("openrouter", json!({"stream": true}), 14_000),
        ("marked-up", json!({}), 15_400),
    ] {
        let stage = stage().await;
        stage.chat_answers("openai/gpt-4o-mini", json!({}), usage.clone());
        stage.chat(model, &extra).await.expect(200);
        let row = stage.row().await;
        assert_eq!(
            (row.cost_nano_usd, row.estimated),
            (Money::from_nano_usd(nano), false),
            "{model}"
        );
    }
}

#[tokio::test]
async fn a_stated_cost_is_never_more_than_was_held_and_never_less_than_nothing() {
    for (cost, is_estimated) in [
        (json!(1_000), false),
        (json!(-1_000), true),
        (json!("free"), true),
    ] {
        let stage = stage().await;
        let usage = json!({"prompt_tokens": 9, "completion_tokens": 3, "cost": cost});
        stage.chat_answers("openai/gpt-4o-mini", json!({}), usage);
        stage.chat("openrouter", &json!({})).await.expect(200);
        let row = stage.row().await;
        assert_eq!(row.estimated, is_estimated, "{cost}");
        assert!(row.cost_nano_usd > Money::ZERO, "{cost}");
        assert!(
            row.cost_nano_usd < Money::from_nano_usd(1_000_000),
            "{cost}: {row:?}"
        );
    }
}

#[tokio::test]
async fn a_cost_that_nobody_vouches_for_is_not_believed() {
    let stage = stage().await;
    let usage = json!({"prompt_tokens": 9, "completion_tokens": 3, "cost": 0});
    stage.chat_answers("llama-3.3-70b-versatile", json!({}), usage);
    stage.chat("groq", &json!({})).await.expect(200);
    assert_eq!(
        stage.row().await.cost_nano_usd,
        Money::from_nano_usd(9 * 590 + 3 * 790)
    );
}

#[tokio::test]
async fn what_cannot_be_bounded_is_refused_by_name_in_both_dialects() {
    let stage = stage().await;
    for (extra, told) in [
        (json!({"n": 1_000}), "`n` must be a whole number from 1 to 128"),
        (json!({"max_tokens": -1}), "`max_tokens` must be a whole number"),
        (
            json!({"max_tokens": 1_000_000_000_000_u64}),
            "`max_tokens` must be a whole number",
        ),
        (
            json!({"max_completion_tokens": 1_000_000_000_000_u64}),
            "`max_completion_tokens` must be",
        ),
        (
            json!({"service_tier": "priority"}),
            "this service tier for this model",
        ),
        (json!({"web_search_options": {}}), "web search"),
        (
            json!({"tools": [{"type": "browser_search"}]}),
            "tools that run at the provider",
        ),
        (
            json!({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]}),
            "audio",
        ),
    ] {
        let seen = stage.chat("groq", &extra).await.expect(400);
        assert!(seen.text().contains(told), "{extra}: {}", seen.text());
        assert_eq!(seen.json()["error"]["code"], "invalid_request", "{extra}");
    }
    let completion = json!({"model": "groq", "prompt": "a", "best_of": 1_000});
    let seen = stage
        .device
        .post("/v1/completions", &completion)
        .send()
        .await
        .expect(400);
    assert!(seen.text().contains("`best_of`"), "{}", seen.text());
    for (extra, told) in [
        (json!({"max_tokens": -1}), "`max_tokens` must be a whole number"),
        (
            json!({"max_tokens": 1_000_000_000_000_u64}),
            "`max_tokens` must be a whole number",
        ),
        (json!({"n": 1_000}), "`n` must be left out"),
        (
            json!({"service_tier": "priority"}),
            "this service tier for this model",
        ),
        (json!({"speed": "fast"}), "a faster mode"),
        (
            json!({"tools": [{"type": "web_search_20250305", "name": "web_search"}]}),
            "web search",
        ),
    ] {
        let mut body = json!({"model": "anthropic", "max_tokens": 9, "messages": [{"role": "user", "content": "Hello?"}]});
        body.as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        let seen = stage.device.post("/v1/messages", &body).send().await.expect(400);
        assert!(seen.text().contains(told), "{extra}: {}", seen.text());
        assert_eq!(seen.json()["error"]["type"], "invalid_request_error", "{extra}");
    }
    stage.nothing_was_sent().await;
}
