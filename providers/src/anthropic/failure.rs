//! What an upstream's refusal means to our client.
//!
//! The meaning of each status is that of the other dialect. The provider's own words stay inside;
//! of a faulty request only the name of the field is passed on.

use protocol::{Code, Problem};

use super::{UpstreamFailure, event_data};
use crate::openai::{self, refusal::Refusal};

/// What a status other than 2xx means. Redirects are refused too, they are never followed.
pub fn upstream_problem(status: u16, retry_after: Option<&str>, body: &[u8]) -> UpstreamFailure {
    let refusal = Refusal::of(body);
    // An empty account is reported as a faulty request, in words.
    let status = match status {
        400 if said(&refusal).contains("credit balance") => 402,
        _ => status,
    };
    let failure = openai::upstream_problem(status, retry_after, body);
    if !matches!(status, 400 | 422) || failure.problem.code != Code::InvalidRequest {
        return failure;
    }
    let message = match field_of(said(&refusal)) {
        Some(field) => format!("The provider refused the request: the field `{field}` is at fault."),
        None => "The provider refused the request as invalid.".into(),
    };
    UpstreamFailure {
        problem: Problem::new(Code::InvalidRequest, message),
        ..failure
    }
}

/// What an error within a stream means; `raw` is the event.
pub fn event_problem(raw: &[u8]) -> Problem {
    let data = event_data(raw).unwrap_or_default();
    let status = status_of(&Refusal::of(&data));
    match upstream_problem(status, None, &data).problem {
        problem if status == 500 => Problem {
            message: "The provider broke off in the middle of the answer.".into(),
            ..problem
        },
        problem => problem,
    }
}

fn said<'a>(refusal: &'a Refusal<'_>) -> &'a str {
    refusal.message.as_deref().unwrap_or_default()
}

/// The status that goes with a kind of error.
fn status_of(refusal: &Refusal<'_>) -> u16 {
    let statuses = [
        ("rate_limit_error", 429),
        ("overloaded_error", 529),
        ("timeout_error", 504),
        ("authentication_error", 401),
        ("permission_error", 403),
        ("billing_error", 402),
        ("not_found_error", 404),
        ("request_too_large", 413),
        ("invalid_request_error", 400),
    ];
    let found = statuses.iter().find(|(kind, _)| refusal.has_code(&[*kind]));
    found.map_or(500, |(_, status)| *status)
}

/// The path at the start of a complaint, such as `messages.0.content: ..`, where it can be nothing
/// else: its first name is one of the dialect's, the rest are short and plain.
fn field_of(said: &str) -> Option<&str> {
    const FIELDS: [&str; 16] = [
        "messages",
        "system",
        "tools",
        "tool_choice",
        "max_tokens",
        "thinking",
        "temperature",
        "top_p",
        "top_k",
        "stop_sequences",
        "metadata",
        "output_config",
        "service_tier",
        "model",
        "stream",
        "context_management",
    ];
    let (path, _) = said.split_once(':')?;
    let mut names = path.split('.');
    let is_plain = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte.is_ascii_digit();
        !name.is_empty() && name.len() <= 32 && name.bytes().all(plain)
    };
    let first_is_known = names.next().is_some_and(|name| FIELDS.contains(&name));
    (first_is_known && path.len() <= 100 && names.all(is_plain)).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: &str, message: &str) -> String {
        format!(
            r#"{{"type":"error","error":{{"type":"{kind}","message":"{message}"}},"request_id":"req_1"}}"#
        )
    }

    #[test]
    fn each_status_has_its_meaning() {
        use Code::{InvalidRequest, RateLimited, UpstreamUnavailable};
        let cases = [
            (400, "invalid_request_error", InvalidRequest, None),
            (401, "authentication_error", UpstreamUnavailable, None),
            (402, "billing_error", UpstreamUnavailable, None),
            (403, "permission_error", UpstreamUnavailable, None),
            (404, "not_found_error", UpstreamUnavailable, None),
            (413, "request_too_large", InvalidRequest, None),
            (429, "rate_limit_error", RateLimited, Some("7")),
            (500, "api_error", UpstreamUnavailable, Some("7")),
            (504, "timeout_error", UpstreamUnavailable, Some("7")),
            (529, "overloaded_error", UpstreamUnavailable, Some("7")),
        ];
        for (status, kind, code, retry_after) in cases {
            let failure = upstream_problem(status, Some("7"), error(kind, "secret words").as_bytes());
            assert_eq!(failure.problem.code, code, "{status}");
            assert_eq!(failure.retry_after.as_deref(), retry_after, "{status}");
            assert_eq!(failure.try_another, code != InvalidRequest, "{status}");
            assert!(!failure.problem.to_string().contains("secret"), "{status}");
        }
    }

    #[test]
    fn a_faulty_request_is_explained_by_its_field_alone() {
        let cases = [
            (
                "messages.0.content.1: secret words",
                "The provider refused the request: the field `messages.0.content.1` is at fault.",
            ),
            (
                "max_tokens: 9 > 8, which is secret",
                "The provider refused the request: the field `max_tokens` is at fault.",
            ),
            ("secret: words", "The provider refused the request as invalid."),
            (
                "messages.sk-ant-1: words",
                "The provider refused the request as invalid.",
            ),
            ("", "The provider refused the request as invalid."),
        ];
        for (said, expected) in cases {
            let failure = upstream_problem(400, None, error("invalid_request_error", said).as_bytes());
            assert_eq!(failure.problem.message, expected);
        }
        let poor = error(
            "invalid_request_error",
            "Your credit balance is too low to go on.",
        );
        let failure = upstream_problem(400, None, poor.as_bytes());
        assert_eq!(failure.problem.code, Code::UpstreamUnavailable);
        assert!(failure.try_another);
        let page = upstream_problem(502, None, b"<html>secret-host</html>");
        assert_eq!(page.problem.code, Code::UpstreamUnavailable);
    }

    #[test]
    fn errors_within_a_stream_are_understood() {
        let cases = [
            (
                "overloaded_error",
                Code::UpstreamUnavailable,
                "The provider is overloaded.",
            ),
            (
                "rate_limit_error",
                Code::RateLimited,
                "The provider's rate limit is reached.",
            ),
            (
                "api_error",
                Code::UpstreamUnavailable,
                "The provider broke off in the middle of the answer.",
            ),
            (
                "unheard_of",
                Code::UpstreamUnavailable,
                "The provider broke off in the middle of the answer.",
            ),
        ];
        for (kind, code, message) in cases {
            let event = format!("event: error\ndata: {}\n\n", error(kind, "secret"));
            let problem = event_problem(event.as_bytes());
            assert_eq!(
                (problem.code, problem.message.as_str()),
                (code, message),
                "{kind}"
            );
        }
        assert_eq!(event_problem(b"event: error\n\n").code, Code::UpstreamUnavailable);
    }
}
