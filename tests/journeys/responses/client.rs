//! The vendor's own client has a whole turn with tools.

use bytes::Bytes;
use serde_json::{Value, json};
use tests::{
    Home, Price,
    upstream::{Answer, Call, Reply},
    verify_clean, within, workspace_dir,
};
use tokio::process::Command;

use super::{
    CLAUDE, CLAUDE_MODEL, CLAUDE_TOOLS, CLAUDE_WHOLE, GPT, NATIVE, STREAM, Stage, TOOLS, plays, stage,
};

/// A turn with tools: first two calls, then, when their results are there, the answer.
fn scripted(first: &'static [u8], second: &'static [u8]) -> impl Fn(&Call) -> Reply + Send + Sync + 'static {
    move |call| {
        let text = call.json().to_string();
        let has_results = text.contains("fn main() {}");
        let has_tools = call.json()["tools"].is_array();
        match (call.is_stream(), has_tools && !has_results) {
            (true, true) => plays(first)(call),
            (true, false) => plays(second)(call),
            (false, _) if call.is_response() => Answer::of("resp_5", 20, 9).reply(call),
            (false, _) => Reply::whole(200, "application/json", Bytes::from_static(CLAUDE_WHOLE)),
        }
    }
}

fn gpt(call: &Call) -> Reply {
    let parallel = include_bytes!("../../../providers/fixtures/stream-tools-parallel.sse");
    let asks_first = call.json()["tools"].is_array() && !call.json().to_string().contains("fn main() {}");
    if call.is_stream() && asks_first {
        return plays(parallel)(call);
    }
    Answer::of("chatcmpl-9", 21, 6).reply(call)
}

/// What the program of `tests/clients` saw.
async fn official_client(stage: &Stage, model: &str) -> Value {
    let home = Home::new();
    let python = crate::compatibility::client::install().await;
    let mut command = Command::from(home.command(python));
    command
        .arg(workspace_dir().join("tests/clients/python/responses_turn.py"))
        .arg(model)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("OPENAI_BASE_URL", stage.gateway.url("/v1"))
        .env("OPENAI_API_KEY", &stage.device.credential)
        .kill_on_drop(true);
    let output = within("the end of the client", command.output()).await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn the_official_client_has_a_turn_with_tools_on_every_kind_of_upstream() {
    let stage = stage().await;
    stage.upstream.on(NATIVE, scripted(TOOLS, STREAM));
    stage.upstream.on(CLAUDE_MODEL, scripted(CLAUDE_TOOLS, CLAUDE));
    stage.upstream.on(GPT, gpt);
    let refused = json!([
        [404, "model_unknown"],
        [400, "invalid_request"],
        [404, "not_found"],
        [404, "not_found"],
        [404, "not_found"]
    ]);
    let words = Answer::of("", 21, 6).text();
    for (model, first, second) in [
        (NATIVE, json!([30, 25]), "hello wörld"),
        (CLAUDE_MODEL, json!([30, 25]), "hello wörld"),
        (GPT, json!([30, 9]), words.as_str()),
    ] {
        let seen = official_client(&stage, model).await;
        assert_eq!(
            seen["first"]["calls"],
            json!([["read", {"path": "a.rs"}], ["list", {}]]),
            "{seen}"
        );
        assert_eq!(
            (&seen["first"]["usage"], &seen["first"]["last"]),
            (&first, &json!("response.completed"))
        );
        assert_eq!(seen["second"]["text"], second, "{seen}");
        assert_eq!(seen["second"]["output text"], second);
        assert_eq!(seen["second"]["first"][0], "response.created");
        assert_eq!((&seen["is numbered"], &seen["refused"]), (&json!(true), &refused));
        assert_eq!(
            (&seen["whole"]["object"], &seen["whole"]["status"]),
            (&json!("response"), &json!("completed"))
        );
    }
    let key = stage.device.account.balance.lots[0].id;
    let rows = stage.gateway.rows(key, 12).await;
    let sum: i64 = rows
        .iter()
        .map(|row| Price::USUAL.of(&row.usage).nano_usd())
        .sum();
    assert!(rows.len() == 12 && rows.iter().all(|row| !row.estimated));
    assert_eq!(stage.device.idle_balance().await.spent_nano_usd.nano_usd(), sum);
    verify_clean(&stage.gateway).await;
}
