//! One data directory belongs to one `serve`, and to its owner alone.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use rustix::process::Signal;
use serde_json::Value;
use tests::{Config, Gateway, Request, Serve, token_tracker, within};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_owner_s_credential_is_for_the_owner_s_eyes() {
    let mut gateway = Gateway::start(&Config::new()).await;
    let file = gateway.home().data_dir().join("admin.json");
    assert_eq!(mode(&file), 0o600);
    let text: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let members: Vec<&String> = text.as_object().unwrap().keys().collect();
    assert_eq!(members, ["credential", "gatewayUrl"]);
    let before = gateway.admin().clone();
    assert!(before.credential.starts_with("tta_"));
    assert!(gateway.stop().await.success());
    gateway.restart().await;
    assert_ne!(
        gateway.admin().credential,
        before.credential,
        "each start makes a new one"
    );
    let old = Request::get(&gateway.url("/api/v1/keys")).bearer(&before.credential);
    old.send().await.expect(401);
}

#[tokio::test]
async fn whoever_finds_it_may_tell_it_to_stop_at_once() {
    let mut gateway = Gateway::idle(Serve::new(&Config::new()));
    let file = gateway.home().data_dir().join("admin.json");
    for signal in [Signal::TERM, Signal::INT].repeat(10) {
        fs::remove_file(&file).ok();
        gateway.spawn();
        // No pause between two looks: the signals are to come as early as anybody could send them.
        within("admin.json", async {
            while !file.exists() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        gateway.signal(Signal::HUP);
        gateway.signal(signal);
        let status = gateway.wait().await;
        assert!(status.success(), "{signal:?}: {status}");
    }
}

#[tokio::test]
async fn nothing_in_it_is_readable_by_others() {
    let gateway = Gateway::start(&Config::new()).await;
    gateway.device("1").await;
    let data = gateway.home().data_dir();
    let mut seen = 0;
    for file in gateway
        .home()
        .files()
        .iter()
        .filter(|file| file.starts_with(&data))
    {
        assert_eq!(mode(file) & 0o077, 0, "{}", file.display());
        seen += 1;
    }
    assert!(seen >= 3, "a database, a secret and admin.json");
    assert_eq!(mode(&data.join("secrets")), 0o700);
}

#[tokio::test]
async fn a_second_serve_leaves_with_code_4_and_disturbs_nobody() {
    let gateway = Gateway::start(&Config::new()).await;
    let admin = gateway.admin().clone();
    let second = gateway.cli(&["serve", "--listen", "127.0.0.1:0"]).await.expect(4);
    assert_eq!(second.stdout, "");
    assert!(!second.stderr.is_empty());
    let kept: tests::Admin =
        serde_json::from_slice(&fs::read(gateway.home().data_dir().join("admin.json")).unwrap()).unwrap();
    assert_eq!(kept, admin);
    Request::get(&gateway.url("/readyz")).send().await.expect(200);
}

#[tokio::test]
async fn a_key_file_that_others_can_read_or_a_lost_secret_is_not_served_on() {
    let mut gateway = Gateway::start(&Config::new()).await;
    gateway.device("1").await;
    gateway.stop().await;
    // Without its pepper no credential could ever be recognised again: say so instead of starting anew.
    let secrets = gateway.home().data_dir().join("secrets");
    for file in fs::read_dir(&secrets).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    let refused = gateway.cli(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(matches!(refused.code, Some(1 | 4)), "{refused:?}");
    assert!(!refused.stderr.is_empty());
}

#[tokio::test]
async fn a_database_that_was_damaged_is_not_served() {
    let mut gateway = Gateway::start(&Config::new()).await;
    gateway.device("1").await;
    assert!(gateway.stop().await.success());
    let file = gateway.home().data_dir().join("gateway.db");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[100..middle] {
        *byte ^= 0x5a;
    }
    fs::write(&file, bytes).unwrap();
    let refused = gateway.cli(&["serve", "--listen", "127.0.0.1:0"]).await;
    assert!(matches!(refused.code, Some(1 | 4)), "{refused:?}");
}

#[tokio::test]
async fn an_unknown_key_of_the_configuration_names_the_nearest() {
    let serve = Serve::new(&Config::new().line("listne = \"127.0.0.1:0\""));
    let home = serve.home();
    let output = home
        .command(token_tracker())
        .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(home.data_dir())
        .arg("--config")
        .arg(home.config_file())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{stderr}");
    assert!(stderr.contains("listne") && stderr.contains("listen"), "{stderr}");
}

#[tokio::test]
async fn clear_text_on_a_public_address_is_refused() {
    let gateway = Gateway::start(&Config::new()).await;
    let home = tests::Home::new();
    let data = home.data_dir();
    let output = home
        .command(token_tracker())
        .args(["serve", "--listen", "0.0.0.0:0", "--data-dir"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(!output.status.success(), "plain HTTP binds loopback only");
    drop(gateway);
}
