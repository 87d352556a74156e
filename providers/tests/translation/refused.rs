use protocol::{Code, Problem};
use providers::{
    openai::Edits,
    translate::{chat_to_messages, messages_to_chat},
};
use serde_json::{Value, json};

use crate::requests::{chat, messages, to_chat, to_messages};

#[test]
fn what_chat_alone_can_say_is_refused_by_name() {
    let part = |part: Value| json!({"messages": [{"role": "user", "content": [part]}]});
    let call = |call: Value| json!({"messages": [{"role": "assistant", "tool_calls": [call]}]});
    let cases = [
        (json!({"n": 2}), "n"),
        (json!({"logprobs": true}), "logprobs"),
        (json!({"logit_bias": {"1": 2}}), "logit_bias"),
        (json!({"frequency_penalty": 0.5}), "frequency_penalty"),
        (json!({"temperature": 1.5}), "temperature"),
        (json!({"stop": ["\n\n"]}), "stop"),
        (json!({"stop": 5}), "stop"),
        (json!({"functions": [{"name": "f"}]}), "functions"),
        (
            json!({"tools": [{"type": "custom", "custom": {}}]}),
            "tools[0].type",
        ),
        (json!({"tools": [{"type": "function"}]}), "tools[0].function"),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (json!({"tool_choice": {"type": "allowed_tools"}}), "tool_choice"),
        (
            json!({"response_format": {"type": "json_object"}}),
            "response_format",
        ),
        (json!({"reasoning_effort": "utmost"}), "reasoning_effort"),
        (json!({"modalities": ["text", "audio"]}), "modalities"),
        (json!({"web_search_options": {}}), "web_search_options"),
        (json!({"never_heard_of": 1}), "never_heard_of"),
        (json!({"max_tokens": 0}), "max_tokens"),
        (
            part(json!({"type": "input_audio", "input_audio": {}})),
            "messages[0].content[0].type",
        ),
        (
            part(json!({"type": "file", "file": {"file_id": "f"}})),
            "messages[0].content[0].file",
        ),
        (
            part(json!({"type": "image_url", "image_url": {"url": "data:image/tiff;base64,AA"}})),
            "messages[0].content[0].image_url",
        ),
        (
            part(json!({"type": "image_url", "image_url": {"url": "file:///etc/passwd"}})),
            "messages[0].content[0].image_url",
        ),
        (part(json!({"text": "x"})), "messages[0].content[0].type"),
        (
            call(json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": "{"}})),
            "messages[0].tool_calls[0].function.arguments",
        ),
        (
            call(json!({"id": "c", "type": "function", "function": {"name": "f", "arguments": "[1]"}})),
            "messages[0].tool_calls[0].function.arguments",
        ),
        (
            call(json!({"type": "function", "function": {"name": "f"}})),
            "messages[0].tool_calls[0].id",
        ),
        (
            json!({"messages": [{"role": "assistant", "function_call": {"name": "f"}}]}),
            "messages[0].function_call",
        ),
        (
            json!({"messages": [{"role": "function", "content": ""}]}),
            "messages[0].role",
        ),
        (
            json!({"messages": [{"role": "tool", "content": ""}]}),
            "messages[0].tool_call_id",
        ),
        (json!({"messages": [{"role": "user", "content": ""}]}), "messages"),
        (json!({"messages": [7]}), "messages[0]"),
        (json!({"messages": "hi"}), "messages"),
    ];
    for (members, field) in cases {
        refused(to_messages(&chat(members.clone())), &members, field);
    }
}

#[test]
fn what_messages_alone_can_say_is_refused_by_name() {
    let block = |block: Value| json!({"messages": [{"role": "user", "content": [block]}]});
    let cases = [
        (json!({"top_k": 5}), "top_k"),
        (json!({"mcp_servers": [{}]}), "mcp_servers"),
        (json!({"thread": {"type": "create"}}), "thread"),
        (json!({"container": "c"}), "container"),
        (json!({"speed": "fast"}), "speed"),
        (json!({"service_tier": "priority"}), "service_tier"),
        (
            json!({"tools": [{"type": "web_search_20250305", "name": "w"}]}),
            "tools[0].type",
        ),
        (
            json!({"tools": [{"type": "bash_20250124", "name": "b"}]}),
            "tools[0].type",
        ),
        (json!({"tool_choice": {"type": "any"}}), "tool_choice"),
        (
            json!({"output_config": {"effort": "utmost"}}),
            "output_config.effort",
        ),
        (json!({"system": [{"type": "image"}]}), "system[0].type"),
        (
            block(json!({"type": "image", "source": {"type": "file", "file_id": "f"}})),
            "messages[0].content[0].source",
        ),
        (
            block(json!({"type": "document", "source": {"type": "url", "url": "https://x"}})),
            "messages[0].content[0].source",
        ),
        (
            block(json!({"type": "search_result"})),
            "messages[0].content[0].type",
        ),
        (
            block(json!({"type": "tool_result", "tool_use_id": "t", "content": [{"type": "search_result"}]})),
            "messages[0].content[0].content[0].type",
        ),
        (
            block(json!({"type": "text", "text": "x", "unheard": 1})),
            "messages[0].content[0].unheard",
        ),
        (
            json!({"messages": [{"role": "assistant", "content": [{"type": "server_tool_use"}]}]}),
            "messages[0].content[0].type",
        ),
        (
            json!({"messages": [{"role": "critic", "content": "x"}]}),
            "messages[0].role",
        ),
    ];
    for (members, field) in cases {
        refused(to_chat(&messages(members.clone())), &members, field);
    }
}

fn refused(outcome: Result<Value, Problem>, members: &Value, field: &str) {
    let problem = outcome.expect_err(&members.to_string());
    assert_eq!(problem.code, Code::InvalidRequest, "{members}");
    assert!(
        problem.message.contains(&format!("`{field}`")),
        "{members}: {problem}"
    );
}

#[test]
fn bodies_that_are_no_request_are_refused() {
    for body in ["", "[]", "{", "\"x\"", "{}", "\u{0}"] {
        let edits = Edits::default();
        assert!(chat_to_messages(body.as_bytes(), &edits).is_err(), "{body}");
        assert!(messages_to_chat(body.as_bytes(), &edits).is_err(), "{body}");
    }
    let deep = format!(
        r#"{{"model":"m","messages":{}1{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    assert!(chat_to_messages(deep.as_bytes(), &Edits::default()).is_err());
}
