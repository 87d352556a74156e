//! One streamed answer of the gateway: its data, and the receipt that comes with it.
//!
//! The connection is closed when the stream is dropped; the gateway then cancels the provider.

use std::time::Duration;

use eventsource_client::{Client, ClientBuilder, Error, ReconnectOptions, SSE};
use futures_util::{Stream, StreamExt};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::{
    Code, Problem, Receipt, RequestKind,
    client::{AnswerError, GatewayClient, not_signed_in},
    header,
};
use reqwest::StatusCode;
use tokio::time::timeout;

use crate::{transport::Transport, usage_log::Started};

/// The gateway sends comments while a provider thinks, so silence means a dead connection.
const SILENCE_MAX: Duration = Duration::from_secs(90);
const ERROR_BYTES_MAX: usize = 64 << 10;
const HEADER_VALUE_BYTES_MAX: usize = 256;
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// What a stream brings, in order.
pub enum Piece {
    /// The data of one event: a chunk of the answer, as the dialect has it.
    Data(String),
    Receipt(Box<Receipt>),
}

pub struct AnswerStream {
    events: std::pin::Pin<Box<dyn Stream<Item = Result<SSE, Error>> + Send + Sync>>,
}

impl AnswerStream {
    /// Sends a request. Its headers say what it is for.
    pub async fn open(
        gateway: &GatewayClient,
        path: &str,
        body: String,
        started: &Started,
    ) -> Result<Self, AnswerError> {
        let client = request(gateway, path, body, started).map_err(without_pause)?;
        let mut events = client.stream();
        match timeout(SILENCE_MAX, events.next()).await {
            Ok(Some(Ok(SSE::Connected(details)))) => {
                let content_type = details.response().get_header_value("content-type");
                let is_stream =
                    matches!(content_type, Ok(Some(kind)) if kind.starts_with("text/event-stream"));
                if is_stream {
                    Ok(Self { events })
                } else {
                    Err(without_pause(broken()))
                }
            }
            Ok(Some(Err(error))) => Err(problem_of(error).await),
            Ok(_) => Err(without_pause(broken())),
            Err(_) => Err(without_pause(silent())),
        }
    }

    /// The next piece; `None` at the end, which is no proof that the answer is complete.
    pub async fn next(&mut self) -> Result<Option<Piece>, AnswerError> {
        loop {
            let event = timeout(SILENCE_MAX, self.events.next())
                .await
                .map_err(|_| without_pause(silent()))?;
            match event {
                Some(Ok(SSE::Event(event))) if event.data == "[DONE]" => {}
                Some(Ok(SSE::Event(event))) => return Ok(Some(Piece::Data(event.data))),
                Some(Ok(SSE::Comment(comment))) => {
                    if let Some(receipt) = receipt_in(&comment) {
                        return Ok(Some(Piece::Receipt(Box::new(receipt))));
                    }
                }
                Some(Ok(SSE::Connected(_))) => {}
                Some(Err(Error::Eof)) | None => return Ok(None),
                Some(Err(error)) => return Err(problem_of(error).await),
            }
        }
    }
}

fn request(
    gateway: &GatewayClient,
    path: &str,
    body: String,
    started: &Started,
) -> Result<impl Client, Problem> {
    let credential = gateway.credential().ok_or_else(not_signed_in)?;
    let bearer = format!("Bearer {}", credential.expose());
    let mut headers = vec![
        ("authorization", bearer),
        ("content-type", "application/json".into()),
        (header::RECEIPT, "1".into()),
        (header::CLIENT_REQUEST_ID, started.client_request_id.clone()),
        (header::KIND, kind(started.kind).into()),
    ];
    let about = [
        (header::REPOSITORY, &started.repository),
        (header::BRANCH, &started.branch),
        (header::LANGUAGE, &started.language),
    ];
    for (name, value) in about {
        if let Some(value) = value {
            headers.push((name, encoded(value)));
        }
    }
    // The library reconnects by default, which would send and pay the request again, and follows
    // redirects with the credential.
    let once = ReconnectOptions::reconnect(false).retry_initial(false).build();
    let builder = ClientBuilder::for_url(gateway.address(path).as_str()).map_err(|_| broken())?;
    let mut builder = builder
        .method("POST".into())
        .body(body)
        .reconnect(once)
        .redirect_limit(0);
    for (name, value) in headers {
        builder = builder.header(name, &value).map_err(|_| broken())?;
    }
    Ok(builder.build_with_transport(Transport::new(gateway.http().clone())))
}

const fn kind(kind: RequestKind) -> &'static str {
    kind.as_str()
}

/// Percent-encodes, and cuts at a whole character what would not fit into a header.
fn encoded(value: &str) -> String {
    let mut encoded = String::new();
    for character in value.chars() {
        let mut buffer = [0; 4];
        let part = utf8_percent_encode(character.encode_utf8(&mut buffer), KEPT).to_string();
        if encoded.len() + part.len() > HEADER_VALUE_BYTES_MAX {
            break;
        }
        encoded.push_str(&part);
    }
    encoded
}

fn receipt_in(comment: &str) -> Option<Receipt> {
    let json = comment.trim_start().strip_prefix("receipt ")?;
    match serde_json::from_str(json) {
        Ok(receipt) => Some(receipt),
        Err(error) => {
            tracing::warn!(error = %error, "A receipt could not be read");
            None
        }
    }
}

/// The problem in one piece of data, where a stream reports an error after it began.
pub fn problem_in(data: &serde_json::Value) -> Option<Problem> {
    data.get("error").filter(|error| !error.is_null())?;
    let body = data.to_string();
    Some(AnswerError::problem_of(StatusCode::BAD_GATEWAY, body.as_bytes()))
}

/// What an error of the stream means.
pub async fn problem_of(error: Error) -> AnswerError {
    match error {
        Error::UnexpectedResponse(response, body) => {
            let status = StatusCode::from_u16(response.status()).unwrap_or(StatusCode::BAD_GATEWAY);
            let retry_after = response
                .get_header_value("retry-after")
                .ok()
                .flatten()
                .and_then(|value| value.parse().ok())
                .map(Duration::from_secs);
            let body = error_body(body.into_stream()).await;
            AnswerError {
                problem: AnswerError::problem_of(status, &body),
                retry_after,
            }
        }
        Error::Transport(_) => without_pause(Problem::new(
            Code::GatewayUnreachable,
            "The gateway could not be reached.",
        )),
        Error::MaxRedirectLimitReached(_) => {
            without_pause(AnswerError::problem_of(StatusCode::TEMPORARY_REDIRECT, b""))
        }
        _ => without_pause(broken()),
    }
}

async fn error_body(mut stream: launchdarkly_sdk_transport::ByteStream) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(Ok(chunk))) = timeout(Duration::from_secs(5), stream.next()).await {
        if body.len() + chunk.len() > ERROR_BYTES_MAX {
            break;
        }
        body.extend_from_slice(&chunk);
    }
    body
}

pub const fn without_pause(problem: Problem) -> AnswerError {
    AnswerError {
        problem,
        retry_after: None,
    }
}

fn silent() -> Problem {
    Problem::new(Code::GatewayUnreachable, "The gateway stopped answering.")
}

fn broken() -> Problem {
    Problem::new(Code::GatewayUnreachable, "The gateway's answer broke off.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_values_are_encoded_and_never_cut_inside_a_character() {
        assert_eq!(encoded("feature/é x"), "feature/%C3%A9%20x");
        let long = encoded(&"é".repeat(100));
        assert_eq!(long.len(), 252);
        assert!(long.ends_with("%C3%A9"));
    }
}
