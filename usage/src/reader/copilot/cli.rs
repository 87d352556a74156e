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
    /// The line of the last end: what comes before it is in the totals.
    ended: u64,
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
                    self.ended = line;
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
        let totals = std::mem::take(&mut self.totals);
        let ended = self.ended;
        // Where there was one model alone, it wrote whatever came before the end.
        if let (1, Some(model)) = (totals.len(), totals.keys().next()) {
            let is_its = |message: &&mut Message| message.model.is_empty() || message.line < ended;
            for message in self.messages.iter_mut().filter(is_its) {
                message.model.clone_from(model);
            }
        }
        for (model, (total, at_ms, line)) in &totals {
            // Those that name none of several models are in these totals all the same.
            let is_part = |message: &&Message| message.line < ended && message.model == *model;
            let parts: Vec<&Message> = self.messages.iter().filter(is_part).collect();
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
        // Without an end only the output is known.
        for message in self.messages.iter().filter(|message| message.line > ended) {
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
    let said: u64 = parts.iter().fold(0, |sum, part| part.output.saturating_add(sum));
    // Of the output each has at least what it said, if the total has room for that.
    let (own, rest) = match total.output.checked_sub(said) {
        Some(rest) => (1, rest),
        None => (0, total.output),
    };
    let mut written = 0_u64;
    (0..count)
        .zip(parts)
        .map(|(place, part)| {
            let evenly = |whole: u64| share(whole, (place, place + 1), count);
            let output = (own * part.output).saturating_add(evenly(rest));
            let before = written;
            written = written.saturating_add(output);
            Tokens {
                input: evenly(total.input),
                output,
                cache_read: evenly(total.cache_read),
                cache_write: evenly(total.cache_write),
                cache_write_1h: 0,
                // By what was written, of which it is a part.
                reasoning: share(total.reasoning, (before, written), total.output),
            }
        })
        .collect()
}

/// What of a whole lies between two places of so many.
fn share(whole: u64, (from, to): (u64, u64), count: u64) -> u64 {
    let until = |place: u64| {
        let part = u128::from(whole) * u128::from(place);
        u64::try_from(part / u128::from(count.max(1))).unwrap_or(0)
    };
    until(to) - until(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_of_a_spread_total_reasons_more_than_it_writes() {
        let total = Tokens {
            input: 10,
            output: 100,
            reasoning: 90,
            ..Tokens::default()
        };
        let message = |output: u64| Message {
            output,
            at_ms: 0,
            id: String::new(),
            model: String::new(),
            line: 1,
        };
        for outputs in [[97, 1, 1], [0, 0, 1], [500, 0, 3]] {
            let messages = outputs.map(message);
            let parts = spread(&total, &messages.each_ref());
            let sum = parts.iter().fold(Tokens::default(), |sum, part| sum.plus(part));
            assert_eq!(sum, total, "{outputs:?}");
            assert!(
                parts.iter().all(|part| part.reasoning <= part.output),
                "{outputs:?} {parts:?}"
            );
        }
    }
}
