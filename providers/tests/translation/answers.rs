use providers::{
    anthropic, openai,
    translate::{chat_answer, messages_answer},
};
use serde_json::{Value, json};

use crate::json_of;

const MESSAGES: &[u8] = include_bytes!("../../fixtures/messages-anthropic.json");
const CHAT: &[u8] = include_bytes!("../../fixtures/chat-openai.json");

#[test]
fn an_anthropic_answer_becomes_a_chat_answer() {
    let expected = json!({
        "id": "msg_1", "object": "chat.completion", "created": 77, "model": "m",
        "choices": [{"index": 0, "logprobs": null, "finish_reason": "tool_calls", "message": {
            "role": "assistant", "content": "hi", "refusal": null, "reasoning_content": "Hm.",
            "tool_calls": [{"id": "toolu_1", "type": "function", "function": {"name": "read", "arguments": "{\"path\":\"a\"}"}}],
        }}],
        "usage": {
            "prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 6},
            "completion_tokens_details": {"reasoning_tokens": 2},
        },
    });
    assert_eq!(json_of(&chat_answer(MESSAGES, 77).unwrap()), expected);
}

#[test]
fn a_chat_answer_becomes_an_anthropic_answer() {
    let body = json!({"id": "chatcmpl-1", "model": "m", "choices": [{"index": 0, "finish_reason": "tool_calls", "message": {
        "content": "hi", "reasoning_content": "Hm.", "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "read", "arguments": "{\"path\":\"a\"}"}},
            {"type": "function", "function": {"name": "list", "arguments": ""}},
            {"id": "call_3", "type": "function", "function": {"name": "odd", "arguments": "{\"cut"}},
        ]}}],
        "usage": {"prompt_tokens": 20, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 6},
            "completion_tokens_details": {"reasoning_tokens": 2}}});
    let expected = json!({
        "id": "chatcmpl-1", "type": "message", "role": "assistant", "model": "m",
        "content": [
            {"type": "text", "text": "hi"},
            {"type": "tool_use", "id": "call_1", "name": "read", "input": {"path": "a"}},
            {"type": "tool_use", "id": "call_chatcmpl-1_1", "name": "list", "input": {}},
            {"type": "tool_use", "id": "call_3", "name": "odd", "input": {"arguments": "{\"cut"}},
        ],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {
            "input_tokens": 10, "cache_creation_input_tokens": 6, "cache_read_input_tokens": 4,
            "output_tokens": 7, "output_tokens_details": {"thinking_tokens": 2},
        },
    });
    assert_eq!(
        json_of(&messages_answer(body.to_string().as_bytes()).unwrap()),
        expected
    );
}

/// What was charged is what the client reads, whichever way.
#[test]
fn usage_survives_both_ways() {
    let to_chat = chat_answer(MESSAGES, 0).unwrap();
    assert_eq!(
        openai::scan_answer(&to_chat).usage,
        anthropic::scan_answer(MESSAGES).usage
    );
    let back = messages_answer(&to_chat).unwrap();
    assert_eq!(
        anthropic::scan_answer(&back).usage,
        anthropic::scan_answer(MESSAGES).usage
    );
    let to_messages = messages_answer(CHAT).unwrap();
    assert_eq!(
        anthropic::scan_answer(&to_messages).usage,
        openai::scan_answer(CHAT).usage
    );
}

#[test]
fn each_reason_to_stop_has_its_word() {
    let cases = [
        ("end_turn", "stop"),
        ("stop_sequence", "stop"),
        ("pause_turn", "stop"),
        ("max_tokens", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_use", "tool_calls"),
        ("refusal", "content_filter"),
    ];
    for (reason, expected) in cases {
        let body = json!({"content": [], "stop_reason": reason}).to_string();
        let made = json_of(&chat_answer(body.as_bytes(), 0).unwrap());
        assert_eq!(made["choices"][0]["finish_reason"], expected, "{reason}");
    }
    let call = json!([{"id": "c", "function": {"name": "f", "arguments": "{}"}}]);
    let cases = [
        ("stop", json!({"content": "x"}), "end_turn"),
        ("length", json!({"content": "x"}), "max_tokens"),
        ("content_filter", json!({"content": null}), "refusal"),
        ("stop", json!({"content": null, "refusal": "No."}), "refusal"),
        ("stop", json!({"tool_calls": call}), "tool_use"),
        ("tool_calls", json!({"tool_calls": call}), "tool_use"),
    ];
    for (reason, message, expected) in cases {
        let body = json!({"choices": [{"message": message, "finish_reason": reason}]}).to_string();
        let made = json_of(&messages_answer(body.as_bytes()).unwrap());
        assert_eq!(made["stop_reason"], expected, "{body}");
    }
}

#[test]
fn what_is_no_answer_is_not_translated() {
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        r#"{"content":"x"}"#,
        r#"{"choices":[]}"#,
        r#"{"choices":[{}]}"#,
    ] {
        assert_eq!(chat_answer(body.as_bytes(), 0), None, "{body}");
        assert_eq!(messages_answer(body.as_bytes()), None, "{body}");
    }
    let parts: Value = json_of(
        &messages_answer(br#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}}]}"#).unwrap(),
    );
    assert_eq!(parts["content"], json!([{"type": "text", "text": "ab"}]));
}
