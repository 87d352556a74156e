//! The full-screen view in a real terminal: from its start to the terminal given back.

use std::process::Command;

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use tests::token_tracker;

use super::{Logs, terminal::Terminal};

const LOG: &str = ".claude/projects/-work-engine/s1.jsonl";

fn line(id: u32, at: Timestamp, model: &str) -> Value {
    json!({"type": "assistant", "sessionId": "s1", "requestId": format!("r{id}"), "timestamp": at.to_string(),
        "cwd": "/work/engine", "gitBranch": "feature/tables",
        "message": {"id": format!("m{id}"), "model": model, "usage": {"input_tokens": 1000, "output_tokens": 20_000,
            "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}}})
}

fn logs() -> Logs {
    let logs = Logs::new();
    let ago = |hours: i64| Timestamp::now().checked_sub(hours.hours()).unwrap();
    logs.lines(
        LOG,
        &[
            line(1, ago(24 * 40), "claude-opus-4-5"),
            line(2, ago(24 * 3), "claude-sonnet-4-5"),
            line(3, ago(0), "claude-haiku-4-5"),
        ],
    );
    logs
}

fn command(logs: &Logs) -> Command {
    let mut command = logs.home.command(token_tracker());
    command
        .args(["tui", "--timezone", "UTC", "--home"])
        .arg(logs.root());
    command.arg("--cache-dir").arg(logs.home.path().join("cache"));
    command
}

#[test]
fn the_full_screen_view_shows_the_reports_sums_follows_sessions_and_gives_the_terminal_back() {
    let logs = logs();
    let models = logs.answer(&["models", "--timezone", "UTC"]);
    let mut terminal = Terminal::run(&command(&logs), (30, 110));
    terminal.wait_for_text("all logs");

    // The same costs as the report, over all times.
    terminal.press("2");
    terminal.wait_for_text("total of 2 models");
    terminal.press("ppp");
    let shown = terminal.wait_for_text("total of 3 models");
    for group in models["groups"].as_array().unwrap() {
        let model = group["model"].as_str().unwrap();
        let row = shown.lines().find(|row| row.contains(model)).unwrap();
        let nano: i64 = group["costNanoUsd"].as_str().unwrap().parse().unwrap();
        let cost = protocol::Money::from_nano_usd(nano).display_charge();
        assert!(row.contains(&cost), "{row} should have {cost}");
    }

    terminal.press("/haiku\r");
    terminal.wait_for_text("total of 1 model");
    terminal.press("\x1b");
    terminal.wait_for_text("total of 3 models");
    terminal.press("?");
    terminal.wait_for_text("another tab");
    terminal.press("?");
    terminal.wait_for("the help gone", |screen| !screen.contains("another tab"));

    // What a session writes while it is followed is on the screen without a key.
    terminal.press("6");
    let shown = terminal.wait_for_text("1 running session");
    assert!(
        shown.contains("feature/tables") && shown.contains("3 messages"),
        "{shown}"
    );
    logs.append(
        LOG,
        format!("{}\n", line(4, Timestamp::now(), "claude-haiku-4-5")),
    );
    terminal.wait_for_text("4 messages");

    // A terminal that becomes narrow keeps everything in it.
    terminal.resize(16, 40);
    let shown = terminal.wait_for("a narrow screen", |screen| {
        screen
            .lines()
            .next()
            .is_some_and(|line| line.contains("6 Live") && !line.contains("Models"))
    });
    assert!(shown.lines().all(|line| line.chars().count() <= 40), "{shown}");

    // A pointer leads to another tab: the second number in the first line.
    terminal.resize(30, 110);
    terminal.wait_for_text("4 Branches");
    terminal.press("\x1b[<0;15;1M");
    terminal.wait_for_text("total of");

    terminal.press("q");
    let (code, is_as_before) = terminal.end();
    assert_eq!((code, is_as_before), (Some(0), true));
    let written = String::from_utf8_lossy(&terminal.written).into_owned();
    assert!(written.contains("38;2;"), "24 bits of colour");
    let left = written.rfind("\x1b[?1049l").expect("the usual screen is back");
    assert!(written[left..].contains("\x1b[?25h"), "the cursor is back");
    assert!(written.contains("\x1b[?1000l"), "the pointer is back");
}

#[test]
fn without_colours_or_without_a_terminal_it_says_so_or_does_without() {
    let logs = logs();
    let mut plain = command(&logs);
    plain.env("NO_COLOR", "1");
    let mut terminal = Terminal::run(&plain, (24, 80));
    terminal.wait_for_text("all logs");
    terminal.press("\x03");
    assert_eq!(terminal.end(), (Some(0), true));
    let written = String::from_utf8_lossy(&terminal.written).into_owned();
    assert!(
        !written.contains("38;2;") && !written.contains("38;5;"),
        "{written:?}"
    );

    let outcome: tests::Outcome = command(&logs).output().unwrap().into();
    let outcome = outcome.expect(2);
    assert!(outcome.stderr.contains("needs a terminal"), "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
}
