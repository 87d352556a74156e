use std::borrow::Cow;

use ::usage::pricing::ServiceTier;

use super::usage;
use crate::{
    answer::{AnswerInfo, kept_id},
    walk::{Text, Walker},
};

/// Reads a whole answer in one pass, without building it.
pub fn scan_answer(body: &[u8]) -> AnswerInfo<'_> {
    let found = Found::of(body);
    let reading = found.usage();
    AnswerInfo {
        usage: reading.usage,
        billing: reading.billing,
        bad_usage: reading.is_bad,
        output_bytes: if found.malformed {
            body.len() as u64
        } else {
            found.output_bytes
        },
        response_id: found.response_id,
        finished: found.finished,
        error: found.error,
        malformed: found.malformed,
    }
}

/// The facts of one JSON object of the dialect, be it an answer or a chunk of one.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    /// The `usage` object as it is written.
    usage: Option<&'a [u8]>,
    /// Groq's, within `x_groq`.
    second_usage: Option<&'a [u8]>,
    service_tier: Option<ServiceTier>,
    pub(super) response_id: Option<Cow<'a, str>>,
    pub(super) output_bytes: u64,
    pub(super) choices: usize,
    pub(super) finished: bool,
    pub(super) error: bool,
    pub(super) malformed: bool,
}

impl<'a> Found<'a> {
    pub(super) fn of(json: &'a [u8]) -> Self {
        let mut found = Self::default();
        let mut walker = Walker::new(json);
        let read = walker.object(|walker, key| found.member(walker, key));
        found.malformed = read.is_none() || walker.peek().is_some();
        found
    }

    pub(super) fn has_usage(&self) -> bool {
        self.usage.or(self.second_usage).is_some()
    }

    pub(super) fn usage(&self) -> usage::Reading {
        let object = self.usage.or(self.second_usage);
        let mut reading = object.map(usage::read).unwrap_or_default();
        // Mistral says it within the usage.
        let tier = self.service_tier.or(reading.billing.service_tier);
        reading.billing.service_tier = tier;
        reading
    }

    fn member(&mut self, walker: &mut Walker<'a>, key: Text<'a>) -> Option<()> {
        match key.plain().unwrap_or_default() {
            b"choices" => self.choices(walker),
            b"usage" => keep_object(&mut self.usage, walker),
            b"x_groq" if walker.peek()? == b'{' => walker.object(|walker, key| match key.plain() {
                Some(b"usage") => keep_object(&mut self.second_usage, walker),
                _ => walker.value().map(|_| ()),
            }),
            b"service_tier" if walker.peek()? == b'"' => {
                self.service_tier = Some(ServiceTier::of(&walker.string()?.decoded()?));
                Some(())
            }
            b"error" => {
                self.error |= walker.is_present()?;
                Some(())
            }
            b"id" if walker.peek()? == b'"' => {
                self.response_id = kept_id(walker.string()?.decoded()?);
                Some(())
            }
            _ => walker.value().map(|_| ()),
        }
    }

    fn choices(&mut self, walker: &mut Walker<'a>) -> Option<()> {
        if walker.peek()? != b'[' {
            return walker.value().map(|_| ());
        }
        walker.array(|walker| {
            self.choices += 1;
            if walker.peek()? != b'{' {
                return walker.value().map(|_| ());
            }
            walker.object(|walker, key| match key.plain().unwrap_or_default() {
                b"delta" | b"message" => message(walker, &mut self.output_bytes),
                b"text" => text(walker, &mut self.output_bytes),
                b"finish_reason" => {
                    self.finished |= walker.is_present()?;
                    Some(())
                }
                _ => walker.value().map(|_| ()),
            })
        })
    }
}

/// `usage: null` says nothing, so it does not undo an earlier object.
fn keep_object<'a>(kept: &mut Option<&'a [u8]>, walker: &mut Walker<'a>) -> Option<()> {
    let value = walker.value()?;
    if value.starts_with(b"{") {
        *kept = Some(value);
    }
    Some(())
}

/// Adds up the generated text of a message or a delta.
fn message(walker: &mut Walker<'_>, bytes: &mut u64) -> Option<()> {
    if walker.peek()? != b'{' {
        return walker.value().map(|_| ());
    }
    walker.object(|walker, key| match key.plain().unwrap_or_default() {
        b"content" | b"reasoning_content" | b"reasoning" | b"refusal" => text(walker, bytes),
        b"tool_calls" if walker.peek()? == b'[' => walker.array(|walker| call(walker, bytes)),
        b"function_call" => call(walker, bytes),
        _ => walker.value().map(|_| ()),
    })
}

/// A tool call, whose name and arguments lie in `function` or, in the old form, right here.
fn call(walker: &mut Walker<'_>, bytes: &mut u64) -> Option<()> {
    if walker.peek()? != b'{' {
        return walker.value().map(|_| ());
    }
    walker.object(|walker, key| match key.plain().unwrap_or_default() {
        b"function" | b"custom" if walker.peek()? == b'{' => {
            walker.object(|walker, key| call_member(walker, key, bytes))
        }
        _ => call_member(walker, key, bytes),
    })
}

fn call_member(walker: &mut Walker<'_>, key: Text<'_>, bytes: &mut u64) -> Option<()> {
    match key.plain().unwrap_or_default() {
        b"name" | b"arguments" | b"input" => text(walker, bytes),
        _ => walker.value().map(|_| ()),
    }
}

/// A text, a list of parts with texts (some providers), or null.
fn text(walker: &mut Walker<'_>, bytes: &mut u64) -> Option<()> {
    match walker.peek()? {
        b'"' => {
            *bytes += walker.string()?.decoded_bytes();
            Some(())
        }
        b'[' | b'{' => {
            *bytes += walker.value()?.len() as u64;
            Some(())
        }
        _ => walker.value().map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_answer_is_read() {
        let body = include_bytes!("../../fixtures/chat-openai.json");
        let info = scan_answer(body);
        assert_eq!(info.response_id.as_deref(), Some("chatcmpl-1"));
        assert_eq!(
            (info.output_bytes, info.finished, info.error, info.malformed),
            (11, true, false, false)
        );
        let usage = info.usage.unwrap();
        assert_eq!(
            (usage.input_tokens, usage.cache_read_tokens, usage.output_tokens),
            (12, 8, 5)
        );
    }

    #[test]
    fn what_is_generated_is_counted_wherever_it_is() {
        let cases = [
            (r#"{"choices":[{"text":"abc"},{"text":"é\n"}]}"#, 6),
            (r#"{"choices":[{"message":{"content":null,"refusal":"no"}}]}"#, 2),
            (
                r#"{"choices":[{"message":{"content":"a","reasoning_content":"bc"}}]}"#,
                3,
            ),
            (
                r#"{"choices":[{"message":{"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]}}]}"#,
                8,
            ),
            (
                r#"{"choices":[{"delta":{"function_call":{"name":"f","arguments":"{}"}}}]}"#,
                3,
            ),
            (r#"{"choices":null}"#, 0),
            (r#"{"choices":[]}"#, 0),
            (
                r#"{"content":"not generated","choices":[{"index":0,"logprobs":{"content":[{"token":"x"}]},"text":""}]}"#,
                0,
            ),
        ];
        for (body, bytes) in cases {
            let info = scan_answer(body.as_bytes());
            assert_eq!((info.output_bytes, info.malformed), (bytes, false), "{body}");
        }
    }

    #[test]
    fn an_answer_that_is_none_is_flagged_and_counted_whole() {
        for body in [
            "<html>502 Bad Gateway</html>",
            "",
            "[]",
            r#"{"choices":[{"text":"a"#,
            "{} trailing",
        ] {
            let info = scan_answer(body.as_bytes());
            assert!(info.malformed, "{body}");
            assert_eq!(info.output_bytes, body.len() as u64, "{body}");
        }
        assert!(scan_answer(br#"{"error":{"code":402,"message":"x"}}"#).error);
        assert!(scan_answer(br#"{"error":"model not found"}"#).error);
        assert!(!scan_answer(br#"{"error":null,"choices":[]}"#).error);
    }
}
