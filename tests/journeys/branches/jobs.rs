//! What jobs record and report.

use std::{
    fs,
    process::{Command, Stdio},
};

use http::StatusCode;
use serde_json::{Value, json};
use tests::{Device, MintOptions, Outcome, upstream::Reply};

use super::{
    Machine,
    forge::{Forge, TOKEN},
};
use crate::stage::{CODER, Stage};

const CHAT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1780000000,"model":"gpt-5-mini","choices":[],
    "usage":{"prompt_tokens":1200,"completion_tokens":80,"total_tokens":1280,"prompt_tokens_details":{"cached_tokens":1000}}}"#;

/// What GitHub tells a job of a pull request from `feature/api` into `main`.
fn as_job(command: &mut Command) {
    for (name, value) in [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_REPOSITORY", "acme/shop"),
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_HEAD_REF", "feature/api"),
        ("GITHUB_BASE_REF", "main"),
        ("GITHUB_REF", "refs/pull/12/merge"),
        ("GITHUB_REF_NAME", "12/merge"),
        ("GITHUB_TOKEN", TOKEN),
    ] {
        command.env(name, value);
    }
}

impl Machine {
    /// A checkout as jobs have it: a commit, and no branch.
    pub fn runner() -> Self {
        let machine = Self::new();
        machine.git(&["checkout", "-q", "--detach"]);
        machine
    }

    fn job(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
        let mut command = self.command(arguments);
        as_job(&mut command);
        command.envs(variables.iter().copied()).output().unwrap().into()
    }
}

#[test]
fn responses_of_providers_are_recorded_for_the_job_s_branch_once() {
    let runner = Machine::runner();
    let file = runner.path("response.json");
    fs::write(&file, CHAT).unwrap();
    let first: Value = runner
        .job(&["ci", "record", "--from", &file, "--json"], &[])
        .expect(0)
        .json();
    assert_eq!(
        (&first["branch"], &first["added"]),
        (&json!("feature/api"), &json!(1))
    );
    let again: Value = runner
        .job(&["ci", "record", "--from", &file, "--json"], &[])
        .expect(0)
        .json();
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(1)));
    // 200 at $0.25, 1,000 at $0.025 and 80 at $2 for a million.
    assert_eq!(runner.totals("feature/api"), (1_280, Some("235000".into())));
    let rows = runner.answer(&["usage", "rows", "--ci"]);
    assert_eq!(rows["rows"][0]["model"], "gpt-5-mini");
    assert_eq!(rows["rows"][0]["cache_read"], 1_000);

    runner
        .job(
            &[
                "ci",
                "record",
                "--model",
                "gpt-5-mini",
                "--input",
                "100",
                "--output",
                "20",
            ],
            &[],
        )
        .expect(0);
    assert_eq!(runner.totals("feature/api").0, 1_400);
    fs::write(&file, "hello").unwrap();
    let outcome = runner
        .job(&["ci", "record", "--from", &file, "--json"], &[])
        .expect(1);
    assert_eq!(outcome.error()["code"], "invalid_request");
    runner.job(&["ci", "record"], &[]).expect(2);
    runner.job(&["ci", "record", "--model", "m"], &[]).expect(2);
    assert_eq!(runner.totals("feature/api").0, 1_400);
}

/// Artifacts of a branch with so many tokens.
fn artifact(runner: &Machine, branch: &str, tokens: &str) -> String {
    let other = Machine::new();
    other
        .run(&["branch", "add", tokens, "--branch", branch])
        .expect(0);
    let folder = runner.path("artifacts");
    fs::create_dir_all(&folder).unwrap();
    let file = format!("{folder}/{}.json", branch.replace('/', "-"));
    other
        .run(&["branch", "export", &file, "--branch", branch])
        .expect(0);
    folder
}

#[test]
fn a_report_compares_with_the_base_and_fails_over_a_budget() {
    let runner = Machine::runner();
    let file = runner.path("response.json");
    fs::write(&file, CHAT).unwrap();
    runner.job(&["ci", "record", "--from", &file], &[]).expect(0);
    let artifacts = artifact(&runner, "main", "2560");
    artifact(&runner, "feature/api", "1280");
    fs::write(format!("{artifacts}/notes.txt"), "no export").unwrap();

    let (summary, output) = (runner.path("summary.md"), runner.path("output"));
    let variables = [
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
        ("GITHUB_OUTPUT", &output),
    ];
    let report = |arguments: &[&str]| {
        let arguments: Vec<&str> = ["ci", "report"].iter().chain(arguments).copied().collect();
        runner.job(&arguments, &variables)
    };
    let text = report(&["--import", &artifacts]).expect(0).stdout;
    for said in [
        "## AI usage of `feature/api`",
        "**2,560 tokens · $0.0003\\*** in 2 responses",
        "`main` has 2,560 tokens",
        "+0 tokens (+0.0\u{a0}%)",
        "| `gpt-5-mini` | ci | 1 | 1,200 | 80 | 1,280 | $0.0003 |",
        "1 response (1,280 tokens) without a known price",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    assert_eq!(fs::read_to_string(&summary).unwrap().trim(), text.trim());
    let outputs = fs::read_to_string(&output).unwrap();
    assert_eq!(outputs, "tokens=2560\ncost-nano-usd=235000\nover-budget=false\n");

    report(&["--budget-tokens", "2560", "--budget-usd", "0.000235"]).expect(0);
    let over = report(&["--budget-tokens", "2559"]).expect(5);
    assert!(over.stdout.contains("✗ **over budget**"), "{}", over.stdout);
    let over: Value = report(&["--budget-usd", "0.000234999", "--json"])
        .expect(5)
        .json();
    assert_eq!(
        (&over["overBudget"], &over["budgets"][0]["kind"]),
        (&json!(true), &json!("usd"))
    );
    report(&["--budget-usd", "-1"]).expect(2);
    // Artifacts come to a job again and again.
    let again: Value = report(&["--import", &artifacts, &artifacts, "--json"])
        .expect(0)
        .json();
    assert_eq!(again["totals"]["totalTokens"], 2_560);
    fs::write(format!("{artifacts}/bad.json"), "{}").unwrap();
    report(&["--import", &artifacts]).expect(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_comment_is_changed_instead_of_many_written() {
    let runner = Machine::runner();
    let forge = Forge::start().await;
    // Two pages of others' comments; one of them has our mark in it.
    forge.add_foreign((0..120).map(|number| match number {
        50 => "<!-- token-tracker ci report -->\nnot yours".to_owned(),
        number => format!("comment {number}"),
    }));
    let url = forge.url();
    let comment = || -> Value {
        let variables = [("GITHUB_API_URL", url.as_str())];
        runner
            .job(&["ci", "report", "--comment", "--json"], &variables)
            .expect(0)
            .json()
    };
    runner
        .job(
            &["ci", "record", "--model", "m", "--input", "5", "--output", "5"],
            &[],
        )
        .expect(0);
    assert_eq!(comment()["comment"], "created");
    assert_eq!(comment()["comment"], "unchanged");
    runner
        .job(
            &["ci", "record", "--model", "m", "--input", "5", "--output", "5"],
            &[],
        )
        .expect(0);
    assert_eq!(comment()["comment"], "updated");
    let bodies = forge.bodies();
    assert_eq!(bodies.len(), 121);
    assert!(bodies[120].contains("**20 tokens"), "{}", bodies[120]);
    assert_eq!(bodies[50], "<!-- token-tracker ci report -->\nnot yours");
    assert!(forge.asked().iter().all(|asked| !asked.contains(TOKEN)));

    // A push is about no pull request.
    let variables = [
        ("GITHUB_API_URL", url.as_str()),
        ("GITHUB_REF", "refs/heads/main"),
    ];
    let outcome = runner.job(&["ci", "report", "--comment"], &variables).expect(0);
    assert!(outcome.stderr.contains("no"), "{}", outcome.stderr);
    for (name, value) in [
        ("GITHUB_REPOSITORY", "acme/../x"),
        ("GITHUB_TOKEN", ""),
        ("GITHUB_API_URL", "http://example.com"),
    ] {
        let mut variables = vec![("GITHUB_API_URL", url.as_str())];
        variables.push((name, value));
        runner.job(&["ci", "report", "--comment"], &variables).expect(1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_comment_that_was_refused_hides_no_budget() {
    let runner = Machine::runner();
    let forge = Forge::start().await;
    let url = forge.url();
    let by_hand = ["ci", "record", "--model", "m", "--input", "5", "--output", "5"];
    runner.job(&by_hand, &[]).expect(0);
    let report = |budget: &str, code: i32| {
        let arguments = ["ci", "report", "--comment", "--json", "--budget-tokens", budget];
        let outcome = runner.job(&arguments, &[("GITHUB_API_URL", &url)]).expect(code);
        let answer: Value = outcome.json();
        assert_eq!(answer["totals"]["totalTokens"], 10);
        assert_eq!(answer["comment"], Value::Null);
        (outcome, answer)
    };
    // A fork's job may not write, which is no fault of the job.
    for status in [StatusCode::FORBIDDEN, StatusCode::NOT_FOUND] {
        forge.refuse(status);
        for (budget, code) in [("10", 0), ("9", 5)] {
            let (outcome, answer) = report(budget, code);
            assert!(
                outcome.stderr.contains("pull-requests: write"),
                "{}",
                outcome.stderr
            );
            assert_eq!(answer["commentProblem"]["code"], "upstream_unavailable");
        }
    }
    forge.refuse(StatusCode::INTERNAL_SERVER_ERROR);
    for (budget, code) in [("10", 1), ("9", 5)] {
        let (outcome, _) = report(budget, code);
        assert_eq!(outcome.error()["code"], "upstream_unavailable");
    }
    let nobody = [("GITHUB_API_URL", url.as_str()), ("GITHUB_TOKEN", "")];
    let arguments = ["ci", "report", "--comment", "--budget-tokens", "9"];
    let outcome = runner.job(&arguments, &nobody).expect(5);
    assert!(outcome.stdout.contains("over budget"), "{}", outcome.stdout);
}

/// Asks a model once over what the environment says, with nothing but a shell.
pub const ASK: &str = r#"
address=${OPENAI_BASE_URL#http://}; path=/${address#*/}; address=${address%%/*}
body='{"model":"coder","messages":[{"role":"user","content":"hi"}]}'
exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
printf 'POST %s/chat/completions HTTP/1.1\r\nhost: %s\r\nauthorization: Bearer %s\r\ncontent-type: application/json\r\ncontent-length: %s\r\nconnection: close\r\n\r\n%s' \
  "$path" "$address" "$OPENAI_API_KEY" "${#body}" "$body" >&3
IFS= read -r status <&3; cat <&3 > answer.txt; echo "${status%$'\r'}"
"#;

async fn stage() -> Stage {
    let stage = Stage::new().await;
    stage.upstream.on(CODER, |_| {
        Reply::json(
            200,
            &json!({"id": "chatcmpl-9", "object": "chat.completion", "model": "m", "choices": [
                {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "yes"}}],
                "usage": {"prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20}}),
        )
    });
    stage
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_runs_on_the_job_s_own_credential_and_its_receipts_are_recorded() {
    let stage = stage().await;
    let key = stage.gateway.mint(&MintOptions::credit("1.00")).await.remove(0);
    let runner = Machine::runner();
    let url = stage.gateway.url("");
    let variables = [
        ("TOKEN_TRACKER_KEY", key.key.as_str()),
        ("TOKEN_TRACKER_GATEWAY_URL", &url),
    ];
    let script = format!("{ASK}\n[ -z \"${{TOKEN_TRACKER_KEY:-}}\" ] && exit 7");
    let outcome = runner
        .job(&["ci", "record", "--", "bash", "-c", &script], &variables)
        .expect(7);
    // Standard output is the command's own.
    assert_eq!(outcome.stdout, "HTTP/1.1 200 OK\n");
    assert!(
        outcome.stderr.contains("1 response with 20 tokens"),
        "{}",
        outcome.stderr
    );
    let row = stage.gateway.only_row(key.id).await;
    let cost = row.cost_nano_usd.nano_usd().to_string();
    assert_eq!(runner.totals("feature/api"), (20, Some(cost)));
    let export = runner.path("out.json");
    runner.job(&["branch", "export", &export], &[]).expect(0);
    let exported = super::read(&export);
    assert_eq!(exported["rows"][0]["origin"], "gateway");
    assert_eq!(exported["rows"][0]["id"], row.request_id.to_string());
    // The job gave its place back, and nothing of it is left on the runner.
    let keys = stage.gateway.keys().await;
    let summary = keys.iter().find(|summary| summary.id == key.id).unwrap();
    assert_eq!(summary.devices_enrolled, 0);
    for path in runner.home.files() {
        let bytes = fs::read(&path).unwrap();
        assert!(
            memchr::memmem::find(&bytes, b"ttd_").is_none(),
            "{}",
            path.display()
        );
        assert!(
            memchr::memmem::find(&bytes, key.key.as_bytes()).is_none(),
            "{}",
            path.display()
        );
    }
    // The same key serves the next job.
    let outcome = runner
        .job(&["ci", "record", "--", "bash", "-c", ASK], &variables)
        .expect(0);
    assert!(
        outcome.stderr.contains("1 response with 20 tokens"),
        "{}",
        outcome.stderr
    );
    assert_eq!(runner.totals("feature/api").0, 40);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_signed_in_device_only_what_the_command_asked_is_recorded() {
    let stage = stage().await;
    assert!(stage.device.chat(CODER).send().await.status.is_success());
    let runner = Machine::runner();
    let Device { credential, .. } = &stage.device;
    let url = stage.gateway.url("");
    let variables = [
        ("TOKEN_TRACKER_CREDENTIAL", credential.as_str()),
        ("TOKEN_TRACKER_GATEWAY_URL", &url),
    ];
    runner
        .job(&["ci", "record", "--", "bash", "-c", ASK], &variables)
        .expect(0);
    assert_eq!(runner.totals("feature/api").0, 20);
    // A command that cannot be started, and a gateway that cannot be reached, are said.
    runner
        .job(&["ci", "record", "--", "/nonexistent"], &variables)
        .expect(1);
    let nowhere = format!("http://{}", tests::free_port());
    let variables = [
        ("TOKEN_TRACKER_CREDENTIAL", credential.as_str()),
        ("TOKEN_TRACKER_GATEWAY_URL", &nowhere),
    ];
    runner.job(&["ci", "record", "--", "true"], &variables).expect(3);
    runner.job(&["ci", "record", "--", "true"], &[]).expect(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signals_reach_the_command_and_its_receipts_are_recorded_all_the_same() {
    let stage = stage().await;
    let runner = Machine::runner();
    let url = stage.gateway.url("");
    let script =
        format!("trap 'echo terminated; kill $!; exit 3' TERM\n{ASK}\necho ready\nsleep 1000 & wait $!");
    let mut command = runner.command(&["ci", "record", "--", "bash", "-c", &script]);
    as_job(&mut command);
    command
        .env("TOKEN_TRACKER_CREDENTIAL", stage.device.credential.as_str())
        .env("TOKEN_TRACKER_GATEWAY_URL", &url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap() == "ready"));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(lines.any(|line| line.unwrap() == "terminated"));
    let outcome = Outcome::from(child.wait_with_output().unwrap());
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert_eq!(runner.totals("feature/api").0, 20);

    // One that a signal ends is told as a shell tells it.
    let mut command = runner.command(&["ci", "record", "--", "bash", "-c", "kill -KILL $$"]);
    command
        .env("TOKEN_TRACKER_CREDENTIAL", stage.device.credential.as_str())
        .env("TOKEN_TRACKER_GATEWAY_URL", &url);
    Outcome::from(command.output().unwrap()).expect(137);
}
