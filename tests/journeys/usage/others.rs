//! The other assistants: one small home each.

use rusqlite::Connection;
use serde_json::{Value, json};

use super::{Logs, cost};

const NOON: &str = "2026-06-01T12:00:00.000Z";
const NOON_MS: i64 = 1_780_315_200_000;

fn database(logs: &Logs, path: &str, sql: &str) {
    let path = logs.path(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn cursors_exports_are_read_by_their_columns_names_and_overlap() {
    let logs = Logs::new();
    let folder = ".config/token-tracker/cursor";
    let head = "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost";
    let row = format!("\"{NOON}\",Included,auto,No,\"1,300\",1000,500,70,1870,Included");
    logs.write(
        &format!("{folder}/usage-events-1.csv"),
        format!("\u{feff}{head}\r\n{row}\r\n{row}\r\n"),
    );
    logs.write(
        &format!("{folder}/usage-events-2.csv"),
        format!("{head}\n{row}\n"),
    );
    let other = "Cost,Date,Model,Output Tokens,Cache Read,Input (w/o Cache Write),Input (w/ Cache Write)\n$1.23,2026-06-02,gpt-5,5,0,10,10\n";
    logs.write(&format!("{folder}/usage-events-3.csv"), other);
    // In another form what was written to the cache is apart, as the total shows.
    logs.write(
        &format!("{folder}/usage-events-4.csv"),
        format!("{head}\n{NOON},Included,composer-1,No,300,1000,500,70,1870,Included\n"),
    );
    logs.check(&[
        "2026-06-01 cursor auto -@- 2000/140/1000/600 x2",
        "2026-06-01 cursor composer-1 -@- 1000/70/500/300 x1",
        "2026-06-02 cursor gpt-5 -@- 10/5/0/0 x1",
    ]);
    // A bare day stays where it is, as far as the earth has noon within it.
    for zone in ["Pacific/Pago_Pago", "Asia/Tokyo"] {
        assert!(
            logs.rows(zone)
                .iter()
                .any(|row| row.starts_with("2026-06-02 cursor gpt-5")),
            "{zone}"
        );
    }
}

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
    ]);
    logs.check(&["2026-06-01 copilot gpt-4o -@- 300/5/0/0 x2"]);
}

#[test]
fn amp_tells_in_messages_or_in_its_ledger_and_never_in_both() {
    let logs = Logs::new();
    let usage = json!({"model": "claude-sonnet-4-5", "inputTokens": 10, "outputTokens": 5, "cacheCreationInputTokens": 3,
        "cacheReadInputTokens": 20, "timestamp": NOON});
    let event = json!({"id": "e", "timestamp": NOON, "model": "claude-sonnet-4-5", "tokens": {"input": 10, "output": 5}, "toMessageId": 1});
    let threads = ".local/share/amp/threads";
    logs.write(
        &format!("{threads}/T-1.json"),
        json!({"id": "T-1", "usageLedger": {"events": [event]},
        "messages": [{"role": "assistant", "messageId": 1, "usage": usage}]})
        .to_string(),
    );
    logs.write(&format!("{threads}/T-2.json"), json!({"id": "T-2", "usageLedger": {"events": [event]},
        "messages": [{"role": "assistant", "messageId": 1, "usage": {"cacheReadInputTokens": 7, "cacheCreationInputTokens": 2}}]}).to_string());
    logs.check(&["2026-06-01 amp claude-sonnet-4-5 -@- 20/10/27/5 x2"]);
}

#[test]
fn qwen_counts_as_gemini_does() {
    let logs = Logs::new();
    let line = json!({"type": "assistant", "uuid": "1", "sessionId": "q", "timestamp": NOON, "model": "qwen3-coder", "cwd": "/work/q",
        "gitBranch": "main", "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 10, "thoughtsTokenCount": 5, "cachedContentTokenCount": 40}});
    logs.lines(".qwen/projects/q/chats/1.jsonl", &[line.clone(), line]);
    logs.check(&["2026-06-01 qwen qwen3-coder /work/q@main 60/15/40/0 x1"]);
}

#[test]
fn kimi_resolves_its_aliases_in_its_settings() {
    let logs = Logs::new();
    logs.write(
        ".kimi/config.json",
        r#"{"default_model": "main", "models": {"main": {"model": "kimi-k2"}}}"#,
    );
    let usage = json!({"input_other": 10, "input_cache_read": 20, "input_cache_creation": 3, "output": 5});
    logs.lines(".kimi/sessions/w/s1/wire.jsonl", &[
        json!({"timestamp": 1_780_315_200.5, "message": {"type": "StatusUpdate", "payload": {"message_id": "m", "token_usage": usage}}}),
    ]);
    logs.write(
        ".kimi-code/config.toml",
        "[models.fast]\nmodel = \"kimi-k2-turbo\"\n",
    );
    logs.lines(".kimi-code/sessions/w/s2/agents/main/wire.jsonl", &[
        json!({"type": "config.update", "modelAlias": "fast"}),
        json!({"type": "usage.record", "time": NOON_MS, "model": "fast", "usage": {"inputOther": 1, "inputCacheRead": 2, "inputCacheCreation": 3, "output": 4}}),
    ]);
    logs.check(&[
        "2026-06-01 kimi kimi-k2 -@- 10/5/20/3 x1",
        "2026-06-01 kimi kimi-k2-turbo -@- 1/4/2/3 x1",
    ]);
}

#[test]
fn a_droid_session_is_one_running_total() {
    let logs = Logs::new();
    logs.write(".factory/sessions/-work/s1.settings.json", json!({"model": "custom:Claude-Opus-4.5-Thinking-[Anthropic]-0", "providerLock": "anthropic",
        "providerLockTimestamp": NOON, "tokenUsage": {"inputTokens": 10, "outputTokens": 5, "cacheCreationTokens": 3, "cacheReadTokens": 20, "thinkingTokens": 2}}).to_string());
    logs.write(".factory/sessions/-work/s1.jsonl", "{}\n");
    logs.check(&["2026-06-01 droid claude-opus-4.5-thinking -@- 10/7/20/3 x1"]);
    assert_ne!(cost(&logs.answer(&["rows"])), [None]);
}

#[test]
fn pi_says_its_folder_once_and_its_model_with_each_message() {
    let logs = Logs::new();
    let lines = [
        json!({"type": "session", "id": "p1", "cwd": "/work/pi"}),
        json!({"type": "message", "timestamp": NOON, "message": {"role": "assistant", "model": "claude-sonnet-4-5", "provider": "anthropic",
            "usage": {"input": 10, "output": 5, "cacheRead": 20, "cacheWrite": 3, "totalTokens": 38, "cost": {"total": 0.1}}}}),
        json!({"type": "message", "timestamp": NOON, "message": {"role": "user"}}),
    ];
    logs.lines(".pi/agent/sessions/a/1.jsonl", &lines);
    logs.lines(".omp/agent/sessions/a/1.jsonl", &lines);
    logs.check(&["2026-06-01 pi claude-sonnet-4-5 /work/pi@- 20/10/40/6 x2"]);
}

#[test]
fn goose_has_one_row_a_session_in_universal_time() {
    let logs = Logs::new();
    database(&logs, ".local/share/goose/sessions/sessions.db",
        "CREATE TABLE sessions (id TEXT, working_dir TEXT, created_at TIMESTAMP, accumulated_total_tokens INTEGER,
            accumulated_input_tokens INTEGER, accumulated_output_tokens INTEGER, provider_name TEXT, model_config_json TEXT);
         INSERT INTO sessions VALUES ('1', '/work/goose', '2026-06-01 12:00:00', 150, 100, 50, 'openai', '{\"model_name\":\"gpt-4o\"}');");
    logs.check(&["2026-06-01 goose gpt-4o /work/goose@- 100/50/0/0 x1"]);
}

#[test]
fn editors_extensions_count_by_their_protocol() {
    let logs = Logs::new();
    let request = |protocol: &str| {
        json!({"tokensIn": 100, "tokensOut": 5, "cacheWrites": 3, "cacheReads": 20, "apiProtocol": protocol})
            .to_string()
    };
    let message = |ts: i64, protocol: &str| json!({"ts": ts, "type": "say", "say": "api_req_started", "text": request(protocol)});
    for (user, extension) in [
        (".config/Code/User", "rooveterinaryinc.roo-cline"),
        (".vscode-server/data/User", "kilocode.kilo-code"),
        (".config/Code/User", "saoudrizwan.claude-dev"),
    ] {
        let task = format!("{user}/globalStorage/{extension}/tasks/t1");
        logs.write(
            &format!("{task}/ui_messages.json"),
            json!([message(NOON_MS, "anthropic"), message(NOON_MS + 1, "openai"),
            {"ts": NOON_MS, "say": "text", "text": "x"}])
            .to_string(),
        );
        logs.write(
            &format!("{task}/api_conversation_history.json"),
            json!([{"role": "user", "content": "<model>gpt-4o</model>"}]).to_string(),
        );
    }
    logs.check(&[
        "2026-06-01 roo gpt-4o -@- 177/10/40/6 x2",
        "2026-06-01 kilo gpt-4o -@- 177/10/40/6 x2",
        "2026-06-01 cline gpt-4o -@- 177/10/40/6 x2",
    ]);
}

#[test]
fn zed_counts_what_its_own_service_answered() {
    let logs = Logs::new();
    let thread = |provider: &str| {
        json!({"model": {"provider": provider, "model": "claude-sonnet-4-5"}, "updated_at": NOON,
        "request_token_usage": {"u1": {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 20}}}).to_string()
    };
    database(&logs, ".local/share/zed/threads/threads.db", &format!(
        "CREATE TABLE threads (id TEXT PRIMARY KEY, summary TEXT, updated_at TEXT, data_type TEXT, data BLOB);
         INSERT INTO threads VALUES ('1', '', '{NOON}', 'json', CAST('{}' AS BLOB)), ('2', '', '{NOON}', 'json', CAST('{}' AS BLOB));",
        thread("zed.dev"), thread("anthropic")));
    logs.check(&["2026-06-01 zed claude-sonnet-4-5 -@- 10/5/20/0 x1"]);
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
fn our_own_log_has_what_was_charged() {
    let logs = Logs::new();
    database(&logs, ".local/share/token-tracker/usage.db", &format!(
        "CREATE TABLE request (client_request_id TEXT PRIMARY KEY, at_ms INTEGER, model TEXT, repository TEXT, branch TEXT, settled INTEGER,
            input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens INTEGER, reasoning_tokens INTEGER,
            cost_nano_usd INTEGER, estimated INTEGER);
         INSERT INTO request VALUES ('a', {NOON_MS}, 'coder', 'github.com/ada/engine', 'main', 1, 10, 5, 2, 1, 0, 4242, 0),
            ('b', {NOON_MS}, 'coder', 'github.com/ada/engine', 'main', 0, 99, 99, 0, 0, 0, 0, 0);"));
    logs.check(&["2026-06-01 token-tracker coder github.com/ada/engine@main 10/5/2/1 x1"]);
    assert_eq!(cost(&logs.answer(&["rows"])), [Some("4242".to_owned())]);
}
