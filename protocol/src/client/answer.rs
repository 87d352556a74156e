use std::time::Duration;

use reqwest::{Response, StatusCode, header::RETRY_AFTER};
use serde::{Deserialize, de::DeserializeOwned};
use zeroize::Zeroizing;

use crate::{Code, Problem};

/// Largest answer of the control plane that is read.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// Largest error that is read; its text is at most a few lines.
const ERROR_BYTES_MAX: usize = 64 << 10;

/// A refusal, with the pause that the gateway asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerError {
    pub problem: Problem,
    pub retry_after: Option<Duration>,
}

/// Reads an answer: the value on success, the gateway's own problem otherwise.
pub(super) async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Problem> {
    let body = read_success(response).await?;
    serde_json::from_slice(&body).map_err(|_| not_understood())
}

/// Reads an answer whose body says nothing, such as `204 No Content`.
pub(super) async fn read_nothing(response: Response) -> Result<(), Problem> {
    read_success(response).await.map(|_| ())
}

async fn read_success(response: Response) -> Result<Zeroizing<Vec<u8>>, Problem> {
    if response.status().is_success() {
        body(response, ANSWER_BYTES_MAX).await
    } else {
        Err(read_error(response).await.problem)
    }
}

/// Reads a refusal in any of the gateway's dialects.
pub async fn read_error(response: Response) -> AnswerError {
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let problem = match body(response, ERROR_BYTES_MAX).await {
        Ok(body) => AnswerError::problem_of(status, &body),
        Err(problem) => problem,
    };
    AnswerError { problem, retry_after }
}

impl AnswerError {
    /// The problem in a refusal's body. Words are believed only under one of our own codes, as
    /// others may be a provider's.
    pub fn problem_of(status: StatusCode, body: &[u8]) -> Problem {
        #[derive(Deserialize)]
        struct Envelope {
            error: Words,
        }
        #[derive(Deserialize)]
        struct Words {
            code: Code,
            message: String,
            hint: Option<String>,
        }
        match serde_json::from_slice::<Envelope>(body) {
            Ok(Envelope { error }) => {
                let hint = error.hint.unwrap_or_else(|| error.code.hint().into());
                // The vendors' dialects have one text for both.
                let message = error.message.strip_suffix(&hint).unwrap_or(&error.message);
                Problem {
                    code: error.code,
                    message: message.trim_end().into(),
                    hint,
                }
            }
            Err(_) => problem_of_status(status),
        }
    }
}

fn problem_of_status(status: StatusCode) -> Problem {
    let code = match status.as_u16() {
        300..=399 => {
            return Problem::new(
                Code::GatewayUnreachable,
                "The gateway's address answers with a redirect, which is not followed.",
            )
            .with_hint("Enter the address that the gateway itself has.");
        }
        401 => Code::Unauthorized,
        402 => Code::InsufficientCredit,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        409 => Code::RequestReused,
        429 => Code::RateLimited,
        400..=499 => Code::InvalidRequest,
        502..=504 => Code::UpstreamUnavailable,
        _ => Code::Internal,
    };
    Problem::new(
        code,
        format!("The gateway refused with status {}.", status.as_u16()),
    )
}

/// The body of a refusal that is not in our own form.
pub(super) async fn body_of_error(response: Response) -> Result<Zeroizing<Vec<u8>>, Problem> {
    body(response, ERROR_BYTES_MAX).await
}

async fn body(mut response: Response, bytes_max: usize) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + chunk.len() > bytes_max {
            return Err(not_understood());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What a failed exchange means. The cause stays out: it may hold addresses and paths.
pub(super) fn unreachable(error: &reqwest::Error) -> Problem {
    let message = if error.is_timeout() {
        "The gateway did not answer in time."
    } else if error.is_connect() {
        "The gateway could not be reached."
    } else {
        "The connection to the gateway broke."
    };
    Problem::new(Code::GatewayUnreachable, message)
}

fn not_understood() -> Problem {
    Problem::new(
        Code::GatewayUnreachable,
        "What answered is not a Token Tracker gateway.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_believed_only_under_our_own_codes() {
        let ours = br#"{"error":{"code":"insufficient_credit","message":"Spent.","type":"x"}}"#;
        let problem = AnswerError::problem_of(StatusCode::PAYMENT_REQUIRED, ours);
        assert_eq!(
            (problem.code, problem.message.as_str()),
            (Code::InsufficientCredit, "Spent.")
        );
        assert_eq!(problem.hint, Code::InsufficientCredit.hint());

        let joined = format!(
            r#"{{"error":{{"code":"insufficient_credit","message":"Spent. {}"}}}}"#,
            Code::InsufficientCredit.hint()
        );
        assert_eq!(
            AnswerError::problem_of(StatusCode::PAYMENT_REQUIRED, joined.as_bytes()),
            problem
        );

        let theirs = br#"{"error":{"code":"oops","message":"sk-secret"}}"#;
        let problem = AnswerError::problem_of(StatusCode::TOO_MANY_REQUESTS, theirs);
        assert_eq!(problem.code, Code::RateLimited);
        assert!(!problem.to_string().contains("sk-secret"));
    }
}
