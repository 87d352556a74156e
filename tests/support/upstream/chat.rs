//! A [`Turn`] as OpenAI's chat and completions write it.

use serde_json::{Value, json};

use super::{
    Call, Reply, Step,
    openai::{event, usage_json},
    turn::{Turn, pieces},
};

fn frame(turn: &Turn, call: &Call, object: &str) -> Value {
    json!({"id": turn.id, "object": object, "created": 1, "model": call.model(), "system_fingerprint": null})
}

fn finish(turn: &Turn) -> &'static str {
    match (turn.is_cut, turn.calls.is_empty()) {
        (true, _) => "length",
        (false, false) => "tool_calls",
        (false, true) => "stop",
    }
}

pub(super) fn whole(turn: &Turn, call: &Call) -> Value {
    let is_chat = call.is_chat();
    let mut body = frame(
        turn,
        call,
        if is_chat {
            "chat.completion"
        } else {
            "text_completion"
        },
    );
    let choice = |index: usize| {
        let mut choice = json!({"index": index, "finish_reason": finish(turn), "logprobs": null});
        if is_chat {
            choice["message"] = message(turn);
        } else {
            choice["text"] = turn.text.clone().into();
        }
        choice
    };
    body["choices"] = (0..turn.choices).map(choice).collect();
    body["usage"] = usage_json(&turn.usage);
    body
}

fn message(turn: &Turn) -> Value {
    let mut message = json!({"role": "assistant", "content": turn.text, "refusal": null});
    if !turn.thoughts.is_empty() {
        message["reasoning_content"] = turn.thoughts.clone().into();
    }
    if !turn.calls.is_empty() {
        message["content"] = Value::Null;
        let call = |call: &super::ToolCall| {
            let function = json!({"name": call.name, "arguments": call.arguments.to_string()});
            json!({"id": call.id, "type": "function", "function": function})
        };
        message["tool_calls"] = turn.calls.iter().map(call).collect();
    }
    message
}

/// One chunk a word, the calls in pieces, the finish, the usage where it was asked for, `[DONE]`.
pub(super) fn stream(turn: &Turn, call: &Call) -> Reply {
    let chunk = |index: usize, member: &str, delta: Value, finish: Value| {
        let mut chunk = frame(turn, call, "chat.completion.chunk");
        chunk["choices"] = json!([{"index": index, "finish_reason": finish, "logprobs": null}]);
        chunk["choices"][0][member] = delta;
        if call.wants_usage() {
            chunk["usage"] = Value::Null;
        }
        event(&chunk)
    };
    let mut events = Vec::new();
    for index in 0..turn.choices {
        if call.is_chat() {
            let deltas = deltas(turn).into_iter();
            events.extend(deltas.map(|delta| chunk(index, "delta", delta, Value::Null)));
            events.push(chunk(index, "delta", json!({}), finish(turn).into()));
        } else {
            events.extend(
                turn.words()
                    .map(|word| chunk(index, "text", word.into(), Value::Null)),
            );
            events.push(chunk(index, "text", "".into(), finish(turn).into()));
        }
    }
    if call.wants_usage() {
        let mut last = frame(turn, call, "chat.completion.chunk");
        last["choices"] = json!([]);
        last["usage"] = usage_json(&turn.usage);
        events.push(event(&last));
    }
    events.push("data: [DONE]\n\n".into());
    Reply::stream(events.into_iter().map(Step::Send).collect())
}

fn deltas(turn: &Turn) -> Vec<Value> {
    let mut deltas = vec![json!({"role": "assistant", "content": ""})];
    if !turn.thoughts.is_empty() {
        deltas.push(json!({"reasoning_content": turn.thoughts}));
    }
    deltas.extend(turn.words().map(|word| json!({"content": word})));
    for (index, call) in turn.calls.iter().enumerate() {
        let piece = |function: Value| json!({"tool_calls": [{"index": index, "function": function}]});
        let mut first = piece(json!({"name": call.name, "arguments": ""}));
        first["tool_calls"][0]["id"] = call.id.clone().into();
        first["tool_calls"][0]["type"] = "function".into();
        deltas.push(first);
        deltas.extend(pieces(&call.arguments).map(|part| piece(json!({"arguments": part}))));
    }
    deltas
}
