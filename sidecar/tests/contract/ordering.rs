use std::time::{Duration, Instant};

use serde_json::json;

use crate::{
    editor::{Editor, Setup},
    gateway::{Gateway, Reply},
};

const URI: &str = "file:///w/a.rs";

#[tokio::test]
async fn forty_pipelined_edits_are_seen_in_order() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    editor.open(URI, "rust", "");
    let mut expected = String::new();
    let mut answers = Vec::new();
    for version in 0..40 {
        let text = format!("{version:02}.");
        editor.insert(
            URI,
            version + 2,
            (0, u32::try_from(expected.len()).unwrap()),
            &text,
        );
        expected.push_str(&text);
        answers.push((
            expected.clone(),
            editor.complete(URI, (0, u32::try_from(expected.len()).unwrap()), 1),
        ));
    }
    let mut prompts = Vec::new();
    for (prompt, answer) in answers {
        answer.result().await;
        prompts.push(prompt);
    }
    let mut seen: Vec<_> = gateway
        .asked("/v1/completions")
        .iter()
        .map(|asked| asked.body["prompt"].as_str().unwrap().to_owned())
        .collect();
    // They run side by side; each saw the text as it was when it was asked.
    seen.sort();
    assert_eq!(seen, prompts);
    for _ in 0..40 {
        editor.notification("tokenTracker/receipt").await;
    }
    editor.leave().await;
}

#[tokio::test]
async fn cancelling_works_under_load_and_reaches_the_upstream() {
    let gateway = Gateway::start().await;
    gateway.always(Reply::ThenSilence(vec!["x".into()]));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    let mut slow = Vec::new();
    for number in 0..8 {
        let uri = format!("file:///w/{number}.rs");
        editor.open(&uri, "rust", "let a = ");
        slow.push(editor.complete(&uri, (0, 8), if number % 2 == 0 { 1 } else { 2 }));
    }
    gateway.wait_for_asked("/v1/completions", 8).await;

    let started = Instant::now();
    editor.request("tokenTracker/balance", json!({})).result().await;
    assert!(
        started.elapsed() < Duration::from_millis(250),
        "{:?}",
        started.elapsed()
    );

    for pending in &slow {
        editor.cancel(pending.id);
    }
    for pending in slow {
        assert_eq!(pending.error().await["code"], -32800);
    }
    gateway.wait_for_closed(8).await;
    // Cancelled ones are settled as well, and their receipts come.
    for _ in 0..8 {
        let receipt = editor.notification("tokenTracker/receipt").await;
        assert_eq!(receipt["estimated"], true);
    }
    let usage = editor
        .request("tokenTracker/usage", json!({"groupBy": "kind"}))
        .result()
        .await;
    assert_eq!(usage["totals"]["requests"], 8);
    editor.leave().await;
}

#[tokio::test]
async fn a_newer_automatic_request_makes_the_older_one_stale() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::ThenSilence(vec![]));
    gateway.next(Reply::text("42;"));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    editor.open(URI, "rust", "let a = \nlet b = \n");
    let old = editor.complete(URI, (0, 8), 2);
    gateway.wait_for_asked("/v1/completions", 1).await;
    let new = editor.complete(URI, (1, 8), 2);
    assert_eq!(old.result().await, json!({"items": []}));
    assert_eq!(new.result().await["items"][0]["insertText"], "42;");
    gateway.wait_for_closed(1).await;
    for _ in 0..2 {
        editor.notification("tokenTracker/receipt").await;
    }
    editor.leave().await;
}
