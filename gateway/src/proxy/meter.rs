//! What an answer has said so far: usage if the provider reports it, else an upper estimate.

use protocol::TokenUsage;
use providers::{
    answer::{AnswerInfo, Billing, EventInfo},
    openai::estimate_tokens,
};
use usage::pricing::Consumption;

/// What is known of an answer when the request is settled.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pub usage: Option<TokenUsage>,
    pub billing: Billing,
    pub response_id: Option<String>,
    /// Bytes of generated text, and pieces that it came in.
    pub output_bytes: u64,
    pub pieces: u64,
    /// Text that came after the last report of usage, which does not count it.
    pub unreported_bytes: u64,
    /// The provider's numbers cannot be true.
    pub is_bad: bool,
}

/// What is charged for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Metered {
    pub used: Consumption,
    /// Some of it was not reported, or not believably.
    pub estimated: bool,
}

impl Reading {
    pub(super) fn of_answer(info: &AnswerInfo<'_>) -> Self {
        Self {
            usage: info.usage,
            billing: info.billing,
            response_id: info.response_id.as_ref().map(|id| id.to_string()),
            output_bytes: info.output_bytes,
            pieces: u64::from(info.output_bytes > 0),
            unreported_bytes: if info.billing.lacks_output {
                info.output_bytes
            } else {
                0
            },
            is_bad: info.bad_usage,
        }
    }

    pub(super) fn note(&mut self, event: &EventInfo<'_>) {
        self.output_bytes = self.output_bytes.saturating_add(event.output_bytes);
        self.pieces += u64::from(event.output_bytes > 0);
        self.unreported_bytes = self.unreported_bytes.saturating_add(event.output_bytes);
        self.is_bad |= event.bad_usage;
        self.billing.service_tier = event.billing.service_tier.or(self.billing.service_tier);
        if let Some(usage) = event.usage {
            self.report(usage, event.billing);
        }
        if self.response_id.is_none() {
            self.response_id = event.response_id.as_ref().map(|id| id.to_string());
        }
    }

    /// A later report is the fuller one. One that takes back what an earlier one said is not
    /// believed: what was read and written stays so.
    fn report(&mut self, later: TokenUsage, billing: Billing) {
        let takes_back = |earlier: &TokenUsage| later.output_tokens < earlier.output_tokens;
        let takes_output_back = self.usage.as_ref().is_some_and(takes_back);
        if !billing.lacks_output && !takes_output_back {
            self.unreported_bytes = 0;
        }
        let Some(earlier) = self.usage.replace(later) else {
            self.billing = Billing {
                service_tier: self.billing.service_tier,
                ..billing
            };
            return;
        };
        let mut whole = later;
        let is_less_input = later.total_input() < earlier.total_input();
        if is_less_input {
            whole = TokenUsage {
                output_tokens: later.output_tokens,
                reasoning_tokens: later.reasoning_tokens,
                ..earlier
            };
        }
        whole.output_tokens = later.output_tokens.max(earlier.output_tokens);
        self.is_bad |= is_less_input && !billing.lacks_input;
        self.is_bad |= takes_output_back && !billing.lacks_output;
        self.usage = Some(whole);
        self.billing = Billing {
            cache_write_1h_tokens: billing
                .cache_write_1h_tokens
                .max(self.billing.cache_write_1h_tokens),
            web_searches: billing.web_searches.max(self.billing.web_searches),
            service_tier: self.billing.service_tier,
            stated_cost: billing.stated_cost.max(self.billing.stated_cost),
            lacks_input: billing.lacks_input && self.billing.lacks_input,
            lacks_output: billing.lacks_output && self.billing.lacks_output,
        };
    }

    /// How many tokens may have been passed on at most; what the mark must cover. A token is at
    /// least one byte, and a piece at least one token.
    pub(super) fn passed(&self) -> u64 {
        self.output_bytes.max(self.pieces)
    }

    /// What to settle on. What was not reported is estimated, and never taken for nothing.
    pub(super) fn metered(&self, counted_input: u64) -> Metered {
        let (tokens, estimated) = self.tokens(counted_input);
        Metered {
            used: Consumption {
                tokens,
                cache_write_1h_tokens: self.billing.cache_write_1h_tokens,
                web_searches: self.billing.web_searches,
                tier: self.billing.service_tier.unwrap_or_default(),
            },
            estimated,
        }
    }

    fn tokens(&self, counted_input: u64) -> (TokenUsage, bool) {
        match self.usage {
            Some(mut usage) => {
                let unreported = estimate_tokens(self.unreported_bytes);
                usage.output_tokens = usage.output_tokens.saturating_add(unreported);
                if self.billing.lacks_input {
                    usage.input_tokens = counted_input;
                }
                let estimated = self.is_bad || unreported > 0 || self.billing.lacks_input;
                (usage, estimated)
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

#[cfg(test)]
#[path = "meter_tests.rs"]
mod tests;
