//! Gemini CLI: chats as one JSON document (older) or as JSON lines.
//!
//! A message is written again as it grows; the last writing with tokens counts. A chat that was
//! resumed goes on in another file with the same ids, which [`crate::dedupe`] finds.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use ring::digest::{SHA256, digest as sha256};
use serde::{Deserialize, Serialize};

use super::{
    Lines, ReadError,
    document::{self, Member},
    has_extension,
    json::{Count, List, Part, parse},
    restore, saved,
    text::time_ms,
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Name, Record, Tokens, digest},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    for root in roots(home) {
        let projects = Projects::read(&root);
        for project in walk.names(&root.join("tmp")) {
            let place = projects.place(&project);
            walk.files_with(&project.join("chats"), &mut |path| {
                shape(path).map(|shape| (shape, place.clone()))
            });
        }
    }
}

fn roots(home: &Home) -> Vec<PathBuf> {
    if home.variable("GEMINI_DATA_DIR").is_some() {
        return home.folders("GEMINI_DATA_DIR", &[]);
    }
    let base = home.variable("GEMINI_CLI_HOME");
    vec![base.unwrap_or_else(|| home.root().to_owned()).join(".gemini")]
}

fn shape(path: &Path) -> Option<Shape> {
    // What was set aside or never finished is no chat.
    let name = path.file_name()?.to_str()?;
    if name.contains(".unreadable-") || name.contains(".tmp-") {
        return None;
    }
    match has_extension(path) {
        "json" => Some(Shape::Document),
        "jsonl" => Some(Shape::Lines),
        _ => None,
    }
}

/// Which path a project's folder stands for, as far as the client wrote it down.
#[derive(Default)]
struct Projects {
    paths: HashMap<String, String>,
}

impl Projects {
    fn read(root: &Path) -> Self {
        let mut projects = Self::default();
        let Ok(text) = std::fs::read(root.join("projects.json")) else {
            return projects;
        };
        let document: serde_json::Value = parse(&text).unwrap_or_default();
        let list = document.get("projects").unwrap_or(&document);
        for (key, value) in list.as_object().into_iter().flatten() {
            let Some(value) = value.as_str() else { continue };
            let (path, slug) = if Path::new(key).is_absolute() {
                (key.as_str(), value)
            } else {
                (value, key.as_str())
            };
            projects.paths.insert(slug.to_owned(), path.to_owned());
            projects.paths.insert(hash(path), path.to_owned());
        }
        projects
    }

    fn place(&self, folder: &Path) -> String {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if let Some(path) = self.paths.get(name.as_ref()) {
            return path.clone();
        }
        match std::fs::read_to_string(folder.join(".project_root")) {
            Ok(path) if !path.trim().is_empty() => path.trim().to_owned(),
            _ => name.into_owned(),
        }
    }
}

/// How older versions name a project's folder.
fn hash(path: &str) -> String {
    let bytes = sha256(&SHA256, path.as_bytes());
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default, rename = "$set")]
    set: Part<Set>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    tokens: Part<Counts>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Set {
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    messages: List<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
    #[serde(default)]
    model: Option<String>,
    #[serde(default)]
    tokens: Part<Counts>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Counts {
    #[serde(default)]
    input: Count,
    #[serde(default)]
    output: Count,
    #[serde(default)]
    cached: Count,
    #[serde(default)]
    thoughts: Count,
    #[serde(default)]
    tool: Count,
    #[serde(default)]
    total: Count,
}

impl Counts {
    fn tokens(&self) -> Tokens {
        let [input, output, cached, thoughts, tool, total] = [
            self.input,
            self.output,
            self.cached,
            self.thoughts,
            self.tool,
            self.total,
        ]
        .map(|count| count.0);
        // The input has the cached part in it, except where the sum says otherwise.
        let apart = [input, output, cached, thoughts, tool]
            .into_iter()
            .fold(0, u64::saturating_add);
        let is_apart = cached > 0 && total == apart;
        let cache_read = if is_apart { cached } else { cached.min(input) };
        let rest = if is_apart { input } else { input - cache_read };
        Tokens {
            input: rest.saturating_add(tool),
            output: output.saturating_add(thoughts),
            cache_read,
            reasoning: thoughts,
            ..Tokens::default()
        }
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    session: String,
    session_name: Name,
}

/// One chat, in either form.
pub struct Chat {
    state: State,
    project: String,
    fallback_ms: i64,
    places: HashMap<u64, usize>,
    placed: usize,
}

impl Chat {
    pub fn resume(state: &[u8], source: &Source) -> Self {
        let mut state: State = restore(state);
        if state.session.is_empty() {
            let stem = source.path.file_stem().unwrap_or_default();
            state.session = stem.to_string_lossy().into_owned();
        }
        Self {
            state,
            project: source.hint.clone(),
            fallback_ms: source.stamp.modified_ms(),
            places: HashMap::new(),
            placed: 0,
        }
    }

    fn session(&mut self, id: Option<&str>, out: &mut FileRecords) {
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            id.clone_into(&mut self.state.session);
        }
        self.state.session_name = out.name(&self.state.session);
    }

    fn message(&mut self, message: &Message, number: u64, out: &mut FileRecords) {
        let Some(counts) = message.tokens.get() else {
            return;
        };
        let tokens = counts.tokens();
        if tokens.is_zero() {
            return;
        }
        let id = message.id.as_deref().filter(|id| !id.is_empty());
        let record = Record {
            at_ms: message
                .timestamp
                .as_deref()
                .and_then(time_ms)
                .unwrap_or(self.fallback_ms),
            id: id.map_or(0, |id| digest(&[self.state.session.as_bytes(), id.as_bytes()])),
            tokens,
            model: out.name(message.model.as_deref().unwrap_or_default()),
            project: out.name(&self.project),
            session: out.name(&self.state.session),
            line: number,
            ..Record::default()
        };
        self.add(record, out);
    }

    /// The last writing of a message counts, at the time of its first.
    fn add(&mut self, record: Record, out: &mut FileRecords) {
        for (place, known) in out.records.iter().enumerate().skip(self.placed) {
            self.places.insert(known.id, place);
        }
        self.placed = out.records.len();
        let place = self.places.get(&record.id).filter(|_| record.id != 0);
        match place.and_then(|place| out.records.get_mut(*place)) {
            Some(known) => {
                known.tokens = record.tokens;
                known.line = record.line;
                if record.model != 0 {
                    known.model = record.model;
                }
            }
            None => out.records.push(record),
        }
    }
}

impl Lines for Chat {
    fn line(&mut self, number: u64, line: &[u8], out: &mut FileRecords) -> bool {
        let Some(line) = parse::<Line>(line) else {
            return false;
        };
        self.session(line.session_id.as_deref(), out);
        if let Some(set) = line.set.get() {
            self.session(set.session_id.as_deref(), out);
            for message in &set.messages.0 {
                self.message(message, number, out);
            }
        }
        let message = Message {
            id: line.id,
            timestamp: line.timestamp,
            model: line.model,
            tokens: line.tokens,
        };
        self.message(&message, number, out);
        true
    }

    fn save(&self) -> Vec<u8> {
        saved(&self.state)
    }
}

pub fn document(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let mut chat = Chat::resume(&[], source);
    let mut messages: Vec<Message> = Vec::new();
    let outcome = document::read(
        &source.path,
        "messages",
        "sessionId",
        &mut |member| match member {
            Member::Element(message) => messages.push(message),
            Member::Text(session) => chat.session(Some(&session), out),
        },
    );
    for (message, number) in messages.iter().zip(1..) {
        chat.message(message, number, out);
    }
    outcome
}
