//! Images cost what a model counts for them, not what their bytes would be as text.

use protocol::{Money, TokenUsage};
use serde_json::{Value, json};
use tests::{Config, Device, Gateway, Model, Price, Serve, Upstream, upstream::Reply, verify_clean};

/// Enough for any image that is looked at, and for no text of an image's bytes.
const CREDIT: &str = "0.05";
const USAGE: TokenUsage = TokenUsage {
    input_tokens: 800,
    output_tokens: 5,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    reasoning_tokens: 0,
};

/// A PNG of 800 × 600 pixels in base64, of which only the beginning is one, and many bytes.
fn picture() -> String {
    "iVBORw0KGgoAAAANSUhEUgAAAyAAAAJYCAYAAACadoJw".to_owned() + &"A".repeat(400_000)
}

fn chat(model: &str, url: &str) -> Value {
    let parts =
        json!([{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": url}}]);
    json!({"model": model, "max_tokens": 300, "messages": [{"role": "user", "content": parts}]})
}

fn messages(model: &str, source: &Value) -> Value {
    let blocks =
        json!([{"type": "text", "text": "What is this?"}, {"type": "image", "source": source.clone()}]);
    json!({"model": model, "max_tokens": 300, "messages": [{"role": "user", "content": blocks}]})
}

async fn stage() -> (Upstream, Gateway, Device) {
    let upstream = Upstream::start().await;
    let base = upstream.base_url();
    let config = Config::with_upstream(&upstream)
        .model(Model::new("seeing", Price::USUAL).upstream_model("gpt-4o"))
        .model(Model::new("said", Price::USUAL).line("image_tokens_max = 2000"))
        .model(Model::new("blind", Price::USUAL))
        .model(Model::new("wide", Price::USUAL).line("context_window = 10000"))
        .model(
            Model::new("claude", Price::USUAL)
                .upstream_model("claude-sonnet-4-5")
                .upstream("a"),
        )
        .table(&format!(
            "[[upstream]]\nname = \"a\"\nprovider = \"anthropic-compatible\"\nbase_url = {base:?}\n"
        ));
    for model in ["gpt-4o", "said", "blind", "wide"] {
        upstream.on(model, |_| {
            Reply::json(
                200,
                &json!({"id": "c", "object": "chat.completion", "model": "m",
                "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "A cat."}}],
                "usage": {"prompt_tokens": 800, "completion_tokens": 5, "total_tokens": 805}}),
            )
        });
    }
    upstream.on("claude-sonnet-4-5", |_| {
        Reply::json(
            200,
            &json!({"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
            "content": [{"type": "text", "text": "A cat."}], "usage": {"input_tokens": 800, "output_tokens": 5}}),
        )
    });
    let gateway = Serve::new(&config).start().await;
    let device = gateway.device(CREDIT).await;
    (upstream, gateway, device)
}

#[tokio::test]
async fn a_large_image_is_served_on_little_credit_in_both_dialects() {
    let (upstream, gateway, device) = stage().await;
    let inline = format!("data:image/png;base64,{}", picture());
    let source = json!({"type": "base64", "media_type": "image/png", "data": picture()});
    let mut sent = 0;
    for model in ["seeing", "said", "claude"] {
        for (path, body) in [
            ("/v1/chat/completions", chat(model, &inline)),
            ("/v1/chat/completions", chat(model, "https://example.org/cat.png")),
            ("/v1/messages", messages(model, &source)),
        ] {
            device.post(path, &body).send().await.expect(200);
            sent += 1;
        }
    }
    let pictures = upstream
        .all_calls()
        .iter()
        .filter(|call| call.json().to_string().contains(&picture()))
        .count();
    assert_eq!(pictures, 6, "each picture reached its upstream whole");
    let spent = Price::USUAL.of(&USAGE).nano_usd() * sent;
    assert_eq!(
        device.idle_balance().await.spent_nano_usd,
        Money::from_nano_usd(spent)
    );
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn what_nothing_bounds_is_refused_before_anything_is_sent() {
    let (upstream, gateway, device) = stage().await;
    let inline = format!("data:image/png;base64,{}", picture());
    let pdf = json!({"type": "base64", "media_type": "application/pdf", "data": "JVBERi0xLjQK"});
    let document = json!({"model": "claude", "max_tokens": 300, "messages": [
        {"role": "user", "content": [{"type": "document", "source": pdf}]}]});
    for (path, body, told) in [
        (
            "/v1/chat/completions",
            chat("blind", &inline),
            "images for this model",
        ),
        (
            "/v1/chat/completions",
            chat("seeing", "data:image/png;base64,aGVsbG8="),
            "an image of this kind",
        ),
        ("/v1/messages", document, "files in a message"),
    ] {
        let seen = device.post(path, &body).send().await.expect(400);
        assert!(seen.text().contains(told), "{}", seen.text());
    }
    assert!(upstream.all_calls().is_empty());
    assert_eq!(device.idle_balance().await.spent_nano_usd, Money::ZERO);
    verify_clean(&gateway).await;
}

/// 10,000 tokens at the dearest rate, and the smallest answer that is useful.
const WINDOW: &str = "0.042";

#[tokio::test]
async fn what_a_model_reads_is_bounded_by_what_fits_into_it() {
    let (upstream, gateway, poor) = stage().await;
    let able = gateway.device(WINDOW).await;
    let inline = format!("data:image/png;base64,{}", picture());
    let file = json!({"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQK"}});
    let asks = |parts: Value| json!({"model": "wide", "max_tokens": 300, "messages": [{"role": "user", "content": parts}]});
    // The first leaves less than a window's worth, so the second is refused.
    let body = chat("wide", &inline);
    able.post("/v1/chat/completions", &body).send().await.expect(200);
    able.post("/v1/chat/completions", &body).send().await.expect(402);
    let spent = able.idle_balance().await.spent_nano_usd;
    assert_eq!(spent, Price::USUAL.of(&USAGE));
    poor.post("/v1/chat/completions", &asks(json!([file])))
        .send()
        .await
        .expect(200);
    let sent = upstream.all_calls().len();
    // Sound has a rate of its own, whatever it stands beside.
    let sound = json!({"type": "input_audio", "input_audio": {"data": "", "format": "wav"}});
    for parts in [json!([file, sound]), json!([sound, file])] {
        let seen = poor
            .post("/v1/chat/completions", &asks(parts))
            .send()
            .await
            .expect(400);
        assert!(seen.text().contains("audio in a message"), "{}", seen.text());
    }
    assert_eq!(upstream.all_calls().len(), sent);
    verify_clean(&gateway).await;
}
