//! Errors in the dialect's own shape.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use protocol::{Code, Problem};
use providers::openai::error_body;

use crate::body::Body;

/// A refusal before or instead of an answer.
pub(super) struct Refusal {
    pub problem: Problem,
    /// Seconds.
    pub retry_after: Option<u64>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            retry_after: None,
        }
    }
}

/// The answer that says it, in OpenAI's shape.
pub fn refuse(problem: &Problem, retry_after: Option<u64>) -> Response<Body> {
    json(status_of(problem), error_body(problem), retry_after)
}

pub(super) fn status_of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn json(status: StatusCode, body: Bytes, retry_after: Option<u64>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// Nobody reads it; it only ends the task.
pub(super) fn client_left() -> Refusal {
    Problem::new(Code::InvalidRequest, "The client closed the connection.").into()
}

pub(super) fn unavailable() -> Problem {
    Problem::new(
        Code::UpstreamUnavailable,
        "The model's server did not answer. Nothing was charged.",
    )
}

pub(super) fn broke_off() -> Problem {
    Problem::new(
        Code::UpstreamUnavailable,
        "The model's server broke off in its answer.",
    )
    .with_hint("What arrived was charged as an estimate. Ask again for the rest.")
}

pub(super) fn too_long() -> Problem {
    Problem::new(
        Code::UpstreamUnavailable,
        "The answer took longer than this gateway allows.",
    )
    .with_hint("What arrived was charged. Ask for less at once.")
}

pub(super) fn stopping() -> Problem {
    Problem::new(Code::Draining, "The gateway is stopping.")
}
