use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::Logs;

const DATA: &str = ".local/share/opencode";
/// Noon of the first of June 2026, in milliseconds.
const NOON: i64 = 1_780_315_200_000;

fn message(created: Value, output: u64) -> Value {
    json!({"role": "assistant", "modelID": "claude-sonnet-4-5", "providerID": "anthropic", "cost": 0,
        "path": {"cwd": "/work/o", "root": "/work/o"}, "time": {"created": created, "completed": NOON + 5000},
        "tokens": {"input": 100, "output": output, "reasoning": 5, "cache": {"read": 20, "write": 3}}})
}

fn database(logs: &Logs, name: &str, messages: &[(&str, &str, Value)]) -> Connection {
    let path = logs.path(&format!("{DATA}/{name}"));
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE session (id TEXT PRIMARY KEY, project_id TEXT, parent_id TEXT, directory TEXT);
             CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, time_updated INTEGER, data TEXT);
             INSERT INTO session VALUES ('ses_1', 'p', NULL, '/work/o');",
        )
        .unwrap();
    for (id, session, data) in messages {
        insert(&connection, id, session, data);
    }
    connection
}

fn insert(connection: &Connection, id: &str, session: &str, data: &Value) {
    let sql = "INSERT INTO message VALUES (?1, ?2, ?3, ?3, ?4)";
    connection
        .execute(sql, params![id, session, NOON, data.to_string()])
        .unwrap();
}

fn names(logs: &Logs) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(logs.path(DATA))
        .unwrap()
        .map(|entry| super::file_name(&entry.unwrap().path()))
        .collect();
    names.sort();
    names
}

const ROW: &str = "2026-06-01 opencode claude-sonnet-4-5 /work/o@-";

#[test]
fn each_store_is_read_and_a_message_in_two_counts_once() {
    let logs = Logs::new();
    drop(database(
        &logs,
        "opencode.db",
        &[
            ("m1", "ses_1", message(json!(NOON), 10)),
            ("m2", "ses_1", message(json!(NOON as f64 + 7.5), 11)),
            ("u1", "ses_1", json!({"role": "user", "time": {"created": NOON}})),
            (
                "m3",
                "ses_1",
                json!({"role": "assistant", "modelID": "x", "time": {"created": NOON}, "error": {},
            "tokens": {"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}}}),
            ),
        ],
    ));
    drop(database(
        &logs,
        "opencode-beta.db",
        &[("m4", "ses_1", message(json!(NOON + 1), 12))],
    ));
    let mut old = message(json!(NOON), 10);
    old["id"] = json!("m1");
    logs.write(&format!("{DATA}/storage/message/ses_1/m1.json"), old.to_string());
    old["id"] = json!("m0");
    old["time"]["created"] = json!(NOON - 100);
    logs.write(&format!("{DATA}/storage/message/ses_1/m0.json"), old.to_string());
    let before = names(&logs);
    logs.check(&[&format!("{ROW} 400/63/80/12 x4")]);
    assert_eq!(names(&logs), before, "reading left files beside the database");
}

#[test]
fn a_forked_session_has_copies_under_other_ids() {
    let logs = Logs::new();
    drop(database(
        &logs,
        "opencode.db",
        &[
            ("m1", "ses_1", message(json!(NOON), 10)),
            ("m2", "ses_2", message(json!(NOON), 10)),
            ("m3", "ses_2", message(json!(NOON), 12)),
        ],
    ));
    logs.check(&[&format!("{ROW} 200/32/40/6 x2")]);
}

#[test]
fn what_is_only_in_the_write_ahead_log_counts_with_and_without_its_writer() {
    let logs = Logs::new();
    let writer = database(&logs, "opencode.db", &[("m1", "ses_1", message(json!(NOON), 10))]);
    logs.check(&[&format!("{ROW} 100/15/20/3 x1")]);
    insert(&writer, "m2", "ses_1", &message(json!(NOON + 1), 20));
    logs.check(&[&format!("{ROW} 200/40/40/6 x2")]);
    // What a crash leaves: the log, and no index of it.
    let other = Logs::new();
    std::fs::create_dir_all(other.path(DATA)).unwrap();
    for name in ["opencode.db", "opencode.db-wal"] {
        std::fs::copy(
            logs.path(&format!("{DATA}/{name}")),
            other.path(&format!("{DATA}/{name}")),
        )
        .unwrap();
    }
    other.check(&[&format!("{ROW} 200/40/40/6 x2")]);
    assert_eq!(names(&other), ["opencode.db", "opencode.db-wal"]);
}

#[test]
fn a_message_is_of_its_own_folder_or_else_of_its_sessions() {
    let logs = Logs::new();
    let of = |created: i64, path: Value| {
        let mut message = message(json!(created), 10);
        message["path"] = path;
        message
    };
    drop(database(
        &logs,
        "opencode.db",
        &[
            (
                "m1",
                "ses_1",
                of(NOON, json!({"cwd": "/work/o/part", "root": "/work/o"})),
            ),
            ("m2", "ses_1", of(NOON + 1, json!({"root": "/work/root"}))),
            ("m3", "ses_1", of(NOON + 2, Value::Null)),
        ],
    ));
    let row = |folder: &str| format!("2026-06-01 opencode claude-sonnet-4-5 {folder}@- 100/15/20/3 x1");
    let rows = ["/work/o", "/work/o/part", "/work/root"].map(row);
    logs.check(&rows.each_ref().map(String::as_str));
}

#[test]
fn equal_counts_without_times_are_no_copies_and_a_question_is_no_response() {
    let logs = Logs::new();
    let mut untimed = message(Value::Null, 10);
    untimed["time"] = Value::Null;
    let mut question = message(json!(NOON), 10);
    question["role"] = "user".into();
    drop(database(
        &logs,
        "opencode.db",
        &[
            ("m1", "ses_1", untimed.clone()),
            ("m2", "ses_1", untimed),
            ("m3", "ses_1", question),
        ],
    ));
    logs.check(&[&format!("{ROW} 200/30/40/6 x2")]);
}
