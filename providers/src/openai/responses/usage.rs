//! Usage as this dialect reports it: the same counts as chat's, under names of their own.

use protocol::TokenUsage;
use serde::Deserialize;

use crate::count::{Count, known};

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
    cached_tokens: Option<Count>,
    cache_write_tokens: Option<Count>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct OutputDetails {
    reasoning_tokens: Option<Count>,
}

/// What a `usage` object says, and whether something in it is no count.
pub(super) fn read(object: &[u8]) -> (Option<TokenUsage>, bool) {
    match serde_json::from_slice::<Reported>(object) {
        Ok(reported) => (reported.usage(), reported.has_bad_count()),
        Err(_) => (None, true),
    }
}

impl Reported {
    fn usage(&self) -> Option<TokenUsage> {
        let input = self.input_tokens?.value()?;
        let output = self.output_tokens?.value()?;
        // Tokens that are counted in the total alone are output.
        let output = output + known(self.total_tokens).saturating_sub(input + output);
        let details = self.input_tokens_details.as_ref();
        let cache_read = known(details.and_then(|details| details.cached_tokens)).min(input);
        let written = known(details.and_then(|details| details.cache_write_tokens));
        let cache_write = written.min(input - cache_read);
        Some(TokenUsage {
            input_tokens: input - cache_read - cache_write,
            output_tokens: output,
            cache_read_tokens: cache_read,
            cache_write_tokens: cache_write,
            reasoning_tokens: known(self.reasoning()).min(output),
        })
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
        counts.into_iter().flatten().any(|count| count.value().is_none())
    }
}

#[cfg(test)]
mod tests {
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
            assert_eq!(read(text.as_bytes()), (Some(expected), false), "{text}");
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
            assert_eq!(read(text.as_bytes()), (None, true), "{text}");
        }
        let detail =
            read(br#"{"input_tokens":9,"output_tokens":5,"input_tokens_details":{"cached_tokens":-3}}"#);
        assert_eq!((detail.0.unwrap().input_tokens, detail.1), (9, true));
        assert_eq!(read(b"{}"), (None, false));
    }
}
