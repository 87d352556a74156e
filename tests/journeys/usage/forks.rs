//! Which rows of a Codex thread are its parent's, where the shapes that are common do not tell.

use serde_json::{Value, json};

use super::{
    Logs,
    codex::{FILE, FORK, NOON, PARENT, check, count, meta, parent, row, turn, usage},
};

const BEGAN: &str = "2026-06-02T12:00:00.000Z";

/// A fork that began when it says, with these rows.
fn fork(rows: &[Value]) -> Vec<Value> {
    let mut lines = vec![
        meta(BEGAN, "child", json!({"forked_from_id": PARENT})),
        turn(BEGAN, "gpt-5-codex"),
    ];
    lines.extend_from_slice(rows);
    lines
}

const FIRST: (u64, u64) = (1000, 100);
const SECOND: (u64, u64) = (3000, 200);

#[test]
fn what_the_parent_answered_after_the_fork_is_no_history_of_it() {
    let logs = Logs::new();
    let mut lines = parent();
    lines.push(count("2026-06-02T13:00:00Z", (3500, 210), (500, 10)));
    logs.lines(FILE, &lines);
    logs.lines(
        FORK,
        &fork(&[
            count("2026-06-02T12:00:01Z", FIRST, FIRST),
            count("2026-06-02T12:00:05Z", SECOND, (2000, 100)),
            count("2026-06-02T12:01:00Z", (3500, 210), (500, 10)),
        ]),
    );
    check(
        &logs,
        &[
            row("2026-06-01", "1800/200/1200/0 x2"),
            row("2026-06-02", "600/20/400/0 x2"),
        ],
    );
}

#[test]
fn one_equal_total_is_a_copy_only_soon_after_the_fork() {
    for (at, expected) in [
        ("2026-06-02T12:00:05Z", "300/10/200/0 x1"),
        ("2026-06-02T12:00:40Z", "900/110/600/0 x2"),
    ] {
        let logs = Logs::new();
        logs.lines(FILE, &parent());
        let rows = [
            count(at, FIRST, FIRST),
            count("2026-06-02T12:01:00Z", (1500, 110), (500, 10)),
        ];
        logs.lines(FORK, &fork(&rows));
        check(
            &logs,
            &[
                row("2026-06-01", "1800/200/1200/0 x2"),
                row("2026-06-02", expected),
            ],
        );
    }
}

#[test]
fn rows_older_than_the_fork_are_not_its_own_whatever_is_left_of_the_parent() {
    let logs = Logs::new();
    logs.lines(FILE, &parent()[..3]);
    logs.lines(
        FORK,
        &fork(&[
            count("2026-06-01T12:00:20Z", SECOND, (2000, 100)),
            count("2026-06-02T12:01:00Z", (3500, 210), (500, 10)),
        ]),
    );
    check(
        &logs,
        &[
            row("2026-06-01", "600/100/400/0 x1"),
            row("2026-06-02", "300/10/200/0 x1"),
        ],
    );
}

#[test]
fn without_the_parent_rows_that_came_faster_than_any_answer_are_copies() {
    for copies in [
        // At once when the thread began, or several within a second.
        vec![count("2026-06-02T12:00:00.500Z", FIRST, FIRST)],
        vec![
            count("2026-06-02T12:00:05.100Z", FIRST, FIRST),
            count("2026-06-02T12:00:05.200Z", SECOND, (2000, 100)),
        ],
    ] {
        let logs = Logs::new();
        let mut rows = copies;
        rows.push(count("2026-06-02T12:01:00Z", (3500, 210), (500, 10)));
        logs.lines(FORK, &fork(&rows));
        check(&logs, &[row("2026-06-02", "300/10/200/0 x1")]);
    }
}

#[test]
fn up_to_the_ordinal_that_a_fork_names_its_lines_are_the_parents() {
    let logs = Logs::new();
    let mut lines = fork(&[
        count("2026-06-02T12:00:20Z", FIRST, FIRST),
        count("2026-06-02T12:00:40Z", SECOND, (2000, 100)),
        count("2026-06-02T12:01:00Z", (3500, 210), (500, 10)),
    ]);
    lines[0]["payload"]["history_base"] = json!({"ordinal": 4});
    for (ordinal, line) in lines.iter_mut().enumerate() {
        line["ordinal"] = (ordinal + 1).into();
    }
    logs.lines(FORK, &lines);
    check(&logs, &[row("2026-06-02", "300/10/200/0 x1")]);
}

#[test]
fn a_turn_that_began_after_the_fork_is_its_own_whatever_it_counts() {
    let logs = Logs::new();
    logs.lines(FILE, &parent());
    let mut lines = fork(&[
        count("2026-06-02T12:00:20Z", FIRST, FIRST),
        count("2026-06-02T12:00:40Z", SECOND, (2000, 100)),
    ]);
    // Both ids have a time in them: that of the fork, and a second later.
    lines[0]["payload"]["id"] = "019e8834-7600-7000-8000-000000000002".into();
    lines[1]["payload"]["turn_id"] = "019e8834-79e8-7000-8000-000000000009".into();
    logs.lines(FORK, &lines);
    check(
        &logs,
        &[
            row("2026-06-01", "1800/200/1200/0 x2"),
            row("2026-06-02", "1800/200/1200/0 x2"),
        ],
    );
}

#[test]
fn two_damaged_files_of_a_thread_are_what_is_in_either() {
    let logs = Logs::new();
    let mut lines = parent();
    lines.push(count("2026-06-01T15:00:00Z", (5000, 300), (2000, 100)));
    let without = |place: usize| {
        let mut lines = lines.clone();
        lines.remove(place);
        lines
    };
    logs.lines(FILE, &without(3));
    logs.lines(".codex/sessions/restored/rollout-1.jsonl", &without(2));
    check(&logs, &[row("2026-06-01", "3000/300/2000/0 x3")]);
}

/// A usage record without the thread's total.
fn record(at: &str, response: &str, last: (u64, u64)) -> Value {
    json!({"timestamp": at, "type": "token_usage_record", "payload": {"response_id": response, "usage": usage(last.0, last.1)}})
}

#[test]
fn a_response_is_known_by_its_id_without_a_thread() {
    let logs = Logs::new();
    let records = [
        record("2026-06-01T12:00:10Z", "resp_1", FIRST),
        record("2026-06-01T12:00:20Z", "resp_2", (2000, 100)),
    ];
    let mut lines = vec![meta(NOON, PARENT, json!({})), turn(NOON, "gpt-5-codex")];
    lines.extend(records.clone());
    logs.lines(FILE, &lines);
    // What is left of a copy has neither its beginning nor its folder.
    logs.lines(".codex/sessions/restored/rollout-1.jsonl", &records);
    check(&logs, &[row("2026-06-01", "1800/200/1200/0 x2")]);
}

#[test]
fn a_record_without_a_total_and_its_count_are_one_response_in_either_order() {
    let logs = Logs::new();
    logs.lines(
        FILE,
        &[
            meta(NOON, PARENT, json!({})),
            turn(NOON, "gpt-5-codex"),
            record(NOON, "resp_1", FIRST),
            count(NOON, FIRST, FIRST),
            count(NOON, SECOND, (2000, 100)),
            record(NOON, "resp_2", (2000, 100)),
        ],
    );
    check(&logs, &[row("2026-06-01", "1800/200/1200/0 x2")]);
}

#[test]
fn after_a_compaction_even_a_known_total_is_a_new_beginning() {
    let logs = Logs::new();
    logs.lines(
        FILE,
        &[
            meta(NOON, PARENT, json!({})),
            turn(NOON, "gpt-5-codex"),
            count(NOON, FIRST, FIRST),
            count(NOON, (1100, 110), (100, 10)),
            json!({"timestamp": NOON, "type": "compacted", "payload": {"message": ""}}),
            count(NOON, FIRST, FIRST),
        ],
    );
    check(&logs, &[row("2026-06-01", "1260/210/840/0 x3")]);
}

#[test]
fn a_total_without_a_sum_does_not_grow_by_its_reasoning() {
    let logs = Logs::new();
    let reasoned = |reasoning: u64| {
        let mut line = count(NOON, FIRST, FIRST);
        let total = &mut line["payload"]["info"]["total_token_usage"];
        total["total_tokens"] = Value::Null;
        total["reasoning_output_tokens"] = reasoning.into();
        line
    };
    logs.lines(
        FILE,
        &[
            meta(NOON, PARENT, json!({})),
            turn(NOON, "gpt-5-codex"),
            reasoned(10),
            reasoned(60),
        ],
    );
    check(&logs, &[row("2026-06-01", "600/100/400/0 x1")]);
}
