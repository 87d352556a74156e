//! `auto` stands for several models: each request gets the first that fits it, in the member's order
//! and then in the owner's, and the answer says which one it was and why.

mod credit;
mod preferences;

use protocol::{Money, api::ModelList, header};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Model, Price, Serve, Transcript, Upstream, free_port,
    upstream::{Answer, Reply},
    verify_clean,
};

const AUTO: &str = "auto";

struct Setting {
    upstream: Upstream,
    gateway: Gateway,
    device: Device,
}

/// A plain model, one with tools, one with eyes, and one that only completes.
fn models(config: Config) -> Config {
    config
        .model(
            Model::new("model-a", Price::USUAL)
                .capabilities(&["chat"])
                .line("context_window = 4000"),
        )
        .model(Model::new("model-b", Price::USUAL).capabilities(&["chat", "tools"]))
        .model(Model::free("model-c").capabilities(&["chat", "tools", "vision"]))
        .model(
            Model::new("model-d", Price::USUAL)
                .capabilities(&["completion"])
                .line("fim = \"native\""),
        )
}

const CHOOSE: &str = "choose = [\"model-a\", \"model-b\", \"model-c\", \"model-d\"]";

impl Setting {
    async fn new(auto: &str) -> Self {
        Self::with(auto, "5.00").await
    }

    async fn with(auto: &str, credit: &str) -> Self {
        Self::limited("", auto, credit).await
    }

    async fn limited(limits: &str, auto: &str, credit: &str) -> Self {
        let upstream = Upstream::start().await;
        for model in ["model-a", "model-b", "model-c", "model-d"] {
            upstream.answer(model, answer());
        }
        let auto = format!("[[model]]\nid = {AUTO:?}\n{auto}");
        let config = models(Config::with_upstream(&upstream))
            .table(limits)
            .table(&auto);
        let gateway = Serve::new(&config).start().await;
        let device = gateway.device(credit).await;
        Self {
            upstream,
            gateway,
            device,
        }
    }

    async fn ask(&self, more: Value) -> Transcript {
        ask(&self.device, more).await
    }
}

fn answer() -> Answer {
    Answer::of("chatcmpl-a", 12, 6)
}

/// A short chat with these members besides.
async fn ask(device: &Device, more: Value) -> Transcript {
    let mut body =
        json!({"model": AUTO, "max_tokens": 500, "messages": [{"role": "user", "content": "Hello."}]});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    device.post("/v1/chat/completions", &body).send().await
}

#[track_caller]
fn assert_chosen(seen: &Transcript, model: &str, reason: &str) {
    assert_eq!(seen.status, 200, "{}", seen.text());
    let said = (seen.header(header::MODEL), seen.header(header::MODEL_REASON));
    assert_eq!(said, (Some(model), Some(reason)));
}

#[tokio::test]
async fn the_owners_list_is_followed_and_the_receipt_names_the_model() {
    let setting = Setting::new(CHOOSE).await;
    assert_chosen(
        &setting.ask(json!({})).await,
        "model-a",
        "first in the gateway's list",
    );
    let stream = setting.device.chat_stream(AUTO).send().await;
    assert_chosen(&stream, "model-a", "first in the gateway's list");
    let receipt = stream
        .text()
        .lines()
        .find_map(|line| line.strip_prefix(": receipt "));
    let receipt: Value = serde_json::from_str(receipt.unwrap()).unwrap();
    assert_eq!(receipt["model"], "model-a");
    let key = setting.device.account.balance.lots[0].id;
    let rows = setting.gateway.usage(key).await;
    assert!(rows.iter().all(|row| row.model == "model-a"), "{rows:?}");
    // Whoever names a model gets it, and is not told why.
    let seen = setting.device.chat("model-b").send().await.expect(200);
    assert_eq!(
        (seen.header(header::MODEL), seen.header(header::MODEL_REASON)),
        (None, None)
    );
}

#[tokio::test]
async fn the_job_decides() {
    let setting = Setting::new(CHOOSE).await;
    let tools = json!({"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]});
    let seen = setting.ask(tools.clone()).await;
    assert_chosen(
        &seen,
        "model-b",
        "next in the gateway's list; model-a cannot use tools",
    );
    let pixel = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let image = json!({"type": "image_url", "image_url": {"url": pixel}});
    let seen = setting
        .ask(json!({"messages": [{"role": "user", "content": [image]}]}))
        .await;
    let reason = "next in the gateway's list; model-a cannot see images; model-b cannot see images";
    assert_chosen(&seen, "model-c", reason);
    let long = "word ".repeat(8_000);
    let seen = setting
        .ask(json!({"messages": [{"role": "user", "content": long}]}))
        .await;
    assert_chosen(
        &seen,
        "model-b",
        "next in the gateway's list; model-a has too short a context",
    );
    let body = json!({"model": AUTO, "prompt": "fn a() {", "suffix": "}", "max_tokens": 20});
    let seen = setting.device.post("/v1/completions", &body).send().await;
    assert_eq!(seen.header(header::MODEL), Some("model-d"), "{}", seen.text());
    // The other dialect chooses in the same way.
    let body = json!({
        "model": AUTO, "max_tokens": 500, "messages": [{"role": "user", "content": "Hello."}],
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
    });
    let seen = setting.device.post("/v1/messages", &body).send().await;
    assert_chosen(
        &seen,
        "model-b",
        "next in the gateway's list; model-a cannot use tools",
    );
    let body = json!({"model": AUTO, "messages": [{"role": "user", "content": "Hello."}]});
    setting
        .device
        .post("/v1/messages/count_tokens", &body)
        .send()
        .await
        .expect(200);
    let body = json!({"model": AUTO, "input": "Hello."});
    let refused = setting
        .device
        .post("/v1/embeddings", &body)
        .send()
        .await
        .expect(400);
    assert_eq!(refused.code(), "invalid_request");
    verify_clean(&setting.gateway).await;
}

#[tokio::test]
async fn it_is_listed_with_all_that_it_can_do() {
    let setting = Setting::new(CHOOSE).await;
    let list = setting.device.get("/api/v1/models").send().await.expect(200);
    let models = list.parse::<ModelList>().models;
    let auto = models.iter().find(|model| model.id == AUTO).unwrap();
    let names = serde_json::to_value(&auto.capabilities).unwrap();
    assert_eq!(names, json!(["chat", "tools", "vision", "completion"]));
    assert_eq!(auto.context_window, None, "one of them may have any");
    let pricing = auto.pricing.unwrap();
    assert_eq!(
        pricing.output_nano_usd.nano_usd(),
        Price::USUAL.output,
        "the dearest"
    );
    let list = setting.device.get("/v1/models").send().await.expect(200).json();
    let auto = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|model| model["id"] == AUTO);
    assert_eq!(auto.unwrap()["capabilities"], names);
    assert_eq!(auto.unwrap()["owned_by"], "token-tracker");
}

#[tokio::test]
async fn a_model_that_fails_is_followed_by_the_next_before_the_first_byte() {
    let setting = Setting::new(CHOOSE).await;
    setting.upstream.on("model-a", |_| {
        Reply::json(503, &json!({"error": {"message": "no"}}))
    });
    let body = json!({"model": AUTO, "stream": true, "messages": [{"role": "user", "content": "Hello."}]});
    let seen = setting.device.post("/v1/chat/completions", &body).send().await;
    assert_chosen(
        &seen,
        "model-b",
        "next in the gateway's list; model-a did not serve it",
    );
    let key = setting.device.account.balance.lots[0].id;
    let rows = setting.gateway.rows(key, 2).await;
    let mut shown: Vec<_> = rows
        .iter()
        .map(|row| (row.model.as_str(), row.cost_nano_usd))
        .collect();
    shown.reverse();
    assert_eq!(
        shown,
        [
            ("model-a", Money::ZERO),
            ("model-b", Price::USUAL.of(&answer().usage))
        ]
    );
    verify_clean(&setting.gateway).await;
}

#[tokio::test]
async fn a_model_whose_upstream_is_down_is_passed_over() {
    let upstream = Upstream::start().await;
    upstream.answer("alive", answer());
    let dead = format!("http://{}/v1", free_port());
    let config = Config::with_upstream(&upstream)
        .upstream("dead", &dead, None)
        .model(Model::free("lost").upstream("dead"))
        .model(Model::free("alive"))
        .table("[[model]]\nid = \"auto\"\nchoose = [\"lost\", \"alive\"]");
    let gateway = Serve::new(&config).start().await;
    let device = gateway.device("1.00").await;
    for _ in 0..3 {
        let seen = device.chat(AUTO).send().await;
        assert_chosen(
            &seen,
            "alive",
            "next in the gateway's list; lost did not serve it",
        );
    }
    let seen = device.chat(AUTO).send().await;
    assert_chosen(&seen, "alive", "next in the gateway's list; lost is down");
}

#[tokio::test]
async fn a_key_for_auto_alone_may_use_what_it_chooses() {
    let setting = Setting::new(CHOOSE).await;
    let mint = tests::MintOptions::credit("1.00").models(AUTO);
    let key = setting.gateway.mint(&mint).await.remove(0);
    let device = setting.gateway.redeem(&key).await;
    assert_chosen(
        &ask(&device, json!({})).await,
        "model-a",
        "first in the gateway's list",
    );
    device.chat("model-a").send().await.expect(404);
    let list = device.get("/v1/models").send().await.expect(200).json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    // It may also say which of them it wants, although it cannot name them in a request.
    let wish = json!({"order": ["model-b"]});
    let put = tests::Request::new(http::Method::PUT, &device.url("/api/v1/preferences"));
    put.bearer(&device.credential)
        .json(&wish)
        .send()
        .await
        .expect(200);
    assert_chosen(
        &ask(&device, json!({})).await,
        "model-b",
        "preferred by the member",
    );
}
