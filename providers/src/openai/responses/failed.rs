//! How a stream of this dialect says that it failed.

use bytes::Bytes;
use protocol::{Code, Problem};
use serde_json::{Value, json};

use super::answer::{Found, problem_of};
use crate::{
    answer::event_data,
    openai::{error::error_type, failure, refusal::Refusal},
    walk::Walker,
};

/// Where in a stream it failed: which response, and the number of the next event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailedAt {
    /// None: the client knows of no response yet.
    pub id: Option<String>,
    pub model: String,
    pub created_at: u64,
    pub sequence: u64,
}

impl FailedAt {
    /// The event that ends the stream. Clients go by the response that fails; one that they have
    /// not heard of would confuse them, and then there is the plain error.
    pub fn event(&self, problem: &Problem) -> Bytes {
        let event = match &self.id {
            Some(id) => json!({
                "type": "response.failed",
                "sequence_number": self.sequence,
                "response": self.response(id, problem),
            }),
            None => self.error(problem),
        };
        let name = event["type"].as_str().unwrap_or_default();
        format!("event: {name}\ndata: {event}\n\n").into()
    }

    fn response(&self, id: &str, problem: &Problem) -> Value {
        json!({
            "id": id, "object": "response", "created_at": self.created_at, "status": "failed",
            "error": error_member(problem), "incomplete_details": null, "instructions": null,
            "metadata": {}, "model": self.model, "output": [], "parallel_tool_calls": true,
            "tool_choice": "auto", "tools": [], "temperature": null, "top_p": null, "usage": null,
        })
    }

    /// The same said twice: some clients read the members, others the object.
    fn error(&self, problem: &Problem) -> Value {
        let (message, code) = (problem.to_string(), problem.code.as_str());
        let kind = error_type(problem.code);
        json!({
            "type": "error", "sequence_number": self.sequence,
            "code": code, "message": message, "param": null,
            "error": {"message": message, "type": kind, "param": null, "code": code},
        })
    }
}

/// A response's `error`. Its codes are the dialect's own: clients repeat by them.
pub(super) fn error_member(problem: &Problem) -> Value {
    let code = match problem.code {
        Code::RateLimited | Code::CreditHeld => "rate_limit_exceeded",
        Code::InsufficientCredit => "insufficient_quota",
        Code::InvalidRequest | Code::ModelUnknown | Code::ModelUnpriced => "invalid_prompt",
        _ => "server_error",
    };
    json!({"code": code, "message": problem.to_string(), "type": error_type(problem.code)})
}

/// Codes of a response that failed for what was asked.
const AT_FAULT: [&str; 18] = [
    "bio_policy",
    "context_length_exceeded",
    "empty_image_file",
    "failed_to_download_image",
    "image_content_policy_violation",
    "image_file_not_found",
    "image_file_too_large",
    "image_parse_error",
    "image_too_large",
    "image_too_small",
    "invalid_base64_image",
    "invalid_image",
    "invalid_image_format",
    "invalid_image_mode",
    "invalid_image_url",
    "invalid_prompt",
    "misalignment_policy_violation",
    "unsupported_image_media_type",
];

pub(super) fn is_request_at_fault(error: &[u8]) -> bool {
    Refusal::of(error).has_code(&AT_FAULT)
}

/// What an error within a stream means; `raw` is the event, be it `error` or `response.failed`.
pub fn event_problem(raw: &[u8]) -> Problem {
    let data = event_data(raw).unwrap_or_default();
    let mut walker = Walker::new(&data);
    let mut error = None;
    // What cannot be read says no more than that it failed.
    let _ = walker.object(|walker, key| match (key.plain(), walker.peek()?) {
        (Some(b"response"), b'{') => {
            error = Found::of(walker).error;
            Some(())
        }
        _ => walker.value().map(|_| ()),
    });
    match error {
        Some(error) if is_request_at_fault(error) => problem_of(error),
        // The same words as for a plain error, which lies on top.
        Some(error) => {
            let lifted = [b"data: {\"error\":".as_slice(), error, b"}\n\n"].concat();
            failure::event_problem(&lifted)
        }
        None => failure::event_problem(raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json_of(event: &[u8]) -> Value {
        serde_json::from_slice(&event_data(event).unwrap()).unwrap()
    }

    #[test]
    fn a_known_response_fails_and_an_unknown_one_is_an_error() {
        let problem = Problem::new(Code::UpstreamUnavailable, "It broke off.");
        let mut at = FailedAt {
            id: Some("resp_1".into()),
            model: "m".into(),
            created_at: 7,
            sequence: 4,
        };
        let event = at.event(&problem);
        assert!(event.starts_with(b"event: response.failed\n"));
        let event = json_of(&event);
        assert_eq!(
            (
                &event["response"]["id"],
                &event["response"]["status"],
                &event["sequence_number"]
            ),
            (&json!("resp_1"), &json!("failed"), &json!(4))
        );
        assert_eq!(event["response"]["error"]["code"], "server_error");
        at.id = None;
        let event = at.event(&problem);
        assert!(event.starts_with(b"event: error\n"));
        let event = json_of(&event);
        assert_eq!(event["code"], "upstream_unavailable");
        assert_eq!(event["error"]["message"], event["message"]);
    }

    #[test]
    fn an_error_in_a_stream_has_its_meaning_and_none_of_the_providers_words() {
        use Code::{InvalidRequest, RateLimited, UpstreamUnavailable};
        let failed = |code: &str| {
            format!(
                r#"{{"type":"response.failed","response":{{"id":"resp_1","error":{{"code":"{code}","message":"in organization org-4711"}}}}}}"#
            )
        };
        let cases = [
            (failed("server_error"), UpstreamUnavailable),
            (failed("rate_limit_exceeded"), RateLimited),
            (failed("insufficient_quota"), UpstreamUnavailable),
            (failed("invalid_image"), InvalidRequest),
            (
                r#"{"type":"error","code":"rate_limit_exceeded","message":"org-4711","param":null}"#.into(),
                RateLimited,
            ),
            (
                r#"{"type":"error","error":{"type":"server_error","code":null,"message":"org-4711"}}"#.into(),
                UpstreamUnavailable,
            ),
            ("no JSON".into(), UpstreamUnavailable),
        ];
        for (data, code) in cases {
            let problem = event_problem(format!("event: error\ndata: {data}\n\n").as_bytes());
            assert_eq!(problem.code, code, "{data}");
            assert!(!problem.to_string().contains("org-4711"), "{problem}");
        }
    }
}
