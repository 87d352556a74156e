//! A fake AI service on loopback, which answers in OpenAI's dialects or Anthropic's as it is scripted.
//!
//! A test scripts it by model name; it plays the reply as written and remembers every call: what
//! arrived, and whether its client stayed to the end.

mod asked;
mod call;
mod chat;
mod messages;
mod openai;
mod reply;
mod response_turn;
mod responses;
mod server;
mod tls;
mod turn;

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{sync::watch, task::JoinHandle};

pub use asked::Asked;
pub use call::{Call, End};
pub use openai::{Answer, usage_json};
pub use reply::{Gate, Reply, Step};
pub use turn::{ToolCall, Turn};

use crate::within;
use tls::Tls;

type Script = Arc<dyn Fn(&Call) -> Reply + Send + Sync>;

#[derive(Default)]
struct Shared {
    scripts: Mutex<HashMap<String, Script>>,
    calls: Mutex<Vec<Arc<Call>>>,
    count: watch::Sender<usize>,
    connections: AtomicUsize,
}

impl Shared {
    fn script(&self, model: &str) -> Option<Script> {
        self.scripts
            .lock()
            .expect("no script panics under the lock")
            .get(model)
            .cloned()
    }
    fn record(&self, call: Call) -> Arc<Call> {
        let mut calls = self.calls.lock().expect("nothing panics under the lock");
        let is_same = |other: &&Arc<Call>| other.model() == call.model();
        let nth = calls.iter().filter(is_same).count();
        let call = Arc::new(call.with_nth(nth));
        calls.push(Arc::clone(&call));
        drop(calls);
        self.count.send_modify(|count| *count += 1);
        call
    }
}

/// The running service; it ends when dropped.
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
    tls: Option<Arc<Tls>>,
}

impl Upstream {
    pub async fn start() -> Self {
        Self::start_with(None).await
    }

    /// Over TLS, with these protocols to choose from: `h2`, `http/1.1`.
    pub async fn start_tls(protocols: &[&str]) -> Self {
        Self::start_with(Some(Arc::new(Tls::new(protocols)))).await
    }

    async fn start_with(tls: Option<Arc<Tls>>) -> Self {
        let shared = Arc::new(Shared::default());
        let (address, server) = server::start(shared.clone(), tls.clone()).await;
        Self {
            address,
            shared,
            server,
            tls,
        }
    }

    /// What `base_url` of the configuration names.
    pub fn base_url(&self) -> String {
        format!("{}://{}/v1", self.scheme(), self.address)
    }
    /// The same under a name that only a proxy knows.
    pub fn far_base_url(&self) -> String {
        format!("{}://{}/v1", self.scheme(), tls::FAR)
    }
    fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
    /// What `SSL_CERT_FILE` names for those who are to believe it.
    pub fn certificate_file(&self) -> PathBuf {
        let tls = self.tls.as_ref().expect("it speaks TLS");
        tls.certificate_file()
    }
    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Says how to answer calls for this model from now on.
    pub fn on(&self, model: &str, script: impl Fn(&Call) -> Reply + Send + Sync + 'static) {
        let mut scripts = self
            .shared
            .scripts
            .lock()
            .expect("no script panics under the lock");
        scripts.insert(model.into(), Arc::new(script));
    }
    /// The usual good answer, streamed or whole as the caller asks.
    pub fn answer(&self, model: &str, answer: Answer) {
        self.on(model, move |call| answer.reply(call));
    }

    /// Every call so far for the model, oldest first.
    pub fn calls(&self, model: &str) -> Vec<Arc<Call>> {
        let calls = self.shared.calls.lock().expect("nothing panics under the lock");
        calls
            .iter()
            .filter(|call| call.model() == model)
            .cloned()
            .collect()
    }
    /// Every call so far, whatever it asked for.
    pub fn all_calls(&self) -> Vec<Arc<Call>> {
        self.shared
            .calls
            .lock()
            .expect("nothing panics under the lock")
            .clone()
    }
    /// Waits for the nth call (from 0) for the model.
    pub async fn call(&self, model: &str, nth: usize) -> Arc<Call> {
        within(&format!("call {nth} of the upstream for {model}"), async {
            let mut count = self.shared.count.subscribe();
            loop {
                if let Some(call) = self.calls(model).get(nth) {
                    return call.clone();
                }
                count.changed().await.expect("the upstream runs");
            }
        })
        .await
    }
    /// The latest call for the model; panics when there was none.
    #[track_caller]
    pub fn last_call(&self, model: &str) -> Arc<Call> {
        self.calls(model)
            .last()
            .cloned()
            .unwrap_or_else(|| panic!("nobody called the upstream for {model}"))
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{Request, sse};

    fn ask(upstream: &Upstream) -> Request {
        let body = json!({"model": "m", "stream": true, "stream_options": {"include_usage": true}});
        Request::post(&format!("{}/chat/completions", upstream.base_url())).json(&body)
    }

    #[tokio::test]
    async fn a_reply_is_played_as_scripted() {
        let upstream = Upstream::start().await;
        let answer = Answer::of("chatcmpl-1", 3, 4);
        upstream.answer("m", answer.clone());
        let seen = ask(&upstream).send().await.expect(200);
        assert!(seen.complete && sse::is_done(&seen.body));
        assert_eq!(sse::text(&seen.body), answer.text());
        assert_eq!(
            sse::chunks(&seen.body).last().unwrap()["usage"],
            usage_json(&answer.usage)
        );
        assert_eq!(upstream.last_call("m").ended().await, End::Played);
    }

    #[tokio::test]
    async fn a_cut_is_seen_as_one() {
        let upstream = Upstream::start().await;
        upstream.on("m", |call| {
            Answer::of("chatcmpl-1", 3, 4).stream(call).cut_after(2)
        });
        let seen = ask(&upstream).send().await;
        assert!(!seen.complete);
        assert_eq!(sse::text(&seen.body), "word0 word1 ");
    }

    #[tokio::test]
    async fn a_client_that_leaves_is_noticed() {
        let upstream = Upstream::start().await;
        upstream.on("m", |call| {
            Answer::of("chatcmpl-1", 3, 4).stream(call).after(2, Step::Hang)
        });
        let mut open = ask(&upstream).open().await;
        assert!(open.read_until("word1 ").await);
        assert_eq!(upstream.last_call("m").end(), None);
        drop(open);
        assert_eq!(upstream.last_call("m").ended().await, End::ClosedEarly);
    }

    #[tokio::test]
    async fn a_gate_holds_a_reply_back() {
        let upstream = Upstream::start().await;
        let gate = Gate::closed();
        let held_back = gate.clone();
        upstream.on("m", move |call| {
            Answer::of("chatcmpl-1", 3, 4)
                .stream(call)
                .after(1, Step::Wait(held_back.clone()))
        });
        let mut open = ask(&upstream).open().await;
        assert!(open.read_until("word0 ").await);
        assert!(!open.read().ends_with(b"[DONE]\n\n"));
        gate.open();
        assert!(open.read_until("[DONE]").await);
    }
}
