//! What a model says in one answer, played in the dialect of the call.

use protocol::TokenUsage;
use serde_json::Value;

use super::{Call, Reply, chat, messages, response_turn};

#[derive(Clone, Debug, Default)]
pub struct Turn {
    pub id: String,
    pub thoughts: String,
    pub text: String,
    pub calls: Vec<ToolCall>,
    /// The model ran into its output cap.
    pub is_cut: bool,
    /// How often the same is said; more than one in OpenAI's dialect only.
    pub choices: usize,
    pub usage: TokenUsage,
}

#[derive(Clone, Debug)]
pub struct ToolCall {
    pub id: String,
    pub name: String,
    pub arguments: Value,
}

impl ToolCall {
    pub fn new(id: &str, name: &str, arguments: Value) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            arguments,
        }
    }
}

impl Turn {
    pub fn says(text: &str) -> Self {
        Self {
            id: "answer_1".into(),
            text: text.into(),
            choices: 1,
            ..Self::default()
        }
    }
    pub fn calls(calls: Vec<ToolCall>) -> Self {
        Self {
            calls,
            ..Self::says("")
        }
    }
    pub fn usage(mut self, usage: TokenUsage) -> Self {
        self.usage = usage;
        self
    }

    /// Streamed or whole, as the call asks.
    pub fn reply(&self, call: &Call) -> Reply {
        let is_messages = call.path.ends_with("/messages");
        if call.is_stream() {
            return match (is_messages, call.is_response()) {
                (true, _) => messages::stream(self, call),
                (_, true) => response_turn::stream(self, call),
                _ => chat::stream(self, call),
            };
        }
        let whole = match (is_messages, call.is_response()) {
            (true, _) => messages::whole(self, call),
            (_, true) => response_turn::whole(self, call),
            _ => chat::whole(self, call),
        };
        Reply::json(200, &whole)
    }

    /// After so many chunks of a stream its first two words are out.
    pub fn chunks_of_two_words(call: &Call) -> usize {
        if call.is_chat() {
            // The role.
            1 + 2
        } else if call.is_response() {
            // The response, twice; the item; its part.
            4 + 2
        } else {
            // The message, a ping, the block.
            3 + 2
        }
    }

    /// The text in the pieces in which a stream brings it.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.text.split_inclusive(' ')
    }
}

/// A call's arguments in two pieces, as streams bring them.
pub(super) fn pieces(arguments: &Value) -> [String; 2] {
    let mut first = arguments.to_string();
    let second = first.split_off(first.len() / 2);
    [first, second]
}
