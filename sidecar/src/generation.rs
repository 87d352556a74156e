//! A request for a suggestion while it runs. It belongs to nobody in particular: whoever is at a
//! place that it fits waits for it, and when nobody waits any more it is cancelled.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use protocol::{Problem, client::AnswerError};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    answer_stream::{problem_in, without_pause},
    completion::{
        Suggestion, block::wanted, clean, overlap::covered, place::Place, reuse::rest_of, shape::Shape,
    },
    lock::lock,
    request::RunningRequest,
    session::Session,
    sign_in::Device,
    usage_log::Started,
};

/// Editors cancel a request just before they ask again one key later; so long the running one waits
/// for that, to be taken over instead of paid twice.
const TAKE_OVER: Duration = Duration::from_millis(40);

/// What is asked for.
pub struct Plan {
    pub uri: Url,
    pub language: Arc<str>,
    pub place: Place,
    pub shape: Shape,
    pub body: String,
    pub started: Started,
    /// Typing goes on, so the request may be taken over or made stale by the next one.
    pub is_automatic: bool,
}

#[derive(Clone, Default)]
struct Progress {
    raw: String,
    outcome: Option<Option<Suggestion>>,
}

pub struct Generation {
    place: Place,
    progress: watch::Sender<Progress>,
    stale: CancellationToken,
}

/// The automatic request of each document.
#[derive(Default)]
pub struct InFlight(Mutex<HashMap<Url, Arc<Generation>>>);

/// Somebody's wait for a running request.
pub struct Waiting {
    generation: Arc<Generation>,
    progress: watch::Receiver<Progress>,
}

impl InFlight {
    /// The running request of a document, if what it says so far fits this place; one that does not
    /// fit is stale and ends now.
    pub fn take_over(&self, uri: &Url, place: &Place) -> Option<Waiting> {
        let mut running = lock(&self.0);
        let generation = running.get(uri)?;
        if generation.fits(place) {
            return Some(generation.wait());
        }
        generation.stale.cancel();
        running.remove(uri);
        None
    }

    /// Ends the request of a document that nobody looks at any more.
    pub fn cancel(&self, uri: &Url) {
        if let Some(generation) = lock(&self.0).remove(uri) {
            generation.stale.cancel();
        }
    }

    fn put(&self, uri: &Url, generation: &Arc<Generation>) {
        if let Some(before) = lock(&self.0).insert(uri.clone(), Arc::clone(generation)) {
            before.stale.cancel();
        }
    }

    fn remove(&self, uri: &Url, generation: &Arc<Generation>) {
        let mut running = lock(&self.0);
        if running.get(uri).is_some_and(|one| Arc::ptr_eq(one, generation)) {
            running.remove(uri);
        }
    }
}

impl Generation {
    /// Starts a request in a task of its own.
    pub fn start(session: &Arc<Session>, device: &Arc<Device>, plan: Plan) -> Waiting {
        let generation = Arc::new(Self {
            place: plan.place.clone(),
            progress: watch::channel(Progress::default()).0,
            stale: CancellationToken::new(),
        });
        let waiting = generation.wait();
        if plan.is_automatic {
            session.in_flight.put(&plan.uri, &generation);
        }
        tokio::spawn(run(Arc::clone(session), Arc::clone(device), generation, plan));
        waiting
    }

    fn wait(self: &Arc<Self>) -> Waiting {
        Waiting {
            generation: Arc::clone(self),
            progress: self.progress.subscribe(),
        }
    }

    fn fits(&self, now: &Place) -> bool {
        let typed = now.prefix().strip_prefix(self.place.prefix());
        let raw = self.progress.borrow().raw.clone();
        self.place.suffix() == now.suffix()
            && typed.is_some_and(|typed| raw.starts_with(typed) || typed.starts_with(&raw))
    }

    /// Resolves when nobody waits, and nobody has begun to within a moment.
    async fn abandoned(&self, take_over: Duration) {
        loop {
            self.progress.closed().await;
            tokio::time::sleep(take_over).await;
            if self.progress.is_closed() {
                return;
            }
        }
    }
}

impl Waiting {
    /// What the request says for a place, once it is done; `None` when it says nothing for it.
    pub async fn suggestion(mut self, now: &Place) -> Option<Suggestion> {
        let done = self
            .progress
            .wait_for(|progress| progress.outcome.is_some())
            .await;
        let suggestion = done.ok()?.outcome.clone()??;
        if self.generation.place.prefix().len() == now.prefix().len() {
            return Some(suggestion);
        }
        let text = rest_of(&suggestion.text, &self.generation.place, now)?;
        Some(Suggestion { text, ..suggestion })
    }
}

async fn run(session: Arc<Session>, device: Arc<Device>, generation: Arc<Generation>, plan: Plan) {
    let take_over = if plan.is_automatic {
        TAKE_OVER
    } else {
        Duration::ZERO
    };
    let outcome = tokio::select! {
        outcome = ask(&session, &device, &generation, &plan) => outcome,
        () = generation.stale.cancelled() => Ok(None),
        () = generation.abandoned(take_over) => Ok(None),
    };
    session.in_flight.remove(&plan.uri, &generation);
    let suggestion = match outcome {
        Ok(raw) => raw.and_then(|raw| conclude(&session, &plan, &raw)),
        Err(error) => {
            let code = error.problem.code;
            lock(&session.completions)
                .backoff
                .failed(code, error.retry_after, Instant::now());
            session.failed(error.problem);
            None
        }
    };
    generation
        .progress
        .send_modify(|progress| progress.outcome = Some(suggestion));
}

/// Asks, and reads until the wanted text is there. Dropped, it closes the connection.
async fn ask(
    session: &Arc<Session>,
    device: &Arc<Device>,
    generation: &Generation,
    plan: &Plan,
) -> Result<Option<String>, AnswerError> {
    let started = plan.started.clone();
    let mut request =
        RunningRequest::send(session, device, "/v1/completions", plan.body.clone(), started).await?;
    let mut raw = String::new();
    while let Some(data) = request.next_data().await? {
        let text = text_in(&data).map_err(|problem| {
            request.failed();
            without_pause(problem)
        })?;
        raw.push_str(&text);
        generation
            .progress
            .send_modify(|progress| progress.raw.push_str(&text));
        let code = clean::code_of(&raw, &plan.place, &plan.language);
        if wanted(&code, &plan.place, plan.shape, false).is_some() {
            // The rest is not wanted: closing the connection stops the provider.
            break;
        }
    }
    request.answered();
    Ok(Some(raw))
}

fn conclude(session: &Session, plan: &Plan, raw: &str) -> Option<Suggestion> {
    session.status.succeeded();
    let text = clean::clean(raw, &plan.place, plan.shape, &plan.language);
    let suggestion = text.map(|text| Suggestion {
        id: plan.started.client_request_id.clone(),
        covered: covered(&text, &plan.place),
        text,
    });
    let mut memory = lock(&session.completions);
    memory.backoff.succeeded();
    memory.keep(
        &plan.place,
        &plan.started.model,
        plan.shape,
        suggestion.clone(),
        Instant::now(),
    );
    suggestion
}

#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: u32,
    #[serde(default)]
    text: String,
}

fn text_in(data: &str) -> Result<String, Problem> {
    let broken = || Problem::new(protocol::Code::UpstreamUnavailable, "The suggestion broke off.");
    let value: Value = serde_json::from_str(data).map_err(|_| broken())?;
    if let Some(problem) = problem_in(&value) {
        return Err(problem);
    }
    let chunk = Chunk::deserialize(&value).map_err(|_| broken())?;
    let first = chunk.choices.into_iter().filter(|choice| choice.index == 0);
    Ok(first.map(|choice| choice.text).collect())
}
