//! Kimi: `wire.jsonl` of kimi-cli and of Kimi Code. Both name their models in a settings file.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Lines,
    json::parse,
    restore, saved,
    small::push,
    tolerant::{Look, first},
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Name, Record, Tokens, digest},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    for (variable, folder) in [("KIMI_DATA_DIR", ".kimi"), ("KIMI_CODE_HOME", ".kimi-code")] {
        for root in home.folders(variable, &[folder]) {
            let models = configured(&root);
            walk.files_with(&root.join("sessions"), &mut |path| {
                let is_wire = path.file_name().is_some_and(|name| name == "wire.jsonl");
                is_wire.then(|| (Shape::Lines, models.clone()))
            });
        }
    }
}

/// The default model and what aliases stand for, as JSON.
fn configured(root: &Path) -> String {
    let read = |name: &str| std::fs::read_to_string(root.join(name)).unwrap_or_default();
    let toml: toml::Table = read("config.toml").parse().unwrap_or_default();
    let settings = match toml.is_empty() {
        true => serde_json::from_str(&read("config.json")).unwrap_or_default(),
        false => serde_json::to_value(toml).unwrap_or_default(),
    };
    let aliases = settings.at("models").as_object().into_iter().flatten();
    let aliases: serde_json::Map<String, Value> = aliases
        .map(|(alias, model)| (alias.clone(), model.text("model").into()))
        .collect();
    let usual = first(&[settings.text("default_model"), settings.text("model")]);
    serde_json::json!({"default": usual, "aliases": aliases}).to_string()
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    model: Name,
}

pub struct Wire {
    state: State,
    settings: Value,
    session: String,
    fallback_ms: i64,
}

impl Wire {
    pub fn resume(state: &[u8], source: &Source) -> Self {
        let parts: Vec<_> = source
            .path
            .components()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        let sessions = parts.iter().position(|part| part == "sessions").unwrap_or(0);
        // Below the folder of a working directory is that of the session.
        let session = parts
            .get(sessions + 2)
            .filter(|part| *part != "wire.jsonl")
            .or_else(|| parts.get(sessions + 1));
        Self {
            state: restore(state),
            settings: serde_json::from_str(&source.hint).unwrap_or_default(),
            session: session.cloned().unwrap_or_default(),
            fallback_ms: source.stamp.modified_ms(),
        }
    }

    fn model(&self, alias: &str) -> String {
        let alias = first(&[alias, self.settings.text("default")]);
        let known = self.settings.at("aliases").get(alias).and_then(Value::as_str);
        known
            .filter(|model| !model.is_empty())
            .unwrap_or(alias)
            .to_owned()
    }
}

impl Lines for Wire {
    fn line(&mut self, number: u64, line: &[u8], out: &mut FileRecords) -> bool {
        let Some(line) = parse::<Value>(line) else {
            return false;
        };
        let kind = first(&[line.text("message/type"), line.text("type")]);
        let payload = [line.at("message/payload"), line.at("payload")]
            .into_iter()
            .find(|payload| payload.is_object())
            .unwrap_or(&line);
        let usage = match kind {
            "config.update" => {
                let alias = first(&[payload.text("modelAlias"), payload.text("model")]);
                if !alias.is_empty() {
                    let model = self.model(alias);
                    self.state.model = out.name(&model);
                }
                return true;
            }
            "StatusUpdate" => payload.at("token_usage"),
            "usage.record" => payload.at("usage"),
            _ => return true,
        };
        let count = |names: [&str; 2]| names.into_iter().map(|name| usage.count(name)).max().unwrap_or(0);
        let tokens = Tokens {
            input: count(["input_other", "inputOther"]),
            output: usage.count("output"),
            cache_read: count(["input_cache_read", "inputCacheRead"]),
            cache_write: count(["input_cache_creation", "inputCacheCreation"]),
            ..Tokens::default()
        };
        let alias = payload.text("model");
        let model = match (alias, self.state.model) {
            ("", known) if known != 0 => known,
            (alias, _) => {
                let model = self.model(alias);
                out.name(&model)
            }
        };
        let id = payload.text("message_id");
        let at_ms = line.time("timestamp").or_else(|| line.time("time"));
        let record = Record {
            at_ms: at_ms.unwrap_or(self.fallback_ms),
            id: if id.is_empty() {
                0
            } else {
                digest(&[self.session.as_bytes(), id.as_bytes()])
            },
            tokens,
            model,
            session: out.name(&self.session),
            line: number,
            ..Record::default()
        };
        push(record, out);
        true
    }

    fn save(&self) -> Vec<u8> {
        saved(&self.state)
    }
}
