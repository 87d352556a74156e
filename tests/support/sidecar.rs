//! Drives the real `token-tracker-sidecar` over stdio, as an editor would.

mod connection;

use std::{path::PathBuf, process::Stdio, sync::Arc};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::process::{Child, Command};

use crate::{Home, sidecar_binary, within};
use connection::Connection;

pub use connection::Pending;

/// How the editor introduces itself, and what it finds around it.
#[derive(Clone, Debug, Default)]
pub struct SidecarOptions {
    pub settings: Value,
    pub environment: Vec<(String, String)>,
    pub workspace: Option<PathBuf>,
    /// Whose end the sidecar is to notice; the test itself when absent.
    pub process_id: Option<u32>,
}

impl SidecarOptions {
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }
}

/// A running language server after `initialize`.
pub struct Sidecar {
    connection: Arc<Connection>,
    child: Child,
    pub capabilities: Value,
    pub server_info: Value,
}

impl Sidecar {
    /// Starts it on a home and shakes hands; the editor keeps secrets in memory.
    pub async fn start(home: &Home, options: SidecarOptions) -> Self {
        let log = std::fs::File::create(home.path().join("sidecar-stderr.log")).expect("a home is writable");
        let mut command = Command::from(home.command(sidecar_binary()));
        command
            .env("TOKEN_TRACKER_DATA_DIR", home.path().join("sidecar"))
            .envs(options.environment)
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true);
        let mut child = command.spawn().expect("the sidecar starts");
        let streams = (
            child.stdin.take().expect("piped"),
            child.stdout.take().expect("piped"),
        );
        let connection = Connection::open(streams.0, streams.1, options.settings);
        let root = options.workspace.map(|path| format!("file://{}", path.display()));
        let folders = root
            .iter()
            .map(|uri| json!({"uri": uri, "name": "work"}))
            .collect::<Vec<_>>();
        let parameters = json!({
            "processId": options.process_id.unwrap_or_else(std::process::id),
            "rootUri": root,
            "workspaceFolders": folders,
            "capabilities": {"workspace": {"configuration": true, "workspaceFolders": true}},
            "initializationOptions": {"protocolVersion": 1, "secretStorage": true, "clientName": "journey"},
        });
        let answer = connection
            .request("initialize", parameters)
            .answer()
            .await
            .expect("it initializes");
        connection.notify("initialized", json!({}));
        let (capabilities, server_info) = (answer["capabilities"].clone(), answer["serverInfo"].clone());
        Self {
            connection,
            child,
            capabilities,
            server_info,
        }
    }

    /// Sends a request and waits for its result; a JSON-RPC error is the `Err`.
    pub async fn request(&self, method: &str, parameters: Value) -> Result<Value, Value> {
        self.begin(method, parameters).answer().await
    }
    /// Sends a request whose result has this form.
    pub async fn call<T: DeserializeOwned>(&self, method: &str, parameters: Value) -> T {
        let answer = self.request(method, parameters).await;
        let result = answer.unwrap_or_else(|error| panic!("{method} failed: {error}"));
        serde_json::from_value(result.clone()).unwrap_or_else(|error| {
            panic!("the result of {method} does not have the form: {error}: {result}")
        })
    }
    /// Sends a request and does not wait.
    pub fn begin(&self, method: &str, parameters: Value) -> Pending {
        self.connection.request(method, parameters)
    }
    pub fn notify(&self, method: &str, parameters: Value) {
        self.connection.notify(method, parameters);
    }
    /// Opens a document with this text.
    pub fn open(&self, uri: &str, language: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": language, "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }
    /// Asks for inline completions as a person does who invokes them.
    pub fn invoke_completion(&self, uri: &str, line: u32, character: u32) -> Pending {
        let parameters = json!({
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
            "context": {"triggerKind": 1},
        });
        self.begin("textDocument/inlineCompletion", parameters)
    }

    /// Waits for the next notification of this method that nobody took before.
    pub async fn notification(&self, method: &str) -> Value {
        let what = format!("the notification {method}");
        within(&what, self.connection.take(method, |_| true)).await
    }
    /// Waits for a notification that fits; those of the method that came before it are passed over.
    pub async fn notification_where(&self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let what = format!("the notification {method} that was waited for");
        within(&what, self.connection.take(method, fits)).await
    }
    /// Takes every notification of this method that has come and that nobody took.
    pub fn notifications(&self, method: &str) -> Vec<Value> {
        self.connection.drain(method)
    }

    /// Leaves as an editor does; the exit code.
    pub async fn shut_down(mut self) -> Option<i32> {
        self.request("shutdown", Value::Null)
            .await
            .expect("shutdown is answered");
        self.notify("exit", Value::Null);
        self.exited().await
    }
    /// Ends the sidecar's input, as an editor that crashed does.
    pub fn close_input(&self) {
        self.connection.close();
    }
    /// Waits for its end; the exit code.
    pub async fn exited(&mut self) -> Option<i32> {
        let status = within("the end of the sidecar", self.child.wait()).await;
        status.expect("a child can be awaited").code()
    }
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }
}
