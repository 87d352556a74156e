//! Errors in the dialect's own shape.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use protocol::Problem;
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
