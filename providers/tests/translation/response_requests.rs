//! Requests of the Responses API.

use protocol::{Code, Problem};
use providers::{
    anthropic::MessagesRequest,
    openai::{CapField, ChatRequest, Edits, responses::ResponsesRequest},
    translate::{chat_to_messages, responses_to_chat},
};
use serde_json::{Value, json};

use crate::json_of;

/// What a request becomes; what that becomes for Anthropic's dialect is a request of it.
fn to_chat(request: &Value) -> Result<Value, Problem> {
    let body = request.to_string();
    let (made, _) = responses_to_chat(body.as_bytes(), &Edits::default())?;
    ChatRequest::parse(&made).unwrap_or_else(|problem| panic!("{request}: {problem}"));
    if let Ok(further) = chat_to_messages(&made, &Edits::default()) {
        MessagesRequest::parse(&further).unwrap_or_else(|problem| panic!("{request}: {problem}"));
    }
    Ok(json_of(&made))
}

fn with(members: Value) -> Value {
    let mut request = json!({"model": "m", "input": "hi"});
    request
        .as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    request
}

/// What became of the added members.
fn added(members: Value) -> Value {
    let mut made = to_chat(&with(members)).unwrap_or_else(|problem| panic!("{problem}"));
    for name in ["model", "messages"] {
        made.as_object_mut().unwrap().remove(name);
    }
    made
}

fn messages(input: Value) -> Value {
    to_chat(&with(json!({"input": input}))).unwrap_or_else(|problem| panic!("{problem}"))["messages"].take()
}

#[test]
fn a_whole_turn_is_carried_over() {
    let request = json!({
        "model": "m", "max_output_tokens": 500, "stream": true, "store": false, "instructions": "Be brief.",
        "include": ["reasoning.encrypted_content"], "prompt_cache_key": "k", "client_metadata": {"a": "b"},
        "input": [
            {"type": "message", "id": "msg_0", "role": "developer", "content": [
                {"type": "input_text", "text": "Be kind."}, {"type": "input_text", "text": "Be clear."}]},
            {"role": "user", "content": [
                {"type": "input_text", "text": "What is this?", "prompt_cache_breakpoint": {"mode": "explicit"}},
                {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "low"}]},
            {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"},
            {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "phase": "commentary",
             "content": [{"type": "output_text", "text": "Look.", "annotations": [], "logprobs": []}]},
            {"type": "function_call", "id": "fc_1", "status": "completed", "call_id": "a", "name": "read",
             "arguments": "{\"path\":\"a\"}"},
            {"type": "function_call", "call_id": "b", "namespace": "files", "name": "list", "arguments": ""},
            {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c", "name": "patch", "input": "*** \"End\""},
            {"type": "function_call_output", "call_id": "a", "output": "text of a"},
            {"type": "function_call_output", "call_id": "b", "output": [{"type": "input_text", "text": "x"},
             {"type": "input_text", "text": "y"}]},
            {"type": "custom_tool_call_output", "call_id": "c", "output": "ok"},
            {"role": "user", "content": "Thanks."},
        ],
        "tools": [
            {"type": "function", "name": "read", "description": "Reads.", "parameters": {"type": "object"}, "strict": true},
            {"type": "namespace", "name": "files", "description": "About files.", "tools": [
                {"type": "function", "name": "list", "description": "Lists.", "strict": false, "parameters": null}]},
            {"type": "custom", "name": "patch", "description": "Patches.",
             "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
        ],
        "tool_choice": "auto", "parallel_tool_calls": true, "reasoning": {"effort": "low", "summary": "auto"},
    });
    let expected = json!({
        "model": "m", "max_tokens": 500, "stream": true, "stream_options": {"include_usage": true},
        "reasoning_effort": "low",
        "messages": [
            {"role": "system", "content": "Be brief.\n\nBe kind.\n\nBe clear."},
            {"role": "user", "content": [{"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}]},
            {"role": "assistant", "content": "Look.", "tool_calls": [
                {"id": "a", "type": "function", "function": {"name": "read", "arguments": "{\"path\":\"a\"}"}},
                {"id": "b", "type": "function", "function": {"name": "files__list", "arguments": ""}},
                {"id": "c", "type": "function", "function": {"name": "patch", "arguments": "{\"input\":\"*** \\\"End\\\"\"}"}}]},
            {"role": "tool", "tool_call_id": "a", "content": "text of a"},
            {"role": "tool", "tool_call_id": "b", "content": "x\ny"},
            {"role": "tool", "tool_call_id": "c", "content": "ok"},
            {"role": "user", "content": "Thanks."},
        ],
        "tools": [
            {"type": "function", "function": {"name": "read", "description": "Reads.", "parameters": {"type": "object"}, "strict": true}},
            {"type": "function", "function": {"name": "files__list", "description": "About files.\n\nLists."}},
            {"type": "function", "function": {"name": "patch",
                "description": "Patches.\n\n`input` must follow this grammar (lark):\nstart: x",
                "parameters": {"type": "object", "required": ["input"], "additionalProperties": false,
                    "properties": {"input": {"type": "string", "description": "The whole input of the tool."}}}}},
        ],
    });
    assert_eq!(to_chat(&request).unwrap(), expected);
    let read =
        ResponsesRequest::parse(request.to_string().as_bytes()).map(|read| (read.stream, read.output_cap));
    assert_eq!(read.unwrap(), (true, Some(500)));
}

#[test]
fn results_follow_their_calls_whatever_stands_between() {
    let call = |id: &str| json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"});
    let result =
        |id: &str, output: Value| json!({"type": "function_call_output", "call_id": id, "output": output});
    let user = |text: &str| json!({"role": "user", "content": text});
    let roles = |made: &Value| -> Vec<String> {
        let messages = made.as_array().unwrap().iter();
        messages
            .map(|message| {
                let calls = message["tool_calls"].as_array().map_or(0, Vec::len);
                format!("{}{}", message["role"].as_str().unwrap(), "+".repeat(calls))
            })
            .collect()
    };
    let image = json!([{"type": "input_text", "text": "seen"}, {"type": "input_image", "image_url": "data:image/png;base64,AA"}]);
    let made = messages(json!([
        user("go"),
        call("a"),
        call("b"),
        user("wait"),
        result("b", image),
        result("a", json!("x")),
        call("c"),
        result("c", json!("y")),
        user("end"),
    ]));
    assert_eq!(
        roles(&made),
        [
            "user",
            "assistant++",
            "tool",
            "tool",
            "user",
            "user",
            "assistant+",
            "tool",
            "user"
        ]
    );
    assert_eq!(made[4]["content"], "wait");
    assert_eq!(
        made[5]["content"][0]["image_url"]["url"],
        "data:image/png;base64,AA"
    );
    // What is said after a call belongs to the same message, since its results must come next.
    let said = json!({"role": "assistant", "content": "Now."});
    let made = messages(json!([user("go"), call("a"), said, result("a", json!("x"))]));
    assert_eq!(roles(&made), ["user", "assistant+", "tool"]);
    assert_eq!(made[1]["content"], "Now.");
    // A late instruction stays where it is.
    let late = json!({"role": "developer", "content": "Be quick."});
    assert_eq!(roles(&messages(json!([user("go"), late]))), ["user", "system"]);
}

#[test]
fn options_are_carried_over() {
    let tool = |name: &str| json!({"type": "function", "name": name, "parameters": {}});
    let function = |name: &str| json!({"type": "function", "function": {"name": name, "parameters": {}}});
    let schema = json!({"type": "object"});
    let cases = [
        (
            json!({"temperature": 0.5, "top_p": 0.9}),
            json!({"temperature": 0.5, "top_p": 0.9}),
        ),
        (
            json!({"user": "u", "safety_identifier": "s", "metadata": {"a": "b"}}),
            json!({"user": "s"}),
        ),
        (
            json!({"text": {"format": {"type": "json_schema", "name": "a", "schema": schema, "strict": true}, "verbosity": "low"}}),
            json!({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": schema, "strict": true}}}),
        ),
        (
            json!({"text": {"format": {"type": "json_object"}}}),
            json!({"response_format": {"type": "json_object"}}),
        ),
        (
            json!({"text": {"format": {"type": "text"}}, "truncation": "auto"}),
            json!({}),
        ),
        (
            json!({"tools": [tool("f"), tool("g")], "tool_choice": {"type": "function", "name": "g"}, "parallel_tool_calls": false}),
            json!({"tools": [function("f"), function("g")], "parallel_tool_calls": false,
                   "tool_choice": {"type": "function", "function": {"name": "g"}}}),
        ),
        (
            json!({"tools": [tool("f"), tool("g")],
                   "tool_choice": {"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "g"}]}}),
            json!({"tools": [function("g")], "tool_choice": "required"}),
        ),
        (
            json!({"tools": [], "tool_choice": "none", "parallel_tool_calls": true}),
            json!({}),
        ),
        (
            json!({"service_tier": "auto", "background": false, "store": false, "previous_response_id": null}),
            json!({}),
        ),
        (
            json!({"reasoning": {"effort": null, "summary": "detailed", "context": "auto"}}),
            json!({}),
        ),
    ];
    for (members, expected) in cases {
        assert_eq!(added(members.clone()), expected, "{members}");
    }
    let edits = Edits {
        model: Some("other"),
        output_cap: Some(7),
        cap_field: CapField::MaxCompletionTokens,
        include_usage: false,
    };
    let body = with(json!({"stream": true, "max_output_tokens": 9})).to_string();
    let (made, _) = responses_to_chat(body.as_bytes(), &edits).unwrap();
    let expected = json!({"model": "other", "max_completion_tokens": 7, "stream": true,
        "messages": [{"role": "user", "content": "hi"}]});
    assert_eq!(json_of(&made), expected);
}

#[test]
fn what_cannot_be_carried_over_is_refused_by_name() {
    let item = |item: Value| json!({"input": [{"role": "user", "content": "hi"}, item]});
    let part = |part: Value| json!({"input": [{"role": "user", "content": [part]}]});
    let tool = |tool: Value| json!({"tools": [tool]});
    let cases = [
        (json!({"previous_response_id": "resp_1"}), "previous_response_id"),
        (json!({"conversation": "conv_1"}), "conversation"),
        (json!({"prompt": {"id": "p"}}), "prompt"),
        (json!({"background": true}), "background"),
        (json!({"store": true}), "store"),
        (json!({"service_tier": "priority"}), "service_tier"),
        (json!({"reasoning": {"mode": "pro"}}), "reasoning.mode"),
        (
            json!({"context_management": [{"type": "compaction"}]}),
            "context_management",
        ),
        (json!({"include": ["message.output_text.logprobs"]}), "include"),
        (json!({"top_logprobs": 3}), "top_logprobs"),
        (json!({"moderation": {"model": "m"}}), "moderation"),
        (json!({"never_heard_of": 1}), "never_heard_of"),
        (tool(json!({"type": "web_search"})), "tools[0].type"),
        (tool(json!({"type": "local_shell"})), "tools[0].type"),
        (tool(json!({"type": "function"})), "tools[0].name"),
        (
            tool(json!({"type": "namespace", "name": "n", "tools": [{"type": "mcp"}]})),
            "tools[0].tools[0].type",
        ),
        (
            json!({"tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "f"}]}),
            "tools[1].name",
        ),
        (
            tool(json!({"type": "function", "name": "n".repeat(65)})),
            "tools[0].name",
        ),
        (json!({"tool_choice": "required"}), "tool_choice"),
        (
            json!({"tools": [{"type": "function", "name": "f"}], "tool_choice": {"type": "web_search"}}),
            "tool_choice.type",
        ),
        (
            item(json!({"type": "item_reference", "id": "msg_1"})),
            "input[1].type",
        ),
        (item(json!({"id": "msg_1"})), "input[1].role"),
        (item(json!({"type": "web_search_call"})), "input[1].type"),
        (
            item(json!({"type": "function_call", "name": "f"})),
            "input[1].call_id",
        ),
        (item(json!({"role": "narrator", "content": "x"})), "input[1].role"),
        (part(json!({"type": "input_audio"})), "input[0].content[0].type"),
        (
            part(json!({"type": "input_image", "file_id": "f"})),
            "input[0].content[0].file_id",
        ),
        (
            part(json!({"type": "input_file", "file_url": "https://x.example"})),
            "input[0].content[0].file_id",
        ),
        (
            json!({"text": {"format": {"type": "json_schema", "name": "a"}}}),
            "text.format.schema",
        ),
        (json!({"input": []}), "input"),
        (json!({"input": [{"role": "system", "content": "x"}]}), "input"),
        (json!({"input": 5}), "input"),
    ];
    for (members, path) in cases {
        let problem = to_chat(&with(members.clone())).unwrap_err();
        assert_eq!(problem.code, Code::InvalidRequest);
        let quoted = format!("`{path}`");
        assert!(problem.to_string().contains(&quoted), "{members}: {problem}");
    }
}
