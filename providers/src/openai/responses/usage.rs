//! Usage as this dialect reports it: the same counts as chat's, under names of their own.

use protocol::TokenUsage;
use serde::Deserialize;

use crate::{
    answer::Billing,
    cost::stated_in,
    count::{Count, known},
    openai::usage::{Parts, Reading},
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reported {
    /// Includes what was read from and written to the cache.
    input_tokens: Option<Count>,
    input_tokens_details: Option<InputDetails>,
    output_tokens: Option<Count>,
    output_tokens_details: Option<OutputDetails>,
    total_tokens: Option<Count>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct InputDetails {
    /// The second names are Perplexity's.
    #[serde(alias = "cache_read_input_tokens")]
    cached_tokens: Option<Count>,
    #[serde(alias = "cache_creation_input_tokens")]
    cache_write_tokens: Option<Count>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    reasoning_tokens: Option<Count>,
}

/// Reads a `usage` object.
pub(super) fn read(object: &[u8]) -> Reading {
    let Ok(reported) = serde_json::from_slice::<Reported>(object) else {
        return Reading::bad();
    };
    let stated = stated_in(object);
    Reading {
        usage: reported.usage(),
        billing: Billing {
            stated_cost: stated.unwrap_or_default(),
            ..Billing::default()
        },
        is_bad: reported.has_bad_count() || stated.is_err(),
    }
}

impl Reported {
    fn usage(&self) -> Option<TokenUsage> {
        let input = self.input_tokens?.value()?;
        let output = self.output_tokens?.value()?;
        // Tokens that are counted in the total alone are output.
        let output = output + known(self.total_tokens).saturating_sub(input + output);
        let details = self.input_tokens_details.as_ref();
        let parts = Parts {
            cache_read: details.and_then(|details| details.cached_tokens),
            cache_write: details.and_then(|details| details.cache_write_tokens),
            reasoning: self.reasoning(),
        };
        Some(parts.of(input, output))
    }

    fn reasoning(&self) -> Option<Count> {
        self.output_tokens_details.as_ref()?.reasoning_tokens
    }

    fn has_bad_count(&self) -> bool {
        let details = self.input_tokens_details.as_ref();
        let counts = [
            self.input_tokens,
            self.output_tokens,
            self.total_tokens,
            self.reasoning(),
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
    fn counts_become_disjoint() {
        // Input, output, cache read, cache write, reasoning.
        let cases: [(&str, [u64; 5]); 5] = [
            (
                r#"{"input_tokens":20,"input_tokens_details":{"cached_tokens":8,"cache_write_tokens":4,
                "cache_write_tokens_details":{"ttl_30m_tokens":4,"ttl_12h_tokens":0}},
                "output_tokens":5,"output_tokens_details":{"reasoning_tokens":2},"total_tokens":25}"#,
                [8, 5, 8, 4, 2],
            ),
            (r#"{"input_tokens":20,"output_tokens":5}"#, [20, 5, 0, 0, 0]),
            (
                r#"{"input_tokens":20,"input_tokens_details":null,"output_tokens":5,"total_tokens":30}"#,
                [20, 10, 0, 0, 0],
            ),
            // Details that contradict the counts never make one negative.
            (
                r#"{"input_tokens":5,"output_tokens":1,"input_tokens_details":{"cached_tokens":9,"cache_write_tokens":9},"output_tokens_details":{"reasoning_tokens":9}}"#,
                [0, 1, 5, 0, 1],
            ),
            (r#"{"input_tokens":0,"output_tokens":0}"#, [0, 0, 0, 0, 0]),
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
            r#"{"input_tokens":-1,"output_tokens":5}"#,
            r#"{"input_tokens":1,"output_tokens":1e300}"#,
            r#"{"input_tokens":"1","output_tokens":5}"#,
            r#"{"input_tokens":[1],"output_tokens":5}"#,
        ] {
            let reading = read(text.as_bytes());
            assert_eq!((reading.usage, reading.is_bad), (None, true), "{text}");
        }
        let detail =
            read(br#"{"input_tokens":9,"output_tokens":5,"input_tokens_details":{"cached_tokens":-3}}"#);
        assert_eq!((detail.usage.unwrap().input_tokens, detail.is_bad), (9, true));
        assert_eq!(read(b"{}"), Reading::default());
    }

    #[test]
    fn perplexitys_form_has_its_cost_with_it() {
        let reading = read(
            br#"{"input_tokens":9,"output_tokens":3,"total_tokens":12,
            "input_tokens_details":{"cache_read_input_tokens":2,"cache_creation_input_tokens":1},
            "tool_calls_details":{"search_web":{"invocation":1}},
            "cost":{"currency":"USD","input_cost":0.1,"output_cost":0.2,"cache_read_cost":0,
            "cache_creation_cost":0,"tool_calls_cost":0.005,"total_cost":0.305}}"#,
        );
        let usage = reading.usage.unwrap();
        assert_eq!(
            [
                usage.input_tokens,
                usage.cache_read_tokens,
                usage.cache_write_tokens,
                usage.output_tokens
            ],
            [6, 2, 1, 3]
        );
        assert_eq!(
            reading.billing.stated_cost,
            Some(Money::from_nano_usd(305_000_000))
        );
        assert!(!reading.is_bad);
    }
}
