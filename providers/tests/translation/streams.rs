use bytes::Bytes;
use providers::{
    anthropic,
    openai::EventKind,
    translate::{StreamToChat, StreamToMessages},
};
use serde_json::{Value, json};

use crate::heard::{Heard, events_of, hear_chat, hear_messages};

pub(crate) const ANTHROPIC: [&[u8]; 4] = [
    include_bytes!("../../fixtures/stream-anthropic.sse"),
    include_bytes!("../../fixtures/stream-anthropic-tools.sse"),
    include_bytes!("../../fixtures/stream-anthropic-error.sse"),
    include_bytes!("../../fixtures/stream-anthropic-cut.sse"),
];
pub(crate) const OPENAI: [&[u8]; 5] = [
    include_bytes!("../../fixtures/stream-openai.sse"),
    include_bytes!("../../fixtures/stream-tools.sse"),
    include_bytes!("../../fixtures/stream-tools-parallel.sse"),
    include_bytes!("../../fixtures/stream-openrouter-error.sse"),
    include_bytes!("../../fixtures/stream-deepseek-crlf.sse"),
];

pub(crate) const RESPONSES: [&[u8]; 3] = [
    include_bytes!("../../fixtures/stream-responses.sse"),
    include_bytes!("../../fixtures/stream-responses-tools.sse"),
    include_bytes!("../../fixtures/stream-responses-failed.sse"),
];

pub(crate) fn to_chat(stream: &[u8], include_usage: bool) -> Vec<u8> {
    let mut translate = StreamToChat::new(77, include_usage);
    let mut all = Vec::new();
    for event in events_of(stream) {
        all.extend(translate.event(&event).unwrap_or_default());
    }
    all.extend(translate.finish().unwrap_or_default());
    all
}

pub(crate) fn to_messages(stream: &[u8]) -> Vec<u8> {
    let mut translate = StreamToMessages::new(12);
    let mut all = Vec::new();
    for event in events_of(stream) {
        all.extend(translate.event(&event).unwrap_or_default());
    }
    all.extend(translate.finish().unwrap_or_default());
    all
}

fn call(id: &str, name: &str, arguments: &str) -> (String, String, String) {
    (id.into(), name.into(), arguments.into())
}

fn counts(input: u64, read: u64, written: u64, output: u64, reasoning: u64) -> Option<String> {
    let usage = protocol::TokenUsage {
        input_tokens: input,
        output_tokens: output,
        cache_read_tokens: read,
        cache_write_tokens: written,
        reasoning_tokens: reasoning,
    };
    Some(format!("{usage:?}"))
}

#[test]
fn an_anthropic_stream_becomes_a_chat_stream() {
    let chunk = |delta: Value, reason: Value| {
        let chunk = json!({
            "id": "msg_1", "object": "chat.completion.chunk", "created": 77, "model": "m",
            "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}],
        });
        format!("data: {chunk}\n\n")
    };
    let null = Value::Null;
    let expected = [
        chunk(json!({"role": "assistant", "content": ""}), null.clone()),
        ": ping\n\n".into(),
        chunk(json!({"reasoning_content": "Hm."}), null.clone()),
        chunk(json!({"content": "hello"}), null.clone()),
        chunk(json!({"content": " wörld"}), null),
        chunk(json!({}), json!("stop")),
        "data: [DONE]\n\n".into(),
    ];
    assert_eq!(
        String::from_utf8(to_chat(ANTHROPIC[0], false)).unwrap(),
        expected.concat()
    );
    let heard = hear_chat(&to_chat(ANTHROPIC[0], true));
    assert_eq!(heard.usage, counts(10, 4, 6, 9, 3));
    assert!(heard.is_done);
}

#[test]
fn calls_of_an_anthropic_stream_are_numbered_from_zero() {
    let heard = hear_chat(&to_chat(ANTHROPIC[1], true));
    let expected = Heard {
        text: "Look.".into(),
        calls: vec![
            call("toolu_1", "read", r#"{"path":"a.rs"}"#),
            call("toolu_2", "list", "{}"),
        ],
        reason: Some("tool_calls".into()),
        usage: counts(28, 2, 0, 25, 0),
        is_done: true,
        error: None,
    };
    assert_eq!(heard, expected);
}

#[test]
fn a_chat_stream_becomes_an_anthropic_stream() {
    let event = |name: &str, mut data: Value| {
        data["type"] = name.into();
        format!("event: {name}\ndata: {data}\n\n")
    };
    let usage = |input: u64, read: u64, output: u64, thinking: u64| {
        json!({
            "input_tokens": input, "cache_creation_input_tokens": 0, "cache_read_input_tokens": read,
            "output_tokens": output, "output_tokens_details": {"thinking_tokens": thinking},
        })
    };
    let text = |text: &str| {
        let delta = json!({"type": "text_delta", "text": text});
        event("content_block_delta", json!({"index": 0, "delta": delta}))
    };
    let message = json!({
        "id": "chatcmpl-1", "type": "message", "role": "assistant", "model": "m", "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage(12, 0, 0, 0),
    });
    let expected = [
        event("message_start", json!({"message": message})),
        event(
            "content_block_start",
            json!({"index": 0, "content_block": {"type": "text", "text": ""}}),
        ),
        text("hello"),
        text(" world"),
        event("content_block_stop", json!({"index": 0})),
        event(
            "message_delta",
            json!({"delta": {"stop_reason": "end_turn", "stop_sequence": null}, "usage": usage(12, 8, 5, 2)}),
        ),
        event("message_stop", json!({})),
    ];
    assert_eq!(
        String::from_utf8(to_messages(OPENAI[0])).unwrap(),
        expected.concat()
    );
}

/// Pieces of two calls that are mixed become two blocks, one after the other.
#[test]
fn mixed_calls_become_blocks_in_order() {
    let heard = hear_messages(&to_messages(OPENAI[2]));
    let expected = Heard {
        text: "Look.".into(),
        calls: vec![
            call("call_a", "read", r#"{"path":"a.rs"}"#),
            call("call_b", "list", "{}"),
        ],
        reason: Some("tool_use".into()),
        usage: counts(20, 8, 2, 9, 0),
        is_done: true,
        error: None,
    };
    assert_eq!(heard, expected);
}

/// The first call is not held back until the end: a client sees it being written.
#[test]
fn the_first_call_streams() {
    let mut translate = StreamToMessages::new(0);
    let events = events_of(OPENAI[2]);
    let sent: Vec<_> = events.iter().map(|event| translate.event(event)).collect();
    let piece = String::from_utf8_lossy(sent[2].as_deref().unwrap());
    assert!(piece.contains(r#""partial_json":"{\"path\":""#), "{piece}");
}

#[test]
fn odd_servers_are_understood() {
    let chunk = |choice: Value| format!("data: {}\n\n", json!({"id": "x", "choices": [choice]}));
    let stream = |choices: Vec<Value>| {
        let chunks: String = choices.into_iter().map(chunk).collect();
        to_messages(format!("{chunks}data: [DONE]\n\n").as_bytes())
    };
    // Calls without number and id, each whole; `stop` after them.
    let whole =
        |name: &str| json!({"delta": {"tool_calls": [{"function": {"name": name, "arguments": "{}"}}]}});
    let heard = hear_messages(&stream(vec![
        whole("f"),
        whole("g"),
        json!({"delta": {}, "finish_reason": "stop"}),
    ]));
    assert_eq!(
        heard.calls,
        [call("call_x_0", "f", "{}"), call("call_x_1", "g", "{}")]
    );
    assert_eq!(heard.reason.as_deref(), Some("tool_use"));
    // Text behind a call waits for its end.
    let heard = hear_messages(&stream(vec![
        whole("f"),
        json!({"delta": {"content": "late"}}),
        json!({"delta": {}, "finish_reason": "tool_calls"}),
    ]));
    assert_eq!((heard.text.as_str(), heard.calls.len()), ("late", 1));
    // A refusal is text, and says so at the end.
    let heard = hear_messages(&stream(vec![
        json!({"delta": {"refusal": "No."}}),
        json!({"delta": {}, "finish_reason": "stop"}),
    ]));
    assert_eq!(
        (heard.text.as_str(), heard.reason.as_deref()),
        ("No.", Some("refusal"))
    );
    // Nothing at all is still an answer, and so is the second of two choices nothing.
    let heard = hear_messages(&stream(vec![json!({"index": 1, "delta": {"content": "x"}})]));
    assert_eq!(
        (heard.text.as_str(), heard.reason.as_deref()),
        ("", Some("end_turn"))
    );
    // While a model thinks, the connection is kept alive.
    let thinking = stream(vec![
        json!({"delta": {"content": ""}}),
        json!({"delta": {"reasoning_content": "Hm."}}),
    ]);
    assert!(
        String::from_utf8(thinking)
            .unwrap()
            .contains("event: ping\ndata: {\"type\":\"ping\"}\n\n")
    );
    // An Anthropic-like server that sends a call's input at once.
    let stream = b"data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"f\",\"input\":{\"a\":1}}}\n\n\
        data: {\"type\":\"content_block_stop\",\"index\":0}\n\ndata: {\"type\":\"message_stop\"}\n\n";
    assert_eq!(
        hear_chat(&to_chat(stream, false)).calls,
        [call("t", "f", r#"{"a":1}"#)]
    );
}

#[test]
fn errors_end_a_stream_in_the_clients_dialect() {
    let text = String::from_utf8(to_chat(ANTHROPIC[2], true)).unwrap();
    assert!(
        !text.contains("secret-host") && !text.contains("[DONE]"),
        "{text}"
    );
    let heard = hear_chat(text.as_bytes());
    assert_eq!(
        (heard.text.as_str(), heard.error),
        ("ab", Some(json!("server_error")))
    );
    let heard = hear_messages(&to_messages(OPENAI[3]));
    assert_eq!((heard.is_done, heard.error), (false, Some(json!("api_error"))));
}

/// A stream that was cut gets no end: the client must see that something is missing.
#[test]
fn only_a_finished_stream_is_ended() {
    let heard = hear_chat(&to_chat(ANTHROPIC[3], true));
    assert_eq!((heard.text.as_str(), heard.is_done), ("abc", false));
    let cut = include_bytes!("../../fixtures/stream-cut.sse");
    assert!(!hear_messages(&to_messages(cut)).is_done);
    // A finish without the last event: nothing is missing but that.
    let whole = |stream: &[u8], last: &str| {
        let text = String::from_utf8(stream.to_vec()).unwrap();
        text.split_once(last).unwrap().0.as_bytes().to_vec()
    };
    let heard = hear_chat(&to_chat(&whole(ANTHROPIC[0], "event: message_stop"), true));
    assert!(heard.is_done && heard.usage.is_some());
    let heard = hear_messages(&to_messages(&whole(OPENAI[0], "data: [DONE]")));
    assert!(heard.is_done && heard.usage.is_some());
}

#[test]
fn there_and_back_everything_is_heard() {
    for stream in &ANTHROPIC[..2] {
        let back = hear_messages(&to_messages(&to_chat(stream, true)));
        assert_eq!(back, hear_messages(stream));
    }
    for stream in &OPENAI[..3] {
        let back = hear_chat(&to_chat(&to_messages(stream), true));
        assert_eq!(back, hear_chat(stream));
    }
}

#[test]
fn comments_pass_as_they_are() {
    let comment = Bytes::from_static(b": keep-alive\n\n");
    assert_eq!(
        StreamToChat::new(0, false).event(&comment).as_ref(),
        Some(&comment)
    );
    assert_eq!(StreamToMessages::new(0).event(&comment).as_ref(), Some(&comment));
    assert!(anthropic::scan_event(&comment).kind == EventKind::Comment);
}
