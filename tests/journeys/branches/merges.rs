//! What each merge cost, in whichever way a branch arrived.

use std::process::Command;

use serde_json::Value;

use super::Machine;

impl Machine {
    /// One commit on a new branch, and tokens entered for it.
    fn work(&self, branch: &str, tokens: &str) {
        self.git(&["checkout", "-q", "-b", branch, "main"]);
        self.commit(&format!("{branch}.txt"), "line\n", branch);
        self.run(&["branch", "add", tokens]).expect(0);
        self.git(&["checkout", "-q", "main"]);
    }

    fn stats(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = ["branch", "merge-stats"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        self.answer(&arguments)
    }
}

/// `branch way tokens-since-last/tokens-in-all`
fn shown(stats: &Value) -> Vec<String> {
    let mut lines: Vec<String> = stats["merges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|merge| {
            format!(
                "{} {} {}/{}",
                merge["branch"].as_str().unwrap(),
                merge["way"].as_str().unwrap(),
                merge["sinceLast"]["totalTokens"],
                merge["cumulative"]["totalTokens"]
            )
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn merges_squashes_and_fast_forwards_are_found_with_their_tokens() {
    let machine = Machine::new();
    machine.work("merged", "100");
    machine.git(&["merge", "-q", "--no-ff", "--no-edit", "merged"]);
    machine.work("squashed", "2000");
    machine.commit("other.txt", "something else meanwhile\n", "meanwhile");
    machine.git(&["merge", "-q", "--squash", "squashed"]);
    machine.git(&["commit", "-q", "-m", "Squashed work (#7)"]);
    machine.work("forwarded", "30000");
    machine.git(&["merge", "-q", "--ff-only", "forwarded"]);
    machine.work("open", "7");
    machine.git(&["branch", "without-work", "main"]);

    let stats = machine.stats(&[]);
    assert_eq!(
        shown(&stats),
        [
            "forwarded fast-forward 30000/30000",
            "merged merge 100/100",
            "squashed squash 2000/2000"
        ]
    );
    assert_eq!(stats["base"], "main");
    assert_eq!(stats["totals"]["totalTokens"], 32_100);
    assert_eq!(stats["unmerged"], serde_json::json!(["open"]));
    assert_eq!(shown(&machine.stats(&["merged"])), ["merged merge 100/100"]);

    // A merge is known by what is written of it, also when its branch is gone.
    machine.git(&["branch", "-q", "-D", "merged"]);
    assert_eq!(shown(&machine.stats(&["merged"])), ["merged merge 100/100"]);
    let text = machine.run(&["branch", "merge-stats"]).expect(0).stdout;
    assert!(
        text.contains("3 merges into main: 32,100 tokens, unpriced"),
        "{text}"
    );
}

#[test]
fn a_branch_that_is_merged_again_tells_what_came_since() {
    let machine = Machine::new();
    machine.work("topic", "100");
    let merge = ["merge", "-q", "--no-ff", "--no-edit", "topic"];
    machine.git(&merge);
    // Commits have whole seconds: the next entry is told from the first merge by being later.
    let merged: i64 = machine.git(&["log", "-1", "--format=%ct"]).parse().unwrap();
    machine.git(&["checkout", "-q", "topic"]);
    machine.commit("more.txt", "more\n", "more");
    machine.git(&["checkout", "-q", "main"]);
    let date = format!("{} +0000", merged + 3600);
    let mut command = machine.home.command("git");
    command.current_dir(machine.checkout()).args(merge);
    for (name, value) in [
        ("GIT_AUTHOR_DATE", date.as_str()),
        ("GIT_COMMITTER_DATE", &date),
        ("GIT_AUTHOR_NAME", "Ada"),
        ("GIT_AUTHOR_EMAIL", "ada@example.com"),
        ("GIT_COMMITTER_NAME", "Ada"),
        ("GIT_COMMITTER_EMAIL", "ada@example.com"),
    ] {
        command.env(name, value);
    }
    tests::Outcome::from(command.output().unwrap()).expect(0);
    let later = machine.path("later.json");
    let at = jiff::Timestamp::from_second(merged + 60).unwrap();
    std::fs::write(&later, later_row(at).to_string()).unwrap();
    machine.run(&["branch", "import", &later, "--yes"]).expect(0);
    assert_eq!(
        shown(&machine.stats(&["topic"])),
        ["topic merge 100/100", "topic merge 50/150"]
    );
}

fn later_row(at: jiff::Timestamp) -> Value {
    serde_json::json!({
        "format": "token-tracker-branch", "version": 1, "exportedAt": at,
        "rows": [{"id": "later", "client": "manual", "origin": "manual", "at": at,
            "repository": "github.com/acme/shop", "branch": "topic", "inputTokens": 50, "outputTokens": 0}]
    })
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let machine = Machine::new();
    machine.work("topic", "5");
    machine.git(&["merge", "-q", "--squash", "topic"]);
    machine.git(&["commit", "-q", "-m", "squash"]);
    let trap = machine.path("trap");
    let script = machine.path("trap.sh");
    std::fs::write(&script, format!("#!/bin/sh\ntouch {trap}\ncat\n")).unwrap();
    Command::new("chmod").args(["+x", &script]).status().unwrap();
    for name in [
        "diff.external",
        "core.fsmonitor",
        "core.pager",
        "diff.x.textconv",
        "gpg.program",
    ] {
        machine.git(&["config", name, &script]);
    }
    machine.git(&["config", "log.showSignature", "true"]);
    std::fs::write(machine.checkout().join(".gitattributes"), "* diff=x\n").unwrap();
    assert_eq!(shown(&machine.stats(&[])), ["topic squash 5/5"]);
    assert!(!std::path::Path::new(&trap).exists());
}

#[test]
fn a_base_that_is_not_there_is_said() {
    let machine = Machine::new();
    let outcome = machine
        .run(&["branch", "merge-stats", "--base", "--output=/tmp/x", "--json"])
        .code;
    assert_ne!(outcome, Some(0));
    let outcome = machine
        .run(&["branch", "merge-stats", "--base", "nowhere", "--json"])
        .expect(1);
    assert_eq!(outcome.error()["code"], "not_found");
    machine.git(&["branch", "-q", "-m", "main", "trunk"]);
    machine.run(&["branch", "merge-stats"]).expect(1);
    machine
        .run(&["branch", "merge-stats", "--base", "trunk"])
        .expect(0);
}
