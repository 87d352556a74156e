use std::{process::Command, time::Instant};

use serde_json::{Value, json};

use crate::{
    editor::{Editor, Setup, initialize},
    gateway::{Gateway, Reply},
    within,
};

#[tokio::test]
async fn initialize_declares_what_the_contract_says() {
    let setup = Setup::default();
    let mut editor = Editor::spawn(&setup);
    let answer = editor.request("initialize", initialize(&setup)).result().await;
    assert_eq!(
        answer["serverInfo"],
        json!({"name": "token-tracker", "version": env!("CARGO_PKG_VERSION")})
    );
    let capabilities = &answer["capabilities"];
    assert_eq!(
        capabilities["textDocumentSync"],
        json!({"openClose": true, "change": 2})
    );
    assert_eq!(capabilities["inlineCompletionProvider"], true);
    assert_eq!(capabilities["experimental"]["tokenTracker"]["protocolVersion"], 1);
    editor.leave().await;
}

#[tokio::test]
async fn another_protocol_version_is_refused_with_a_next_step() {
    let setup = Setup::default();
    let mut editor = Editor::spawn(&setup);
    let mut params = initialize(&setup);
    params["initializationOptions"]["protocolVersion"] = json!(99);
    let error = editor.request("initialize", params).error().await;
    assert_eq!(error["code"], -32000);
    assert_eq!(error["data"]["code"], "invalid_request");
}

#[tokio::test]
async fn options_may_be_absent() {
    let setup = Setup::default();
    for options in [Value::Null, json!({})] {
        let mut editor = Editor::spawn(&setup);
        let mut params = initialize(&setup);
        params["initializationOptions"] = options;
        let answer = editor.request("initialize", params).result().await;
        // An editor without our extension runs the command through us.
        assert_eq!(
            answer["capabilities"]["executeCommandProvider"]["commands"],
            json!(["tokenTracker.completionAccepted"])
        );
        editor.leave().await;
    }
}

#[tokio::test]
async fn exit_without_shutdown_is_code_1() {
    let mut editor = Editor::start(Setup::default()).await;
    editor.notify("exit", &Value::Null);
    assert_eq!(editor.exit_code().await, Some(1));
}

#[tokio::test]
async fn the_end_of_input_ends_the_process() {
    let mut editor = Editor::start(Setup::default()).await;
    editor.hang_up();
    assert_eq!(editor.exit_code().await, Some(1));
}

#[tokio::test]
async fn shutdown_exit_and_end_in_one_go_are_answered_and_orderly() {
    let mut editor = Editor::start(Setup::default()).await;
    let answer = editor.request("shutdown", Value::Null);
    editor.notify("exit", &Value::Null);
    answer.result().await;
    assert_eq!(editor.exit_code().await, Some(0));
}

#[tokio::test]
async fn a_hung_upstream_delays_no_exit() {
    let gateway = Gateway::start().await;
    gateway.always(Reply::ThenSilence(vec![]));
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    editor.open("file:///w/a.rs", "rust", "let a = \n");
    let _pending = editor.complete("file:///w/a.rs", (0, 8), 1);
    gateway.wait_for_asked("/v1/completions", 1).await;
    let started = Instant::now();
    editor.notify("exit", &Value::Null);
    assert_eq!(editor.exit_code().await, Some(1));
    // The promise is 50 ms; a loaded machine gets some more, a hang none.
    assert!(started.elapsed().as_millis() < 500, "{:?}", started.elapsed());
    gateway.wait_for_closed(1).await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_sidecar_leaves_when_the_editor_is_killed() {
    let mut parent = Command::new("sleep").arg("600").spawn().unwrap();
    let setup = Setup {
        process_id: Some(parent.id()),
        ..Setup::default()
    };
    // The pipe stays open here, as it does where something inherited it.
    let mut editor = Editor::start(setup).await;
    parent.kill().unwrap();
    parent.wait().unwrap();
    assert_eq!(editor.exit_code().await, Some(1));
}

#[tokio::test]
async fn broken_messages_are_answered_and_survived() {
    let mut editor = Editor::start(Setup::default()).await;
    editor.send_raw(b"Content-Length: 9\r\n\r\n{\"broken\"");
    editor.send_raw(b"Content-Length: 2\r\n\r\n[]");
    for code in [-32700, -32600] {
        let stray = editor.notification("stray").await;
        assert_eq!(
            (&stray["id"], &stray["error"]["code"]),
            (&Value::Null, &json!(code))
        );
    }
    let account = editor.request("tokenTracker/account", json!({})).result().await;
    assert_eq!(account["account"], Value::Null);
    editor.leave().await;
}

#[tokio::test]
async fn unknown_methods_and_wrong_params_are_refused() {
    let mut editor = Editor::start(Setup::default()).await;
    let error = editor.request("tokenTracker/nothing", json!({})).error().await;
    assert_eq!(error["code"], -32601);
    let error = editor
        .request("tokenTracker/redeem", json!({"key": 7}))
        .error()
        .await;
    assert_eq!(error["code"], -32000);
    assert_eq!(error["data"]["code"], "invalid_request");
    let error = editor
        .request("tokenTracker/usage", json!({"since": "yesterday"}))
        .error()
        .await;
    assert_eq!(error["data"]["code"], "invalid_request");
    editor.leave().await;
}

#[test]
fn the_version_is_printed_and_unknown_arguments_are_refused() {
    let sidecar = env!("CARGO_BIN_EXE_token-tracker-sidecar");
    let version = Command::new(sidecar).arg("--version").output().unwrap();
    assert!(version.status.success());
    assert!(String::from_utf8_lossy(&version.stdout).starts_with("token-tracker-sidecar "));
    let refused = Command::new(sidecar).arg("--nonsense").output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
}

#[tokio::test]
async fn an_editor_that_never_tells_its_settings_gets_the_defaults() {
    let gateway = Gateway::start().await;
    let setup = Setup::default();
    let mut editor = Editor::spawn(&setup);
    let mut params = initialize(&setup);
    params["capabilities"] = json!({});
    editor.request("initialize", params).result().await;
    // Not even `initialized` is needed.
    let account = within("redeeming", editor.redeem(&gateway)).await;
    assert_eq!(account["deviceName"], "laptop");
    editor.leave().await;
}
