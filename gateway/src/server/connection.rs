//! One client connection.

use std::{cell::Cell, convert::Infallible, net::SocketAddr, rc::Rc, sync::Arc, time::Duration};

use axum::Router;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use protocol::{Code, Problem};
use tokio::{net::TcpStream, sync::Notify, time::timeout};
use tower::ServiceExt;

use super::{
    Direct, Shared, TlsFiles,
    direct::{Next, Patience},
    doorstep,
};
use crate::{
    body::{Body, InTime},
    proxy::{self, Dialect, Proxy},
    route::{ApiError, access, health, imports},
    state::Busy,
    wire::{RequestHead, Rewind, Socket},
};

const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// What serving a client takes; cloned for each one.
#[derive(Clone)]
pub(super) struct Connection {
    pub shared: Arc<Shared>,
    pub proxy: Rc<Proxy>,
    pub router: Router,
    pub tls: Option<Arc<TlsFiles>>,
    /// Rung when there are too many connections.
    pub crowd: Arc<Notify>,
}

impl Connection {
    pub(super) async fn serve(self, socket: TcpStream, peer: SocketAddr) {
        let Some(files) = self.tls.clone() else {
            return self.speak(Socket::Plain(socket), peer).await;
        };
        let acceptor = tokio_rustls::TlsAcceptor::from(files.current());
        if let Ok(Ok(stream)) = timeout(HANDSHAKE_MAX, acceptor.accept(socket)).await {
            self.speak(Socket::Tls(Box::new(stream.into())), peer).await;
        }
    }

    /// Serves plain requests to the hot routes directly, and the connection through hyper from the
    /// first other one on.
    async fn speak(self, socket: Socket, peer: SocketAddr) {
        let _busy = Busy::new(&self.shared.gateway);
        let mut direct = Direct::new(socket, Patience::of(&self.shared.gateway.limits()));
        let gateway = Arc::clone(&self.shared.gateway);
        let mut draining = std::pin::pin!(gateway.stop.on_drain());
        while direct.is_open() {
            let next = tokio::select! {
                biased;
                () = draining.as_mut() => break,
                next = direct.next_request(&self.crowd, Dialect::of_path) => next,
            };
            match next {
                Next::Request(head) => self.answer_direct(&mut direct, head, peer).await,
                Next::Unusual => return self.speak_hyper(direct.into_rewind(), peer).await,
                Next::Closed => break,
            }
        }
        direct.shut_down().await;
    }

    async fn answer_direct(&self, direct: &mut Direct, head: RequestHead<Dialect>, peer: SocketAddr) {
        if let Err(problem) = self.check_page(&Uri::from_static("/"), &head.headers) {
            direct.close_after();
            // Whoever called by another name may miss the reason.
            let _ = direct.answer(head.route.refuse(&problem)).await;
            return;
        }
        if self.shared.gateway.stop.is_draining() {
            direct.close_after();
        }
        let from = proxy::Whence::Socket(peer, self.tls.is_some());
        proxy::handle_direct(&self.proxy, head, direct, from).await;
    }

    async fn speak_hyper(self, stream: Rewind, peer: SocketAddr) {
        let this = Rc::new(self);
        let patience = Patience::of(&this.shared.gateway.limits());
        let service = service_fn(|request| {
            let this = Rc::clone(&this);
            async move { Ok::<_, Infallible>(this.answer(request, peer).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience.head)
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
    }

    /// Where all places are taken, one request of this machine's owner is answered all the same, and
    /// nobody else's: a gateway that is full must not lock out who could make room.
    pub(super) async fn serve_owner(self, socket: TcpStream, peer: SocketAddr) {
        let _busy = Busy::new(&self.shared.gateway);
        let patience = Patience::of(&self.shared.gateway.limits()).write;
        let socket = Rewind::new(Bytes::new(), Socket::Plain(socket), patience);
        let has_asked = Cell::new(false);
        let service = service_fn(|request| {
            has_asked.set(true);
            let this = &self;
            async move { Ok::<_, Infallible>(this.answer_owner(request, peer).await) }
        });
        let connection = http1::Builder::new()
            .keep_alive(false)
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(socket), service);
        let mut connection = std::pin::pin!(connection);
        if timeout(doorstep::PATIENCE, connection.as_mut()).await.is_err() && has_asked.get() {
            // What the owner asked for may take longer; how that ends is the owner's business.
            let _ = connection.await;
        }
    }

    async fn answer_owner(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        let gateway = &self.shared.gateway;
        let headers = request.headers();
        let is_admin = proxy::credential(headers).is_ok_and(|credential| {
            access::is_admin(
                gateway,
                gateway.peers.peer(peer, self.tls.is_some(), headers),
                credential,
            )
        });
        if is_admin {
            return self.answer(request, peer).await;
        }
        // A close with unread bytes in the socket would take the answer along.
        let rest = Limited::new(request.into_body(), doorstep::READ_BYTES_MAX).collect();
        let _ = timeout(doorstep::PATIENCE, rest).await;
        doorstep::no_place()
    }

    async fn answer(&self, mut request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        if let Err(problem) = self.check_page(request.uri(), request.headers()) {
            return route_error(problem);
        }
        if let Some(inner) = below(request.uri(), self.shared.gateway.public_path()) {
            *request.uri_mut() = inner;
        }
        if request.method() == Method::POST
            && let Some(dialect) = Dialect::of_path(request.uri().path())
        {
            let from = proxy::Whence::Socket(peer, self.tls.is_some());
            return proxy::handle(&self.proxy, dialect, request, from).await;
        }
        if request.method() == Method::POST && request.uri().path() == proxy::COUNT_PATH {
            let from = proxy::Whence::Socket(peer, self.tls.is_some());
            return proxy::count(&self.proxy, request, from).await;
        }
        let patience = Duration::from_secs(self.shared.gateway.limits().body_seconds_max);
        let in_time = if request.uri().path() == imports::PATH {
            InTime::of_file
        } else {
            InTime::new
        };
        let mut request = request.map(|body| axum::body::Body::new(in_time(body, patience)));
        let peer = self
            .shared
            .gateway
            .peers
            .peer(peer, self.tls.is_some(), request.headers());
        request.extensions_mut().insert(peer);
        let path = request.uri().path().to_owned();
        let Ok(response) = self.router.clone().oneshot(request).await;
        let mut response = response.map(Body::Route);
        health::secure(response.headers_mut(), &path);
        response
    }
}

impl Connection {
    /// Refuses what a web page of somebody else sends, under its own name or under ours.
    fn check_page(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
        let rules = &self.shared.gateway.peers;
        if !rules.knows_host(uri, headers) {
            let problem = Problem::new(Code::Forbidden, "This gateway is not called by this host name.");
            return Err(problem.with_hint("Start it with --public-url, or call it by a loopback address."));
        }
        if rules.is_foreign_page(headers) {
            return Err(Problem::new(
                Code::Forbidden,
                "Another site's page sent this request.",
            ));
        }
        Ok(())
    }
}

/// The address without the path below which a proxy shows this gateway; some proxies pass it on.
fn below(uri: &Uri, public_path: &str) -> Option<Uri> {
    if public_path.is_empty() {
        return None;
    }
    let rest = uri.path_and_query()?.as_str().strip_prefix(public_path)?;
    match rest.chars().next() {
        Some('/') => rest.parse().ok(),
        None | Some('?') => format!("/{rest}").parse().ok(),
        // Another word that begins the same.
        Some(_) => None,
    }
}

fn route_error(problem: Problem) -> Response<Body> {
    use axum::response::IntoResponse;
    ApiError::from(problem).into_response().map(Body::Route)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_proxy_is_taken_off_once() {
        for (uri, inner) in [
            ("/ai/api/v1/keys?limit=2", Some("/api/v1/keys?limit=2")),
            ("/ai", Some("/")),
            ("/ai?x=1", Some("/?x=1")),
            ("/aim/api", None),
            ("/api/v1/keys", None),
        ] {
            let found = below(&Uri::from_static(uri), "/ai").map(|uri| uri.to_string());
            assert_eq!(found.as_deref(), inner, "{uri}");
        }
        assert_eq!(below(&Uri::from_static("/ai"), ""), None);
    }
}
