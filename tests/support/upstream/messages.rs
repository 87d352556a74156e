//! A [`Turn`] as Anthropic's messages write it.

use bytes::Bytes;
use protocol::TokenUsage;
use serde_json::{Value, json};

use super::{
    Call, Reply, Step,
    turn::{Turn, pieces},
};

const SIGNATURE: &str = "c2lnbmVk";

fn stop_reason(turn: &Turn) -> &'static str {
    match (turn.is_cut, turn.calls.is_empty()) {
        (true, _) => "max_tokens",
        (false, false) => "tool_use",
        (false, true) => "end_turn",
    }
}

/// What was read from and written to the cache is not in the input there.
fn usage(usage: &TokenUsage) -> Value {
    json!({
        "input_tokens": usage.input_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens,
        "cache_read_input_tokens": usage.cache_read_tokens,
        "output_tokens": usage.output_tokens,
        "output_tokens_details": {"thinking_tokens": usage.reasoning_tokens},
    })
}

pub(super) fn whole(turn: &Turn, call: &Call) -> Value {
    let mut blocks = Vec::new();
    if !turn.thoughts.is_empty() {
        blocks.push(json!({"type": "thinking", "thinking": turn.thoughts, "signature": SIGNATURE}));
    }
    if !turn.text.is_empty() {
        blocks.push(json!({"type": "text", "text": turn.text}));
    }
    blocks.extend(
        turn.calls.iter().map(
            |call| json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments}),
        ),
    );
    json!({
        "id": turn.id, "type": "message", "role": "assistant", "model": call.model(), "content": blocks,
        "stop_reason": stop_reason(turn), "stop_sequence": null, "usage": usage(&turn.usage),
    })
}

pub(super) fn stream(turn: &Turn, call: &Call) -> Reply {
    let begun = TokenUsage {
        output_tokens: 1,
        reasoning_tokens: 0,
        ..turn.usage
    };
    let message = json!({
        "id": turn.id, "type": "message", "role": "assistant", "model": call.model(), "content": [],
        "stop_reason": null, "stop_sequence": null, "usage": usage(&begun),
    });
    let mut events = vec![
        json!({"type": "message_start", "message": message}),
        json!({"type": "ping"}),
    ];
    for (index, (start, deltas)) in blocks(turn).into_iter().enumerate() {
        events.push(json!({"type": "content_block_start", "index": index, "content_block": start}));
        let deltas = deltas.into_iter();
        events.extend(
            deltas.map(|delta| json!({"type": "content_block_delta", "index": index, "delta": delta})),
        );
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    let end = json!({"stop_reason": stop_reason(turn), "stop_sequence": null});
    events.push(json!({"type": "message_delta", "delta": end, "usage": usage(&turn.usage)}));
    events.push(json!({"type": "message_stop"}));
    Reply::stream(events.iter().map(|data| Step::Send(event(data))).collect())
}

/// Each block as it starts, and what follows.
fn blocks(turn: &Turn) -> Vec<(Value, Vec<Value>)> {
    let mut blocks = Vec::new();
    if !turn.thoughts.is_empty() {
        let deltas = vec![
            json!({"type": "thinking_delta", "thinking": turn.thoughts}),
            json!({"type": "signature_delta", "signature": SIGNATURE}),
        ];
        blocks.push((
            json!({"type": "thinking", "thinking": "", "signature": ""}),
            deltas,
        ));
    }
    if !turn.text.is_empty() {
        let deltas = turn
            .words()
            .map(|word| json!({"type": "text_delta", "text": word}));
        blocks.push((json!({"type": "text", "text": ""}), deltas.collect()));
    }
    for call in &turn.calls {
        let start = json!({"type": "tool_use", "id": call.id, "name": call.name, "input": {}});
        let parts =
            pieces(&call.arguments).map(|part| json!({"type": "input_json_delta", "partial_json": part}));
        blocks.push((start, parts.into()));
    }
    blocks
}

fn event(data: &Value) -> Bytes {
    let kind = data["type"].as_str().unwrap_or_default();
    format!("event: {kind}\ndata: {data}\n\n").into()
}
