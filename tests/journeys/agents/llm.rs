//! llm, which speaks OpenAI's chat and calls functions of Python.

use std::fs;

use serde_json::{Value, json};
use tests::Outcome;
use tokio::process::Command;

use super::stage::{CHAT, MESSAGES, MODEL, Stage, TASK};

const FUNCTIONS: &str = r#"
def write_file(path: str, content: str) -> str:
    "Writes a file."
    with open(path, "w") as file:
        file.write(content)
    return "written"
"#;

fn write(path: &str, content: &str) -> (&'static str, Value) {
    ("write_file", json!({"path": path, "content": content}))
}

/// As `docs/clients.md` says.
async fn llm(stage: &Stage) -> Command {
    let settings = format!(
        "- model_id: {MODEL}\n  model_name: {MODEL}\n  api_base: {}\n  api_key_name: token-tracker\n  supports_tools: true\n",
        stage.tools.openai_base_url
    );
    let folder = stage.in_home(".config/io.datasette.llm");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("extra-openai-models.yaml"), settings).unwrap();
    let mut keys = stage.agent("llm").await;
    keys.args(["keys", "set", "token-tracker", "--value", &stage.tools.credential]);
    Outcome::from(keys.output().await.unwrap()).expect(0);
    fs::write(stage.work().join("functions.py"), FUNCTIONS).unwrap();
    let mut command = stage.agent("llm").await;
    command.args(["-m", MODEL, "--functions", "functions.py", TASK]);
    command
}

async fn completes_a_task_on(provider: &str) {
    let stage = Stage::new(provider).await;
    stage.model_writes_with(write);
    stage.completes(&mut llm(&stage).await).await;
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
    stage.is_charged_when_killed(&mut llm(&stage).await, 0).await;
}
