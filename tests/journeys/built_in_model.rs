//! With no account at any service: redeem, complete, chat and watch the balance, on the built-in
//! model, through the real sidecar.

use std::fs;

use protocol::{Money, Receipt, editor};
use serde_json::{Value, json};
use tests::{Config, Gateway, Home, MintOptions, Price, Sidecar, SidecarOptions, sse, verify_clean};

const DOCUMENT: &str = "\
fn area(width: u32, height: u32) -> u32 {
    width * height
}

fn perimeter(width: u32, height: u32) -> u32 {
    2 * (width + height)
}

fn volume(width: u32, ";

/// The built-in models, at a price.
fn priced() -> Config {
    let price = Price::USUAL.toml();
    let model = |id: &str, name: &str, capability: &str| {
        format!(
            "[[model]]\nid = \"{id}\"\nupstream = \"builtin\"\nupstream_model = \"{name}\"\n\
             capabilities = [\"{capability}\"]\nprice = {price}\n"
        )
    };
    let models = model("builtin/lookup", "lookup", "completion") + &model("builtin/help", "help", "chat");
    Config::new().table(&models)
}

struct Desk {
    gateway: Gateway,
    home: Home,
    sidecar: Sidecar,
    uri: String,
}

/// A gateway, and an editor with one document open in a git work tree.
async fn desk(config: &Config) -> Desk {
    let gateway = Gateway::start(config).await;
    let home = Home::new();
    let workspace = home.path().join("work");
    fs::create_dir_all(workspace.join(".git")).unwrap();
    fs::write(workspace.join(".git/HEAD"), "ref: refs/heads/feature/volume\n").unwrap();
    let file = workspace.join("shapes.rs");
    fs::write(&file, DOCUMENT).unwrap();
    let options = SidecarOptions {
        workspace: Some(workspace),
        ..SidecarOptions::default()
    };
    let sidecar = Sidecar::start(&home, options).await;
    Desk {
        gateway,
        home,
        sidecar,
        uri: format!("file://{}", file.display()),
    }
}

impl Desk {
    async fn redeem(&self, credit: &str) -> editor::EditorAccount {
        let key = self.gateway.mint(&MintOptions::credit(credit)).await.remove(0);
        let parameters = json!({"gatewayUrl": self.gateway.admin().gateway_url, "key": key.key});
        self.sidecar
            .call::<editor::RedeemResult>(editor::method::REDEEM, parameters)
            .await
            .account
    }
    async fn complete(&self) -> Vec<editor::InlineCompletionItem> {
        let last = DOCUMENT.lines().last().unwrap();
        let line = u32::try_from(DOCUMENT.lines().count() - 1).unwrap();
        let column = u32::try_from(last.len()).unwrap();
        let answer = self
            .sidecar
            .invoke_completion(&self.uri, line, column)
            .answer()
            .await
            .unwrap();
        serde_json::from_value::<editor::InlineCompletionList>(answer)
            .unwrap()
            .items
    }
    async fn receipt(&self) -> Receipt {
        serde_json::from_value(self.sidecar.notification(editor::method::RECEIPT).await).unwrap()
    }
    async fn balance(&self) -> protocol::api::Balance {
        let parameters = json!({"refresh": true});
        self.sidecar
            .call::<editor::BalanceResult>(editor::method::BALANCE, parameters)
            .await
            .balance
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_redeems_completes_chats_and_pays_by_exactly_what_was_used() {
    let desk = desk(&priced()).await;
    let Desk { gateway, sidecar, .. } = &desk;
    let account = desk.redeem("2.00").await;
    assert_eq!(account.balance.display, "$2.00");
    assert_eq!(
        account.gateway_url.trim_end_matches('/'),
        gateway.admin().gateway_url
    );
    sidecar
        .notification_where(editor::method::STATUS, |status| status["state"] == "ready")
        .await;

    sidecar.open(&desk.uri, "rust", DOCUMENT);
    let items = desk.complete().await;
    let item = items.first().expect("the document itself says what follows");
    assert!(item.insert_text.starts_with("height: u32)"), "{item:?}");
    assert_eq!(item.command.command, "tokenTracker.completionAccepted");
    assert_eq!(item.command.arguments, [json!(item.id)]);
    let completion = desk.receipt().await;
    assert_eq!(
        (completion.kind, &*completion.model),
        (protocol::RequestKind::Completion, "builtin/lookup")
    );
    assert!(completion.cost_nano_usd > Money::ZERO);

    let question = json!({"message": "What can you do?"});
    let chat: editor::ChatResult = sidecar.call(editor::method::CHAT, question).await;
    let deltas = sidecar.notifications(editor::method::CHAT_DELTA);
    let text: String = deltas
        .iter()
        .map(|delta| delta["text"].as_str().unwrap())
        .collect();
    assert!(
        text.to_lowercase().contains("built-in"),
        "it says what it is: {text}"
    );
    assert!(deltas.iter().all(|delta| delta["messageId"] == chat.message_id));
    let receipt = desk.receipt().await;
    assert_eq!(receipt, chat.receipt);
    assert_eq!(
        (receipt.kind, &*receipt.model),
        (protocol::RequestKind::Chat, "builtin/help")
    );

    let rows = gateway.usage(account.balance.lots[0].id).await;
    assert_eq!(rows.len(), 2);
    let cost: i64 = rows.iter().map(|row| row.cost_nano_usd.nano_usd()).sum();
    for row in &rows {
        assert_eq!(row.cost_nano_usd, Price::USUAL.of(&row.usage), "{row:?}");
        assert_eq!(row.branch.as_deref(), Some("feature/volume"), "{row:?}");
    }
    assert_eq!(
        cost,
        completion.cost_nano_usd.nano_usd() + receipt.cost_nano_usd.nano_usd()
    );
    let balance = desk.balance().await;
    assert_eq!(balance.available_nano_usd.nano_usd(), 2_000_000_000 - cost);
    assert_eq!(balance, receipt.balance);

    let usage: editor::UsageResult = sidecar
        .call(editor::method::USAGE, json!({"groupBy": "kind"}))
        .await;
    assert_eq!(
        (usage.totals.requests, usage.totals.cost_nano_usd.nano_usd()),
        (2, cost)
    );
    verify_clean(gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_nothing_configured_the_built_in_models_are_free_and_work() {
    let desk = desk(&Config::new()).await;
    let account = desk.redeem("1").await;
    for model in ["builtin/lookup", "builtin/help"] {
        assert!(
            account.models.iter().any(|id| id == model),
            "{:?}",
            account.models
        );
    }
    desk.sidecar.open(&desk.uri, "rust", DOCUMENT);
    assert!(!desk.complete().await.is_empty());
    assert_eq!(desk.receipt().await.cost_nano_usd, Money::ZERO);
    let chat: editor::ChatResult = desk
        .sidecar
        .call(editor::method::CHAT, json!({"message": "Hello?"}))
        .await;
    assert_eq!(chat.receipt.cost_nano_usd, Money::ZERO);
    assert_eq!(desk.balance().await.display, "$1.00");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_leaves_nothing_behind() {
    let desk = desk(&Config::new()).await;
    desk.redeem("1").await;
    let _: Value = desk
        .sidecar
        .request(editor::method::SIGN_OUT, json!({}))
        .await
        .unwrap();
    let after: editor::AccountResult = desk.sidecar.call(editor::method::ACCOUNT, json!({})).await;
    assert_eq!(after.account, None);
    assert_eq!(
        desk.gateway.keys().await[0].devices_enrolled,
        0,
        "the place is free again"
    );
    let refused = desk
        .sidecar
        .request(editor::method::CHAT, json!({"message": "Hello?"}))
        .await
        .unwrap_err();
    assert_eq!(
        (&refused["code"], &refused["data"]["code"]),
        (&json!(-32000), &json!("not_signed_in"))
    );
    for file in desk.home.files() {
        let bytes = fs::read(&file).unwrap();
        assert!(
            memchr::memmem::find(&bytes, b"ttd_").is_none(),
            "{}",
            file.display()
        );
    }
    assert_eq!(desk.sidecar.shut_down().await, Some(0));
}

#[tokio::test]
async fn the_built_in_model_streams_like_any_other() {
    let gateway = Gateway::start(&priced()).await;
    let device = gateway.device("1").await;
    let seen = device.chat_stream("builtin/help").send().await.expect(200);
    assert!(sse::is_done(&seen.body), "{}", seen.text());
    assert!(!sse::text(&seen.body).is_empty());
    let receipt = sse::receipts(&seen.body).remove(0);
    let row = gateway.only_row(device.account.balance.lots[0].id).await;
    assert_eq!(receipt["costNanoUsd"], row.cost_nano_usd.to_string());
    assert!(row.cost_nano_usd > Money::ZERO && !row.estimated);

    let body = json!({"model": "builtin/lookup", "prompt": DOCUMENT, "suffix": "", "max_tokens": 32, "stream": true});
    let seen = device.post("/v1/completions", &body).send().await.expect(200);
    assert!(
        sse::text(&seen.body).starts_with("height: u32)"),
        "{}",
        seen.text()
    );
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn other_open_files_are_looked_up_too() {
    let gateway = Gateway::start(&Config::new()).await;
    let device = gateway.device("1").await;
    let body = json!({
        "model": "builtin/lookup",
        "prompt": "fn main() {\n    let total = invoice_total_",
        "suffix": "",
        "max_tokens": 32,
        "context": [{"path": "src/invoice.rs", "text": "let total = invoice_total_in_cents(lines);\n"}],
    });
    let seen = device.post("/v1/completions", &body).send().await.expect(200);
    let text = seen.json()["choices"][0]["text"].as_str().unwrap().to_owned();
    assert!(text.starts_with("in_cents(lines);"), "{text:?}");
}
