use std::sync::Arc;

use serde_json::{Value, json};

use crate::{
    editor::{Editor, KEY, Setup},
    gateway::Gateway,
};

#[tokio::test]
async fn from_redeeming_to_signing_out() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::start(Setup::default()).await;
    let status = editor.status("signedOut").await;
    assert_eq!(status["problem"]["code"], "not_signed_in");
    let nobody = editor.request("tokenTracker/account", json!({})).result().await;
    assert_eq!(nobody, json!({"account": null}));
    let error = editor.request("tokenTracker/balance", json!({})).error().await;
    assert_eq!(
        (&error["code"], &error["data"]["code"]),
        (&json!(-32000), &json!("not_signed_in"))
    );

    let account = editor.redeem(&gateway).await;
    assert_eq!(account["gatewayUrl"], gateway.url());
    assert_eq!(account["credentialStore"], "editor");
    assert_eq!(account["models"], json!(["talker", "coder"]));
    let status = editor.status("ready").await;
    assert_eq!(status["credentialStore"], "editor");
    let asked = &gateway.asked("/api/v1/redeem")[0];
    assert_eq!(asked.body["key"], KEY);
    assert_eq!(asked.body["deviceName"], "laptop");
    assert!(asked.header("idempotency-key").is_some());
    assert!(asked.header("authorization").is_none());

    let balance = editor
        .request("tokenTracker/balance", json!({"refresh": true}))
        .result()
        .await;
    assert_eq!(balance["balance"], gateway.balance());
    let models = editor.request("tokenTracker/models", Value::Null).result().await;
    assert_eq!(models["models"][1]["capabilities"], json!(["completion"]));

    let secrets = editor.secrets();
    assert_eq!(secrets.values().collect::<Vec<_>>(), ["ttd_CANARY_1"]);
    assert!(secrets.keys().all(|name| name.starts_with(&gateway.url())));

    assert_eq!(
        editor.request("tokenTracker/signOut", json!({})).result().await,
        json!({})
    );
    editor.status("signedOut").await;
    assert!(editor.secrets().is_empty());
    let revoked = gateway.asked("/api/v1/devices/00000000-0000-0000-0000-000000000001");
    assert_eq!(revoked[0].method, "DELETE");
    assert!(!editor.data_dir().join("device.json").exists());
    editor.leave().await;
}

#[tokio::test]
async fn a_restart_finds_the_credential_again() {
    let gateway = Gateway::start().await;
    let editor = Editor::signed_in(&gateway, Setup::default()).await;
    let (home, secrets) = (Arc::clone(&editor.home), editor.secrets());
    editor.leave().await;

    let setup = Setup {
        home: Some(home),
        ..Setup::default()
    };
    let mut editor = Editor::spawn(&setup);
    editor.put_secrets(secrets);
    editor
        .request("initialize", crate::editor::initialize(&setup))
        .result()
        .await;
    editor.notify("initialized", &json!({}));
    let status = editor.status("ready").await;
    assert_eq!(status["balance"], gateway.balance());
    let account = editor.request("tokenTracker/account", json!({})).result().await;
    assert_eq!(account["account"]["deviceName"], "laptop");
    editor.leave().await;
}

#[tokio::test]
async fn redeeming_again_frees_the_place_of_the_device_before() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::signed_in(&gateway, Setup::default()).await;
    let account = editor.redeem(&gateway).await;
    assert_eq!(account["deviceId"], "00000000-0000-0000-0000-000000000002");
    let revoked = gateway.asked("/api/v1/devices/00000000-0000-0000-0000-000000000001");
    assert_eq!(revoked.len(), 1);
    // And only the new credential is kept.
    assert_eq!(editor.secrets().values().collect::<Vec<_>>(), ["ttd_CANARY_2"]);
    editor.leave().await;
}

#[tokio::test]
async fn a_link_names_the_gateway_itself() {
    let gateway = Gateway::start().await;
    let mut editor = Editor::start(Setup::default()).await;
    let link = format!("{}/redeem#{KEY}", gateway.url());
    let params = json!({"gatewayUrl": "", "key": link});
    let account = editor.request("tokenTracker/redeem", params).result().await;
    assert_eq!(account["account"]["gatewayUrl"], gateway.url());
    assert_eq!(gateway.asked("/api/v1/redeem")[0].body["key"], KEY);
    editor.leave().await;
}

#[tokio::test]
async fn redeeming_in_the_clear_beyond_this_machine_is_refused() {
    let mut editor = Editor::start(Setup::default()).await;
    let params = json!({"gatewayUrl": "http://gateway.example.com", "key": KEY});
    let error = editor.request("tokenTracker/redeem", params).error().await;
    assert_eq!(error["data"]["code"], "insecure_url");
    editor.leave().await;
}

#[tokio::test]
async fn a_refused_key_leaves_everything_as_it_was() {
    let gateway = Gateway::start().await;
    gateway.refuse(403, "key_refused");
    let mut editor = Editor::start(Setup::default()).await;
    let params = json!({"gatewayUrl": gateway.url(), "key": KEY});
    let error = editor.request("tokenTracker/redeem", params).error().await;
    assert_eq!(error["data"]["code"], "key_refused");
    assert!(!error.to_string().contains("CANARY"));
    assert!(editor.secrets().is_empty());
    editor.leave().await;
}

#[tokio::test]
async fn without_any_store_a_key_is_not_kept_and_its_place_is_freed() {
    let gateway = Gateway::start().await;
    let setup = Setup {
        secret_storage: false,
        ..Setup::default()
    };
    let mut editor = Editor::start(setup).await;
    let params = json!({"gatewayUrl": gateway.url(), "key": KEY});
    let error = editor.request("tokenTracker/redeem", params).error().await;
    assert_eq!(error["data"]["code"], "not_signed_in");
    let freed = gateway.asked("/api/v1/devices/00000000-0000-0000-0000-000000000001");
    assert_eq!(freed.len(), 1);
    editor.leave().await;
}
