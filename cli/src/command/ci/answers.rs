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
use ring::digest::{SHA256, digest};
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
    /// Ids of streams that have not said yet what they consumed.
    waiting: BTreeMap<String, ()>,
    errors: usize,
    silent: usize,
    anthropic: Option<Stream>,
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
            self.put(gemini::read(text.as_bytes()), text);
        } else if kind.1 == "response" {
            let info = openai::responses::scan_answer(text.as_bytes());
            self.put(answer("openai", &info, &marks), text);
        } else if kind.0 == "message" {
            let info = anthropic::scan_answer(text.as_bytes());
            self.put(answer("anthropic", &info, &marks), text);
        } else if marks.choices.is_some() || marks.usage.is_some() {
            let info = openai::scan_answer(text.as_bytes());
            self.put(answer("openai", &info, &marks), text);
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
        Ok(())
    }

    fn event(&mut self, raw: &[u8]) {
        let Some(data) = event_data(raw) else { return };
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
                        self.put(answer("openai", &info, &inner), response.get());
                    }
                }
            }
            "error" => self.errors += 1,
            _ if marks.usage_metadata.is_some() || marks.candidates.is_some() => {
                self.chunk(gemini::read(&data), gemini_id(&data).as_deref(), "google")
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
                self.chunk(found.flatten(), info.response_id.as_deref(), "openai");
            }
            _ if marks.error.is_some() && text.contains("error") => self.errors += 1,
            _ => {}
        }
    }

    /// A chunk that may say what the whole consumed; some chunk of each stream should.
    fn chunk(&mut self, found: Option<Answer>, id: Option<&str>, provider: &str) {
        let key = format!("{provider}:{}", id.unwrap_or_default());
        match found {
            Some(answer) => {
                self.waiting.remove(&key);
                self.answers.insert(key, answer);
            }
            None if !self.answers.contains_key(&key) => {
                self.waiting.insert(key, ());
            }
            None => {}
        }
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
        self.put(answer, &text);
    }

    fn put(&mut self, answer: Option<Answer>, text: &str) {
        let Some(answer) = answer else {
            self.silent += 1;
            return;
        };
        let key = match &answer.id {
            Some(id) => format!("{}:{id}", answer.provider),
            None => {
                let content = hex(text.as_bytes());
                let nth = self.seen.entry(content.clone()).or_default();
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
            silent: self.silent + self.waiting.len(),
        }
    }
}

fn gemini_id(data: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Response {
        #[serde(rename = "responseId")]
        id: Option<String>,
    }
    serde_json::from_slice::<Response>(data).ok()?.id
}

fn answer(provider: &'static str, info: &AnswerInfo<'_>, marks: &Marks<'_>) -> Option<Answer> {
    let whole = marks.created_at.filter(|at| at.is_finite()).map(|at| at as i64);
    let created = marks.created.and_then(|at| i64::try_from(at).ok()).or(whole);
    let model = Kind::text(&marks.model);
    Some(Answer {
        provider,
        model: (!model.is_empty()).then(|| model.to_owned()),
        id: info.response_id.as_deref().map(str::to_owned),
        at: created.and_then(|at| Timestamp::from_second(at).ok()),
        // A count that nobody can believe is no count.
        usage: info.usage.filter(|_| !info.bad_usage)?,
        billing: info.billing,
    })
}

fn hex(bytes: &[u8]) -> String {
    let digest = digest(&SHA256, bytes);
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `provider model input/output/cache read/cache write/reasoning`
    fn shown(text: &str) -> Vec<String> {
        let found = read(text.as_bytes()).unwrap();
        let mut lines: Vec<String> = found
            .answers
            .iter()
            .map(|(_, answer)| {
                let usage = &answer.usage;
                format!(
                    "{} {} {}/{}/{}/{}/{}",
                    answer.provider,
                    answer.model.as_deref().unwrap_or("-"),
                    usage.input_tokens,
                    usage.output_tokens,
                    usage.cache_read_tokens,
                    usage.cache_write_tokens,
                    usage.reasoning_tokens
                )
            })
            .collect();
        lines.sort();
        if found.errors + found.silent > 0 {
            lines.push(format!("errors {} silent {}", found.errors, found.silent));
        }
        lines
    }

    const CHAT: &str = r#"{"id":"chatcmpl-1","object":"chat.completion","created":1780000000,"model":"gpt-5-mini","choices":[],
        "usage":{"prompt_tokens":1200,"completion_tokens":80,"total_tokens":1280,
        "prompt_tokens_details":{"cached_tokens":1000},"completion_tokens_details":{"reasoning_tokens":30}}}"#;
    const RESPONSE: &str = r#"{"id":"resp_1","object":"response","created_at":1780000000,"status":"completed","model":"gpt-5","output":[],
        "usage":{"input_tokens":50,"output_tokens":20,"input_tokens_details":{"cached_tokens":10},"output_tokens_details":{"reasoning_tokens":5},"total_tokens":70}}"#;
    const MESSAGE: &str = r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-sonnet-4-5","content":[],"stop_reason":"end_turn",
        "usage":{"input_tokens":7,"output_tokens":9,"cache_read_input_tokens":100,"cache_creation_input_tokens":40}}"#;
    const GEMINI: &str = r#"{"candidates":[],"modelVersion":"gemini-2.5-flash","responseId":"g1",
        "usageMetadata":{"promptTokenCount":90,"candidatesTokenCount":11,"thoughtsTokenCount":4,"cachedContentTokenCount":30,"totalTokenCount":105}}"#;

    #[test]
    fn whole_answers_of_each_api() {
        assert_eq!(shown(CHAT), ["openai gpt-5-mini 200/80/1000/0/30"]);
        assert_eq!(shown(RESPONSE), ["openai gpt-5 40/20/10/0/5"]);
        assert_eq!(shown(MESSAGE), ["anthropic claude-sonnet-4-5 7/9/100/40/0"]);
        assert_eq!(shown(GEMINI), ["google gemini-2.5-flash 60/15/30/0/4"]);
    }

    #[test]
    fn several_in_one_file_each_once() {
        let lines = format!("{CHAT}\n{MESSAGE}\n{CHAT}");
        assert_eq!(shown(&lines).len(), 2);
        assert_eq!(shown(&format!("[{CHAT},{RESPONSE},{MESSAGE},{GEMINI}]")).len(), 4);
        let without_id = MESSAGE.replace(r#""id":"msg_1","#, "");
        assert_eq!(shown(&format!("[{without_id},{without_id}]")).len(), 2);
        let ids = |text: &str| {
            let found = read(text.as_bytes()).unwrap();
            found.answers.into_iter().map(|(id, _)| id).collect::<Vec<_>>()
        };
        assert_eq!(ids(&lines), ids(&lines));
    }

    #[test]
    fn streams_count_what_their_last_word_is() {
        let chat = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5-mini\",\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n\
            data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-5-mini\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":3,\"total_tokens\":13}}\n\n\
            data: [DONE]\n\n";
        assert_eq!(shown(chat), ["openai gpt-5-mini 10/3/0/0/0"]);
        let message = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\",\"type\":\"message\",\"model\":\"claude-sonnet-4-5\",\"usage\":{\"input_tokens\":25,\"output_tokens\":1,\"cache_read_input_tokens\":5}}}\n\n\
            event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":15}}\n\n\
            event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
        assert_eq!(shown(message), ["anthropic claude-sonnet-4-5 25/15/5/0/0"]);
        let responses = format!(
            "event: response.created\ndata: {{\"type\":\"response.created\",\"response\":{{\"id\":\"resp_1\",\"object\":\"response\"}}}}\n\nevent: response.completed\ndata: {{\"type\":\"response.completed\",\"response\":{}}}\n\n",
            RESPONSE.replace('\n', "")
        );
        assert_eq!(shown(&responses), ["openai gpt-5 40/20/10/0/5"]);
        let part = GEMINI
            .replace('\n', "")
            .replace("\"candidatesTokenCount\":11", "\"candidatesTokenCount\":2");
        let gemini = format!("data: {part}\n\ndata: {}\n\n", GEMINI.replace('\n', ""));
        assert_eq!(shown(&gemini), ["google gemini-2.5-flash 60/15/30/0/4"]);
        assert_eq!(shown(&format!("{chat}{message}{gemini}")).len(), 3);
    }

    #[test]
    fn what_says_nothing_is_counted_as_such() {
        let chat = "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":[{\"delta\":{}}]}\n\ndata: [DONE]\n\n";
        assert_eq!(shown(chat), ["errors 0 silent 1"]);
        assert_eq!(shown(r#"{"error":{"message":"no"}}"#), ["errors 1 silent 0"]);
        let negative = CHAT.replace("\"completion_tokens\":80", "\"completion_tokens\":-80");
        assert_eq!(shown(&negative), ["errors 0 silent 1"]);
        let contradiction = GEMINI.replace(
            "\"cachedContentTokenCount\":30",
            "\"cachedContentTokenCount\":3000",
        );
        assert_eq!(shown(&contradiction), ["errors 0 silent 1"]);
        for text in ["hello", "{", "[1]", "{\"a\":1}", "[[[]]]"] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"").unwrap().answers.is_empty());
    }
}
