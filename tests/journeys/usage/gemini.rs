use serde_json::{Value, json};

use super::Logs;

const CHATS: &str = ".gemini/tmp/my-project/chats";

fn message(id: &str, tokens: Value) -> Value {
    json!({"id": id, "timestamp": "2026-06-01T12:00:00.000Z", "type": "gemini", "content": "x",
        "model": "gemini-2.5-pro", "tokens": tokens})
}

/// 1,000 of input with 400 of it cached, 50 for tools; 100 of output and 20 of thought.
fn tokens() -> Value {
    json!({"input": 1000, "output": 100, "cached": 400, "thoughts": 20, "tool": 50, "total": 1170})
}

fn head() -> Value {
    json!({"sessionId": "g1", "projectHash": "h", "startTime": "2026-06-01T12:00:00Z", "kind": "main"})
}

#[test]
fn a_message_that_is_written_again_counts_as_it_was_last() {
    let logs = Logs::new();
    logs.write(
        ".gemini/projects.json",
        r#"{"projects": {"/work/g": "my-project"}}"#,
    );
    logs.lines(
        &format!("{CHATS}/session-1.jsonl"),
        &[
            head(),
            message("a", Value::Null),
            message(
                "a",
                json!({"input": 1000, "output": 1, "cached": 0, "total": 1001}),
            ),
            message("a", tokens()),
            json!({"$rewindTo": "a"}),
            json!({"$set": {"lastUpdated": "2026-06-01T12:00:01Z"}}),
        ],
    );
    logs.check(&["2026-06-01 gemini gemini-2.5-pro /work/g@- 650/120/400/0 x1"]);
}

#[test]
fn a_checkpoint_may_be_the_only_place_of_a_message() {
    let logs = Logs::new();
    logs.lines(
        &format!("{CHATS}/session-1.jsonl"),
        &[
            head(),
            message("a", tokens()),
            json!({"$set": {"messages": [message("a", tokens()), message("b", tokens())]}}),
        ],
    );
    logs.check(&["2026-06-01 gemini gemini-2.5-pro my-project@- 1300/240/800/0 x2"]);
}

#[test]
fn a_resumed_chat_goes_on_beside_its_document() {
    let logs = Logs::new();
    let document = json!({"sessionId": "g1", "projectHash": "h", "messages": [
        {"id": "u", "type": "user", "content": "?"}, message("a", tokens()), message("b", tokens())]});
    logs.write(&format!("{CHATS}/session-1.json"), document.to_string());
    logs.lines(
        &format!("{CHATS}/session-1.jsonl"),
        &[head(), message("b", tokens()), message("c", tokens())],
    );
    logs.lines(
        &format!("{CHATS}/g1/sub.jsonl"),
        &[
            json!({"sessionId": "sub", "kind": "subagent"}),
            message("a", tokens()),
        ],
    );
    for other in [
        "session-2.json.unreadable-17",
        "session-3.json.tmp-99",
        "session-4.unreadable-1.json",
    ] {
        logs.write(
            &format!("{CHATS}/{other}"),
            document.to_string().replace("g1", "other"),
        );
    }
    logs.write(".gemini/tmp/my-project/logs.json", "[]");
    logs.check(&["2026-06-01 gemini gemini-2.5-pro my-project@- 2600/480/1600/0 x4"]);
}

#[test]
fn a_message_that_its_document_has_half_of_counts_as_the_fuller() {
    let logs = Logs::new();
    let half = json!({"input": 1000, "output": 1, "cached": 400, "total": 1001});
    let document = json!({"sessionId": "g1", "projectHash": "h", "messages": [message("a", half)]});
    logs.write(&format!("{CHATS}/session-1.json"), document.to_string());
    logs.lines(
        &format!("{CHATS}/session-1.jsonl"),
        &[head(), message("a", tokens())],
    );
    logs.check(&["2026-06-01 gemini gemini-2.5-pro my-project@- 650/120/400/0 x1"]);
}

#[test]
fn an_input_without_its_cached_part_is_taken_as_the_sum_says() {
    let logs = Logs::new();
    let apart =
        json!({"input": 1000, "output": 100, "cached": 400, "thoughts": 20, "tool": 50, "total": 1570});
    logs.lines(
        &format!("{CHATS}/session-1.jsonl"),
        &[head(), message("a", apart)],
    );
    logs.check(&["2026-06-01 gemini gemini-2.5-pro my-project@- 1050/120/400/0 x1"]);
}

#[test]
fn a_folder_named_by_a_digest_is_the_project_that_has_it() {
    let logs = Logs::new();
    // The SHA-256 of "/work/g".
    let folder = "3b0a5a5d";
    logs.write(
        ".gemini/projects.json",
        json!({"projects": {"/work/g": folder}}).to_string(),
    );
    logs.lines(
        &format!(".gemini/tmp/{folder}/chats/session-1.jsonl"),
        &[head(), message("a", tokens())],
    );
    logs.check(&["2026-06-01 gemini gemini-2.5-pro /work/g@- 650/120/400/0 x1"]);
}
