//! The configuration changes while the gateway serves: nothing that runs notices, and a file that
//! is not right changes nothing.

use std::fs;

use protocol::Money;
use rustix::process::Signal;
use serde_json::{Value, json};
use tests::{
    Config, Model, Price, Upstream, eventually,
    upstream::{Answer, Gate, Step},
    verify_clean,
};

use crate::stage::{CODER, Stage};

/// The same model for ten times as much.
const DEARER: &str = "price = { input = \"30.00\", output = \"150.00\" }";

fn answer() -> Answer {
    Answer::of("chatcmpl-1", 100, 20)
}

fn write(stage: &Stage, text: &str) {
    fs::write(stage.gateway.home().config_file(), text).unwrap();
}

fn config(upstream: &Upstream, model: Model) -> Config {
    Config::with_upstream(upstream).model(model)
}

fn dearer(stage: &Stage) -> String {
    config(&stage.upstream, Model::unpriced(CODER).line(DEARER)).toml()
}

async fn models(stage: &Stage) -> Vec<String> {
    let list = stage.device.get("/v1/models").send().await.expect(200).json();
    let ids = list["data"].as_array().unwrap().iter();
    ids.map(|model| model["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_running_stream_keeps_its_price_and_the_next_has_the_new_one() {
    let stage = Stage::new().await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    stage.upstream.on(CODER, move |call| {
        answer().stream(call).after(3, Step::Wait(held_back.clone()))
    });
    let body = json!({"model": CODER, "stream": true, "messages": [{"role": "user", "content": "Hello."}]});
    let mut open = stage.device.post("/v1/chat/completions", &body).open().await;
    assert!(open.read_until("word1 ").await);

    write(&stage, &dearer(&stage));
    let reloaded: Value = stage.gateway.cli(&["reload", "--json"]).await.expect(0).json();
    assert_eq!(reloaded["needsRestart"], json!([]));
    stage.upstream.answer(CODER, answer());
    stage.device.chat(CODER).send().await.expect(200);
    gate.open();
    assert!(
        open.read_until("[DONE]").await,
        "the stream went on over the reload"
    );

    let old = Price::USUAL.of(&answer().usage);
    let new = Money::from_nano_usd(old.nano_usd() * 10);
    let rows = stage.gateway.rows(stage.key(), 2).await;
    let mut costs: Vec<Money> = rows.iter().map(|row| row.cost_nano_usd).collect();
    costs.sort();
    assert_eq!(costs, [old, new]);
    verify_clean(&stage.gateway).await;
}

#[tokio::test]
async fn a_file_that_is_not_right_changes_nothing_and_says_what_is_wrong() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let before = models(&stage).await;
    let good = dearer(&stage);
    for (wrong, named) in [
        (
            format!("{good}\n[[model]]\nid = \"x\"\nupstream = \"nowhere\"\n"),
            "nowhere",
        ),
        (
            format!("{good}\n[[upstream]]\nname = \"y\"\nprovider = \"opneai\"\n"),
            "opneai",
        ),
        (
            format!("{good}\n[[upstream]]\nname = \"z\"\nprovider = \"openai\"\napi_key_env = \"NO_SUCH\"\n"),
            "NO_SUCH",
        ),
        ("lsiten = 1".into(), "listen"),
    ] {
        write(&stage, &wrong);
        let refused = stage.gateway.cli(&["reload", "--json"]).await.expect(1).error();
        assert_eq!(refused["code"], "invalid_request");
        assert!(refused["message"].as_str().unwrap().contains(named), "{refused}");
        assert!(stage.gateway.log().contains(named), "the log says it too");
    }
    assert_eq!(models(&stage).await, before);
    stage.device.chat(CODER).send().await.expect(200);
    stage.settled(&answer().usage, &Price::USUAL).await;
}

#[tokio::test]
async fn a_hang_up_signal_reloads_and_a_missing_file_leaves_all_as_it_was() {
    let stage = Stage::new().await;
    let other = config(&stage.upstream, Model::new("other", Price::USUAL)).toml();
    write(&stage, &other);
    stage.gateway.signal(Signal::HUP);
    eventually("the new model", async || {
        let now = models(&stage).await;
        (now.contains(&"other".into()) && !now.contains(&CODER.into())).then_some(())
    })
    .await;
    fs::remove_file(stage.gateway.home().config_file()).unwrap();
    stage.gateway.signal(Signal::HUP);
    eventually("a line about the file", async || {
        stage
            .gateway
            .log()
            .contains("The configuration stays as it was")
            .then_some(())
    })
    .await;
    assert!(models(&stage).await.contains(&"other".into()));
}

#[tokio::test]
async fn limits_change_at_once_and_what_needs_a_restart_is_named() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, answer());
    let text = format!(
        "listen = \"127.0.0.1:1\"\npublic_url = \"https://ai.example.com\"\n{}\n[limits]\nbody_bytes_max = 100\n",
        dearer(&stage)
    );
    write(&stage, &text);
    let reloaded = stage.gateway.cli(&["reload"]).await.expect(0);
    assert!(
        reloaded.stdout.contains("restart: listen, public_url"),
        "{}",
        reloaded.stdout
    );
    let long = "x".repeat(200);
    let body = json!({"model": CODER, "messages": [{"role": "user", "content": long}]});
    let seen = stage
        .device
        .post("/v1/chat/completions", &body)
        .send()
        .await
        .expect(400);
    assert!(seen.text().contains("100 bytes"), "{}", seen.text());
}

#[tokio::test]
async fn only_the_owner_reloads_and_only_a_running_gateway() {
    let mut stage = Stage::new().await;
    stage
        .device
        .post("/api/v1/reload", &json!({}))
        .send()
        .await
        .expect(403);
    stage.gateway.stop().await;
    let unreachable = stage.gateway.cli(&["reload"]).await.expect(3);
    assert_eq!(unreachable.stdout, "");
}
