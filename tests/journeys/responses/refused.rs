//! What is refused, how a client hears of it, and what is left out instead.

use protocol::Money;
use serde_json::{Value, json};
use tests::{
    Price,
    upstream::{Answer, Reply},
};

use super::{CLAUDE_MODEL, GPT, NATIVE, request, stage, stage_at};

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
