use protocol::Problem;
use providers::{
    anthropic::MessagesRequest,
    openai::{CapField, ChatRequest, Edits},
    translate::{chat_to_messages, messages_to_chat},
};
use serde_json::{Value, json};

use crate::json_of;

pub(crate) fn to_messages(chat: &Value) -> Result<Value, Problem> {
    let body = chat.to_string();
    let made = chat_to_messages(body.as_bytes(), &Edits::default())?;
    MessagesRequest::parse(&made).unwrap_or_else(|problem| panic!("{chat}: {problem}"));
    Ok(json_of(&made))
}

pub(crate) fn to_chat(messages: &Value) -> Result<Value, Problem> {
    let body = messages.to_string();
    let made = messages_to_chat(body.as_bytes(), &Edits::default())?;
    ChatRequest::parse(&made).unwrap_or_else(|problem| panic!("{messages}: {problem}"));
    Ok(json_of(&made))
}

/// A chat request with more members.
pub(crate) fn chat(members: Value) -> Value {
    let mut chat = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]});
    chat.as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    chat
}

pub(crate) fn messages(members: Value) -> Value {
    let mut messages = chat(members);
    if messages.get("max_tokens").is_none() {
        messages["max_tokens"] = 10.into();
    }
    messages
}

/// What became of the added members: everything but what `chat` has anyway.
fn added(mut made: Value) -> Value {
    let members = made.as_object_mut().unwrap();
    for name in ["model", "messages", "max_tokens"] {
        members.remove(name);
    }
    made
}

const CHAT: &str = r#"{"model":"claude-3","max_completion_tokens":5000,"stream":true,"stream_options":{"include_usage":true},
    "messages":[{"role":"system","content":"Be brief."},{"role":"developer","content":[{"type":"text","text":"Be kind."}]},
    {"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA","detail":"low"}},
        {"type":"image_url","image_url":{"url":"https://example.org/a.png"}}],"name":"ann"},
    {"role":"assistant","content":"Look.","tool_calls":[{"id":"call_a","type":"function","function":{"name":"read","arguments":"{\"path\":\"a\"}"}},
        {"id":"call.b:0","type":"function","function":{"name":"list","arguments":""}}],"refusal":null,"annotations":[]},
    {"role":"tool","tool_call_id":"call_a","content":"text of a"},{"role":"tool","tool_call_id":"call.b:0","content":[{"type":"text","text":"x"}]},
    {"role":"user","content":"Thanks."}],
    "tools":[{"type":"function","function":{"name":"read","description":"Reads.","parameters":{"type":"object"},"strict":true}},
        {"type":"function","function":{"name":"list"}}],
    "tool_choice":"required","parallel_tool_calls":false,"stop":["END"],"temperature":0.5,"top_p":1,"user":"u1","seed":7,"n":1}"#;

#[test]
fn a_chat_request_becomes_a_messages_request() {
    let made = chat_to_messages(CHAT.as_bytes(), &Edits::default()).unwrap();
    let read = MessagesRequest::parse(&made).unwrap();
    assert!(read.stream && read.has_tools);
    let expected = json!({
        "model": "claude-3", "max_tokens": 5000, "stream": true,
        "system": [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Be kind."}],
        "messages": [
            {"role": "user", "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
                {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
            ]},
            {"role": "assistant", "content": [
                {"type": "text", "text": "Look."},
                {"type": "tool_use", "id": "call_a", "name": "read", "input": {"path": "a"}},
                {"type": "tool_use", "id": "call_b_0", "name": "list", "input": {}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "call_a", "content": [{"type": "text", "text": "text of a"}]},
                {"type": "tool_result", "tool_use_id": "call_b_0", "content": [{"type": "text", "text": "x"}]},
                {"type": "text", "text": "Thanks."},
            ]},
        ],
        "tools": [
            {"name": "read", "description": "Reads.", "input_schema": {"type": "object"}, "strict": true},
            {"name": "list", "input_schema": {"type": "object", "properties": {}}},
        ],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": true},
        "stop_sequences": ["END"], "temperature": 0.5, "metadata": {"user_id": "u1"},
    });
    assert_eq!(json_of(&made), expected);
}

const MESSAGES: &str = r#"{"model":"claude","max_tokens":5000,"stream":true,
    "system":[{"type":"text","text":"Be brief.","cache_control":{"type":"ephemeral"}},{"type":"text","text":"Be kind."}],
    "messages":[{"role":"user","content":[{"type":"text","text":"What is this?"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}},
        {"type":"image","source":{"type":"url","url":"https://example.org/a.png"}}]},
    {"role":"assistant","content":[{"type":"thinking","thinking":"Hm.","signature":"c2ln"},{"type":"text","text":"Look."},
        {"type":"tool_use","id":"toolu_1","name":"read","input":{"path":"a"}},{"type":"tool_use","id":"toolu_2","name":"list","input":{}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"line 1"},{"type":"text","text":"line 2"},
        {"type":"image","source":{"type":"url","url":"https://example.org/b.png"}}]},
        {"type":"tool_result","tool_use_id":"toolu_2","content":"no such file","is_error":true},{"type":"text","text":"Go on."}]},
    {"role":"assistant","content":"Done."},{"role":"user","content":"Thanks."}],
    "tools":[{"name":"read","description":"Reads.","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}}],
    "tool_choice":{"type":"tool","name":"read","disable_parallel_tool_use":true},"stop_sequences":["END"],"temperature":0.5,
    "thinking":{"type":"enabled","budget_tokens":4096},"metadata":{"user_id":"u1"},"service_tier":"auto"}"#;

#[test]
fn a_messages_request_becomes_a_chat_request() {
    let edits = Edits {
        model: Some("gpt"),
        output_cap: Some(4_000),
        cap_field: CapField::MaxCompletionTokens,
        include_usage: true,
    };
    let made = messages_to_chat(MESSAGES.as_bytes(), &edits).unwrap();
    let read = ChatRequest::parse(&made).unwrap();
    assert!(read.stream && read.has_tools && read.include_usage);
    let expected = json!({
        "model": "gpt", "max_completion_tokens": 4000, "stream": true, "stream_options": {"include_usage": true},
        "messages": [
            {"role": "system", "content": "Be brief.\n\nBe kind."},
            {"role": "user", "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
            ]},
            {"role": "assistant", "content": "Look.", "tool_calls": [
                {"id": "toolu_1", "type": "function", "function": {"name": "read", "arguments": "{\"path\":\"a\"}"}},
                {"id": "toolu_2", "type": "function", "function": {"name": "list", "arguments": "{}"}},
            ]},
            {"role": "tool", "tool_call_id": "toolu_1", "content": "line 1\nline 2"},
            {"role": "tool", "tool_call_id": "toolu_2", "content": "Error: no such file"},
            {"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "https://example.org/b.png"}},
                {"type": "text", "text": "Go on."},
            ]},
            {"role": "assistant", "content": "Done."},
            {"role": "user", "content": "Thanks."},
        ],
        "tools": [{"type": "function", "function": {"name": "read", "description": "Reads.", "parameters": {"type": "object"}}}],
        "tool_choice": {"type": "function", "function": {"name": "read"}}, "parallel_tool_calls": false,
        "stop": ["END"], "temperature": 0.5, "reasoning_effort": "medium", "user": "u1",
    });
    assert_eq!(json_of(&made), expected);
}

#[test]
fn options_of_chat_are_carried_over_or_say_nothing() {
    let tool = json!([{"type": "function", "function": {"name": "f"}}]);
    let tools = json!([{"name": "f", "input_schema": {"type": "object", "properties": {}}}]);
    let schema = json!({"type": "object"});
    let cases = [
        (json!({"stop": "END"}), json!({"stop_sequences": ["END"]})),
        (
            json!({"stop": null, "n": null, "logprobs": false, "logit_bias": {}}),
            json!({}),
        ),
        (
            json!({"temperature": 1, "top_p": 1.0, "presence_penalty": 0}),
            json!({}),
        ),
        (json!({"top_p": 0.9}), json!({"top_p": 0.9})),
        (
            json!({"store": false, "metadata": {"a": "b"}, "prompt_cache_key": "k", "seed": 1}),
            json!({}),
        ),
        (
            json!({"service_tier": "flex", "modalities": ["text"], "stream": false}),
            json!({}),
        ),
        (json!({"tool_choice": "auto"}), json!({})),
        (
            json!({"tools": tool, "tool_choice": "none"}),
            json!({"tools": tools, "tool_choice": {"type": "none"}}),
        ),
        (
            json!({"tools": tool, "tool_choice": {"type": "function", "function": {"name": "f"}}}),
            json!({"tools": tools, "tool_choice": {"type": "tool", "name": "f"}}),
        ),
        (
            json!({"tools": tool, "parallel_tool_calls": false}),
            json!({"tools": tools, "tool_choice": {"type": "auto", "disable_parallel_tool_use": true}}),
        ),
        (
            json!({"response_format": {"type": "json_schema", "json_schema": {"name": "x", "strict": true, "schema": schema}}}),
            json!({"output_config": {"format": {"type": "json_schema", "schema": schema}}}),
        ),
        (json!({"response_format": {"type": "text"}}), json!({})),
        (
            json!({"max_tokens": 50_000, "reasoning_effort": "high"}),
            json!({"thinking": {"type": "enabled", "budget_tokens": 16_384}}),
        ),
        // A wish that gives way: to the cap, to sampling, to a forced call.
        (
            json!({"max_tokens": 1_000, "reasoning_effort": "high"}),
            json!({}),
        ),
        (
            json!({"max_tokens": 50_000, "reasoning_effort": "high", "temperature": 0.2}),
            json!({"temperature": 0.2}),
        ),
        (
            json!({"max_tokens": 50_000, "reasoning_effort": "high", "tools": tool, "tool_choice": "required"}),
            json!({"tools": tools, "tool_choice": {"type": "any"}}),
        ),
        (
            json!({"safety_identifier": "s", "user": "u"}),
            json!({"metadata": {"user_id": "s"}}),
        ),
    ];
    for (members, expected) in cases {
        let made =
            to_messages(&chat(members.clone())).unwrap_or_else(|problem| panic!("{members}: {problem}"));
        assert_eq!(added(made), expected, "{members}");
    }
}

/// Models that think as they see fit take a word, and neither budget nor temperature.
#[test]
fn new_models_are_told_an_effort() {
    let schema = json!({"type": "json_schema", "json_schema": {"schema": {}}});
    let request = json!({
        "model": "claude-sonnet-5", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}],
        "temperature": 0.2, "top_p": 0.9, "reasoning_effort": "minimal", "response_format": schema,
    });
    let expected = json!({
        "thinking": {"type": "adaptive"},
        "output_config": {"format": {"type": "json_schema", "schema": {}}, "effort": "low"},
    });
    assert_eq!(added(to_messages(&request).unwrap()), expected);
    // Which model is asked is up to the route.
    let edits = Edits {
        model: Some("claude-3-7-sonnet"),
        ..Edits::default()
    };
    let made = json_of(&chat_to_messages(request.to_string().as_bytes(), &edits).unwrap());
    assert_eq!(
        (&made["model"], &made["temperature"]),
        (&json!("claude-3-7-sonnet"), &json!(0.2))
    );
}

/// A turn that calls tools must begin with its thoughts, which a chat client does not have.
#[test]
fn nothing_is_thought_in_the_middle_of_a_turn() {
    let call = json!([{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]);
    let mut turns = vec![
        json!({"role": "user", "content": "hi"}),
        json!({"role": "assistant", "tool_calls": call}),
        json!({"role": "tool", "tool_call_id": "c", "content": "x"}),
    ];
    let request = |turns: &[Value]| json!({"model": "m", "max_tokens": 50_000, "reasoning_effort": "low", "messages": turns});
    assert!(to_messages(&request(&turns)).unwrap().get("thinking").is_none());
    turns.push(json!({"role": "user", "content": "next"}));
    assert!(to_messages(&request(&turns)).unwrap().get("thinking").is_some());
}

#[test]
fn options_of_messages_are_carried_over_or_say_nothing() {
    let tools = json!([{"type": "custom", "name": "f", "input_schema": {"type": "object"}, "strict": true}]);
    let tool = json!([{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}, "strict": true}}]);
    let cases = [
        (
            json!({"thinking": {"type": "adaptive"}, "cache_control": {"type": "ephemeral"}}),
            json!({}),
        ),
        (json!({"thinking": {"type": "disabled"}}), json!({})),
        (
            json!({"output_config": {"effort": "max"}}),
            json!({"reasoning_effort": "high"}),
        ),
        (
            json!({"output_config": {"effort": "low"}, "thinking": {"type": "enabled", "budget_tokens": 30_000}}),
            json!({"reasoning_effort": "high"}),
        ),
        (
            json!({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}),
            json!({"response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": {"type": "object"}}}}),
        ),
        (
            json!({"context_management": {"edits": []}, "mcp_servers": [], "speed": "standard"}),
            json!({}),
        ),
        (
            json!({"metadata": {"user_id": "u".repeat(65)}, "stop_sequences": []}),
            json!({}),
        ),
        (
            json!({"tools": tools, "tool_choice": {"type": "any"}}),
            json!({"tools": tool, "tool_choice": "required"}),
        ),
        (
            json!({"tools": tools, "tool_choice": {"type": "auto", "disable_parallel_tool_use": true}}),
            json!({"tools": tool, "tool_choice": "auto", "parallel_tool_calls": false}),
        ),
        (
            json!({"stream": true}),
            json!({"stream": true, "stream_options": {"include_usage": true}}),
        ),
    ];
    for (members, expected) in cases {
        let made =
            to_chat(&messages(members.clone())).unwrap_or_else(|problem| panic!("{members}: {problem}"));
        assert_eq!(added(made), expected, "{members}");
    }
}

/// The dialect refuses empty texts and turns; clients that keep a history send both.
#[test]
fn what_is_empty_is_left_out() {
    let empty = json!({"type": "text", "text": ""});
    let some = json!({"type": "text", "text": "x"});
    let made = to_messages(&chat(json!({"messages": [
        {"role": "system", "content": ""},
        {"role": "user", "content": [empty, some]},
        {"role": "assistant", "content": null, "reasoning_content": "Hm."},
        {"role": "user", "content": "y"},
    ]})));
    let made = made.unwrap();
    let blocks = json!([some, {"type": "text", "text": "y"}]);
    assert_eq!(made["messages"], json!([{"role": "user", "content": blocks}]));
    assert!(made.get("system").is_none());
    let thoughts = json!({"type": "thinking", "thinking": "Hm.", "signature": "s"});
    let made = to_chat(&messages(json!({"messages": [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": [thoughts]},
    ]})));
    let expected = json!([{"role": "user", "content": "x"}]);
    assert_eq!(made.unwrap()["messages"], expected);
}

#[test]
fn documents_within_the_request_are_carried_over() {
    let pdf = "data:application/pdf;base64,AAAA";
    let file = json!({"type": "file", "file": {"filename": "a.pdf", "file_data": pdf}});
    let made = to_messages(&chat(json!({"messages": [{"role": "user", "content": [file]}]}))).unwrap();
    let document = json!({"type": "document", "title": "a.pdf", "source": {"type": "base64", "media_type": "application/pdf", "data": "AAAA"}});
    assert_eq!(made["messages"][0]["content"][0], document);
    let plain = json!({"type": "document", "title": "T", "source": {"type": "text", "media_type": "text/plain", "data": "D"}});
    let back = to_chat(&messages(
        json!({"messages": [{"role": "user", "content": [document, plain]}]}),
    ))
    .unwrap();
    assert_eq!(
        back["messages"][0]["content"],
        json!([file, {"type": "text", "text": "T\n\nD"}])
    );
}
