use serde_json::{Value, json};

use super::{Logs, cost};

pub const PARENT: &str = "01980000-0000-7000-8000-000000000001";
const CHILD: &str = "01990000-0000-7000-8000-000000000002";
pub const FILE: &str =
    ".codex/sessions/2026/06/01/rollout-2026-06-01T12-00-00-01980000-0000-7000-8000-000000000001.jsonl";
pub const FORK: &str =
    ".codex/sessions/2026/06/02/rollout-2026-06-02T12-00-00-01990000-0000-7000-8000-000000000002.jsonl";

pub fn meta(at: &str, id: &str, more: Value) -> Value {
    let mut payload = json!({"id": id, "cwd": "/work/c", "source": "cli", "git": {"branch": "dev"}});
    payload
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    json!({"timestamp": at, "type": "session_meta", "payload": payload})
}

pub fn turn(at: &str, model: &str) -> Value {
    json!({"timestamp": at, "type": "turn_context", "payload": {"cwd": "/work/c", "model": model}})
}

/// Input with 400 of every 1,000 cached, and output.
pub fn usage(input: u64, output: u64) -> Value {
    json!({"input_tokens": input, "cached_input_tokens": input * 4 / 10, "output_tokens": output,
        "reasoning_output_tokens": output / 2, "total_tokens": input + output})
}

pub fn count(at: &str, total: (u64, u64), last: (u64, u64)) -> Value {
    json!({"timestamp": at, "type": "event_msg", "payload": {"type": "token_count", "info": {
        "total_token_usage": usage(total.0, total.1), "last_token_usage": usage(last.0, last.1)}}})
}

pub fn row(day: &str, rest: &str) -> String {
    format!("{day} codex gpt-5-codex /work/c@dev {rest}")
}

#[track_caller]
pub fn check(logs: &Logs, rows: &[String]) {
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    logs.check(&rows);
}

pub const NOON: &str = "2026-06-01T12:00:00.000Z";

pub fn parent() -> Vec<Value> {
    vec![
        meta(NOON, PARENT, json!({})),
        turn(NOON, "gpt-5-codex"),
        count("2026-06-01T12:00:10Z", (1000, 100), (1000, 100)),
        count("2026-06-01T12:00:20Z", (3000, 200), (2000, 100)),
    ]
}

#[test]
fn a_total_that_did_not_grow_is_no_response() {
    let logs = Logs::new();
    let mut lines = parent();
    lines.push(
        json!({"timestamp": NOON, "type": "event_msg", "payload": {"type": "token_count", "info": null}}),
    );
    lines.push(count("2026-06-01T12:00:30Z", (3000, 200), (2000, 100)));
    logs.lines(FILE, &lines);
    check(&logs, &[row("2026-06-01", "1800/200/1200/0 x2")]);
}

#[test]
fn two_equal_responses_at_one_moment_are_two() {
    let logs = Logs::new();
    let mut lines = parent();
    lines.push(count("2026-06-01T12:00:20Z", (5000, 300), (2000, 100)));
    logs.lines(FILE, &lines);
    check(&logs, &[row("2026-06-01", "3000/300/2000/0 x3")]);
}

#[test]
fn totals_alone_are_subtracted_and_begin_again() {
    let logs = Logs::new();
    let total = |at: &str, input, output| {
        json!({"timestamp": at, "type": "event_msg", "payload": {"type": "token_count",
            "info": {"total_token_usage": usage(input, output)}}})
    };
    logs.lines(
        FILE,
        &[
            meta(NOON, PARENT, json!({})),
            turn(NOON, "gpt-5-codex"),
            total(NOON, 1000, 100),
            total(NOON, 10_000, 200),
            total(NOON, 500, 10),
        ],
    );
    check(&logs, &[row("2026-06-01", "6300/210/4200/0 x3")]);
}

#[test]
fn a_total_that_begins_again_counts_its_last_and_a_late_one_does_not() {
    let logs = Logs::new();
    let mut lines = parent();
    lines.push(count("2026-06-01T12:00:30Z", (13_000, 300), (10_000, 100)));
    // A late snapshot of before, then a count that began again.
    lines.push(count("2026-06-01T12:00:31Z", (3000, 200), (2000, 100)));
    lines.push(json!({"timestamp": NOON, "type": "compacted", "payload": {"message": ""}}));
    lines.push(count("2026-06-01T12:00:40Z", (500, 10), (500, 10)));
    logs.lines(FILE, &lines);
    check(&logs, &[row("2026-06-01", "8100/310/5400/0 x4")]);
}

#[test]
fn a_usage_record_and_its_count_are_one_response() {
    let logs = Logs::new();
    let record = |at: &str, id: &str, total: (u64, u64), last: (u64, u64)| {
        json!({"timestamp": at, "type": "token_usage_record", "payload": {"thread_id": PARENT, "response_id": id,
            "usage": usage(last.0, last.1), "thread_token_usage": usage(total.0, total.1)}})
    };
    logs.lines(
        FILE,
        &[
            meta(NOON, PARENT, json!({})),
            turn(NOON, "gpt-5-codex"),
            record(NOON, "resp_1", (1000, 100), (1000, 100)),
            count(NOON, (1000, 100), (1000, 100)),
            count(NOON, (3000, 200), (2000, 100)),
            record(NOON, "resp_2", (3000, 200), (2000, 100)),
        ],
    );
    check(&logs, &[row("2026-06-01", "1800/200/1200/0 x2")]);
}

#[test]
fn the_live_rollout_stands_for_its_archived_copy() {
    let logs = Logs::new();
    logs.lines(FILE, &parent());
    let name = FILE.rsplit_once('/').unwrap().1;
    logs.lines(&format!(".codex/archived_sessions/{name}"), &parent());
    logs.lines(
        &format!(
            ".codex/archived_sessions/{}",
            name.replace("01980000", "01970000")
        ),
        &{
            let mut other = parent();
            other[0] = meta(NOON, "01970000-0000-7000-8000-000000000001", json!({}));
            other
        },
    );
    check(&logs, &[row("2026-06-01", "3600/400/2400/0 x4")]);
}

/// A thread of three responses, the last hours after it began; its turns may have ids.
fn long_thread(turn_id: Option<&str>) -> Vec<Value> {
    let mut lines = parent();
    if let Some(id) = turn_id {
        lines[1]["payload"]["turn_id"] = id.into();
    }
    lines.push(count("2026-06-01T15:00:00Z", (5000, 300), (2000, 100)));
    lines
}

const TURN_IDS: [Option<&str>; 2] = [None, Some("01980000-1000-7000-8000-000000000009")];

#[test]
fn a_thread_that_is_in_two_files_counts_once() {
    let name = FILE.rsplit_once('/').unwrap().1;
    let restored = format!(".codex/sessions/restored/{name}");
    for turn_id in TURN_IDS {
        let lines = long_thread(turn_id);
        for copy in [restored.as_str(), ".codex/sessions/2026/06/01/rollout-copy.jsonl"] {
            // The copy may be of before the thread's end, or of after what is left at its place.
            for (here, there) in [(5, 5), (5, 4), (4, 5)] {
                let logs = Logs::new();
                logs.lines(FILE, &lines[..here]);
                logs.lines(copy, &lines[..there]);
                check(&logs, &[row("2026-06-01", "3000/300/2000/0 x3")]);
            }
        }
    }
}

#[test]
fn a_thread_that_goes_on_in_another_file_repeats_nothing() {
    let resumed = "rollout-2026-06-03T12-00-00-01980000-0000-7000-8000-000000000001_0199.jsonl";
    for turn_id in TURN_IDS {
        for folder in ["sessions/2026/06/03", "archived_sessions"] {
            let logs = Logs::new();
            let first = long_thread(turn_id);
            logs.lines(FILE, &first);
            let mut lines = first.clone();
            for (second, line) in lines.iter_mut().enumerate() {
                line["timestamp"] = format!("2026-06-03T12:00:{second:02}Z").into();
            }
            lines.push(count("2026-06-03T12:05:00Z", (6000, 400), (1000, 100)));
            logs.lines(&format!(".codex/{folder}/{resumed}"), &lines);
            check(
                &logs,
                &[
                    row("2026-06-01", "3000/300/2000/0 x3"),
                    row("2026-06-03", "600/100/400/0 x1"),
                ],
            );
        }
    }
}

#[test]
fn a_model_named_late_is_that_of_what_came_before_and_none_is_a_guess() {
    let logs = Logs::new();
    logs.lines(
        FILE,
        &[
            meta(NOON, PARENT, json!({})),
            count(NOON, (1000, 100), (1000, 100)),
            turn(NOON, "gpt-5-codex"),
        ],
    );
    logs.lines(
        FORK,
        &[
            meta(NOON, CHILD, json!({})),
            count(NOON, (1000, 100), (1000, 100)),
        ],
    );
    check(
        &logs,
        &[
            "2026-06-01 codex gpt-5 /work/c@dev 600/100/400/0 x1".into(),
            row("2026-06-01", "600/100/400/0 x1"),
        ],
    );
    let of = |model: &str| logs.answer(&["monthly", "--model", model])["totals"]["modelGuessed"].clone();
    assert_eq!((of("gpt-5"), of("gpt-5-codex")), (json!(true), json!(false)));
}

/// A child with its parent's rows, told at these times, and one response of its own.
fn child(more: Value, times: [&str; 2], embedded: bool) -> Vec<Value> {
    let created = "2026-06-02T12:00:00.000Z";
    let mut lines = vec![meta(created, "child", more)];
    if embedded {
        lines.push(meta(NOON, PARENT, json!({"git": {"branch": "other"}})));
    }
    lines.extend([
        turn(created, "gpt-5-codex"),
        count(times[0], (1000, 100), (1000, 100)),
        count(times[1], (3000, 200), (2000, 100)),
        turn("2026-06-02T12:00:30Z", "gpt-5-codex"),
        count("2026-06-02T12:01:00Z", (3500, 210), (500, 10)),
    ]);
    lines
}

#[test]
fn what_a_fork_took_over_is_its_parents_in_every_shape() {
    let fork = || json!({"forked_from_id": PARENT});
    let spawn =
        || json!({"source": {"subagent": {"thread_spawn": {"parent_thread_id": PARENT, "depth": 1}}}});
    let shapes = [
        (
            "one second",
            ["2026-06-02T12:00:00.100Z", "2026-06-02T12:00:00.200Z"],
        ),
        (
            "several seconds",
            ["2026-06-02T12:00:01Z", "2026-06-02T12:00:09Z"],
        ),
        ("original times", ["2026-06-01T12:00:10Z", "2026-06-01T12:00:20Z"]),
    ];
    for (shape, times) in shapes {
        for (more, embedded) in [(fork(), false), (fork(), true), (spawn(), true)] {
            let logs = Logs::new();
            logs.lines(FILE, &parent());
            logs.lines(FORK, &child(more, times, embedded));
            let expected = [
                row("2026-06-01", "1800/200/1200/0 x2"),
                row("2026-06-02", "300/10/200/0 x1"),
            ];
            assert_eq!(logs.rows("UTC"), expected, "{shape}");
        }
    }
}

#[test]
fn copies_are_known_without_the_parents_file() {
    for times in [
        ["2026-06-02T12:00:00.100Z", "2026-06-02T12:00:00.200Z"],
        ["2026-06-01T12:00:10Z", "2026-06-01T12:00:20Z"],
    ] {
        let logs = Logs::new();
        logs.lines(FORK, &child(json!({"forked_from_id": PARENT}), times, false));
        check(&logs, &[row("2026-06-02", "300/10/200/0 x1")]);
    }
}

#[test]
fn the_time_in_a_turns_id_tells_copies_that_were_written_slowly() {
    let logs = Logs::new();
    let turn_of = |at: &str, id: &str| json!({"timestamp": at, "type": "turn_context", "payload": {"cwd": "/work/c", "model": "gpt-5-codex", "turn_id": id}});
    logs.lines(
        FORK,
        &[
            meta("2026-06-02T12:00:00Z", CHILD, json!({"forked_from_id": PARENT})),
            turn_of("2026-06-02T12:00:01Z", "01980000-1000-7000-8000-000000000009"),
            count("2026-06-02T12:00:05Z", (1000, 100), (1000, 100)),
            count("2026-06-02T12:00:15Z", (3000, 200), (2000, 100)),
            turn_of("2026-06-02T12:00:20Z", "01990000-1000-7000-8000-000000000009"),
            count("2026-06-02T12:00:50Z", (3500, 210), (500, 10)),
        ],
    );
    check(&logs, &[row("2026-06-02", "300/10/200/0 x1")]);
}

#[test]
fn sub_agents_with_equal_counts_are_not_copies_of_each_other() {
    let logs = Logs::new();
    logs.lines(FILE, &parent());
    for agent in ["a", "b"] {
        let more = json!({"source": {"subagent": {"thread_spawn": {"parent_thread_id": PARENT}}}});
        logs.lines(
            &format!(".codex/sessions/2026/06/02/rollout-2026-06-02T12-00-00-{agent}.jsonl"),
            &[
                meta("2026-06-02T12:00:00Z", agent, more),
                turn("2026-06-02T12:00:00Z", "gpt-5-codex"),
                count("2026-06-02T12:00:40Z", (700, 70), (700, 70)),
                count("2026-06-02T12:01:40Z", (1700, 170), (1000, 100)),
            ],
        );
    }
    check(
        &logs,
        &[
            row("2026-06-01", "1800/200/1200/0 x2"),
            row("2026-06-02", "2040/340/1360/0 x4"),
        ],
    );
}

#[test]
fn the_faster_way_is_in_the_settings_and_has_its_price() {
    let logs = Logs::new();
    let mut lines = parent();
    lines[1] = turn(NOON, "gpt-5.5");
    logs.lines(FILE, &lines);
    let usual = cost(&logs.answer(&["rows", "--timezone", "UTC"]));
    logs.write(
        ".codex/config.toml",
        "model = \"gpt-5.5\"\nservice_tier = \"priority\"\n[tui]\nservice_tier = \"x\"\n",
    );
    let faster = cost(&logs.answer(&["rows", "--timezone", "UTC"]));
    let number = |cost: &[Option<String>]| cost[0].as_ref().unwrap().parse::<u64>().unwrap();
    assert!(number(&faster) >= 2 * number(&usual), "{usual:?} {faster:?}");
}
