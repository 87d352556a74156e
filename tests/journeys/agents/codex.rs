//! Codex CLI, which speaks OpenAI's Responses API.

use std::fs;

use serde_json::{Value, json};
use tokio::process::Command;

use super::stage::{CHAT, MESSAGES, MODEL, RESPONSES, Stage, TASK};

/// It has a shell and no tool of its own for writing.
fn write(path: &str, content: &str) -> (&'static str, Value) {
    let command = format!("cat > '{path}' <<'END'\n{content}END");
    ("exec_command", json!({"cmd": command}))
}

/// As `docs/clients.md` says.
async fn codex(stage: &Stage) -> Command {
    let settings = format!(
        r#"model = "{MODEL}"
model_provider = "token-tracker"
web_search = "disabled"
check_for_update_on_startup = false

[model_providers.token-tracker]
name = "Token Tracker"
base_url = "{}"
env_key = "TOKEN_TRACKER_CREDENTIAL"
wire_api = "responses"

[analytics]
enabled = false

[features]
plugins = false
"#,
        stage.tools.openai_base_url
    );
    let folder = stage.in_home(".codex");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), settings).unwrap();
    let mut command = stage.agent("codex").await;
    command
        .env("TOKEN_TRACKER_CREDENTIAL", &stage.tools.credential)
        // The sandbox needs more of a kernel than every machine of tests has.
        .args([
            "exec",
            "--skip-git-repo-check",
            "--sandbox",
            "danger-full-access",
            TASK,
        ]);
    command
}

async fn completes_a_task_on(provider: &str) {
    let stage = Stage::new(provider).await;
    stage.model_writes_with(write);
    stage.completes(&mut codex(&stage).await).await;
}

#[tokio::test]
async fn completes_a_task_on_its_own_dialect() {
    completes_a_task_on(RESPONSES).await;
}

#[tokio::test]
async fn completes_a_task_on_chat() {
    completes_a_task_on(CHAT).await;
}

#[tokio::test]
async fn completes_a_task_on_the_other_dialect() {
    completes_a_task_on(MESSAGES).await;
}

#[tokio::test]
async fn is_charged_when_killed_on_its_own_dialect() {
    let stage = Stage::new(RESPONSES).await;
    stage.model_stops_half_way(write);
    stage.is_charged_when_killed(&mut codex(&stage).await, 0).await;
}
