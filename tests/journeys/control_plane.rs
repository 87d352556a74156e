//! The forms that other programs rely on: who may do what, and what a refusal looks like.

use http::Method;
use protocol::Code;
use serde_json::{Value, json};
use tests::{Model, Price, Request, Transcript, upstream::Answer};

use crate::stage::{CODER, Stage};

/// An error of the control plane: its status, its code, and sentences for a person.
#[track_caller]
fn assert_problem(seen: &Transcript, code: Code) {
    assert_eq!(seen.status.as_u16(), code.http_status(), "{}", seen.text());
    let body = seen.json();
    let members: Vec<&String> = body["error"].as_object().unwrap().keys().collect();
    assert_eq!(members, ["code", "hint", "message"]);
    assert_eq!(body["error"]["code"], code.as_str());
    for text in ["message", "hint"] {
        assert!(
            body["error"][text]
                .as_str()
                .is_some_and(|text| text.ends_with('.')),
            "{body}"
        );
    }
    assert!(
        seen.header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json"))
    );
}

/// An error of the data plane, as OpenAI's clients read it.
#[track_caller]
fn assert_dialect_problem(seen: &Transcript, code: Code) {
    assert_eq!(seen.status.as_u16(), code.http_status(), "{}", seen.text());
    let error = &seen.json()["error"];
    assert_eq!(error["code"], code.as_str());
    assert!(
        error["message"].is_string() && error["type"].is_string(),
        "{error}"
    );
}

const CONTROL: [(Method, &str); 7] = [
    (Method::GET, "/api/v1/me"),
    (Method::GET, "/api/v1/balance"),
    (Method::GET, "/api/v1/devices"),
    (Method::GET, "/api/v1/models"),
    (Method::GET, "/api/v1/usage"),
    (Method::GET, "/api/v1/events"),
    (Method::GET, "/api/v1/keys"),
];
const INFERENCE: [(Method, &str); 3] = [
    (Method::POST, "/v1/chat/completions"),
    (Method::POST, "/v1/completions"),
    (Method::GET, "/v1/models"),
];

#[tokio::test]
async fn without_a_credential_nothing_is_answered_and_no_body_is_read() {
    let stage = Stage::new().await;
    let key = stage.gateway.mint_one("1").await;
    let wrong = [
        "ttd_00000000000000000000000000000000000000",
        "sk-something",
        "",
        &key.key,
    ];
    for (method, path) in CONTROL
        .iter()
        .chain(&INFERENCE)
        .chain(&[(Method::POST, "/api/v1/keys")])
    {
        let request = || Request::new(method.clone(), &stage.gateway.url(path)).body("{not json");
        assert_eq!(
            request().send().await.expect(401).json()["error"]["code"],
            "unauthorized",
            "{path}"
        );
        for credential in wrong {
            let seen = request().bearer(credential).send().await;
            assert_eq!(seen.status.as_u16(), 401, "{path} {credential}: {}", seen.text());
            assert_eq!(
                seen.json()["error"]["code"],
                "unauthorized",
                "{path} {credential}"
            );
            assert!(credential.is_empty() || !seen.text().contains(credential));
        }
    }
}

#[tokio::test]
async fn a_device_cannot_administer_and_an_owner_cannot_infer() {
    let stage = Stage::new().await;
    let key = stage.key();
    let revoke = format!("/api/v1/keys/{key}");
    let administer = [
        (Method::GET, "/api/v1/keys"),
        (Method::POST, "/api/v1/keys"),
        (Method::DELETE, &revoke),
    ];
    for (method, path) in administer {
        let request = Request::new(method, &stage.gateway.url(path)).bearer(&stage.device.credential);
        assert_problem(&request.body("{not json").send().await, Code::Forbidden);
    }
    for (method, path) in INFERENCE {
        let seen = stage.gateway.owner(method, path).body("{not json").send().await;
        assert_dialect_problem(&seen, Code::Forbidden);
    }
    assert!(stage.upstream.all_calls().iter().all(|call| !call.is_chat()));
}

#[tokio::test]
async fn a_device_sees_and_touches_only_its_own() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-8", 5, 5));
    stage.device.chat(CODER).send().await.expect(200);
    let other = stage.gateway.device("1").await;
    let usage = other.get("/api/v1/usage").send().await.expect(200).json();
    assert_eq!(usage["rows"], json!([]));
    let path = format!("/api/v1/devices/{}", stage.device.account.device_id);
    let request = || Request::new(Method::DELETE, &stage.gateway.url(&path)).bearer(&other.credential);
    assert_problem(&request().send().await, Code::NotFound);
    stage.device.get("/api/v1/me").send().await.expect(200);
}

#[tokio::test]
async fn each_refusal_of_the_data_plane_has_its_code() {
    let stage = Stage::with(|config| config.model(Model::unpriced("mystery-9b"))).await;
    let ask = |model: &str| stage.device.chat(model).send();
    assert_dialect_problem(&ask("no-such-model").await, Code::ModelUnknown);
    assert_dialect_problem(&ask("mystery-9b").await, Code::ModelUnpriced);
    let broken = stage
        .device
        .chat(CODER)
        .body("{\"model\": \"coder\", ")
        .send()
        .await;
    assert_dialect_problem(&broken, Code::InvalidRequest);
    stage.released().await;
}

#[tokio::test]
async fn a_key_for_some_models_knows_only_these() {
    let stage = Stage::with(|config| config.model(Model::new("second", Price::USUAL))).await;
    let options = tests::MintOptions::credit("1").models("second,coder");
    let key = stage.gateway.mint(&options).await.remove(0);
    let device = stage.gateway.redeem(&key).await;
    assert_eq!(
        device.account.models,
        [CODER, "second"],
        "in the order of the configuration"
    );
    let ids = |answer: &Value| {
        let models = answer["data"].as_array().unwrap();
        models
            .iter()
            .map(|model| model["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let listed = device.get("/v1/models").send().await.expect(200).json();
    assert_eq!(
        (listed["object"].as_str(), ids(&listed)),
        (Some("list"), vec![CODER.to_owned(), "second".into()])
    );
    assert_dialect_problem(&device.chat("odd").send().await, Code::ModelUnknown);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let stage = Stage::new().await;
    let id = uuid::Uuid::new_v4();
    let seen = stage.gateway.owner(Method::GET, "/api/v1/nothing").send().await;
    assert_problem(&seen, Code::NotFound);
    let seen = stage
        .gateway
        .owner(Method::DELETE, &format!("/api/v1/keys/{id}"))
        .send()
        .await;
    assert_problem(&seen, Code::NotFound);
}

#[tokio::test]
async fn a_mint_that_makes_no_sense_is_refused() {
    let stage = Stage::new().await;
    let bodies = [
        json!({"creditNanoUsd": "-1"}),
        json!({"creditNanoUsd": 5}),
        json!({"creditNanoUsd": "5.5"}),
        json!({"creditNanoUsd": "1", "devices": 0}),
        json!({"creditNanoUsd": "1", "count": 0}),
        json!({"creditNanoUsd": "1", "expiresAt": "2001-01-01T00:00:00Z"}),
        json!({"creditNanoUsd": "1", "models": ["no-such-model"]}),
        json!({}),
    ];
    let before = stage.gateway.keys().await.len();
    for body in bodies {
        let seen = stage
            .gateway
            .owner(Method::POST, "/api/v1/keys")
            .json(&body)
            .send()
            .await;
        assert!(seen.status.is_client_error(), "{body}: {}", seen.text());
    }
    assert_eq!(stage.gateway.keys().await.len(), before);
}

#[tokio::test]
async fn only_a_name_of_this_gateway_is_answered() {
    let stage = Stage::with(|config| config.line("public_url = \"https://tokens.example.org\"")).await;
    let with_host = |host: &str| stage.device.get("/api/v1/me").header("host", host);
    for ours in [
        "localhost",
        "localhost:9999",
        "127.0.0.1",
        "127.0.0.1:1",
        "[::1]:7425",
        "tokens.example.org",
    ] {
        let seen = with_host(ours).send().await;
        assert_eq!(seen.status.as_u16(), 200, "{ours}: {}", seen.text());
    }
    for theirs in [
        "evil.example",
        "evil.example:7425",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "tokens.example.org.evil.example",
    ] {
        let seen = with_host(theirs).send().await;
        assert!(
            seen.status.is_client_error() && seen.status != 401,
            "{theirs}: {}",
            seen.status
        );
        assert!(!seen.text().contains("deviceId"), "{theirs}");
        for open in ["/healthz", "/", "/api/v1/redeem"] {
            let seen = Request::get(&stage.gateway.url(open))
                .header("host", theirs)
                .send()
                .await;
            assert!(seen.status.is_client_error(), "{theirs}{open}: {}", seen.status);
        }
    }
}

#[tokio::test]
async fn a_machine_can_watch_the_gateway() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-9", 5, 5));
    stage.device.chat(CODER).send().await.expect(200);
    let get = |path: &str| Request::get(&stage.gateway.url(path)).send();
    get("/healthz").await.expect(200);
    get("/readyz").await.expect(200);
    let metrics = get("/metrics").await.expect(200);
    assert!(
        metrics
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("text/plain"))
    );
    assert!(metrics.text().contains("# TYPE "), "{}", metrics.text());
    assert!(!metrics.text().contains(&stage.device.credential));
}

#[tokio::test]
async fn the_contract_describes_every_route_of_the_control_plane() {
    let stage = Stage::new().await;
    let contract = Request::get(&stage.gateway.url("/api/v1/openapi.json"))
        .send()
        .await
        .expect(200)
        .json();
    assert!(
        contract["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3."))
    );
    let paths = contract["paths"].as_object().unwrap();
    for path in [
        "redeem",
        "me",
        "balance",
        "devices",
        "devices/{id}",
        "keys",
        "keys/{id}",
        "models",
        "usage",
        "events",
    ] {
        assert!(
            paths.contains_key(&format!("/api/v1/{path}")),
            "{path}: {:?}",
            paths.keys()
        );
    }
}

#[tokio::test]
async fn the_front_page_is_there_and_guards_itself() {
    let stage = Stage::new().await;
    let page = Request::get(&stage.gateway.url("/")).send().await.expect(200);
    assert!(
        page.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/html"))
    );
    let policy = page
        .header("content-security-policy")
        .expect("a content security policy");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_and_nothing_is_held() {
    let stage = Stage::new().await;
    let huge = "x".repeat(64 << 20);
    let body = json!({"model": CODER, "messages": [{"role": "user", "content": huge}]});
    let request = stage.device.post("/v1/chat/completions", &body);
    // The gateway may close the connection while the body is still on its way.
    if let Ok(seen) = request.try_send().await {
        assert!(matches!(seen.status.as_u16(), 400 | 402 | 413), "{}", seen.status);
    }
    assert!(stage.upstream.calls(CODER).is_empty());
    stage.released().await;
}

#[tokio::test]
async fn money_is_text_and_counts_are_numbers() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-10", 5, 7));
    stage.device.chat(CODER).send().await.expect(200);
    let usage = stage.device.get("/api/v1/usage").send().await.expect(200).json();
    let row = &usage["rows"][0];
    assert_eq!(row["usage"]["outputTokens"], 7);
    assert_eq!(row["costNanoUsd"], "120000");
    assert_eq!(usage["totals"]["costNanoUsd"], "120000");
    assert_eq!(
        (&row["estimated"], &row["orphan"]),
        (&json!(false), &json!(false))
    );
    let at = row["at"].as_str().unwrap();
    assert!(at.ends_with('Z') && at.parse::<jiff::Timestamp>().is_ok(), "{at}");
}
