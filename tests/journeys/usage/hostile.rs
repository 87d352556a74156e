//! Names in logs that would steer a terminal, or forge lines of a report.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tests::{Outcome, token_tracker};

use super::Logs;

/// Written into the clipboard, a screen wiped, a line of its own, a text turned around.
const HOSTILE: &str = "x\u{1b}]52;c;eA==\u{7}\u{1b}[2J\nforged\u{202e}\u{9b}2J\u{200b}";
/// What an assistant would name a folder after such a project.
const FILE: &str = ".claude/projects/-a\u{1b}]52;c;eA==\u{7}\nforged/s1.jsonl";

fn line(id: &str) -> Value {
    json!({"type": "assistant", "timestamp": Timestamp::now().to_string(), "sessionId": format!("s{HOSTILE}"),
        "cwd": format!("/work/{HOSTILE}"), "gitBranch": HOSTILE, "requestId": id,
        "message": {"id": id, "model": format!("model-{HOSTILE}"), "usage": {"input_tokens": 10, "output_tokens": 5}}})
}

#[track_caller]
fn check(name: &str, shown: &str) {
    // Our own colours are no more than `ESC [ numbers m`.
    for part in shown.split('\u{1b}').skip(1) {
        let end = part.find('m').unwrap_or(0);
        let is_style = part.starts_with('[') && part[1..end].bytes().all(|byte| matches!(byte, b'0'..=b';'));
        assert!(is_style, "{name}: {shown:?}");
    }
    let hidden = ['\u{7}', '\u{9b}', '\u{202e}', '\u{200b}'];
    assert!(!shown.contains(hidden), "{name}: {shown:?}");
    assert!(
        !shown.lines().any(|line| line.starts_with("forged")),
        "{name}: {shown:?}"
    );
}

#[test]
fn no_name_of_a_log_steers_the_terminal_or_makes_a_line_of_its_own() {
    let logs = Logs::new();
    logs.lines(FILE, &[line("m1")]);
    logs.append(
        FILE,
        "{\"type\":\"assistant\",\"message\":{\"usage\":{\"input_tokens\":-\n",
    );
    let run = |arguments: &[&str]| -> Outcome {
        let mut command = logs.home.command(token_tracker());
        // As to a terminal: into a pipe the colours go, and commands with them.
        command.env("CLICOLOR_FORCE", "1").arg("usage").args(arguments);
        command.arg("--home").arg(logs.root()).arg("--no-cache");
        command.output().unwrap().into()
    };
    for arguments in [
        &[][..],
        &["daily"],
        &["models"],
        &["models", "--explain-price"],
        &["sessions"],
        &["projects"],
        &["branches"],
        &["blocks"],
        &["rows"],
        &["verify", "--lines"],
        &["graph"],
        &["wrapped"],
    ] {
        let shown = run(arguments).expect(0).stdout;
        check(&format!("{arguments:?}"), &shown);
        if matches!(arguments, ["models"] | ["rows"]) {
            assert!(shown.contains("model-x\u{fffd}]52;c;eA==\u{fffd}"), "{shown:?}");
        }
        if matches!(arguments, ["models"]) {
            assert!(shown.contains("1 line could not be read"), "{shown:?}");
        }
    }
}

/// `usage watch`, stopped when it goes out of scope.
struct Watching(Child);

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_is_told_while_it_happens_is_as_harmless() {
    let logs = Logs::new();
    logs.lines(FILE, &[line("m1")]);
    let mut command = logs.home.command(token_tracker());
    command
        .env("CLICOLOR_FORCE", "1")
        .args(["usage", "watch", "--home"])
        .arg(logs.root());
    let child = command.arg("--no-cache").stdout(Stdio::piped()).spawn();
    let mut watching = Watching(child.unwrap());
    let mut lines = BufReader::new(watching.0.stdout.take().unwrap()).lines();
    let mut shown = lines.next().unwrap().unwrap();
    logs.lines(FILE, &[line("m1"), line("m2")]);
    while !shown.contains("+1 message") {
        shown = lines.next().unwrap().unwrap();
        assert!(!shown.starts_with("forged"), "{shown:?}");
        check("watch", &shown);
    }
    assert!(shown.contains("model-x\u{fffd}]52;c;eA=="), "{shown:?}");
}
