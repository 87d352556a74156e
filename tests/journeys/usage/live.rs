//! What is asked for again and again while a session goes on: `usage watch` and `usage statusline`.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdout, Stdio},
};

use jiff::Timestamp;
use serde_json::{Value, json};
use tests::token_tracker;

use super::{Logs, claude::line};

const FILE: &str = ".claude/projects/-work-a/s1.jsonl";

fn now() -> String {
    format!("{:.3}", Timestamp::now())
}

fn text(id: &str, output: u64) -> String {
    format!("{}\n", line(&now(), id, id, output))
}

/// `usage watch --json`, stopped when it goes out of scope.
struct Watching {
    child: Child,
    events: BufReader<ChildStdout>,
}

impl Watching {
    fn begin(logs: &Logs) -> Self {
        let mut command = logs.home.command(token_tracker());
        command
            .args(["usage", "watch", "--json", "--home"])
            .arg(logs.root());
        command.arg("--cache-dir").arg(logs.home.path().join("cache"));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let events = BufReader::new(child.stdout.take().unwrap());
        Self { child, events }
    }

    fn next(&mut self) -> Value {
        let mut text = String::new();
        self.events.read_line(&mut text).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text:?}"))
    }

    /// News until there is some; what changed within a tick of the clock is looked at twice.
    fn news(&mut self) -> Value {
        loop {
            let mut event = self.next();
            if event["news"].as_array().is_some_and(|news| !news.is_empty()) {
                return event["news"].take();
            }
        }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn who_watches_sees_each_response_of_old_and_new_sessions_once() {
    let logs = Logs::new();
    logs.write(FILE, text("m1", 5));
    let mut watching = Watching::begin(&logs);
    let first = watching.next();
    assert_eq!(first["news"], json!([]));
    assert_eq!(first["today"]["messages"], 1);
    logs.append(FILE, text("m2", 7));
    let news = watching.news();
    let shown = |news: &Value| {
        let news = &news[0];
        (
            news["client"].clone(),
            news["branch"].clone(),
            news["messages"].clone(),
            news["outputTokens"].clone(),
        )
    };
    assert_eq!(shown(&news), (json!("claude"), json!("main"), json!(1), json!(7)));
    assert_eq!(news.as_array().unwrap().len(), 1);
    logs.write(".claude/projects/-work-a/s2.jsonl", text("m3", 9));
    assert_eq!(
        shown(&watching.news()),
        (json!("claude"), json!("main"), json!(1), json!(9))
    );
}

fn status_line(logs: &Logs, asked: &Value) -> Value {
    let mut command = logs.home.command(token_tracker());
    command
        .args(["usage", "statusline", "--json", "--home"])
        .arg(logs.root());
    command.arg("--cache-dir").arg(logs.home.path().join("cache"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(asked.to_string().as_bytes()).unwrap();
    drop(stdin);
    let outcome: tests::Outcome = child.wait_with_output().unwrap().into();
    outcome.expect(0).json()
}

#[test]
fn a_status_line_counts_what_was_just_written() {
    let logs = Logs::new();
    logs.write(FILE, text("m1", 5));
    let asked =
        json!({"session_id": "s1", "transcript_path": logs.path(FILE), "model": {"display_name": "Opus"}});
    let shown = |answer: &Value| {
        (
            answer["session"]["outputTokens"].clone(),
            answer["today"]["messages"].clone(),
        )
    };
    let first = status_line(&logs, &asked);
    assert_eq!(shown(&first), (json!(5), json!(1)));
    assert!(first["line"].as_str().unwrap().starts_with("Opus · $"), "{first}");
    for (round, output) in (2..6).zip([7, 9, 11, 13]) {
        logs.append(FILE, text(&format!("m{round}"), output));
        let answer = status_line(&logs, &asked);
        assert_eq!(answer["today"]["messages"], json!(round), "{answer}");
    }
    // A session of which nothing is known yet, named by its transcript.
    let other = ".claude/projects/-work-b/s9.jsonl";
    let mut line = line(&now(), "m9", "m9", 100);
    line["sessionId"] = json!("s9");
    logs.write(other, format!("{line}\n"));
    let asked = json!({"session_id": "s9", "transcript_path": logs.path(other)});
    assert_eq!(shown(&status_line(&logs, &asked)), (json!(100), json!(6)));
}
