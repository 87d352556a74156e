//! Qwen Code: chats in JSON lines, counted as Gemini counts.

use serde_json::Value;

use super::{
    Lines, has_extension,
    json::parse,
    small::push,
    text::time_ms,
    tolerant::{Look, first},
};
use crate::{
    discovery::{Shape, Source, Walk},
    home::Home,
    record::{FileRecords, Record, Tokens, digest},
};

pub fn discover(home: &Home, walk: &mut Walk) {
    for root in home.folders("QWEN_DATA_DIR", &[".qwen"]) {
        for folder in ["projects", "tmp"] {
            walk.files(&root.join(folder), &|path| {
                let is_chat = path.components().any(|part| part.as_os_str() == "chats");
                (is_chat && has_extension(path) == "jsonl").then_some(Shape::Lines)
            });
        }
    }
}

pub struct Chat {
    fallback_ms: i64,
}

impl Chat {
    pub fn new(source: &Source) -> Self {
        Self {
            fallback_ms: source.stamp.modified_ms(),
        }
    }
}

impl Lines for Chat {
    fn line(&mut self, number: u64, line: &[u8], out: &mut FileRecords) -> bool {
        let Some(line) = parse::<Value>(line) else {
            return false;
        };
        if line.text("type") != "assistant" {
            return true;
        }
        let usage = line.at("usageMetadata");
        let (prompt, thoughts) = (usage.count("promptTokenCount"), usage.count("thoughtsTokenCount"));
        let cache_read = usage.count("cachedContentTokenCount").min(prompt);
        let tokens = Tokens {
            input: prompt - cache_read,
            output: usage.count("candidatesTokenCount").saturating_add(thoughts),
            cache_read,
            reasoning: thoughts,
            ..Tokens::default()
        };
        let id = first(&[line.text("uuid"), line.text("id")]);
        let session = line.text("sessionId");
        let record = Record {
            at_ms: time_ms(line.text("timestamp")).unwrap_or(self.fallback_ms),
            id: if id.is_empty() {
                0
            } else {
                digest(&[session.as_bytes(), id.as_bytes()])
            },
            tokens,
            model: out.name(line.text("model")),
            project: out.name(line.text("cwd")),
            branch: out.name(line.text("gitBranch")),
            session: out.name(session),
            line: number,
            ..Record::default()
        };
        push(record, out);
        true
    }

    fn save(&self) -> Vec<u8> {
        Vec::new()
    }
}
