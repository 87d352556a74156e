//! The owner's and the device's first day at the command line, on the built-in model.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// A price for the built-in model, so that a balance has something to fall by.
const CONFIG: &str = r#"
public_url = "https://ai.example.com"

[[upstream]]
name = "cloud"
base_url = "http://127.0.0.1:9/v1"

[[model]]
id = "lookup"
upstream = "builtin"
upstream_model = "lookup"
capabilities = ["completion"]
price = { input = "3.00", output = "15.00" }
"#;

/// Longest wait for a start; a machine under load takes a while.
const START_TIME_MAX: Duration = Duration::from_secs(60);

struct Day {
    folder: TempDir,
    gateway: Child,
}

impl Day {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.toml"), CONFIG).unwrap();
        let gateway = command(folder.path())
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(folder.path().join("gateway"))
            .arg("--config")
            .arg(folder.path().join("config.toml"))
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut day = Self { folder, gateway };
        day.wait_until_ready();
        day
    }

    /// `status` of the owner says when the gateway takes requests.
    fn wait_until_ready(&mut self) {
        let stderr = self.gateway.stderr.take().unwrap();
        // The log has to be read, or a full pipe would stop the gateway.
        std::thread::spawn(move || {
            BufReader::new(stderr)
                .lines()
                .map_while(Result::ok)
                .for_each(drop)
        });
        let begin = Instant::now();
        loop {
            let (status, stdout, stderr) = self.run_as_owner(&["status", "--json"]);
            if status == 0 && stdout.contains(r#""ready":true"#) {
                return;
            }
            assert!(
                self.gateway.try_wait().unwrap().is_none(),
                "the gateway ended: {stderr}"
            );
            assert!(begin.elapsed() < START_TIME_MAX, "{stdout}{stderr}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn data_dir(&self) -> PathBuf {
        self.folder.path().join("gateway")
    }

    fn run_as_owner(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run_as_owner_with(arguments, "")
    }

    fn run_as_owner_with(&self, arguments: &[&str], input: &str) -> (i32, String, String) {
        let data_dir = self.data_dir();
        run(
            command(self.folder.path())
                .args(arguments)
                .arg("--data-dir")
                .arg(data_dir),
            input,
        )
    }

    /// What the owner's command answers as JSON.
    #[track_caller]
    fn owner(&self, arguments: &[&str]) -> Value {
        let (status, stdout, stderr) = self.run_as_owner(&[arguments, &["--json"]].concat());
        assert_eq!(status, 0, "{arguments:?}: {stdout}{stderr}");
        serde_json::from_str(&stdout).unwrap()
    }

    fn run_as_device(&self, device: &str, arguments: &[&str], input: &str) -> (i32, String, String) {
        let folder = self.folder.path().join(device);
        let mut command = command(self.folder.path());
        command
            .env("TOKEN_TRACKER_DATA_DIR", &folder)
            .env("TOKEN_TRACKER_CREDENTIAL_FILE", folder.join("credential"))
            .args(arguments);
        run(&mut command, input)
    }

    /// What the device's command answers as JSON.
    #[track_caller]
    fn device(&self, device: &str, arguments: &[&str], input: &str) -> Value {
        let (status, stdout, stderr) = self.run_as_device(device, &[arguments, &["--json"]].concat(), input);
        assert_eq!(status, 0, "{arguments:?}: {stdout}{stderr}");
        serde_json::from_str(&stdout).unwrap()
    }

    /// The code of a new key.
    fn mint(&self, arguments: &[&str]) -> String {
        let minted = self.owner(&[&["keys", "mint"], arguments].concat());
        minted["keys"][0]["key"].as_str().unwrap().to_owned()
    }
}

impl Drop for Day {
    fn drop(&mut self) {
        // Gone already if the test failed at its start.
        let _ = self.gateway.kill();
        let _ = self.gateway.wait();
    }
}

fn command(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_token-tracker"));
    command
        .env_clear()
        .env("HOME", home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    command
}

fn run(command: &mut Command, input: &str) -> (i32, String, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone before the text arrives.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn nano(value: &Value) -> i64 {
    value.as_str().unwrap().parse().unwrap()
}

#[test]
fn a_key_is_minted_redeemed_used_and_signed_out() {
    let day = Day::begin();
    let key = day.mint(&["--credit", "5.00", "--label", "Ada"]);

    let redeemed = day.device(
        "desk",
        &["redeem", "-", "--device-name", "desk", "--gateway", &url(&day)],
        &key,
    );
    assert_eq!(redeemed["account"]["credentialStore"], "file");
    assert_eq!(redeemed["account"]["deviceName"], "desk");
    assert!(redeemed.get("credential").is_none());

    let tried = day.device("desk", &["try"], "");
    let cost = nano(&tried["receipt"]["costNanoUsd"]);
    assert!(cost > 0 && !tried["text"].as_str().unwrap().is_empty(), "{tried}");

    let balance = day.device("desk", &["balance"], "");
    assert_eq!(
        nano(&balance["balance"]["availableNanoUsd"]),
        5_000_000_000 - cost
    );
    let usage = day.device("desk", &["usage", "requests", "--since", "1h"], "");
    assert_eq!(usage["rows"].as_array().unwrap().len(), 1);
    assert_eq!(nano(&usage["totals"]["costNanoUsd"]), cost);

    let (status, stdout, _) = day.run_as_owner(&["ledger", "verify"]);
    assert_eq!(status, 0);
    assert!(stdout.contains("clean"), "{stdout}");

    assert_eq!(day.device("desk", &["sign-out"], "")["revoked"], true);
    assert_eq!(day.run_as_device("desk", &["balance"], "").0, 1);
    // The place is free again.
    day.device("laptop", &["redeem", "-", "--gateway", &url(&day)], &key);
}

#[test]
fn the_owner_sees_and_stops_devices() {
    let day = Day::begin();
    let link = {
        let (status, stdout, _) = day.run_as_owner(&["keys", "mint", "--credit", "1", "--devices", "2"]);
        assert_eq!(status, 0);
        stdout
            .split_whitespace()
            .find(|word| word.contains("/redeem#"))
            .unwrap()
            .to_owned()
    };
    // Other people reach the gateway by its public name; this test has only the loopback one.
    let code = link.strip_prefix("https://ai.example.com/redeem#").unwrap();
    let local = format!("{}/redeem#{code}", url(&day));
    day.device("desk", &["redeem", &local, "--device-name", "desk"], "");
    day.device("laptop", &["redeem", &local, "--device-name", "laptop"], "");
    let (status, _, stderr) = day.run_as_device("phone", &["redeem", &local, "--json"], "");
    assert_eq!(status, 1);
    assert!(stderr.contains("key_refused"), "{stderr}");

    day.owner(&["devices", "rename", "laptop", "travel"]);
    day.owner(&["devices", "revoke", "travel"]);
    let devices = day.owner(&["devices", "list"]);
    let names: Vec<&str> = devices["devices"]
        .as_array()
        .unwrap()
        .iter()
        .map(|device| device["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["desk"]);
    let (_, _, stderr) = day.run_as_device("laptop", &["balance", "--json"], "");
    assert!(stderr.contains("credential_revoked"), "{stderr}");

    let keys = day.owner(&["keys", "list"]);
    day.owner(&["keys", "revoke", keys["keys"][0]["last4"].as_str().unwrap()]);
    assert_eq!(day.owner(&["keys", "list"])["keys"][0]["state"], "revoked");
    assert_eq!(day.run_as_device("desk", &["try"], "").0, 1);
}

#[test]
fn a_credential_for_other_tools_is_shown_only_when_asked_for() {
    let day = Day::begin();
    let key = day.mint(&["--credit", "1"]);
    let arguments = ["redeem", "-", "--show-credential", "--gateway", &url(&day)];
    let redeemed = day.device("desk", &arguments, &key);
    let credential = redeemed["credential"].as_str().unwrap();
    assert!(credential.starts_with("ttd_"));
    assert_eq!(redeemed["openaiBaseUrl"], format!("{}/v1", url(&day)));
    let kept = fs::read_to_string(day.folder.path().join("desk/credential")).unwrap();
    assert_eq!(kept, format!("{credential}\n"));
}

#[test]
fn a_provider_s_key_is_stored_and_never_shown() {
    let day = Day::begin();
    let (status, stdout, stderr) =
        day.run_as_owner_with(&["upstreams", "set-key", "cloud"], "sk-canary-1234\n");
    assert_eq!(status, 0, "{stderr}");
    assert!(!stdout.contains("canary") && !stderr.contains("canary"));
    let upstreams = day.owner(&["upstreams", "list"]);
    assert_eq!(upstreams["upstreams"][0]["secretLast4"], "1234");
    assert_eq!(day.run_as_owner_with(&["upstreams", "set-key", "cloud"], "").0, 2);
    assert_eq!(
        day.run_as_owner_with(&["upstreams", "set-key", "no/such"], "sk-1")
            .0,
        1
    );
}

/// Where the gateway is, as its own data directory says.
fn url(day: &Day) -> String {
    let text = fs::read_to_string(day.data_dir().join("admin.json")).unwrap();
    let admin: Value = serde_json::from_str(&text).unwrap();
    admin["gatewayUrl"].as_str().unwrap().to_owned()
}
