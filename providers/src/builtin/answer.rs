use std::borrow::Cow;

use bytes::Bytes;
use protocol::TokenUsage;
use serde_json::{Value, json};

use super::{count_tokens, tokens::Tokens};

/// How many tokens one event of a stream holds.
const TOKENS_PER_EVENT: usize = 6;

/// What a built-in model has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    dialect: Dialect,
    model: String,
    text: String,
    finish: &'static str,
    input_tokens: u64,
    choices: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    Completion,
    Chat,
}

impl Answer {
    pub(super) fn completion(model: &str, text: String, input_tokens: u64) -> Self {
        Self::new(Dialect::Completion, model, text, input_tokens)
    }

    pub(super) fn chat(model: &str, text: String, input_tokens: u64) -> Self {
        Self::new(Dialect::Chat, model, text, input_tokens)
    }

    fn new(dialect: Dialect, model: &str, text: String, input_tokens: u64) -> Self {
        Self {
            dialect,
            model: model.to_owned(),
            text,
            finish: "stop",
            input_tokens,
            choices: 1,
        }
    }

    /// Ends the text before the first of these.
    pub(super) fn stopped(mut self, stops: &[Cow<'_, str>]) -> Self {
        let found = stops
            .iter()
            .filter(|stop| !stop.is_empty())
            .filter_map(|stop| self.text.find(stop.as_ref()));
        if let Some(end) = found.min() {
            self.text.truncate(end);
        }
        self
    }

    /// Ends the text after so many tokens.
    pub(super) fn capped(mut self, tokens: u64) -> Self {
        let most = usize::try_from(tokens).unwrap_or(usize::MAX);
        let bytes = Tokens(&self.text).take(most).map(str::len).sum();
        if bytes < self.text.len() {
            self.text.truncate(bytes);
            self.finish = "length";
        }
        self
    }

    /// Gives the same answer several times, as the request asked for.
    pub(super) fn repeated(mut self, choices: u64) -> Self {
        self.choices = choices;
        self
    }

    pub fn usage(&self) -> TokenUsage {
        TokenUsage {
            input_tokens: self.input_tokens,
            output_tokens: count_tokens(&self.text) * self.choices,
            ..TokenUsage::default()
        }
    }

    /// The answer as one body.
    pub fn body(&self, id: &str, created: u64) -> Bytes {
        let choices = self.each_choice(|index| match self.dialect {
            Dialect::Completion => {
                json!({"text": self.text, "index": index, "logprobs": null, "finish_reason": self.finish})
            }
            Dialect::Chat => json!({
                "index": index,
                "message": {"role": "assistant", "content": self.text, "refusal": null},
                "logprobs": null,
                "finish_reason": self.finish,
            }),
        });
        let object = match self.dialect {
            Dialect::Completion => "text_completion",
            Dialect::Chat => "chat.completion",
        };
        let mut body = self.envelope(id, created, object, choices);
        body["usage"] = self.usage_object();
        body.to_string().into()
    }

    /// The answer as the events of a stream: text in pieces, the finish, usage, `[DONE]`.
    pub fn events(&self, id: &str, created: u64) -> Vec<Bytes> {
        let tokens: Vec<&str> = Tokens(&self.text).collect();
        let pieces = tokens
            .chunks(TOKENS_PER_EVENT)
            .map(|tokens| Some(tokens.concat()));
        let mut events: Vec<Bytes> = pieces
            .chain([None])
            .enumerate()
            .map(|(at, piece)| event(&self.chunk(id, created, piece, at == 0)))
            .collect();
        let mut usage = self.envelope(id, created, self.chunk_object(), json!([]));
        usage["usage"] = self.usage_object();
        events.extend([event(&usage), Bytes::from_static(b"data: [DONE]\n\n")]);
        events
    }

    /// A piece of text, or the finish where there is none.
    fn chunk(&self, id: &str, created: u64, piece: Option<String>, is_first: bool) -> Value {
        let finish = if piece.is_none() {
            json!(self.finish)
        } else {
            Value::Null
        };
        let choices = self.each_choice(|index| match (self.dialect, &piece) {
            (Dialect::Completion, piece) => {
                let text = piece.as_deref().unwrap_or_default();
                json!({"text": text, "index": index, "logprobs": null, "finish_reason": finish})
            }
            (Dialect::Chat, piece) => {
                let mut delta = json!({});
                if is_first {
                    delta["role"] = json!("assistant");
                }
                if let Some(piece) = piece {
                    delta["content"] = json!(piece);
                }
                json!({"index": index, "delta": delta, "logprobs": null, "finish_reason": finish})
            }
        });
        self.envelope(id, created, self.chunk_object(), choices)
    }

    fn chunk_object(&self) -> &'static str {
        match self.dialect {
            Dialect::Completion => "text_completion",
            Dialect::Chat => "chat.completion.chunk",
        }
    }

    fn each_choice(&self, choice: impl Fn(u64) -> Value) -> Value {
        (0..self.choices).map(choice).collect()
    }

    fn envelope(&self, id: &str, created: u64, object: &str, choices: Value) -> Value {
        json!({"id": id, "object": object, "created": created, "model": self.model, "choices": choices})
    }

    fn usage_object(&self) -> Value {
        let usage = self.usage();
        json!({
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.input_tokens + usage.output_tokens,
        })
    }
}

fn event(chunk: &Value) -> Bytes {
    format!("data: {chunk}\n\n").into()
}
