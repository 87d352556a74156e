//! Whole answers: read, settle, then send. And refusals, which cost nothing.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use protocol::{Receipt, header as ours};
use providers::{catalogue::passes_response_header, openai::UpstreamFailure, wait::seconds_to_wait};
use std::time::Duration;
use tokio::time::timeout;

use super::{
    exchange::Exchange,
    meter::Reading,
    refusal::Refusal,
    shape::{Said, Shape},
    upstream::{Collected, Reply},
};
use crate::{
    catalogue::Upstream,
    clock::{now_ms, timestamp},
};

/// As much of an error body as is looked at.
const ERROR_MAX: Duration = Duration::from_secs(10);
const ERROR_BYTES_MAX: usize = 64 * 1024;

/// Settles a whole answer, and only then hands it on.
pub(super) async fn whole(
    exchange: &Exchange,
    upstream: &HeaderMap,
    body: Bytes,
    (shape, said): (Shape, &Said),
) -> Result<Response<Bytes>, Refusal> {
    let reading = Reading::of_answer(&shape.scan_answer(&body));
    let receipt = exchange
        .settle(reading)
        .await
        .map_err(|error| Refusal::unsettled(&error, exchange.request))?;
    let presented = shape.present_answer(body.clone(), said);
    if presented.is_none() {
        tracing::warn!(request.id = %exchange.request, "An answer could not be translated");
    }
    let body = presented.unwrap_or(body);
    Ok(respond(exchange, upstream, body, &receipt))
}

/// A page or an error under a good status: nothing was generated, nothing is owed.
pub(super) fn refusal_in(shape: Shape, body: &[u8]) -> Option<UpstreamFailure> {
    let info = shape.scan_answer(body);
    let is_none = (info.error || info.malformed) && info.usage.is_none();
    is_none.then(|| shape.failure(502, None, body))
}

/// Charges the input, and the part of a whole answer that came.
pub(super) async fn settle_part(exchange: &Exchange, shape: Shape, part: &[u8]) -> Result<(), Refusal> {
    let reading = Reading {
        usage: None,
        ..Reading::of_answer(&shape.scan_answer(part))
    };
    exchange
        .settle(reading)
        .await
        .map(drop)
        .map_err(|error| Refusal::unsettled(&error, exchange.request))
}

fn respond(exchange: &Exchange, upstream: &HeaderMap, body: Bytes, receipt: &Receipt) -> Response<Bytes> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    pass_headers(upstream, headers);
    exchange.mark_headers(headers);
    headers.insert(ours::COST, HeaderValue::from(receipt.cost_nano_usd.nano_usd()));
    headers.insert(
        ours::BALANCE,
        HeaderValue::from(receipt.balance.available_nano_usd.nano_usd()),
    );
    response
}

/// Only headers on the list pass: an upstream can neither set cookies nor speak in our name.
pub(super) fn pass_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        if passes_response_header(name.as_str()) {
            to.append(name, value.clone());
        }
    }
    if !to.contains_key(header::CONTENT_TYPE) {
        to.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
}

/// The client left before it saw a byte, but the upstream had the request.
pub(super) async fn settle_unread(exchange: &Exchange) -> Result<(), Refusal> {
    exchange
        .settle(Reading::default())
        .await
        .map(drop)
        .map_err(|error| Refusal::unsettled(&error, exchange.request))
}

/// What an upstream's refusal means. One that repeats our own key is not even read.
pub(super) async fn failure(mut head: Reply, shape: Shape, upstream: &Upstream) -> UpstreamFailure {
    let mut body = Collected::default();
    // What came in time is looked at, whether it is all or not.
    let _ = timeout(ERROR_MAX, head.body.collect(ERROR_BYTES_MAX, &mut body)).await;
    let body = body.into_bytes();
    let body = if upstream.repeats_key(&body) {
        Bytes::new()
    } else {
        body
    };
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let wait = seconds_to_wait(header, &body, timestamp(now_ms())).map(|seconds| seconds.to_string());
    shape.failure(head.status.as_u16(), wait.as_deref(), &body)
}
