//! Why a request gets no answer.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use protocol::{Code, Problem, RequestId};
use providers::openai::UpstreamFailure;

use super::dialect::{Dialect, SHOULD_RETRY};

/// A refusal before or instead of an answer.
pub(super) struct Refusal {
    pub problem: Problem,
    pub retry_after: Option<HeaderValue>,
    /// The request that the gateway made of it, where it came so far.
    pub request: Option<RequestId>,
    /// To send it again is of no use, whatever its status says.
    pub is_lasting: bool,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            retry_after: None,
            request: None,
            is_lasting: false,
        }
    }
}

impl Refusal {
    /// One that may be repeated after so many seconds.
    pub(super) fn later(problem: Problem, seconds: u64) -> Self {
        Self {
            retry_after: Some(HeaderValue::from(seconds)),
            ..problem.into()
        }
    }

    /// What an upstream refused with, in our words.
    pub(super) fn of_upstream(failure: UpstreamFailure) -> Self {
        let retry_after = failure
            .retry_after
            .as_deref()
            .and_then(|text| HeaderValue::from_str(text).ok());
        Self {
            retry_after,
            is_lasting: failure.is_lasting,
            ..failure.problem.into()
        }
    }

    /// The same, naming the request under which the log has the details.
    pub(super) fn of_request(self, request: RequestId) -> Self {
        Self {
            request: Some(request),
            ..self
        }
    }

    /// The answer that says it.
    pub(super) fn respond(self, dialect: Dialect) -> Response<Bytes> {
        let mut response = dialect.refuse(&self.problem);
        let headers = response.headers_mut();
        if let Some(value) = self.retry_after {
            headers.insert(header::RETRY_AFTER, value);
        }
        if self.is_lasting {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        if let Some(value) = self
            .request
            .and_then(|id| HeaderValue::from_str(&id.to_string()).ok())
        {
            headers.insert(protocol::header::REQUEST_ID, value);
        }
        response
    }
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

pub(super) fn revoked() -> Problem {
    Problem::new(
        Code::CredentialRevoked,
        "This device or its token key was revoked.",
    )
}
