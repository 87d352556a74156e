//! The GitHub Action: its steps are run as a runner runs them, with the inputs that a workflow gives.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;
use tests::{MintOptions, Outcome, token_tracker, upstream::Reply, workspace_dir};
use yaml_rust2::{Yaml, YamlLoader};

use super::{Machine, forge::Forge, forge::TOKEN, read};
use crate::stage::{CODER, Stage};

fn yaml(path: &str) -> Yaml {
    let text = fs::read_to_string(workspace_dir().join(path)).unwrap();
    YamlLoader::load_from_str(&text).unwrap().remove(0)
}

fn members(yaml: &Yaml) -> impl Iterator<Item = (&str, &Yaml)> {
    let map = yaml.as_hash().into_iter().flatten();
    map.map(|(name, value)| (name.as_str().unwrap(), value))
}

/// What expressions may name.
struct Known<'a> {
    inputs: &'a BTreeMap<String, String>,
    /// Outputs of steps, as `STEP.NAME`.
    outputs: &'a BTreeMap<String, String>,
    has_failed: bool,
}

impl Known<'_> {
    fn value(&self, expression: &str) -> String {
        let expression = expression.trim();
        if let Some(name) = expression.strip_prefix("inputs.") {
            return self
                .inputs
                .get(name)
                .unwrap_or_else(|| panic!("no input {name}"))
                .clone();
        }
        if let Some(rest) = expression.strip_prefix("steps.") {
            let name = rest.replacen(".outputs.", ".", 1);
            return self.outputs.get(&name).cloned().unwrap_or_default();
        }
        match expression {
            "github.action_path" => workspace_dir().display().to_string(),
            "github.token" => TOKEN.into(),
            other => panic!("{other} is not known"),
        }
    }

    /// A text with `${{ … }}` in it.
    fn text(&self, text: &str) -> String {
        let mut parts = text.split("${{");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").unwrap();
            out += &self.value(expression);
            out += rest;
        }
        out
    }

    /// A condition; without a word about it, a step runs only after success.
    fn holds(&self, condition: Option<&str>) -> bool {
        let condition = condition.map_or("success()", |text| {
            text.trim()
                .strip_prefix("${{")
                .unwrap()
                .strip_suffix("}}")
                .unwrap()
                .trim()
        });
        let says_status = condition.contains("always()") || condition.contains("success()");
        let implied = says_status || !self.has_failed;
        implied
            && condition.split("&&").map(str::trim).all(|part| match part {
                "always()" => true,
                "success()" => !self.has_failed,
                comparison => {
                    let (left, is_equal, right) = match comparison.split_once("!=") {
                        Some((left, right)) => (left, false, right),
                        None => {
                            let (left, right) = comparison.split_once("==").unwrap();
                            (left, true, right)
                        }
                    };
                    let right = right.trim().trim_matches('\'');
                    (self.value(left) == right) == is_equal
                }
            })
    }
}

struct Runner {
    machine: Machine,
    variables: Vec<(String, String)>,
    /// What is in PATH before everything else.
    tools: PathBuf,
}

struct Ran {
    /// Names of the steps that ran, each with its exit code.
    steps: Vec<(String, i32)>,
    outputs: BTreeMap<String, String>,
    summary: String,
    log: String,
}

impl Runner {
    fn new(variables: &[(&str, &str)]) -> Self {
        let machine = Machine::runner();
        let tools = machine.home.path().join("tools");
        fs::create_dir(&tools).unwrap();
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Self {
            variables: variables.collect(),
            machine,
            tools,
        }
    }

    /// Runs the action's steps one after the other.
    fn run(&self, with: &[(&str, &str)]) -> Ran {
        let action = yaml("action.yml");
        assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
        let mut ran = Ran {
            steps: Vec::new(),
            outputs: BTreeMap::new(),
            summary: String::new(),
            log: String::new(),
        };
        let inputs = inputs(&action, with);
        let mut has_failed = false;
        for step in action["runs"]["steps"].as_vec().unwrap() {
            let known = Known {
                inputs: &inputs,
                outputs: &ran.outputs,
                has_failed,
            };
            if !known.holds(step["if"].as_str()) {
                continue;
            }
            let outcome = self.step(step, &known);
            let id = step["id"].as_str().unwrap_or("-");
            let path = self.machine.home.path().join("output");
            for line in fs::read_to_string(&path).unwrap_or_default().lines() {
                let (name, value) = line.split_once('=').unwrap();
                ran.outputs.insert(format!("{id}.{name}"), value.into());
            }
            // Each step has a file of its own, and a job shows them one after the other.
            ran.summary += &fs::read_to_string(self.machine.home.path().join("summary.md")).unwrap();
            let code = outcome.code.unwrap_or(-1);
            has_failed |= code != 0;
            ran.steps.push((step["name"].as_str().unwrap().into(), code));
            ran.log += &outcome.stdout;
            ran.log += &outcome.stderr;
        }
        ran
    }

    /// The machine's own tools, except a `token-tracker` that its user may have installed.
    fn path(&self) -> std::ffi::OsString {
        let path = std::env::var_os("PATH").unwrap();
        let others = std::env::split_paths(&path).filter(|folder| !folder.join("token-tracker").exists());
        std::env::join_paths(std::iter::once(self.tools.clone()).chain(others)).unwrap()
    }

    fn step(&self, step: &Yaml, known: &Known<'_>) -> Outcome {
        assert_eq!(step["shell"].as_str(), Some("bash"), "{step:?}");
        let script = step["run"].as_str().unwrap();
        assert!(
            !script.contains("${{"),
            "inputs come by the environment, never as part of a script"
        );
        let file = self.machine.home.path().join("step.sh");
        fs::write(&file, script).unwrap();
        for name in ["output", "summary.md"] {
            fs::write(self.machine.home.path().join(name), "").unwrap();
        }
        let mut command = self.machine.home.command("bash");
        // As runners call it.
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&file);
        command.current_dir(self.machine.checkout());
        command.env("PATH", self.path());
        command.env("RUNNER_TEMP", self.machine.home.path().join("tmp"));
        command.env("GITHUB_OUTPUT", self.machine.home.path().join("output"));
        command.env("GITHUB_STEP_SUMMARY", self.machine.home.path().join("summary.md"));
        for (name, value) in [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_REPOSITORY", "acme/shop"),
            ("GITHUB_SERVER_URL", "https://github.com"),
            ("GITHUB_HEAD_REF", "feature/api"),
            ("GITHUB_BASE_REF", "main"),
            ("GITHUB_REF", "refs/pull/12/merge"),
        ] {
            command.env(name, value);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        for (name, value) in members(&step["env"]) {
            command.env(name, known.text(value.as_str().unwrap()));
        }
        command.output().unwrap().into()
    }
}

fn inputs(action: &Yaml, with: &[(&str, &str)]) -> BTreeMap<String, String> {
    let none = BTreeMap::new();
    let known = Known {
        inputs: &none,
        outputs: &none,
        has_failed: false,
    };
    let mut inputs: BTreeMap<String, String> = members(&action["inputs"])
        .map(|(name, input)| (name.to_owned(), known.text(input["default"].as_str().unwrap())))
        .collect();
    for (name, value) in with {
        *inputs.get_mut(*name).unwrap_or_else(|| panic!("no input {name}")) = (*value).into();
    }
    inputs
}

fn tool() -> String {
    token_tracker().display().to_string()
}

fn names(ran: &Ran) -> Vec<(&str, i32)> {
    ran.steps
        .iter()
        .map(|(name, code)| (name.as_str(), *code))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_review_job_and_a_report_job_hand_the_usage_on() {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |_| {
        Reply::json(
            200,
            &json!({"id": "chatcmpl-9", "object": "chat.completion", "model": "m", "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}],
                "usage": {"prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20}}),
        )
    });
    let key = stage.gateway.mint(&MintOptions::credit("1.00")).await.remove(0);
    let review = Runner::new(&[]);
    let folder = review.machine.checkout().join("reviews/one two");
    fs::create_dir_all(&folder).unwrap();
    let chat = r#"{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-5-mini","choices":[],
        "usage":{"prompt_tokens":1200,"completion_tokens":80,"total_tokens":1280}}"#;
    fs::write(folder.join("a.json"), chat).unwrap();
    let artifact = review.machine.path("usage-review.json");
    let ran = review.run(&[
        ("binary", &tool()),
        ("key", &key.key),
        ("gateway", &stage.gateway.url("")),
        ("command", super::jobs::ASK),
        ("from", "reviews/**/*.json\n\nnowhere/*.json\n"),
        ("report", "false"),
        ("export", &artifact),
    ]);
    assert_eq!(
        names(&ran),
        [
            ("Find Token Tracker", 0),
            ("Record responses", 0),
            ("Run the command", 0),
            ("Export", 0)
        ],
        "{}",
        ran.log
    );
    assert!(!ran.log.contains(&key.key));
    assert_eq!(read(&artifact)["rows"].as_array().unwrap().len(), 2);

    let forge = Forge::start().await;
    let report = Runner::new(&[("GITHUB_API_URL", &forge.url())]);
    let usage = report.machine.home.path().join("usage/usage-review");
    fs::create_dir_all(&usage).unwrap();
    fs::copy(&artifact, usage.join("usage-review.json")).unwrap();
    let with = |tokens: &'static str| {
        let usage = report.machine.path("usage");
        let export = report.machine.path("usage-branch.json");
        report.run(&[
            ("binary", &tool()),
            ("import", &usage),
            ("comment", "true"),
            ("budget-tokens", tokens),
            ("budget-usd", "5.00"),
            ("export", &export),
        ])
    };
    let ran = with("2000");
    assert_eq!(
        names(&ran),
        [("Find Token Tracker", 0), ("Report", 0), ("Export", 0)],
        "{}",
        ran.log
    );
    assert!(ran.summary.contains("**1,300 tokens"), "{}", ran.summary);
    assert_eq!(ran.outputs["report.tokens"], "1300");
    assert_eq!(ran.outputs["report.over-budget"], "false");
    assert_eq!(forge.bodies().len(), 1);
    // Over the budget the job fails, and its artifact is written all the same.
    let ran = with("1299");
    assert_eq!(
        names(&ran),
        [("Find Token Tracker", 0), ("Report", 5), ("Export", 0)],
        "{}",
        ran.log
    );
    assert_eq!(ran.outputs["report.over-budget"], "true");
    assert_eq!(forge.bodies().len(), 1);
    assert!(forge.bodies()[0].contains("over budget"));
    assert_eq!(
        read(report.machine.path("usage-branch.json"))["rows"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn a_step_that_fails_is_still_reported() {
    let runner = Runner::new(&[]);
    let ran = runner.run(&[("binary", &tool()), ("from", "nowhere/*.json")]);
    assert_eq!(
        names(&ran),
        [("Find Token Tracker", 0), ("Record responses", 1), ("Report", 0)],
        "{}",
        ran.log
    );
    assert!(ran.log.contains("::error::No file"), "{}", ran.log);
}

#[test]
fn the_tool_is_the_one_in_the_path_or_is_built_from_the_action_s_source() {
    let runner = Runner::new(&[]);
    // A cargo that notes what it is asked, and "builds" the real tool.
    let asked = runner.machine.path("asked");
    let cargo = format!(
        "#!/bin/bash\necho \"$@\" > {asked}\nroot=${{*: -1}}\nmkdir -p \"$root/bin\"\nln -s {} \"$root/bin/token-tracker\"\n",
        tool()
    );
    executable(&runner.tools.join("cargo"), &cargo);
    let ran = runner.run(&[]);
    let built = runner.machine.path("tmp/token-tracker");
    assert_eq!(
        ran.outputs["tool.path"],
        format!("{built}/bin/token-tracker"),
        "{}",
        ran.log
    );
    let source = workspace_dir().join("cli");
    assert_eq!(
        fs::read_to_string(&asked).unwrap().trim(),
        format!(
            "install --quiet --locked --path {} --root {built}",
            source.display()
        )
    );
    assert!(source.join("Cargo.toml").exists());

    let runner = Runner::new(&[]);
    std::os::unix::fs::symlink(tool(), runner.tools.join("token-tracker")).unwrap();
    let ran = runner.run(&[]);
    let found = runner.tools.join("token-tracker").display().to_string();
    assert_eq!(ran.outputs["tool.path"], found, "{}", ran.log);
}

fn executable(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn the_example_workflow_gives_the_action_inputs_that_it_has() {
    let action = yaml("action.yml");
    let known: Vec<&str> = members(&action["inputs"]).map(|(name, _)| name).collect();
    let outputs: Vec<&str> = members(&action["outputs"]).map(|(name, _)| name).collect();
    assert_eq!(outputs, ["tokens", "cost-nano-usd", "over-budget"]);
    let workflow = yaml("docs/workflows/ai-usage.yml");
    let mut used = 0;
    for (_, job) in members(&workflow["jobs"]) {
        for step in job["steps"].as_vec().unwrap() {
            if step["uses"]
                .as_str()
                .is_some_and(|uses| uses.contains("/token-tracker@"))
            {
                used += 1;
                for (name, _) in members(&step["with"]) {
                    assert!(known.contains(&name), "{name}");
                }
            }
        }
    }
    assert_eq!(used, 2);
    let docs = fs::read_to_string(workspace_dir().join("docs/branches.md")).unwrap();
    for name in known.iter().chain(&outputs) {
        assert!(
            docs.contains(&format!("`{name}`")),
            "docs/branches.md says nothing of {name}"
        );
    }
}

/// `branch client model input output cache-read`
const YEAR: &str = "
    feature/api claude claude-sonnet-4-5 64210 41807 1830400
    feature/api claude claude-haiku-4-5 20114 6230 210000
    feature/api ci gpt-5-mini 118200 9120 0
    feature/api manual - 50000 0 0
    main claude claude-sonnet-4-5 41020 30911 1210300
    main ci gpt-5-mini 98234 7020 0
    bugfix/auth codex gpt-5-codex 61200 12367 402000
    bugfix/auth ci gpt-5-mini 12010 980 0
";

/// The picture in the README and docs/branches.md is made from this file by
/// `tests/dashboard/ci-report.ts`.
#[test]
fn the_summary_that_the_docs_show_is_what_the_action_writes() {
    let runner = Runner::new(&[]);
    let rows = YEAR.trim().lines().zip(1..).map(|(line, number)| {
        let [branch, client, model, input, output, cached] = line.split_whitespace().collect::<Vec<_>>()[..]
        else {
            panic!("{line}");
        };
        let count = |text: &str| text.parse::<u64>().unwrap();
        let origin = match client {
            "manual" => "manual",
            "ci" => "provider",
            _ => "log",
        };
        let mut row = json!({
            "id": format!("row-{number}"), "client": client, "origin": origin, "at": "2026-06-01T12:00:00Z",
            "repository": "github.com/acme/shop", "branch": branch,
            "inputTokens": count(input), "outputTokens": count(output), "cacheReadTokens": count(cached)});
        if model != "-" {
            row["model"] = model.into();
        }
        row
    });
    let export = json!({
        "format": "token-tracker-branch", "version": 1, "exportedAt": "2026-06-01T12:00:00Z",
        "rows": rows.collect::<Vec<_>>()});
    let artifact = runner.machine.path("usage.json");
    fs::write(&artifact, export.to_string()).unwrap();
    let ran = runner.run(&[
        ("binary", &tool()),
        ("import", &artifact),
        ("budget-tokens", "3000000"),
        ("budget-usd", "3.00"),
    ]);
    assert_eq!(
        names(&ran),
        [("Find Token Tracker", 0), ("Report", 0)],
        "{}",
        ran.log
    );
    let shown = workspace_dir().join("docs/pictures/ci-report.md");
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(&shown, &ran.summary).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&shown).unwrap(),
        ran.summary,
        "set UPDATE_GENERATED=1 to rewrite it"
    );
}
