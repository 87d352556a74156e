//! Plays the editor.

use std::{
    collections::{HashMap, VecDeque},
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Arc, Mutex},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdout, Command},
    sync::{Notify, mpsc, oneshot},
};

use crate::{gateway::Gateway, within};

pub const KEY: &str = "TTK-CANARY-KEY";

/// What the editor is like.
pub struct Setup {
    pub settings: Value,
    pub secret_storage: bool,
    pub environment: Vec<(String, String)>,
    pub home: Option<Arc<TempDir>>,
    pub process_id: Option<u32>,
    pub folder: Option<PathBuf>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            settings: json!({"completion": {"debounceMs": 0}}),
            secret_storage: true,
            environment: Vec::new(),
            home: None,
            process_id: Some(std::process::id()),
            folder: None,
        }
    }
}

pub struct Editor {
    pub child: Child,
    pub home: Arc<TempDir>,
    frames: mpsc::UnboundedSender<Vec<u8>>,
    heard: Arc<Heard>,
    next_id: i64,
}

/// What the sidecar said and nobody has read yet.
#[derive(Default)]
struct Heard {
    answers: Mutex<HashMap<i64, oneshot::Sender<Value>>>,
    notifications: Mutex<VecDeque<Value>>,
    came: Notify,
    secrets: Mutex<HashMap<String, String>>,
    /// Every message of the sidecar, in order.
    all: Mutex<Vec<Value>>,
}

/// An answer that is still to come.
pub struct Pending {
    pub id: i64,
    answer: oneshot::Receiver<Value>,
}

impl Pending {
    pub async fn message(self) -> Value {
        within("an answer", self.answer)
            .await
            .expect("the sidecar answers")
    }
    pub async fn result(self) -> Value {
        let message = self.message().await;
        assert!(message.get("error").is_none(), "{message}");
        message["result"].clone()
    }
    pub async fn error(self) -> Value {
        let message = self.message().await;
        assert!(message.get("result").is_none(), "{message}");
        message["error"].clone()
    }
}

impl Editor {
    /// Starts the sidecar and shakes hands.
    pub async fn start(setup: Setup) -> Self {
        let mut editor = Self::spawn(&setup);
        let answer = editor.request("initialize", initialize(&setup)).result().await;
        assert_eq!(answer["serverInfo"]["name"], "token-tracker");
        editor.notify("initialized", &json!({}));
        editor
    }

    /// Starts the sidecar and says nothing yet.
    pub fn spawn(setup: &Setup) -> Self {
        let home = setup
            .home
            .clone()
            .unwrap_or_else(|| Arc::new(tempfile::tempdir().expect("a scratch home")));
        let mut child = Command::new(env!("CARGO_BIN_EXE_token-tracker-sidecar"))
            .arg("--stdio")
            .env_clear()
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path().join("xdg"))
            .env("TOKEN_TRACKER_DATA_DIR", home.path().join("data"))
            .env("TOKEN_TRACKER_LOG", "debug")
            // No keyring, whatever this machine has.
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .envs(setup.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the sidecar starts");
        let heard = Arc::new(Heard::default());
        let (frames, outgoing) = mpsc::unbounded_channel();
        tokio::spawn(write(child.stdin.take().expect("piped"), outgoing));
        tokio::spawn(listen(
            child.stdout.take().expect("piped"),
            Arc::clone(&heard),
            frames.downgrade(),
            setup.settings.clone(),
        ));
        Self {
            child,
            home,
            frames,
            heard,
            next_id: 0,
        }
    }

    /// Starts the sidecar and redeems a key at the gateway.
    pub async fn signed_in(gateway: &Gateway, setup: Setup) -> Self {
        let mut editor = Self::start(setup).await;
        editor.redeem(gateway).await;
        editor.status("ready").await;
        editor
    }

    pub async fn redeem(&mut self, gateway: &Gateway) -> Value {
        let params = json!({"gatewayUrl": gateway.url(), "key": KEY, "deviceName": "laptop"});
        self.request("tokenTracker/redeem", params).result().await["account"].clone()
    }

    pub fn request(&mut self, method: &str, params: Value) -> Pending {
        self.next_id += 1;
        let id = self.next_id;
        let (sender, answer) = oneshot::channel();
        self.heard.answers.lock().unwrap().insert(id, sender);
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        Pending { id, answer }
    }

    pub fn notify(&self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    pub fn cancel(&self, id: i64) {
        self.notify("$/cancelRequest", &json!({"id": id}));
    }

    pub fn send(&self, message: &Value) {
        self.send_raw(&frame(&message.to_string()));
    }

    pub fn send_raw(&self, bytes: &[u8]) {
        // The sidecar may have left, which its tests look at themselves.
        let _ = self.frames.send(bytes.to_vec());
    }

    pub fn open(&self, uri: &str, language: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", &json!({"textDocument": document}));
    }

    /// Types at a place of a document.
    pub fn insert(&self, uri: &str, version: i32, (line, character): (u32, u32), text: &str) {
        let at = json!({"line": line, "character": character});
        self.notify(
            "textDocument/didChange",
            &json!({
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [{"range": {"start": at, "end": at}, "text": text}],
            }),
        );
    }

    pub fn complete(&mut self, uri: &str, (line, character): (u32, u32), trigger_kind: u8) -> Pending {
        self.request(
            "textDocument/inlineCompletion",
            json!({
                "textDocument": {"uri": uri},
                "position": {"line": line, "character": character},
                "context": {"triggerKind": trigger_kind},
            }),
        )
    }

    /// The next notification of a method.
    pub async fn notification(&self, method: &str) -> Value {
        self.notification_where(method, |_| true).await
    }

    /// The next notification of a method that fits; earlier ones of the method are passed over.
    pub async fn notification_where(&self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let what = format!("a fitting {method}");
        within(&what, async {
            loop {
                let came = self.heard.came.notified();
                if let Some(found) = self.take(method, &fits) {
                    return found;
                }
                came.await;
            }
        })
        .await
    }

    fn take(&self, method: &str, fits: &impl Fn(&Value) -> bool) -> Option<Value> {
        let mut waiting = self.heard.notifications.lock().unwrap();
        while let Some(index) = waiting.iter().position(|message| message["method"] == method) {
            let message = waiting.remove(index)?;
            if fits(&message["params"]) {
                return Some(message["params"].clone());
            }
        }
        None
    }

    /// All notifications of a method that came so far.
    pub fn drain(&self, method: &str) -> Vec<Value> {
        std::iter::from_fn(|| self.take(method, &|_| true)).collect()
    }

    pub async fn status(&self, state: &str) -> Value {
        self.notification_where("tokenTracker/status", |status| status["state"] == state)
            .await
    }

    pub fn secrets(&self) -> HashMap<String, String> {
        self.heard.secrets.lock().unwrap().clone()
    }

    pub fn put_secrets(&self, secrets: HashMap<String, String>) {
        *self.heard.secrets.lock().unwrap() = secrets;
    }

    /// Every message of the sidecar so far, in order.
    pub fn everything(&self) -> Vec<Value> {
        self.heard.all.lock().unwrap().clone()
    }

    pub fn data_dir(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// Leaves in order. Whatever the test should have read and did not fails it.
    pub async fn leave(mut self) {
        self.request("shutdown", Value::Null).result().await;
        self.notify("exit", &Value::Null);
        let status = within("the end", self.child.wait())
            .await
            .expect("it can be waited for");
        assert_eq!(status.code(), Some(0));
        let unread: Vec<_> = self
            .heard
            .notifications
            .lock()
            .unwrap()
            .iter()
            .filter(|message| message["method"] != "tokenTracker/status")
            .cloned()
            .collect();
        assert_eq!(unread, Vec::<Value>::new(), "messages that nobody read");
        assert_no_secret_in(&self.data_dir());
    }

    pub async fn exit_code(&mut self) -> Option<i32> {
        let status = within("the end", self.child.wait()).await;
        status.expect("it can be waited for").code()
    }

    /// Closes standard input.
    pub fn hang_up(&mut self) {
        self.frames = mpsc::unbounded_channel().0;
        self.heard.answers.lock().unwrap().clear();
    }
}

/// Nothing secret is in any file but the credential file.
pub fn assert_no_secret_in(directory: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            assert_no_secret_in(&path);
            continue;
        }
        let content = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        for secret in ["ttd_", "CANARY", "Bearer"] {
            assert!(!content.contains(secret), "{secret} is in {}", path.display());
        }
    }
}

pub fn initialize(setup: &Setup) -> Value {
    let folders: Vec<_> = setup
        .folder
        .iter()
        .map(|folder| json!({"uri": format!("file://{}", folder.display()), "name": "work"}))
        .collect();
    json!({
        "processId": setup.process_id,
        "rootUri": null,
        "workspaceFolders": folders,
        "capabilities": {"workspace": {"configuration": true, "workspaceFolders": true}},
        "initializationOptions": {"protocolVersion": 1, "secretStorage": setup.secret_storage},
    })
}

pub fn frame(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

async fn write(mut stdin: tokio::process::ChildStdin, mut frames: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if stdin.write_all(&frame).await.is_err() {
            return;
        }
    }
}

async fn listen(
    stdout: ChildStdout,
    heard: Arc<Heard>,
    // Weak, so that hanging up really closes the pipe.
    frames: mpsc::WeakUnboundedSender<Vec<u8>>,
    settings: Value,
) {
    let mut stdout = BufReader::new(stdout);
    while let Some(message) = read_message(&mut stdout).await {
        heard.all.lock().unwrap().push(message.clone());
        match (message.get("method"), message.get("id")) {
            (Some(method), Some(id)) => {
                let result = answer(&heard, method.as_str().unwrap(), &message["params"], &settings);
                let answer = json!({"jsonrpc": "2.0", "id": id, "result": result});
                if let Some(frames) = frames.upgrade() {
                    let _ = frames.send(frame(&answer.to_string()));
                }
            }
            (Some(_), None) => {
                heard.notifications.lock().unwrap().push_back(message);
                heard.came.notify_waiters();
            }
            (None, id) => {
                let id = id.and_then(Value::as_i64);
                let waiting = id.and_then(|id| heard.answers.lock().unwrap().remove(&id));
                match waiting {
                    Some(waiting) => drop(waiting.send(message)),
                    // An answer to nothing: kept for the test that provoked it.
                    None => {
                        let stray = json!({"method": "stray", "params": message});
                        heard.notifications.lock().unwrap().push_back(stray);
                        heard.came.notify_waiters();
                    }
                }
            }
        }
    }
}

fn answer(heard: &Heard, method: &str, params: &Value, settings: &Value) -> Value {
    match method {
        "workspace/configuration" => json!([settings]),
        "tokenTracker/secret" => {
            let mut secrets = heard.secrets.lock().unwrap();
            let name = params["name"].as_str().unwrap().to_owned();
            match params["op"].as_str().unwrap() {
                "set" => {
                    secrets.insert(name, params["value"].as_str().unwrap().to_owned());
                    json!({})
                }
                "delete" => {
                    secrets.remove(&name);
                    json!({})
                }
                _ => json!({"value": secrets.get(&name)}),
            }
        }
        _ => Value::Null,
    }
}

async fn read_message(stdout: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            _ if line.trim().is_empty() => break,
            _ => panic!("standard output has something else than LSP: {line}"),
        }
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).await.ok()?;
    Some(serde_json::from_slice(&body).expect("the sidecar writes JSON"))
}
