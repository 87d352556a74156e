//! The official `openai` and `anthropic` clients work through the gateway as they are, with a device
//! credential.

use std::{env, path::PathBuf, process::Stdio};

use protocol::Money;
use serde_json::{Value, json};
use tests::{Home, Price, target_dir, upstream::Answer, verify_clean, within, workspace_dir};
use tokio::process::Command;

use crate::stage::{CODER, Stage};

/// Names a Python that has the client; one is installed below the target folder when absent.
const PYTHON: &str = "TOKEN_TRACKER_OPENAI_PYTHON";

async fn python() -> PathBuf {
    if let Some(python) = env::var_os(PYTHON) {
        return python.into();
    }
    let mut install = Command::new(workspace_dir().join("tests/clients/install"));
    let output = install
        .arg(target_dir().join("openai-client"))
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().into()
}

/// What one of the programs in `tests/clients` saw.
pub async fn run(program: &str, model: &str, environment: &[(&str, String)]) -> Value {
    let home = Home::new();
    let mut command = Command::from(home.command(python().await));
    command
        .arg(workspace_dir().join("tests/clients").join(program))
        .arg(model)
        .envs(environment.iter().map(|(name, value)| (name, value)))
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
async fn the_python_client_streams_and_does_not_and_pays_exactly() {
    let stage = Stage::new().await;
    let answer = Answer::of("chatcmpl-18", 33, 7);
    stage.upstream.answer(CODER, answer.clone());
    let environment = [
        ("OPENAI_BASE_URL", stage.gateway.url("/v1")),
        ("OPENAI_API_KEY", stage.device.credential.clone()),
    ];
    let seen = run("openai_client.py", CODER, &environment).await;

    let usage = json!({"prompt_tokens": 33, "completion_tokens": 7});
    assert!(
        seen["models"].as_array().unwrap().contains(&json!(CODER)),
        "{seen}"
    );
    assert_eq!(seen["whole"], json!({"text": answer.text(), "usage": usage}));
    assert_eq!(
        seen["streamed"],
        json!({"text": answer.text(), "usage": null, "finish": "stop"})
    );
    assert_eq!(
        seen["streamed with usage"],
        json!({"text": answer.text(), "usage": usage, "finish": "stop"})
    );
    assert_eq!(seen["completion"], json!({"text": answer.text(), "usage": usage}));
    assert_eq!(seen["refused"], json!({"status": 404, "code": "model_unknown"}));

    let paid_for = i64::try_from(stage.upstream.calls(CODER).len()).unwrap();
    assert_eq!(paid_for, 4);
    let balance = stage.device.idle_balance().await;
    let spent = Price::USUAL.of(&answer.usage).nano_usd() * paid_for;
    assert_eq!(balance.spent_nano_usd, Money::from_nano_usd(spent));
    verify_clean(&stage.gateway).await;
}
