//! From the many forms of `usage` to the one of ours.

use protocol::TokenUsage;
use serde::Deserialize;
use serde_json::value::RawValue;
use usage::pricing::ServiceTier;

use crate::{
    answer::Billing,
    cost::stated_in,
    count::{Count, known},
};

/// The counts as the providers report them; `prompt_tokens` includes what was cached.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reported<'a> {
    prompt_tokens: Option<Count>,
    completion_tokens: Option<Count>,
    total_tokens: Option<Count>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek.
    prompt_cache_hit_tokens: Option<Count>,
    /// Moonshot.
    cached_tokens: Option<Count>,
    /// Perplexity, beside the completion.
    reasoning_tokens: Option<Count>,
    citation_tokens: Option<Count>,
    num_search_queries: Option<Count>,
    /// Mistral.
    #[serde(borrow)]
    service_tier: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct PromptDetails {
    cached_tokens: Option<Count>,
    cache_write_tokens: Option<Count>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct CompletionDetails {
    reasoning_tokens: Option<Count>,
}

/// What a `usage` object says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) usage: Option<TokenUsage>,
    pub(crate) billing: Billing,
    /// Something in it is not a count: negative, not whole, absurdly large or no number at all.
    pub(crate) is_bad: bool,
}

impl Reading {
    /// Nothing in it can be believed.
    pub(crate) fn bad() -> Self {
        Self {
            is_bad: true,
            ..Self::default()
        }
    }
}

/// What is counted in the input or the output, and priced by itself.
pub(crate) struct Parts {
    pub(crate) cache_read: Option<Count>,
    pub(crate) cache_write: Option<Count>,
    pub(crate) reasoning: Option<Count>,
}

impl Parts {
    /// Disjoint counts. Parts that contradict the whole never make one of them negative.
    pub(crate) fn of(&self, input: u64, output: u64) -> TokenUsage {
        let cache_read = known(self.cache_read).min(input);
        let cache_write = known(self.cache_write).min(input - cache_read);
        TokenUsage {
            input_tokens: input - cache_read - cache_write,
            output_tokens: output,
            cache_read_tokens: cache_read,
            cache_write_tokens: cache_write,
            reasoning_tokens: known(self.reasoning).min(output),
        }
    }
}

/// Reads a `usage` object.
///
/// Without believable counts of prompt and completion there is no usage; a wrong detail only loses
/// its discount. Tokens that a provider counts in the total alone (reasoning, at some) are output.
pub(crate) fn read(object: &[u8]) -> Reading {
    let Ok(reported) = serde_json::from_slice::<Reported<'_>>(object) else {
        return Reading::bad();
    };
    let stated = stated_in(object);
    let usage = reported.usage();
    Reading {
        usage,
        billing: Billing {
            service_tier: reported.service_tier(),
            stated_cost: stated.unwrap_or_default(),
            lacks_input: usage.is_some() && reported.prompt_tokens.is_none(),
            lacks_output: usage.is_some() && reported.completion_tokens.is_none(),
            ..Billing::default()
        },
        is_bad: reported.has_bad_count() || stated.is_err(),
    }
}

impl Reported<'_> {
    /// An embedding has no completion tokens, so one of the two is enough.
    fn usage(&self) -> Option<TokenUsage> {
        if self.prompt_tokens.is_none() && self.completion_tokens.is_none() {
            return None;
        }
        let prompt = self.prompt_tokens.map_or(Some(0), Count::value)?;
        let completion = self.completion_tokens.map_or(Some(0), Count::value)?;
        let output = completion + self.outside_of_both(prompt, completion).max(self.beside());
        let details = self.prompt_tokens_details.as_ref();
        let cached = details.and_then(|details| details.cached_tokens);
        let cached = cached.or(self.prompt_cache_hit_tokens).or(self.cached_tokens);
        let parts = Parts {
            cache_read: cached,
            cache_write: details.and_then(|details| details.cache_write_tokens),
            reasoning: self.reasoning(),
        };
        Some(parts.of(prompt, output))
    }

    fn outside_of_both(&self, prompt: u64, completion: u64) -> u64 {
        known(self.total_tokens).saturating_sub(prompt + completion)
    }

    /// Perplexity's old form counts them in no total; elsewhere such a member is a part.
    fn beside(&self) -> u64 {
        match self.citation_tokens.or(self.num_search_queries) {
            Some(_) => known(self.reasoning_tokens) + known(self.citation_tokens),
            None => 0,
        }
    }

    fn reasoning(&self) -> Option<Count> {
        let details = self.completion_tokens_details.as_ref();
        details
            .and_then(|details| details.reasoning_tokens)
            .or(self.reasoning_tokens)
    }

    fn service_tier(&self) -> Option<ServiceTier> {
        let name: &str = serde_json::from_str(self.service_tier?.get()).ok()?;
        Some(ServiceTier::of(name))
    }

    fn has_bad_count(&self) -> bool {
        let details = self.prompt_tokens_details.as_ref();
        let counts = [
            self.prompt_tokens,
            self.completion_tokens,
            self.total_tokens,
            self.prompt_cache_hit_tokens,
            self.cached_tokens,
            self.reasoning(),
            self.reasoning_tokens,
            self.citation_tokens,
            details.and_then(|details| details.cached_tokens),
            details.and_then(|details| details.cache_write_tokens),
        ];
        counts.contains(&Some(Count::Bad))
    }
}

#[cfg(test)]
mod tests {
    use protocol::Money;

    use super::*;

    #[test]
    fn every_providers_form_becomes_disjoint_counts() {
        // Input, output, cache read, cache write, reasoning.
        let cases: [(&str, [u64; 5]); 14] = [
            (
                r#"{"prompt_tokens":20,"completion_tokens":5,"total_tokens":25,
                "prompt_tokens_details":{"cached_tokens":8,"cache_write_tokens":3,"audio_tokens":0},
                "completion_tokens_details":{"reasoning_tokens":2,"rejected_prediction_tokens":0}}"#,
                [9, 5, 8, 3, 2],
            ),
            (r#"{"prompt_tokens":20,"completion_tokens":5}"#, [20, 5, 0, 0, 0]),
            (r#"{"prompt_tokens":3,"total_tokens":3}"#, [3, 0, 0, 0, 0]),
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}"#,
                [6, 5, 4, 0, 0],
            ),
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"cached_tokens":10}"#,
                [0, 5, 10, 0, 0],
            ),
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"prompt_tokens_details":null,"cost":0.00014,"is_byok":false,"cost_details":{"upstream_inference_cost":null}}"#,
                [10, 5, 0, 0, 0],
            ),
            (
                r#"{"queue_time":0.01,"prompt_tokens":7,"prompt_time":0.001,"completion_tokens":2,"completion_time":0.1,"total_tokens":9,"total_time":0.2}"#,
                [7, 2, 0, 0, 0],
            ),
            // Reasoning beside the completion, seen in the total only.
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":115,"completion_tokens_details":{"reasoning_tokens":100}}"#,
                [10, 105, 0, 0, 100],
            ),
            // Perplexity's old form, whose total leaves them out; and a server that repeats a part.
            (
                r#"{"prompt_tokens":33,"completion_tokens":70,"total_tokens":103,"citation_tokens":200,"num_search_queries":3,"reasoning_tokens":1900,
                "search_context_size":"low","cost":{"input_tokens_cost":0.1,"total_cost":0.5}}"#,
                [33, 2_170, 0, 0, 1_900],
            ),
            (
                r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"reasoning_tokens":4}"#,
                [10, 5, 0, 0, 4],
            ),
            // Details that contradict the counts never make one negative.
            (
                r#"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":9,"cache_write_tokens":9},"completion_tokens_details":{"reasoning_tokens":9}}"#,
                [0, 1, 5, 0, 1],
            ),
            (
                r#"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#,
                [0, 0, 0, 0, 0],
            ),
            (
                r#"{"prompt_tokens":10.0,"completion_tokens":5.0}"#,
                [10, 5, 0, 0, 0],
            ),
            (
                r#"{"prompt_tokens":4,"completion_tokens":2,"total_tokens":1}"#,
                [4, 2, 0, 0, 0],
            ),
        ];
        for (text, [input, output, cache_read, cache_write, reasoning]) in cases {
            let expected = TokenUsage {
                input_tokens: input,
                output_tokens: output,
                cache_read_tokens: cache_read,
                cache_write_tokens: cache_write,
                reasoning_tokens: reasoning,
            };
            let reading = read(text.as_bytes());
            assert_eq!((reading.usage, reading.is_bad), (Some(expected), false), "{text}");
        }
    }

    #[test]
    fn counts_that_are_none_are_flagged() {
        for text in [
            r#"{"prompt_tokens":-1,"completion_tokens":5}"#,
            r#"{"prompt_tokens":1,"completion_tokens":1e300}"#,
            r#"{"prompt_tokens":1,"completion_tokens":99999999999999999999}"#,
            r#"{"prompt_tokens":1.5,"completion_tokens":5}"#,
            r#"{"prompt_tokens":"1","completion_tokens":5}"#,
            r#"{"prompt_tokens":NaN,"completion_tokens":5}"#,
            r#"{"prompt_tokens":[1],"completion_tokens":5}"#,
        ] {
            let reading = read(text.as_bytes());
            assert_eq!((reading.usage, reading.is_bad), (None, true), "{text}");
        }
        let detail = read(
            br#"{"prompt_tokens":9,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":-3}}"#,
        );
        assert!(detail.is_bad);
        assert_eq!(detail.usage.unwrap().input_tokens, 9);
        assert_eq!(read(b"{}"), Reading::default());
    }

    #[test]
    fn what_the_price_depends_on_is_read_beside_the_counts() {
        let reading =
            read(br#"{"prompt_tokens":9,"completion_tokens":3,"cost":0.00014,"service_tier":"flex"}"#);
        assert_eq!(
            reading.billing,
            Billing {
                service_tier: Some(ServiceTier::Flex),
                stated_cost: Some(Money::from_nano_usd(140_000)),
                ..Billing::default()
            }
        );
        // What cannot be a cost is no reason to believe nothing, and no cost either.
        for cost in ["-1", "\"free\"", "1e30", "{}", "[]"] {
            let text = format!(r#"{{"prompt_tokens":9,"completion_tokens":3,"cost":{cost}}}"#);
            let reading = read(text.as_bytes());
            assert_eq!(
                (
                    reading.usage.map(|usage| usage.input_tokens),
                    reading.billing.stated_cost,
                    reading.is_bad
                ),
                (Some(9), None, true),
                "{cost}"
            );
        }
    }

    #[test]
    fn a_count_that_is_left_out_is_not_zero() {
        let lacks = |text: &str| {
            let billing = read(text.as_bytes()).billing;
            (billing.lacks_input, billing.lacks_output)
        };
        assert_eq!(lacks(r#"{"prompt_tokens":3,"total_tokens":3}"#), (false, true));
        assert_eq!(lacks(r#"{"completion_tokens":3}"#), (true, false));
        assert_eq!(
            lacks(r#"{"prompt_tokens":0,"completion_tokens":0}"#),
            (false, false)
        );
        assert_eq!(lacks(r#"{"prompt_tokens":null}"#), (false, false));
    }
}
