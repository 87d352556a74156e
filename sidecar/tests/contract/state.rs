use serde_json::{Value, json};

use crate::{
    editor::{Editor, Setup},
    gateway::{Gateway, Reply},
};

const URI: &str = "file:///w/a.rs";

fn refused(status: u16, code: &'static str, retry_after: Option<u32>) -> Reply {
    Reply::Refused {
        status,
        code,
        retry_after,
    }
}

async fn ask(editor: &mut Editor, trigger_kind: u8) -> Value {
    editor.complete(URI, (0, 8), trigger_kind).result().await
}

#[tokio::test]
async fn spent_credit_stops_automatic_requests_until_there_is_more() {
    let gateway = Gateway::start().await;
    gateway.next(refused(402, "insufficient_credit", None));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    editor.open(URI, "rust", "let a = ");
    assert_eq!(ask(&mut editor, 2).await, json!({"items": []}));
    let status = editor.status("exhausted").await;
    assert_eq!(status["problem"]["code"], "insufficient_credit");
    assert_eq!(ask(&mut editor, 2).await, json!({"items": []}));
    assert_eq!(gateway.asked("/v1/completions").len(), 1);

    // What the person asks for is tried all the same.
    gateway.next(refused(402, "insufficient_credit", None));
    assert_eq!(ask(&mut editor, 1).await, json!({"items": []}));
    assert_eq!(gateway.asked("/v1/completions").len(), 2);

    let mut more = gateway.balance();
    more["availableNanoUsd"] = json!("9000000000");
    more["grantedNanoUsd"] = json!("9000000000");
    gateway.tell(&json!({"type": "balance", "balance": more})).await;
    editor.status("ready").await;
    assert_eq!(ask(&mut editor, 2).await["items"][0]["insertText"], "answer");
    editor.notification("tokenTracker/receipt").await;
    editor.leave().await;
}

#[tokio::test]
async fn a_rate_limit_pauses_automatic_requests_only() {
    let gateway = Gateway::start().await;
    gateway.next(refused(429, "rate_limited", Some(600)));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    editor.open(URI, "rust", "let a = ");
    assert_eq!(ask(&mut editor, 2).await, json!({"items": []}));
    let status = editor
        .notification_where("tokenTracker/status", |status| {
            status["problem"]["code"] == "rate_limited"
        })
        .await;
    assert_ne!(status["state"], "exhausted");
    assert_eq!(ask(&mut editor, 2).await, json!({"items": []}));
    assert_eq!(gateway.asked("/v1/completions").len(), 1);
    assert_eq!(ask(&mut editor, 1).await["items"][0]["insertText"], "answer");
    editor.notification("tokenTracker/receipt").await;
    editor.leave().await;
}

#[tokio::test]
async fn a_gateway_that_goes_is_offline_and_says_so() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    editor.open(URI, "rust", "let a = ");
    drop(gateway);
    assert_eq!(ask(&mut editor, 1).await, json!({"items": []}));
    let status = editor.status("offline").await;
    assert_eq!(status["problem"]["code"], "gateway_unreachable");
    let error = editor
        .request("tokenTracker/chat", json!({"message": "Why?"}))
        .error()
        .await;
    assert_eq!(error["data"]["code"], "gateway_unreachable");
    // What is known of the account is still told.
    let account = editor.request("tokenTracker/account", json!({})).result().await;
    assert_eq!(account["account"]["deviceName"], "laptop");
    editor.leave().await;
}

#[tokio::test]
async fn a_revocation_signs_out_at_once() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    let message = "This device was revoked.";
    gateway
        .tell(&json!({"type": "revocation", "message": message}))
        .await;
    let status = editor.status("revoked").await;
    assert_eq!(status["problem"]["code"], "credential_revoked");
    assert_eq!(status["problem"]["message"], message);
    editor.open(URI, "rust", "let a = ");
    assert_eq!(ask(&mut editor, 1).await, json!({"items": []}));
    assert!(gateway.asked("/v1/completions").is_empty());
    let error = editor
        .request("tokenTracker/chat", json!({"message": "Why?"}))
        .error()
        .await;
    assert_eq!(error["data"]["code"], "credential_revoked");
    let account = editor.request("tokenTracker/account", json!({})).result().await;
    assert_eq!(account["account"], Value::Null);
    editor.leave().await;
}

#[tokio::test]
async fn a_revoked_credential_is_noticed_by_any_request() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    gateway.refuse(401, "credential_revoked");
    let error = editor
        .request("tokenTracker/balance", json!({"refresh": true}))
        .error()
        .await;
    assert_eq!(error["data"]["code"], "credential_revoked");
    editor.status("revoked").await;
    editor.leave().await;
}

#[tokio::test]
async fn work_is_shown_while_it_lasts_and_the_balance_falls_with_the_receipt() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    editor
        .request("tokenTracker/chat", json!({"message": "Why?"}))
        .result()
        .await;
    editor.status("working").await;
    let status = editor
        .notification_where("tokenTracker/status", |status| {
            status["state"] == "ready" && status["balance"] == gateway.balance()
        })
        .await;
    assert_eq!(status["balance"]["availableNanoUsd"], "4998500000");
    editor.notification("tokenTracker/chatDelta").await;
    editor.notification("tokenTracker/receipt").await;
    editor.leave().await;
}
