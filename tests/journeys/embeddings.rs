//! Embeddings are paid for by their input alone.

use protocol::{RequestKind, TokenUsage};
use serde_json::json;
use tests::{Model, Price, upstream::Reply, verify_clean};

use crate::stage::{CODER, Stage};

async fn stage() -> Stage {
    let stage =
        Stage::with(|config| config.model(Model::new("embed", Price::USUAL).capabilities(&["embedding"])))
            .await;
    stage.upstream.on("embed", |_| {
        let vectors = json!([{"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}]);
        let usage = json!({"prompt_tokens": 8, "total_tokens": 8});
        Reply::json(
            200,
            &json!({"object": "list", "data": vectors, "model": "embed", "usage": usage}),
        )
    });
    stage
}

#[tokio::test]
async fn an_embedding_passes_unchanged_and_costs_its_input() {
    let stage = stage().await;
    let body = json!({"model": "embed", "input": ["fn main() {}", "struct A;"], "encoding_format": "float"});
    let seen = stage
        .device
        .post("/v1/embeddings", &body)
        .send()
        .await
        .expect(200);
    assert_eq!(seen.json()["data"][0]["embedding"], json!([0.1, 0.2]));
    let call = stage.upstream.last_call("embed");
    assert_eq!((call.path.as_str(), call.json()), ("/v1/embeddings", &body));
    let usage = TokenUsage {
        input_tokens: 8,
        ..TokenUsage::default()
    };
    let row = stage.settled(&usage, &Price::USUAL).await;
    assert_eq!(row.kind, RequestKind::Embedding);
}

#[tokio::test]
async fn what_cannot_be_embedded_is_refused_for_nothing() {
    let stage = stage().await;
    for body in [
        json!({"model": CODER, "input": "a"}),
        json!({"model": "embed", "input": [{"image": "a"}]}),
        json!({"model": "embed"}),
    ] {
        let seen = stage.device.post("/v1/embeddings", &body).send().await;
        assert_eq!(seen.status.as_u16(), 400, "{body}: {}", seen.text());
    }
    let chat = json!({"model": "embed", "messages": [{"role": "user", "content": "Hello."}]});
    let seen = stage.device.post("/v1/chat/completions", &chat).send().await;
    assert_eq!(seen.status.as_u16(), 400, "{}", seen.text());
    assert!(stage.upstream.all_calls().is_empty());
    verify_clean(&stage.gateway).await;
}
