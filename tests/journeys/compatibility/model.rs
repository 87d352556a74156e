//! The fake model of the journeys: what it answers follows from what was asked, so that an answer
//! shows what of a request arrived.

use protocol::TokenUsage;
use serde_json::json;
use tests::upstream::{Asked, ToolCall, Turn};

pub const HELLO: &str = "Hello wörld, how are you?";

/// The answer to the nth request; its usage is no other's.
pub fn answer(asked: &Asked, nth: u64) -> Turn {
    let mut turn = said(asked);
    turn.id = format!("answer_{nth}");
    turn.choices = asked.choices;
    if asked.wants_thoughts {
        turn.thoughts = "Let me think.".into();
    }
    if let Some(at) = asked.stops.iter().find_map(|stop| turn.text.find(stop)) {
        turn.text.truncate(at);
    }
    if asked.output_cap == Some(1) {
        turn.text.truncate("Hello ".len());
        turn.is_cut = true;
    }
    turn.usage(TokenUsage {
        input_tokens: 10 + nth,
        output_tokens: (20 + nth).min(asked.output_cap.unwrap_or(u64::MAX)),
        cache_read_tokens: 3,
        cache_write_tokens: 0,
        reasoning_tokens: if asked.wants_thoughts { 2 } else { 0 },
    })
}

fn said(asked: &Asked) -> Turn {
    if asked.schema.is_some() {
        return Turn::says(&json!({"city": "Paris", "people": 2_100_000}).to_string());
    }
    if !asked.images.is_empty() {
        return Turn::says(&format!("I see {}.", asked.images.join(" and ")));
    }
    if !asked.results.is_empty() {
        return Turn::says(&format!("The tools say: {}.", asked.results.join(", ")));
    }
    let is_called = |name: &&String| asked.forced.as_ref().is_none_or(|forced| forced == *name);
    let calls: Vec<_> = asked.tools.iter().filter(is_called).map(call).collect();
    if calls.is_empty() {
        Turn::says(HELLO)
    } else {
        Turn::calls(calls)
    }
}

fn call(name: &String) -> ToolCall {
    let arguments = match name.as_str() {
        "read" => json!({"path": "a.rs"}),
        _ => json!({}),
    };
    ToolCall::new(&format!("call_{name}"), name, arguments)
}
