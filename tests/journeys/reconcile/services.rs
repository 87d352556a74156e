//! The services that write their reports in another way.

use jiff::civil::Date;
use protocol::api::LineState;
use serde_json::{Value, json};
use tests::{
    Config, Serve, Upstream,
    upstream::{Call, Reply},
};

use super::{BILLING_KEY, days_ago, line, reconcile};

/// A report of each of the two other services, as it is recorded, for the day before yesterday.
fn others(call: &Call, day: Date) -> Reply {
    let next = day.tomorrow().unwrap();
    let bucket = |results: Value| {
        json!({"data": [{"starting_at": format!("{day}T00:00:00Z"), "ending_at": format!("{next}T00:00:00Z"),
            "results": results}], "has_more": false, "next_page": null})
    };
    let model = "claude-sonnet-4-5-20250929";
    let answer = match call.path.as_str() {
        "/v1/organizations/usage_report/messages" => bucket(json!([{"uncached_input_tokens": 100,
            "cache_creation": {"ephemeral_5m_input_tokens": 5, "ephemeral_1h_input_tokens": 1},
            "cache_read_input_tokens": 40, "output_tokens": 20, "model": model}])),
        "/v1/organizations/cost_report" => bucket(json!([{"currency": "USD", "amount": "123.4567",
            "cost_type": "tokens", "model": model}])),
        "/v1/activity" => json!({"data": [{"date": day.to_string(), "model": "openai/gpt-4o-mini",
            "provider_name": "OpenAI", "usage": 0.015, "byok_usage_inference": 0, "requests": 5,
            "prompt_tokens": 50, "completion_tokens": 125}]}),
        _ => json!({"object": "list", "data": []}),
    };
    Reply::json(200, &answer)
}

#[tokio::test]
async fn each_service_is_asked_in_its_own_way_and_left_alone_when_it_says_so() {
    let upstream = Upstream::start().await;
    upstream.on("", |call| others(call, days_ago(2)));
    let base = upstream.base_url();
    let service = |name: &str| {
        format!(
            "[[upstream]]\nname = \"{name}\"\nprovider = \"{name}\"\nbase_url = {base:?}\napi_key_env = \"OWNERS_KEY\"\nbilling_key_env = \"BILLING_KEY\"\n"
        )
    };
    let config = Config::new().table(&(service("anthropic") + &service("openrouter")));
    let serve = Serve::new(&config).env("OWNERS_KEY", Serve::UPSTREAM_KEY);
    let gateway = serve.env("BILLING_KEY", BILLING_KEY).start().await;
    let found = reconcile(&gateway, &["--read"]).await;
    let billed = |upstream: &str, model: &str| {
        let line = line(&found, upstream, model);
        assert_eq!((line.day, line.state), (days_ago(2), LineState::OnlyBilled));
        let amounts = line.billed.unwrap();
        (
            amounts.input_tokens,
            amounts.output_tokens,
            amounts.cost_nano_usd.unwrap().nano_usd(),
        )
    };
    assert_eq!(
        billed("anthropic", "claude-sonnet-4-5"),
        (Some(146), Some(20), 1_234_567_000)
    );
    assert_eq!(
        billed("openrouter", "openai/gpt-4o-mini"),
        (Some(50), Some(125), 15_000_000)
    );
    for call in upstream.all_calls() {
        let (name, value) = match call.path.as_str() {
            "/v1/activity" => ("authorization", format!("Bearer {BILLING_KEY}")),
            path if path.starts_with("/v1/organizations/") => {
                assert!(call.header("anthropic-version").is_some() && call.query.contains("T00:00:00Z"));
                ("x-api-key", BILLING_KEY.to_owned())
            }
            _ => continue,
        };
        assert_eq!(call.header(name), Some(value.as_str()), "{}", call.path);
    }

    // What is cut, or no bill at all, changes nothing; who is asked too often is left alone.
    upstream.on("", |call| match call.path.as_str() {
        "/v1/activity" => Reply::json(429, &json!({"error": {"code": 429}})).header("retry-after", "600"),
        _ => Reply::whole(200, "application/json", "{\"data\": [{\"starting_at\": \"20"),
    });
    let found = reconcile(&gateway, &["--read"]).await;
    assert_eq!(
        line(&found, "anthropic", "claude-sonnet-4-5")
            .billed
            .unwrap()
            .output_tokens,
        Some(20)
    );
    let problems: Vec<_> = found
        .sources
        .iter()
        .map(|source| source.problem.as_deref().unwrap())
        .collect();
    assert!(problems[0].contains("could not be read"), "{problems:?}");
    assert!(problems[1].contains("left alone"), "{problems:?}");
    let asked = || {
        upstream
            .all_calls()
            .iter()
            .filter(|call| call.path == "/v1/activity")
            .count()
    };
    let before = asked();
    reconcile(&gateway, &["--read"]).await;
    assert_eq!(asked(), before, "it wants ten minutes");
    assert!(!gateway.log().contains(BILLING_KEY));
}
