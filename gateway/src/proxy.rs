//! The metering proxy: admit, hold, relay, settle.
//!
//! One request runs as one task of its own, so that nothing it owes is dropped with its connection:
//! [`admit`] authenticates, prices and holds; [`upstream`] sends; [`answer`] and [`relay`] pass
//! bytes on and meter them on the side; [`exchange`] resolves the hold, once.

mod admit;
mod answer;
mod dialect;
mod exchange;
mod meter;
mod origin_headers;
mod pool;
mod refusal;
mod relay;
mod upstream;

use std::{rc::Rc, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::{Request, Response, body::Incoming};
use protocol::{Code, Problem};
use std::time::Duration;
use tokio::{sync::oneshot, time::timeout};

use crate::{
    body::Body,
    clock::now_ms,
    directory::Device,
    state::{Busy, Gateway},
};

pub use dialect::Dialect;
pub use pool::Pool;
pub use refusal::refuse;

/// A request body that takes longer is not coming.
const BODY_MAX: Duration = Duration::from_secs(30);

/// What one thread of the server needs to proxy: the shared state and its own connections.
pub struct Proxy {
    pub gateway: Arc<Gateway>,
    pub pool: Pool,
}

/// Serves one request of the data plane.
pub async fn handle(proxy: &Rc<Proxy>, dialect: Dialect, request: Request<Incoming>) -> Response<Body> {
    match take_in(proxy, dialect, request).await {
        Ok(response) => response,
        Err(problem) => refuse(&problem),
    }
}

async fn take_in(
    proxy: &Rc<Proxy>,
    dialect: Dialect,
    request: Request<Incoming>,
) -> Result<Response<Body>, Problem> {
    // Who asks comes before what is asked: an unknown client gets no parser to play with.
    let device = authenticate(&proxy.gateway, request.headers()).await?;
    if proxy.gateway.stop.is_draining() {
        return Err(Problem::new(Code::Draining, "The gateway is stopping."));
    }
    let wishes = origin_headers::read(request.headers())?;
    let place = device
        .enter(proxy.gateway.limits.streams_per_device)
        .ok_or_else(|| {
            Problem::new(Code::RateLimited, "This device has too many requests running.")
                .with_hint("Wait until some of them are done.")
        })?;
    let body = read_body(request.into_body(), proxy.gateway.limits.body_bytes_max).await?;
    let (reply, answer) = oneshot::channel();
    let asked = admit::Asked {
        dialect,
        device,
        wishes,
        body,
        place,
    };
    tokio::task::spawn_local(run(Rc::clone(proxy), asked, reply));
    answer
        .await
        .map_err(|_| Problem::new(Code::Internal, "The request ended without an answer."))
}

async fn run(proxy: Rc<Proxy>, asked: admit::Asked, mut reply: oneshot::Sender<Response<Body>>) {
    let _busy = Busy::new(&proxy.gateway);
    let outcome = admit::serve(&proxy, asked, &mut reply).await;
    let response = match outcome {
        Ok(admit::Served::Streaming(stream)) => return stream.run(&proxy, reply).await,
        Ok(admit::Served::Whole(response)) => *response,
        Err(refusal) => refusal.respond(),
    };
    // A client that left gets no answer; what it owed is settled by now.
    let _ = reply.send(response);
}

pub async fn authenticate(gateway: &Gateway, headers: &http::HeaderMap) -> Result<Arc<Device>, Problem> {
    let credential = credential(headers)?;
    let now = now_ms();
    let device = gateway.directory.authenticate(credential, now)?;
    if device.note_seen(now) {
        gateway
            .ledger
            .touch(device.id, now)
            .await
            .map_err(crate::state::internal)?;
    }
    Ok(device)
}

/// The bearer of `Authorization`, or `x-api-key`; two different ones are nobody's.
pub fn credential(headers: &http::HeaderMap) -> Result<&[u8], Problem> {
    let unauthorized = || Problem::new(Code::Unauthorized, "The request has no credential.");
    let single = |name: &str| {
        let mut values = headers.get_all(name).iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(Some(value.as_bytes())),
            (None, _) => Ok(None),
            (Some(_), Some(_)) => Err(Problem::new(
                Code::Unauthorized,
                "The request has two credentials.",
            )),
        }
    };
    let bearer = single("authorization")?.map(|value| {
        let (scheme, rest) = value.split_at(value.len().min(7));
        if scheme.eq_ignore_ascii_case(b"bearer ") {
            rest.trim_ascii()
        } else {
            b""
        }
    });
    match (bearer, single("x-api-key")?) {
        (Some(bearer), Some(key)) if bearer != key => Err(Problem::new(
            Code::Unauthorized,
            "The request has two different credentials.",
        )),
        (Some(credential), _) | (None, Some(credential)) if !credential.is_empty() => Ok(credential),
        _ => Err(unauthorized()),
    }
}

async fn read_body(body: Incoming, limit: usize) -> Result<Bytes, Problem> {
    let read = timeout(BODY_MAX, Limited::new(body, limit).collect()).await;
    let broke_off = || {
        Problem::new(Code::InvalidRequest, "The request body broke off.").with_hint("Send the request again.")
    };
    match read.map_err(|_| broke_off())? {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Problem::new(
            Code::InvalidRequest,
            format!("The request body is larger than {limit} bytes."),
        )
        .with_hint("Send less context.")),
        Err(_) => Err(broke_off()),
    }
}
