//! Whole answers: read, settle, then send. And refusals, which cost nothing.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use protocol::{Receipt, header as ours};
use providers::{catalogue::passes_response_header, openai::UpstreamFailure};
use std::time::Duration;
use tokio::time::timeout;

use super::{
    Proxy,
    client::Client,
    exchange::Exchange,
    guard::Guard,
    meter::Reading,
    refusal::{Refusal, broke_off},
    shape::{Said, Shape},
    upstream::Reply,
};
use crate::state::internal;

/// The largest whole answer that is read into memory.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// As much of an error body as is looked at.
const ERROR_MAX: Duration = Duration::from_secs(10);
const ERROR_BYTES_MAX: usize = 64 * 1024;

/// Reads the answer, settles it, and only then hands it on.
pub(super) async fn whole(
    proxy: &Proxy,
    exchange: &Exchange,
    guard: &mut Guard,
    client: &mut Client<'_>,
    mut head: Reply,
    (shape, said): (Shape, &Said),
) -> Result<Response<Bytes>, Refusal> {
    let body = match guard.watch(client, head.body.collect(ANSWER_BYTES_MAX)).await {
        Ok(Ok(body)) => body,
        Err(ended) => {
            exchange.trail.ends_early(ended);
            settle_unread(exchange).await?;
            return Err(ended.refusal());
        }
        Ok(Err((part, error))) => {
            let reading = Reading {
                usage: None,
                ..Reading::of_answer(&shape.scan_answer(&part))
            };
            exchange.settle(reading).await.map_err(internal)?;
            tracing::warn!(request.id = %exchange.request, "{error} in the middle of an answer");
            return Err(broke_off().into());
        }
    };
    head.body.put_back(proxy);
    let info = shape.scan_answer(&body);
    if (info.error || info.malformed) && info.usage.is_none() {
        // A page or an error under a good status: nothing was generated, nothing is owed.
        exchange.release().await.map_err(internal)?;
        return Err(shape.failure(502, None, &body).problem.into());
    }
    let reading = Reading::of_answer(&info);
    let receipt = exchange.settle(reading).await.map_err(internal)?;
    let presented = shape.present_answer(body.clone(), said);
    if presented.is_none() {
        tracing::warn!(request.id = %exchange.request, "An answer could not be translated");
    }
    let body = presented.unwrap_or(body);
    Ok(respond(exchange, &head.headers, body, &receipt))
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
        .map_err(|error| internal(error).into())
}

/// What an upstream's refusal means.
pub(super) async fn failure(mut head: Reply, shape: Shape) -> UpstreamFailure {
    let body = match timeout(ERROR_MAX, head.body.collect(ERROR_BYTES_MAX)).await {
        Ok(Ok(body) | Err((body, _))) => body,
        Err(_) => Bytes::new(),
    };
    let retry_after = head
        .headers
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    shape.failure(head.status.as_u16(), retry_after, &body)
}
