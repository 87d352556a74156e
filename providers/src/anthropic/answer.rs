use std::borrow::Cow;

use super::usage::{Reading, Reported};
use crate::{
    answer::{AnswerInfo, kept_id},
    walk::{Text, Walker},
};

/// Reads a whole answer in one pass, without building it.
pub fn scan_answer(body: &[u8]) -> AnswerInfo<'_> {
    let found = Found::of(body);
    let reading = match found.reported() {
        Ok(reported) => reported.reading(),
        Err(reading) => reading,
    };
    AnswerInfo {
        usage: reading.usage,
        billing: reading.billing,
        bad_usage: reading.is_bad,
        output_bytes: found.generated(body),
        response_id: found.response_id,
        finished: found.finished,
        error: found.error,
        malformed: found.malformed,
    }
}

/// The facts of one JSON object of the dialect, be it an answer or an event.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    pub(super) kind: Option<Cow<'a, str>>,
    /// The `usage` object as it is written.
    usage: Option<&'a [u8]>,
    pub(super) response_id: Option<Cow<'a, str>>,
    output_bytes: u64,
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
        found.error |= found.kind.as_deref() == Some("error");
        found
    }

    /// Bytes of generated text; all of it where nothing can be told.
    pub(super) fn generated(&self, json: &[u8]) -> u64 {
        if self.malformed {
            json.len() as u64
        } else {
            self.output_bytes
        }
    }

    /// The counts, or what is wrong with them.
    pub(super) fn reported(&self) -> Result<Reported, Reading> {
        let Some(object) = self.usage else {
            return Ok(Reported::default());
        };
        Reported::of(object).ok_or(Reading {
            is_bad: true,
            ..Reading::default()
        })
    }

    pub(super) fn has_usage(&self) -> bool {
        self.usage.is_some()
    }

    fn member(&mut self, walker: &mut Walker<'a>, key: Text<'a>) -> Option<()> {
        match (key.plain().unwrap_or_default(), walker.peek()?) {
            (b"type", b'"') => {
                self.kind = Some(walker.string()?.decoded()?);
                Some(())
            }
            (b"message", b'{') => walker.object(|walker, key| self.of_message(walker, key)),
            (b"delta", b'{') => walker.object(|walker, key| self.of_delta(walker, key)),
            (b"content_block", b'{') => walker.object(|walker, key| self.generated_member(walker, key)),
            (b"error", _) => {
                self.error |= walker.is_present()?;
                Some(())
            }
            _ => self.of_message(walker, key),
        }
    }

    fn of_message(&mut self, walker: &mut Walker<'a>, key: Text<'a>) -> Option<()> {
        match (key.plain().unwrap_or_default(), walker.peek()?) {
            (b"content", b'[') => walker.array(|walker| match walker.peek()? {
                b'{' => walker.object(|walker, key| self.generated_member(walker, key)),
                _ => walker.value().map(|_| ()),
            }),
            (b"id", b'"') => {
                self.response_id = kept_id(walker.string()?.decoded()?);
                Some(())
            }
            (b"usage", b'{') => {
                self.usage = Some(walker.value()?);
                Some(())
            }
            (b"stop_reason", _) => {
                self.finished |= walker.is_present()?;
                Some(())
            }
            _ => walker.value().map(|_| ()),
        }
    }

    fn of_delta(&mut self, walker: &mut Walker<'a>, key: Text<'a>) -> Option<()> {
        match key.plain() {
            Some(b"stop_reason") => self.of_message(walker, key),
            _ => self.generated_member(walker, key),
        }
    }

    /// A member of a block or a delta that holds what the model wrote. What hosted tools found
    /// (`content`) and where it stands (`citations`) is not written by the model.
    fn generated_member(&mut self, walker: &mut Walker<'a>, key: Text<'a>) -> Option<()> {
        match (key.plain().unwrap_or_default(), walker.peek()?) {
            (b"text" | b"partial_json" | b"thinking" | b"signature" | b"data" | b"name", b'"') => {
                self.output_bytes += walker.string()?.decoded_bytes();
                Some(())
            }
            (b"input", b'{') => {
                let input = walker.value()?;
                // Streams announce a tool with an empty object, which is not written by the model.
                self.output_bytes += if input == b"{}" { 0 } else { input.len() as u64 };
                Some(())
            }
            _ => walker.value().map(|_| ()),
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::TokenUsage;

    use super::*;

    #[test]
    fn a_whole_answer_is_read() {
        let info = scan_answer(include_bytes!("../../fixtures/messages-anthropic.json"));
        assert_eq!(info.response_id.as_deref(), Some("msg_1"));
        // Thinking, signature, text, the tool's name and its input.
        assert_eq!(info.output_bytes, 3 + 4 + 2 + 4 + 12);
        assert!(info.finished && !info.error && !info.malformed && !info.bad_usage);
        let expected = TokenUsage {
            input_tokens: 10,
            output_tokens: 7,
            cache_read_tokens: 4,
            cache_write_tokens: 6,
            reasoning_tokens: 2,
        };
        assert_eq!(
            (info.usage, info.billing.cache_write_1h_tokens),
            (Some(expected), 1),
            "disjoint counts"
        );
    }

    #[test]
    fn an_answer_that_is_none_is_flagged_and_counted_whole() {
        for body in ["<html>502</html>", "", "[]", r#"{"content":["#, "{} x"] {
            let info = scan_answer(body.as_bytes());
            assert!(info.malformed, "{body}");
            assert_eq!(info.output_bytes, body.len() as u64, "{body}");
        }
        for body in [
            r#"{"type":"error"}"#,
            r#"{"type":"error","error":{"type":"api_error","message":"x"}}"#,
            r#"{"error":"x"}"#,
        ] {
            assert!(scan_answer(body.as_bytes()).error, "{body}");
        }
        assert!(!scan_answer(br#"{"type":"message","error":null}"#).error);
        let bad = scan_answer(br#"{"usage":{"input_tokens":1.5,"output_tokens":2}}"#);
        assert_eq!((bad.usage, bad.bad_usage), (None, true));
    }
}
