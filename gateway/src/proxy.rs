//! The metering proxy: admit, hold, relay, settle.
//!
//! A request runs to its end in one task that does not end with its client: straight in the
//! connection's own task, or, behind hyper, in one beside it. [`admit`] finds the model (or
//! the [`candidates`] for it) and its routes; [`attempt`] [`hold`]s and asks one of them; [`upstream`] sends; [`answer`] and [`relay`] pass bytes on and meter them on the side;
//! [`exchange`] resolves the hold, once. [`guard`] ends all of that early where somebody has to.

mod admit;
mod answer;
mod attempt;
mod candidates;
mod carrier;
mod client;
mod connection;
mod count;
mod dialect;
mod ending;
mod exchange;
mod guard;
mod hold;
mod lanes;
mod meter;
mod miss;
mod multiplexed;
mod origin_headers;
mod pool;
#[cfg(test)]
mod pool_tests;
mod refusal;
mod relay;
mod shape;
mod trail;
mod turn;
mod upstream;

use std::{
    cell::Cell,
    net::{IpAddr, SocketAddr},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, Limited};
use hyper::{
    Request,
    body::{Body as _, Incoming},
};
use protocol::{Code, Problem};
use tokio::{
    sync::{Notify, oneshot},
    time::{interval, timeout},
};

use crate::{
    body::Body,
    capacity::{BodyRoom, Room},
    clock::now_ms,
    directory::Device,
    ledger::{Ledger, PeopleChange, PeopleRequest},
    peer::place_of,
    server::Direct,
    state::{Busy, Gateway},
    wire::RequestHead,
};
use client::{Client, Hyper};
use refusal::{RETRY_SECONDS, Refusal};
use trail::Trail;

pub(crate) use client::Left;
pub use count::{PATH as COUNT_PATH, count};
pub use dialect::Dialect;
pub use pool::Pool;

const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// What one thread of the server needs to proxy: the shared state and its own connections.
pub struct Proxy {
    pub gateway: Arc<Gateway>,
    pub pool: Pool,
    /// Rung when a request that runs may have to end: see [`Proxy::watch`].
    pub bell: Arc<Notify>,
    /// Requests that this thread has running.
    running: Rc<Cell<u32>>,
}

impl Proxy {
    /// The ledger, for the request that asks: see [`Ledger::for_thread`].
    fn ledger(&self) -> Ledger {
        self.gateway.ledger.for_thread(self.running.get() == 1)
    }

    pub fn new(gateway: Arc<Gateway>, pool: Pool) -> Self {
        let pool = pool.counted_by(&gateway);
        Self {
            gateway,
            pool,
            bell: Arc::default(),
            running: Rc::default(),
        }
    }

    /// Rings the bell when the gateway cuts or something is revoked, and closes idle connections.
    /// One listener for each thread is cheaper than several for each request.
    pub async fn watch(&self) {
        let mut revocations = self.gateway.directory.revocations();
        let mut sweep = interval(SWEEP_EVERY);
        let cut = self.gateway.stop.on_cut();
        let mut cut = std::pin::pin!(cut);
        loop {
            tokio::select! {
                () = cut.as_mut() => return self.bell.notify_waiters(),
                changed = revocations.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.bell.notify_waiters();
                }
                _ = sweep.tick() => self.pool.sweep(),
            }
        }
    }
}

/// Serves one request of the data plane that came through hyper.
pub async fn handle(
    proxy: &Rc<Proxy>,
    dialect: Dialect,
    request: Request<Incoming>,
    from: Whence,
) -> Response<Body> {
    let arrived = async {
        let arrival = Arrival::of(proxy, dialect, request.headers(), from).await?;
        let body = read_body(&proxy.gateway, request.into_body()).await?;
        Ok::<_, Refusal>(arrival.with(body))
    };
    let (asked, room) = match arrived.await {
        Ok(arrived) => arrived,
        Err(refusal) => return refusal.respond(dialect).map(Body::from),
    };
    let (head, answer) = oneshot::channel();
    let task = Rc::clone(proxy);
    // A task of its own: hyper drops this one as soon as the client is gone.
    tokio::task::spawn_local(async move {
        let mut client = Client::Hyper(Hyper::new(head));
        run(&task, asked, room, &mut client).await;
    });
    answer.await.unwrap_or_else(|_| {
        let problem = Problem::new(Code::Internal, "The request ended without an answer.");
        dialect.refuse(&problem).map(Body::from)
    })
}

/// Serves one request of the data plane on its own connection.
pub(crate) async fn handle_direct(
    proxy: &Proxy,
    head: RequestHead<Dialect>,
    direct: &mut Direct,
    from: Whence,
) {
    let (arrival, (length, body_room)) = match admitted(proxy, &head, from).await {
        Ok(admitted) => admitted,
        Err(refusal) => return turn_away(proxy, &head, direct, refusal).await,
    };
    let patience = Duration::from_secs(proxy.gateway.limits().body_seconds_max);
    match timeout(patience, direct.read_body(length)).await {
        Ok(Some(body)) => {
            let (asked, room) = arrival.with((body, body_room));
            run(proxy, asked, room, &mut Client::Direct(direct)).await;
        }
        Ok(None) => {}
        Err(_) => {
            direct.close_after();
            let _ = direct.answer(head.route.refuse(&broke_off())).await;
        }
    }
}

/// Whose head is fine, with the length of the body and the memory for it.
async fn admitted(
    proxy: &Proxy,
    head: &RequestHead<Dialect>,
    from: Whence,
) -> Result<(Arrival, (usize, BodyRoom)), Refusal> {
    let arrival = Arrival::of(proxy, head.route, &head.headers, from).await?;
    let limit = proxy.gateway.limits().body_bytes_max;
    let length = usize::try_from(head.length)
        .ok()
        .filter(|length| *length <= limit)
        .ok_or_else(|| too_large(limit))?;
    let room = proxy
        .gateway
        .capacity
        .body(length, proxy.gateway.limits().all_bodies_bytes_max)
        .ok_or_else(Refusal::crowded)?;
    Ok((arrival, (length, room)))
}

async fn turn_away(proxy: &Proxy, head: &RequestHead<Dialect>, direct: &mut Direct, refusal: Refusal) {
    direct.skip_body(head.length);
    // Whoever does not read a refusal has not lost anything.
    let _ = direct.answer(refusal.respond(head.route)).await;
    let patience = Duration::from_secs(proxy.gateway.limits().body_seconds_max);
    if timeout(patience, direct.pass_body()).await.is_err() {
        // What comes of it later must not be taken for a request.
        direct.abort();
    }
}

/// Serves a request to its end; `_room` is its place among all others until then.
async fn run(proxy: &Proxy, asked: admit::Asked, _room: Room, client: &mut Client<'_>) {
    let _busy = Busy::new(&proxy.gateway);
    let _running = Running::new(&proxy.running);
    let (dialect, trail) = (asked.dialect, Rc::clone(&asked.trail));
    let (key, device) = (asked.device.key.id, asked.device.id);
    let response = match admit::serve(proxy, asked, client).await {
        Ok(admit::Served::Streaming(stream)) => return stream.run(proxy, client).await,
        Ok(admit::Served::Whole(response)) => {
            trail.answers(response.status(), None);
            *response
        }
        Err(refusal) => {
            let code = refusal.problem.code;
            if code == Code::InsufficientCredit {
                proxy.gateway.alerts.note_refused(key, device);
            }
            let response = refusal.respond(dialect);
            trail.answers(response.status(), Some(code));
            response
        }
    };
    // A client that left gets no answer; what it owed is settled by now.
    let _ = client.answer(response).await;
}

/// One of the requests that a thread has running.
struct Running(Rc<Cell<u32>>);

impl Running {
    fn new(all: &Rc<Cell<u32>>) -> Self {
        all.set(all.get() + 1);
        Self(Rc::clone(all))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// A request whose head was accepted.
struct Arrival {
    dialect: Dialect,
    device: Arc<Device>,
    wishes: origin_headers::Wishes,
    place: crate::directory::StreamPlace,
    trail: Rc<Trail>,
    room: Room,
}

impl Arrival {
    /// Who asks comes before what is asked: an unknown client gets no parser to play with.
    async fn of(proxy: &Proxy, dialect: Dialect, headers: &HeaderMap, from: Whence) -> Result<Self, Refusal> {
        let trail = Rc::new(Trail::new(&proxy.gateway, dialect, headers));
        Self::admit(proxy, dialect, headers, from, Rc::clone(&trail))
            .await
            .inspect(|_| trail.is_admitted())
            .inspect_err(|refusal| trail.refuses(refusal.problem.code))
    }

    async fn admit(
        proxy: &Proxy,
        dialect: Dialect,
        headers: &HeaderMap,
        from: Whence,
        trail: Rc<Trail>,
    ) -> Result<Self, Refusal> {
        let gateway = &proxy.gateway;
        let device = authenticate(gateway, headers, from).await?;
        if gateway.stop.is_draining() {
            return Err(Refusal::later(refusal::stopping(), RETRY_SECONDS));
        }
        let wishes = origin_headers::read(headers)?;
        let place = device.enter(gateway.limits().streams_per_device).ok_or_else(|| {
            let problem = Problem::new(Code::RateLimited, "This device has too many requests running.")
                .with_hint("Wait until some of them are done.");
            Refusal::later(problem, RETRY_SECONDS)
        })?;
        let room = gateway
            .capacity
            .enter(gateway.limits().requests_max)
            .ok_or_else(Refusal::crowded)?;
        Ok(Self {
            dialect,
            device,
            wishes,
            place,
            trail,
            room,
        })
    }

    fn with(self, (body, body_room): (Bytes, BodyRoom)) -> (admit::Asked, Room) {
        let asked = admit::Asked {
            dialect: self.dialect,
            device: self.device,
            wishes: self.wishes,
            body,
            body_room,
            place: self.place,
            trail: self.trail,
        };
        (asked, self.room)
    }
}

/// Keeps where the device is, if that is another place than before. Seldom: not with every request.
async fn note_network(gateway: &Gateway, device: &Device, address: IpAddr, now: i64) -> Result<(), Problem> {
    let network = place_of(address);
    if !device.note_network(&network) {
        return Ok(());
    }
    let request = PeopleRequest {
        at: now,
        change: PeopleChange::SeeDevice {
            device: device.id,
            network,
        },
        note: None,
        asked: None,
    };
    let kept = gateway.ledger.people(request).await;
    kept.map(drop).map_err(crate::state::internal)
}

/// Where a request came from, as far as it is known yet.
#[derive(Clone, Copy, Debug)]
pub enum Whence {
    /// The other end of the socket, which may be a proxy.
    Socket(SocketAddr, bool),
    Peer(IpAddr),
    /// Where it does not matter.
    Unknown,
}

impl Whence {
    fn address(self, gateway: &Gateway, headers: &HeaderMap) -> Option<IpAddr> {
        match self {
            Self::Socket(socket, is_tls) => Some(gateway.peers.peer(socket, is_tls, headers).address),
            Self::Peer(address) => Some(address),
            Self::Unknown => None,
        }
    }
}

pub async fn authenticate(
    gateway: &Gateway,
    headers: &HeaderMap,
    from: Whence,
) -> Result<Arc<Device>, Problem> {
    let credential = credential(headers)?;
    let now = now_ms();
    let device = match gateway.directory.authenticate(credential, now) {
        // Another gateway may have enrolled it a moment ago.
        Err(problem) if problem.code == Code::Unauthorized && gateway.learn(credential).await? => {
            gateway.directory.authenticate(credential, now)?
        }
        known => known?,
    };
    if device.note_seen(now) {
        gateway
            .ledger
            .touch(device.id, now)
            .await
            .map_err(crate::state::internal)?;
        if let Some(address) = from.address(gateway, headers) {
            note_network(gateway, &device, address, now).await?;
        }
    }
    Ok(device)
}

/// The bearer of `Authorization`, or `x-api-key`; two different ones are nobody's.
pub fn credential(headers: &HeaderMap) -> Result<&[u8], Problem> {
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

async fn read_body(gateway: &Gateway, body: Incoming) -> Result<(Bytes, BodyRoom), Refusal> {
    let limit = gateway.limits().body_bytes_max;
    // One whose length is not known may become as long as any.
    let expected = body
        .size_hint()
        .exact()
        .and_then(|length| usize::try_from(length).ok());
    let expected = expected.unwrap_or(limit);
    if expected > limit {
        return Err(too_large(limit).into());
    }
    let room = gateway
        .capacity
        .body(expected, gateway.limits().all_bodies_bytes_max)
        .ok_or_else(Refusal::crowded)?;
    let patience = Duration::from_secs(gateway.limits().body_seconds_max);
    let read = timeout(patience, Limited::new(body, limit).collect()).await;
    match read.map_err(|_| broke_off())? {
        Ok(collected) => Ok((collected.to_bytes(), room)),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(too_large(limit).into()),
        Err(_) => Err(broke_off().into()),
    }
}

fn broke_off() -> Problem {
    Problem::new(Code::InvalidRequest, "The request body broke off.").with_hint("Send the request again.")
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        Code::InvalidRequest,
        format!("The request body is larger than {limit} bytes."),
    )
    .with_hint("Send less context.")
}
