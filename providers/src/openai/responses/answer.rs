use std::borrow::Cow;

use bytes::Bytes;
use protocol::Problem;

use ::usage::pricing::ServiceTier;

use super::{item, usage};
use crate::{
    answer::{AnswerInfo, kept_id},
    openai::{failure::upstream_problem, usage::Reading},
    splice::Members,
    walk::{Text, Walker},
};

/// Reads a whole answer in one pass, without building it.
pub fn scan_answer(body: &[u8]) -> AnswerInfo<'_> {
    let mut walker = Walker::new(body);
    let found = Found::of(&mut walker);
    let malformed = !found.is_whole || walker.peek().is_some();
    let reading = found.usage();
    AnswerInfo {
        usage: reading.usage,
        billing: reading.billing,
        bad_usage: reading.is_bad,
        output_bytes: if malformed {
            body.len() as u64
        } else {
            found.output_bytes
        },
        response_id: found.id,
        finished: found.is_ended,
        error: found.error.is_some(),
        malformed,
    }
}

/// The answer as the client gets it: unchanged, but for an error in the provider's own words.
pub fn present_answer(body: Bytes) -> Bytes {
    let mut walker = Walker::new(&body);
    let Some(error) = Found::of(&mut walker).error else {
        return body;
    };
    let Some(members) = Members::of(&body) else {
        return body;
    };
    let mut splice = members.splice();
    splice.set(
        "error",
        super::failed::error_member(&problem_of(error)).to_string(),
    );
    splice.finish()
}

/// What a response's `error` means to the client.
pub(super) fn problem_of(error: &[u8]) -> Problem {
    let status = if super::failed::is_request_at_fault(error) {
        400
    } else {
        502
    };
    upstream_problem(status, None, error).problem
}

/// The facts of a response object, be it a whole answer or a part of an event.
#[derive(Debug, Default)]
pub(super) struct Found<'a> {
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) model: Option<Cow<'a, str>>,
    /// As it is written.
    pub(super) created_at: Option<&'a [u8]>,
    usage: Option<&'a [u8]>,
    service_tier: Option<ServiceTier>,
    pub(super) error: Option<&'a [u8]>,
    pub(super) output_bytes: u64,
    /// Its status says that nothing more comes.
    is_ended: bool,
    /// It is one JSON object.
    is_whole: bool,
}

impl<'a> Found<'a> {
    pub(super) fn of(walker: &mut Walker<'a>) -> Self {
        let mut found = Self::default();
        let read = walker.object(|walker, key| found.member(walker, key));
        found.is_whole = read.is_some();
        found
    }

    pub(super) fn usage(&self) -> Reading {
        let mut reading = self.usage.map(usage::read).unwrap_or_default();
        reading.billing.service_tier = self.service_tier;
        reading
    }

    fn member(&mut self, walker: &mut Walker<'a>, key: Text<'a>) -> Option<()> {
        match (key.plain().unwrap_or_default(), walker.peek()?) {
            (b"id", b'"') => self.id = kept_id(walker.string()?.decoded()?),
            (b"model", b'"') => self.model = Some(walker.string()?.decoded()?),
            (b"created_at", _) => self.created_at = Some(walker.value()?),
            (b"service_tier", b'"') => {
                self.service_tier = Some(ServiceTier::of(&walker.string()?.decoded()?));
            }
            (b"usage", b'{') => self.usage = Some(walker.value()?),
            (b"error", _) => {
                let error = walker.value()?;
                self.error = (error != b"null").then_some(error);
            }
            (b"status", b'"') => {
                let status = walker.string()?.decoded()?;
                self.is_ended = !matches!(status.as_ref(), "in_progress" | "queued");
            }
            (b"output", b'[') => {
                let bytes = &mut self.output_bytes;
                walker.array(|walker| item::generated(walker, bytes))?;
            }
            _ => {
                walker.value()?;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_answer_is_read() {
        let body = br#"{"id":"resp_1","object":"response","created_at":1.0,"status":"completed","model":"m","error":null,
            "instructions":"not generated","output":[{"type":"message","content":[{"type":"output_text","text":"hi"}]}],
            "tools":[{"type":"function","name":"not generated"}],
            "usage":{"input_tokens":20,"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2}}}"#;
        let info = scan_answer(body);
        assert_eq!(info.response_id.as_deref(), Some("resp_1"));
        assert_eq!(
            (info.output_bytes, info.finished, info.error, info.malformed),
            (2, true, false, false)
        );
        let usage = info.usage.unwrap();
        assert_eq!(
            (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens),
            (20, 5, 2)
        );
        assert_eq!(present_answer(Bytes::from_static(body)), &body[..]);
    }

    #[test]
    fn an_answer_that_is_none_is_flagged_and_counted_whole() {
        for body in ["<html>502</html>", "", "[]", r#"{"output":["#, "{} x"] {
            let info = scan_answer(body.as_bytes());
            assert!(info.malformed, "{body}");
            assert_eq!(info.output_bytes, body.len() as u64, "{body}");
        }
        assert!(scan_answer(br#"{"error":{"message":"x"}}"#).error);
        let bad = scan_answer(br#"{"usage":{"input_tokens":1.5,"output_tokens":2}}"#);
        assert_eq!((bad.usage, bad.bad_usage), (None, true));
    }

    #[test]
    fn an_error_is_told_in_our_words() {
        let body = br#"{"id":"resp_1","status":"failed","error":{"code":"server_error","message":"org-4711 at secret-host"},"output":[]}"#;
        let told = String::from_utf8(present_answer(Bytes::from_static(body)).to_vec()).unwrap();
        assert!(
            !told.contains("org-4711") && told.contains(r#""code":"server_error""#),
            "{told}"
        );
        assert!(
            told.starts_with(r#"{"id":"resp_1","status":"failed","error":{"#),
            "{told}"
        );
    }
}
