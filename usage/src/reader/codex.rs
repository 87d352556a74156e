//! Codex CLI: rollouts in JSON lines, live, archived, and compressed.
//!
//! A rollout tells a thread's running total after each response. A response counts when the total
//! grew; what grew it is the last usage beside it. Which rows were copied from a parent's rollout
//! is found out later, from all files ([`crate::dedupe`]); here each row keeps the digest of its
//! total, and whatever the line itself says about its origin.

mod counter;
mod line;

use std::{
    collections::{HashMap, hash_map::Entry},
    path::Path,
};

use serde::{Deserialize, Serialize};

use self::{
    counter::{Counter, Total},
    line::{Payload, Source as Origin, Usage},
};
use super::{
    Lines, has_extension, restore, saved,
    text::{time_ms, uuid_v7_ms},
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Flags, Name, Record, digest_of},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    for root in home.folders("CODEX_HOME", &[".codex"]) {
        let tier = configured_tier(&root);
        for folder in ["sessions", "archived_sessions"] {
            walk.files_with(&root.join(folder), &mut |path| {
                shape(path).map(|shape| (shape, tier.clone()))
            });
        }
    }
    // A rollout may be there several times: live before archived, plain before compressed.
    let mut best: HashMap<String, (bool, bool)> = HashMap::new();
    let mut is_double = false;
    for source in walk.found() {
        let rank = rank(&source.path);
        match best.entry(stem(&source.path)) {
            Entry::Vacant(place) => drop(place.insert(rank)),
            Entry::Occupied(mut known) => {
                is_double = true;
                known.insert(rank.min(*known.get()));
            }
        }
    }
    if is_double {
        walk.retain(|source| best.get(&stem(&source.path)) == Some(&rank(&source.path)));
    }
}

/// At which tier this home's requests are served: rollouts do not say it, the settings do.
fn configured_tier(root: &Path) -> String {
    let text = std::fs::read_to_string(root.join("config.toml")).unwrap_or_default();
    let settings: toml::Table = text.parse().unwrap_or_default();
    let tier = settings.get("service_tier").and_then(toml::Value::as_str);
    tier.unwrap_or_default().to_owned()
}

fn shape(path: &Path) -> Option<Shape> {
    let name = path.file_name()?.to_str()?;
    match has_extension(path) {
        "jsonl" => Some(Shape::Lines),
        "zst" if name.ends_with(".jsonl.zst") => Some(Shape::CompressedLines),
        _ => None,
    }
}

fn rank(path: &Path) -> (bool, bool) {
    let is_archived = path
        .components()
        .any(|part| part.as_os_str() == "archived_sessions");
    (is_archived, has_extension(path) == "zst")
}

fn stem(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.trim_end_matches(".zst").to_owned()
}

/// What a turn's id says about the rows in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
enum Turn {
    #[default]
    Unknown,
    /// It began before this thread did.
    Copied,
    Own,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct State {
    has_meta: bool,
    is_child: bool,
    /// When the thread began, as its id says it.
    id_ms: Option<i64>,
    /// Lines up to this ordinal are the parent's.
    base_ordinal: Option<u64>,
    turn: Turn,
    model: Name,
    project: Name,
    branch: Name,
    session: Name,
    last_ms: i64,
    counter: Counter,
}

pub struct Rollout {
    state: State,
    fallback_ms: i64,
    tier: Flags,
}

impl Rollout {
    pub fn resume(state: &[u8], source: &Source) -> Self {
        let tier = match source.hint.as_str() {
            "fast" => Flags::FAST,
            "priority" => Flags::PRIORITY,
            "flex" => Flags::FLEX,
            _ => Flags::default(),
        };
        Self {
            state: restore(state),
            fallback_ms: source.stamp.modified_ms(),
            tier,
        }
    }

    fn meta(&mut self, payload: &Payload<'_>, at_ms: i64, out: &mut FileRecords) {
        let state = &mut self.state;
        // The parent's own line may stand after the child's; it says nothing of this thread.
        if state.has_meta {
            return;
        }
        state.has_meta = true;
        let id = match payload.id.as_str() {
            "" => payload.session_id.as_str(),
            id => id,
        };
        let parent = parent(payload);
        out.thread = digest_of(id);
        out.parent = digest_of(parent);
        state.is_child = !parent.is_empty() && parent != id;
        state.id_ms = uuid_v7_ms(id);
        out.began_ms = state.id_ms.unwrap_or(at_ms);
        state.base_ordinal = payload.history_base.ordinal();
        state.session = out.name(id);
        state.project = out.name(payload.cwd.as_str());
        if let Some(git) = payload.git.get() {
            state.branch = out.name(git.branch.as_str());
        }
    }

    fn turn(&mut self, id: &str) {
        let (Some(turn_ms), Some(thread_ms)) = (uuid_v7_ms(id), self.state.id_ms) else {
            self.state.turn = Turn::Unknown;
            return;
        };
        let turn = if turn_ms < thread_ms {
            Turn::Copied
        } else {
            Turn::Own
        };
        if turn == Turn::Own && self.state.turn != Turn::Own {
            // A child may count from nothing again, or from where its parent was.
            self.state.counter.expect_restart();
        }
        self.state.turn = turn;
    }

    fn set_model(&mut self, model: &str, out: &mut FileRecords) {
        if model.is_empty() {
            return;
        }
        let is_first = self.state.model == 0;
        self.state.model = out.name(model);
        // What was counted before the model was named is this model's.
        if is_first {
            for record in &mut out.records {
                record.model = self.state.model;
            }
        }
    }

    fn push(&self, usage: &Usage, mark: Mark, number: u64, at_ms: i64, out: &mut FileRecords) {
        let tokens = usage.tokens();
        if tokens.is_zero() {
            return;
        }
        let state = &self.state;
        let is_copied = state.is_child
            && (state.turn == Turn::Copied
                || matches!((mark.ordinal, state.base_ordinal), (Some(at), Some(base)) if at <= base));
        out.records.push(Record {
            at_ms,
            id: mark.total,
            mark: mark.response,
            tokens,
            model: state.model,
            project: state.project,
            branch: state.branch,
            session: state.session,
            flags: self
                .tier
                .with_if(Flags::COPIED, is_copied)
                .with_if(Flags::OWN, state.turn == Turn::Own && !is_copied),
            line: number,
            ..Record::default()
        });
    }

    fn event(&mut self, payload: &Payload<'_>, place: Place, out: &mut FileRecords) {
        match payload.kind.as_str() {
            "token_count" => {
                let Some(info) = payload.info.get() else { return };
                let (total, last) = (info.total_token_usage.get(), info.last_token_usage.get());
                let total = total.map(Usage::total);
                if let Some(usage) = self.state.counter.counted(total, last.copied()) {
                    let mark = Mark::new(total, "", place.ordinal);
                    self.push(&usage, mark, place.number, place.at_ms, out);
                }
            }
            "token_usage_record" => self.usage_record(payload, place, out),
            "task_started" if !payload.turn_id.is_empty() => self.turn(payload.turn_id.as_str()),
            "thread_settings_applied" => {
                if let Some(settings) = payload.thread_settings.get() {
                    self.set_model(settings.model.as_str(), out);
                }
            }
            "context_compacted" => self.state.counter.expect_restart(),
            _ => {}
        }
    }

    /// The same response comes as a `token_count`, before or after; whichever is first counts.
    fn usage_record(&mut self, payload: &Payload<'_>, place: Place, out: &mut FileRecords) {
        let Some(usage) = payload.usage.get() else { return };
        let total = payload.thread_token_usage.get().map(Usage::total);
        let response = payload.response_id.as_str();
        match self.state.counter.recorded(total, *usage) {
            true => {
                let mark = Mark::new(total, response, place.ordinal);
                self.push(usage, mark, place.number, place.at_ms, out);
            }
            // Its identity belongs to the row that is there already.
            false => {
                let known = out.records.last_mut();
                if let Some(known) = known.filter(|known| known.tokens == usage.tokens()) {
                    known.mark = digest_of(response);
                }
            }
        }
    }
}

/// The thread that this one was split from; empty when it is nobody's child.
fn parent<'a>(payload: &'a Payload<'_>) -> &'a str {
    if !payload.forked_from_id.is_empty() {
        return payload.forked_from_id.as_str();
    }
    if !payload.parent_thread_id.is_empty() {
        return payload.parent_thread_id.as_str();
    }
    match &payload.source {
        Origin::Spawned(parent) => parent,
        Origin::Other => "",
    }
}

/// Where a row came from.
#[derive(Clone, Copy)]
struct Place {
    number: u64,
    at_ms: i64,
    ordinal: Option<u64>,
}

#[derive(Clone, Copy)]
struct Mark {
    total: u64,
    response: u64,
    ordinal: Option<u64>,
}

impl Mark {
    fn new(total: Option<Total>, response: &str, ordinal: Option<u64>) -> Self {
        Self {
            total: total.map_or(0, |total| total.digest()),
            response: digest_of(response),
            ordinal,
        }
    }
}

impl Lines for Rollout {
    fn line(&mut self, number: u64, line: &[u8], out: &mut FileRecords) -> bool {
        if !line::matters(line) {
            return true;
        }
        let Some(line) = line::decoded(line) else {
            return false;
        };
        if let Some(at_ms) = time_ms(line.timestamp.as_str()) {
            self.state.last_ms = at_ms;
        }
        let at_ms = match self.state.last_ms {
            0 => self.fallback_ms,
            known => known,
        };
        let place = Place {
            number,
            at_ms,
            ordinal: line.ordinal,
        };
        if line.kind.is("turn.completed") {
            if let Some(usage) = line.usage.get() {
                self.push(usage, Mark::new(None, "", None), number, at_ms, out);
            }
            return true;
        }
        let Some(payload) = line.payload.get() else {
            return true;
        };
        match line.kind.as_str() {
            "session_meta" => self.meta(payload, at_ms, out),
            "turn_context" => {
                if !payload.turn_id.is_empty() {
                    self.turn(payload.turn_id.as_str());
                }
                if !payload.cwd.is_empty() {
                    self.state.project = out.name(payload.cwd.as_str());
                }
                self.set_model(payload.model.as_str(), out);
            }
            "compacted" => self.state.counter.expect_restart(),
            "token_usage_record" => self.usage_record(payload, place, out),
            "event_msg" => self.event(payload, place, out),
            _ => {}
        }
        true
    }

    fn save(&self) -> Vec<u8> {
        saved(&self.state)
    }
}
