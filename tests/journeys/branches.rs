//! What a git branch consumed: entries, exports, imports, merges and jobs, with real repositories.

mod action;
mod exchange;
mod forge;
mod hostile;
mod jobs;
mod merges;
mod submit;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tests::{Home, Outcome, token_tracker};

/// One machine with a checkout of a repository.
pub struct Machine {
    pub home: Home,
}

pub const REMOTE: &str = "https://someone:secret@github.com/acme/shop.git";

impl Machine {
    /// A checkout of a new repository with one commit on `main`.
    pub fn new() -> Self {
        let machine = Self { home: Home::new() };
        fs::create_dir(machine.checkout()).unwrap();
        machine.git(&["init", "-q", "-b", "main"]);
        machine.git(&["remote", "add", "origin", REMOTE]);
        machine.commit("README.md", "shop\n", "first");
        machine
    }

    pub fn checkout(&self) -> PathBuf {
        self.home.path().join("shop")
    }

    pub fn path(&self, name: &str) -> String {
        self.home.path().join(name).to_string_lossy().into_owned()
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = self.home.command("git");
        command.current_dir(self.checkout()).args(arguments);
        for name in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"] {
            command.env(name, "Ada");
        }
        for name in ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
            command.env(name, "ada@example.com");
        }
        let outcome = Outcome::from(command.output().unwrap()).expect(0);
        outcome.stdout.trim_end().to_owned()
    }

    pub fn commit(&self, file: &str, text: &str, message: &str) {
        fs::write(self.checkout().join(file), text).unwrap();
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.home.command(token_tracker());
        command.current_dir(self.checkout()).args(arguments);
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.command(arguments).output().unwrap().into()
    }

    pub fn answer(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        self.run(&arguments).expect(0).json()
    }

    /// A response in Claude Code's log: 10 input tokens and as many output tokens as given.
    pub fn log(&self, session: &str, id: &str, branch: &str, output: u64) {
        self.log_at("2026-06-01T12:00:00Z", session, id, branch, output);
    }

    pub fn log_at(&self, at: &str, session: &str, id: &str, branch: &str, output: u64) {
        let folder = self.home.path().join("home/.claude/projects/shop");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join(format!("{session}.jsonl"));
        let before = fs::read_to_string(&file).unwrap_or_default();
        let line = json!({
            "type": "assistant", "timestamp": at, "sessionId": session,
            "cwd": self.checkout(), "gitBranch": branch, "requestId": format!("r-{id}"),
            "message": {"id": id, "model": "claude-sonnet-4-5", "usage": {
                "input_tokens": 10, "output_tokens": output}}
        });
        fs::write(file, format!("{before}{line}\n")).unwrap();
    }

    /// `tokens cost` of a branch as `branch show` has them, and whether `usage branches` agrees.
    #[track_caller]
    pub fn totals(&self, branch: &str) -> (u64, Option<String>) {
        let shown = self.answer(&["branch", "show", branch]);
        let report = self.answer(&["usage", "branches", "--branch", branch]);
        for name in ["totalTokens", "costNanoUsd"] {
            assert_eq!(shown["totals"][name], report["totals"][name], "{name}");
        }
        (
            shown["totals"]["totalTokens"].as_u64().unwrap(),
            shown["totals"]["costNanoUsd"].as_str().map(str::to_owned),
        )
    }
}

pub fn read(path: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}
