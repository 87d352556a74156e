//! What PostgreSQL cannot keep is refused where it comes in.

use http::Method;
use protocol::Money;
use serde_json::{Value, json};
use tests::{Config, Gateway, Model, Postgres, Price, Transcript, Upstream, upstream::Answer, verify_clean};

use crate::{cluster::member, stage::CODER};

async fn on_postgresql(upstream: &Upstream) -> (Gateway, Postgres) {
    let server = Postgres::start();
    let url = server.database("tt");
    let config = Config::with_upstream(upstream).model(Model::new(CODER, Price::USUAL));
    (member(&config, &url).start().await, server)
}

async fn ask_as_owner(gateway: &Gateway, path: &str, body: &Value) -> Transcript {
    gateway.owner(Method::POST, path).json(body).send().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_nul_in_a_text_stops_nothing() {
    let upstream = Upstream::start().await;
    upstream.answer(CODER, Answer::of("chatcmpl-\u{0}", 10, 5));
    let (gateway, _server) = on_postgresql(&upstream).await;
    let device = gateway.device("1.00").await;
    let key = device.account.balance.lots[0].id;
    for ask in [device.chat(CODER), device.chat_stream(CODER), device.chat(CODER)] {
        let seen = ask.send().await.expect(200);
        assert!(seen.complete, "{}", seen.text());
    }
    let rows = gateway.rows(key, 3).await;
    assert!(
        rows.iter()
            .all(|row| row.cost_nano_usd > Money::ZERO && !row.orphan),
        "{rows:?}"
    );

    for (path, body) in [
        ("/api/v1/keys", json!({ "creditNanoUsd": "5", "label": "a\u{0}" })),
        ("/api/v1/keys", json!({ "creditNanoUsd": "5", "label": "a\nb" })),
        (
            "/api/v1/reconciliation/lines",
            json!({ "lines": [{ "day": "2026-01-05", "upstream": "fake", "model": "a\u{0}", "costNanoUsd": "7" }] }),
        ),
        (
            "/api/v1/reconciliation/lines",
            json!({ "lines": [{ "day": "2026-01-05", "upstream": "fake", "model": "a\tb", "costNanoUsd": "7" }] }),
        ),
        ("/api/v1/teams", json!({ "name": "a\u{0}", "creditNanoUsd": "0" })),
        (
            "/api/v1/invitations",
            json!({ "name": "a\u{0}", "role": "member" }),
        ),
    ] {
        ask_as_owner(&gateway, path, &body).await.expect(400);
    }
    let actor = gateway.owner(Method::GET, "/api/v1/audit?actor=%00");
    actor.send().await.expect(400);
    device.chat(CODER).send().await.expect(200);
    verify_clean(&gateway).await;
}
