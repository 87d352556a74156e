//! GitHub Copilot: the CLI, its telemetry, and the chats of VS Code.

use serde_json::{Value, json};

use super::Logs;

const NOON: &str = "2026-06-01T12:00:00.000Z";
const NOON_MS: i64 = 1_780_315_200_000;

fn copilot_event(kind: &str, at: &str, data: Value) -> Value {
    json!({"type": kind, "id": at, "timestamp": at, "data": data})
}

#[test]
fn copilots_total_is_spread_over_its_messages_days() {
    let logs = Logs::new();
    let shutdown = |input: u64, output: u64| {
        json!({"modelMetrics": {"gpt-5": {"requests": {"count": 2}, "usage": {"inputTokens": input, "outputTokens": output,
            "cacheReadTokens": 300, "cacheWriteTokens": 101, "reasoningTokens": 4}}}})
    };
    logs.lines(
        ".copilot/session-state/s1/events.jsonl",
        &[
            copilot_event(
                "session.start",
                NOON,
                json!({"context": {"cwd": "/work/p", "branch": "dev"}}),
            ),
            copilot_event("assistant.message", NOON, json!({"outputTokens": 30})),
            copilot_event("session.shutdown", NOON, shutdown(500, 40)),
            copilot_event(
                "assistant.message",
                "2026-06-02T12:00:00Z",
                json!({"outputTokens": 10}),
            ),
            copilot_event("session.shutdown", "2026-06-02T12:00:01Z", shutdown(1001, 40)),
        ],
    );
    logs.check(&[
        "2026-06-01 copilot gpt-5 /work/p@dev 300/30/150/50 x1",
        "2026-06-02 copilot gpt-5 /work/p@dev 300/10/150/51 x1",
    ]);
}

#[test]
fn a_copilot_session_without_an_end_has_its_output_alone() {
    let logs = Logs::new();
    logs.lines(
        ".copilot/session-state/s1/events.jsonl",
        &[
            copilot_event("session.model_change", NOON, json!({"newModel": "gpt-5"})),
            copilot_event("assistant.message", NOON, json!({"outputTokens": 30})),
        ],
    );
    logs.check(&["2026-06-01 copilot gpt-5 -@- 0/30/0/0 x1"]);
}

#[test]
fn what_a_copilot_session_chose_by_itself_is_in_its_totals() {
    let logs = Logs::new();
    let usage = |output: u64| json!({"usage": {"inputTokens": 100, "outputTokens": output}});
    logs.lines(
        ".copilot/session-state/s1/events.jsonl",
        &[
            copilot_event("session.start", NOON, json!({"selectedModel": "auto"})),
            copilot_event("assistant.message", NOON, json!({"outputTokens": 30})),
            copilot_event(
                "assistant.message",
                "2026-06-01T12:00:01Z",
                json!({"outputTokens": 20}),
            ),
            copilot_event(
                "session.shutdown",
                NOON,
                json!({"modelMetrics": {"gpt-5": usage(40), "gpt-5-mini": usage(10)}}),
            ),
        ],
    );
    logs.check(&[
        "2026-06-01 copilot gpt-5 -@- 100/40/0/0 x1",
        "2026-06-01 copilot gpt-5-mini -@- 100/10/0/0 x1",
    ]);
}

#[test]
fn what_comes_after_a_copilot_sessions_last_end_is_counted_beside_its_total() {
    let logs = Logs::new();
    let message =
        |at: &str, output: u64| copilot_event("assistant.message", at, json!({"outputTokens": output}));
    logs.lines(
        ".copilot/session-state/s1/events.jsonl",
        &[
            copilot_event("session.start", NOON, json!({"selectedModel": "gpt-5"})),
            message(NOON, 40),
            copilot_event(
                "session.shutdown",
                NOON,
                json!({"modelMetrics": {"gpt-5": {"usage": {"inputTokens": 100, "outputTokens": 40}}}}),
            ),
            copilot_event("session.resume", "2026-06-02T12:00:00Z", json!({})),
            message("2026-06-02T12:00:00Z", 200),
        ],
    );
    logs.check(&[
        "2026-06-01 copilot gpt-5 -@- 100/40/0/0 x1",
        "2026-06-02 copilot gpt-5 -@- 0/200/0/0 x1",
    ]);
}

#[test]
fn of_copilots_telemetry_the_best_kind_of_record_counts() {
    let logs = Logs::new();
    let span = |operation: &str, trace: &str, response: &str| {
        json!({"traceId": trace, "name": operation, "endTime": [1_780_315_200, 0], "attributes": {
            "gen_ai.operation.name": operation, "gen_ai.response.id": response, "gen_ai.response.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 40, "gen_ai.usage.output_tokens": 7}})
    };
    logs.lines(
        ".copilot/otel/a.jsonl",
        &[
            span("invoke_agent", "t1", ""),
            span("chat", "t1", "r1"),
            span("chat", "t1", "r2"),
            span("invoke_agent", "t2", ""),
        ],
    );
    logs.check(&["2026-06-01 copilot gpt-4o -@- 180/21/120/0 x3"]);
}

/// A response as a span of telemetry: input 60 and 40 of the cache, output 7.
fn copilot_span(session: &str, response: &str) -> Value {
    json!({"traceId": response, "endTime": [1_780_315_200, 0], "attributes": {"gen_ai.operation.name": "chat",
        "gen_ai.conversation.id": session, "gen_ai.response.id": response, "gen_ai.response.model": "gpt-5",
        "gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 40, "gen_ai.usage.output_tokens": 7}})
}

#[test]
fn a_copilot_session_with_telemetry_counts_once_and_as_the_fuller_of_both() {
    let shutdown = |input: u64, output: u64| json!({"modelMetrics": {"gpt-5": {"usage": {"inputTokens": input, "outputTokens": output}}}});
    let message = copilot_event(
        "assistant.message",
        NOON,
        json!({"outputTokens": 7, "model": "gpt-5"}),
    );
    for (end, expected) in [
        (None, "2026-06-01 copilot gpt-5 -@- 120/14/80/0 x2"),
        (Some((200, 14)), "2026-06-01 copilot gpt-5 -@- 120/14/80/0 x2"),
        // Telemetry that was switched on late.
        (Some((300, 21)), "2026-06-01 copilot gpt-5 -@- 300/21/0/0 x1"),
    ] {
        let logs = Logs::new();
        let mut events = vec![message.clone()];
        events.extend(
            end.map(|(input, output)| copilot_event("session.shutdown", NOON, shutdown(input, output))),
        );
        logs.lines(".copilot/session-state/s1/events.jsonl", &events);
        logs.lines(".copilot/otel/a.jsonl", &[copilot_span("s1", "r1")]);
        logs.lines(".copilot/otel/b.jsonl", &[copilot_span("s1", "r2")]);
        logs.check(&[expected]);
    }
}

#[test]
fn a_chat_with_telemetry_counts_once_and_one_of_another_session_beside_it() {
    let logs = Logs::new();
    let chat = |session: &str| {
        json!({"sessionId": session, "requests": [{"requestId": "1", "modelId": "copilot/gpt-5", "timestamp": NOON_MS,
            "promptTokens": 90, "completionTokens": 5}]}).to_string()
    };
    let folder = ".config/Code/User/workspaceStorage/w1/chatSessions";
    logs.write(&format!("{folder}/a.json"), chat("c1"));
    logs.write(&format!("{folder}/b.json"), chat("c2"));
    logs.lines(".copilot/otel/a.jsonl", &[copilot_span("c1", "r1")]);
    logs.check(&["2026-06-01 copilot gpt-5 -@- 150/12/40/0 x2"]);
}

#[test]
fn what_is_too_large_is_a_note_and_costs_nothing_but_itself() {
    let logs = Logs::new();
    let huge = format!("{{\"attributes\":{{\"x\":\"{}\"}}}}\n", "x".repeat(64 << 20));
    logs.write(
        ".copilot/otel/a.jsonl",
        format!("{huge}{}\n", copilot_span("s1", "r1")),
    );
    logs.write(".local/share/amp/threads/T-1.json", huge);
    logs.check(&["2026-06-01 copilot gpt-5 -@- 60/7/40/0 x1"]);
    let notes = &logs.answer(&["rows"])["notes"];
    let texts = [0, 1].map(|place| notes[place]["text"].as_str().unwrap());
    assert_eq!(texts, ["1 line could not be read", "is too large to be read"]);
}

#[test]
fn chats_of_vs_code_are_documents_or_logs_of_changes() {
    let logs = Logs::new();
    let request = |id: &str| json!({"requestId": id, "modelId": "copilot/gpt-4o", "timestamp": NOON_MS, "promptTokens": 100, "completionTokens": 5});
    let folder = ".config/Code/User/workspaceStorage/w1/chatSessions";
    logs.write(
        &format!("{folder}/a.json"),
        json!({"sessionId": "a", "requests": [request("1")]}).to_string(),
    );
    logs.lines(&format!("{folder}/b.jsonl"), &[
        json!({"kind": 0, "v": {"sessionId": "b", "requests": []}}),
        json!({"kind": 2, "k": ["requests"], "v": [{"requestId": "2", "modelId": "copilot/gpt-4o", "timestamp": NOON_MS}]}),
        json!({"kind": 1, "k": ["requests", 0, "promptTokens"], "v": 200}),
        json!({"kind": 2, "k": ["requests"], "v": [request("3")]}),
    ]);
    // What is left of the same chat elsewhere, its requests at other places.
    logs.write(
        &format!("{folder}/c.json"),
        json!({"sessionId": "b", "requests": [request("4"), request("3")]}).to_string(),
    );
    logs.check(&["2026-06-01 copilot gpt-4o -@- 500/15/0/0 x4"]);
}

#[test]
fn no_part_of_a_row_is_larger_than_its_whole_and_the_file_is_named() {
    let logs = Logs::new();
    let mut span = copilot_span("s1", "r1");
    span["attributes"]["gen_ai.usage.reasoning.output_tokens"] = 9.into();
    logs.lines(".copilot/otel/a.jsonl", &[span, copilot_span("s1", "r2")]);
    let answer = logs.answer(&["rows", "--timezone", "UTC"]);
    let row = &answer["rows"][0];
    assert_eq!((&row["output"], &row["reasoning"]), (&json!(14), &json!(7)));
    let notes = answer["notes"].to_string();
    assert!(
        notes.contains("1 response had a part larger than its whole"),
        "{notes}"
    );
}

#[test]
fn of_several_ends_each_count_is_the_largest() {
    let logs = Logs::new();
    let shutdown = |input: u64, output: u64| {
        copilot_event(
            "session.shutdown",
            NOON,
            json!({"modelMetrics": {"gpt-5": {"usage": {"inputTokens": input, "outputTokens": output}}}}),
        )
    };
    logs.lines(
        ".copilot/session-state/s1/events.jsonl",
        &[shutdown(1000, 40), shutdown(900, 60)],
    );
    logs.check(&["2026-06-01 copilot gpt-5 -@- 1000/60/0/0 x1"]);
}

#[test]
fn telemetry_has_two_names_for_what_was_written_to_the_cache() {
    let logs = Logs::new();
    let written = |response: &str, name: &str| {
        let mut span = copilot_span("s1", response);
        span["attributes"][format!("gen_ai.usage.{name}.input_tokens")] = 3.into();
        span
    };
    logs.lines(
        ".copilot/otel/a.jsonl",
        &[written("r1", "cache_write"), written("r2", "cache_creation")],
    );
    logs.check(&["2026-06-01 copilot gpt-5 -@- 114/14/80/6 x2"]);
}

#[test]
fn a_chat_without_counts_is_estimated_by_its_text_and_no_two_requests_are_one() {
    let logs = Logs::new();
    let request = json!({"modelId": "copilot/gpt-4o", "timestamp": NOON_MS, "message": {"text": "12345678"},
        "response": [{"value": "1234"}, {"content": {"value": "1234"}}]});
    let folder = ".config/Code/User/globalStorage/emptyWindowChatSessions";
    logs.write(
        &format!("{folder}/a.json"),
        json!({"sessionId": "a", "requests": [request, request]}).to_string(),
    );
    logs.check(&["2026-06-01 copilot gpt-4o -@- 4/4/0/0 x2"]);
    assert_eq!(logs.answer(&["monthly"])["totals"]["estimated"], json!(true));
}
