use bytes::Bytes;
use protocol::{Code, Problem, RequestId};
use serde::Serialize;

#[derive(Serialize)]
struct Body {
    r#type: &'static str,
    error: Error,
    request_id: Option<String>,
}

#[derive(Serialize)]
struct Error {
    r#type: &'static str,
    message: String,
    /// Ours, beside what the dialect has, for programs that know us.
    code: &'static str,
}

/// A problem in the shape that clients of this dialect read.
pub fn error_body(problem: &Problem) -> Bytes {
    written(problem, None)
}

/// The same, naming the request under which the gateway's log has the details.
pub fn error_body_of(problem: &Problem, request: RequestId) -> Bytes {
    written(problem, Some(request.to_string()))
}

/// A problem as the event that ends a stream which has already begun.
pub fn error_event(problem: &Problem) -> Bytes {
    let body = error_body(problem);
    [b"event: error\ndata: ".as_slice(), &body, b"\n\n"]
        .concat()
        .into()
}

fn written(problem: &Problem, request_id: Option<String>) -> Bytes {
    let body = Body {
        r#type: "error",
        error: Error {
            r#type: error_type(problem.code),
            message: problem.to_string(),
            code: problem.code.as_str(),
        },
        request_id,
    };
    // Serializing texts into memory has no way to fail; an empty body would still carry the status.
    serde_json::to_vec(&body).unwrap_or_default().into()
}

/// The dialect's own kind of error.
pub const fn error_type(code: Code) -> &'static str {
    match code {
        Code::Unauthorized | Code::CredentialRevoked | Code::NotSignedIn | Code::SignInRefused => {
            "authentication_error"
        }
        Code::Forbidden | Code::KeyRefused | Code::StepUpRequired | Code::LinkRefused => "permission_error",
        Code::RateLimited | Code::CreditHeld => "rate_limit_error",
        Code::InsufficientCredit => "billing_error",
        Code::NotFound | Code::ModelUnknown => "not_found_error",
        Code::InvalidRequest
        | Code::ModelUnpriced
        | Code::RequestReused
        | Code::IdempotencyKeyReused
        | Code::NameTaken
        | Code::MachineTaken
        | Code::DayImpossible
        | Code::UsageImpossible
        | Code::SumsDisagree
        | Code::LastOwner => "invalid_request_error",
        Code::Starting | Code::Draining => "overloaded_error",
        Code::UpstreamUnavailable | Code::Internal | Code::GatewayUnreachable | Code::InsecureUrl => {
            "api_error"
        }
    }
}

/// Whether the same request may succeed soon: what the header `x-should-retry` says.
///
/// The official clients obey it; without it they go by the status, and would repeat a 409.
pub const fn should_retry(code: Code) -> bool {
    matches!(
        code,
        Code::RateLimited
            | Code::CreditHeld
            | Code::Starting
            | Code::Draining
            | Code::UpstreamUnavailable
            | Code::Internal
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_has_the_dialects_shape() {
        let problem = Problem::new(
            Code::InsufficientCredit,
            "The request needs $0.02, and $0.01 is left.",
        );
        let expected = r#"{"type":"error","error":{"type":"billing_error","message":"The request needs $0.02, and $0.01 is left. Redeem another token key, or ask the owner for more credit.","code":"insufficient_credit"},"request_id":null}"#;
        assert_eq!(error_body(&problem), expected);
        assert_eq!(
            error_event(&problem),
            format!("event: error\ndata: {expected}\n\n")
        );
        let id = RequestId::from_bytes([7; 16]);
        let named = String::from_utf8(error_body_of(&problem, id).to_vec()).unwrap();
        assert!(named.ends_with(&format!(r#""request_id":"{id}"}}"#)), "{named}");
    }

    /// The official clients repeat 408, 409, 429 and everything from 500 on.
    #[test]
    fn only_what_is_worth_retrying_looks_like_it() {
        for code in Code::ALL {
            let kind = error_type(*code);
            let is_retried = should_retry(*code);
            assert!(kind != "overloaded_error" || is_retried, "{code}");
            assert!(kind != "rate_limit_error" || is_retried, "{code}");
            let by_status = matches!(code.http_status(), 429 | 500..);
            assert!(code.http_status() == 0 || by_status == is_retried, "{code}");
        }
        assert!(!should_retry(Code::InsufficientCredit));
    }
}
