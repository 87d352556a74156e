//! Sending to an upstream, and reading what comes back, whether it is a server or built in.

use std::{cell::Cell, collections::VecDeque, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::{Request, body::Incoming};
use tokio::time::timeout;

use super::{
    Proxy,
    dialect::Forward,
    pool::{SendError, Sender},
};
use crate::{
    builtin,
    catalogue::{Origin, Target, Upstream},
};

/// The head of an upstream's answer, with the body still to come.
pub(super) struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: ReplyBody,
}

pub(super) enum ReplyBody {
    Http {
        body: Incoming,
        sender: Option<Sender>,
        origin: Origin,
        idle: Duration,
    },
    Local(VecDeque<Bytes>),
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the upstream broke off")]
    Broken,
    #[error("the upstream said nothing for too long")]
    Silent,
}

pub(super) async fn send(
    proxy: &Proxy,
    upstream: &Upstream,
    forward: Forward,
    is_stream: bool,
    dispatched: &Cell<bool>,
) -> Result<Reply, SendError> {
    match &upstream.target {
        Target::Builtin => {
            let made = builtin::answer(&forward.body, forward.path, is_stream);
            let body = ReplyBody::Local(made.pieces.into());
            Ok(Reply {
                status: made.status,
                headers: made.headers,
                body,
            })
        }
        Target::Http {
            origin,
            authorization,
        } => {
            let mut request = Request::new(Full::new(forward.body));
            *request.method_mut() = Method::POST;
            let path = format!("{}{}", origin.path, forward.path);
            *request.uri_mut() = path
                .parse()
                .map_err(|_| SendError::Unreachable("its address is not valid".into()))?;
            set_headers(request.headers_mut(), origin, authorization.as_ref(), is_stream);
            let idle = Duration::from_secs(proxy.gateway.limits.idle_seconds_max);
            // Answers that are not streamed say nothing until they are complete.
            let patience = if is_stream { idle } else { idle * 5 };
            let (response, sender) = timeout(patience, proxy.pool.send(origin, request, dispatched))
                .await
                .map_err(|_| SendError::Unreachable("it does not answer".into()))??;
            let (head, body) = response.into_parts();
            Ok(Reply {
                status: head.status,
                headers: head.headers,
                body: ReplyBody::Http {
                    body,
                    sender: Some(sender),
                    origin: origin.clone(),
                    idle,
                },
            })
        }
    }
}

/// Only what an upstream needs: nothing of the client's headers is passed on.
fn set_headers(
    headers: &mut HeaderMap,
    origin: &Origin,
    authorization: Option<&http::HeaderValue>,
    is_stream: bool,
) {
    let json = http::HeaderValue::from_static("application/json");
    headers.insert(header::CONTENT_TYPE, json.clone());
    let accept = if is_stream {
        http::HeaderValue::from_static("text/event-stream")
    } else {
        json
    };
    headers.insert(header::ACCEPT, accept);
    headers.insert(
        header::USER_AGENT,
        http::HeaderValue::from_static("token-tracker"),
    );
    if let Ok(host) = http::HeaderValue::from_str(&origin.authority) {
        headers.insert(header::HOST, host);
    }
    if let Some(value) = authorization {
        headers.insert(header::AUTHORIZATION, value.clone());
    }
}

impl ReplyBody {
    /// The next piece; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        match self {
            Self::Local(pieces) => Ok(pieces.pop_front()),
            Self::Http { body, idle, .. } => loop {
                let frame = timeout(*idle, body.frame())
                    .await
                    .map_err(|_| BodyError::Silent)?;
                match frame {
                    None => return Ok(None),
                    Some(Err(_)) => return Err(BodyError::Broken),
                    Some(Ok(frame)) => {
                        if let Ok(data) = frame.into_data() {
                            return Ok(Some(data));
                        }
                    }
                }
            },
        }
    }

    /// The whole body, at most `limit` bytes.
    pub(super) async fn collect(&mut self, limit: usize) -> Result<Bytes, (Bytes, BodyError)> {
        let mut first = Bytes::new();
        let mut all = Vec::new();
        loop {
            match self.next().await {
                Ok(None) if all.is_empty() => return Ok(first),
                Ok(None) => return Ok(all.into()),
                Ok(Some(piece)) if first.is_empty() && all.is_empty() => first = piece,
                Ok(Some(piece)) => {
                    if all.is_empty() {
                        all.extend_from_slice(&first);
                    }
                    all.extend_from_slice(&piece);
                    if all.len() > limit {
                        return Err((all.into(), BodyError::Broken));
                    }
                }
                Err(error) => {
                    let read = if all.is_empty() { first } else { all.into() };
                    return Err((read, error));
                }
            }
        }
    }

    /// Returns the connection of a body that was read to its end.
    pub(super) fn put_back(&mut self, proxy: &Proxy) {
        if let Self::Http { sender, origin, .. } = self
            && let Some(sender) = sender.take()
        {
            proxy.pool.put_back(origin, sender);
        }
    }
}
