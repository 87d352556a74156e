//! Plays the gateway: it answers what the test says and remembers what it was asked.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures_util::StreamExt;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    Request, Response,
    body::{Bytes, Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::{broadcast, mpsc, watch},
};
use uuid::Uuid;

use crate::within;

type Body = BoxBody<Bytes, Infallible>;

const GRANTED: i64 = 5_000_000_000;
pub const COST: i64 = 1_500_000;

/// How the next inference is answered.
#[derive(Clone)]
pub enum Reply {
    /// The text in pieces, its receipt, the end.
    Pieces(Vec<String>),
    /// The text in pieces, then silence until the client goes.
    ThenSilence(Vec<String>),
    /// The text in pieces and the end, without a receipt.
    WithoutReceipt(Vec<String>),
    Refused {
        status: u16,
        code: &'static str,
        retry_after: Option<u32>,
    },
}

impl Reply {
    pub fn text(text: &str) -> Self {
        Self::Pieces(vec![text.into()])
    }
}

/// What the gateway was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

pub struct Gateway {
    state: Arc<State>,
    address: std::net::SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

struct State {
    replies: Mutex<VecDeque<Reply>>,
    otherwise: Mutex<Reply>,
    asked: watch::Sender<Vec<Asked>>,
    /// Streams that the client closed before their end.
    closed: watch::Sender<usize>,
    events: broadcast::Sender<Value>,
    spent: Mutex<i64>,
    rows: Mutex<Vec<Value>>,
    refuses: Mutex<Option<(u16, &'static str)>>,
    devices: Mutex<u32>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Gateway {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            replies: Mutex::default(),
            otherwise: Mutex::new(Reply::text("answer")),
            asked: watch::channel(Vec::new()).0,
            closed: watch::channel(0).0,
            events: broadcast::channel(64).0,
            spent: Mutex::new(0),
            rows: Mutex::default(),
            refuses: Mutex::new(None),
            devices: Mutex::new(0),
        });
        let served = Arc::clone(&state);
        let server = tokio::spawn(async move {
            // Connections end with the gateway.
            let mut connections = tokio::task::JoinSet::new();
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                let state = Arc::clone(&served);
                connections.spawn(async move {
                    let service = service_fn(move |request| answer(Arc::clone(&state), request));
                    let connection = http1::Builder::new().serve_connection(TokioIo::new(socket), service);
                    // The client may go at any time.
                    let _ = connection.await;
                });
            }
        });
        Self {
            state,
            address,
            server,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers the next inference so; those after it as before.
    pub fn next(&self, reply: Reply) {
        self.state.replies.lock().unwrap().push_back(reply);
    }

    /// Answers every inference so that has no reply of its own.
    pub fn always(&self, reply: Reply) {
        *self.state.otherwise.lock().unwrap() = reply;
    }

    /// Refuses everything from now on.
    pub fn refuse(&self, status: u16, code: &'static str) {
        *self.state.refuses.lock().unwrap() = Some((status, code));
    }

    pub fn asked(&self, path: &str) -> Vec<Asked> {
        let asked = self.state.asked.borrow();
        asked.iter().filter(|one| one.path == path).cloned().collect()
    }

    pub async fn wait_for_asked(&self, path: &str, count: usize) -> Vec<Asked> {
        let mut asked = self.state.asked.subscribe();
        let enough = asked.wait_for(|all| all.iter().filter(|one| one.path == path).count() >= count);
        within(&format!("{count} requests to {path}"), enough)
            .await
            .unwrap();
        self.asked(path)
    }

    pub async fn wait_for_closed(&self, count: usize) {
        let mut closed = self.state.closed.subscribe();
        let enough = closed.wait_for(|closed| *closed >= count);
        within(&format!("{count} closed streams"), enough).await.unwrap();
    }

    /// Tells every listener; waits until there is one.
    pub async fn tell(&self, event: &Value) {
        self.wait_for_asked("/api/v1/events", 1).await;
        within("a listener", async {
            while self.state.events.send(event.clone()).is_err() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    pub fn balance(&self) -> Value {
        self.state.balance()
    }

    pub fn spent(&self) -> i64 {
        *self.state.spent.lock().unwrap()
    }
}

impl State {
    fn balance(&self) -> Value {
        let spent = *self.spent.lock().unwrap();
        let lot = json!({
            "id": Uuid::from_u128(7), "keyLast4": "WXYZ", "availableNanoUsd": (GRANTED - spent).to_string(),
            "heldNanoUsd": "0", "grantedNanoUsd": GRANTED.to_string(), "expiresAt": null,
        });
        json!({
            "availableNanoUsd": (GRANTED - spent).to_string(), "heldNanoUsd": "0",
            "grantedNanoUsd": GRANTED.to_string(), "spentNanoUsd": spent.to_string(),
            "display": "$4.99", "lots": [lot],
        })
    }

    fn account(&self) -> Value {
        let device = *self.devices.lock().unwrap();
        json!({"account": {
            "member": null, "deviceId": Uuid::from_u128(u128::from(device)), "deviceName": "laptop",
            "balance": self.balance(), "models": ["talker", "coder"],
        }})
    }

    fn next_reply(&self) -> Reply {
        let next = self.replies.lock().unwrap().pop_front();
        next.unwrap_or_else(|| self.otherwise.lock().unwrap().clone())
    }

    /// Settles a request: the row, the balance, the receipt.
    fn settle(&self, asked: &Asked, kind: &str, estimated: bool) -> Value {
        let id = Uuid::now_v7();
        *self.spent.lock().unwrap() += COST;
        let usage = json!({
            "inputTokens": 10, "outputTokens": 5, "cacheReadTokens": 2, "cacheWriteTokens": 1,
            "reasoningTokens": 0,
        });
        let at = "2026-01-31T12:00:00Z";
        self.rows.lock().unwrap().insert(
            0,
            json!({
                "requestId": id, "at": at, "deviceId": Uuid::from_u128(1), "keyId": Uuid::from_u128(7),
                "kind": kind, "model": asked.body["model"], "upstream": "fake", "upstreamModel": "m",
                "providerResponseId": null, "usage": usage, "costNanoUsd": COST.to_string(),
                "estimated": estimated, "orphan": false, "repository": null, "branch": null, "language": null,
                "clientRequestId": asked.header("x-token-tracker-client-request-id"), "latencyMs": 3,
            }),
        );
        let balance = self.balance();
        // Other devices of the lot hear of it; nobody need listen.
        let _ = self.events.send(json!({"type": "balance", "balance": balance}));
        json!({
            "requestId": id, "kind": kind, "model": asked.body["model"], "usage": usage,
            "costNanoUsd": COST.to_string(), "estimated": estimated, "balance": balance, "at": at,
        })
    }
}

async fn answer(state: Arc<State>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    let asked = Asked {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or("").to_owned()))
            .collect(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    state.asked.send_modify(|all| all.push(asked.clone()));
    if let Some((status, code)) = *state.refuses.lock().unwrap() {
        return Ok(refusal(status, code, None));
    }
    let is_redeem = asked.path == "/api/v1/redeem";
    if !is_redeem
        && asked
            .header("authorization")
            .is_none_or(|value| !value.starts_with("Bearer ttd_"))
    {
        return Ok(refusal(401, "unauthorized", None));
    }
    Ok(match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/api/v1/redeem") => {
            *state.devices.lock().unwrap() += 1;
            let number = *state.devices.lock().unwrap();
            let mut answer = state.account();
            answer["credential"] = json!(format!("ttd_CANARY_{number}"));
            whole(201, &answer)
        }
        ("GET", "/api/v1/me") => whole(200, &state.account()),
        ("GET", "/api/v1/balance") => whole(200, &json!({"balance": state.balance()})),
        ("GET", "/api/v1/models") => whole(200, &models()),
        ("GET", "/api/v1/usage") => {
            let rows = state.rows.lock().unwrap().clone();
            let totals = json!({"requests": rows.len(), "usage": {}, "costNanoUsd": "0"});
            whole(200, &json!({"rows": rows, "totals": totals, "next": null}))
        }
        ("DELETE", _) => Response::builder().status(204).body(full("")).unwrap(),
        ("GET", "/api/v1/events") => events(&state),
        ("POST", "/v1/completions") => infer(&state, asked, "completion"),
        ("POST", "/v1/chat/completions") => infer(&state, asked, "chat"),
        _ => refusal(404, "not_found", None),
    })
}

fn models() -> Value {
    let model = |id: &str, capability: &str| json!({"id": id, "capabilities": [capability], "contextWindow": 8000, "pricing": null});
    json!({"models": [model("talker", "chat"), model("coder", "completion")]})
}

fn events(state: &Arc<State>) -> Response<Body> {
    let first = sse(&json!({"type": "balance", "balance": state.balance()}));
    let told = futures_util::stream::unfold(state.events.subscribe(), |mut events| async {
        let event = events.recv().await.ok()?;
        Some((sse(&event), events))
    });
    stream(futures_util::stream::iter([first]).chain(told))
}

fn infer(state: &Arc<State>, asked: Asked, kind: &'static str) -> Response<Body> {
    let (pieces, ending) = match state.next_reply() {
        Reply::Refused {
            status,
            code,
            retry_after,
        } => return refusal(status, code, retry_after),
        Reply::Pieces(pieces) => (pieces, Ending::Receipt),
        Reply::ThenSilence(pieces) => (pieces, Ending::Silence),
        Reply::WithoutReceipt(pieces) => (pieces, Ending::NoReceipt),
    };
    let (sender, receiver) = mpsc::channel::<Bytes>(16);
    let state = Arc::clone(state);
    tokio::spawn(async move {
        for piece in &pieces {
            if sender.send(sse(&chunk(kind, piece, Value::Null))).await.is_err() {
                break;
            }
        }
        if !matches!(ending, Ending::Silence) && !sender.is_closed() {
            let _ = sender.send(sse(&chunk(kind, "", json!("stop")))).await;
            let receipt = state.settle(&asked, kind, false);
            if matches!(ending, Ending::Receipt) {
                let _ = sender.send(Bytes::from(format!(": receipt {receipt}\n\n"))).await;
            }
            let _ = sender.send(Bytes::from("data: [DONE]\n\n")).await;
            return;
        }
        sender.closed().await;
        // As the real one: what was read so far is charged.
        state.settle(&asked, kind, true);
        state.closed.send_modify(|closed| *closed += 1);
    });
    let body = futures_util::stream::unfold(receiver, |mut receiver| async {
        let bytes = receiver.recv().await?;
        Some((bytes, receiver))
    });
    stream(body)
}

enum Ending {
    Receipt,
    NoReceipt,
    Silence,
}

fn chunk(kind: &str, text: &str, finish_reason: Value) -> Value {
    if kind == "chat" {
        json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish_reason}]})
    } else {
        json!({"choices": [{"index": 0, "text": text, "finish_reason": finish_reason}]})
    }
}

fn sse(data: &Value) -> Bytes {
    Bytes::from(format!("data: {data}\n\n"))
}

fn stream(bytes: impl futures_util::Stream<Item = Bytes> + Send + Sync + 'static) -> Response<Body> {
    let body = StreamBody::new(bytes.map(|bytes| Ok(Frame::data(bytes))));
    Response::builder()
        .header("content-type", "text/event-stream")
        .body(BodyExt::boxed(body))
        .unwrap()
}

fn whole(status: u16, value: &Value) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(full(&value.to_string()))
        .unwrap()
}

fn refusal(status: u16, code: &str, retry_after: Option<u32>) -> Response<Body> {
    let error = json!({"error": {"code": code, "message": "Refused.", "hint": "Do something."}});
    let mut response = whole(status, &error);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert("retry-after", seconds.into());
    }
    response
}

fn full(text: &str) -> Body {
    Full::new(Bytes::from(text.to_owned())).boxed()
}
