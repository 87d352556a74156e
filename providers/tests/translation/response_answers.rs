//! Answers and streams of the Responses API.

use std::sync::Arc;

use bytes::Bytes;
use protocol::{Code, Problem};
use providers::{
    openai::{Edits, EventKind, event_data, responses::EventScanner},
    translate::{
        Asked, MessagesToResponse, StreamToResponse, chat_answer, response_of_chat, response_of_messages,
        responses_to_chat,
    },
};
use serde_json::{Value, json};

use crate::{
    heard::{events_of, hear_chat, hear_messages},
    json_of,
    streams::{ANTHROPIC, OPENAI},
};

/// What the answers to this request know of it.
fn asked(members: &Value) -> Arc<Asked> {
    let mut request = json!({"model": "m", "input": "hi"});
    request
        .as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    responses_to_chat(request.to_string().as_bytes(), &Edits::default())
        .unwrap()
        .1
}

fn from_chat(stream: &[u8], members: &Value) -> Vec<u8> {
    let mut translate = StreamToResponse::new(asked(members), "resp_9".into(), 77);
    let mut all = Vec::new();
    for event in events_of(stream) {
        all.extend(translate.event(&event).unwrap_or_default());
    }
    all.extend(translate.finish().unwrap_or_default());
    all
}

fn from_messages(stream: &[u8]) -> Vec<u8> {
    let mut translate = MessagesToResponse::new(Arc::default(), "resp_9".into(), 77);
    let mut all = Vec::new();
    for event in events_of(stream) {
        all.extend(translate.event(&event).unwrap_or_default());
    }
    all.extend(translate.finish().unwrap_or_default());
    all
}

pub(crate) fn data_of(stream: &[u8]) -> Vec<Value> {
    let events = events_of(stream);
    let data = events
        .iter()
        .filter_map(|event| event_data(event).map(|data| json_of(&data)));
    data.collect()
}

/// Name and item of each event, once checked that it is numbered and named as its data says.
fn kinds(stream: &[u8]) -> Vec<String> {
    let events = data_of(stream);
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number, "{event}");
    }
    let kind = |event: &Value| {
        let kind = event["type"].as_str().unwrap();
        let place = event["output_index"]
            .as_u64()
            .map_or(String::new(), |index| format!(" {index}"));
        format!("{}{place}", kind.strip_prefix("response.").unwrap_or(kind))
    };
    events.iter().map(kind).collect()
}

fn chat_stream(choices: &[Value]) -> Vec<u8> {
    let chunks = choices.iter().map(|choice| {
        let chunk = json!({"id": "x", "model": "m", "choices": [choice]});
        format!("data: {chunk}\n\n")
    });
    (chunks.collect::<String>() + "data: [DONE]\n\n").into_bytes()
}

fn delta(delta: Value) -> Value {
    json!({"index": 0, "delta": delta})
}

#[test]
fn every_event_of_a_text_is_there() {
    let stream = from_chat(
        OPENAI[0],
        &json!({"instructions": "Be brief.", "temperature": 0.5}),
    );
    assert_eq!(
        kinds(&stream),
        [
            "created",
            "in_progress",
            "output_item.added 0",
            "content_part.added 0",
            "output_text.delta 0",
            "output_text.delta 0",
            "output_text.done 0",
            "content_part.done 0",
            "output_item.done 0",
            "completed",
        ]
    );
    let events = data_of(&stream);
    let part = json!({"type": "output_text", "text": "hello world", "annotations": [], "logprobs": []});
    let item = json!({"id": "msg_9_0", "type": "message", "status": "completed", "role": "assistant", "content": [part]});
    assert_eq!(
        events[4],
        json!({"type": "response.output_text.delta", "sequence_number": 4, "item_id": "msg_9_0",
               "output_index": 0, "content_index": 0, "delta": "hello", "logprobs": []})
    );
    assert_eq!(events[8]["item"], item);
    let response = json!({
        "id": "resp_9", "object": "response", "created_at": 77, "status": "completed", "background": false,
        "error": null, "incomplete_details": null, "instructions": "Be brief.", "max_output_tokens": null,
        "max_tool_calls": null, "metadata": {}, "model": "m", "output": [item], "parallel_tool_calls": true,
        "previous_response_id": null, "prompt_cache_key": null, "reasoning": {"effort": null, "summary": null},
        "safety_identifier": null, "store": false, "temperature": 0.5, "text": {"format": {"type": "text"}},
        "tool_choice": "auto", "tools": [], "top_p": null, "truncation": "disabled", "user": null,
        "usage": {"input_tokens": 20, "input_tokens_details": {"cached_tokens": 8, "cache_write_tokens": 0},
                  "output_tokens": 5, "output_tokens_details": {"reasoning_tokens": 2}, "total_tokens": 25},
    });
    assert_eq!(events[9]["response"], response);
    let mut begun = response;
    begun["status"] = "in_progress".into();
    begun["output"] = json!([]);
    begun["usage"] = Value::Null;
    assert_eq!(events[0]["response"], begun);
}

#[test]
fn thoughts_refusals_and_calls_are_items_of_their_own() {
    let call = |index: u64, function: Value| json!({"tool_calls": [{"index": index, "id": format!("c{index}"), "function": function}]});
    let stream = from_chat(
        &chat_stream(&[
            delta(json!({"reasoning_content": "Hm"})),
            delta(json!({"reasoning": "."})),
            delta(json!({"content": "a"})),
            delta(json!({"refusal": "No."})),
            delta(call(0, json!({"name": "n__f", "arguments": "{\"a\""}))),
            delta(call(1, json!({"name": "patch", "arguments": "{\"input\":\"x"}))),
            delta(call(0, json!({"arguments": ":1}"}))),
            delta(call(1, json!({"arguments": "y\"}"}))),
            delta(call(2, json!({"name": "g"}))),
            json!({"index": 0, "delta": {}, "finish_reason": "tool_calls"}),
        ]),
        &json!({"tools": [
            {"type": "namespace", "name": "n", "description": "", "tools": [{"type": "function", "name": "f"}]},
            {"type": "custom", "name": "patch"}, {"type": "function", "name": "g"}]}),
    );
    assert_eq!(
        kinds(&stream)[2..],
        [
            "output_item.added 0",
            "reasoning_summary_part.added 0",
            "reasoning_summary_text.delta 0",
            "reasoning_summary_text.delta 0",
            "reasoning_summary_text.done 0",
            "reasoning_summary_part.done 0",
            "output_item.done 0",
            "output_item.added 1",
            "content_part.added 1",
            "output_text.delta 1",
            "output_text.done 1",
            "content_part.done 1",
            "content_part.added 1",
            "refusal.delta 1",
            "refusal.done 1",
            "content_part.done 1",
            "output_item.done 1",
            "output_item.added 2",
            "function_call_arguments.delta 2",
            "output_item.added 3",
            "function_call_arguments.delta 2",
            "output_item.added 4",
            "function_call_arguments.done 2",
            "output_item.done 2",
            "custom_tool_call_input.delta 3",
            "custom_tool_call_input.done 3",
            "output_item.done 3",
            "function_call_arguments.done 4",
            "output_item.done 4",
            "completed",
        ]
    );
    let last = data_of(&stream).pop().unwrap();
    let text = json!({"type": "output_text", "text": "a", "annotations": [], "logprobs": []});
    let refusal = json!({"type": "refusal", "refusal": "No."});
    assert_eq!(
        last["response"]["output"],
        json!([
            {"id": "rs_9_0", "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"id": "msg_9_1", "type": "message", "status": "completed", "role": "assistant", "content": [text, refusal]},
            {"id": "fc_9_2", "type": "function_call", "status": "completed", "call_id": "c0", "namespace": "n",
             "name": "f", "arguments": "{\"a\":1}"},
            {"id": "ctc_9_3", "type": "custom_tool_call", "status": "completed", "call_id": "c1", "name": "patch",
             "input": "xy"},
            {"id": "fc_9_4", "type": "function_call", "status": "completed", "call_id": "c2", "name": "g",
             "arguments": "{}"},
        ])
    );
    // What the client sends back of it is a request again, and names the same calls.
    let output = last["response"]["output"].as_array().unwrap().clone();
    let again = json!({"model": "m", "input": output});
    let (made, _) = responses_to_chat(again.to_string().as_bytes(), &Edits::default()).unwrap();
    let calls = json_of(&made)["messages"][0]["tool_calls"].take();
    assert_eq!(calls[0]["function"]["name"], "n__f");
    assert_eq!(calls[1]["function"]["arguments"], "{\"input\":\"xy\"}");
}

#[test]
fn an_answer_that_was_cut_short_is_incomplete() {
    for (reason, told) in [
        ("length", "max_output_tokens"),
        ("content_filter", "content_filter"),
    ] {
        let end = json!({"index": 0, "delta": {"content": "a"}, "finish_reason": reason});
        let last = data_of(&from_chat(&chat_stream(&[end]), &json!({})))
            .pop()
            .unwrap();
        assert_eq!(last["type"], "response.incomplete");
        let response = &last["response"];
        assert_eq!(
            (&response["status"], &response["incomplete_details"]),
            (&json!("incomplete"), &json!({"reason": told}))
        );
        assert_eq!(response["output"][0]["status"], "incomplete");
    }
}

/// The same answer, streamed and whole, is the same response.
#[test]
fn whole_answers_are_what_streams_end_with() {
    let whole = include_bytes!("../../fixtures/messages-anthropic.json");
    let chat = chat_answer(whole, 77).unwrap();
    let made = response_of_chat(&chat, &Arc::default(), "resp_9", 77).unwrap();
    assert_eq!(
        made,
        response_of_messages(whole, &Arc::default(), "resp_9", 77).unwrap()
    );
    let message = json_of(&chat)["choices"][0]["message"].take();
    let mut calls = message["tool_calls"].clone();
    calls[0]["index"] = 0.into();
    let stream = chat_stream(&[
        delta(json!({"reasoning_content": message["reasoning_content"]})),
        delta(json!({"content": message["content"]})),
        delta(json!({"tool_calls": calls})),
        json!({"index": 0, "delta": {}, "finish_reason": "tool_calls"}),
    ]);
    let mut streamed = data_of(&from_chat(&stream, &json!({}))).pop().unwrap()["response"].take();
    let mut made = json_of(&made);
    assert!(made["usage"]["output_tokens"] == 7 && streamed["usage"].is_null());
    for response in [&mut made, &mut streamed] {
        response["usage"] = Value::Null;
    }
    assert_eq!(made["output"].as_array().unwrap().len(), 3, "{made}");
    // A request was asked for in one of them.
    for member in ["text", "reasoning", "metadata", "tools", "tool_choice"] {
        assert!(!streamed[member].is_null(), "{member}");
        made[member] = streamed[member].clone();
    }
    for member in ["parallel_tool_calls", "truncation"] {
        made[member] = streamed[member].clone();
    }
    for (name, value) in streamed.as_object().unwrap() {
        assert!(made[name] == *value, "{name}: {} is not {value}", made[name]);
    }
    assert!(response_of_chat(b"{}", &Arc::default(), "resp_9", 77).is_none());
    assert!(response_of_messages(b"no JSON", &Arc::default(), "resp_9", 77).is_none());
}

#[test]
fn recorded_streams_of_both_dialects_become_responses() {
    let heard = |stream: &[u8]| {
        let last = data_of(stream).pop().unwrap();
        assert_eq!(last["type"], "response.completed", "{last}");
        let items = last["response"]["output"].as_array().unwrap().clone();
        let text: String = items
            .iter()
            .filter_map(|item| item["content"][0]["text"].as_str())
            .collect();
        let text_of = |item: &Value, name: &str| item[name].as_str().unwrap().to_owned();
        let calls: Vec<_> = items
            .iter()
            .filter(|item| item["type"] == "function_call")
            .map(|item| {
                (
                    text_of(item, "call_id"),
                    text_of(item, "name"),
                    text_of(item, "arguments"),
                )
            })
            .collect();
        (text, calls)
    };
    for stream in &OPENAI[..3] {
        let told = hear_chat(stream);
        assert_eq!(heard(&from_chat(stream, &json!({}))), (told.text, told.calls));
    }
    for stream in &ANTHROPIC[..2] {
        let told = hear_messages(stream);
        assert_eq!(heard(&from_messages(stream)), (told.text, told.calls));
    }
}

/// Whoever meters a translated stream as one of the dialect counts the same.
#[test]
fn a_translated_stream_is_metered_like_its_original() {
    for stream in &OPENAI[..3] {
        let (mut scanner, mut usage, mut bytes, mut is_done) = (EventScanner::new(), None, 0, false);
        for event in events_of(&from_chat(stream, &json!({}))) {
            let info = scanner.scan(&event);
            bytes += info.output_bytes;
            usage = info.usage.or(usage);
            is_done = info.kind == EventKind::Done;
        }
        let told = hear_chat(stream);
        assert_eq!(usage.map(|usage| format!("{usage:?}")), told.usage);
        let calls: usize = told
            .calls
            .iter()
            .map(|(_, name, input)| name.len() + input.len())
            .sum();
        assert_eq!(bytes, (told.text.len() + calls) as u64);
        assert!(is_done);
    }
}

#[test]
fn a_stream_that_fails_names_its_response_or_is_a_plain_error() {
    let stream = from_chat(OPENAI[3], &json!({}));
    let last = data_of(&stream).pop().unwrap();
    assert_eq!(last["type"], "response.failed", "{last}");
    assert_eq!(
        (&last["response"]["id"], &last["response"]["error"]["code"]),
        (&json!("resp_9"), &json!("server_error"))
    );
    kinds(&stream);
    assert!(
        from_messages(ANTHROPIC[2])
            .windows(15)
            .any(|part| part == b"response.failed")
    );

    let mut begun = StreamToResponse::new(Arc::default(), "resp_9".into(), 77);
    let problem = Problem::new(Code::UpstreamUnavailable, "It broke off.");
    let told = begun.fail(&problem).unwrap();
    assert!(told.starts_with(b"event: error\n"));
    assert!(begun.fail(&problem).is_none() && begun.finish().is_none());
    assert!(begun.event(&Bytes::from_static(b"data: [DONE]\n\n")).is_none());
}

#[test]
fn only_a_finished_stream_is_ended() {
    let cut = include_bytes!("../../fixtures/stream-cut.sse");
    assert_ne!(
        data_of(&from_chat(cut, &json!({}))).pop().unwrap()["type"],
        "response.completed"
    );
    let whole = String::from_utf8(OPENAI[0].to_vec()).unwrap();
    let (without_done, _) = whole.split_once("data: [DONE]").unwrap();
    let last = data_of(&from_chat(without_done.as_bytes(), &json!({})))
        .pop()
        .unwrap();
    assert_eq!(
        (&last["type"], &last["response"]["usage"]["total_tokens"]),
        (&json!("response.completed"), &json!(25))
    );
    // Nothing at all is still an answer.
    let last = data_of(&from_chat(b"data: [DONE]\n\n", &json!({})))
        .pop()
        .unwrap();
    assert_eq!(
        (&last["type"], &last["response"]["output"]),
        (&json!("response.completed"), &json!([]))
    );
    let comment = Bytes::from_static(b": keep-alive\n\n");
    let mut translate = StreamToResponse::new(Arc::default(), "resp_9".into(), 0);
    assert_eq!(translate.event(&comment).as_ref(), Some(&comment));
}

#[test]
fn odd_servers_are_understood() {
    let output = |choices: &[Value]| {
        data_of(&from_chat(&chat_stream(choices), &json!({})))
            .pop()
            .unwrap()["response"]["output"]
            .take()
    };
    // Calls without number and id, each whole, one with its arguments as an object.
    let whole = |name: &str, arguments: Value| {
        delta(json!({"tool_calls": [{"function": {"name": name, "arguments": arguments}}]}))
    };
    let made = output(&[whole("f", json!("{}")), whole("g", json!({"a": 1}))]);
    let calls: Vec<_> = made
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (&item["call_id"], &item["arguments"]))
        .collect();
    assert_eq!(
        calls,
        [
            (&json!("call_resp_9_0"), &json!("{}")),
            (&json!("call_resp_9_1"), &json!("{\"a\":1}"))
        ]
    );
    // Text behind a call is a message of its own.
    let made = output(&[whole("f", json!("{}")), delta(json!({"content": "late"}))]);
    assert_eq!(
        (&made[0]["type"], &made[1]["content"][0]["text"]),
        (&json!("function_call"), &json!("late"))
    );
    // The second of two choices is nothing.
    assert_eq!(
        output(&[json!({"index": 1, "delta": {"content": "x"}})]),
        json!([])
    );
}
