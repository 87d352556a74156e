//! The way of one completion request: gates, what is already there, a pause, context, the gateway.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use protocol::{
    Code, Problem, RequestKind,
    api::Capability,
    editor::{TextPosition, TextRange},
};
use serde_json::json;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use crate::{
    completion::{
        Suggestion,
        context::{Neighbour, Snippet, prefix_window, snippets, suffix_window},
        debounce, gate,
        place::Place,
        shape::{Shape, shape},
    },
    document::Document,
    exclusion::is_excluded,
    generation::{Generation, Plan},
    git::{self, GitPlace},
    handler::display_name,
    lock::lock,
    session::Session,
    sign_in::Device,
    usage_log::Started,
    workspace::{Window, file_path},
};

const BUILT_IN: &str = "builtin/lookup";
const LINE_TOKENS_MAX: u32 = 64;
const BLOCK_TOKENS_MAX: u32 = 256;
const CONTEXT_TIME_MAX: Duration = Duration::from_millis(50);
const NEIGHBOUR_BYTES_MAX: usize = 1 << 20;

/// A request as it was when it came: the text does not change under it.
pub struct Ask {
    pub document: Document,
    pub place: Place,
    /// What the item replaces, before anything after the cursor is covered.
    pub range: TextRange,
    /// Stands in the item before the suggestion: what the editor's own list has selected.
    pub selected: String,
    pub position: TextPosition,
    pub is_invoked: bool,
}

/// What to suggest. Runs up to its first wait when the request comes, so that a suggestion that is
/// already there is answered at once.
pub async fn suggest(session: &Arc<Session>, ask: &Ask) -> Option<Suggestion> {
    let window = session.window();
    let uri = &ask.document.uri;
    let ticket = lock(&session.completions).arrived(uri, Instant::now());
    if is_excluded(uri, &window.excluded_globs()) {
        session.status.note(left_alone());
        return None;
    }
    let settings = window.completion();
    gate::check(&ask.place, &ask.document.language, &settings, ask.is_invoked).ok()?;
    if let Some(shown) = lock(&session.completions).type_through(uri, &ask.place) {
        return Some(shown);
    }
    let device = session.device().await.ok()?;
    if !ask.is_invoked && !may_ask_by_itself(session) {
        return None;
    }
    let model = model(session, &device, settings.model.as_deref()).await?;
    let after_accept = lock(&session.completions).take_accepted(uri);
    let shape = shape(&ask.place, ask.is_invoked, after_accept);
    let cached = lock(&session.completions).cached(&ask.place, &model, shape, Instant::now());
    match cached {
        Some(Some(suggestion)) => return Some(suggestion),
        // What the person asks for is tried again.
        Some(None) if !ask.is_invoked => return None,
        _ => {}
    }
    if !ask.is_invoked {
        // One that ends with nothing to say here was asked for another place: this one asks anew.
        if let Some(running) = session.in_flight.take_over(uri, &ask.place)
            && let Some(suggestion) = running.suggestion(&ask.place).await
        {
            return Some(suggestion);
        }
        let between = lock(&session.completions).between_keys(uri);
        sleep_unless_zero(debounce::wait(settings.debounce_ms, &ask.place, between)).await;
        if !lock(&session.completions).is_newest(uri, ticket) {
            return None;
        }
    }
    let plan = plan(session, ask, window, model, shape).await;
    let suggestion = Generation::start(session, &device, plan)
        .suggestion(&ask.place)
        .await?;
    let is_current = ask.is_invoked || is_unchanged(session, &ask.document);
    is_current.then_some(suggestion)
}

/// Takes note of what the editor is about to show.
pub fn shown(session: &Session, ask: &Ask, suggestion: &Suggestion) {
    lock(&session.completions).show(&ask.document.uri, ask.place.clone(), suggestion.clone());
}

fn may_ask_by_itself(session: &Session) -> bool {
    session.status.allows_automatic() && !lock(&session.completions).backoff.is_waiting(Instant::now())
}

fn is_unchanged(session: &Session, document: &Document) -> bool {
    let now = lock(&session.documents).get(&document.uri);
    now.is_some_and(|now| Arc::ptr_eq(&now.text, &document.text) || now.text == document.text)
}

async fn sleep_unless_zero(wait: Duration) {
    // Even a zero sleep waits for the timer's next tick.
    if !wait.is_zero() {
        sleep(wait).await;
    }
}

async fn model(session: &Session, device: &Device, setting: Option<&str>) -> Option<String> {
    match setting.filter(|model| !model.trim().is_empty()) {
        Some(model) => Some(model.to_owned()),
        None => session
            .noted(device.default_model(Capability::Completion, BUILT_IN).await)
            .ok(),
    }
}

async fn plan(session: &Session, ask: &Ask, window: Window, model: String, shape: Shape) -> Plan {
    let gathered = gather(session, ask, window).await;
    let started = Started {
        client_request_id: Uuid::now_v7().to_string(),
        at: Timestamp::now(),
        kind: RequestKind::Completion,
        model,
        repository: gathered.git.repository,
        branch: gathered.git.branch,
        language: Some(ask.document.language.to_string()),
    };
    Plan {
        uri: ask.document.uri.clone(),
        language: Arc::clone(&ask.document.language),
        place: ask.place.clone(),
        shape,
        body: body(&ask.place, &started.model, shape, &gathered.snippets),
        started,
        is_automatic: !ask.is_invoked,
    }
}

fn body(place: &Place, model: &str, shape: Shape, context: &[Snippet]) -> String {
    let mut body = json!({
        "model": model,
        "prompt": prefix_window(place),
        "max_tokens": match shape { Shape::Line => LINE_TOKENS_MAX, Shape::Block => BLOCK_TOKENS_MAX },
        "stream": true,
    });
    let suffix = suffix_window(place);
    if !suffix.is_empty() {
        body["suffix"] = suffix.into();
    }
    if !context.is_empty() {
        body["context"] = json!(context);
    }
    if shape == Shape::Line {
        body["stop"] = json!(["\n"]);
    }
    body.to_string()
}

#[derive(Default)]
struct Gathered {
    git: GitPlace,
    snippets: Vec<Snippet>,
}

/// Reads `.git` and compares the other open files, aside and for a moment only.
async fn gather(session: &Session, ask: &Ask, window: Window) -> Gathered {
    let others = lock(&session.documents).others(&ask.document.uri);
    let (document, place) = (ask.document.clone(), ask.place.clone());
    let work = tokio::task::spawn_blocking(move || {
        let file = file_path(&document.uri);
        let git = file.or_else(|| window.folders.first().cloned());
        Gathered {
            git: git.map(|path| git::place_of(&path)).unwrap_or_default(),
            snippets: neighbours(&document, &place, &others, &window),
        }
    });
    match timeout(CONTEXT_TIME_MAX, work).await {
        Ok(Ok(gathered)) => gathered,
        Ok(Err(_)) | Err(_) => {
            tracing::warn!("The context of a completion took too long and was left out");
            Gathered::default()
        }
    }
}

fn neighbours(document: &Document, place: &Place, others: &[Document], window: &Window) -> Vec<Snippet> {
    let globs = window.excluded_globs();
    let named: Vec<_> = others
        .iter()
        .filter(|other| other.text.len() <= NEIGHBOUR_BYTES_MAX && !is_excluded(&other.uri, &globs))
        .map(|other| {
            let file = file_path(&other.uri);
            (display_name(window, &other.uri, file.as_deref()), other)
        })
        .collect();
    let neighbours: Vec<_> = named
        .iter()
        .map(|(path, other)| Neighbour {
            path,
            text: &other.text,
            same_language: other.language == document.language,
        })
        .collect();
    snippets(place, &neighbours)
}

fn left_alone() -> Problem {
    Problem::new(
        Code::Forbidden,
        "This file may hold secrets, so nothing of it is sent.",
    )
    .with_hint("Rename the file if it holds none, or change the setting for excluded files.")
}
