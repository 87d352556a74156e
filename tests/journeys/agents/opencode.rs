//! opencode, which speaks OpenAI's chat.

use std::fs;

use serde_json::{Value, json};
use tokio::process::Command;

use super::stage::{CHAT, MESSAGES, MODEL, Stage, TASK};

fn write(path: &str, content: &str) -> (&'static str, Value) {
    ("write", json!({"filePath": path, "content": content}))
}

/// As `docs/clients.md` says.
async fn opencode(stage: &Stage) -> Command {
    let settings = json!({
        "$schema": "https://opencode.ai/config.json",
        "provider": {
            "token-tracker": {
                "npm": "@ai-sdk/openai-compatible",
                "name": "Token Tracker",
                "options": {
                    "baseURL": stage.tools.openai_base_url,
                    "apiKey": "{env:TOKEN_TRACKER_CREDENTIAL}",
                },
                "models": {MODEL: {}},
            },
        },
        "model": format!("token-tracker/{MODEL}"),
        "autoupdate": false,
        "share": "disabled",
    });
    let folder = stage.in_home(".config/opencode");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("opencode.json"), settings.to_string()).unwrap();
    let mut command = stage.agent("opencode").await;
    command
        .env("TOKEN_TRACKER_CREDENTIAL", &stage.tools.credential)
        .env("OPENCODE_DISABLE_MODELS_FETCH", "1")
        // For its settings' folder it would fetch a package of plugins, with or without any.
        .env("npm_config_offline", "true")
        .args(["run", TASK]);
    command
}

async fn completes_a_task_on(provider: &str) {
    let stage = Stage::new(provider).await;
    stage.model_writes_with(write);
    stage.completes(&mut opencode(&stage).await).await;
}

#[tokio::test]
async fn completes_a_task_on_its_own_dialect() {
    completes_a_task_on(CHAT).await;
}

#[tokio::test]
async fn completes_a_task_on_the_other_dialect() {
    completes_a_task_on(MESSAGES).await;
}

#[tokio::test]
async fn is_charged_when_killed() {
    let stage = Stage::new(CHAT).await;
    stage.model_stops_half_way(write);
    // It also asks for a title.
    stage.is_charged_when_killed(&mut opencode(&stage).await, 1).await;
}
