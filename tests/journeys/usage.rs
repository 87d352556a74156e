//! What assistants left in their logs is counted exactly: one small home for each trap.

mod claude;
mod codex;
mod copilot;
mod corpus;
mod currency;
mod files;
mod forks;
mod gemini;
mod hostile;
mod index;
mod live;
mod moving;
mod opencode;
mod others;
mod pictures;
mod prices;
mod screen;
mod terminal;
mod view;
mod zones;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use tests::{Home, Outcome, token_tracker};

/// A home with logs in it, and the index of its reports.
struct Logs {
    home: Home,
}

impl Logs {
    fn new() -> Self {
        Self { home: Home::new() }
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("home")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Lines of JSON, each with its end.
    fn lines(&self, path: &str, lines: &[Value]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        self.write(path, text);
    }

    fn append(&self, path: &str, bytes: impl AsRef<[u8]>) {
        use std::io::Write;
        let mut file = fs::OpenOptions::new().append(true).open(self.path(path)).unwrap();
        file.write_all(bytes.as_ref()).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.home.command(token_tracker());
        command.arg("usage").args(arguments);
        command.arg("--home").arg(self.root());
        command.arg("--cache-dir").arg(self.home.path().join("cache"));
        command.output().unwrap().into()
    }

    fn answer(&self, arguments: &[&str]) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        self.run(&arguments).expect(0).json()
    }

    /// The rows as short lines, and what was not read.
    fn rows(&self, zone: &str) -> Vec<String> {
        shown(&self.answer(&["rows", "--timezone", zone]))
    }

    /// Rows without an index are the same as with one, cold and warm.
    #[track_caller]
    fn check(&self, expected: &[&str]) {
        let without = shown(&self.answer(&["rows", "--timezone", "UTC", "--no-cache"]));
        assert_eq!(without, expected, "without an index");
        assert_eq!(self.rows("UTC"), expected, "with a new or an older index");
        assert_eq!(self.rows("UTC"), expected, "with a warm index");
        self.leave();
    }

    /// Leaves the home and its rows to scripts/bench usage-table, if that asks for them.
    fn leave(&self) {
        let Some(folder) = std::env::var_os("TOKEN_TRACKER_TRAPS_DIR") else {
            return;
        };
        let test = std::thread::current();
        let test = test.name().unwrap_or_default().replace("::", " ");
        let test = test.trim_start_matches("usage ");
        let folder = PathBuf::from(folder);
        let free = (1..).map(|number| match number {
            1 => folder.join(test),
            _ => folder.join(format!("{test} ({number})")),
        });
        let place = free.into_iter().find(|place| !place.exists()).unwrap();
        copy(&self.root(), &place.join("home"), Path::new(""));
        let answer = self.answer(&["rows", "--timezone", "UTC"]);
        fs::write(place.join("rows.json"), answer["rows"].to_string()).unwrap();
    }
}

/// A folder of a home, with links that lead to the same places of the copy.
fn copy(home: &Path, to: &Path, folder: &Path) {
    fs::create_dir_all(to.join(folder)).unwrap();
    for entry in fs::read_dir(home.join(folder)).into_iter().flatten().flatten() {
        let (path, folder) = (entry.path(), folder.join(entry.file_name()));
        #[cfg(unix)]
        if let Ok(target) = fs::read_link(&path) {
            let target = target
                .strip_prefix(home)
                .map_or_else(|_| target.clone(), |rest| to.join(rest));
            std::os::unix::fs::symlink(target, to.join(folder)).unwrap();
            continue;
        }
        match path.is_dir() {
            true => copy(home, to, &folder),
            false => drop(fs::copy(&path, to.join(folder)).unwrap()),
        }
    }
}

fn shown(answer: &Value) -> Vec<String> {
    answer["rows"].as_array().unwrap().iter().map(row).collect()
}

/// `day client model project@branch input/output/cache_read/cache_write messages`
fn row(row: &Value) -> String {
    let text = |name: &str| row[name].as_str().unwrap_or("-").to_owned();
    let count = |name: &str| row[name].as_u64().unwrap();
    format!(
        "{} {} {} {}@{} {}/{}/{}/{} x{}",
        text("day"),
        text("client"),
        text("model"),
        text("project"),
        text("branch"),
        count("input"),
        count("output"),
        count("cache_read"),
        count("cache_write"),
        count("messages")
    )
}

fn cost(answer: &Value) -> Vec<Option<String>> {
    let rows = answer["rows"].as_array().unwrap();
    rows.iter()
        .map(|row| row["cost_nano_usd"].as_str().map(str::to_owned))
        .collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
