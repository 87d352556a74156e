use bytes::Bytes;
use protocol::TokenUsage;
use serde_json::{Value, json};

use super::{Call, Reply, Step};

/// Usage as OpenAI's chat and completions report it: cached tokens inside `prompt_tokens`.
pub fn usage_json(usage: &TokenUsage) -> Value {
    json!({
        "prompt_tokens": usage.total_input(),
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_input() + usage.output_tokens,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    })
}

/// A good answer of the service: its words, and the usage that it reports for them.
#[derive(Clone, Debug)]
pub struct Answer {
    pub id: String,
    pub words: Vec<String>,
    pub usage: TokenUsage,
}

impl Answer {
    /// An answer of `count` words, one token each, to an input of `input` tokens.
    pub fn of(id: &str, input: u64, count: u64) -> Self {
        let words = (0..count).map(|word| format!("word{word} ")).collect();
        let usage = TokenUsage {
            input_tokens: input,
            output_tokens: count,
            ..TokenUsage::default()
        };
        Self {
            id: id.into(),
            words,
            usage,
        }
    }
    pub fn words(mut self, words: &[&str]) -> Self {
        self.words = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }
    pub fn usage(mut self, usage: TokenUsage) -> Self {
        self.usage = usage;
        self
    }
    pub fn text(&self) -> String {
        self.words.concat()
    }

    /// Whole or streamed, chat or completion, as the call asks.
    pub fn reply(&self, call: &Call) -> Reply {
        if call.is_stream() {
            self.stream(call)
        } else {
            Reply::json(200, &self.whole(call))
        }
    }

    pub fn whole(&self, call: &Call) -> Value {
        if call.is_response() {
            return self.response(call, "completed");
        }
        let mut body = self.frame(call, call.is_chat(), "chat.completion");
        let (place, content) = if call.is_chat() {
            (
                "message",
                json!({"role": "assistant", "content": self.text(), "refusal": null}),
            )
        } else {
            ("text", self.text().into())
        };
        let mut choice = json!({"index": 0, "finish_reason": "stop", "logprobs": null});
        choice[place] = content;
        body["choices"] = json!([choice]);
        body["usage"] = usage_json(&self.usage);
        body
    }

    /// One chunk a word, then the finish, the usage where it was asked for, and `[DONE]`.
    pub fn stream(&self, call: &Call) -> Reply {
        if call.is_response() {
            return Reply::stream(self.response_events(call).into_iter().map(Step::Send).collect());
        }
        let mut events = self.text_events(call);
        if call.wants_usage() {
            events.push(event(&self.usage_chunk(call)));
        }
        events.push(Bytes::from_static(b"data: [DONE]\n\n"));
        Reply::stream(events.into_iter().map(Step::Send).collect())
    }

    /// The events that carry text and the finish, without usage and without `[DONE]`.
    pub fn text_events(&self, call: &Call) -> Vec<Bytes> {
        let words = self
            .words
            .iter()
            .map(|word| event(&self.chunk(call, Some(word), None)));
        words
            .chain([event(&self.chunk(call, None, Some("stop")))])
            .collect()
    }

    /// The extra chunk with `choices: []` and the full usage.
    pub fn usage_chunk(&self, call: &Call) -> Value {
        let mut chunk = self.frame(call, call.is_chat(), "chat.completion.chunk");
        chunk["choices"] = json!([]);
        chunk["usage"] = usage_json(&self.usage);
        chunk
    }

    pub fn chunk(&self, call: &Call, word: Option<&str>, finish: Option<&str>) -> Value {
        let mut chunk = self.frame(call, call.is_chat(), "chat.completion.chunk");
        let mut choice = json!({"index": 0, "finish_reason": finish, "logprobs": null});
        if call.is_chat() {
            choice["delta"] = word.map_or(json!({}), |word| json!({"content": word}));
        } else {
            choice["text"] = word.unwrap_or_default().into();
        }
        chunk["choices"] = json!([choice]);
        if call.wants_usage() {
            chunk["usage"] = Value::Null;
        }
        chunk
    }

    fn frame(&self, call: &Call, chat: bool, object: &str) -> Value {
        let object = if chat { object } else { "text_completion" };
        json!({"id": self.id, "object": object, "created": 1, "model": call.model(), "system_fingerprint": null})
    }
}

/// One server-sent event.
pub(crate) fn event(data: &Value) -> Bytes {
    format!("data: {data}\n\n").into()
}
