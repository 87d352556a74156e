//! What a stream has said so far: usage if the provider reports it, else an upper estimate.

use protocol::TokenUsage;
use providers::openai::{EventInfo, estimate_tokens};

/// What is known of an answer when the request is settled.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pub usage: Option<TokenUsage>,
    pub response_id: Option<String>,
    /// Bytes of generated text, and pieces that it came in.
    pub output_bytes: u64,
    pub pieces: u64,
    /// Text that came after the last report of usage, which does not count it.
    pub unreported_bytes: u64,
    /// The provider's numbers cannot be true.
    pub is_bad: bool,
}

impl Reading {
    pub(super) fn note(&mut self, event: &EventInfo<'_>) {
        self.output_bytes = self.output_bytes.saturating_add(event.output_bytes);
        self.pieces += u64::from(event.output_bytes > 0);
        self.is_bad |= event.bad_usage;
        // A later report is the fuller one.
        if event.usage.is_some() {
            self.usage = event.usage;
            self.unreported_bytes = 0;
        } else {
            self.unreported_bytes = self.unreported_bytes.saturating_add(event.output_bytes);
        }
        if self.response_id.is_none() {
            self.response_id = event.response_id.as_ref().map(|id| id.to_string());
        }
    }

    /// How many tokens may have been passed on at most; what the mark must cover. A token is at
    /// least one byte, and a piece at least one token.
    pub(super) fn passed(&self) -> u64 {
        self.output_bytes.max(self.pieces)
    }

    /// The usage to settle on, and whether it is an estimate.
    pub(super) fn usage(&self, counted_input: u64) -> (TokenUsage, bool) {
        match self.usage {
            Some(mut usage) => {
                let unreported = estimate_tokens(self.unreported_bytes);
                usage.output_tokens = usage.output_tokens.saturating_add(unreported);
                (usage, self.is_bad || unreported > 0)
            }
            None => {
                let output_tokens = estimate_tokens(self.output_bytes).max(self.pieces);
                (
                    TokenUsage {
                        input_tokens: counted_input,
                        output_tokens,
                        ..TokenUsage::default()
                    },
                    true,
                )
            }
        }
    }
}
