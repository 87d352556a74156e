//! The CLI's events. Only the end of a session tells its input; it is spread over the messages.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    discovery::Source,
    reader::{
        ReadError,
        small::{each_line, push},
        tolerant::{Look, first},
    },
    record::{FileRecords, Flags, Record, Tokens, digest},
};

struct Message {
    at_ms: i64,
    id: String,
    model: String,
    output: u64,
    line: u64,
}

#[derive(Default)]
struct Session {
    id: String,
    project: String,
    branch: String,
    model: String,
    messages: Vec<Message>,
    /// What the session's ends said of each model, the largest of each count; the time of the last.
    totals: BTreeMap<String, (Tokens, i64, u64)>,
}

pub fn read(source: &Source, out: &mut FileRecords) -> Result<(), ReadError> {
    let mut session = Session::default();
    let folder = source
        .path
        .parent()
        .and_then(|folder| folder.file_name())
        .unwrap_or_default();
    session.id = folder.to_string_lossy().into_owned();
    let fallback = source.stamp.modified_ms();
    out.lines_skipped += each_line(&source.path, |line, event| session.event(line, event, fallback))?;
    session.finish(out);
    Ok(())
}

impl Session {
    fn event(&mut self, line: u64, event: &Value, fallback: i64) {
        let data = event.at("data");
        let at_ms = event.time("timestamp").unwrap_or(fallback);
        match event.text("type") {
            "session.start" | "session.resume" => {
                let context = data.at("context");
                context.text("cwd").clone_into(&mut self.project);
                context.text("branch").clone_into(&mut self.branch);
                self.set_model(first(&[data.text("selectedModel"), data.text("model")]));
            }
            "session.model_change" => self.set_model(first(&[data.text("newModel"), data.text("model")])),
            "assistant.message" => self.messages.push(Message {
                at_ms,
                id: first(&[data.text("messageId"), event.text("id")]).to_owned(),
                model: first(&[data.text("model"), &self.model]).to_owned(),
                output: data.count("outputTokens"),
                line,
            }),
            "session.shutdown" => {
                for (model, metrics) in data.at("modelMetrics").as_object().into_iter().flatten() {
                    let known = self.totals.entry(model.clone()).or_default();
                    *known = (known.0.max(&tokens(metrics.at("usage"))), at_ms, line);
                }
            }
            _ => {}
        }
    }

    fn set_model(&mut self, model: &str) {
        if !model.is_empty() {
            model.clone_into(&mut self.model);
        }
    }

    fn finish(&mut self, out: &mut FileRecords) {
        // Messages that name no model are the only model's.
        if let (1, Some(model)) = (self.totals.len(), self.totals.keys().next()) {
            for message in self
                .messages
                .iter_mut()
                .filter(|message| message.model.is_empty())
            {
                message.model.clone_from(model);
            }
        }
        let totals = std::mem::take(&mut self.totals);
        for (model, (total, at_ms, line)) in &totals {
            let parts: Vec<&Message> = self
                .messages
                .iter()
                .filter(|message| message.model == *model)
                .collect();
            if parts.is_empty() {
                let record = self.record(*total, (*at_ms, model, model, *line), Flags::default(), out);
                push(record, out);
            }
            for (part, tokens) in parts.iter().zip(spread(total, &parts)) {
                let record = self.record(
                    tokens,
                    (part.at_ms, &part.id, model, part.line),
                    Flags::default(),
                    out,
                );
                push(record, out);
            }
        }
        // A session without an end: only its output is known.
        for message in self
            .messages
            .iter()
            .filter(|message| !totals.contains_key(&message.model))
        {
            let tokens = Tokens {
                output: message.output,
                ..Tokens::default()
            };
            let place = (
                message.at_ms,
                message.id.as_str(),
                message.model.as_str(),
                message.line,
            );
            let record = self.record(tokens, place, Flags::ESTIMATED, out);
            push(record, out);
        }
    }

    fn record(
        &self,
        tokens: Tokens,
        place: (i64, &str, &str, u64),
        flags: Flags,
        out: &mut FileRecords,
    ) -> Record {
        let (at_ms, id, model, line) = place;
        Record {
            at_ms,
            id: digest(&[self.id.as_bytes(), id.as_bytes()]),
            tokens,
            model: out.name(model),
            project: out.name(&self.project),
            branch: out.name(&self.branch),
            session: out.name(&self.id),
            flags,
            line,
            ..Record::default()
        }
    }
}

/// Its input has both cache classes in it.
fn tokens(usage: &Value) -> Tokens {
    let (read, write) = (usage.count("cacheReadTokens"), usage.count("cacheWriteTokens"));
    Tokens {
        input: usage
            .count("inputTokens")
            .saturating_sub(read)
            .saturating_sub(write),
        output: usage.count("outputTokens"),
        cache_read: read,
        cache_write: write,
        cache_write_1h: 0,
        reasoning: usage.count("reasoningTokens"),
    }
}

/// A total over messages: evenly, and whole, since running shares are rounded and not parts.
fn spread(total: &Tokens, parts: &[&Message]) -> Vec<Tokens> {
    let count = parts.len() as u64;
    let share = |whole: u64, place: u64| {
        let until = |place: u64| {
            u64::try_from(u128::from(whole) * u128::from(place) / u128::from(count)).unwrap_or(0)
        };
        until(place + 1) - until(place)
    };
    let said: u64 = parts.iter().map(|part| part.output).sum();
    (0..count)
        .zip(parts)
        .map(|(place, part)| Tokens {
            input: share(total.input, place),
            output: if said <= total.output {
                part.output + share(total.output - said, place)
            } else {
                share(total.output, place)
            },
            cache_read: share(total.cache_read, place),
            cache_write: share(total.cache_write, place),
            cache_write_1h: 0,
            reasoning: share(total.reasoning, place),
        })
        .collect()
}
