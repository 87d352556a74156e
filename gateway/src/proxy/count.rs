//! `POST /v1/messages/count_tokens`: free, and so without a hold. An upstream that can count is
//! asked; for others it is an upper estimate.

use std::{cell::Cell, rc::Rc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use hyper::{Request, body::Incoming};
use protocol::{Code, Problem};
use providers::{
    anthropic::{self, CountRequest, count_body, scan_count},
    catalogue::{Dialect as Spoken, passes_response_header},
    openai::estimate_tokens,
};
use tokio::time::timeout;

use super::{
    Arrival, Dialect, Proxy, Whence,
    pool::Outgoing,
    read_body,
    refusal::{Refusal, unavailable},
};
use crate::{
    body::Body,
    catalogue::{Route, Target},
    clock::steady_ms,
    quota::Tokens,
};

/// Counting is quick, or it is not worth waiting for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where it is asked.
pub const PATH: &str = "/v1/messages/count_tokens";

pub async fn count(proxy: &Rc<Proxy>, request: Request<Incoming>, from: Whence) -> Response<Body> {
    let counted = match counted(proxy, request, from).await {
        Ok(tokens) => {
            let mut response = Response::new(count_body(tokens));
            let json = HeaderValue::from_static("application/json");
            response.headers_mut().insert(header::CONTENT_TYPE, json);
            response
        }
        Err(refusal) => refusal.respond(Dialect::Messages),
    };
    counted.map(Body::from)
}

async fn counted(proxy: &Proxy, request: Request<Incoming>, from: Whence) -> Result<u64, Refusal> {
    let arrival = Arrival::of(proxy, Dialect::Messages, request.headers(), from).await?;
    let headers = arrival.wishes.anthropic.clone();
    let (body, _room) = read_body(&proxy.gateway, request.into_body()).await?;
    let request = CountRequest::parse(&body)?;
    let catalogue = proxy.gateway.catalogue.load();
    let entry = catalogue
        .find(&request.model)
        .filter(|entry| arrival.device.key.allows(&entry.id))
        .ok_or_else(|| Problem::new(Code::ModelUnknown, "There is no model of this name for this key."))?;
    let entry = catalogue.stand_in(entry).ok_or_else(unavailable)?;
    let admitted = proxy.gateway.quota.admit(&arrival.device, Tokens::NONE);
    let _counted = admitted.map_err(|exceeded| Refusal::limited(&exceeded))?;
    let routes = entry.in_order(0, steady_ms());
    let route = routes.first().ok_or_else(unavailable)?;
    if route.upstream.dialect == Spoken::Anthropic {
        let body = request.rewrite(Some(&route.upstream_model));
        let asked = timeout(PATIENCE, ask(proxy, route, body, headers)).await;
        return Ok(asked.map_err(|_| unavailable())??);
    }
    let images = request.images.tokens(route.images).unwrap_or(0);
    Ok(estimate_tokens(request.input_bytes).max(1).saturating_add(images))
}

async fn ask(
    proxy: &Proxy,
    route: &Route,
    body: Bytes,
    mut extra: Vec<(&'static str, HeaderValue)>,
) -> Result<u64, Problem> {
    let Target::Http {
        origin,
        authorization,
    } = &route.upstream.target
    else {
        return Err(unavailable());
    };
    if !extra.iter().any(|(name, _)| *name == "anthropic-version") {
        extra.push(("anthropic-version", HeaderValue::from_static(anthropic::VERSION)));
    }
    let outgoing = Outgoing {
        path: "/messages/count_tokens",
        authorization: authorization.as_ref(),
        accept: "application/json",
        extra: &extra,
        body,
    };
    let sent = proxy
        .pool
        .send(origin, &outgoing, passes_response_header, &Cell::new(false))
        .await;
    let mut answering = sent.map_err(|error| {
        tracing::warn!(upstream = %route.upstream.name, "{error}");
        unavailable()
    })?;
    let answer = answering
        .carrier
        .collect(ANSWER_BYTES_MAX)
        .await
        .map_err(|_| unavailable())?;
    if answering.carrier.is_at_end() {
        proxy.pool.put_back(origin, answering.carrier);
    }
    if !answering.status.is_success() {
        let retry_after = retry_after(&answering.headers);
        return Err(anthropic::upstream_problem(answering.status.as_u16(), retry_after, &answer).problem);
    }
    scan_count(&answer).ok_or_else(unavailable)
}

const ANSWER_BYTES_MAX: usize = 64 * 1024;

fn retry_after(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()
}
