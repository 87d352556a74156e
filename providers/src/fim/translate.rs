//! From the answer of a chat model to the completion that the client asked for.

use std::{borrow::Cow, collections::BTreeMap};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::fence::Unfence;
use crate::openai::{EventKind, event_data, scan_event};

/// A chat answer or a chunk of one; also what a FIM route answers, which may have `text` already.
#[derive(Deserialize)]
struct Chat<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    created: Option<&'a RawValue>,
    #[serde(borrow, default)]
    model: Option<&'a RawValue>,
    #[serde(borrow, default)]
    choices: Option<Vec<ChatChoice<'a>>>,
    #[serde(borrow, default)]
    usage: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ChatChoice<'a> {
    #[serde(default)]
    index: u64,
    #[serde(borrow, default, alias = "delta")]
    message: Option<Message<'a>>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    finish_reason: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    content: Option<Cow<'a, str>>,
}

#[derive(Serialize)]
struct Completion<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RawValue>,
    object: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a RawValue>,
    choices: Vec<CompletionChoice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<&'a RawValue>,
}

#[derive(Serialize)]
struct CompletionChoice<'a> {
    text: String,
    index: u64,
    logprobs: Option<()>,
    finish_reason: Option<&'a RawValue>,
}

/// A whole chat answer as a whole completion; None when it is not an answer of that dialect.
pub fn translate_answer(body: &[u8]) -> Option<Bytes> {
    let chat: Chat<'_> = serde_json::from_slice(body).ok()?;
    let choices = chat.choices.as_ref()?.iter().map(|choice| {
        let mut unfence = Unfence::default();
        let text = unfence.push(choice.content()) + &unfence.finish();
        choice.completed(text)
    });
    let choices = choices.collect();
    to_json(&chat, choices).map(Bytes::from)
}

/// A streamed chat answer as a streamed completion, event by event.
#[derive(Debug, Default)]
pub struct StreamTranslator {
    /// For each choice, the fence that is being taken off.
    choices: BTreeMap<u64, Unfence>,
    /// Id, time and model of the stream, for text that comes out at its end.
    head: Head,
}

#[derive(Debug, Default)]
struct Head {
    id: Option<Box<RawValue>>,
    created: Option<Box<RawValue>>,
    model: Option<Box<RawValue>>,
}

impl StreamTranslator {
    pub fn new() -> Self {
        Self::default()
    }

    /// The event to pass on in place of a raw one; None when there is nothing to say yet.
    ///
    /// Comments, `[DONE]` and whatever is not of the dialect pass as they are.
    pub fn event(&mut self, raw: &Bytes) -> Option<Bytes> {
        let info = scan_event(raw);
        if info.kind == EventKind::Done {
            return Some(
                [self.held_text().as_deref().unwrap_or_default(), raw]
                    .concat()
                    .into(),
            );
        }
        if info.kind != EventKind::Data || info.malformed || info.error {
            return Some(raw.clone());
        }
        let data = event_data(raw)?;
        let Ok(chat) = serde_json::from_slice::<Chat<'_>>(&data) else {
            return Some(raw.clone());
        };
        if self.head.id.is_none() {
            self.head = Head::of(&chat);
        }
        let said = chat.choices.as_deref().unwrap_or_default();
        let choices: Vec<_> = said.iter().filter_map(|choice| self.choice(choice)).collect();
        if choices.is_empty() && chat.usage_object().is_none() {
            return None;
        }
        to_json(&chat, choices).map(|json| event_of(&json).into())
    }

    /// The event for what is still held back when a stream ends without finish and `[DONE]`.
    pub fn finish(&mut self) -> Option<Bytes> {
        self.held_text().map(Bytes::from)
    }

    /// What is still held back when a stream ends without a finish reason.
    fn held_text(&mut self) -> Option<Vec<u8>> {
        let choices: Vec<_> = self
            .choices
            .iter_mut()
            .map(|(index, unfence)| (*index, unfence.finish()))
            .filter(|(_, text)| !text.is_empty())
            .map(|(index, text)| CompletionChoice {
                text,
                index,
                logprobs: None,
                finish_reason: None,
            })
            .collect();
        if choices.is_empty() {
            return None;
        }
        to_json(&self.head.chat(), choices).map(|json| event_of(&json))
    }

    fn choice<'a>(&mut self, choice: &ChatChoice<'a>) -> Option<CompletionChoice<'a>> {
        let unfence = self.choices.entry(choice.index).or_default();
        let mut text = unfence.push(choice.content());
        let is_last = choice.finish_reason.is_some();
        if is_last {
            text.push_str(&unfence.finish());
        }
        (is_last || !text.is_empty()).then(|| choice.completed(text))
    }
}

fn event_of(json: &[u8]) -> Vec<u8> {
    [b"data: ".as_slice(), json, b"\n\n"].concat()
}

impl Head {
    fn of(chat: &Chat<'_>) -> Self {
        Self {
            id: chat.id.map(ToOwned::to_owned),
            created: chat.created.map(ToOwned::to_owned),
            model: chat.model.map(ToOwned::to_owned),
        }
    }

    fn chat(&self) -> Chat<'_> {
        Chat {
            id: self.id.as_deref(),
            created: self.created.as_deref(),
            model: self.model.as_deref(),
            choices: None,
            usage: None,
        }
    }
}

impl<'a> Chat<'a> {
    fn usage_object(&self) -> Option<&'a RawValue> {
        self.usage.filter(|usage| usage.get().starts_with('{'))
    }
}

impl<'a> ChatChoice<'a> {
    fn content(&self) -> &str {
        let content = self
            .message
            .as_ref()
            .and_then(|message| message.content.as_deref());
        content.or(self.text.as_deref()).unwrap_or_default()
    }

    fn completed(&self, text: String) -> CompletionChoice<'a> {
        CompletionChoice {
            text,
            index: self.index,
            logprobs: None,
            finish_reason: self.finish_reason,
        }
    }
}

fn to_json(chat: &Chat<'_>, choices: Vec<CompletionChoice<'_>>) -> Option<Vec<u8>> {
    let completion = Completion {
        id: chat.id,
        object: "text_completion",
        created: chat.created,
        model: chat.model,
        choices,
        usage: chat.usage_object(),
    };
    serde_json::to_vec(&completion).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sse::EventReader;

    fn translated(stream: &'static [u8]) -> String {
        let mut reader = EventReader::new();
        reader.push(Bytes::from_static(stream));
        let mut translate = StreamTranslator::new();
        let mut all = Vec::new();
        while let Some(event) = reader.next_event().unwrap() {
            all.extend(translate.event(&event).unwrap_or_default());
        }
        String::from_utf8(all).unwrap()
    }

    #[test]
    fn a_stream_becomes_a_completion() {
        let chunk = |text: &str, finish: &str| {
            format!(
                "data: {{\"id\":\"chatcmpl-1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\",\
                 \"choices\":[{{\"text\":\"{text}\",\"index\":0,\"logprobs\":null,\"finish_reason\":{finish}}}]}}\n\n"
            )
        };
        let stream = include_bytes!("../../fixtures/stream-openai.sse");
        let usage = "data: {\"id\":\"chatcmpl-1\",\"object\":\"text_completion\",\"created\":1,\"model\":\"m\",\
            \"choices\":[],\"usage\":{\"prompt_tokens\":20,\"completion_tokens\":5,\"total_tokens\":25,\
            \"prompt_tokens_details\":{\"cached_tokens\":8},\"completion_tokens_details\":{\"reasoning_tokens\":2}}}\n\n";
        let expected = [
            chunk("hello", "null"),
            chunk(" world", "null"),
            chunk("", "\"stop\""),
            usage.into(),
            "data: [DONE]\n\n".into(),
        ];
        assert_eq!(translated(stream), expected.concat());
    }

    #[test]
    fn a_fence_is_taken_off_a_stream() {
        let stream = b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"``\"}}]}\n\n\
            data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"`py\\nx\\n`\"}}]}\n\n\
            data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"``\"},\"finish_reason\":\"stop\"}]}\n\n: ping\n\n";
        let expected = "data: {\"object\":\"text_completion\",\"choices\":[{\"text\":\"x\",\"index\":0,\"logprobs\":null,\"finish_reason\":null}]}\n\n\
            data: {\"object\":\"text_completion\",\"choices\":[{\"text\":\"\",\"index\":0,\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\n: ping\n\n";
        assert_eq!(translated(stream), expected);
    }

    #[test]
    fn what_is_held_back_comes_out_at_the_end() {
        let stream = b"data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"``\"}}]}\n\ndata: [DONE]\n\n";
        let expected = "data: {\"id\":\"x\",\"object\":\"text_completion\",\"choices\":[{\"text\":\"``\",\"index\":0,\"logprobs\":null,\"finish_reason\":null}]}\n\ndata: [DONE]\n\n";
        assert_eq!(translated(stream), expected);
    }

    #[test]
    fn errors_pass_as_they_are() {
        let stream = include_bytes!("../../fixtures/stream-openrouter-error.sse");
        assert!(translated(stream).contains(r#""error":{"code":502"#));
    }

    #[test]
    fn a_whole_answer_becomes_a_completion() {
        let body = br#"{"id":"x","object":"chat.completion","created":3,"model":"m","choices":[{"index":0,
            "message":{"role":"assistant","content":"```rs\nlet a;\n```"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#;
        let expected = r#"{"id":"x","object":"text_completion","created":3,"model":"m","choices":[{"text":"let a;","index":0,"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1}}"#;
        assert_eq!(translate_answer(body).unwrap(), expected);
        assert_eq!(translate_answer(b"<html>"), None);
        let text = br#"{"choices":[{"index":0,"text":"a","finish_reason":null}]}"#;
        assert!(
            translate_answer(text)
                .unwrap()
                .ends_with(br#""choices":[{"text":"a","index":0,"logprobs":null,"finish_reason":null}]}"#)
        );
    }
}
