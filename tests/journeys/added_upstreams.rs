//! Upstreams that an admin adds over the API. The gateway connects to public addresses and to
//! networks that its owner listed, and to nothing else that stands beside it, whatever a name led to
//! when it was entered.

use std::fs;

use http::Method;
use serde_json::{Value, json};
use tests::{
    Device, Gateway, Serve, Transcript, Upstream, eventually,
    upstream::{Answer, Reply},
    verify_clean,
};

/// A model whose price is bundled.
const MODEL: &str = "gpt-4o-mini";
const SECRET: &str = "sk-added-over-the-api-42";
const LISTED: &str = "discover = false\nallow_private_upstreams = [\"127.0.0.0/8\"]\n";
const NOT_LISTED: &str = "discover = false\n";

async fn gateway(config: &str) -> Gateway {
    let serve = Serve::new(&tests::Config::new());
    fs::write(serve.home().config_file(), config).unwrap();
    serve.start().await
}

async fn add(gateway: &Gateway, body: Value) -> Transcript {
    let request = gateway.owner(Method::POST, "/api/v1/upstreams");
    request.json(&body).send().await
}

async fn list(gateway: &Gateway) -> Value {
    let seen = gateway.owner(Method::GET, "/api/v1/upstreams").send().await;
    seen.expect(200).json()["upstreams"].clone()
}

/// A provider that lists one model, and answers for it.
async fn provider() -> Upstream {
    let upstream = Upstream::start().await;
    upstream.on("", |_| {
        Reply::json(
            200,
            &json!({"object": "list", "data": [{"id": MODEL, "object": "model"}]}),
        )
    });
    upstream.answer(MODEL, Answer::of("chatcmpl-1", 12, 5));
    upstream
}

async fn model_is_there(device: &Device, is_there: bool) {
    eventually("the models to be looked up", async || {
        let seen = device.get("/v1/models").send().await.expect(200);
        (seen.text().contains(MODEL) == is_there).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_stands_beside_the_gateway_cannot_be_added() {
    let upstream = provider().await;
    let port = upstream.address().port();
    let gateway = gateway(NOT_LISTED).await;
    for host in [
        "http://169.254.169.254",
        "https://169.254.169.254",
        "https://[fd00:ec2::254]",
        "https://[::ffff:169.254.169.254]",
        "https://[64:ff9b::a9fe:a9fe]",
        "https://100.100.100.200",
        "https://10.0.0.1",
        "https://172.16.5.5",
        "https://192.168.1.1",
        "https://0.0.0.0",
        "http://127.0.0.1",
        "https://127.0.0.1",
        "http://localhost",
        "http://[::1]",
        // Other ways to write 127.0.0.1.
        "http://2130706433",
        "http://0x7f000001",
        "http://127.1",
        // Public, but in plain text.
        "http://8.8.8.8",
        // Nothing at all.
        "https://nowhere.invalid",
        "ftp://8.8.8.8",
        "https://key@8.8.8.8",
    ] {
        let base_url = format!("{host}:{port}/v1");
        let body = json!({"name": "x", "provider": "openai", "baseUrl": base_url, "secret": SECRET});
        let seen = add(&gateway, body).await.expect(400);
        assert_eq!(seen.code(), "invalid_request", "{base_url}");
        assert!(!seen.text().contains(SECRET), "{}", seen.text());
    }
    assert_eq!(list(&gateway).await, json!([]));
    assert!(upstream.all_calls().is_empty());
}

#[tokio::test]
async fn a_listed_network_is_served_until_the_upstream_is_removed() {
    let upstream = provider().await;
    let gateway = gateway(LISTED).await;
    let device = gateway.device("5.00").await;
    let body =
        json!({"name": "mine", "provider": "openai", "baseUrl": upstream.base_url(), "secret": SECRET});
    let added = add(&gateway, body.clone()).await.expect(201);
    assert_eq!(
        added.json(),
        json!({"name": "mine", "provider": "openai", "secretLast4": &SECRET[SECRET.len() - 4..], "isAdded": true})
    );
    assert_eq!(list(&gateway).await, json!([added.json()]));
    assert_eq!(add(&gateway, body).await.expect(400).code(), "invalid_request");

    model_is_there(&device, true).await;
    device.chat(MODEL).send().await.expect(200);
    let call = upstream.last_call(MODEL);
    assert_eq!(call.header("authorization"), Some(&*format!("Bearer {SECRET}")));

    // It is there after a restart, and the key is nowhere in plain text.
    let mut gateway = gateway;
    gateway.stop().await;
    for file in gateway.home().files() {
        let bytes = fs::read(&file).unwrap();
        let found = memchr::memmem::find(&bytes, SECRET.as_bytes());
        assert_eq!(found, None, "{}", file.display());
    }
    gateway.restart().await;
    let device = device.moved_to(&gateway.admin().gateway_url);
    model_is_there(&device, true).await;
    device.chat(MODEL).send().await.expect(200);

    let remove = || gateway.owner(Method::DELETE, "/api/v1/upstreams/mine");
    remove().send().await.expect(204);
    remove().send().await.expect(404);
    assert_eq!(list(&gateway).await, json!([]));
    model_is_there(&device, false).await;
    device.chat(MODEL).send().await.expect(404);
    assert_eq!(upstream.calls(MODEL).len(), 2);
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn what_a_name_leads_to_is_asked_again_at_each_connection() {
    let upstream = provider().await;
    let gateway = gateway(LISTED).await;
    let device = gateway.device("5.00").await;
    // A name, so that what it means is looked up; entered while that was allowed.
    let base_url = format!("http://localhost:{}/v1", upstream.address().port());
    let body = json!({"name": "mine", "provider": "openai", "baseUrl": base_url, "secret": SECRET});
    // Where localhost is also ::1, all that it means has to be listed.
    fs::write(
        gateway.home().config_file(),
        LISTED.replace("\"127.0.0.0/8\"", "\"127.0.0.0/8\", \"::1\""),
    )
    .unwrap();
    gateway.cli(&["reload"]).await.expect(0);
    add(&gateway, body).await.expect(201);
    model_is_there(&device, true).await;
    device.chat(MODEL).send().await.expect(200);

    fs::write(gateway.home().config_file(), NOT_LISTED).unwrap();
    gateway.cli(&["reload"]).await.expect(0);
    let before = upstream.all_calls().len();
    let seen = device.chat(MODEL).send().await;
    assert!(matches!(seen.status.as_u16(), 404 | 502), "{}", seen.text());
    eventually("the owner to be told why", async || {
        gateway.log().contains("allow_private_upstreams").then_some(())
    })
    .await;
    assert_eq!(upstream.all_calls().len(), before, "not one byte was sent");
    let balance = device.idle_balance().await;
    assert_eq!(gateway.usage(device.account.balance.lots[0].id).await.len(), 1);
    assert!(balance.spent_nano_usd > protocol::Money::ZERO);
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn only_the_owner_adds_and_removes() {
    let upstream = provider().await;
    let gateway = gateway(LISTED).await;
    let device = gateway.device("5.00").await;
    let body = json!({"name": "mine", "provider": "openai", "baseUrl": upstream.base_url()});
    let seen = device.post("/api/v1/upstreams", &body).send().await.expect(403);
    assert_eq!(seen.code(), "forbidden");
    let url = gateway.url("/api/v1/upstreams/mine");
    let seen = tests::Request::new(Method::DELETE, &url).send().await.expect(401);
    assert_eq!(seen.code(), "unauthorized");
    for (member, wrong) in [
        ("name", json!("a b")),
        ("name", json!("")),
        ("name", json!("../x")),
        ("name", json!("builtin")),
        ("provider", json!("nobody")),
        ("secret", json!("two words")),
        ("baseUrl", json!("no address")),
        (
            "baseUrl",
            json!(format!("https://a.example/{}", "x".repeat(1_000))),
        ),
    ] {
        let mut body = body.clone();
        body[member] = wrong;
        assert_eq!(
            add(&gateway, body).await.expect(400).code(),
            "invalid_request",
            "{member}"
        );
    }
    assert_eq!(list(&gateway).await, json!([]));
}

#[tokio::test]
async fn an_upstream_of_the_configuration_is_not_removed_over_the_api() {
    let gateway = gateway("[[upstream]]\nname = \"fixed\"\nbase_url = \"http://127.0.0.1:9/v1\"\n").await;
    let remove = gateway.owner(Method::DELETE, "/api/v1/upstreams/fixed");
    assert_eq!(remove.send().await.expect(400).code(), "invalid_request");
    let body = json!({"name": "fixed", "provider": "openai"});
    assert_eq!(add(&gateway, body).await.expect(400).code(), "invalid_request");
}

async fn try_out(gateway: &Gateway, body: Value) -> Transcript {
    let request = gateway.owner(Method::POST, "/api/v1/upstream-trials");
    request.json(&body).send().await
}

#[tokio::test]
async fn a_provider_is_tried_before_its_key_is_kept() {
    let upstream = provider().await;
    let gateway = gateway(LISTED).await;
    let body = json!({"provider": "openai", "baseUrl": upstream.base_url(), "secret": SECRET});
    let tried = try_out(&gateway, body.clone()).await.expect(200).json();
    assert_eq!(
        (&tried["works"], &tried["models"], &tried["examples"]),
        (&json!(true), &json!(1), &json!([MODEL]))
    );
    let asked = upstream.all_calls();
    assert_eq!(asked.len(), 1, "once");
    assert_eq!(
        asked[0].header("authorization"),
        Some(&*format!("Bearer {SECRET}"))
    );
    assert_eq!(list(&gateway).await, json!([]), "nothing is kept");

    upstream.on("", |_| {
        Reply::json(401, &json!({"error": {"message": format!("wrong {SECRET}")}}))
    });
    let refused = try_out(&gateway, body).await.expect(200);
    assert_eq!(
        (&refused.json()["works"], &refused.json()["status"]),
        (&json!(false), &json!(401))
    );
    assert!(!refused.text().contains(SECRET), "{}", refused.text());
    assert_eq!(
        try_out(&gateway, json!({"name": "nobody"})).await.code(),
        "not_found"
    );
    assert_eq!(try_out(&gateway, json!({})).await.code(), "invalid_request");
}

#[tokio::test]
async fn a_key_is_tried_in_the_place_of_the_one_that_is_kept() {
    let upstream = provider().await;
    let gateway = gateway(LISTED).await;
    let body =
        json!({"name": "mine", "provider": "openai", "baseUrl": upstream.base_url(), "secret": SECRET});
    add(&gateway, body).await.expect(201);
    let shown = |key: &str| {
        let header = format!("Bearer {key}");
        let calls = upstream.all_calls();
        calls
            .iter()
            .any(|call| call.header("authorization") == Some(&*header))
    };
    try_out(&gateway, json!({"name": "mine"})).await.expect(200);
    assert!(shown(SECRET) && !shown("sk-the-next-one"));
    try_out(&gateway, json!({"name": "mine", "secret": "sk-the-next-one"}))
        .await
        .expect(200);
    assert!(shown("sk-the-next-one"));
    let kept = list(&gateway).await;
    assert_eq!(
        kept[0]["secretLast4"],
        SECRET[SECRET.len() - 4..],
        "the old one stays"
    );
}

#[tokio::test]
async fn nothing_beside_the_gateway_is_asked_on_trial() {
    let upstream = provider().await;
    let gateway = gateway(NOT_LISTED).await;
    let body = json!({"provider": "openai", "baseUrl": upstream.base_url(), "secret": SECRET});
    assert_eq!(try_out(&gateway, body).await.code(), "invalid_request");
    assert!(upstream.all_calls().is_empty());
}

#[tokio::test]
async fn an_owner_sees_where_a_model_is_served_and_how_that_is() {
    let upstream = provider().await;
    let gateway = gateway(LISTED).await;
    let device = gateway.device("5.00").await;
    let body =
        json!({"name": "mine", "provider": "openai", "baseUrl": upstream.base_url(), "secret": SECRET});
    add(&gateway, body).await.expect(201);
    model_is_there(&device, true).await;
    let routes = async || {
        let seen = gateway.owner(Method::GET, "/api/v1/routes").send().await;
        seen.expect(200).json()
    };
    let health = |seen: &Value| seen["upstreams"].as_array().unwrap()[0].clone();
    device.chat(MODEL).send().await.expect(200);
    // A request is counted when it is over, which is a moment after its answer.
    let seen = eventually("the answer to be timed", async || {
        let seen = routes().await;
        (health(&seen)["answers"] == 1).then_some(seen)
    })
    .await;
    let models = seen["models"].as_array().unwrap();
    let model = models.iter().find(|one| one["model"] == MODEL).unwrap();
    assert_eq!(model["origin"], "found");
    let route = &model["routes"][0];
    assert_eq!(
        (&route["upstream"], &route["weight"]),
        (&json!("mine"), &json!(1))
    );
    assert!(route["pricing"]["inputNanoUsd"].is_string(), "{route}");
    assert_eq!(
        (&health(&seen)["state"], &health(&seen)["failures"]),
        (&json!("well"), &json!(0))
    );

    upstream.on(MODEL, |_| {
        Reply::json(503, &json!({"error": {"message": "overloaded"}}))
    });
    device.chat(MODEL).send().await;
    let after = health(&routes().await);
    assert_eq!(
        (&after["state"], &after["lastErrorStatus"]),
        (&json!("failing"), &json!(503)),
        "{after}"
    );
}
