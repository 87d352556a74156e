//! Pictures of usage: the same sums as the reports, in every form.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::token_tracker;

use super::Logs;

/// Responses on four days of 2026, two of them side by side.
fn year() -> Logs {
    let logs = Logs::new();
    let line = |id: u32, at: &str, model: &str, output: u64| {
        json!({"type": "assistant", "sessionId": "s1", "requestId": format!("r{id}"), "timestamp": at,
            "cwd": "/work/secret-project", "gitBranch": "secret-branch",
            "message": {"id": format!("m{id}"), "model": model, "usage": {"input_tokens": 1000, "output_tokens": output,
                "cache_read_input_tokens": 9000, "cache_creation_input_tokens": 0}}})
    };
    logs.lines(
        ".claude/projects/-work-secret/s1.jsonl",
        &[
            line(1, "2026-02-27T10:00:00.000Z", "claude-sonnet-4-5", 100_000),
            line(2, "2026-02-28T10:00:00.000Z", "claude-sonnet-4-5", 10_000),
            line(3, "2026-02-28T11:00:00.000Z", "claude-opus-4-5", 10_000),
            line(4, "2026-03-05T10:00:00.000Z", "claude-<b>&", 500),
            line(5, "2026-11-01T23:30:00.000Z", "claude-opus-4-5", 500),
        ],
    );
    logs
}

const YEAR: [&str; 4] = ["--year", "2026", "--timezone", "UTC"];

fn asked<'a>(name: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&[name], &YEAR[..], more].concat()
}

/// A sum's numbers, without what names its group.
fn numbers(sum: &Value) -> Value {
    let mut sum = sum.clone();
    let members = sum.as_object_mut().unwrap();
    for key in ["day", "month", "level", "name", "model", "client"] {
        members.remove(key);
    }
    sum
}

#[test]
fn the_days_of_a_graph_are_those_of_the_daily_report() {
    let logs = year();
    let graph = logs.answer(&asked("graph", &[]));
    let daily = logs.answer(&asked("daily", &[]));
    let days: BTreeMap<String, Value> = graph["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| (day["day"].as_str().unwrap().to_owned(), day.clone()))
        .collect();
    assert_eq!(days.len(), 365);
    let groups = daily["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 4);
    for group in groups {
        let day = &days[group["day"].as_str().unwrap()];
        assert_eq!(numbers(day), numbers(group));
    }
    let used = days.values().filter(|day| day["messages"] != 0).count();
    assert_eq!(used, 4);
    assert_eq!(graph["totals"], daily["totals"]);
    assert_eq!(
        (&graph["activeDays"], &graph["longestStreakDays"]),
        (&json!(4), &json!(2))
    );
    let level = |day: &str| days[day]["level"].as_u64().unwrap();
    assert_eq!(
        ["2026-02-26", "2026-02-27", "2026-02-28", "2026-11-01"].map(level),
        [0, 4, 2, 1]
    );
    // A zone moves what is near midnight to the next day.
    let graph = logs.answer(&["graph", "--year", "2026", "--timezone", "Asia/Tokyo"]);
    assert_eq!(graph["days"][305]["day"], "2026-11-02");
    assert_eq!(graph["days"][305]["messages"], 1);
}

#[test]
fn a_graph_is_written_as_svg_and_png_in_both_forms_and_on_both_papers() {
    let logs = year();
    for form in [&[][..], &["--3d"]] {
        for (theme, surface) in [("light", "#ffffff"), ("dark", "#151b18")] {
            let files = ["svg", "png"].map(|kind| logs.home.path().join(format!("graph.{kind}")));
            let [svg, png] = files.each_ref().map(|file| file.to_str().unwrap());
            let more = [form, &["--theme", theme, "--svg", svg, "--png", png]].concat();
            let said = logs.run(&asked("graph", &more)).expect(0);
            assert!(said.stdout.contains("on 4 of 365 days"), "{}", said.stdout);
            let svg = std::fs::read_to_string(svg).unwrap();
            assert!(svg.contains(surface));
            assert!(svg.contains("Friday, 27 February 2026: $1.5"), "{svg}");
            assert!(svg.trim_end().ends_with("</svg>"));
            for absent in ["script", "href", "style=", "secret"] {
                assert!(!svg.contains(absent), "{absent}");
            }
            let png = std::fs::read(png).unwrap();
            assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
            let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
            assert!(side(16) > 1000 && side(20) > 500, "{} × {}", side(16), side(20));
        }
    }
    let missing = logs.home.path().join("none/graph.png");
    let refused = logs.run(&asked("graph", &["--json", "--png", missing.to_str().unwrap()]));
    assert_eq!(refused.clone().expect(1).error()["code"], "invalid_request");
    assert_eq!(refused.stdout, "");
}

#[test]
fn a_terminal_gets_as_many_colours_as_were_asked_for_and_a_pipe_none() {
    let logs = year();
    let shown = |more: &[&str]| logs.run(&asked("graph", more)).expect(0).stdout;
    let plain = shown(&[]);
    assert!(!plain.contains('\x1b'), "{plain}");
    assert!(plain.contains('█') && plain.contains('·'), "{plain}");
    assert!(shown(&["--color", "true"]).contains("\x1b[38;2;111;220;179m■"));
    assert!(shown(&["--color", "true", "--theme", "light"]).contains("\x1b[38;2;11;107;77m■"));
    assert!(shown(&["--color", "256"]).contains("\x1b[38;5;79m■"));
    assert!(shown(&["--color", "16"]).contains("\x1b[32m█"));
    assert_eq!(shown(&["--color", "never"]), plain);
    assert!(shown(&["--3d", "--color", "true"]).contains('▀'));
    let refused = logs.run(&asked("graph", &["--3d"])).expect(2);
    assert!(refused.stderr.contains("256 colours"), "{}", refused.stderr);
}

#[test]
fn a_years_picture_adds_up_and_names_no_project() {
    let logs = year();
    let wrapped = logs.answer(&asked("wrapped", &[]));
    let totals = logs.answer(&asked("models", &[]));
    assert_eq!(wrapped["totals"], totals["totals"]);
    let months = wrapped["months"].as_array().unwrap();
    assert_eq!(months.len(), 12);
    let monthly = logs.answer(&asked("monthly", &[]));
    for group in monthly["groups"].as_array().unwrap() {
        let month = months
            .iter()
            .find(|month| month["month"] == group["month"])
            .unwrap();
        assert_eq!(numbers(month), numbers(group));
    }
    for group in totals["groups"].as_array().unwrap() {
        let models = wrapped["models"].as_array().unwrap();
        let model = models
            .iter()
            .find(|model| model["name"] == group["model"])
            .unwrap();
        assert_eq!(numbers(model), numbers(group));
    }
    let facts = [
        "largestDay",
        "weekday",
        "hour",
        "sessions",
        "projects",
        "branches",
    ];
    let facts = facts.map(|name| wrapped[name].clone());
    let expected = [
        json!("2026-02-27"),
        json!("Friday"),
        json!(10),
        json!(1),
        json!(1),
        json!(1),
    ];
    assert_eq!(facts, expected);

    let file = logs.home.path().join("year.svg");
    logs.run(&asked("wrapped", &["--svg", file.to_str().unwrap()]))
        .expect(0);
    let svg = std::fs::read_to_string(file).unwrap();
    assert!(svg.contains("claude-&lt;b&gt;&amp;"), "{svg}");
    assert!(!svg.contains("secret"));
    let text = logs.run(&asked("wrapped", &[])).expect(0).stdout;
    assert!(
        text.contains("2026 in tokens") && text.contains("Friday"),
        "{text}"
    );
    assert!(!text.contains("secret"));
}

#[test]
fn what_is_used_most_needs_no_word_before_it() {
    let logs = year();
    let run = |words: &[&str]| {
        let mut command = logs.home.command(token_tracker());
        let outcome: tests::Outcome = command.args(words).output().unwrap().into();
        outcome.expect(0).stdout
    };
    assert_eq!(run(&[]), run(&["usage"]));
    assert!(run(&[]).contains("claude-opus-4-5"));
    assert_eq!(run(&["--json"]), run(&["usage", "--json"]));
    for (short, long) in [
        (&["models"][..], &["usage", "models"][..]),
        (&["monthly", "--json"], &["usage", "monthly", "--json"]),
        (
            &["graph", "--year", "2026"],
            &["usage", "graph", "--year", "2026"],
        ),
    ] {
        assert_eq!(run(short), run(long));
    }
}
