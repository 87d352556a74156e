//! The upstream `builtin`: answers made in this process, streamed and metered like any other.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use protocol::Problem;
use providers::{builtin, openai::error_body};

use crate::clock::{new_id, now_ms};

/// An answer in the form in which a server would send it.
pub(crate) struct LocalReply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub pieces: Vec<Bytes>,
}

pub(crate) fn answer(body: &[u8], path: &str, is_stream: bool) -> LocalReply {
    let (made, prefix) = match path {
        "/completions" => (builtin::complete(body), "cmpl"),
        _ => (builtin::chat(body), "chatcmpl"),
    };
    let answer = match made {
        Ok(answer) => answer,
        Err(problem) => return refusal(&problem),
    };
    let id = format!("{prefix}-{}", new_id().simple());
    let created = now_ms().unsigned_abs() / 1_000;
    if is_stream {
        reply(StatusCode::OK, "text/event-stream", answer.events(&id, created))
    } else {
        reply(
            StatusCode::OK,
            "application/json",
            vec![answer.body(&id, created)],
        )
    }
}

fn refusal(problem: &Problem) -> LocalReply {
    let status =
        StatusCode::from_u16(problem.code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    reply(status, "application/json", vec![error_body(problem)])
}

fn reply(status: StatusCode, content_type: &'static str, pieces: Vec<Bytes>) -> LocalReply {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    LocalReply {
        status,
        headers,
        pieces,
    }
}
