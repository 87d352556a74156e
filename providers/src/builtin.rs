//! The upstream `builtin`, which makes the product work without any account.
//!
//! Its model `lookup` completes code with what followed similar code before; `help` answers chat
//! plainly: what it is and what to configure. Both answer in the OpenAI dialect, whole or streamed,
//! with usage by [`count_tokens`], and are metered like any other upstream.
//!
//! [`complete`] and [`chat`] take the body of a request; the caller brings id and time.

mod answer;
mod cut;
mod help;
mod lookup;
mod pattern;
mod suffix;
mod tokens;

use std::borrow::Cow;

use protocol::Problem;
use serde::Deserialize;

use crate::openai::{ChatRequest, CompletionRequest};

pub use answer::Answer;
pub use tokens::count_tokens;

/// The model for `POST /v1/completions`.
pub const LOOKUP: &str = "lookup";
/// The model for `POST /v1/chat/completions`.
pub const HELP: &str = "help";

/// Where nothing limits the output.
const OUTPUT_TOKENS_MAX: u64 = 1_024;

/// Completes code from the prompt itself, what stands behind the cursor, and other open files.
pub fn complete(body: &[u8]) -> Result<Answer, Problem> {
    let request = CompletionRequest::parse(body)?;
    let suffix = request.suffix.as_deref().unwrap_or_default();
    let text = lookup::complete(&request.prompt, suffix, &request.context);
    let read = request
        .context
        .iter()
        .map(|file| count_tokens(&file.path) + count_tokens(&file.text));
    let input = count_tokens(&request.prompt) + count_tokens(suffix) + read.sum::<u64>();
    let cap = request.output_cap.map_or(OUTPUT_TOKENS_MAX, |(_, cap)| cap);
    Ok(Answer::completion(&request.model, text, input)
        .stopped(&request.stop)
        .capped(cap)
        .repeated(request.choices))
}

/// Answers a question about the product.
pub fn chat(body: &[u8]) -> Result<Answer, Problem> {
    let request = ChatRequest::parse(body)?;
    let messages = request.messages();
    let question = messages.iter().rev().find(|message| message.role == "user");
    let question = question.map(|message| message.content.text()).unwrap_or_default();
    let input = messages
        .iter()
        .map(|message| count_tokens(&message.content.text()))
        .sum();
    let cap = request.output_cap.map_or(OUTPUT_TOKENS_MAX, |(_, cap)| cap);
    Ok(Answer::chat(&request.model, help::answer(&question), input)
        .capped(cap)
        .repeated(request.choices))
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    role: Cow<'a, str>,
    #[serde(borrow, default)]
    content: Content<'a>,
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Content<'a> {
    #[default]
    Nothing,
    Text(#[serde(borrow)] Cow<'a, str>),
    Parts(#[serde(borrow)] Vec<Part<'a>>),
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
}

impl Content<'_> {
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Nothing => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => parts.iter().filter_map(|part| part.text.as_deref()).collect(),
        }
    }
}

impl<'a> ChatRequest<'a> {
    /// The messages with their texts; only the built-in upstream reads them.
    fn messages(&self) -> Vec<Message<'a>> {
        let written = self.members.value("messages").unwrap_or_default();
        // Parsing the request has proved that this is a list of messages.
        serde_json::from_slice(written).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::openai::{scan_answer, scan_event};

    const BODY: &str = r#"{"model":"lookup","prompt":"def test_a(client):\n    check(client)\n\n\ndef test_b","suffix":"\n","stream":true}"#;

    #[test]
    fn a_completion_streams_like_any_other() {
        let answer = complete(BODY.as_bytes()).unwrap();
        let events = answer.events("cmpl-1", 7);
        let infos: Vec<_> = events.iter().map(|event| scan_event(event)).collect();
        let text: u64 = infos.iter().map(|info| info.output_bytes).sum();
        assert_eq!(text, "(client):\n    check(client)".len() as u64);
        let usage = infos.iter().find_map(|info| info.usage).unwrap();
        assert_eq!(usage, answer.usage());
        assert!(usage.output_tokens > 0 && usage.input_tokens > 0);
        assert!(infos[infos.len() - 2].usage_only && infos[infos.len() - 3].finished);
        assert_eq!(events.last().unwrap().as_ref(), b"data: [DONE]\n\n");
    }

    #[test]
    fn a_whole_answer_has_the_dialects_shape() {
        let answer = complete(BODY.as_bytes()).unwrap();
        let body = answer.body("cmpl-1", 7);
        assert_eq!(scan_answer(&body).usage, Some(answer.usage()));
        let value: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(value["choices"][0]["text"], "(client):\n    check(client)");
        assert_eq!(
            (&value["object"], &value["model"]),
            (&"text_completion".into(), &"lookup".into())
        );
    }

    #[test]
    fn stop_cap_and_choices_are_respected() {
        let with = |extra: &str| {
            let body = BODY.replace("\"stream\":true", extra);
            serde_json::from_slice::<Value>(&complete(body.as_bytes()).unwrap().body("x", 1)).unwrap()
        };
        let stopped = with(r#""stop":["\n"]"#);
        assert_eq!(stopped["choices"][0]["text"], "(client):");
        assert_eq!(stopped["choices"][0]["finish_reason"], "stop");
        let capped = with(r#""max_tokens":2,"n":2"#);
        assert_eq!(capped["choices"][1]["text"], "(client");
        assert_eq!(capped["choices"][0]["finish_reason"], "length");
        assert_eq!(capped["usage"]["completion_tokens"], 4);
    }

    #[test]
    fn nothing_to_say_is_an_empty_answer() {
        let answer = complete(br#"{"model":"lookup","prompt":"fn unheard_of"}"#).unwrap();
        let value: Value = serde_json::from_slice(&answer.body("x", 1)).unwrap();
        assert_eq!(value["choices"][0]["text"], "");
        assert_eq!(answer.events("x", 1).len(), 3);
    }

    #[test]
    fn chat_says_what_it_is_and_reacts_to_the_question() {
        let ask = |question: &str| {
            let body = format!(
                r#"{{"model":"help","messages":[{{"role":"user","content":[{{"type":"text","text":"{question}"}}]}}]}}"#
            );
            let body = chat(body.as_bytes()).unwrap().body("x", 1);
            let value: Value = serde_json::from_slice(&body).unwrap();
            value["choices"][0]["message"]["content"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        for question in [
            "hello",
            "what is my balance?",
            "how do I share a key",
            "why is there no ghost text",
        ] {
            let answer = ask(question);
            assert!(
                answer.contains("built-in") && answer.contains("OPENAI_API_KEY"),
                "{answer}"
            );
            assert!(answer.contains("```toml\n[[upstream]]"), "{answer}");
        }
        assert_ne!(ask("what is my balance?"), ask("hello"));
    }
}
