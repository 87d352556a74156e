//! Connections to upstreams, kept by the thread that opened them.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::http1::{self, SendRequest},
};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use crate::catalogue::Origin;

const CONNECT_MAX: Duration = Duration::from_secs(10);
/// Idle connections kept for one origin; more are closed.
const IDLE_MAX: usize = 512;

pub(super) type Sender = SendRequest<Full<Bytes>>;

/// Why a request did not reach an answer. In all cases the client has seen nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    #[error("the upstream cannot be reached: {0}")]
    Unreachable(String),
    #[error("the upstream broke off: {0}")]
    Broken(hyper::Error),
}

pub struct Pool {
    /// By scheme, host and port: a connection belongs to one origin.
    idle: RefCell<HashMap<String, Vec<Sender>>>,
    tls: Arc<rustls::ClientConfig>,
}

impl Pool {
    pub fn new(tls: Arc<rustls::ClientConfig>) -> Self {
        Self {
            idle: RefCell::default(),
            tls,
        }
    }

    /// Sends on an idle connection, or a new one; `dispatched` is set when the request is on its
    /// way. The sender comes back with the answer and goes
    /// to [`Pool::put_back`] when the body is read.
    pub(super) async fn send(
        &self,
        origin: &Origin,
        mut request: Request<Full<Bytes>>,
        dispatched: &Cell<bool>,
    ) -> Result<(Response<Incoming>, Sender), SendError> {
        while let Some(mut sender) = self.take(origin) {
            dispatched.set(true);
            // A connection that the upstream closed meanwhile gives the request back unsent.
            match sender.try_send_request(request).await {
                Ok(response) => return Ok((response, sender)),
                Err(mut error) => match error.take_message() {
                    Some(unsent) => {
                        dispatched.set(false);
                        request = unsent;
                    }
                    None => return Err(SendError::Broken(error.into_error())),
                },
            }
        }
        let mut sender = self.connect(origin).await?;
        dispatched.set(true);
        let response = sender.send_request(request).await.map_err(SendError::Broken)?;
        Ok((response, sender))
    }

    pub(super) fn put_back(&self, origin: &Origin, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        match idle.get_mut(&origin.key) {
            Some(senders) if senders.len() < IDLE_MAX => senders.push(sender),
            Some(_) => {}
            None => drop(idle.insert(origin.key.clone(), vec![sender])),
        }
    }

    fn take(&self, origin: &Origin) -> Option<Sender> {
        let mut idle = self.idle.borrow_mut();
        let senders = idle.get_mut(&origin.key)?;
        while let Some(sender) = senders.pop() {
            if sender.is_ready() {
                return Some(sender);
            }
        }
        None
    }

    async fn connect(&self, origin: &Origin) -> Result<Sender, SendError> {
        let unreachable = |error: std::io::Error| SendError::Unreachable(error.kind().to_string());
        let address = (origin.host.as_str(), origin.port);
        let socket = timeout(CONNECT_MAX, TcpStream::connect(address))
            .await
            .map_err(|_| SendError::Unreachable("it does not answer".into()))?
            .map_err(unreachable)?;
        socket.set_nodelay(true).map_err(unreachable)?;
        if origin.is_tls {
            let name = ServerName::try_from(origin.host.clone())
                .map_err(|_| SendError::Unreachable("its name is not valid".into()))?;
            let connector = TlsConnector::from(Arc::clone(&self.tls));
            let stream = timeout(CONNECT_MAX, connector.connect(name, socket))
                .await
                .map_err(|_| SendError::Unreachable("TLS takes too long".into()))?
                .map_err(unreachable)?;
            handshake(stream).await
        } else {
            handshake(socket).await
        }
    }
}

async fn handshake<S>(stream: S) -> Result<Sender, SendError>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + 'static,
{
    let (sender, connection) = http1::Builder::new()
        .handshake(TokioIo::new(stream))
        .await
        .map_err(SendError::Broken)?;
    tokio::task::spawn_local(async move {
        // Its errors reach whoever waits for an answer; an idle connection may end as it likes.
        let _ = connection.await;
    });
    Ok(sender)
}
