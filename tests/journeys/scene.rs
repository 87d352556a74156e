//! One failure, on both dialects: a gateway with an upstream of either kind, and the parts of which
//! their streams are made.

use bytes::Bytes;
use protocol::{KeyId, Money, TokenUsage, api::UsageEntry, header};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Price, Request, Serve, Transcript, Upstream, sse,
    upstream::{Call, Reply, Step},
    verify_clean,
};

/// The model that every scene asks for, at [`Price::USUAL`].
pub const MODEL: &str = "coder";
pub const CREDIT: &str = "5.00";
/// What the upstream says it read.
pub const INPUT: u64 = 12;

/// The dialect that client and upstream both speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// OpenAI's chat completions.
    Chat,
    /// Anthropic's messages.
    Messages,
}

pub const SIDES: [Side; 2] = [Side::Chat, Side::Messages];

impl Side {
    pub const fn path(self) -> &'static str {
        match self {
            Self::Chat => "/v1/chat/completions",
            Self::Messages => "/v1/messages",
        }
    }

    const fn provider(self) -> &'static str {
        match self {
            Self::Chat => "openai-compatible",
            Self::Messages => "anthropic-compatible",
        }
    }

    pub fn body(self, stream: bool) -> Value {
        json!({"model": MODEL, "max_tokens": 1_000, "stream": stream,
               "messages": [{"role": "user", "content": "Say something."}]})
    }

    /// What stands before the first word; where the dialect says so, with the input's count.
    pub fn start(self, usage: Option<u64>) -> Vec<Bytes> {
        match self {
            Self::Chat => Vec::new(),
            Self::Messages => {
                let mut message = json!({"id": "msg_1", "type": "message", "role": "assistant", "model": MODEL,
                    "content": [], "stop_reason": null, "stop_sequence": null});
                if let Some(input) = usage {
                    message["usage"] = json!({"input_tokens": input, "output_tokens": 1});
                }
                vec![
                    named("message_start", json!({"message": message})),
                    named(
                        "content_block_start",
                        json!({"index": 0, "content_block": {"type": "text", "text": ""}}),
                    ),
                ]
            }
        }
    }

    pub fn word(self, number: u64) -> Bytes {
        let word = format!("word{number} ");
        match self {
            Self::Chat => chunk(json!([{"index": 0, "delta": {"content": word}, "finish_reason": null}])),
            Self::Messages => named(
                "content_block_delta",
                json!({"index": 0, "delta": {"type": "text_delta", "text": word}}),
            ),
        }
    }

    /// What says that the text is over.
    pub fn finish(self) -> Vec<Bytes> {
        match self {
            Self::Chat => vec![chunk(json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]))],
            Self::Messages => vec![named("content_block_stop", json!({"index": 0}))],
        }
    }

    /// The report of usage; `Value::Null` leaves it out.
    pub fn usage(self, output: Value) -> Bytes {
        match self {
            Self::Chat => {
                let mut last = json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
                    "model": MODEL, "choices": []});
                if !output.is_null() {
                    last["usage"] = json!({"prompt_tokens": INPUT, "completion_tokens": output});
                }
                data(&last)
            }
            Self::Messages => {
                let mut delta = json!({"delta": {"stop_reason": "end_turn", "stop_sequence": null}});
                if !output.is_null() {
                    delta["usage"] = json!({"output_tokens": output});
                }
                named("message_delta", delta)
            }
        }
    }

    pub fn end(self) -> Bytes {
        match self {
            Self::Chat => Bytes::from_static(b"data: [DONE]\n\n"),
            Self::Messages => named("message_stop", json!({})),
        }
    }

    /// The dialect's error as an event of a stream.
    pub fn error_event(self, kind: &str, message: &str) -> Bytes {
        match self {
            Self::Chat => data(&json!({"error": {"message": message, "type": kind, "code": kind}})),
            Self::Messages => named("error", json!({"error": {"type": kind, "message": message}})),
        }
    }

    /// The dialect's error as a whole answer.
    pub fn error_body(self, kind: &str, message: &str) -> Value {
        match self {
            Self::Chat => json!({"error": {"message": message, "type": kind, "code": kind}}),
            Self::Messages => json!({"type": "error", "error": {"type": kind, "message": message}}),
        }
    }

    /// So many words, from the start, and nothing after them.
    pub fn words(self, count: u64) -> Vec<Bytes> {
        let words = (0..count).map(|number| self.word(number));
        self.start(Some(INPUT)).into_iter().chain(words).collect()
    }

    /// A whole good stream of so many words.
    pub fn stream(self, count: u64) -> Vec<Bytes> {
        let mut events = self.words(count);
        events.extend(self.finish());
        events.extend([self.usage(count.into()), self.end()]);
        events
    }

    pub fn whole(self, count: u64) -> Value {
        let text: String = (0..count).map(|number| format!("word{number} ")).collect();
        match self {
            Self::Chat => {
                json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": MODEL,
                "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": INPUT, "completion_tokens": count}})
            }
            Self::Messages => json!({"id": "msg_1", "type": "message", "role": "assistant", "model": MODEL,
                "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": null,
                "usage": {"input_tokens": INPUT, "output_tokens": count}}),
        }
    }

    /// A whole good answer, streamed or not, as the call asks.
    pub fn reply(self, call: &Call, count: u64) -> Reply {
        if call.is_stream() {
            sends(self.stream(count))
        } else {
            Reply::json(200, &self.whole(count))
        }
    }
}

pub fn sends(events: impl IntoIterator<Item = Bytes>) -> Reply {
    Reply::stream(events.into_iter().map(Step::Send).collect())
}

/// The events, and then this step.
pub fn sends_then(events: impl IntoIterator<Item = Bytes>, step: Step) -> Reply {
    let steps = events.into_iter().map(Step::Send).chain([step]);
    Reply::stream(steps.collect())
}

fn data(value: &Value) -> Bytes {
    format!("data: {value}\n\n").into()
}

fn chunk(choices: Value) -> Bytes {
    let mut value =
        json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": MODEL});
    value["choices"] = choices;
    data(&value)
}

fn named(name: &str, mut value: Value) -> Bytes {
    value["type"] = name.into();
    format!("event: {name}\ndata: {value}\n\n").into()
}

pub struct Scene {
    pub side: Side,
    pub upstream: Upstream,
    pub gateway: Gateway,
    pub device: Device,
}

impl Scene {
    pub async fn new(side: Side) -> Self {
        Self::with(side, "").await
    }

    /// With these lines under `[limits]`.
    pub async fn with(side: Side, limits: &str) -> Self {
        let upstream = Upstream::start().await;
        let config = Self::config(side, &upstream.base_url(), limits);
        let gateway = Serve::new(&config)
            .env("OWNERS_KEY", Serve::UPSTREAM_KEY)
            .start()
            .await;
        let device = gateway.device(CREDIT).await;
        Self {
            side,
            upstream,
            gateway,
            device,
        }
    }

    pub fn config(side: Side, base_url: &str, limits: &str) -> Config {
        Config::new().table(&format!(
            "[[upstream]]\nname = \"fake\"\nprovider = {:?}\nbase_url = {base_url:?}\napi_key_env = \"OWNERS_KEY\"\n\
             [[model]]\nid = {MODEL:?}\nupstream = \"fake\"\nprice = {}\n[limits]\n{limits}\n",
            side.provider(),
            Price::USUAL.toml()
        ))
    }

    pub fn ask(&self, stream: bool) -> Request {
        let request = self.device.post(self.side.path(), &self.side.body(stream));
        request.header(header::RECEIPT, "1")
    }

    pub fn plays(&self, reply: Reply) {
        self.upstream.on(MODEL, move |_| reply.clone());
    }

    pub fn key(&self) -> KeyId {
        self.device.account.balance.lots[0].id
    }

    /// Everything is given back.
    pub async fn released(&self) {
        let rows = self.gateway.usage(self.key()).await;
        assert!(rows.is_empty(), "{:?}: nothing is owed: {rows:?}", self.side);
        self.spent(Money::ZERO).await;
    }

    /// Charged exactly what the upstream reported.
    pub async fn settled(&self, output: u64) -> UsageEntry {
        let row = self.gateway.rows(self.key(), 1).await.remove(0);
        let usage = TokenUsage {
            input_tokens: INPUT,
            output_tokens: output,
            ..TokenUsage::default()
        };
        assert_eq!((row.usage, row.estimated), (usage, false), "{:?}", self.side);
        assert_eq!(row.cost_nano_usd, Price::USUAL.of(&usage));
        self.spent(row.cost_nano_usd).await;
        row
    }

    /// Charged for what arrived, by an estimate of at least so many output tokens.
    pub async fn estimated(&self, output_min: u64) -> UsageEntry {
        let row = self.gateway.rows(self.key(), 1).await.remove(0);
        assert!(row.estimated && !row.orphan, "{:?}: {row:?}", self.side);
        assert!(row.usage.output_tokens >= output_min, "{:?}: {row:?}", self.side);
        assert!(row.usage.input_tokens > 0, "the input was read: {row:?}");
        assert_eq!(row.cost_nano_usd, Price::USUAL.of(&row.usage), "{row:?}");
        self.spent(row.cost_nano_usd).await;
        row
    }

    /// Nothing is held any more, and the balance fell by this much.
    pub async fn spent(&self, cost: Money) {
        let balance = self.device.idle_balance().await;
        assert_eq!(balance.spent_nano_usd, cost, "{:?}", self.side);
        verify_clean(&self.gateway).await;
    }

    /// An error that the dialect's clients can read: its code. What looks like a secret of the owner
    /// is not in it.
    pub fn told(&self, seen: &Transcript) -> String {
        let error = if seen.text().starts_with('{') {
            seen.json()
        } else {
            let all = sse::chunks(&seen.body);
            let last = all.into_iter().rev().find(|event| event["error"].is_object());
            last.unwrap_or_else(|| panic!("{:?}: no error was told: {}", self.side, seen.text()))
        };
        if self.side == Side::Messages {
            assert_eq!(error["type"], "error", "{error}");
        }
        for member in ["message", "type", "code"] {
            assert!(error["error"][member].is_string(), "{member}: {error}");
        }
        assert!(!seen.text().contains(Serve::UPSTREAM_KEY), "{}", seen.text());
        error["error"]["code"].as_str().unwrap().to_owned()
    }

    /// The words that the client has, in either dialect.
    pub fn text(&self, seen: &Transcript) -> String {
        let piece = |event: &Value| {
            let chat = &event["choices"][0]["delta"]["content"];
            chat.as_str()
                .or(event["delta"]["text"].as_str())
                .map(str::to_owned)
        };
        sse::chunks(&seen.body).iter().filter_map(piece).collect()
    }
}
