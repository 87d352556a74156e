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
        "messages": [{"role": "assistant", "messageId": 1, "usage": usage}, {"role": "assistant", "messageId": 2, "usage": usage}]})
        .to_string(),
    );
    logs.write(&format!("{threads}/T-2.json"), json!({"id": "T-2", "usageLedger": {"events": [event]},
        "messages": [{"role": "assistant", "messageId": 1, "usage": {"cacheReadInputTokens": 7, "cacheCreationInputTokens": 2}}]}).to_string());
    logs.check(&["2026-06-01 amp claude-sonnet-4-5 -@- 30/15/47/8 x3"]);
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
        json!({"type": "usage.record", "time": NOON_MS, "usage": {"inputOther": 1, "output": 4}}),
    ]);
    logs.check(&[
        "2026-06-01 kimi kimi-k2 -@- 10/5/20/3 x1",
        "2026-06-01 kimi kimi-k2-turbo -@- 2/8/2/3 x2",
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
    let is_estimated = || logs.answer(&["monthly"])["totals"]["estimated"].clone();
    assert_eq!(is_estimated(), json!(false));
    database(
        &logs,
        ".local/share/token-tracker/usage.db",
        "UPDATE request SET estimated = 1",
    );
    assert_eq!(is_estimated(), json!(true));
}

#[test]
fn pis_model_holds_until_it_changes_and_a_response_that_is_in_two_files_counts_once() {
    let logs = Logs::new();
    let answer = |response: &str| {
        json!({"type": "message", "message": {"role": "assistant", "responseId": response, "timestamp": NOON_MS,
            "usage": {"input": 10, "output": 5}}})
    };
    let lines = [
        json!({"type": "session", "id": "p1", "cwd": "/work/pi"}),
        json!({"type": "model_change", "provider": "openai", "modelId": "gpt-4o"}),
        answer("r1"),
        json!({"type": "model_change", "provider": "anthropic", "modelId": "claude-sonnet-4-5"}),
        answer("r2"),
    ];
    logs.lines(".pi/agent/sessions/a/1.jsonl", &lines);
    logs.lines(".pi/agent/sessions/a/2.jsonl", &lines);
    logs.check(&[
        "2026-06-01 pi claude-sonnet-4-5 /work/pi@- 10/5/0/0 x1",
        "2026-06-01 pi gpt-4o /work/pi@- 10/5/0/0 x1",
    ]);
}

#[test]
fn kimi_tells_of_a_message_again_and_of_equal_ones_in_two_sessions() {
    let logs = Logs::new();
    let status = |output: u64| {
        json!({"timestamp": 1_780_315_200.5, "message": {"type": "StatusUpdate", "payload": {"message_id": "m",
            "token_usage": {"input_other": 10, "output": output}}}})
    };
    logs.lines(".kimi/sessions/w/s1/wire.jsonl", &[status(1), status(5)]);
    logs.lines(".kimi/sessions/w/s2/wire.jsonl", &[status(7)]);
    logs.write(".kimi/config.json", r#"{"default_model": "kimi-k2"}"#);
    logs.check(&["2026-06-01 kimi kimi-k2 -@- 20/12/0/0 x2"]);
}

#[test]
fn of_a_goose_session_whose_total_alone_is_known_all_is_input() {
    let logs = Logs::new();
    database(&logs, ".local/share/goose/sessions/sessions.db",
        "CREATE TABLE sessions (id TEXT, created_at TIMESTAMP, accumulated_total_tokens INTEGER, accumulated_input_tokens INTEGER,
            accumulated_output_tokens INTEGER, model_config_json TEXT);
         INSERT INTO sessions VALUES ('1', '2026-06-01 02:00:00', 150, NULL, NULL, '{\"model_name\":\"gpt-4o\"}');");
    logs.check(&["2026-06-01 goose gpt-4o -@- 150/0/0/0 x1"]);
}

#[test]
fn a_task_has_the_model_of_each_message_or_else_the_last_of_its_conversation() {
    let logs = Logs::new();
    let task = ".config/Code/User/globalStorage/saoudrizwan.claude-dev/tasks/t1";
    let message = |more: Value| {
        let mut message =
            json!({"ts": NOON_MS, "say": "api_req_started", "text": "{\"tokensIn\":10,\"tokensOut\":5}"});
        message
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        message
    };
    logs.write(
        &format!("{task}/ui_messages.json"),
        json!([
            message(json!({"modelInfo": {"modelId": "gpt-5"}})),
            message(json!({}))
        ])
        .to_string(),
    );
    // What comes long before the end of a conversation is not looked at.
    let long = "x".repeat(5 << 20);
    let said = "Current Workspace Directory (/work/t) <model>gpt-4</model> <model>gpt-4o</model>";
    logs.write(
        &format!("{task}/api_conversation_history.json"),
        json!([{"role": "user", "content": format!("<model>old</model>{long}{said}")}]).to_string(),
    );
    logs.check(&[
        "2026-06-01 cline gpt-4o /work/t@- 10/5/0/0 x1",
        "2026-06-01 cline gpt-5 /work/t@- 10/5/0/0 x1",
    ]);
}

/// A zstd frame with one block that is not compressed.
fn zstd(text: &str) -> String {
    let length = u16::try_from(text.len()).unwrap();
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x60];
    frame.extend((length - 256).to_le_bytes());
    frame.extend(&((u32::from(length) << 3) | 1).to_le_bytes()[..3]);
    frame.extend(text.bytes());
    frame.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_compressed_thread_of_zed_has_its_own_time() {
    let logs = Logs::new();
    let thread = json!({"model": {"provider": "zed.dev", "model": "claude-sonnet-4-5"}, "updated_at": NOON, "title": "x".repeat(300),
        "request_token_usage": {"u1": {"input_tokens": 10, "output_tokens": 5, "cache_creation_input_tokens": 3}}});
    database(&logs, ".local/share/zed/threads/threads.db", &format!(
        "CREATE TABLE threads (id TEXT PRIMARY KEY, summary TEXT, updated_at TEXT, data_type TEXT, data BLOB);
         INSERT INTO threads VALUES ('1', '', '2026-06-03T12:00:00Z', 'zstd', x'{}');", zstd(&thread.to_string())));
    logs.check(&["2026-06-01 zed claude-sonnet-4-5 -@- 10/5/0/3 x1"]);
}
