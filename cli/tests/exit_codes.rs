//! What a script sees of the command where no gateway runs: exit codes and streams.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::{
    fs,
    io::Write,
    net::TcpListener,
    process::{Command, Output, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

/// Runs the command in a home of its own, with this text on standard input.
fn run_in(home: &TempDir, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_token-tracker"))
        .args(arguments)
        .env_clear()
        .env("HOME", home.path())
        .env("TOKEN_TRACKER_CREDENTIAL_FILE", home.path().join("credential"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone before the text arrives.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn run(arguments: &[&str]) -> Output {
    run_in(&tempfile::tempdir().unwrap(), arguments, "")
}

/// Asserts the exit code, the envelope on standard error and an empty standard output.
#[track_caller]
fn check_refused(output: &Output, status: i32, code: &str) -> Value {
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{stderr}");
    assert!(output.stdout.is_empty());
    let envelope: Value = serde_json::from_str(&stderr).unwrap();
    assert_eq!(envelope["error"]["code"], code, "{stderr}");
    assert!(
        envelope["error"]["hint"].as_str().unwrap().ends_with('.'),
        "{stderr}"
    );
    envelope["error"].clone()
}

/// An address of this machine where nothing listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [&["--help"][..], &["--version"], &["help", "keys", "mint"]] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
}

#[test]
fn wrong_usage_is_two_and_says_what_to_write() {
    let cases = [
        (&["keys", "mint", "--credit", "lots"][..], "such as 5.00"),
        (&["keys", "mint", "--credit", "-1"], "such as 5.00"),
        (&["keys", "mint", "--credit", "0.0000000001"], "nine decimals"),
        (&["keys", "mint", "--credit", "1", "--expires", "tomorrow"], "30d"),
        (&["keys", "mint", "--credit", "1", "--models", ""], "commas"),
        (
            &["keys", "mint", "--credit", "1", "--devices", "0"],
            "0 is not in 1..",
        ),
        (&["serve", "--listen", "here"], "here"),
        (&["serve", "--tls-cert", "file"], "--tls-key"),
        (&["no-such-command"], "no-such-command"),
    ];
    for (arguments, expected) in cases {
        let plain = run(arguments);
        assert_eq!(plain.status.code(), Some(2), "{arguments:?}");
        assert!(plain.stdout.is_empty());
        let arguments = [arguments, &["--json"]].concat();
        let error = check_refused(&run(&arguments), 2, "invalid_request");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn no_command_at_all_shows_the_usage_on_this_machine() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("No assistant has left usage"), "{text}");
    assert!(text.contains("--help"), "{text}");
}

#[test]
fn a_database_that_cannot_be_used_is_told_without_its_password() {
    let wrong = [
        "serve",
        "--database-url",
        "mysql://user:hunter2@host/db",
        "--json",
    ];
    let error = check_refused(&run(&wrong), 2, "invalid_request");
    assert!(!error.to_string().contains("hunter2"));
    // Nobody listens there.
    let away = format!(
        "postgres://user:hunter2@{}/db",
        nobody().trim_start_matches("http://")
    );
    let output = run(&["ledger", "verify", "--database-url", &away, "--json"]);
    assert_eq!(output.status.code(), Some(4));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("hunter2"));
}

#[test]
fn commands_of_the_owner_need_a_gateway_that_runs() {
    let output = run(&["keys", "list", "--json"]);
    let error = check_refused(&output, 3, "gateway_unreachable");
    assert!(error["hint"].as_str().unwrap().contains("token-tracker serve"));
}

#[test]
fn an_admin_credential_goes_to_no_other_gateway() {
    let home = tempfile::tempdir().unwrap();
    let admin = format!(r#"{{"gatewayUrl":"{}","credential":"tta_secret"}}"#, nobody());
    fs::write(home.path().join("admin.json"), admin).unwrap();
    let data_dir = home.path().to_str().unwrap();
    let output = run_in(&home, &["keys", "list", "--json", "--data-dir", data_dir], "");
    check_refused(&output, 3, "gateway_unreachable");
    let elsewhere = nobody();
    let arguments = [
        "keys",
        "list",
        "--json",
        "--data-dir",
        data_dir,
        "--gateway",
        &elsewhere,
    ];
    let error = check_refused(&run_in(&home, &arguments, ""), 1, "not_signed_in");
    assert!(!error.to_string().contains("tta_"));
}

#[test]
fn a_data_directory_that_cannot_be_read_is_four() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("admin.json"), "{}").unwrap();
    let data_dir = home.path().to_str().unwrap();
    let output = run_in(&home, &["keys", "list", "--json", "--data-dir", data_dir], "");
    check_refused(&output, 4, "internal");
    let output = run_in(&home, &["ledger", "verify", "--json", "--data-dir", data_dir], "");
    check_refused(&output, 4, "internal");
}

#[test]
fn a_device_that_is_not_signed_in_is_told_how() {
    let commands = [
        "balance",
        "try",
        "sign-out",
        "status",
        "models served",
        "usage requests",
    ];
    for command in commands {
        let words = command.split(' ').chain(["--json"]).collect::<Vec<_>>();
        let error = check_refused(&run(&words), 1, "not_signed_in");
        assert!(error["hint"].as_str().unwrap().contains("redeem"), "{command}");
    }
}

#[test]
fn a_key_comes_from_standard_input_and_is_in_no_message() {
    let home = tempfile::tempdir().unwrap();
    let link = format!("{}/redeem#TTK-SECRET\n", nobody());
    let output = run_in(&home, &["redeem", "-", "--json"], &link);
    let error = check_refused(&output, 3, "gateway_unreachable");
    assert!(!error.to_string().contains("SECRET"));
    assert!(!home.path().join("credential").exists());
}

#[test]
fn redeem_without_a_key_or_with_a_wrong_address_says_so() {
    check_refused(&run(&["redeem", "--json"]), 2, "invalid_request");
    let clear = [
        "redeem",
        "TTK-X",
        "--gateway",
        "http://tokens.example.org",
        "--json",
    ];
    check_refused(&run(&clear), 1, "insecure_url");
    let link = "https://one.example.org/redeem#TTK-X";
    let other = ["redeem", link, "--gateway", "https://two.example.org", "--json"];
    check_refused(&run(&other), 2, "invalid_request");
    check_refused(
        &run(&["balance", "--gateway", "ftp://x", "--json"]),
        2,
        "invalid_request",
    );
}
