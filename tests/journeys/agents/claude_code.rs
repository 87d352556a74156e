//! Claude Code, which speaks Anthropic's dialect.

use serde_json::{Value, json};
use tokio::process::Command;

use super::stage::{CHAT, MESSAGES, MODEL, Stage, TASK};

fn write(path: &str, content: &str) -> (&'static str, Value) {
    ("Write", json!({"file_path": path, "content": content}))
}

/// As `docs/clients.md` says.
async fn claude(stage: &Stage) -> Command {
    let mut command = stage.agent("claude").await;
    command
        .env("ANTHROPIC_BASE_URL", &stage.tools.anthropic_base_url)
        .env("ANTHROPIC_AUTH_TOKEN", &stage.tools.credential)
        .env("ANTHROPIC_MODEL", MODEL)
        .env("ANTHROPIC_DEFAULT_HAIKU_MODEL", MODEL)
        .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
        .args(["-p", TASK, "--allowedTools", "Write"]);
    command
}

async fn completes_a_task_on(provider: &str) {
    let stage = Stage::new(provider).await;
    stage.model_writes_with(write);
    stage.completes(&mut claude(&stage).await).await;
}

async fn is_charged_when_killed_on(provider: &str) {
    let stage = Stage::new(provider).await;
    stage.model_stops_half_way(write);
    stage.is_charged_when_killed(&mut claude(&stage).await, 0).await;
}

#[tokio::test]
async fn completes_a_task_on_its_own_dialect() {
    completes_a_task_on(MESSAGES).await;
}

#[tokio::test]
async fn completes_a_task_on_the_other_dialect() {
    completes_a_task_on(CHAT).await;
}

#[tokio::test]
async fn is_charged_when_killed_on_its_own_dialect() {
    is_charged_when_killed_on(MESSAGES).await;
}

#[tokio::test]
async fn is_charged_when_killed_on_the_other_dialect() {
    is_charged_when_killed_on(CHAT).await;
}
