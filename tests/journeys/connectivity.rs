//! What real clients send beside their requests: a look whether anybody is there, and parameters in
//! the address that nobody asked for.

use serde_json::{Value, json};
use tests::{Config, KeptConnection, Model, Price, Request, upstream::Answer};

use crate::stage::{CODER, Stage};

/// Claude Code asks so before it sends anything, without a credential.
#[tokio::test]
async fn a_look_at_the_front_door_is_answered_without_a_credential() {
    let stage = Stage::new().await;
    for headers in [vec![], vec![("authorization", "Bearer ttd_nobody")]] {
        let ask = Request::new(http::Method::HEAD, &stage.gateway.url("/"));
        let ask = headers
            .into_iter()
            .fold(ask, |ask, (name, value)| ask.header(name, value));
        let seen = ask.send().await.expect(200);
        assert!(seen.body.is_empty() && seen.complete);
    }
    // The same connection then carries its requests.
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 9, 3));
    let mut kept = KeptConnection::open(&stage.gateway.url("")).await.unwrap();
    let look = Request::new(http::Method::HEAD, &stage.gateway.url("/"));
    kept.send(look).await.unwrap().expect(200);
    kept.send(stage.device.chat(CODER)).await.unwrap().expect(200);
}

#[tokio::test]
async fn parameters_that_nobody_knows_change_nothing() {
    let stage = Stage::with(|config: Config| {
        config.model(Model::new("embed", Price::USUAL).capabilities(&["embedding"]))
    })
    .await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 9, 3));
    stage.upstream.on("embed", |_| {
        let usage = json!({"prompt_tokens": 3, "total_tokens": 3});
        let entry = json!({"object": "embedding", "index": 0, "embedding": [0.5]});
        tests::upstream::Reply::json(
            200,
            &json!({"object": "list", "data": [entry], "model": "embed", "usage": usage}),
        )
    });
    let messages = json!([{"role": "user", "content": "Hello."}]);
    let bodies: [(&str, Value); 6] = [
        (
            "/v1/chat/completions",
            json!({"model": CODER, "messages": messages}),
        ),
        (
            "/v1/completions",
            json!({"model": CODER, "prompt": "fn main() {"}),
        ),
        ("/v1/embeddings", json!({"model": "embed", "input": "a"})),
        ("/v1/responses", json!({"model": CODER, "input": "Hello."})),
        (
            "/v1/messages",
            json!({"model": CODER, "max_tokens": 9, "messages": messages}),
        ),
        (
            "/v1/messages/count_tokens",
            json!({"model": CODER, "messages": messages}),
        ),
    ];
    for (path, body) in bodies {
        for query in ["?beta=true", "?api-version=2026-10-21&x=%20/../", "?"] {
            stage
                .device
                .post(&format!("{path}{query}"), &body)
                .send()
                .await
                .expect(200);
        }
    }
    for path in ["/v1/models?limit=1000", "/v1/models/coder?beta=true"] {
        let ask = Request::get(&stage.gateway.url(path));
        ask.bearer(&stage.device.credential).send().await.expect(200);
    }
}
