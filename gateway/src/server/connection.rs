//! One client connection.

use std::{convert::Infallible, net::SocketAddr, rc::Rc, sync::Arc, time::Duration};

use axum::Router;
use http::{Method, Request, Response};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::{Code, Problem};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tower::ServiceExt;

use super::{Shared, TlsFiles};
use crate::{
    body::Body,
    proxy::{self, Dialect, Proxy},
    route::{ApiError, health},
    state::Busy,
};

/// A client that does not finish its request head in this time is not one.
const HEAD_MAX: Duration = Duration::from_secs(30);
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What serving a client takes; cloned for each one.
#[derive(Clone)]
pub(super) struct Connection {
    pub shared: Arc<Shared>,
    pub proxy: Rc<Proxy>,
    pub router: Router,
    pub tls: Option<Arc<TlsFiles>>,
}

impl Connection {
    pub(super) async fn serve(self, socket: TcpStream, peer: SocketAddr) {
        let Some(files) = self.tls.clone() else {
            return self.speak(socket, peer).await;
        };
        let acceptor = tokio_rustls::TlsAcceptor::from(files.current());
        if let Ok(Ok(stream)) = timeout(HANDSHAKE_MAX, acceptor.accept(socket)).await {
            self.speak(stream, peer).await;
        }
    }

    async fn speak<S>(self, stream: S, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + 'static,
    {
        let busy = Busy::new(&self.shared.gateway);
        let this = Rc::new(self);
        let service = service_fn(|request| {
            let this = Rc::clone(&this);
            async move { Ok::<_, Infallible>(this.answer(request, peer).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_MAX)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = std::pin::pin!(connection);
        // How a connection ends is the client's business; what it owes is settled elsewhere.
        tokio::select! {
            _ = connection.as_mut() => {}
            () = this.shared.gateway.stop.on_drain() => {
                connection.as_mut().graceful_shutdown();
                let _ = connection.await;
            }
        }
        drop(busy);
    }

    async fn answer(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let rules = &self.shared.gateway.peers;
        if !rules.knows_host(request.uri(), request.headers()) {
            let problem = Problem::new(Code::Forbidden, "This gateway is not called by this host name.")
                .with_hint("Start it with --public-url, or call it by a loopback address.");
            return route_error(problem);
        }
        if rules.is_foreign_page(request.headers()) {
            let problem = Problem::new(Code::Forbidden, "Another site's page sent this request.");
            return route_error(problem);
        }
        if request.method() == Method::POST {
            let dialect = match request.uri().path() {
                "/v1/chat/completions" => Some(Dialect::Chat),
                "/v1/completions" => Some(Dialect::Completions),
                _ => None,
            };
            if let Some(dialect) = dialect {
                return proxy::handle(&self.proxy, dialect, request).await;
            }
        }
        let mut request = request.map(axum::body::Body::new);
        let peer = rules.peer(peer, request.headers());
        request.extensions_mut().insert(peer);
        let Ok(response) = self.router.clone().oneshot(request).await;
        let mut response = response.map(Body::Route);
        health::secure(response.headers_mut());
        response
    }
}

fn route_error(problem: Problem) -> Response<Body> {
    use axum::response::IntoResponse;
    ApiError::from(problem).into_response().map(Body::Route)
}
