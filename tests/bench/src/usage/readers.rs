//! Programs that read the logs of a home, each run as its own users run it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

/// What a run took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Run {
    pub time: Duration,
    pub peak_mib: f64,
}

/// Tokens of each kind, whoever they belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    /// Where a reader counts it beside the output.
    pub reasoning: u64,
}

pub struct Reader {
    pub name: &'static str,
    program: PathBuf,
    arguments: &'static [&'static str],
    /// Its own home, where it keeps what it remembers.
    state: PathBuf,
    /// Whether it takes the home to read as an argument.
    has_home_option: bool,
    totals: fn(&Value) -> Totals,
}

/// Where the published readers were installed.
fn installed(package: &str, program: &str) -> PathBuf {
    let folder = env::var_os("TOKEN_TRACKER_BENCH_READERS")
        .map_or_else(|| tests::target_dir().join("bench-readers"), PathBuf::from);
    let path = folder
        .join("node_modules")
        .join(package)
        .join("bin")
        .join(program);
    assert!(
        path.is_file(),
        "{} is missing: run scripts/bench usage",
        path.display()
    );
    path
}

/// Ours first.
pub fn all(state: &Path) -> Vec<Reader> {
    vec![
        ours(state),
        Reader {
            name: "ccusage 20.0.24",
            program: installed("@ccusage/ccusage-linux-x64", "ccusage"),
            arguments: &["daily", "--json", "--offline", "--timezone", "UTC"],
            state: state.join("ccusage"),
            has_home_option: false,
            totals: ccusage,
        },
        Reader {
            name: "tokscale 4.17.0",
            program: installed("@tokscale/cli-linux-x64-gnu", "tokscale"),
            arguments: &["models", "--json", "--no-spinner"],
            state: state.join("tokscale"),
            has_home_option: true,
            totals: tokscale,
        },
    ]
}

pub fn ours(state: &Path) -> Reader {
    Reader {
        name: "token-tracker",
        program: tests::token_tracker(),
        arguments: &["usage", "daily", "--json", "--timezone", "UTC"],
        state: state.join("ours"),
        has_home_option: true,
        totals: own,
    }
}

impl Reader {
    /// Deletes what it remembers of earlier runs.
    pub fn forget(&self) {
        let _ = fs::remove_dir_all(&self.state);
    }

    pub fn run(&self, home: &Path) -> Run {
        let (run, _) = timed(self.command(home), None);
        run
    }

    pub fn totals(&self, home: &Path) -> Option<Totals> {
        let (_, answer) = timed(self.command(home), None);
        let answer = serde_json::from_slice(&answer).ok()?;
        Some((self.totals)(&answer))
    }

    fn command(&self, home: &Path) -> Command {
        fs::create_dir_all(&self.state).expect("a folder for a reader");
        let mut command = alone(&self.program);
        command.args(self.arguments);
        // Without the option its own home is the one that is read, and what it remembers goes elsewhere.
        match self.has_home_option {
            true => command.arg("--home").arg(home).env("HOME", &self.state),
            false => command.env("HOME", home),
        };
        command.env("XDG_CACHE_HOME", self.state.join("cache"));
        command.env("TOKSCALE_CONFIG_DIR", self.state.join("config"));
        command.env("TOKSCALE_PRICING_CACHE_ONLY", "1");
        command
    }
}

pub fn status_line(state: &Path, home: &Path) -> Run {
    let reader = ours(state);
    let mut command = alone(&reader.program);
    command.args(["usage", "statusline", "--home"]).arg(home);
    command
        .env("HOME", &reader.state)
        .env("XDG_CACHE_HOME", reader.state.join("cache"));
    timed(command, Some(b"{\"session_id\":\"bench\"}")).0
}

/// The same bytes through a typed parse and nothing else.
pub fn bare(home: &Path) -> Run {
    let program = env::current_exe().expect("the bench knows itself");
    let mut command = alone(&program);
    command.arg("bare-loop").arg(home);
    timed(command, None).0
}

/// A program with nothing of this environment, measured.
fn alone(program: &Path) -> Command {
    let mut command = Command::new("/usr/bin/time");
    command.args(["--quiet", "-f", "%M"]);
    command.arg(program).env_clear();
    command.env("PATH", env::var_os("PATH").unwrap_or_default());
    command
}

fn timed(mut command: Command, input: Option<&[u8]>) -> (Run, Vec<u8>) {
    use std::io::Write;
    command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .stdin(Stdio::piped());
    let began = Instant::now();
    let mut child = command.spawn().expect("/usr/bin/time is installed");
    let mut stdin = child.stdin.take().expect("its input is ours");
    // A program that asks for nothing may be over before it is told anything.
    let _ = stdin.write_all(input.unwrap_or_default());
    drop(stdin);
    let output = child.wait_with_output().expect("the reader ends");
    let time = began.elapsed();
    let errors = String::from_utf8_lossy(&output.stderr);
    let kib = errors
        .lines()
        .rev()
        .find_map(|line| line.trim().parse::<f64>().ok());
    let run = Run {
        time,
        peak_mib: kib.unwrap_or(f64::NAN) / 1024.0,
    };
    (run, output.stdout)
}

fn sum(list: &Value, names: [&str; 5]) -> Totals {
    let mut totals = Totals::default();
    for entry in list.as_array().into_iter().flatten() {
        let count = |name: &str| entry[name].as_u64().unwrap_or(0);
        let [input, output, cache_read, cache_write, reasoning] = names.map(count);
        totals.input += input;
        totals.output += output;
        totals.cache_read += cache_read;
        totals.cache_write += cache_write;
        totals.reasoning += reasoning;
    }
    totals
}

fn own(answer: &Value) -> Totals {
    // Its output has reasoning in it.
    sum(
        &answer["groups"],
        [
            "inputTokens",
            "outputTokens",
            "cacheReadTokens",
            "cacheWriteTokens",
            "",
        ],
    )
}

fn ccusage(answer: &Value) -> Totals {
    let names = [
        "inputTokens",
        "outputTokens",
        "cacheReadTokens",
        "cacheCreationTokens",
        "",
    ];
    sum(&answer["daily"], names)
}

fn tokscale(answer: &Value) -> Totals {
    let names = ["input", "output", "cacheRead", "cacheWrite", "reasoning"];
    sum(&answer["entries"], names)
}
