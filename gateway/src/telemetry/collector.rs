//! The way to the collector, on the thread that sends.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    runtime::Runtime,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::catalogue::Origin;

const SEND_MAX: Duration = Duration::from_secs(10);
const ANSWER_BYTES_MAX: usize = 64 * 1024;

pub(super) struct Collector {
    origin: Origin,
    tls: Arc<rustls::ClientConfig>,
    /// The sending thread has none of its own.
    runtime: Mutex<Runtime>,
    is_reached: AtomicBool,
}

impl std::fmt::Debug for Collector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Collector").finish_non_exhaustive()
    }
}

impl Collector {
    pub(super) fn new(
        endpoint: &str,
        tls: &Arc<rustls::ClientConfig>,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self {
            origin: Origin::parse(endpoint).map_err(|_| "it looks like http://127.0.0.1:4318")?,
            tls: Arc::clone(tls),
            runtime: Mutex::new(
                tokio::runtime::Builder::new_current_thread()
                    .enable_all()
                    .build()?,
            ),
            is_reached: AtomicBool::new(true),
        })
    }

    /// Says once that the collector is away, and once that it is back.
    fn note(&self, outcome: &Result<Response<Bytes>, HttpError>) {
        let is_reached = outcome
            .as_ref()
            .is_ok_and(|response| response.status().is_success());
        if self.is_reached.swap(is_reached, Relaxed) == is_reached {
            return;
        }
        match outcome {
            Ok(_) if is_reached => tracing::info!("Traces reach their collector again"),
            Ok(response) => tracing::warn!("The collector refuses traces with {}", response.status()),
            Err(error) => tracing::warn!("Traces do not reach their collector: {error}"),
        }
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let origin = &self.origin;
        let socket = TcpStream::connect((origin.host.as_str(), origin.port)).await?;
        if !origin.is_tls {
            return over(socket, self.prepared(request)?).await;
        }
        let name = ServerName::try_from(origin.host.clone())?;
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        over(connector.connect(name, socket).await?, self.prepared(request)?).await
    }

    /// A path for the request line, and the host beside it.
    fn prepared(&self, request: Request<Bytes>) -> Result<Request<Full<Bytes>>, HttpError> {
        let (mut head, body) = request.into_parts();
        head.uri = Uri::try_from(self.origin.path.as_str())?;
        let host = HeaderValue::from_str(&self.origin.authority)?;
        head.headers.insert(header::HOST, host);
        Ok(Request::from_parts(head, Full::new(body)))
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        // Only the sending thread comes here, one batch after the other.
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = runtime.block_on(async {
            match timeout(SEND_MAX, self.exchange(request)).await {
                Ok(outcome) => outcome,
                Err(_) => Err("it takes too long".into()),
            }
        });
        self.note(&outcome);
        outcome
    }
}

async fn over<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, HttpError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let exchange = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await?;
        Ok(Response::from_parts(head, body.to_bytes()))
    };
    tokio::pin!(connection, exchange);
    tokio::select! {
        answer = &mut exchange => answer,
        closed = &mut connection => {
            closed?;
            exchange.await
        }
    }
}
