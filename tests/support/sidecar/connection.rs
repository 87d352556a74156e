use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{ChildStdin, ChildStdout},
    sync::{Notify, mpsc, oneshot},
};

use crate::within;

type Answer = Result<Value, Value>;

/// The editor's end of the JSON-RPC stream.
pub(super) struct Connection {
    next_id: AtomicI64,
    outgoing: mpsc::UnboundedSender<Option<Value>>,
    waiting: Mutex<HashMap<i64, oneshot::Sender<Answer>>>,
    notifications: Mutex<Vec<(String, Value)>>,
    arrived: Notify,
    settings: Value,
    secrets: Mutex<HashMap<String, String>>,
}

/// A request that was sent.
pub struct Pending {
    pub id: i64,
    method: String,
    answer: oneshot::Receiver<Answer>,
    outgoing: mpsc::UnboundedSender<Option<Value>>,
}

impl Pending {
    pub async fn answer(self) -> Answer {
        let answer = within(&format!("the answer to {}", self.method), self.answer).await;
        answer.unwrap_or_else(|_| panic!("the sidecar ended before it answered {}", self.method))
    }
    /// Says that the answer is not wanted any more; it is still to come, as a cancellation.
    pub fn cancel(&self) {
        let message = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": self.id}});
        // A sidecar that has ended is noticed by whoever waits for its answer.
        let _ = self.outgoing.send(Some(message));
    }
}

impl Connection {
    pub(super) fn open(stdin: ChildStdin, stdout: ChildStdout, settings: Value) -> Arc<Self> {
        let (outgoing, queue) = mpsc::unbounded_channel();
        let connection = Arc::new(Self {
            next_id: AtomicI64::new(1),
            outgoing,
            waiting: Mutex::default(),
            notifications: Mutex::default(),
            arrived: Notify::new(),
            settings,
            secrets: Mutex::default(),
        });
        tokio::spawn(write(stdin, queue));
        tokio::spawn(read(stdout, connection.clone()));
        connection
    }

    pub(super) fn request(&self, method: &str, parameters: Value) -> Pending {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        self.waiting
            .lock()
            .expect("nothing panics under the lock")
            .insert(id, sender);
        self.send(with_parameters(
            json!({"jsonrpc": "2.0", "id": id, "method": method}),
            parameters,
        ));
        Pending {
            id,
            method: method.into(),
            answer,
            outgoing: self.outgoing.clone(),
        }
    }
    pub(super) fn notify(&self, method: &str, parameters: Value) {
        self.send(with_parameters(
            json!({"jsonrpc": "2.0", "method": method}),
            parameters,
        ));
    }
    pub(super) fn close(&self) {
        // Closed already when the sidecar has ended.
        let _ = self.outgoing.send(None);
    }
    fn send(&self, message: Value) {
        // A sidecar that has ended is noticed by whoever waits for its answer.
        let _ = self.outgoing.send(Some(message));
    }

    pub(super) async fn take(&self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let arrived = self.arrived.notified();
            {
                let mut kept = self.notifications.lock().expect("nothing panics under the lock");
                if let Some(at) = kept
                    .iter()
                    .position(|(name, value)| name == method && fits(value))
                {
                    let (_, found) = kept.remove(at);
                    let mut seen = 0;
                    // What came earlier under the same name is past.
                    kept.retain(|(name, _)| {
                        seen += 1;
                        name != method || seen > at
                    });
                    return found;
                }
            }
            arrived.await;
        }
    }
    pub(super) fn drain(&self, method: &str) -> Vec<Value> {
        let mut kept = self.notifications.lock().expect("nothing panics under the lock");
        let (taken, rest) = std::mem::take(&mut *kept)
            .into_iter()
            .partition(|(name, _)| name == method);
        *kept = rest;
        let taken: Vec<(String, Value)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }

    fn receive(&self, mut message: Value) {
        let method = message["method"].as_str().map(str::to_owned);
        let parameters = message["params"].take();
        match (method, message.get("id").cloned()) {
            (Some(method), Some(id)) => self.answer(&method, &parameters, &id),
            (Some(method), None) => {
                let mut kept = self.notifications.lock().expect("nothing panics under the lock");
                kept.push((method, parameters));
                self.arrived.notify_waiters();
            }
            (None, Some(id)) => {
                let id = id.as_i64().expect("we number our requests");
                let waiting = self
                    .waiting
                    .lock()
                    .expect("nothing panics under the lock")
                    .remove(&id);
                let answer = match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].take()),
                };
                // Whoever dropped the request does not want the answer.
                let _ = waiting.expect("each request is answered once").send(answer);
            }
            (None, None) => panic!("neither request, answer nor notification: {message}"),
        }
    }

    /// What an editor answers to the server's own requests.
    fn answer(&self, method: &str, parameters: &Value, id: &Value) {
        let result = match method {
            "workspace/configuration" => {
                let count = parameters["items"].as_array().map_or(0, Vec::len);
                json!(vec![self.settings.clone(); count])
            }
            "tokenTracker/secret" => self.secret(parameters),
            "client/registerCapability"
            | "client/unregisterCapability"
            | "window/workDoneProgress/create" => Value::Null,
            "workspace/workspaceFolders" | "window/showMessageRequest" => Value::Null,
            other => panic!("the sidecar asks for {other}, which an editor does not know"),
        };
        self.send(json!({"jsonrpc": "2.0", "id": id, "result": result}));
    }
    fn secret(&self, parameters: &Value) -> Value {
        let mut secrets = self.secrets.lock().expect("nothing panics under the lock");
        let name = parameters["name"]
            .as_str()
            .expect("a secret has a name")
            .to_owned();
        match parameters["op"].as_str() {
            Some("get") => json!({"value": secrets.get(&name)}),
            Some("set") => {
                let value = parameters["value"].as_str().expect("a secret to set has a value");
                secrets.insert(name, value.into());
                json!({})
            }
            Some("delete") => {
                secrets.remove(&name);
                json!({})
            }
            other => panic!("no such operation on secrets: {other:?}"),
        }
    }
}

fn with_parameters(mut message: Value, parameters: Value) -> Value {
    if !parameters.is_null() {
        message["params"] = parameters;
    }
    message
}

async fn write(mut stdin: ChildStdin, mut queue: mpsc::UnboundedReceiver<Option<Value>>) {
    // Nothing in place of a message ends the stream.
    while let Some(Some(message)) = queue.recv().await {
        let body = message.to_string();
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        if stdin.write_all(frame.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stdout: ChildStdout, connection: Arc<Connection>) {
    let mut stdout = BufReader::new(stdout);
    while let Some(message) = frame(&mut stdout).await {
        connection.receive(message);
    }
    // Nobody will answer any more: whoever waits is told by its sender's end.
    connection
        .waiting
        .lock()
        .expect("nothing panics under the lock")
        .clear();
}

async fn frame(stdout: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = Some(value.parse().expect("a length is a number"));
        }
    }
    let mut body = vec![0; length.expect("each frame says its length")];
    stdout.read_exact(&mut body).await.ok()?;
    Some(serde_json::from_slice(&body).expect("nothing but JSON-RPC is on standard output"))
}
