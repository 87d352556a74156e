use bytes::Bytes;
use protocol::{Code, Problem};
use serde::Serialize;

#[derive(Serialize)]
struct Body<'a> {
    error: Error<'a>,
}

#[derive(Serialize)]
struct Error<'a> {
    message: String,
    r#type: &'static str,
    param: Option<&'a str>,
    code: &'static str,
}

/// A problem in the shape that clients of this dialect read: our code, and hint beside message.
pub fn error_body(problem: &Problem) -> Bytes {
    let error = Error {
        message: problem.to_string(),
        r#type: error_type(problem.code),
        param: None,
        code: problem.code.as_str(),
    };
    // Serializing texts into memory has no way to fail; an empty body would still carry the status.
    serde_json::to_vec(&Body { error }).unwrap_or_default().into()
}

/// A problem as the event that ends a stream which has already begun.
pub fn error_event(problem: &Problem) -> Bytes {
    let body = error_body(problem);
    [b"data: ".as_slice(), &body, b"\n\n"].concat().into()
}

/// The dialect's own kind of error, by which the official clients choose what to throw.
pub const fn error_type(code: Code) -> &'static str {
    match code {
        Code::Unauthorized | Code::CredentialRevoked | Code::NotSignedIn | Code::SignInRefused => {
            "authentication_error"
        }
        Code::Forbidden | Code::KeyRefused | Code::StepUpRequired | Code::LinkRefused => "permission_error",
        Code::RateLimited | Code::CreditHeld => "rate_limit_error",
        Code::InsufficientCredit => "insufficient_quota",
        Code::NotFound
        | Code::InvalidRequest
        | Code::ModelUnknown
        | Code::ModelUnpriced
        | Code::RequestReused
        | Code::IdempotencyKeyReused
        | Code::NameTaken
        | Code::MachineTaken
        | Code::DayImpossible
        | Code::UsageImpossible
        | Code::SumsDisagree
        | Code::LastOwner => "invalid_request_error",
        Code::UpstreamUnavailable
        | Code::Starting
        | Code::Draining
        | Code::Internal
        | Code::GatewayUnreachable
        | Code::InsecureUrl => "server_error",
    }
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
        let expected = r#"{"error":{"message":"The request needs $0.02, and $0.01 is left. Redeem another token key, or ask the owner for more credit.","type":"insufficient_quota","param":null,"code":"insufficient_credit"}}"#;
        assert_eq!(error_body(&problem), expected);
        assert_eq!(error_event(&problem), format!("data: {expected}\n\n"));
    }
}
