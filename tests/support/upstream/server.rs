use std::{
    collections::VecDeque,
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
};

use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{Request, Response};
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use super::{Call, End, Reply, Shared, Step, tls::Tls};

type Body = UnsyncBoxBody<Bytes, io::Error>;

pub(super) async fn start(shared: Arc<Shared>, tls: Option<Arc<Tls>>) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0))
        .await
        .expect("loopback has free ports");
    let address = listener.local_addr().expect("a bound socket has an address");
    let accept = async move {
        // Owned here, so that every connection ends with the service.
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                return;
            };
            while connections.try_join_next().is_some() {}
            shared.connections.fetch_add(1, Ordering::Relaxed);
            connections.spawn(serve(stream, shared.clone(), tls.clone()));
        }
    };
    (address, tokio::spawn(accept))
}

async fn serve(stream: TcpStream, shared: Arc<Shared>, tls: Option<Arc<Tls>>) {
    // Chunks are to travel as they are scripted, not as the kernel collects them.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| reply(request, shared.clone()));
    let Some(tls) = tls else {
        // A cut is an error of the body, and ends the connection the way a crash would.
        let _ = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await;
        return;
    };
    let Ok(stream) = tls.accept(stream).await else {
        return;
    };
    let shares = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = TokioIo::new(stream);
    let _ = if shares {
        // Here a cut ends its own stream alone.
        let server = http2::Builder::new(TokioExecutor::new());
        server.serve_connection(stream, service).await
    } else {
        http1::Builder::new().serve_connection(stream, service).await
    };
}

async fn reply(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<Body>, io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let call = shared.record(Call::new(&head.uri, head.version, head.headers, body));
    let reply = match shared.script(call.model()) {
        Some(script) => script(&call),
        None => unknown(&call),
    };
    play(reply, call).await
}

fn unknown(call: &Call) -> Reply {
    if call.path.ends_with("/models") {
        return Reply::json(200, &json!({"object": "list", "data": []}));
    }
    let message = format!("The model `{}` does not exist", call.model());
    let error = json!({"message": message, "type": "invalid_request_error", "param": null, "code": "model_not_found"});
    Reply::json(404, &json!({"error": error}))
}

async fn play(reply: Reply, call: Arc<Call>) -> Result<Response<Body>, io::Error> {
    let watch = Watch(call);
    for step in reply.before {
        take(step).await?;
    }
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    let body = StreamBody::new(frames(reply.steps.into(), watch));
    response
        .body(BodyExt::boxed_unsync(body))
        .map_err(io::Error::other)
}

/// Marks the call as closed early, unless the reply was played to its end before.
struct Watch(Arc<Call>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.finish(End::ClosedEarly);
    }
}

fn frames(steps: VecDeque<Step>, watch: Watch) -> impl Stream<Item = io::Result<Frame<Bytes>>> {
    stream::unfold((steps, watch), |(mut steps, watch)| async move {
        loop {
            let Some(step) = steps.pop_front() else {
                watch.0.finish(End::Played);
                return None;
            };
            if matches!(step, Step::Cut) {
                watch.0.finish(End::Played);
            }
            if let Step::Repeat(_) = &step {
                steps.push_front(step.clone());
            }
            match take(step).await {
                Ok(Some(bytes)) => {
                    if steps.is_empty() {
                        watch.0.finish(End::Played);
                    }
                    return Some((Ok(Frame::data(bytes)), (steps, watch)));
                }
                Ok(None) => {}
                Err(cut) => return Some((Err(cut), (VecDeque::new(), watch))),
            }
        }
    })
}

async fn take(step: Step) -> io::Result<Option<Bytes>> {
    match step {
        Step::Send(bytes) | Step::Repeat(bytes) => {
            // A pending poll makes the server write what it has, so chunks stay apart.
            tokio::task::yield_now().await;
            return Ok(Some(bytes));
        }
        Step::Pause(time) => tokio::time::sleep(time).await,
        Step::Wait(gate) => gate.pass().await,
        Step::Cut => {
            tokio::task::yield_now().await;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Step::Hang => match std::future::pending::<Infallible>().await {},
    }
    Ok(None)
}
