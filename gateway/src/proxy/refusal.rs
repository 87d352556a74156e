//! Why a request gets no answer.

use bytes::Bytes;
use http::{HeaderValue, Response, header};
use protocol::{Code, Money, Problem, RequestId};
use providers::{anthropic, openai::UpstreamFailure};

use super::dialect::{Dialect, SHOULD_RETRY};
use crate::{
    clock::now_ms,
    ledger::LedgerError,
    quota::{Cap, Exceeded, Standing},
    state::internal_in,
};

/// When a gateway that is full is worth another try.
const CROWDED_SECONDS: u64 = 2;

/// A refusal before or instead of an answer.
pub(super) struct Refusal {
    pub problem: Problem,
    pub retry_after: Option<HeaderValue>,
    /// The request that the gateway made of it, where it came so far.
    pub request: Option<RequestId>,
    /// To send it again is of no use, whatever its status says.
    pub is_lasting: bool,
    /// How the caller stands with its limits per minute, where it has any.
    pub standing: Option<Standing>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            retry_after: None,
            request: None,
            is_lasting: false,
            standing: None,
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

    /// The caller reached a limit that frees itself soon.
    pub(super) fn limited(exceeded: &Exceeded) -> Self {
        Self {
            standing: Some(exceeded.standing),
            ..Self::later(exceeded.problem(), exceeded.seconds())
        }
    }

    /// A spending cap leaves less than this. Clients wait for seconds, not for hours, so one that
    /// would be too early is told not to repeat the request at all: by the code.
    pub(super) fn capped(cap: &Cap, needed: Money, now: i64) -> Self {
        let problem = cap.problem(needed, now);
        Self::later(problem, cap.seconds(needed, now))
    }

    /// No place came free in time.
    pub(super) fn crowded() -> Self {
        let problem = Problem::new(Code::RateLimited, "Too many requests wait at this gateway.")
            .with_hint("Try again in a moment.");
        Self::later(problem, CROWDED_SECONDS)
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

    /// The ledger gave no answer to this request.
    pub(super) fn of_ledger(error: LedgerError, request: RequestId) -> Self {
        Self::from(internal_in(request, error)).of_request(request)
    }

    /// The upstream did its work, and the ledger could not take down what it cost: the hold stays
    /// until it is settled on its mark.
    pub(super) fn unsettled(error: &LedgerError, request: RequestId) -> Self {
        tracing::error!(request.id = %request, "{error}");
        let text = "The gateway could not write down what this used. It is charged as an estimate.";
        let problem = Problem::new(Code::Internal, text)
            .with_hint(format!("Tell the gateway's owner: request {request}."));
        Self::from(problem).of_request(request)
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
        if let (Dialect::Messages, Some(id)) = (dialect, self.request) {
            *response.body_mut() = anthropic::error_body_of(&self.problem, id);
        }
        let headers = response.headers_mut();
        if let Some(value) = self.retry_after {
            headers.insert(header::RETRY_AFTER, value);
        }
        if self.is_lasting {
            headers.insert(SHOULD_RETRY, HeaderValue::from_static("false"));
        }
        if let Some(id) = self.request
            && let Ok(value) = HeaderValue::from_str(&id.to_string())
        {
            headers.insert(dialect.request_id_header(), value.clone());
            headers.insert(protocol::header::REQUEST_ID, value);
        }
        if let Some(standing) = &self.standing {
            standing.mark(dialect, now_ms(), headers);
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

/// How soon what is refused for want of room is worth asking again.
pub(super) const RETRY_SECONDS: u64 = 1;

pub(super) fn stopping() -> Problem {
    Problem::new(Code::Draining, "The gateway is stopping.")
}

pub(super) fn revoked() -> Problem {
    Problem::new(
        Code::CredentialRevoked,
        "This device or its token key was revoked.",
    )
}
