#![cfg(unix)]

use std::{fs, os::unix::fs::PermissionsExt, sync::Arc};

use serde_json::json;

use crate::{
    editor::{Editor, KEY, Setup},
    gateway::Gateway,
};

fn mode(path: &std::path::Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_named_file_is_written_private_read_again_and_removed() {
    let gateway = Gateway::start().await;
    let home = Arc::new(tempfile::tempdir().unwrap());
    let file = home.path().join("secret/credential");
    let setup = || Setup {
        home: Some(Arc::clone(&home)),
        environment: vec![("TOKEN_TRACKER_CREDENTIAL_FILE".into(), file.display().to_string())],
        ..Setup::default()
    };
    let mut editor = Editor::start(setup()).await;
    let account = editor.redeem(&gateway).await;
    assert_eq!(account["credentialStore"], "file");
    assert_eq!(fs::read_to_string(&file).unwrap(), "ttd_CANARY_1\n");
    assert_eq!(mode(&file), 0o600);
    assert!(editor.secrets().is_empty(), "the editor's store is not touched");
    editor.leave().await;

    let mut editor = Editor::start(setup()).await;
    editor.status("ready").await;
    editor.request("tokenTracker/signOut", json!({})).result().await;
    assert!(!file.exists());
    editor.leave().await;
}

#[tokio::test]
async fn a_file_that_others_can_read_is_refused() {
    let gateway = Gateway::start().await;
    let home = Arc::new(tempfile::tempdir().unwrap());
    let file = home.path().join("credential");
    fs::write(&file, "ttd_CANARY_9\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let setup = Setup {
        home: Some(home),
        environment: vec![
            ("TOKEN_TRACKER_CREDENTIAL_FILE".into(), file.display().to_string()),
            ("TOKEN_TRACKER_GATEWAY_URL".into(), gateway.url()),
        ],
        ..Setup::default()
    };
    let editor = Editor::start(setup).await;
    let status = editor.status("error").await;
    assert!(status["problem"]["hint"].as_str().unwrap().contains("chmod 600"));
    assert!(gateway.asked("/api/v1/me").is_empty());
    editor.leave().await;
}

#[tokio::test]
async fn a_variable_signs_in_without_redeeming_and_is_not_replaced() {
    let gateway = Gateway::start().await;
    let setup = Setup {
        environment: vec![
            ("TOKEN_TRACKER_CREDENTIAL".into(), "ttd_CANARY_ENV".into()),
            ("TOKEN_TRACKER_GATEWAY_URL".into(), gateway.url()),
        ],
        ..Setup::default()
    };
    let mut editor = Editor::start(setup).await;
    editor.status("ready").await;
    let account = editor.request("tokenTracker/account", json!({})).result().await;
    assert_eq!(account["account"]["credentialStore"], "environment");
    let params = json!({"gatewayUrl": gateway.url(), "key": KEY});
    let error = editor.request("tokenTracker/redeem", params).error().await;
    assert_eq!(error["data"]["code"], "invalid_request");
    assert!(gateway.asked("/api/v1/redeem").is_empty(), "the key is not spent");
    editor.leave().await;
}

#[tokio::test]
async fn what_the_sidecar_writes_is_private() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    editor
        .request("tokenTracker/chat", json!({"message": "Why?"}))
        .result()
        .await;
    editor.notification("tokenTracker/chatDelta").await;
    editor.notification("tokenTracker/receipt").await;
    editor.request("tokenTracker/usage", json!({})).result().await;
    let data = editor.data_dir();
    assert_eq!(mode(&data), 0o700);
    for name in ["device.json", "usage.db", "sidecar.log"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    for entry in fs::read_dir(data.join("conversations")).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    editor.leave().await;
}
