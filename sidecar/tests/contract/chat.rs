use std::fs;

use serde_json::{Value, json};

use crate::{
    editor::{Editor, Setup},
    gateway::{COST, Gateway, Reply},
};

fn pieces(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn an_answer_streams_and_its_receipt_comes_before_the_result() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::Pieces(pieces(&["Be", "cause ", "é😀."])));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    let pending = editor.request("tokenTracker/chat", json!({"message": "Why?"}));
    let id = pending.id;
    let result = pending.result().await;
    let deltas = editor.drain("tokenTracker/chatDelta");
    let text: String = deltas
        .iter()
        .map(|delta| delta["text"].as_str().unwrap())
        .collect();
    assert_eq!(text, "Because é😀.");
    assert_eq!(deltas[0]["messageId"], result["messageId"]);
    assert_eq!(deltas[0]["conversationId"], result["conversationId"]);
    assert_eq!(result["finishReason"], "stop");

    let receipt = editor.notification("tokenTracker/receipt").await;
    assert_eq!(receipt, result["receipt"]);
    assert_eq!(receipt["kind"], "chat");
    assert_eq!(receipt["model"], "talker");
    assert_eq!(receipt["costNanoUsd"], COST.to_string());

    let all = editor.everything();
    let place = |wanted: &dyn Fn(&Value) -> bool| all.iter().position(wanted).unwrap();
    let last_delta = all
        .iter()
        .rposition(|one| one["method"] == "tokenTracker/chatDelta")
        .unwrap();
    let receipt_at = place(&|one| one["method"] == "tokenTracker/receipt");
    let result_at = place(&|one| one["id"] == id && one.get("result").is_some());
    assert!(last_delta < receipt_at && receipt_at < result_at);

    let asked = &gateway.asked("/v1/chat/completions")[0];
    assert_eq!(asked.header("x-token-tracker-receipt"), Some("1"));
    assert_eq!(asked.header("x-token-tracker-kind"), Some("chat"));
    assert!(asked.header("x-token-tracker-client-request-id").is_some());
    assert_eq!(asked.body["stream"], true);

    let usage = editor
        .request("tokenTracker/usage", json!({"groupBy": "model"}))
        .result()
        .await;
    assert_eq!(
        usage["rows"],
        json!([{
            "key": "talker", "requests": 1, "inputTokens": 10, "outputTokens": 5, "cacheReadTokens": 2,
            "cacheWriteTokens": 1, "costNanoUsd": COST.to_string(), "shown": 0, "accepted": 0,
        }])
    );
    assert_eq!(gateway.spent(), COST);
    editor.leave().await;
}

#[tokio::test]
async fn a_conversation_goes_on_is_listed_and_deleted() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    let first = editor
        .request("tokenTracker/chat", json!({"message": "First?"}))
        .result()
        .await;
    let id = first["conversationId"].clone();
    editor
        .request(
            "tokenTracker/chat",
            json!({"conversationId": id, "message": "Second?"}),
        )
        .result()
        .await;
    let asked = gateway.asked("/v1/chat/completions");
    let said: Vec<_> = asked[1].body["messages"].as_array().unwrap()[1..]
        .iter()
        .map(|message| message["content"].as_str().unwrap())
        .collect();
    assert_eq!(said, ["First?", "answer", "Second?"]);

    let listed = editor
        .request("tokenTracker/conversations", json!({}))
        .result()
        .await;
    assert_eq!(listed["conversations"][0]["title"], "First?");
    assert_eq!(listed["conversations"][0]["messages"], 4);
    let kept = editor
        .request("tokenTracker/conversation", json!({"conversationId": id}))
        .result()
        .await;
    assert_eq!(kept["messages"][1]["receipt"], first["receipt"]);
    assert_eq!(kept["messages"][1]["role"], "assistant");

    editor
        .request("tokenTracker/deleteConversation", json!({"all": true}))
        .result()
        .await;
    let listed = editor
        .request("tokenTracker/conversations", json!({}))
        .result()
        .await;
    assert_eq!(listed["conversations"], json!([]));
    let error = editor
        .request("tokenTracker/conversation", json!({"conversationId": id}))
        .error()
        .await;
    assert_eq!(error["data"]["code"], "not_found");
    editor.drain("tokenTracker/chatDelta");
    editor.drain("tokenTracker/receipt");
    editor.leave().await;
}

#[tokio::test]
async fn a_stopped_answer_is_kept_as_far_as_it_came_and_paid() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::ThenSilence(pieces(&["Half an"])));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    let pending = editor.request("tokenTracker/chat", json!({"message": "Why?"}));
    let delta = editor.notification("tokenTracker/chatDelta").await;
    assert_eq!(delta["text"], "Half an");
    editor.cancel(pending.id);
    assert_eq!(pending.error().await["code"], -32800);
    gateway.wait_for_closed(1).await;
    let receipt = editor.notification("tokenTracker/receipt").await;
    assert_eq!(receipt["estimated"], true);
    let kept = editor
        .request(
            "tokenTracker/conversation",
            json!({"conversationId": delta["conversationId"]}),
        )
        .result()
        .await;
    assert_eq!(kept["messages"][1]["text"], "Half an");
    editor.leave().await;
}

#[tokio::test]
async fn a_receipt_that_does_not_come_with_the_answer_is_looked_up() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::WithoutReceipt(pieces(&["Yes."])));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    let result = editor
        .request("tokenTracker/chat", json!({"message": "Why?"}))
        .result()
        .await;
    assert_eq!(
        result["receipt"],
        editor.notification("tokenTracker/receipt").await
    );
    editor.notification("tokenTracker/chatDelta").await;
    editor.leave().await;
}

#[tokio::test]
async fn files_come_along_and_secret_ones_never_do() {
    let gateway = Gateway::start().await;
    let home = tempfile::tempdir().unwrap();
    let work = home.path().join("work");
    fs::create_dir_all(work.join(".git")).unwrap();
    fs::write(work.join(".git/HEAD"), "ref: refs/heads/topic/x\n").unwrap();
    fs::write(
        work.join(".git/config"),
        "[remote \"origin\"]\nurl = https://me:hunter2@host.example/acme/shop.git\n",
    )
    .unwrap();
    let setup = Setup {
        folder: Some(work.clone()),
        ..Setup::default()
    };
    let mut editor = Editor::signed_in(&gateway, setup).await;
    fs::write(work.join("c.rs"), "fn on_disk() {}\n").unwrap();
    fs::write(work.join("HUSH.pem"), "HUSH-3").unwrap();
    std::os::unix::fs::symlink(work.join("HUSH.pem"), work.join("innocent.txt")).unwrap();
    fs::write(home.path().join("outside.txt"), "HUSH-4").unwrap();
    let uri = |name: &str| format!("file://{}/{name}", work.display());
    editor.open(&uri("src/a.rs"), "rust", "fn open() {}\n");
    editor.open(&uri(".env"), "dotenv", "TOKEN=HUSH-1\n");
    let context = json!([
        {"uri": uri("src/a.rs")},
        {"uri": uri("b.rs"), "text": "fn given() {}"},
        {"uri": uri(".env")},
        {"uri": uri("server.pem"), "text": "HUSH-2"},
        {"uri": uri("c.rs")},
        {"uri": uri("innocent.txt")},
        {"uri": uri("../outside.txt")},
    ]);
    editor
        .request(
            "tokenTracker/chat",
            json!({"message": "Why?", "context": context}),
        )
        .result()
        .await;
    let asked = &gateway.asked("/v1/chat/completions")[0];
    let sent = asked.body.to_string();
    for part in [
        "src/a.rs",
        "fn open()",
        "b.rs",
        "fn given()",
        "fn on_disk()",
        ".env: left out",
    ] {
        assert!(sent.contains(part), "{part}");
    }
    for part in ["HUSH", "hunter2", &*work.display().to_string()] {
        assert!(!sent.contains(part), "{part}");
    }
    assert_eq!(
        asked.header("x-token-tracker-repository"),
        Some("host.example/acme/shop")
    );
    assert_eq!(asked.header("x-token-tracker-branch"), Some("topic/x"));
    let usage = editor
        .request("tokenTracker/usage", json!({"groupBy": "branch"}))
        .result()
        .await;
    assert_eq!(usage["rows"][0]["key"], "topic/x");
    editor.drain("tokenTracker/chatDelta");
    editor.notification("tokenTracker/receipt").await;
    editor.leave().await;
}

#[tokio::test]
async fn one_question_at_a_time_in_a_conversation() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::ThenSilence(pieces(&["Hm"])));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    let running = editor.request("tokenTracker/chat", json!({"message": "Why?"}));
    let id = editor.notification("tokenTracker/chatDelta").await["conversationId"].clone();
    let second = json!({"conversationId": id, "message": "And?"});
    let error = editor.request("tokenTracker/chat", second).error().await;
    assert_eq!(error["data"]["code"], "invalid_request");
    editor.cancel(running.id);
    running.error().await;
    editor.notification("tokenTracker/receipt").await;
    editor.leave().await;
}
