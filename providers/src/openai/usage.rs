//! From the many forms of `usage` to the one of ours.

use protocol::TokenUsage;
use serde::Deserialize;

use crate::count::{Count, known};

/// The counts as the providers report them; `prompt_tokens` includes what was cached.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reported {
    prompt_tokens: Option<Count>,
    completion_tokens: Option<Count>,
    total_tokens: Option<Count>,
    prompt_tokens_details: Option<PromptDetails>,
    completion_tokens_details: Option<CompletionDetails>,
    /// DeepSeek.
    prompt_cache_hit_tokens: Option<Count>,
    /// Moonshot.
    cached_tokens: Option<Count>,
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
    /// Something in it is not a count: negative, not whole, absurdly large or no number at all.
    pub(crate) is_bad: bool,
}

/// Reads a `usage` object.
///
/// Without believable counts of prompt and completion there is no usage; a wrong detail only loses
/// its discount. Tokens that a provider counts in the total alone (reasoning, at some) are output.
pub(crate) fn read(object: &[u8]) -> Reading {
    let Ok(reported) = serde_json::from_slice::<Reported>(object) else {
        return Reading {
            usage: None,
            is_bad: true,
        };
    };
    let usage = reported.usage();
    Reading {
        usage,
        is_bad: reported.has_bad_count(),
    }
}

impl Reported {
    /// An embedding has no completion tokens, so one of the two is enough.
    fn usage(&self) -> Option<TokenUsage> {
        if self.prompt_tokens.is_none() && self.completion_tokens.is_none() {
            return None;
        }
        let prompt = self.prompt_tokens.map_or(Some(0), Count::value)?;
        let completion = self.completion_tokens.map_or(Some(0), Count::value)?;
        let output = completion + self.outside_of_both(prompt, completion);
        let details = self.prompt_tokens_details.as_ref();
        let cached = details.and_then(|details| details.cached_tokens);
        let cached = cached.or(self.prompt_cache_hit_tokens).or(self.cached_tokens);
        let cache_read = known(cached).min(prompt);
        let written = known(details.and_then(|details| details.cache_write_tokens));
        let cache_write = written.min(prompt - cache_read);
        Some(TokenUsage {
            input_tokens: prompt - cache_read - cache_write,
            output_tokens: output,
            cache_read_tokens: cache_read,
            cache_write_tokens: cache_write,
            reasoning_tokens: known(self.reasoning()).min(output),
        })
    }

    fn outside_of_both(&self, prompt: u64, completion: u64) -> u64 {
        known(self.total_tokens).saturating_sub(prompt + completion)
    }

    fn reasoning(&self) -> Option<Count> {
        self.completion_tokens_details.as_ref()?.reasoning_tokens
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
            details.and_then(|details| details.cached_tokens),
            details.and_then(|details| details.cache_write_tokens),
        ];
        counts.into_iter().flatten().any(|count| count.value().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_providers_form_becomes_disjoint_counts() {
        // Input, output, cache read, cache write, reasoning.
        let cases: [(&str, [u64; 5]); 12] = [
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
            assert_eq!(
                reading,
                Reading {
                    usage: Some(expected),
                    is_bad: false
                },
                "{text}"
            );
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
            assert_eq!(
                read(text.as_bytes()),
                Reading {
                    usage: None,
                    is_bad: true
                },
                "{text}"
            );
        }
        let detail = read(
            br#"{"prompt_tokens":9,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":-3}}"#,
        );
        assert!(detail.is_bad);
        assert_eq!(detail.usage.unwrap().input_tokens, 9);
        assert_eq!(read(b"{}"), Reading::default());
    }
}
