use serde_json::{Value, json};

use super::{Logs, cost};

const FILE: &str = ".claude/projects/-work-a/s1.jsonl";
const OTHER: &str = ".claude/projects/-work-a/s2.jsonl";

/// A line with usage: input 10, output as given, cache read 200, cache write 30.
pub fn line(at: &str, id: &str, request: &str, output: u64) -> Value {
    json!({
        "type": "assistant", "timestamp": at, "sessionId": "s1", "cwd": "/work/a", "gitBranch": "main",
        "requestId": request, "isSidechain": false,
        "message": {"id": id, "role": "assistant", "model": "claude-sonnet-4-5-20250929", "usage": {
            "input_tokens": 10, "output_tokens": output, "cache_read_input_tokens": 200,
            "cache_creation_input_tokens": 30, "service_tier": "standard"}}
    })
}

fn with(mut line: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    line.pointer_mut(parent).unwrap()[name] = value;
    line
}

const DAY: &str = "2026-06-01T12:00:00.000Z";

#[test]
fn a_speed_that_is_null_is_the_usual_one() {
    let logs = Logs::new();
    logs.lines(
        FILE,
        &[with(
            line(DAY, "m1", "r1", 2),
            "/message/usage/speed",
            Value::Null,
        )],
    );
    logs.check(&["2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 10/2/200/30 x1"]);
}

#[test]
fn the_blocks_of_one_response_are_one_message_with_its_last_output() {
    let logs = Logs::new();
    logs.lines(
        FILE,
        &[
            line(DAY, "m1", "r1", 2),
            line(DAY, "m1", "r1", 90),
            line(DAY, "m2", "r2", 5),
        ],
    );
    logs.check(&["2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 20/95/400/60 x2"]);
}

#[test]
fn a_resumed_session_repeats_nothing() {
    let logs = Logs::new();
    logs.lines(FILE, &[line(DAY, "m1", "r1", 7)]);
    let copy = with(line(DAY, "m1", "r1", 7), "/sessionId", json!("s2"));
    logs.lines(OTHER, &[copy, line("2026-06-01T13:00:00Z", "m2", "r2", 5)]);
    logs.lines(
        ".config/claude/projects/-work-a/s1.jsonl",
        &[line(DAY, "m1", "r1", 7)],
    );
    logs.check(&["2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 20/12/400/60 x2"]);
}

#[test]
fn a_copy_is_known_without_its_request_and_the_fullest_one_counts() {
    let logs = Logs::new();
    logs.lines(FILE, &[line(DAY, "m1", "r1", 2), line(DAY, "m2", "r2", 3)]);
    logs.lines(
        OTHER,
        &[
            line(DAY, "m1", "r1", 90),
            with(line(DAY, "m2", "", 5), "/requestId", Value::Null),
        ],
    );
    logs.check(&["2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 20/95/400/60 x2"]);
}

#[test]
fn of_two_copies_the_one_that_was_written_first_says_where_it_was() {
    let logs = Logs::new();
    logs.lines(FILE, &[line(DAY, "m1", "r1", 7)]);
    let first = line("2026-05-31T12:00:00Z", "m1", "r1", 7);
    logs.lines(OTHER, &[with(first, "/gitBranch", json!("dev"))]);
    logs.check(&["2026-05-31 claude claude-sonnet-4-5-20250929 /work/a@dev 10/7/200/30 x1"]);
}

#[test]
fn ids_tell_responses_apart_as_far_as_they_are_there() {
    let logs = Logs::new();
    let bare = |id: Value| {
        with(
            with(line(DAY, "", "", 1), "/message/id", id),
            "/requestId",
            Value::Null,
        )
    };
    // Two without any id are two; one message id without request is one; one request for two messages is two.
    logs.lines(
        FILE,
        &[
            bare(Value::Null),
            bare(Value::Null),
            bare(json!("m1")),
            bare(json!("m1")),
            line(DAY, "m2", "proxy", 1),
            line(DAY, "m3", "proxy", 1),
        ],
    );
    logs.check(&["2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 50/5/1000/150 x5"]);
}

#[test]
fn a_side_question_that_replays_its_parent_counts_once_and_as_the_parents() {
    let logs = Logs::new();
    let side = with(
        with(
            line("2026-05-31T12:00:00Z", "m1", "other", 99),
            "/isSidechain",
            json!(true),
        ),
        "/gitBranch",
        json!("side"),
    );
    logs.lines(".claude/projects/-work-a/a-side.jsonl", &[side]);
    logs.lines(FILE, &[line(DAY, "m1", "r1", 7)]);
    logs.check(&["2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 10/7/200/30 x1"]);
}

#[test]
fn sub_agents_have_files_of_their_own() {
    let logs = Logs::new();
    logs.lines(FILE, &[line(DAY, "m1", "r1", 7)]);
    let side = with(line(DAY, "m9", "r9", 3), "/isSidechain", json!(true));
    logs.lines(".claude/projects/-work-a/s1/subagents/agent-1.jsonl", &[side]);
    logs.check(&["2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 20/10/400/60 x2"]);
}

#[test]
fn what_only_quotes_usage_is_not_billed() {
    let logs = Logs::new();
    let usage = json!({"input_tokens": 5000, "output_tokens": 5000});
    logs.lines(FILE, &[
        json!({"type": "user", "timestamp": DAY, "toolUseResult": {"totalTokens": 9, "usage": usage}}),
        json!({"type": "progress", "timestamp": DAY, "data": {"type": "agent_progress", "message": line(DAY, "mx", "rx", 4)}}),
        json!({"type": "assistant", "timestamp": DAY, "message": {"id": "q", "model": "claude-sonnet-4-5", "content": {"usage": usage}}}),
        with(line(DAY, "m5", "r5", 0), "/message/model", json!("<synthetic>")),
        json!({"type": "unheard-of", "usage": usage}),
        with(line(DAY, "m6", "r6", 6), "/type", json!("user")),
        line(DAY, "m1", "r1", 7),
    ]);
    logs.check(&["2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 10/7/200/30 x1"]);
}

#[test]
fn each_line_says_its_branch_and_project_and_a_missing_model_is_said() {
    let logs = Logs::new();
    logs.lines(
        FILE,
        &[
            line(DAY, "m1", "r1", 1),
            with(line(DAY, "m2", "r2", 2), "/gitBranch", json!("feature/x")),
            with(
                with(line(DAY, "m3", "r3", 3), "/gitBranch", json!("")),
                "/cwd",
                json!("/work/ä b"),
            ),
            with(line(DAY, "m4", "r4", 4), "/message/model", Value::Null),
        ],
    );
    logs.check(&[
        "2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@feature/x 10/2/200/30 x1",
        "2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main 10/1/200/30 x1",
        "2026-06-01 claude claude-sonnet-4-5-20250929 /work/ä b@- 10/3/200/30 x1",
        "2026-06-01 claude unknown /work/a@main 10/4/200/30 x1",
    ]);
}

#[test]
fn caches_long_prompts_and_the_fast_way_have_their_prices() {
    let logs = Logs::new();
    let priced = |id: &str, usage: Value| with(line(DAY, id, id, 0), "/message/usage", usage);
    let day = |day: &str, line: Value| with(line, "/timestamp", json!(format!("2026-06-{day}T12:00:00Z")));
    logs.lines(
        FILE,
        &[
            // 1,000 written for 5 minutes at $3.75 and 2,000 for an hour at $6, whatever `iterations` repeats.
            day(
                "01",
                priced(
                    "m1",
                    json!({"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 3000,
            "cache_creation": {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 2000},
            "iterations": [{"input_tokens": 7, "cache_creation_input_tokens": 3000}]}),
                ),
            ),
            // Without a split everything is for 5 minutes.
            day(
                "02",
                priced(
                    "m2",
                    json!({"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 3000}),
                ),
            ),
            // Above 200,000 tokens of prompt all of it costs more, the answer too: $6 and $22.50.
            day(
                "03",
                priced("m3", json!({"input_tokens": 200_001, "output_tokens": 1000})),
            ),
            day(
                "04",
                priced("m4", json!({"input_tokens": 200_000, "output_tokens": 1000})),
            ),
            // Six times $5 and $25.
            day(
                "05",
                with(
                    priced(
                        "m5",
                        json!({"input_tokens": 1000, "output_tokens": 100, "speed": "fast"}),
                    ),
                    "/message/model",
                    json!("claude-opus-4-6"),
                ),
            ),
            day(
                "06",
                with(
                    priced("m6", json!({"input_tokens": 1000, "output_tokens": 100})),
                    "/message/model",
                    json!("my-model"),
                ),
            ),
            // What the table has no price for is not taken for the usual way.
            day(
                "07",
                priced("m7", json!({"output_tokens": 100, "service_tier": "priority"})),
            ),
            // A prompt is as long with its cached part: $6 and $22.50 again, and $0.60.
            day(
                "08",
                priced(
                    "m8",
                    json!({"input_tokens": 1, "cache_read_input_tokens": 200_000, "output_tokens": 1000}),
                ),
            ),
        ],
    );
    let answer = logs.answer(&["rows", "--timezone", "UTC"]);
    let priced = |cost: &str| Some(cost.to_owned());
    let short = ["15750000", "11250000", "1222506000", "615000000", "45000000"].map(priced);
    let expected = [&short[..], &[None, None, priced("142506000")]].concat();
    assert_eq!(cost(&answer), expected);
}
