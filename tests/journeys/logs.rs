//! The log: lines that a program reads, one for each request where an operator wants that, and
//! never a word of what anybody wrote.

use std::fs;

use protocol::{Money, header};
use serde_json::{Value, json};
use tests::{
    Config, Model, Postgres, Price, Serve, Upstream, eventually,
    upstream::{Answer, Reply},
};

use crate::stage::{CODER, FREE, Stage};

const SECRET: &str = "a sentence that stays between two";

/// Every line of the log, each one an object.
fn lines(stage: &Stage) -> Vec<Value> {
    let log = stage.gateway.log();
    let lines = log.lines().filter(|line| line.starts_with('{'));
    lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .filter(|line: &Value| line["level"].is_string())
        .collect()
}

fn of_requests(stage: &Stage) -> Vec<Value> {
    let lines = lines(stage).into_iter();
    lines
        .filter(|line| line["target"] == "gateway::request")
        .collect()
}

async fn logged(stage: &Stage, count: usize) -> Vec<Value> {
    eventually(&format!("{count} lines of requests"), async || {
        let lines = of_requests(stage);
        (lines.len() >= count).then_some(lines)
    })
    .await
}

async fn ask(stage: &Stage, model: &str, stream: bool) -> tests::Transcript {
    let body = json!({"model": model, "stream": stream, "messages": [{"role": "user", "content": SECRET}]});
    stage.device.post("/v1/chat/completions", &body).send().await
}

#[tokio::test]
async fn each_request_has_one_line_where_that_is_wanted() {
    let stage = Stage::with(|config| config.table("[log]\nformat = \"json\"\nrequests = true")).await;
    let answer = Answer::of("chatcmpl-1", 100, 20).words(&["the answer ", "is private"]);
    stage.upstream.answer(CODER, answer.clone());
    let streamed = ask(&stage, CODER, true).await.expect(200);
    ask(&stage, CODER, false).await.expect(200);
    ask(&stage, "no-such-model", false).await.expect(404);
    let lines = logged(&stage, 3).await;

    let row = &stage.gateway.usage(stage.key()).await[1];
    let first = &lines[0];
    assert_eq!(first["request.id"], row.request_id.to_string());
    assert_eq!(
        first["request.id"],
        streamed.header("x-token-tracker-request-id").unwrap()
    );
    for (name, expected) in [
        ("level", json!("INFO")),
        ("dialect", json!("chat")),
        ("model", json!(CODER)),
        ("upstream", json!("fake")),
        ("status", json!(200)),
        ("outcome", json!("ok")),
        ("stream", json!(true)),
        ("attempts", json!(1)),
        ("tokens.input", json!(100)),
        ("tokens.output", json!(20)),
        ("cost_nano_usd", json!(Price::USUAL.of(&answer.usage).nano_usd())),
        ("estimated", json!(false)),
    ] {
        assert_eq!(first[name], expected, "{name} in {first}");
    }
    let micros = |name: &str| {
        first[name]
            .as_u64()
            .unwrap_or_else(|| panic!("{name} in {first}"))
    };
    assert!(micros("hold_us") > 0 && micros("settle_us") > 0 && micros("first_byte_us") > 0);
    assert!(micros("total_us") >= micros("hold_us") + micros("settle_us") + micros("first_byte_us"));
    assert_eq!(lines[1]["stream"], false);
    assert_eq!(
        (&lines[2]["outcome"], &lines[2]["status"]),
        (&json!("model_unknown"), &json!(404))
    );

    let log = stage.gateway.log();
    for secret in [
        SECRET,
        "is private",
        &stage.device.credential,
        Serve::UPSTREAM_KEY,
    ] {
        assert!(!log.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn nothing_is_written_for_a_request_unless_it_is_wanted() {
    let stage = Stage::with(|config| config.table("[log]\nformat = \"json\"")).await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-1", 100, 20));
    ask(&stage, CODER, false).await.expect(200);
    let before = lines(&stage).len();
    for _ in 0..20 {
        ask(&stage, CODER, false).await.expect(200);
    }
    assert_eq!(lines(&stage).len(), before, "the hot path writes nothing");

    let file = stage.gateway.home().config_file();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, format!("{text}requests = true\n")).unwrap();
    stage.gateway.cli(&["reload"]).await.expect(0);
    ask(&stage, CODER, false).await.expect(200);
    logged(&stage, 1).await;
    fs::write(&file, text).unwrap();
    stage.gateway.cli(&["reload"]).await.expect(0);
    ask(&stage, CODER, false).await.expect(200);
    assert_eq!(of_requests(&stage).len(), 1);
    assert!(stage.device.idle_balance().await.spent_nano_usd > Money::ZERO);
}

#[tokio::test]
async fn what_goes_wrong_in_a_request_names_the_request() {
    let stage = Stage::with(|config| config.table("[log]\nformat = \"json\"")).await;
    stage
        .upstream
        .on(FREE, |_| Reply::json(503, &json!({"error": {"message": SECRET}})));
    stage.upstream.on(CODER, |call| {
        Answer::of("chatcmpl-1", 10, 5).stream(call).cut_after(2)
    });
    let refused = ask(&stage, FREE, false).await;
    let cut = ask(&stage, CODER, true).await;
    let warned = eventually("a warning of each", async || {
        let lines = lines(&stage).into_iter();
        let of_a_request = |line: &Value| line["target"].as_str().unwrap().starts_with("gateway::proxy");
        let warned: Vec<Value> = lines.filter(of_a_request).collect();
        (warned.len() >= 2).then_some(warned)
    })
    .await;
    for answer in [&refused, &cut] {
        let id = answer
            .header("x-token-tracker-request-id")
            .expect("the client can name it too");
        assert!(
            warned.iter().any(|line| line["request.id"] == id),
            "{id} in {warned:?}"
        );
    }
    assert!(
        warned.iter().all(|line| line["request.id"].is_string()),
        "{warned:?}"
    );
    assert!(!stage.gateway.log().contains(SECRET));
}

#[tokio::test]
async fn the_command_line_beats_the_file() {
    let upstream = tests::Upstream::start().await;
    let config = tests::Config::with_upstream(&upstream).table("[log]\nformat = \"json\"");
    let text = Serve::new(&config).arg("--log-format").arg("text").start().await;
    assert!(text.log().contains(" INFO ") && !text.log().contains("{\"timestamp\""));
    let config = tests::Config::with_upstream(&upstream);
    let json = Serve::new(&config).arg("--log-format").arg("json").start().await;
    assert!(json.log().contains("\"level\":\"INFO\""));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_the_ledger_is_found_by_the_id_that_the_client_has() {
    let server = Postgres::start();
    let upstream = Upstream::start().await;
    let config = Config::with_upstream(&upstream)
        .model(Model::new(CODER, Price::USUAL))
        .table("[log]\nformat = \"json\"");
    let serve = Serve::new(&config).env("TOKEN_TRACKER_DATABASE_URL", &server.database("tt"));
    let mut gateway = serve.start().await;
    let device = gateway.device("1.00").await;
    upstream.answer(CODER, Answer::of("chatcmpl-1", 10, 5));
    device.chat(CODER).send().await.expect(200);
    server.stop_at_once();
    let refused = device.chat(CODER).send().await.expect(503);
    assert_eq!(refused.code(), "starting");
    let id = refused.header(header::REQUEST_ID).expect("an id");
    let text = gateway.log();
    let mut lines = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let line = lines
        .find(|line| line["request.id"] == id)
        .unwrap_or_else(|| panic!("{id}: {text}"));
    assert!(
        line["message"].as_str().unwrap().contains("out of reach"),
        "{line}"
    );
    // What is no request to a model is found too.
    gateway
        .owner(http::Method::GET, "/api/v1/keys")
        .send()
        .await
        .expect(503);
    let text = gateway.log();
    let last = text.lines().rfind(|line| line.contains("out of reach"));
    let last: Value = serde_json::from_str(last.unwrap()).unwrap();
    assert!(last["request.id"].is_string(), "{last}");
    server.start_again();
    gateway.stop().await;
}
