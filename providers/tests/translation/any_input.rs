use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use providers::{
    anthropic::{self, CountRequest, EventScanner, MessagesRequest},
    openai::{ChatRequest, Edits, responses},
    sse::EventReader,
    translate::{
        MessagesToResponse, StreamToChat, StreamToMessages, StreamToResponse, chat_answer, chat_to_messages,
        messages_answer, messages_to_chat, response_of_chat, response_of_messages, responses_to_chat,
    },
};
use serde_json::{Value, json};

use crate::{
    heard::{hear_chat, hear_messages},
    json_of,
    streams::{ANTHROPIC, OPENAI, RESPONSES, to_chat, to_messages},
};

/// The names that the dialects know, so that random objects get beyond the first check.
const NAMES: [&str; 51] = [
    "model",
    "messages",
    "role",
    "content",
    "type",
    "text",
    "tools",
    "function",
    "name",
    "arguments",
    "parameters",
    "input_schema",
    "input",
    "id",
    "tool_calls",
    "tool_call_id",
    "tool_use_id",
    "is_error",
    "system",
    "max_tokens",
    "stream",
    "stop",
    "source",
    "data",
    "url",
    "image_url",
    "choices",
    "message",
    "delta",
    "index",
    "finish_reason",
    "stop_reason",
    "usage",
    "input_tokens",
    "output_tokens",
    "prompt_tokens",
    "content_block",
    "partial_json",
    "error",
    "thinking",
    "tool_choice",
    "file",
    "output_config",
    "cache_control",
    "response",
    "output",
    "item",
    "output_index",
    "call_id",
    "namespace",
    "format",
];
const WORDS: [&str; 34] = [
    "m",
    "user",
    "assistant",
    "system",
    "tool",
    "text",
    "image",
    "image_url",
    "tool_use",
    "tool_result",
    "function",
    "thinking",
    "document",
    "auto",
    "any",
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "text_delta",
    "input_json_delta",
    "{\"a\":1}",
    "data:image/png;base64,AA",
    "",
    "message",
    "input_text",
    "input_image",
    "function_call",
    "function_call_output",
    "custom",
    "response.output_item.done",
    "response.completed",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec![0_u64, 1, 2, u64::MAX]).prop_map(Value::from),
        prop::sample::select(&WORDS[..]).prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(&NAMES[..]), inner), 0..8).prop_map(|members| {
                Value::Object(
                    members
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// Recorded streams with some bytes cut out, doubled or replaced.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop::sample::select([&ANTHROPIC[..], &OPENAI[..], &RESPONSES[..]].concat());
    let damage = (
        0..4_000_usize,
        0..40_usize,
        prop::collection::vec(any::<u8>(), 0..6),
    );
    (whole, prop::collection::vec(damage, 0..4)).prop_map(|(stream, damages)| {
        let mut bytes = stream.to_vec();
        for (at, length, new) in damages {
            let at = at % (bytes.len() + 1);
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, new);
        }
        bytes
    })
}

/// One turn of a conversation: what is said, and calls with their results.
type Turn = (String, Vec<(String, String)>);

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let call = ("[a-z]{1,4}", "\\PC{0,6}");
    let turn = ("\\PC{1,8}", prop::collection::vec(call, 0..3));
    prop::collection::vec(turn, 1..4)
}

/// The turns as a chat conversation, each one asked for and its calls answered.
fn conversation(turns: &[Turn]) -> Vec<Value> {
    let mut messages = Vec::new();
    for (turn, (said, calls)) in turns.iter().enumerate() {
        messages.push(json!({"role": "user", "content": said}));
        let id = |at: usize| format!("call_{turn}_{at}");
        let made = calls.iter().enumerate().map(|(at, (name, value))| {
            let arguments = json!({"value": value}).to_string();
            json!({"id": id(at), "type": "function", "function": {"name": name, "arguments": arguments}})
        });
        let made: Vec<Value> = made.collect();
        let mut answer = json!({"role": "assistant", "content": said});
        if !made.is_empty() {
            answer["tool_calls"] = made.into();
        }
        messages.push(answer);
        messages.extend(calls.iter().enumerate().map(|(at, (_, value))| {
            json!({"role": "tool", "tool_call_id": id(at), "content": format!("got {value}")})
        }));
    }
    messages
}

/// The readers and writers of the Responses API.
fn responses_of() -> (StreamToResponse, MessagesToResponse, responses::EventScanner) {
    (
        StreamToResponse::new(Arc::default(), "resp_1".into(), 0),
        MessagesToResponse::new(Arc::default(), "resp_1".into(), 0),
        responses::EventScanner::new(),
    )
}

proptest! {
    #[test]
    fn any_json_is_answered(json in any_json()) {
        let body = json.to_string();
        let body = body.as_bytes();
        let _ = chat_to_messages(body, &Edits::default());
        let _ = messages_to_chat(body, &Edits::default());
        let _ = MessagesRequest::parse(body);
        let _ = CountRequest::parse(body);
        anthropic::scan_count(body);
        chat_answer(body, 0);
        messages_answer(body);
        let _ = responses_to_chat(body, &Edits::default());
        let _ = responses::ResponsesRequest::parse(body);
        response_of_chat(body, &Arc::default(), "r", 0);
        response_of_messages(body, &Arc::default(), "r", 0);
        responses::without_hosted_tools(body);
        responses::present_answer(Bytes::copy_from_slice(body));
        prop_assert!(responses::scan_answer(body).output_bytes <= body.len() as u64);
        let answer = anthropic::scan_answer(body);
        prop_assert!(answer.output_bytes <= body.len() as u64);
        anthropic::upstream_problem(400, None, body);
    }

    #[test]
    fn any_members_of_a_request_are_answered(members in any_json(), list in prop::collection::vec(any_json(), 1..3)) {
        let mut body = json!({"model": "m", "max_tokens": 9, "messages": list});
        if let Value::Object(members) = members {
            body.as_object_mut().unwrap().extend(members);
        }
        body["input"] = body["messages"].clone();
        let body = body.to_string();
        let _ = MessagesRequest::parse(body.as_bytes());
        if let Ok((made, _)) = responses_to_chat(body.as_bytes(), &Edits::default())
            && responses::ResponsesRequest::parse(body.as_bytes()).is_ok()
        {
            prop_assert!(ChatRequest::parse(&made).is_ok(), "{}", json_of(&made));
        }
        // What is a request and was translated is a request of the other dialect.
        if let Ok(made) = chat_to_messages(body.as_bytes(), &Edits::default())
            && ChatRequest::parse(body.as_bytes()).is_ok()
        {
            prop_assert!(MessagesRequest::parse(&made).is_ok(), "{}", json_of(&made));
        }
        if let Ok(made) = messages_to_chat(body.as_bytes(), &Edits::default())
            && MessagesRequest::parse(body.as_bytes()).is_ok()
        {
            prop_assert!(ChatRequest::parse(&made).is_ok(), "{}", json_of(&made));
        }
    }

    #[test]
    fn any_events_are_answered(events in prop::collection::vec(any_json(), 0..6)) {
        let (mut chat, mut messages, mut scanner) = (StreamToChat::new(0, true), StreamToMessages::new(0), EventScanner::new());
        let (mut response, mut chained, mut native) = responses_of();
        for event in &events {
            let raw = Bytes::from(format!("data: {event}\n\n"));
            scanner.scan(&raw);
            chat.event(&raw);
            messages.event(&raw);
            response.event(&raw);
            chained.event(&raw);
            prop_assert!(native.scan(&raw).output_bytes <= raw.len() as u64);
            responses::event_problem(&raw);
        }
        chat.finish();
        messages.finish();
        response.finish();
        chained.finish();
    }

    #[test]
    fn damaged_streams_are_translated(bytes in damaged()) {
        let (mut chat, mut messages, mut scanner) = (StreamToChat::new(0, true), StreamToMessages::new(0), EventScanner::new());
        let (mut response, mut chained, mut native) = responses_of();
        let mut reader = EventReader::new();
        reader.push(Bytes::from(bytes));
        while let Ok(Some(event)) = reader.next_event() {
            prop_assert!(scanner.scan(&event).output_bytes <= event.len() as u64);
            anthropic::event_problem(&event);
            chat.event(&event);
            messages.event(&event);
            response.event(&event);
            chained.event(&event);
            prop_assert!(native.scan(&event).output_bytes <= event.len() as u64);
        }
        chat.finish();
        messages.finish();
        response.finish();
        chained.finish();
    }

    #[test]
    fn a_request_keeps_its_texts_and_calls_there_and_back(turns in turns(), system in prop::option::of("\\PC{1,8}")) {
        let mut messages = conversation(&turns);
        if let Some(system) = &system {
            messages.insert(0, json!({"role": "system", "content": system}));
        }
        let body = json!({"model": "m", "max_tokens": 9, "messages": messages});
        let there = chat_to_messages(body.to_string().as_bytes(), &Edits::default()).unwrap();
        let read = MessagesRequest::parse(&there).unwrap();
        prop_assert_eq!(read.max_tokens, 9);
        let back = messages_to_chat(&there, &Edits::default()).unwrap();
        prop_assert_eq!(json_of(&back), body);
    }

    #[test]
    fn a_stream_keeps_its_text_and_calls_there_and_back(
        said in prop::collection::vec("\\PC{1,6}", 0..4), calls in prop::collection::vec("[a-z]{1,4}", 0..4),
        // Which call each further piece belongs to: pieces come in any order.
        pieces in prop::collection::vec((0..4_usize, "[a-z0-9]{1,3}"), 0..12),
    ) {
        let chunk = |delta: Value| format!("data: {}\n\n", json!({"id": "x", "model": "m", "choices": [{"index": 0, "delta": delta}]}));
        let mut stream: String = said.iter().map(|text| chunk(json!({"content": text}))).collect();
        for (index, name) in calls.iter().enumerate() {
            let call = json!({"index": index, "id": format!("c{index}"), "function": {"name": name, "arguments": "x"}});
            stream += &chunk(json!({"tool_calls": [call]}));
        }
        for (index, piece) in pieces.iter().filter(|(index, _)| *index < calls.len()) {
            stream += &chunk(json!({"tool_calls": [{"index": index, "function": {"arguments": piece}}]}));
        }
        stream += "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
        let sent = hear_chat(stream.as_bytes());
        let there = to_messages(stream.as_bytes());
        let heard = hear_messages(&there);
        prop_assert_eq!((&heard.text, &heard.calls), (&sent.text, &sent.calls));
        let back = hear_chat(&to_chat(&there, true));
        prop_assert_eq!((&back.text, &back.calls), (&sent.text, &sent.calls));
    }
}
