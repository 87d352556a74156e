//! A gateway with one upstream of one dialect, under a name for each of its moods.

use protocol::{Money, TokenUsage};
use serde_json::json;
use tests::{
    Config, Device, Gateway, Model, Price, Serve, Upstream,
    upstream::{Asked, Call, End, Reply, Step},
    verify_clean,
};

use super::model;
use crate::answered::{Answered, FREE};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    OpenAi,
    Anthropic,
}

pub struct Scene {
    spoken: Spoken,
    upstream: Upstream,
    pub gateway: Gateway,
    pub device: Device,
    /// Its credit pays for nothing.
    pub poor: Device,
    answered: Answered,
}

/// Every mood, and how often the upstream is called in it when no client storms.
const MOODS: [(&str, usize); 7] = [
    ("limited", 2),
    ("busy", 3),
    ("stumbles", 2),
    ("broken", 3),
    ("locked", 1),
    ("breaks", 1),
    ("hangs", 1),
];

impl Scene {
    pub async fn new(spoken: Spoken) -> Self {
        let upstream = Upstream::start().await;
        let answered = Answered::default();
        let mut config = Config::new();
        // A mood has an upstream of its own, so that the breaker of one does not tell on another.
        let names = MOODS
            .iter()
            .map(|(name, _)| *name)
            .chain(["good", "sees", FREE, "embed"]);
        for name in names {
            let answered = answered.clone();
            upstream.on(name, move |call| reply(call, &answered));
            config = config.table(&format!(
                "[[upstream]]\nname = {name:?}\nprovider = {:?}\nbase_url = {:?}",
                spoken.provider(),
                upstream.base_url()
            ));
            config = config.model(model_of(name));
        }
        let gateway = Serve::new(&config).start().await;
        let device = gateway.device("5.00").await;
        let poor = gateway.device("0.00001").await;
        Self {
            spoken,
            upstream,
            gateway,
            device,
            poor,
            answered,
        }
    }

    /// Every answer has one row with its usage and its price, what was broken off an estimate, and
    /// what was refused nothing; nobody asked more often than needed.
    pub async fn is_accounted_for(&self) {
        for (mood, calls) in MOODS {
            assert_eq!(self.upstream.calls(mood).len(), calls, "calls of `{mood}`");
        }
        assert_eq!(self.upstream.last_call("hangs").ended().await, End::ClosedEarly);
        let balance = self.device.idle_balance().await;
        let key = self.device.account.balance.lots[0].id;
        // What `breaks` and `hangs` began.
        let sum = self.answered.is_in_ledger(&self.gateway, key, 2).await;
        assert_eq!(balance.spent_nano_usd, sum);
        assert_eq!(self.poor.idle_balance().await.spent_nano_usd, Money::ZERO);
        assert!(self.answered.count() > 15, "the client used the model");
        let path = self.spoken.path();
        assert!(self.upstream.calls("good").iter().any(|call| call.path == path));
        verify_clean(&self.gateway).await;
    }
}

impl Spoken {
    fn provider(self) -> &'static str {
        match self {
            Self::OpenAi => "openai-compatible",
            Self::Anthropic => "anthropic-compatible",
        }
    }
    fn path(self) -> &'static str {
        match self {
            Self::OpenAi => "/v1/chat/completions",
            Self::Anthropic => "/v1/messages",
        }
    }
}

fn model_of(name: &str) -> Model {
    let model = match name {
        "sees" => Model::new(name, Price::USUAL).line("image_tokens_max = 1600"),
        // What a provider does on its own has no bound.
        FREE => Model::free(name),
        "embed" => Model::new(name, Price::USUAL).capabilities(&["embedding"]),
        _ => Model::new(name, Price::USUAL),
    };
    model.upstream(name)
}

fn reply(call: &Call, answered: &Answered) -> Reply {
    if call.path.ends_with("/count_tokens") {
        return Reply::json(200, &json!({"input_tokens": 42}));
    }
    let refuse = |status: u16| {
        let error = json!({"type": "some_error", "message": "org-4711 is at fault"});
        Reply::json(status, &json!({"type": "error", "error": error}))
    };
    let is_first = call.nth == 0;
    match call.model() {
        "limited" if is_first => return refuse(429).header("retry-after", "1"),
        "busy" => return refuse(429).header("retry-after", "1"),
        "stumbles" if is_first => return refuse(503),
        "broken" => return refuse(500),
        "locked" => return refuse(401),
        _ => {}
    }
    let nth = answered.count();
    if call.path.ends_with("/embeddings") {
        let usage = TokenUsage {
            input_tokens: 10 + nth,
            ..TokenUsage::default()
        };
        answered.note(call.model(), usage);
        return embeddings(call, &usage);
    }
    let turn = model::answer(&Asked::of(call), nth);
    // What stands before the third word: the role here, the message and its block there.
    let heard = if call.is_chat() { 1 + 2 } else { 3 + 2 };
    match call.model() {
        "breaks" => turn.reply(call).cut_after(heard),
        "hangs" => turn.reply(call).after(heard, Step::Hang),
        model => {
            answered.note(model, turn.usage);
            turn.reply(call)
        }
    }
}

fn embeddings(call: &Call, usage: &TokenUsage) -> Reply {
    // The official clients ask for the numbers' bytes.
    let vector = match call.json()["encoding_format"].as_str() {
        Some("base64") => json!("AAAAPwAAAL8="),
        _ => json!([0.5, -0.5]),
    };
    let entry = |index: usize| json!({"object": "embedding", "index": index, "embedding": vector});
    let count = call.json()["input"].as_array().map_or(1, Vec::len);
    let entries: Vec<_> = (0..count).map(entry).collect();
    let usage = json!({"prompt_tokens": usage.input_tokens, "total_tokens": usage.input_tokens});
    Reply::json(
        200,
        &json!({"object": "list", "data": entries, "model": call.model(), "usage": usage}),
    )
}
