use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

/// A point in a reply that waits until the test lets it pass.
#[derive(Clone, Debug)]
pub struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    pub fn closed() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
    /// Lets everyone pass, now and later.
    pub fn open(&self) {
        self.0.send_replace(true);
    }
    /// Whether somebody waits at it.
    pub fn is_reached(&self) -> bool {
        self.0.receiver_count() > 0
    }
    pub(super) async fn pass(&self) {
        let mut state = self.0.subscribe();
        state
            .wait_for(|open| *open)
            .await
            .expect("the gate outlives its waiters");
    }
}

/// One step of a reply's body.
#[derive(Clone, Debug)]
pub enum Step {
    /// Writes these bytes as a chunk of their own.
    Send(Bytes),
    Pause(Duration),
    Wait(Gate),
    /// Breaks the connection in the middle of the body.
    Cut,
    /// Keeps the connection open and says nothing more.
    Hang,
    /// Writes these bytes again and again, as fast as they are read, and never ends.
    Repeat(Bytes),
}

/// What the fake service answers to one call.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) before: Vec<Step>,
    pub(super) steps: Vec<Step>,
}

impl Reply {
    /// A whole body under a `content-length`.
    pub fn whole(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let length = body.len().to_string();
        let headers = vec![
            ("content-type".into(), content_type.into()),
            ("content-length".into(), length),
        ];
        Self {
            status,
            headers,
            before: Vec::new(),
            steps: vec![Step::Send(body)],
        }
    }
    pub fn json(status: u16, body: &Value) -> Self {
        Self::whole(status, "application/json", body.to_string())
    }
    /// A 200 of server-sent events, sent in steps.
    pub fn stream(steps: Vec<Step>) -> Self {
        let headers = vec![("content-type".into(), "text/event-stream".into())];
        Self {
            status: 200,
            headers,
            before: Vec::new(),
            steps,
        }
    }
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
    /// Takes this step before the head of the reply is sent.
    pub fn before(mut self, step: Step) -> Self {
        self.before.push(step);
        self
    }
    /// Takes the step after the first `count` chunks of the body.
    pub fn after(mut self, count: usize, step: Step) -> Self {
        let mut sent = 0;
        let found = self.steps.iter().position(|step| {
            sent += usize::from(matches!(step, Step::Send(_)));
            sent > count
        });
        let at = found.unwrap_or(self.steps.len());
        self.steps.insert(at, step);
        self
    }
    /// Breaks the connection after the first `count` chunks.
    pub fn cut_after(mut self, count: usize) -> Self {
        self.steps.truncate(count);
        self.steps.push(Step::Cut);
        self
    }
    /// Sends only the first bytes of the body, then breaks the connection.
    pub fn cut_inside(mut self, bytes: usize) -> Self {
        let part = self.bytes()[..bytes].to_vec();
        self.steps = vec![Step::Send(part.into()), Step::Cut];
        self
    }
    /// Pauses before each chunk.
    pub fn paced(mut self, pause: Duration) -> Self {
        let paced = self.steps.into_iter().flat_map(|step| [Step::Pause(pause), step]);
        self.steps = paced.collect();
        self
    }
    /// The bytes of the body, in one piece.
    pub fn bytes(&self) -> Vec<u8> {
        let sent = self.steps.iter().filter_map(|step| match step {
            Step::Send(bytes) => Some(&bytes[..]),
            _ => None,
        });
        sent.collect::<Vec<_>>().concat()
    }
}
