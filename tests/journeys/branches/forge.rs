//! A fake of the forge's API: the comments of one pull request.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};

pub const TOKEN: &str = "ghs_secret-of-the-job";

#[derive(Default)]
struct State {
    comments: Vec<Value>,
    /// `METHOD path`
    asked: Vec<String>,
    /// Comments of others, which nobody else may change.
    foreign: usize,
    refuses: Option<StatusCode>,
}

/// It ends when dropped.
pub struct Forge {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    server: JoinHandle<()>,
}

impl Forge {
    pub async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let server = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                let service = service_fn(move |request| reply(request, Arc::clone(&shared)));
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self {
            address,
            state,
            server,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Comments that somebody else wrote.
    pub fn add_foreign(&self, bodies: impl IntoIterator<Item = String>) {
        let mut state = self.state.lock().unwrap();
        for body in bodies {
            let id = state.comments.len() + 1;
            state.comments.push(json!({"id": id, "body": body}));
        }
        state.foreign = state.comments.len();
    }

    pub fn refuse(&self, status: StatusCode) {
        self.state.lock().unwrap().refuses = Some(status);
    }

    pub fn bodies(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let bodies = state.comments.iter();
        bodies
            .map(|comment| comment["body"].as_str().unwrap().to_owned())
            .collect()
    }

    pub fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn reply(
    request: Request<Incoming>,
    state: Arc<Mutex<State>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body: Value = serde_json::from_slice(&body.collect().await.unwrap().to_bytes()).unwrap_or_default();
    let mut state = state.lock().unwrap();
    state.asked.push(format!("{} {}", head.method, head.uri));
    let is_known = head.headers["authorization"] == format!("Bearer {TOKEN}").as_str();
    let (status, answer) = match state.refuses {
        Some(status) => (status, Value::Null),
        None if !is_known => (StatusCode::UNAUTHORIZED, Value::Null),
        None => state.answer(&head.method, head.uri.path(), head.uri.query(), body),
    };
    let mut response = Response::new(Full::new(Bytes::from(answer.to_string())));
    *response.status_mut() = status;
    Ok(response)
}

impl State {
    fn answer(
        &mut self,
        method: &Method,
        path: &str,
        query: Option<&str>,
        body: Value,
    ) -> (StatusCode, Value) {
        match (method.as_str(), path) {
            ("GET", "/repos/acme/shop/issues/12/comments") => {
                let page = query.and_then(|query| query.split("page=").last()?.parse::<usize>().ok());
                let first = (page.unwrap_or(1) - 1) * 100;
                let part: Vec<_> = self.comments.iter().skip(first).take(100).cloned().collect();
                (StatusCode::OK, part.into())
            }
            ("POST", "/repos/acme/shop/issues/12/comments") => {
                let comment = json!({"id": self.comments.len() + 1, "body": body["body"]});
                self.comments.push(comment.clone());
                (StatusCode::CREATED, comment)
            }
            ("PATCH", path) => {
                let id = path.strip_prefix("/repos/acme/shop/issues/comments/");
                let id: usize = id.and_then(|id| id.parse().ok()).unwrap_or(0);
                if id <= self.foreign {
                    return (StatusCode::FORBIDDEN, Value::Null);
                }
                match self.comments.get_mut(id - 1) {
                    Some(comment) => {
                        comment["body"] = body["body"].clone();
                        (StatusCode::OK, comment.clone())
                    }
                    None => (StatusCode::NOT_FOUND, Value::Null),
                }
            }
            _ => (StatusCode::NOT_FOUND, Value::Null),
        }
    }
}
