//! A provider that fails costs nothing before its first byte, and what was read after it; its own
//! words and our key for it never reach the client.

use serde_json::{Value, json};
use tests::{
    Config, Gateway, Model, Price, Serve, Transcript, free_port, sse,
    upstream::{Answer, Reply, Step},
};

use crate::stage::{CODER, CREDIT, Stage};

/// What a provider says in its errors, which is for the gateway's owner alone.
const PROVIDER_WORDS: &str = "org-internal-4711 exceeded its plan";

fn answer() -> Answer {
    Answer::of("chatcmpl-4", 12, 8)
}

/// The shape that OpenAI's clients read, without the provider's own words.
fn assert_dialect_error(seen: &Transcript) -> Value {
    let error = seen.json()["error"].clone();
    for member in ["message", "type", "code"] {
        assert!(error[member].is_string(), "{member}: {}", seen.text());
    }
    assert!(!seen.text().contains(PROVIDER_WORDS), "{}", seen.text());
    assert!(!seen.text().contains(Serve::UPSTREAM_KEY), "{}", seen.text());
    error
}

async fn refused_with(reply: Reply) -> (Stage, Transcript) {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, move |_| reply.clone());
    let seen = stage.device.chat(CODER).send().await;
    assert!(!seen.status.is_success(), "{}", seen.text());
    assert_dialect_error(&seen);
    stage.released().await;
    (stage, seen)
}

fn provider_error(status: u16, code: Value) -> Reply {
    let error = json!({"message": PROVIDER_WORDS, "type": "requests", "param": null, "code": code});
    Reply::json(status, &json!({"error": error}))
}

#[tokio::test]
async fn a_provider_s_rate_limit_is_told_with_its_retry_after() {
    let (_, seen) =
        refused_with(provider_error(429, json!("rate_limit_exceeded")).header("retry-after", "7")).await;
    assert_eq!(
        (seen.status.as_u16(), seen.header("retry-after")),
        (429, Some("7"))
    );
}

#[tokio::test]
async fn a_provider_s_rate_limit_without_retry_after_is_told() {
    let (_, seen) = refused_with(provider_error(429, json!("rate_limit_exceeded"))).await;
    assert_eq!(seen.status.as_u16(), 429);
}

#[tokio::test]
async fn an_overloaded_provider_is_unavailable() {
    let (_, seen) = refused_with(provider_error(529, json!("overloaded"))).await;
    assert!(matches!(seen.status.as_u16(), 502 | 503 | 529), "{}", seen.status);
}

#[tokio::test]
async fn an_integer_error_code_is_understood() {
    let reply = Reply::json(
        402,
        &json!({"error": {"code": 402, "message": PROVIDER_WORDS, "metadata": {}}}),
    );
    refused_with(reply).await;
}

#[tokio::test]
async fn an_error_page_from_a_content_network_is_not_shown() {
    let page = format!("<!DOCTYPE html><html><body>{PROVIDER_WORDS}</body></html>");
    let (_, seen) = refused_with(Reply::whole(503, "text/html", page)).await;
    assert!(
        seen.header("content-type")
            .unwrap()
            .starts_with("application/json")
    );
}

#[tokio::test]
async fn a_page_where_an_answer_should_be_is_an_error() {
    refused_with(Reply::whole(
        200,
        "text/html",
        format!("<html>{PROVIDER_WORDS}</html>"),
    ))
    .await;
}

#[tokio::test]
async fn a_refusal_that_echoes_our_key_is_scrubbed() {
    let words = format!("Incorrect API key provided: {}.", Serve::UPSTREAM_KEY);
    let reply = Reply::json(
        401,
        &json!({"error": {"message": words, "type": "invalid_request_error", "code": "invalid_api_key"}}),
    );
    let (stage, seen) = refused_with(reply).await;
    // The provider refused the gateway, not the device, which must not sign out over it.
    assert_eq!(seen.status.as_u16(), 502, "{}", seen.text());
    assert_eq!(seen.json()["error"]["code"], "upstream_unavailable");
    assert!(!stage.gateway.log().contains(Serve::UPSTREAM_KEY));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_takes_no_key_along() {
    let elsewhere = tests::Upstream::start().await;
    let location = format!("{}/chat/completions", elsewhere.base_url());
    for status in [301, 302, 303, 307, 308] {
        let reply = Reply::whole(status, "text/plain", "moved").header("location", &location);
        let (_, seen) = refused_with(reply).await;
        assert!(!seen.status.is_redirection(), "{}", seen.status);
        assert_eq!(seen.header("location"), None);
    }
    assert!(elsewhere.all_calls().is_empty());
}

#[tokio::test]
async fn an_upstream_that_is_not_there_costs_nothing() {
    let config = Config::new()
        .upstream("fake", &format!("http://{}/v1", free_port()), None)
        .model(Model::new(CODER, Price::USUAL));
    let gateway = Gateway::start(&config).await;
    let device = gateway.device(CREDIT).await;
    let seen = device.chat(CODER).send().await.expect(502);
    assert_eq!(assert_dialect_error(&seen)["code"], "upstream_unavailable");
    let balance = device.idle_balance().await;
    assert_eq!(balance.available_nano_usd, balance.granted_nano_usd);
    tests::verify_clean(&gateway).await;
}

#[tokio::test]
async fn a_stream_cut_before_its_usage_is_cut_for_the_client_and_estimated() {
    let stage = Stage::new().await;
    stage
        .upstream
        .on(CODER, |call| answer().stream(call).cut_after(4));
    let seen = stage.device.chat_stream(CODER).send().await.expect(200);
    assert!(
        !sse::is_done(&seen.body),
        "a part never claims to be the whole: {}",
        seen.text()
    );
    assert_eq!(sse::text(&seen.body), "word0 word1 word2 word3 ");
    stage.estimated(4, &Price::USUAL).await;
}

#[tokio::test]
async fn a_stream_cut_in_the_middle_of_a_whole_answer_is_an_error_and_settled() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        let reply = Reply::json(200, &answer().whole(call));
        let half = reply.bytes().len() / 2;
        reply.cut_inside(half)
    });
    let seen = stage.device.chat(CODER).send().await;
    assert!(
        !seen.complete || seen.status.as_u16() == 502,
        "{} {}",
        seen.status,
        seen.text()
    );
    stage.estimated(0, &Price::USUAL).await;
}

#[tokio::test]
async fn an_error_inside_a_stream_reaches_the_client_and_is_settled() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |call| {
        let mut events = answer().text_events(call);
        events.truncate(3);
        let error = json!({"error": {"code": 502, "message": "Provider disconnected", "metadata": {"error_type": "x"}}});
        events.push(format!("data: {error}\n\n").into());
        events.push("data: [DONE]\n\n".into());
        Reply::stream(events.into_iter().map(Step::Send).collect())
    });
    let seen = stage.device.chat_stream(CODER).send().await.expect(200);
    let told = sse::chunks(&seen.body)
        .into_iter()
        .any(|chunk| chunk["error"].is_object());
    assert!(told, "{}", seen.text());
    stage.estimated(3, &Price::USUAL).await;
}

#[tokio::test]
async fn an_error_as_the_first_event_of_a_stream_is_told() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |_| {
        let error =
            json!({"error": {"message": "The server had an error", "type": "server_error", "code": null}});
        Reply::stream(vec![Step::Send(format!("data: {error}\n\n").into())])
    });
    let seen = stage.device.chat_stream(CODER).send().await;
    assert!(seen.text().contains("error"), "{}", seen.text());
    let balance = stage.device.idle_balance().await;
    assert!(balance.available_nano_usd <= balance.granted_nano_usd);
    tests::verify_clean(&stage.gateway).await;
}
