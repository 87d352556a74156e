//! Connections to upstreams, kept by the thread that opened them.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use http::HeaderValue;
use rustls::pki_types::ServerName;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::connection::{Broken, Connection};
use crate::{
    catalogue::Origin,
    state::Gateway,
    wire::{ResponseHead, Socket},
};

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
    /// The whole request as it goes over the wire.
    fn to_wire(&self, origin: &Origin) -> BytesMut {
        let mut head = BytesMut::with_capacity(512 + self.body.len());
        let length = self.body.len().to_string();
        for part in [
            "POST ",
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
        for part in ["\r\ncontent-length: ", &length, "\r\n\r\n"] {
            head.extend_from_slice(part.as_bytes());
        }
        head.extend_from_slice(&self.body);
        head
    }
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
    tls: Arc<rustls::ClientConfig>,
    counted_by: Option<Arc<Gateway>>,
    /// As many idle connections as were counted last.
    counted: Cell<i64>,
}

impl Pool {
    pub fn new(tls: Arc<rustls::ClientConfig>) -> Self {
        Self {
            idle: RefCell::default(),
            tls,
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
    /// way. The connection goes to [`Pool::put_back`] when the body is read.
    pub(super) async fn send(
        &self,
        origin: &Origin,
        request: &Outgoing<'_>,
        wants: impl Fn(&str) -> bool,
        dispatched: &Cell<bool>,
    ) -> Result<(ResponseHead, Connection), SendError> {
        let mut connection = match self.take(origin) {
            Some(connection) => connection,
            None => {
                let socket = self.connect(origin).await?;
                if let Some(gateway) = &self.counted_by {
                    gateway.metrics.connection_opened();
                }
                Connection::new(socket)
            }
        };
        // From here on it may have been read: it is never sent a second time.
        dispatched.set(true);
        let sent = connection.send(&request.to_wire(origin)).await;
        // A server that refuses a request before it has read all of it says so all the same.
        match (sent, connection.head(wants).await) {
            (_, Ok(head)) => Ok((head, connection)),
            (Err(error), Err(_)) | (Ok(()), Err(error)) => Err(error.into()),
        }
    }

    pub(super) fn put_back(&self, origin: &Origin, mut connection: Connection) {
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
    }

    async fn connect(&self, origin: &Origin) -> Result<Socket, SendError> {
        let unreachable = |error: std::io::Error| SendError::Unreachable(error.kind().to_string());
        let socket = timeout(CONNECT_MAX, origin.connect())
            .await
            .map_err(|_| SendError::Unreachable("it does not answer".into()))?
            .map_err(unreachable)?;
        socket.set_nodelay(true).map_err(unreachable)?;
        if !origin.is_tls {
            return Ok(Socket::Plain(socket));
        }
        let name = ServerName::try_from(origin.host.clone())
            .map_err(|_| SendError::Unreachable("its name is not valid".into()))?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = timeout(CONNECT_MAX, connector.connect(name, socket))
            .await
            .map_err(|_| SendError::Unreachable("TLS takes too long".into()))?
            .map_err(unreachable)?;
        Ok(Socket::Tls(Box::new(stream.into())))
    }
}
