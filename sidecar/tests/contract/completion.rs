use serde_json::{Value, json};

use crate::{
    editor::{Editor, Setup},
    gateway::{COST, Gateway, Reply},
};

const URI: &str = "file:///w/a.rs";

async fn started(gateway: &Gateway) -> Editor {
    Editor::signed_in(gateway, Setup::default()).await
}

#[tokio::test]
async fn an_item_has_the_form_that_editors_expect() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::Pieces(vec!["vec![1".into(), ", 2];".into()]));
    let mut editor = started(&gateway).await;
    editor.open(URI, "rust", "fn f() {\n    let é😀 = ;\n}\n");
    let result = editor.complete(URI, (1, 14), 2).result().await;
    let item = &result["items"][0];
    let id = item["id"].clone();
    assert_eq!(item["insertText"], "vec![1, 2];");
    assert_eq!(
        item["range"],
        json!({"start": {"line": 1, "character": 14}, "end": {"line": 1, "character": 15}})
    );
    assert_eq!(item["command"]["command"], "tokenTracker.completionAccepted");
    assert_eq!(item["command"]["arguments"], json!([id]));

    let asked = &gateway.asked("/v1/completions")[0];
    assert_eq!(asked.body["model"], "coder");
    assert_eq!(asked.body["prompt"], "fn f() {\n    let é😀 = ");
    assert_eq!(asked.body["suffix"], ";\n}\n");
    assert_eq!(asked.body["stream"], true);
    assert_eq!(asked.header("x-token-tracker-kind"), Some("completion"));
    assert_eq!(asked.header("x-token-tracker-language"), Some("rust"));

    editor.notification("tokenTracker/receipt").await;
    let event = |event: &str| json!({"itemId": id, "event": event});
    editor.notify("tokenTracker/completionEvent", &event("shown"));
    editor.notify("tokenTracker/completionEvent", &event("shown"));
    let accepted = json!({"command": "tokenTracker.completionAccepted", "arguments": [id]});
    editor
        .request("workspace/executeCommand", accepted)
        .result()
        .await;
    let usage = editor
        .request("tokenTracker/usage", json!({"groupBy": "kind"}))
        .result()
        .await;
    let row = &usage["rows"][0];
    assert_eq!(
        (&row["key"], &row["shown"], &row["accepted"], &row["costNanoUsd"]),
        (
            &json!("completion"),
            &json!(1),
            &json!(1),
            &json!(COST.to_string())
        )
    );
    editor.leave().await;
}

#[tokio::test]
async fn typing_through_and_going_back_ask_nobody() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::text("compute()"));
    let mut editor = started(&gateway).await;
    editor.open(URI, "rust", "let a = ");
    let first = editor.complete(URI, (0, 8), 2).result().await;
    editor.insert(URI, 2, (0, 8), "com");
    let second = editor.complete(URI, (0, 11), 2).result().await;
    assert_eq!(second["items"][0]["insertText"], "pute()");
    assert_eq!(second["items"][0]["id"], first["items"][0]["id"]);
    // Something else is shown in between, then the cache knows the place again.
    gateway.next(Reply::text("other()"));
    editor.insert(URI, 3, (0, 11), "x");
    let other = editor.complete(URI, (0, 12), 2).result().await;
    assert_eq!(other["items"][0]["insertText"], "other()");
    editor.notify(
        "textDocument/didChange",
        &json!({
            "textDocument": {"uri": URI, "version": 4},
            "contentChanges": [{
                "range": {"start": {"line": 0, "character": 9}, "end": {"line": 0, "character": 12}},
                "text": "",
            }],
        }),
    );
    let back = editor.complete(URI, (0, 9), 2).result().await;
    assert_eq!(back["items"][0]["insertText"], "omx".to_owned() + "other()");
    assert_eq!(gateway.asked("/v1/completions").len(), 2);
    for _ in 0..2 {
        editor.notification("tokenTracker/receipt").await;
    }
    editor.leave().await;
}

#[tokio::test]
async fn a_place_that_was_seen_before_is_answered_from_the_cache() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::text("one()"));
    gateway.next(Reply::text("two()"));
    let mut editor = started(&gateway).await;
    editor.open(URI, "rust", "let a = \nlet b = \n");
    let first = editor.complete(URI, (0, 8), 2).result().await;
    editor.complete(URI, (1, 8), 2).result().await;
    let again = editor.complete(URI, (0, 8), 2).result().await;
    assert_eq!(again, first);
    assert_eq!(gateway.asked("/v1/completions").len(), 2);
    for _ in 0..2 {
        editor.notification("tokenTracker/receipt").await;
    }
    editor.leave().await;
}

#[tokio::test]
async fn a_running_request_is_taken_over_by_the_next_key() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::ThenSilence(vec!["comp".into()]));
    let mut editor = started(&gateway).await;
    editor.open(URI, "rust", "let a = ");
    let first = editor.complete(URI, (0, 8), 2);
    gateway.wait_for_asked("/v1/completions", 1).await;
    // As VS Code does: the edit, the cancel, the next request.
    editor.insert(URI, 2, (0, 8), "c");
    editor.cancel(first.id);
    let second = editor.complete(URI, (0, 9), 2);
    first.error().await;
    editor.cancel(second.id);
    second.error().await;
    gateway.wait_for_closed(1).await;
    assert_eq!(gateway.asked("/v1/completions").len(), 1);
    editor.notification("tokenTracker/receipt").await;
    editor.leave().await;
}

#[tokio::test]
async fn a_block_is_cut_where_it_closes_and_the_rest_is_not_paid() {
    let gateway = Gateway::start().await;
    let code = "\n    a();\n}\n\nfn another() {\n";
    gateway.next(Reply::ThenSilence(vec![code.into()]));
    let mut editor = started(&gateway).await;
    editor.open(URI, "rust", "fn f() {");
    let result = editor.complete(URI, (0, 8), 2).result().await;
    assert_eq!(result["items"][0]["insertText"], "\n    a();\n}");
    gateway.wait_for_closed(1).await;
    let receipt = editor.notification("tokenTracker/receipt").await;
    assert_eq!(receipt["kind"], "completion");
    editor.leave().await;
}

#[tokio::test]
async fn secret_files_are_never_sent_neither_as_document_nor_as_neighbour() {
    let gateway = Gateway::start().await;
    let mut editor = started(&gateway).await;
    let secret = "let shared_word = 1; // HUSH\n";
    for uri in ["file:///w/.env", "file:///w/id_rsa", "file:///w/.aws/config"] {
        editor.open(uri, "plaintext", secret);
        for trigger_kind in [1, 2] {
            let result = editor.complete(uri, (1, 0), trigger_kind).result().await;
            assert_eq!(result, json!({"items": []}));
        }
    }
    let status = editor
        .notification_where("tokenTracker/status", |status| {
            status["problem"]["code"] == "forbidden"
        })
        .await;
    assert!(status["problem"]["hint"].is_string());
    editor.open("file:///w/b.rs", "rust", "let shared_word = 2; // open\n");
    editor.open(URI, "rust", "let shared_word = ");
    editor.complete(URI, (0, 18), 2).result().await;
    let asked = gateway.asked("/v1/completions");
    assert_eq!(asked.len(), 1);
    assert!(!asked[0].body.to_string().contains("HUSH"));
    assert_eq!(asked[0].body["context"][0]["path"], "b.rs");
    editor.notification("tokenTracker/receipt").await;
    editor.leave().await;
}

#[tokio::test]
async fn nothing_is_said_where_nothing_can_be() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::start(Setup::default()).await;
    let empty = json!({"items": []});
    editor.open(URI, "rust", "let a = value");
    // Signed out, in the middle of a word, in a document that is not open.
    assert_eq!(editor.complete(URI, (0, 8), 1).result().await, empty);
    editor.redeem(&gateway).await;
    assert_eq!(editor.complete(URI, (0, 9), 2).result().await, empty);
    assert_eq!(editor.complete("file:///none", (0, 0), 1).result().await, empty);
    assert!(gateway.asked("/v1/completions").is_empty());
    editor.leave().await;
}

#[tokio::test]
async fn settings_switch_languages_and_models() {
    let gateway = Gateway::start().await;
    let setup = Setup {
        settings: json!({"completion": {
            "debounceMs": 0, "languages": {"*": true, "python": false}, "model": "chosen", "exclude": ["*.sql"],
        }}),
        ..Setup::default()
    };
    let mut editor = Editor::signed_in(&gateway, setup).await;
    for (uri, language) in [("file:///w/a.py", "python"), ("file:///w/a.sql", "sql")] {
        editor.open(uri, language, "let a = ");
        assert_eq!(
            editor.complete(uri, (0, 8), 2).result().await,
            json!({"items": []})
        );
    }
    editor.open(URI, "rust", "let a = ");
    editor.complete(URI, (0, 8), 2).result().await;
    let asked = gateway.asked("/v1/completions");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].body["model"], "chosen");
    editor.notification("tokenTracker/receipt").await;

    // Pushed settings replace them at once.
    let pushed = json!({"settings": {"tokenTracker": {"completion": {"enabled": false}}}});
    editor.notify("workspace/didChangeConfiguration", &pushed);
    editor.open("file:///w/b.rs", "rust", "let a = ");
    editor.request("tokenTracker/account", Value::Null).result().await;
    let off = editor.complete("file:///w/b.rs", (0, 8), 2).result().await;
    assert_eq!(off, json!({"items": []}));
    editor.leave().await;
}

#[tokio::test]
async fn the_entry_selected_in_the_editors_list_is_continued() {
    let gateway = Gateway::start().await;
    gateway.next(Reply::text("(1)"));
    let mut editor = started(&gateway).await;
    editor.open(URI, "rust", "list.pu");
    let range = json!({"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 7}});
    let params = json!({
        "textDocument": {"uri": URI}, "position": {"line": 0, "character": 7},
        "context": {"triggerKind": 2, "selectedCompletionInfo": {"range": range, "text": "push"}},
    });
    let result = editor
        .request("textDocument/inlineCompletion", params)
        .result()
        .await;
    assert_eq!(result["items"][0]["insertText"], "push(1)");
    assert_eq!(result["items"][0]["range"], range);
    assert_eq!(gateway.asked("/v1/completions")[0].body["prompt"], "list.push");
    editor.notification("tokenTracker/receipt").await;
    editor.leave().await;
}
