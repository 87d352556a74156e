//! Connections to upstreams, kept by the thread that opened them.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, StatusCode, Version, header};
use rustls::{ClientConfig, pki_types::ServerName};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::{
    carrier::Carrier,
    connection::{Broken, Connection},
    lanes::{Lane, Lanes},
    multiplexed::{Multiplexed, Pace, Unanswered},
};
use crate::{
    catalogue::{ConnectError, Connected, Origin},
    state::Gateway,
    wire::Socket,
};

/// As the two sides of a TLS connection call it.
const HTTP_2: &[u8] = b"h2";
/// How often a request is sent that the upstream says it has not looked at.
const TRIES_MAX: u32 = 3;
/// What only a proxy says.
const PROXY_REFUSED: StatusCode = StatusCode::PROXY_AUTHENTICATION_REQUIRED;
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Idle connections kept for one origin; more are closed.
const IDLE_MAX: usize = 512;
/// Most servers close a connection that was idle for longer.
const IDLE_TIME_MAX: Duration = Duration::from_secs(55);

/// Why a request did not reach an answer. In all cases the client has seen nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("the upstream cannot be reached: {0}")]
    Unreachable(String),
    #[error("the upstream broke off: {0}")]
    Broken(#[from] Broken),
}

impl From<ConnectError> for SendError {
    fn from(error: ConnectError) -> Self {
        Self::Unreachable(error.to_string())
    }
}

/// What goes to an upstream. Nothing of the client's headers is in it.
pub(super) struct Outgoing<'a> {
    pub path: &'static str,
    pub authorization: Option<&'a (&'static str, HeaderValue)>,
    pub accept: &'static str,
    /// What else the upstream's dialect wants.
    pub extra: &'a [(&'static str, HeaderValue)],
    pub body: Bytes,
}

impl Outgoing<'_> {
    /// The whole request as it goes over the wire, to the upstream or to a proxy before it.
    fn to_wire(&self, origin: &Origin, is_proxy: bool) -> BytesMut {
        let mut head = BytesMut::with_capacity(512 + self.body.len());
        let length = self.body.len().to_string();
        let (scheme, server) = if is_proxy {
            ("http://", origin.authority.as_str())
        } else {
            ("", "")
        };
        for part in [
            "POST ",
            scheme,
            server,
            &origin.path,
            self.path,
            " HTTP/1.1\r\nhost: ",
            &origin.authority,
        ] {
            head.extend_from_slice(part.as_bytes());
        }
        head.extend_from_slice(
            b"\r\nuser-agent: token-tracker\r\ncontent-type: application/json\r\naccept: ",
        );
        head.extend_from_slice(self.accept.as_bytes());
        for (name, value) in self.authorization.into_iter().chain(self.extra) {
            for part in [b"\r\n", name.as_bytes(), b": ", value.as_bytes()] {
                head.extend_from_slice(part);
            }
        }
        if let Some(value) = origin.proxy_authorization().filter(|_| is_proxy) {
            head.extend_from_slice(b"\r\nproxy-authorization: ");
            head.extend_from_slice(value.as_bytes());
        }
        for part in ["\r\ncontent-length: ", &length, "\r\n\r\n"] {
            head.extend_from_slice(part.as_bytes());
        }
        head.extend_from_slice(&self.body);
        head
    }

    /// What HTTP/2 has instead of the text above the body.
    fn to_head(&self, origin: &Origin) -> Result<Request<()>, SendError> {
        let mut head = Request::post(format!(
            "https://{}{}{}",
            origin.authority, origin.path, self.path
        ))
        .version(Version::HTTP_2)
        .header(header::USER_AGENT, "token-tracker")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, self.accept)
        .header(header::CONTENT_LENGTH, self.body.len())
        .body(())
        .map_err(|_| SendError::Unreachable("its address is not valid".into()))?;
        for (name, value) in self.authorization.into_iter().chain(self.extra) {
            head.headers_mut().append(*name, value.clone());
        }
        Ok(head)
    }
}

/// The head of an answer, and what its body comes over.
pub(super) struct Answering {
    pub status: StatusCode,
    /// Those that were wanted.
    pub headers: HeaderMap,
    pub carrier: Carrier,
}

/// The one that was used last is the likeliest to be open; what is under an old one is older.
fn take_ready(kept: &mut Vec<Connection>) -> Option<Connection> {
    while let Some(mut connection) = kept.pop() {
        if connection.idle_since.elapsed() > IDLE_TIME_MAX {
            kept.clear();
        } else if connection.is_ready() {
            return Some(connection);
        }
    }
    None
}

pub struct Pool {
    /// By scheme, host and port: a connection belongs to one origin.
    idle: RefCell<HashMap<String, Vec<Connection>>>,
    tls: Arc<ClientConfig>,
    /// The same, with an offer of HTTP/2.
    tls_to_share: Arc<ClientConfig>,
    /// HTTP/2 connections.
    lanes: Lanes,
    counted_by: Option<Arc<Gateway>>,
    /// As many idle connections as were counted last.
    counted: Cell<i64>,
}

impl Pool {
    pub fn new(tls: Arc<ClientConfig>) -> Self {
        let mut tls_to_share = ClientConfig::clone(&tls);
        tls_to_share.alpn_protocols = vec![HTTP_2.to_vec(), b"http/1.1".to_vec()];
        Self {
            idle: RefCell::default(),
            tls,
            tls_to_share: Arc::new(tls_to_share),
            lanes: Lanes::default(),
            counted_by: None,
            counted: Cell::new(0),
        }
    }

    /// The same pool, whose connections are in the gateway's metrics.
    pub(super) fn counted_by(self, gateway: &Arc<Gateway>) -> Self {
        Self {
            counted_by: Some(Arc::clone(gateway)),
            ..self
        }
    }

    fn count(&self, idle: &HashMap<String, Vec<Connection>>) {
        let Some(gateway) = &self.counted_by else { return };
        let now: usize = idle.values().map(Vec::len).sum();
        let now = i64::try_from(now).unwrap_or(i64::MAX);
        let before = self.counted.replace(now);
        gateway.metrics.connections_idle_changed(now - before);
    }

    /// Sends on an idle connection, or a new one; `dispatched` is set when the request is on its
    /// way. What the answer comes over goes to [`Pool::put_back`] when the body is read.
    pub(super) async fn send(
        &self,
        origin: &Origin,
        request: &Outgoing<'_>,
        wants: impl Fn(&str) -> bool,
        dispatched: &Cell<bool>,
    ) -> Result<Answering, SendError> {
        if origin.may_share() {
            // In a box: what it needs is not carried along by those who go the usual way.
            return Box::pin(self.send_shared(origin, request, wants, dispatched)).await;
        }
        let connection = match self.take(origin) {
            Some(connection) => connection,
            None => self.connect(origin, &self.tls).await?.into_own(),
        };
        over_own(connection, origin, request, wants, dispatched).await
    }

    /// Sends where several requests may share a connection.
    async fn send_shared(
        &self,
        origin: &Origin,
        request: &Outgoing<'_>,
        wants: impl Fn(&str) -> bool,
        dispatched: &Cell<bool>,
    ) -> Result<Answering, SendError> {
        let lane = self.lanes.of(origin);
        let mut tries_left = TRIES_MAX;
        loop {
            let shared = match self.way(&lane, origin).await? {
                Way::Own(connection) => {
                    return over_own(*connection, origin, request, wants, dispatched).await;
                }
                Way::Shared(shared) => shared,
            };
            let (head, body) = (request.to_head(origin)?, request.body.clone());
            tries_left -= 1;
            match shared.send(head, body, dispatched).await {
                Ok((status, headers, stream)) => {
                    let wanted = headers.iter().filter(|(name, _)| wants(name.as_str()));
                    return Ok(Answering {
                        status,
                        headers: wanted
                            .map(|(name, value)| (name.clone(), value.clone()))
                            .collect(),
                        carrier: Carrier::Shared(stream),
                    });
                }
                Err(Unanswered::NotTaken(_)) if tries_left > 0 => {}
                Err(Unanswered::NotTaken(error) | Unanswered::Broken(error)) => return Err(error.into()),
            }
        }
    }

    /// A connection to share, or one for this request alone where the upstream wants that.
    async fn way(&self, lane: &Lane, origin: &Origin) -> Result<Way, SendError> {
        if let Some(shared) = lane.with_room() {
            return Ok(Way::Shared(shared));
        }
        if let Some(connection) = self.take(origin) {
            return Ok(Way::Own(Box::new(connection)));
        }
        if lane.wants_own() {
            return self.open_way(lane, origin).await;
        }
        // What one opens serves all that wait for it.
        let waited = timeout(CONNECT_MAX, lane.opening.lock()).await;
        let turn = waited.map_err(|_| SendError::Unreachable("it does not answer".into()))?;
        if let Some(shared) = lane.with_room() {
            return Ok(Way::Shared(shared));
        }
        // Where each needs its own, none waits for another's.
        let _turn = (!lane.wants_own()).then_some(turn);
        self.open_way(lane, origin).await
    }

    async fn open_way(&self, lane: &Lane, origin: &Origin) -> Result<Way, SendError> {
        if lane.is_full() {
            return Err(SendError::Unreachable("all its connections are in use".into()));
        }
        let opened = self.connect(origin, &self.tls_to_share).await?;
        if !opened.is_to_share() {
            lane.note_own();
            return Ok(Way::Own(Box::new(opened.into_own())));
        }
        let begun = timeout(CONNECT_MAX, Multiplexed::over(opened.socket, Pace::USUAL)).await;
        let shared = begun.map_err(|_| SendError::Unreachable("HTTP/2 takes too long".into()))??;
        lane.add(shared.clone());
        Ok(Way::Shared(shared))
    }

    pub(super) fn put_back(&self, origin: &Origin, carrier: Carrier) {
        // A stream that ended leaves its connection as it is.
        let Carrier::Own(mut connection) = carrier else {
            return;
        };
        connection.idle_since = Instant::now();
        let mut idle = self.idle.borrow_mut();
        match idle.get_mut(&origin.key) {
            Some(kept) if kept.len() < IDLE_MAX => kept.push(connection),
            Some(_) => {}
            None => drop(idle.insert(origin.key.clone(), vec![connection])),
        }
        self.count(&idle);
    }

    fn take(&self, origin: &Origin) -> Option<Connection> {
        let mut idle = self.idle.borrow_mut();
        let taken = take_ready(idle.get_mut(&origin.key)?);
        self.count(&idle);
        taken
    }

    /// Closes what nobody used for a while.
    pub fn sweep(&self) {
        let mut idle = self.idle.borrow_mut();
        idle.retain(|_, kept| {
            kept.retain(|connection| connection.idle_since.elapsed() <= IDLE_TIME_MAX);
            !kept.is_empty()
        });
        self.count(&idle);
        self.lanes.sweep(IDLE_TIME_MAX);
    }

    async fn connect(&self, origin: &Origin, tls: &Arc<ClientConfig>) -> Result<Opened, SendError> {
        let opened = open(origin, tls).await?;
        if let Some(gateway) = &self.counted_by {
            gateway.metrics.connection_opened();
        }
        Ok(opened)
    }
}

async fn open(origin: &Origin, tls: &Arc<ClientConfig>) -> Result<Opened, SendError> {
    let unreachable = |error: std::io::Error| SendError::Unreachable(error.kind().to_string());
    let connected = timeout(CONNECT_MAX, origin.connect())
        .await
        .map_err(|_| SendError::Unreachable("it does not answer".into()))??;
    let Connected { socket, is_proxy } = connected;
    socket.set_nodelay(true).map_err(unreachable)?;
    if !origin.is_tls {
        let socket = Socket::Plain(socket);
        return Ok(Opened { socket, is_proxy });
    }
    let name = ServerName::try_from(origin.host.clone())
        .map_err(|_| SendError::Unreachable("its name is not valid".into()))?;
    let connector = TlsConnector::from(Arc::clone(tls));
    let stream = timeout(CONNECT_MAX, connector.connect(name, socket))
        .await
        .map_err(|_| SendError::Unreachable("TLS takes too long".into()))?
        .map_err(unreachable)?;
    let socket = Socket::Tls(Box::new(stream.into()));
    Ok(Opened { socket, is_proxy })
}

/// A connection that nothing was sent over yet.
struct Opened {
    socket: Socket,
    is_proxy: bool,
}

impl Opened {
    fn into_own(self) -> Connection {
        Connection::new(self.socket, self.is_proxy)
    }

    /// Whether both sides agreed to HTTP/2.
    fn is_to_share(&self) -> bool {
        self.socket.protocol() == Some(HTTP_2)
    }
}

/// What a request goes over.
enum Way {
    Own(Box<Connection>),
    Shared(Multiplexed),
}

async fn over_own(
    mut connection: Connection,
    origin: &Origin,
    request: &Outgoing<'_>,
    wants: impl Fn(&str) -> bool,
    dispatched: &Cell<bool>,
) -> Result<Answering, SendError> {
    // From here on it may have been read: it is never sent a second time.
    dispatched.set(true);
    let sent = connection
        .send(&request.to_wire(origin, connection.is_proxy))
        .await;
    // A server that refuses a request before it has read all of it says so all the same.
    match (sent, connection.head(wants).await) {
        (_, Ok(head)) if connection.is_proxy && head.status == PROXY_REFUSED => {
            Err(ConnectError::refused_by_proxy(head.status.as_u16()).into())
        }
        (_, Ok(head)) => Ok(Answering {
            status: head.status,
            headers: head.headers,
            carrier: Carrier::Own(connection),
        }),
        (Err(error), Err(_)) | (Ok(()), Err(error)) => Err(error.into()),
    }
}
