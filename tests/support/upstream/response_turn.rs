//! A [`Turn`] as the Responses API writes it.

use bytes::Bytes;
use serde_json::{Value, json};

use super::{
    Call, Reply, Step,
    responses::usage_json,
    turn::{ToolCall, Turn, pieces},
};

/// The response object: as it begins, and as it ends.
fn response(turn: &Turn, call: &Call, is_over: bool) -> Value {
    let (status, why) = match (is_over, turn.is_cut) {
        (false, _) => ("in_progress", Value::Null),
        (true, true) => ("incomplete", json!({"reason": "max_output_tokens"})),
        (true, false) => ("completed", Value::Null),
    };
    let output: Vec<Value> = items(turn).into_iter().map(|(item, _)| item).collect();
    json!({
        "id": turn.id, "object": "response", "created_at": 1, "status": status, "error": null,
        "incomplete_details": why, "instructions": call.json()["instructions"], "model": call.model(),
        "output": if is_over { output } else { Vec::new() }, "parallel_tool_calls": true,
        "tool_choice": "auto", "tools": [], "metadata": {}, "temperature": 1.0, "top_p": 1.0,
        "usage": if is_over { usage_json(&turn.usage) } else { Value::Null },
    })
}

pub(super) fn whole(turn: &Turn, call: &Call) -> Value {
    response(turn, call, true)
}

/// The items of the output as they end, and the events of each between its begin and its end.
fn items(turn: &Turn) -> Vec<(Value, Vec<(&'static str, Value)>)> {
    let mut items = Vec::new();
    if !turn.thoughts.is_empty() {
        let part = json!({"type": "summary_text", "text": turn.thoughts});
        let item =
            json!({"type": "reasoning", "id": "rs_1", "summary": [part], "encrypted_content": "c2VhbGVk"});
        let events = vec![
            (
                "response.reasoning_summary_part.added",
                json!({"summary_index": 0, "part": {"type": "summary_text", "text": ""}}),
            ),
            (
                "response.reasoning_summary_text.delta",
                json!({"summary_index": 0, "delta": turn.thoughts}),
            ),
            (
                "response.reasoning_summary_text.done",
                json!({"summary_index": 0, "text": turn.thoughts}),
            ),
            (
                "response.reasoning_summary_part.done",
                json!({"summary_index": 0, "part": part}),
            ),
        ];
        items.push((item, events));
    }
    if !turn.text.is_empty() {
        items.push(message(turn));
    }
    items.extend(turn.calls.iter().map(function_call));
    items
}

fn message(turn: &Turn) -> (Value, Vec<(&'static str, Value)>) {
    let part = |text: &str| json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []});
    let whole = part(&turn.text);
    let mut events = vec![(
        "response.content_part.added",
        json!({"content_index": 0, "part": part("")}),
    )];
    let delta = |word: &str| json!({"content_index": 0, "delta": word, "logprobs": []});
    events.extend(
        turn.words()
            .map(|word| ("response.output_text.delta", delta(word))),
    );
    let done = json!({"content_index": 0, "text": turn.text, "logprobs": []});
    events.push(("response.output_text.done", done));
    events.push((
        "response.content_part.done",
        json!({"content_index": 0, "part": whole}),
    ));
    let item = json!({
        "type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [whole],
    });
    (item, events)
}

fn function_call(call: &ToolCall) -> (Value, Vec<(&'static str, Value)>) {
    let arguments = call.arguments.to_string();
    let item = json!({
        "type": "function_call", "id": format!("fc_{}", call.id), "call_id": call.id, "name": call.name,
        "arguments": arguments, "status": "completed",
    });
    let mut events: Vec<_> = pieces(&call.arguments)
        .map(|delta| ("response.function_call_arguments.delta", json!({"delta": delta})))
        .into();
    let done = json!({"name": call.name, "arguments": arguments});
    events.push(("response.function_call_arguments.done", done));
    (item, events)
}

pub(super) fn stream(turn: &Turn, call: &Call) -> Reply {
    let begun = || json!({"response": response(turn, call, false)});
    let mut events = vec![("response.created", begun()), ("response.in_progress", begun())];
    for (index, (item, inner)) in items(turn).into_iter().enumerate() {
        let mut added = item.clone();
        for (name, nothing) in [
            ("content", json!([])),
            ("arguments", json!("")),
            ("summary", json!([])),
        ] {
            if added.get(name).is_some() {
                added[name] = nothing;
            }
        }
        let place = |mut members: Value| {
            members["output_index"] = index.into();
            members["item_id"] = item["id"].clone();
            members
        };
        events.push((
            "response.output_item.added",
            json!({"output_index": index, "item": added}),
        ));
        events.extend(inner.into_iter().map(|(name, members)| (name, place(members))));
        events.push((
            "response.output_item.done",
            json!({"output_index": index, "item": item}),
        ));
    }
    let end = if turn.is_cut {
        "response.incomplete"
    } else {
        "response.completed"
    };
    events.push((end, json!({"response": response(turn, call, true)})));
    let numbered = events.into_iter().enumerate();
    Reply::stream(
        numbered
            .map(|(number, (name, members))| Step::Send(event(number, name, members)))
            .collect(),
    )
}

fn event(number: usize, name: &str, mut members: Value) -> Bytes {
    members["type"] = name.into();
    members["sequence_number"] = number.into();
    format!("event: {name}\ndata: {members}\n\n").into()
}
