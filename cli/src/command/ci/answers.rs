//! Providers' responses as files have them: one JSON document or several, arrays, or the events of
//! streams, of the OpenAI (chat and Responses), Anthropic and Gemini APIs.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use protocol::TokenUsage;
use providers::{
    answer::{AnswerInfo, Billing, event_data},
    anthropic, openai,
    sse::EventReader,
};
use ring::digest::{Context, Digest, SHA256, digest};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::gemini;

#[derive(Clone, Debug)]
pub struct Answer {
    /// As price tables call it.
    pub provider: &'static str,
    pub model: Option<String>,
    pub id: Option<String>,
    pub at: Option<Timestamp>,
    pub usage: TokenUsage,
    pub billing: Billing,
}

#[derive(Debug, Default)]
pub struct Found {
    /// Each with what identifies it: the same file read twice has the same answers.
    pub answers: Vec<(String, Answer)>,
    /// Refusals and failures, which consumed nothing that a provider told of.
    pub errors: usize,
    /// Responses that do not say what they consumed.
    pub silent: usize,
}

/// What tells the APIs apart.
#[derive(Deserialize)]
struct Marks<'a> {
    #[serde(rename = "type", default)]
    kind: Option<Kind>,
    object: Option<Kind>,
    model: Option<Kind>,
    created: Option<u64>,
    created_at: Option<f64>,
    #[serde(borrow)]
    choices: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(rename = "usageMetadata", borrow)]
    usage_metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    candidates: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
}

/// A text, or whatever else stands there.
#[derive(Deserialize)]
#[serde(untagged)]
enum Kind {
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Kind {
    fn text(kind: &Option<Self>) -> &str {
        match kind {
            Some(Self::Text(text)) => text,
            _ => "",
        }
    }
}

pub fn read(bytes: &[u8]) -> Result<Found, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reading = Reading::default();
    if is_stream(bytes) {
        reading.stream(bytes)?;
    } else {
        let documents = serde_json::Deserializer::from_slice(bytes).into_iter::<Box<RawValue>>();
        for document in documents {
            let document = document.map_err(|_| "it is neither JSON nor a stream of events")?;
            reading.document(document.get(), 0)?;
        }
    }
    Ok(reading.finish())
}

fn is_stream(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    [&b"data:"[..], b"event:", b"id:", b"retry:", b":"]
        .iter()
        .any(|field| start.starts_with(field))
}

#[derive(Default)]
struct Reading {
    /// By provider and id; of several tellings the last one is whole.
    answers: BTreeMap<String, Answer>,
    /// Those without an id, by their content, each time it occurs.
    seen: BTreeMap<String, u64>,
    /// Streams of chunks that go on, by provider and id.
    open: BTreeMap<(&'static str, Option<String>), Chunks>,
    errors: usize,
    silent: usize,
    anthropic: Option<Stream>,
}

/// A stream whose chunks may each say what the whole consumed until then; some chunk should.
struct Chunks {
    content: Context,
    last: Option<Answer>,
}

/// One chunk of such a stream.
struct Chunk<'a> {
    provider: &'static str,
    id: Option<&'a str>,
    data: &'a [u8],
    answer: Option<Answer>,
    /// Whether it has anything of an answer in it.
    has_content: bool,
    /// Whether nothing follows it; where streams have ids those tell, too.
    is_last: bool,
}

/// A stream of Anthropic's, whose events each say a part.
struct Stream {
    scanner: anthropic::EventScanner,
    model: Option<String>,
    id: Option<String>,
    last: Option<(TokenUsage, Billing)>,
}

impl Reading {
    /// One JSON value: a response, or an array of them.
    fn document(&mut self, text: &str, depth: usize) -> Result<(), String> {
        if text.starts_with('[') && depth < 2 {
            let items: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| "it is no JSON")?;
            return items
                .into_iter()
                .try_for_each(|item| self.document(item.get(), depth + 1));
        }
        let marks: Marks<'_> =
            serde_json::from_str(text).map_err(|_| "it holds something that is no response of a provider")?;
        let kind = (Kind::text(&marks.kind), Kind::text(&marks.object));
        if marks.usage_metadata.is_some() || marks.candidates.is_some() {
            self.put(gemini::read(text.as_bytes()), &hex(text.as_bytes()));
        } else if kind.1 == "response" {
            let info = openai::responses::scan_answer(text.as_bytes());
            self.put(answer("openai", &info, &marks), &hex(text.as_bytes()));
        } else if kind.0 == "message" {
            let info = anthropic::scan_answer(text.as_bytes());
            self.put(answer("anthropic", &info, &marks), &hex(text.as_bytes()));
        } else if marks.choices.is_some() || marks.usage.is_some() {
            let info = openai::scan_answer(text.as_bytes());
            self.put(answer("openai", &info, &marks), &hex(text.as_bytes()));
        } else if marks.error.is_some() || kind.0 == "error" {
            self.errors += 1;
        } else {
            return Err("it holds something that is no response of a provider".into());
        }
        Ok(())
    }

    fn stream(&mut self, bytes: &[u8]) -> Result<(), String> {
        let mut reader = EventReader::new();
        reader.push(Bytes::copy_from_slice(bytes));
        while let Some(event) = reader
            .next_event()
            .map_err(|_| "it holds an event that is too long")?
        {
            self.event(&event);
        }
        if let Some(rest) = reader.finish() {
            self.event(&rest);
        }
        self.end_message();
        self.end_chunks();
        Ok(())
    }

    fn event(&mut self, raw: &[u8]) {
        let Some(data) = event_data(raw) else { return };
        if data.trim_ascii() == b"[DONE]" {
            return self.end_chunks();
        }
        let Ok(marks) = serde_json::from_slice::<Marks<'_>>(&data) else {
            return;
        };
        let kind = Kind::text(&marks.kind);
        let text = String::from_utf8_lossy(&data);
        match kind {
            "message_start" => {
                self.end_message();
                self.begin_message(&marks);
                self.scan_message(raw);
            }
            "message_delta" => self.scan_message(raw),
            "message_stop" => self.end_message(),
            "response.completed" | "response.incomplete" | "response.failed" => {
                if let Some(response) = marks.response {
                    let info = openai::responses::scan_answer(response.get().as_bytes());
                    if let Ok(inner) = serde_json::from_str::<Marks<'_>>(response.get()) {
                        self.put(answer("openai", &info, &inner), &hex(response.get().as_bytes()));
                    }
                }
            }
            "error" => self.errors += 1,
            _ if marks.usage_metadata.is_some() || marks.candidates.is_some() => {
                let gemini::Chunk { id, is_last } = gemini::chunk(&data);
                self.chunk(Chunk {
                    provider: "google",
                    id: id.as_deref(),
                    data: &data,
                    answer: gemini::read(&data),
                    has_content: true,
                    is_last,
                });
            }
            _ if marks.choices.is_some() => {
                let info = openai::scan_event(raw);
                let found = info.usage.map(|usage| {
                    let info = AnswerInfo {
                        usage: Some(usage),
                        billing: info.billing,
                        response_id: info.response_id.clone(),
                        ..AnswerInfo::default()
                    };
                    answer("openai", &info, &marks)
                });
                let has_usage = marks.usage.is_some();
                let has_choice = marks.choices.is_some_and(|choices| choices.get().contains('{'));
                self.chunk(Chunk {
                    provider: "openai",
                    id: info.response_id.as_deref(),
                    data: &data,
                    answer: found.flatten(),
                    // A chunk with usage and without a choice is what comes after all of them.
                    is_last: has_usage && !has_choice,
                    has_content: has_usage || has_choice,
                });
            }
            _ if marks.error.is_some() && text.contains("error") => self.errors += 1,
            _ => {}
        }
    }

    fn chunk(&mut self, chunk: Chunk<'_>) {
        let key = (
            chunk.provider,
            chunk.id.filter(|id| !id.is_empty()).map(str::to_owned),
        );
        // What a server says before the answer begins, or after it ended, is no stream of its own.
        if chunk.answer.is_none() && !chunk.has_content && !self.open.contains_key(&key) {
            return;
        }
        let is_nameless = key.1.is_none();
        let chunks = self.open.entry(key.clone()).or_insert_with(|| Chunks {
            content: Context::new(&SHA256),
            last: None,
        });
        chunks.content.update(chunk.data);
        chunks.last = chunk.answer.or(chunks.last.take());
        if is_nameless && chunk.is_last {
            let chunks = self.open.remove(&key);
            chunks.into_iter().for_each(|chunks| self.end(chunks));
        }
    }

    /// Ids come again: small servers draw theirs out of a thousand. At the end of a stream the next
    /// one with its id is another.
    fn end_chunks(&mut self) {
        for chunks in std::mem::take(&mut self.open).into_values() {
            self.end(chunks);
        }
    }

    fn end(&mut self, chunks: Chunks) {
        self.put(chunks.last, &digits(chunks.content.finish()));
    }

    fn begin_message(&mut self, marks: &Marks<'_>) {
        #[derive(Default, Deserialize)]
        struct Message {
            id: Option<String>,
            model: Option<String>,
        }
        let message = marks
            .message
            .and_then(|message| serde_json::from_str(message.get()).ok());
        let Message { id, model } = message.unwrap_or_default();
        self.anthropic = Some(Stream {
            scanner: anthropic::EventScanner::new(),
            model,
            id,
            last: None,
        });
    }

    fn scan_message(&mut self, raw: &[u8]) {
        if let Some(stream) = &mut self.anthropic {
            let info = stream.scanner.scan(raw);
            if let Some(usage) = info.usage {
                stream.last = Some((usage, info.billing));
            }
        }
    }

    fn end_message(&mut self) {
        let Some(stream) = self.anthropic.take() else {
            return;
        };
        let text = format!("{:?}{:?}", stream.id, stream.last);
        let answer = stream.last.map(|(usage, billing)| Answer {
            provider: "anthropic",
            model: stream.model,
            id: stream.id,
            at: None,
            usage,
            billing,
        });
        self.put(answer, &hex(text.as_bytes()));
    }

    /// `content` is the digest of all that was read of it.
    fn put(&mut self, answer: Option<Answer>, content: &str) {
        let Some(answer) = answer else {
            self.silent += 1;
            return;
        };
        let key = match &answer.id {
            // The second and the model tell apart what has the same id by chance; both are the same
            // however a response is told.
            Some(id) => {
                let second = answer.at.map_or(0, Timestamp::as_second);
                let model = answer.model.as_deref().unwrap_or_default();
                format!("{}\0{id}\0{second}\0{model}", answer.provider)
            }
            None => {
                let nth = self.seen.entry(content.to_owned()).or_default();
                *nth += 1;
                format!("{content}#{nth}")
            }
        };
        self.answers.insert(key, answer);
    }

    fn finish(self) -> Found {
        let answers = self.answers.into_iter();
        Found {
            answers: answers
                .map(|(key, answer)| (format!("p-{}", &hex(key.as_bytes())[..32]), answer))
                .collect(),
            errors: self.errors,
            silent: self.silent,
        }
    }
}

fn answer(provider: &'static str, info: &AnswerInfo<'_>, marks: &Marks<'_>) -> Option<Answer> {
    let whole = marks.created_at.filter(|at| at.is_finite()).map(|at| at as i64);
    let created = marks.created.and_then(|at| i64::try_from(at).ok()).or(whole);
    let model = Kind::text(&marks.model);
    Some(Answer {
        provider,
        model: (!model.is_empty()).then(|| model.to_owned()),
        id: info
            .response_id
            .as_deref()
            .filter(|id| !id.is_empty())
            .map(str::to_owned),
        at: created.and_then(|at| Timestamp::from_second(at).ok()),
        // A count that nobody can believe is no count.
        usage: info.usage.filter(|_| !info.bad_usage)?,
        billing: info.billing,
    })
}

fn hex(bytes: &[u8]) -> String {
    digits(digest(&SHA256, bytes))
}

fn digits(digest: Digest) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
