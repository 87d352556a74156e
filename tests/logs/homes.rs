//! A home for each client, small enough to be spoiled thousands of times.

use std::{fs, io::Write, path::Path};

use corpus::{Size, write};
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;
use usage::Client;

use super::oracle::files;

#[derive(Clone)]
pub struct Home {
    pub client: Client,
    pub files: Vec<File>,
}

#[derive(Clone)]
pub struct File {
    pub path: String,
    pub bytes: Vec<u8>,
}

impl Home {
    pub fn read(client: Client, folder: &Path) -> Self {
        let files = files(folder)
            .into_iter()
            .map(|(path, bytes)| File { path, bytes });
        Self {
            client,
            files: files.collect(),
        }
    }

    /// Writes the files, up to a part of each if a cut is given.
    pub fn write(&self, folder: &Path, cut: Option<f64>) {
        let _ = fs::remove_dir_all(folder);
        for file in &self.files {
            let path = folder.join(&file.path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let end = cut.map_or(file.bytes.len(), |cut| file.cut(cut));
            fs::write(path, &file.bytes[..end]).unwrap();
        }
    }

    /// Adds the rest to what was cut off there.
    pub fn grow(&self, folder: &Path, cut: f64) {
        for file in &self.files {
            let path = folder.join(&file.path);
            let mut open = fs::OpenOptions::new().append(true).open(path).unwrap();
            open.write_all(&file.bytes[file.cut(cut)..]).unwrap();
        }
    }
}

impl File {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "anywhere in the file will do"
    )]
    fn cut(&self, part: f64) -> usize {
        ((self.bytes.len() as f64 * part) as usize).min(self.bytes.len())
    }
}

/// One home a client.
pub fn all() -> Vec<Home> {
    let mut homes = generated();
    homes.extend(Client::ALL.into_iter().filter_map(small));
    homes.sort_by_key(|home| home.client);
    let clients: Vec<Client> = homes.iter().map(|home| home.client).collect();
    assert_eq!(clients, Client::ALL, "every client has a home");
    homes
}

/// The four that the generator imitates, with all traps that it knows.
fn generated() -> Vec<Home> {
    let folder = TempDir::new().unwrap();
    let size = Size {
        seed: 77,
        messages: 200,
        bytes_per_message: 60,
    };
    write(folder.path(), size).unwrap();
    let of = |client, roots: [&str; 2]| {
        let mut home = Home::read(client, folder.path());
        home.files
            .retain(|file| roots.iter().any(|root| file.path.starts_with(root)));
        home
    };
    vec![
        of(Client::Claude, [".claude/", ".config/claude/"]),
        of(Client::Codex, [".codex/", ".codex/"]),
        of(Client::Gemini, [".gemini/", ".gemini/"]),
        of(
            Client::OpenCode,
            [".local/share/opencode/", ".local/share/opencode/"],
        ),
    ]
}

const NOON: &str = "2026-06-01T12:00:00.000Z";
const NOON_MS: i64 = 1_780_315_200_000;

/// Some responses of one of the others, in each form that its logs have.
fn small(client: Client) -> Option<Home> {
    let folder = TempDir::new().unwrap();
    let put = |path: &str, text: String| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let database = |path: &str, sql: String| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        Connection::open(path).unwrap().execute_batch(&sql).unwrap();
    };
    match client {
        Client::Claude | Client::Codex | Client::Gemini | Client::OpenCode => return None,
        Client::Cursor => put(".config/token-tracker/cursor/usage-events.csv", cursor()),
        Client::Copilot => {
            put(".copilot/session-state/s1/events.jsonl", copilot_events());
            put(".copilot/otel/a.jsonl", copilot_telemetry());
            let chats = ".config/Code/User/workspaceStorage/w1/chatSessions";
            put(&format!("{chats}/a.json"), vscode_chat("a").to_string());
            put(&format!("{chats}/b.jsonl"), vscode_changes());
        }
        Client::Amp => {
            for thread in 1..=3 {
                put(&format!(".local/share/amp/threads/T-{thread}.json"), amp(thread));
            }
        }
        Client::Qwen => put(".qwen/projects/q/chats/1.jsonl", lines(12, qwen)),
        Client::Kimi => {
            put(
                ".kimi/config.json",
                r#"{"default_model": "main", "models": {"main": {"model": "kimi-k2"}}}"#.into(),
            );
            put(".kimi/sessions/w/s1/wire.jsonl", lines(12, kimi));
            put(
                ".kimi-code/config.toml",
                "[models.fast]\nmodel = \"kimi-k2-turbo\"\n".into(),
            );
            put(
                ".kimi-code/sessions/w/s2/agents/main/wire.jsonl",
                lines(12, kimi_code),
            );
        }
        Client::Droid => {
            for session in 1..=4 {
                put(
                    &format!(".factory/sessions/-w/s{session}.settings.json"),
                    droid(session),
                );
            }
        }
        Client::Pi => {
            let head = json!({"type": "session", "id": "p1", "cwd": "/work/pi"});
            put(
                ".pi/agent/sessions/a/1.jsonl",
                format!("{head}\n{}", lines(12, pi)),
            );
        }
        Client::Goose => database(".local/share/goose/sessions/sessions.db", goose()),
        Client::Roo => task(&put, ".config/Code/User", "rooveterinaryinc.roo-cline"),
        Client::Kilo => task(&put, ".vscode-server/data/User", "kilocode.kilo-code"),
        Client::Cline => task(&put, ".config/Code/User", "saoudrizwan.claude-dev"),
        Client::Zed => database(".local/share/zed/threads/threads.db", zed()),
        Client::TokenTracker => database(".local/share/token-tracker/usage.db", own()),
    }
    Some(Home::read(client, folder.path()))
}

fn lines(count: i64, line: fn(i64) -> serde_json::Value) -> String {
    (1..=count).map(|number| format!("{}\n", line(number))).collect()
}

fn cursor() -> String {
    let mut text = String::from(
        "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),Cache Read,Output Tokens,Total Tokens,Cost\r\n",
    );
    for row in 1..=12 {
        text += &format!("\"{NOON}\",Included,auto,No,\"1,300\",1000,500,{row},1870,$1.23\r\n");
    }
    text
}

fn copilot_events() -> String {
    let event = |kind: &str, data: serde_json::Value| {
        let line = json!({"type": kind, "id": kind, "timestamp": NOON, "data": data});
        format!("{line}\n")
    };
    let metrics = json!({"modelMetrics": {"gpt-5": {"requests": {"count": 2}, "usage": {"inputTokens": 1001,
        "outputTokens": 40, "cacheReadTokens": 300, "cacheWriteTokens": 101, "reasoningTokens": 4}}}});
    [
        event(
            "session.start",
            json!({"context": {"cwd": "/work/p", "branch": "dev"}}),
        ),
        event("session.model_change", json!({"newModel": "gpt-5"})),
        event("assistant.message", json!({"outputTokens": 30})),
        event("assistant.message", json!({"outputTokens": 10})),
        event("session.shutdown", metrics),
    ]
    .concat()
}

fn copilot_telemetry() -> String {
    lines(6, |number| {
        json!({"traceId": format!("t{}", number / 2), "name": "chat", "endTime": [1_780_315_200, 0], "attributes": {
            "gen_ai.operation.name": "chat", "gen_ai.response.id": format!("r{number}"), "gen_ai.response.model": "gpt-4o",
            "gen_ai.usage.input_tokens": 100, "gen_ai.usage.cache_read.input_tokens": 40, "gen_ai.usage.output_tokens": 7}})
    })
}

fn vscode_chat(id: &str) -> serde_json::Value {
    let request = |id: i64| {
        json!({"requestId": id.to_string(), "modelId": "copilot/gpt-4o", "timestamp": NOON_MS,
        "promptTokens": 100, "completionTokens": 5, "message": {"text": "why"}})
    };
    json!({"sessionId": id, "requests": [request(1), request(2), {"requestId": "3", "message": {"text": "and how"},
        "timestamp": NOON_MS, "response": [{"value": "like this"}]}]})
}

fn vscode_changes() -> String {
    let changes = [
        json!({"kind": 0, "v": vscode_chat("b")}),
        json!({"kind": 2, "k": ["requests"], "v": [{"requestId": "4", "modelId": "copilot/gpt-4o", "timestamp": NOON_MS}]}),
        json!({"kind": 1, "k": ["requests", 0, "promptTokens"], "v": 200}),
    ];
    changes.iter().map(|change| format!("{change}\n")).collect()
}

fn amp(thread: i64) -> String {
    let usage = json!({"model": "claude-sonnet-4-5", "inputTokens": 10, "outputTokens": thread, "cacheCreationInputTokens": 3,
        "cacheReadInputTokens": 20, "timestamp": NOON});
    let event = json!({"id": "e", "timestamp": NOON, "model": "claude-sonnet-4-5", "tokens": {"input": 10, "output": 5}, "toMessageId": 1});
    json!({"id": format!("T-{thread}"), "usageLedger": {"events": [event]},
        "messages": [{"role": "assistant", "messageId": 1, "usage": usage}]})
    .to_string()
}

fn qwen(number: i64) -> serde_json::Value {
    json!({"type": "assistant", "uuid": number.to_string(), "sessionId": "q", "timestamp": NOON, "model": "qwen3-coder",
        "cwd": "/work/q", "gitBranch": "main", "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": number,
        "thoughtsTokenCount": 5, "cachedContentTokenCount": 40}})
}

fn kimi(number: i64) -> serde_json::Value {
    let usage =
        json!({"input_other": 10, "input_cache_read": 20, "input_cache_creation": 3, "output": number});
    json!({"timestamp": 1_780_315_200.5, "message": {"type": "StatusUpdate",
        "payload": {"message_id": format!("m{number}"), "token_usage": usage}}})
}

fn kimi_code(number: i64) -> serde_json::Value {
    match number {
        1 => json!({"type": "config.update", "modelAlias": "fast"}),
        _ => json!({"type": "usage.record", "time": NOON_MS + number, "model": "fast",
            "usage": {"inputOther": 1, "inputCacheRead": 2, "inputCacheCreation": 3, "output": number}}),
    }
}

fn droid(session: i64) -> String {
    json!({"model": "custom:Claude-Opus-4.5-Thinking-[Anthropic]-0", "providerLock": "anthropic",
        "providerLockTimestamp": NOON, "tokenUsage": {"inputTokens": 10, "outputTokens": session,
        "cacheCreationTokens": 3, "cacheReadTokens": 20, "thinkingTokens": 2}})
    .to_string()
}

fn pi(number: i64) -> serde_json::Value {
    json!({"type": "message", "timestamp": NOON, "message": {"role": "assistant", "model": "claude-sonnet-4-5",
        "provider": "anthropic", "usage": {"input": 10, "output": number, "cacheRead": 20, "cacheWrite": 3,
        "totalTokens": 33 + number, "cost": {"total": 0.1}}}})
}

fn goose() -> String {
    let rows: Vec<String> = (1..=8)
        .map(|row| {
            format!("('{row}', '/work/goose', '2026-06-01 12:00:00', 150, 100, {row}, 'openai', '{{\"model_name\":\"gpt-4o\"}}')")
        })
        .collect();
    format!(
        "CREATE TABLE sessions (id TEXT, working_dir TEXT, created_at TIMESTAMP, accumulated_total_tokens INTEGER,
            accumulated_input_tokens INTEGER, accumulated_output_tokens INTEGER, provider_name TEXT, model_config_json TEXT);
         INSERT INTO sessions VALUES {};",
        rows.join(", ")
    )
}

fn task(put: &dyn Fn(&str, String), user: &str, extension: &str) {
    let request = |protocol: &str| {
        json!({"tokensIn": 100, "tokensOut": 5, "cacheWrites": 3, "cacheReads": 20, "apiProtocol": protocol})
            .to_string()
    };
    let message = |ts: i64, protocol: &str| json!({"ts": ts, "type": "say", "say": "api_req_started", "text": request(protocol)});
    for task in 1..=3 {
        let folder = format!("{user}/globalStorage/{extension}/tasks/t{task}");
        let messages = json!([message(NOON_MS, "anthropic"), message(NOON_MS + 1, "openai")]);
        put(&format!("{folder}/ui_messages.json"), messages.to_string());
        let history = json!([{"role": "user", "content": "<model>gpt-4o</model>"}]);
        put(
            &format!("{folder}/api_conversation_history.json"),
            history.to_string(),
        );
    }
}

fn zed() -> String {
    let rows: Vec<String> = (1..=6)
        .map(|row| {
            let thread = json!({"model": {"provider": "zed.dev", "model": "claude-sonnet-4-5"}, "updated_at": NOON,
                "request_token_usage": {"u1": {"input_tokens": 10, "output_tokens": row, "cache_read_input_tokens": 20}}});
            format!("('{row}', '', '{NOON}', 'json', CAST('{thread}' AS BLOB))")
        })
        .collect();
    format!(
        "CREATE TABLE threads (id TEXT PRIMARY KEY, summary TEXT, updated_at TEXT, data_type TEXT, data BLOB);
         INSERT INTO threads VALUES {};",
        rows.join(", ")
    )
}

fn own() -> String {
    let rows: Vec<String> = (1..=8)
        .map(|row| {
            format!("('r{row}', {NOON_MS}, 'coder', 'github.com/ada/engine', 'main', 1, 10, {row}, 2, 1, 0, 4242, 0)")
        })
        .collect();
    format!(
        "CREATE TABLE request (client_request_id TEXT PRIMARY KEY, at_ms INTEGER, model TEXT, repository TEXT, branch TEXT,
            settled INTEGER, input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER,
            cache_write_tokens INTEGER, reasoning_tokens INTEGER, cost_nano_usd INTEGER, estimated INTEGER);
         INSERT INTO request VALUES {};",
        rows.join(", ")
    )
}
