//! Gateways on one database agree on upstreams and their keys as soon as one of them was told.

use std::fs;

use http::Method;
use serde_json::json;
use tests::{
    Config, Gateway, Model, Price, Serve, Upstream, eventually,
    upstream::{Answer, Gate, Reply, Step},
};

use crate::{cluster::Cluster, stage::CODER};

const ADDED: &str = "gpt-4o-mini";

/// An upstream of the file whose key is only in the database.
fn without_key(upstream: &Upstream) -> Config {
    Config::new()
        .line("allow_private_upstreams = [\"127.0.0.0/8\"]")
        .upstream("fake", &upstream.base_url(), None)
        .model(Model::new(CODER, Price::USUAL))
}

async fn put_key(gateway: &Gateway, secret: &str) {
    let request = gateway.owner(Method::PUT, "/api/v1/upstreams/fake/secret");
    request.json(&json!({"secret": secret})).send().await.expect(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_one_gateway_is_given_all_use_although_a_provider_hangs() {
    let upstream = Upstream::start().await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 5));
    // One of the upstreams does not say which models it has: looking for them takes its time.
    let silent = Upstream::start().await;
    let gate = Gate::closed();
    let closed = gate.clone();
    silent.on("", move |_| {
        Reply::json(200, &json!({"object": "list", "data": []})).before(Step::Wait(closed.clone()))
    });
    let config = without_key(&upstream).upstream("silent", &silent.base_url(), None);
    let cluster = Cluster::start(&config).await;
    let device = cluster.gateways[0].device("5.00").await;
    for (at, secret) in [(0, "sk-first-0123456789"), (1, "sk-second-0123456789")] {
        put_key(&cluster.gateways[at], secret).await;
        for other in 0..cluster.gateways.len() {
            let device = device.moved_to(&cluster.url(other));
            let wanted = format!("Bearer {secret}");
            eventually("the key to be known everywhere", async || {
                device.chat(CODER).send().await.expect(200);
                let used = upstream.last_call(CODER);
                (used.header("authorization") == Some(&wanted)).then_some(())
            })
            .await;
            // From then on it stays, whatever a search for models began with.
            device.chat(CODER).send().await.expect(200);
            assert_eq!(
                upstream.last_call(CODER).header("authorization"),
                Some(wanted.as_str())
            );
        }
    }
    gate.open();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upstream_that_is_added_or_removed_at_one_gateway_is_so_at_all() {
    let upstream = Upstream::start().await;
    upstream.on("", |_| {
        Reply::json(200, &json!({"object": "list", "data": [{"id": ADDED}]}))
    });
    upstream.answer(ADDED, Answer::of("chatcmpl-1", 10, 5));
    let cluster = Cluster::start(&without_key(&upstream)).await;
    let device = cluster.gateways[0].device("5.00").await;
    let everywhere = async |is_there: bool| {
        for at in 0..cluster.gateways.len() {
            let device = device.moved_to(&cluster.url(at));
            eventually("the models to be the same everywhere", async || {
                let seen = device.get("/v1/models").send().await.expect(200);
                (seen.text().contains(ADDED) == is_there).then_some(())
            })
            .await;
        }
    };
    let body =
        json!({"name": "added", "provider": "openai", "baseUrl": upstream.base_url(), "secret": "sk-a"});
    let add = cluster.gateways[1].owner(Method::POST, "/api/v1/upstreams");
    add.json(&body).send().await.expect(201);
    everywhere(true).await;
    device
        .moved_to(&cluster.url(2))
        .chat(ADDED)
        .send()
        .await
        .expect(200);
    let remove = cluster.gateways[2].owner(Method::DELETE, "/api/v1/upstreams/added");
    remove.send().await.expect(204);
    everywhere(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_with_another_key_file_says_so_at_its_start() {
    let upstream = Upstream::start().await;
    let cluster = Cluster::start(&without_key(&upstream)).await;
    let stranger = |config: &Config| {
        let serve = Serve::new(config).env("TOKEN_TRACKER_DATABASE_URL", &cluster.server.url("tt"));
        let folder = serve.home().data_dir().join("secrets");
        fs::create_dir_all(&folder).unwrap();
        let pepper = cluster.gateways[0].home().data_dir().join("secrets/pepper");
        fs::copy(pepper, folder.join("pepper")).unwrap();
        Gateway::idle(serve)
    };
    // Nothing is sealed yet: it would seal with a key that the others do not have.
    let mut one = stranger(&without_key(&upstream));
    one.spawn();
    assert!(!one.is_ready().await);
    let log = one.log();
    assert!(
        log.contains("the key file of the upstream secrets") && log.contains("secrets/"),
        "{log}"
    );
}
