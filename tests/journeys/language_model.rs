//! The whole way with a real language model, served on this machine.
//!
//! Left out unless asked for: it downloads a hundred megabytes of weights.

use std::{
    env,
    process::{Child, Command, Stdio},
};

use protocol::{Receipt, RequestKind, editor};
use serde_json::{Value, json};
use tests::{
    Config, Gateway, Home, MintOptions, Model, Price, Request, Sidecar, SidecarOptions, eventually,
    free_port, target_dir, verify_clean, within, workspace_dir,
};

/// Set by `scripts/test --model`.
const ASKED_FOR: &str = "TOKEN_TRACKER_TEST_MODEL";
const MODEL: &str = "smollm2-135m-instruct";

/// llama.cpp's server on a port of its own; it ends with this.
struct ModelServer {
    process: Child,
    url: String,
}

impl ModelServer {
    async fn start() -> Self {
        let folder = target_dir().join("language-model");
        let installed = Command::new(workspace_dir().join("tests/model/install"))
            .arg(&folder)
            .status();
        assert!(installed.unwrap().success(), "the model is installed");
        let address = free_port();
        let process = Command::new(folder.join("venv/bin/python"))
            .arg(workspace_dir().join("tests/model/serve.py"))
            .arg(folder.join("model.gguf"))
            .args([MODEL, &address.port().to_string()])
            // Idle threads sleep instead of spinning: on a busy machine that is several times faster.
            .env("OMP_WAIT_POLICY", "passive")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            process,
            url: format!("http://{address}"),
        };
        let health = format!("{}/health", server.url);
        eventually("the language model to be loaded", async || {
            let answer = Request::get(&health).try_send().await.ok()?;
            (answer.status == 200).then_some(())
        })
        .await;
        server
    }

    /// How many tokens the model itself counts in a text.
    async fn tokens(&self, text: &str) -> u64 {
        let body = json!({"content": text, "parse_special": true, "add_special": true});
        let answer = Request::post(&format!("{}/tokenize", self.url))
            .json(&body)
            .send()
            .await
            .expect(200);
        answer.json()["tokens"].as_array().unwrap().len() as u64
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        // Best effort on the way out of a test that has already said what it had to say.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_model_completes_and_chats_and_is_paid_for_exactly() {
    if env::var_os(ASKED_FOR).is_none() {
        println!("left out; {ASKED_FOR}=1 runs it");
        return;
    }
    let server = ModelServer::start().await;
    let config = Config::new()
        .upstream("fake", &format!("{}/v1", server.url), None)
        .model(Model::new(MODEL, Price::USUAL));
    let gateway = Gateway::start(&config).await;
    let home = Home::new();
    let sidecar = Sidecar::start(&home, SidecarOptions::default()).await;
    let key = gateway.mint(&MintOptions::credit("1.00")).await.remove(0);
    let parameters = json!({"gatewayUrl": gateway.admin().gateway_url, "key": key.key});
    let _: editor::RedeemResult = sidecar.call(editor::method::REDEEM, parameters).await;

    let completion = complete(&sidecar).await;
    assert_eq!(
        (completion.kind, &*completion.model),
        (RequestKind::Completion, MODEL)
    );
    assert!(completion.usage.input_tokens > 0, "{completion:?}");

    let chat = chat(&sidecar, &server).await;
    let rows = gateway.usage(key.id).await;
    assert_eq!(rows.len(), 2);
    for (row, receipt) in rows.iter().zip([&chat, &completion]) {
        assert_eq!(
            (row.usage, row.cost_nano_usd),
            (receipt.usage, receipt.cost_nano_usd)
        );
        assert_eq!(row.cost_nano_usd, Price::USUAL.of(&row.usage));
        assert!(row.provider_response_id.is_some());
    }
    let spent: i64 = rows.iter().map(|row| row.cost_nano_usd.nano_usd()).sum();
    assert!(spent > 0);
    assert_eq!(chat.balance.available_nano_usd.nano_usd(), 1_000_000_000 - spent);
    verify_clean(&gateway).await;
    println!(
        "[journeys] language model: {} and {} tokens for {spent} nano-USD",
        completion.usage.output_tokens, chat.usage.output_tokens
    );
}

/// Whether this small model finds something to insert is its own business; that it was asked and
/// paid for is ours.
async fn complete(sidecar: &Sidecar) -> Receipt {
    let uri = "file:///project/add.py";
    let text = "def add(a, b):\n    return a + b\n\n\ndef subtract(a, b):\n    ";
    sidecar.open(uri, "python", text);
    let answer = within("a completion", sidecar.invoke_completion(uri, 5, 4).answer())
        .await
        .unwrap();
    assert!(answer["items"].is_array(), "{answer}");
    serde_json::from_value(sidecar.notification(editor::method::RECEIPT).await).unwrap()
}

async fn chat(sidecar: &Sidecar, server: &ModelServer) -> Receipt {
    let question = json!({"message": "Reply with one short sentence: what is Rust?"});
    let result: editor::ChatResult = sidecar.call(editor::method::CHAT, question).await;
    let deltas: Vec<Value> = sidecar.notifications(editor::method::CHAT_DELTA);
    let text: String = deltas
        .iter()
        .map(|delta| delta["text"].as_str().unwrap())
        .collect();
    assert!(!text.trim().is_empty());
    // The server counts the unseen end token too, when the model ended by itself.
    let counted = server.tokens(&text).await;
    let reported = result.receipt.usage.output_tokens;
    assert!(
        (counted..=counted + 1).contains(&reported),
        "{reported} reported, {counted} in {text:?}"
    );
    assert!(!result.receipt.estimated);
    result.receipt
}
