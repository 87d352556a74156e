//! Pi and OMP: sessions in JSON lines, whose first line names the folder.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Lines, has_extension,
    json::parse,
    restore, saved,
    small::push,
    tolerant::{Look, first},
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Name, Record, Tokens, digest_of},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    let roots = match home.variable("PI_AGENT_DIR") {
        Some(root) => vec![root],
        None => vec![home.join(".pi/agent"), home.join(".omp/agent")],
    };
    for root in roots {
        walk.files(&root.join("sessions"), &|path| {
            (has_extension(path) == "jsonl").then_some(Shape::Lines)
        });
    }
}

#[derive(Default, Serialize, Deserialize)]
struct State {
    project: Name,
    session: Name,
    model: Name,
}

pub struct Session {
    state: State,
    fallback_ms: i64,
}

impl Session {
    pub fn resume(state: &[u8], source: &Source) -> Self {
        Self {
            state: restore(state),
            fallback_ms: source.stamp.modified_ms(),
        }
    }
}

impl Lines for Session {
    fn line(&mut self, number: u64, line: &[u8], out: &mut FileRecords) -> bool {
        let Some(line) = parse::<Value>(line) else {
            return false;
        };
        match line.text("type") {
            "session" => {
                self.state.project = out.name(line.text("cwd"));
                self.state.session = out.name(line.text("id"));
            }
            "model_change" => self.state.model = out.name(first(&[line.text("modelId"), line.text("model")])),
            "message" if line.text("message/role") == "assistant" => self.message(number, &line, out),
            _ => {}
        }
        true
    }

    fn save(&self) -> Vec<u8> {
        saved(&self.state)
    }
}

impl Session {
    fn message(&self, number: u64, line: &Value, out: &mut FileRecords) {
        let (message, usage) = (line.at("message"), line.at("message/usage"));
        let tokens = Tokens {
            input: usage.count("input"),
            output: usage.count("output"),
            cache_read: usage.count("cacheRead"),
            cache_write: usage.count("cacheWrite"),
            ..Tokens::default()
        };
        let model = out.name(message.text("model"));
        let at_ms = line.time("timestamp").or_else(|| message.time("timestamp"));
        let record = Record {
            at_ms: at_ms.unwrap_or(self.fallback_ms),
            id: digest_of(message.text("responseId")),
            tokens,
            model: if model == 0 { self.state.model } else { model },
            provider: out.name(message.text("provider")),
            project: self.state.project,
            session: self.state.session,
            line: number,
            ..Record::default()
        };
        push(record, out);
    }
}
