use bytes::Bytes;

use super::MessagesRequest;
use crate::{openai::quote, splice::Members};

/// What to change in a body before it is forwarded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edits<'e> {
    /// The upstream's name of the model, where it is another one.
    pub model: Option<&'e str>,
    /// The output cap to set. Thinking that no longer fits into it is lowered with it.
    pub max_tokens: Option<u64>,
}

/// The least thinking that the dialect knows.
const THINKING_MIN: u64 = 1_024;

impl MessagesRequest<'_> {
    /// The body to forward; every byte that no edit is about stays as it came.
    pub fn rewrite(&self, edits: &Edits<'_>) -> Bytes {
        let mut splice = self.members.splice();
        if let Some(model) = edits.model {
            splice.set("model", quote(model));
        }
        if let Some(cap) = edits.max_tokens.filter(|cap| *cap != self.max_tokens) {
            splice.set("max_tokens", cap.to_string());
            if let Some(thinking) = self.thinking_within(cap) {
                splice.set("thinking", thinking);
            }
        }
        splice.finish()
    }

    /// The new `thinking`, where the old one would be refused under this cap.
    ///
    /// A quarter is left for the answer. Without room for the least thinking there is none.
    fn thinking_within(&self, cap: u64) -> Option<String> {
        let budget = self.thinking_budget?;
        // A budget beyond the client's own cap spans several turns and has nothing to do with it.
        if budget < cap || budget >= self.max_tokens {
            return None;
        }
        if cap <= THINKING_MIN {
            return Some(r#"{"type":"disabled"}"#.into());
        }
        let lower = (cap - cap / 4).max(THINKING_MIN);
        let members = Members::of(self.members.value("thinking")?)?;
        let mut splice = members.splice();
        splice.set("budget_tokens", lower.to_string());
        Some(String::from_utf8_lossy(&splice.finish()).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, edits: &Edits<'_>, expected: &str) {
        let forwarded = MessagesRequest::parse(body.as_bytes()).unwrap().rewrite(edits);
        assert_eq!(std::str::from_utf8(&forwarded).unwrap(), expected);
    }

    #[test]
    fn nothing_changes_but_what_is_asked_for() {
        let body =
            "{ \"model\":\"m\",\n\t\"max_tokens\" : 10, \"messages\" : [ {\"content\":\"\\u00e9 {}\"} ]}";
        check(body, &Edits::default(), body);
        let same = Edits {
            max_tokens: Some(10),
            ..Edits::default()
        };
        check(body, &same, body);
        let edits = Edits {
            model: Some("o\"ther"),
            max_tokens: Some(7),
        };
        check(
            body,
            &edits,
            "{ \"model\":\"o\\\"ther\",\n\t\"max_tokens\" : 7, \"messages\" : [ {\"content\":\"\\u00e9 {}\"} ]}",
        );
    }

    #[test]
    fn thinking_is_lowered_with_the_cap() {
        let body = |cap: u64, thinking: &str| {
            format!(r#"{{"model":"m","messages":[{{}}],"max_tokens":{cap},"thinking":{thinking}}}"#)
        };
        let enabled = r#"{"budget_tokens": 6000, "type":"enabled"}"#;
        let cases = [
            (8_000, enabled, 7_000, enabled),
            (
                8_000,
                enabled,
                4_000,
                r#"{"budget_tokens": 3000, "type":"enabled"}"#,
            ),
            (
                8_000,
                enabled,
                1_200,
                r#"{"budget_tokens": 1024, "type":"enabled"}"#,
            ),
            (8_000, enabled, 1_024, r#"{"type":"disabled"}"#),
            (8_000, enabled, 16, r#"{"type":"disabled"}"#),
            // Spread over several turns: no business of the cap's.
            (5_000, enabled, 4_000, enabled),
            (8_000, r#"{"type":"adaptive"}"#, 16, r#"{"type":"adaptive"}"#),
        ];
        for (cap, thinking, lower, expected) in cases {
            let edits = Edits {
                max_tokens: Some(lower),
                ..Edits::default()
            };
            check(&body(cap, thinking), &edits, &body(lower, expected));
        }
    }
}
