//! The pool against upstreams that speak HTTP/2 over TLS, and do what those do.

use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use bytes::Bytes;
use h2::{
    Reason, RecvStream,
    server::{Builder, SendResponse},
};
use http::{Request, Response};
use rustls::{ClientConfig, RootCertStore, ServerConfig, crypto::ring::default_provider};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::LocalSet,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use super::{
    carrier::Carrier,
    multiplexed::{Multiplexed, Pace},
    pool::{Answering, Outgoing, Pool, SendError},
};
use crate::{catalogue::Origin, wire::Socket};

const DEADLINE: Duration = Duration::from_secs(20);

type Asked = (Request<RecvStream>, SendResponse<Bytes>);
type Wire = TlsStream<TcpStream>;

/// An upstream with a certificate, and a pool that believes it.
struct Site {
    pool: Rc<Pool>,
    origin: Origin,
    /// Connections whose TLS stands.
    wires: mpsc::UnboundedReceiver<Wire>,
}

impl Site {
    async fn start(protocols: &[&[u8]]) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(default_provider());
        let client = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let mut server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        server.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, wires) = mpsc::unbounded_channel();
        let acceptor = TlsAcceptor::from(Arc::new(server));
        tokio::task::spawn_local(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                if let Ok(wire) = acceptor.accept(socket).await {
                    let _ = sender.send(wire);
                }
            }
        });
        Self {
            pool: Rc::new(Pool::new(Arc::new(client))),
            origin: Origin::parse(&format!("https://localhost:{port}/v1")).unwrap(),
            wires,
        }
    }

    /// The next connection, as a server has it.
    async fn server(&mut self, builder: &Builder) -> Server {
        let wire = soon(self.wires.recv()).await.unwrap();
        let mut connection = soon(builder.handshake::<_, Bytes>(wire)).await.unwrap();
        let (asked, requests) = mpsc::unbounded_channel();
        let (orders, mut ordered) = mpsc::unbounded_channel();
        tokio::task::spawn_local(async move {
            loop {
                tokio::select! {
                    accepted = connection.accept() => match accepted {
                        Some(Ok(request)) => drop(asked.send(request)),
                        Some(Err(_)) | None => return,
                    },
                    order = ordered.recv() => match order {
                        Some(Leave(begun)) => {
                            connection.graceful_shutdown();
                            let _ = begun.send(());
                        }
                        // The connection ends as if its machine had.
                        None => return,
                    },
                }
            }
        });
        Server { requests, orders }
    }

    /// A request on its way.
    fn ask(&self) -> Running {
        let (pool, origin) = (Rc::clone(&self.pool), self.origin.clone());
        tokio::task::spawn_local(async move {
            let (dispatched, body) = (Cell::new(false), Bytes::from_static(b"{\"model\":\"m\"}"));
            let outgoing = Outgoing {
                path: "/chat/completions",
                authorization: None,
                accept: "application/json",
                extra: &[],
                body,
            };
            let answering = pool
                .send(&origin, &outgoing, |name| name == "content-type", &dispatched)
                .await;
            (answering, dispatched.get())
        })
    }
}

/// The answer, and whether the upstream may have had the request.
type Running = tokio::task::JoinHandle<(Result<Answering, SendError>, bool)>;

/// An order to go away; it says when that goes out before anything else.
struct Leave(oneshot::Sender<()>);

struct Server {
    requests: mpsc::UnboundedReceiver<Asked>,
    orders: mpsc::UnboundedSender<Leave>,
}

impl Server {
    async fn request(&mut self) -> Asked {
        soon(self.requests.recv()).await.unwrap()
    }
}

async fn soon<T>(event: impl Future<Output = T>) -> T {
    timeout(DEADLINE, event).await.unwrap()
}

/// Nothing here may wait for another thread.
async fn locally(test: impl Future<Output = ()>) {
    LocalSet::new().run_until(test).await;
}

fn head() -> Response<()> {
    let head = Response::builder()
        .header("content-type", "text/plain")
        .header("server", "x");
    head.body(()).unwrap()
}

/// Answers a request as a whole.
fn answer((_, mut respond): Asked, body: &'static str) {
    let mut stream = respond.send_response(head(), false).unwrap();
    stream
        .send_data(Bytes::from_static(body.as_bytes()), true)
        .unwrap();
}

async fn answered(running: Running) -> Answering {
    let (answering, dispatched) = soon(running).await.unwrap();
    assert!(dispatched);
    answering.unwrap()
}

/// Why there is no answer, and whether the upstream may have had the request.
async fn unanswered(running: Running) -> (String, bool) {
    let (answering, dispatched) = soon(running).await.unwrap();
    (answering.err().unwrap().to_string(), dispatched)
}

async fn whole(running: Running) -> String {
    let mut answering = answered(running).await;
    assert!(matches!(answering.carrier, Carrier::Shared(_)));
    let body = soon(answering.carrier.collect(1_000)).await.unwrap();
    assert!(answering.carrier.is_at_end());
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test]
async fn requests_share_a_connection_and_are_told_apart() {
    locally(async {
        let mut site = Site::start(&[b"h2", b"http/1.1"]).await;
        let first = site.ask();
        let mut server = site.server(&Builder::new()).await;
        let (request, respond) = server.request().await;
        let url = request.uri().to_string();
        assert_eq!(
            url,
            format!("https://{}/v1/chat/completions", site.origin.authority)
        );
        assert_eq!(request.method(), "POST");
        let mut body = request.into_body();
        assert_eq!(
            &soon(body.data()).await.unwrap().unwrap()[..],
            b"{\"model\":\"m\"}"
        );
        let others = [site.ask(), site.ask()];
        let (second, third) = (server.request().await, server.request().await);
        answer(third, "third");
        answer(second, "second");
        let mut respond = respond;
        let mut stream = respond.send_response(head(), false).unwrap();
        let mut answering = answered(first).await;
        assert_eq!(answering.headers.len(), 1, "{:?}", answering.headers);
        for piece in ["a", "b"] {
            stream.send_data(Bytes::from(piece), false).unwrap();
            assert_eq!(soon(answering.carrier.next()).await.unwrap().unwrap(), piece);
        }
        assert!(!answering.carrier.is_at_end());
        stream.send_data(Bytes::new(), true).unwrap();
        assert_eq!(soon(answering.carrier.next()).await.unwrap(), None);
        let [second, third] = others;
        assert_eq!(
            (whole(second).await, whole(third).await),
            ("second".into(), "third".into())
        );
        assert!(site.wires.try_recv().is_err(), "one connection for all");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_reset_at_once_and_the_others_go_on() {
    locally(async {
        let mut site = Site::start(&[b"h2"]).await;
        let leaving = site.ask();
        let mut server = site.server(&Builder::new()).await;
        let (_request, mut respond) = server.request().await;
        let staying = site.ask();
        let asked = server.request().await;
        let mut stream = respond.send_response(head(), false).unwrap();
        let answering = answered(leaving).await;
        drop(answering);
        let reason = soon(std::future::poll_fn(|context| stream.poll_reset(context))).await;
        assert_eq!(reason.unwrap(), Reason::CANCEL);
        // One that leaves before there is an answer, too.
        let unanswered = site.ask();
        let (_request, mut respond) = server.request().await;
        unanswered.abort();
        let reason = soon(std::future::poll_fn(|context| respond.poll_reset(context))).await;
        assert_eq!(reason.unwrap(), Reason::CANCEL);
        answer(asked, "there");
        assert_eq!(whole(staying).await, "there");
    })
    .await;
}

#[tokio::test]
async fn what_an_upstream_refused_unread_is_sent_again() {
    locally(async {
        let mut site = Site::start(&[b"h2"]).await;
        let running = site.ask();
        let mut server = site.server(&Builder::new()).await;
        let (_request, mut respond) = server.request().await;
        respond.send_reset(Reason::REFUSED_STREAM);
        answer(server.request().await, "at last");
        assert_eq!(whole(running).await, "at last");
        // Another reason says nothing about what was done: the client is told.
        let running = site.ask();
        let (_request, mut respond) = server.request().await;
        respond.send_reset(Reason::INTERNAL_ERROR);
        let (why, dispatched) = unanswered(running).await;
        assert!(why.contains("INTERNAL_ERROR") && dispatched, "{why}");
        // And nobody is asked for ever.
        let running = site.ask();
        for _ in 0..3 {
            let (_request, mut respond) = server.request().await;
            respond.send_reset(Reason::REFUSED_STREAM);
        }
        let (why, dispatched) = unanswered(running).await;
        assert!(why.contains("REFUSED_STREAM") && !dispatched, "{why}");
        assert!(server.requests.try_recv().is_err());
    })
    .await;
}

#[tokio::test]
async fn an_upstream_that_goes_away_ends_what_it_has_and_gets_nothing_new() {
    locally(async {
        let mut site = Site::start(&[b"h2"]).await;
        let running = site.ask();
        let mut server = site.server(&Builder::new()).await;
        let (_request, mut respond) = server.request().await;
        let mut stream = respond.send_response(head(), false).unwrap();
        let mut answering = answered(running).await;
        let (begins, begun) = oneshot::channel();
        server.orders.send(Leave(begins)).unwrap();
        soon(begun).await.unwrap();
        stream.send_data(Bytes::from("half "), false).unwrap();
        assert_eq!(soon(answering.carrier.next()).await.unwrap().unwrap(), "half ");
        // It was told before: in one connection, things come in order.
        let next = site.ask();
        let mut other = site.server(&Builder::new()).await;
        answer(other.request().await, "elsewhere");
        assert_eq!(whole(next).await, "elsewhere");
        stream.send_data(Bytes::from("and half"), true).unwrap();
        assert_eq!(soon(answering.carrier.next()).await.unwrap().unwrap(), "and half");
        assert_eq!(soon(answering.carrier.next()).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_is_lost_breaks_its_answers() {
    locally(async {
        let mut site = Site::start(&[b"h2"]).await;
        let (begun, waiting) = (site.ask(), site.ask());
        let mut server = site.server(&Builder::new()).await;
        let (_request, mut respond) = server.request().await;
        let mut stream = respond.send_response(head(), false).unwrap();
        stream.send_data(Bytes::from("half"), false).unwrap();
        let mut answering = answered(begun).await;
        assert_eq!(soon(answering.carrier.next()).await.unwrap().unwrap(), "half");
        drop(server);
        assert!(soon(answering.carrier.next()).await.is_err());
        let (why, dispatched) = unanswered(waiting).await;
        assert!(
            dispatched,
            "it may have been read, so it is not sent again: {why}"
        );
        let next = site.ask();
        let mut server = site.server(&Builder::new()).await;
        answer(server.request().await, "again");
        assert_eq!(whole(next).await, "again");
    })
    .await;
}

#[tokio::test]
async fn no_more_streams_than_the_upstream_allows() {
    locally(async {
        let mut site = Site::start(&[b"h2"]).await;
        let mut builder = Builder::new();
        builder.max_concurrent_streams(1);
        let first = site.ask();
        let mut server = site.server(&builder).await;
        answer(server.request().await, "first");
        assert_eq!(whole(first).await, "first");
        // Its limit is known by now.
        let second = site.ask();
        let asked = server.request().await;
        let third = site.ask();
        let mut other = site.server(&builder).await;
        answer(other.request().await, "third");
        assert_eq!(whole(third).await, "third");
        answer(asked, "second");
        assert_eq!(whole(second).await, "second");
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_is_not_read_fills_its_own_window_alone() {
    locally(async {
        let mut site = Site::start(&[b"h2"]).await;
        let slow = site.ask();
        let mut server = site.server(&Builder::new()).await;
        let (_request, mut respond) = server.request().await;
        let mut stream = respond.send_response(head(), false).unwrap();
        let mut slow = answered(slow).await;
        let (all, mut sent) = (1_000_000, 0);
        stream.reserve_capacity(all);
        while sent < 128 * 1024 {
            let more = soon(std::future::poll_fn(|context| stream.poll_capacity(context))).await;
            let more = more.unwrap().unwrap();
            stream.send_data(vec![b'x'; more].into(), false).unwrap();
            sent += more;
            stream.reserve_capacity(all - sent);
        }
        assert_eq!(
            (sent, stream.capacity()),
            (128 * 1024, 0),
            "nobody read any of it"
        );
        let quick = site.ask();
        answer(server.request().await, "quick");
        assert_eq!(whole(quick).await, "quick");
        let piece = soon(slow.carrier.next()).await.unwrap().unwrap();
        assert!(!piece.is_empty());
        let more = soon(std::future::poll_fn(|context| stream.poll_capacity(context))).await;
        assert!(more.unwrap().unwrap() > 0, "what was read can come again");
    })
    .await;
}

#[tokio::test]
async fn an_upstream_that_is_silent_on_the_connection_is_given_up() {
    locally(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (there, _) = listener.accept().await.unwrap();
        let pace = Pace {
            every: Duration::from_millis(20),
            patience: Duration::from_millis(200),
        };
        let (ours, theirs) = tokio::join!(
            Multiplexed::over(Socket::Plain(here), pace),
            Builder::new().handshake::<_, Bytes>(there)
        );
        let (ours, mut theirs) = (ours.unwrap(), theirs.unwrap());
        let request = || Request::post("https://localhost/v1").body(()).unwrap();
        // One that answers pings may take its time with the rest.
        let dispatched = Cell::new(false);
        let asking = ours.send(request(), Bytes::new(), &dispatched);
        let answering = async {
            let (_request, mut respond) = theirs.accept().await.unwrap().unwrap();
            let busy = tokio::time::sleep(pace.patience * 3);
            tokio::select! {
                _ = theirs.accept() => panic!("nobody else asks"),
                () = busy => {}
            }
            respond.send_response(Response::new(()), true).unwrap();
            // From here on nobody reads what comes.
            let flushing = tokio::time::sleep(pace.patience);
            tokio::select! {
                _ = theirs.accept() => {}
                () = flushing => {}
            }
        };
        let (answered, ()) = soon(async { tokio::join!(asking, answering) }).await;
        assert!(answered.is_ok());
        drop(answered);
        assert!(
            soon(ours.send(request(), Bytes::new(), &dispatched))
                .await
                .is_err()
        );
    })
    .await;
}

#[tokio::test]
async fn an_upstream_without_http_2_is_asked_as_before() {
    locally(async {
        for protocols in [&[b"http/1.1".as_slice()][..], &[]] {
            let mut site = Site::start(protocols).await;
            for _ in 0..2 {
                let running = site.ask();
                let mut wire = soon(site.wires.recv()).await.unwrap();
                let mut read = Vec::new();
                while !read.ends_with(b"{\"model\":\"m\"}") {
                    soon(wire.read_buf(&mut read)).await.unwrap();
                }
                assert!(read.starts_with(b"POST /v1/chat/completions HTTP/1.1\r\n"));
                wire.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
                    .await
                    .unwrap();
                let mut answering = answered(running).await;
                assert!(matches!(answering.carrier, Carrier::Own(_)));
                assert_eq!(soon(answering.carrier.collect(10)).await.unwrap(), "ok");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn http_2_can_be_switched_off() {
    locally(async {
        let mut site = Site::start(&[b"h2", b"http/1.1"]).await;
        site.origin.http2 = false;
        let running = site.ask();
        let wire = soon(site.wires.recv()).await.unwrap();
        assert_eq!(wire.get_ref().1.alpn_protocol(), None, "it was not offered");
        running.abort();
    })
    .await;
}
