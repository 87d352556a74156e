//! A gateway with one upstream of one dialect, under a name for each of its moods.

use protocol::{Money, TokenUsage};
use serde_json::json;
use tests::{
    Config, Device, Gateway, Model, Price, Serve, Upstream,
    upstream::{Asked, Call, End, Reply, Step, Turn},
    verify_clean,
};

use super::{client::Row, model};
use crate::answered::{Answered, FREE};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// OpenAI's chat, completions and embeddings.
    OpenAi,
    /// The same with the Responses API.
    Responses,
    Anthropic,
}

pub struct Scene {
    pub spoken: Spoken,
    upstream: Upstream,
    pub gateway: Gateway,
    pub device: Device,
    /// Its credit pays for nothing.
    pub poor: Device,
    answered: Answered,
}

/// Every mood, the rows that meet it, and how often each of them asks when no client storms.
const MOODS: [(&str, &str, usize); 7] = [
    ("limited", "rate limit that passes", 2),
    ("busy", "rate limit that stays", 3),
    ("stumbles", "failure that passes", 2),
    ("broken", "failure that stays", 3),
    ("locked", "the owner's key is refused", 1),
    (BREAKS, "stream that breaks off", 1),
    (HANGS, "cancel in mid-stream", 1),
];
/// Moods in which an answer begins and does not end.
const BREAKS: &str = "breaks";
const HANGS: &str = "hangs";

impl Scene {
    pub async fn new(spoken: Spoken) -> Self {
        let upstream = Upstream::start().await;
        let answered = Answered::default();
        let mut config = Config::new();
        // A mood has an upstream of its own, so that the breaker of one does not tell on another.
        let names = MOODS
            .iter()
            .map(|(name, ..)| *name)
            .chain(["good", "sees", FREE, "embed"]);
        for name in names {
            let answered = answered.clone();
            upstream.on(name, move |call| reply(call, &answered));
            config = config.table(&format!(
                "[[upstream]]\nname = {name:?}\n{}\nbase_url = {:?}",
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
    pub async fn is_accounted_for(&self, tried: &[Row]) {
        let mut begun = 0;
        for (mood, feature, each) in MOODS {
            let rows = tried.iter().filter(|row| row.feature.ends_with(feature)).count();
            let calls = self.upstream.calls(mood);
            assert_eq!(calls.len(), rows * each, "calls of `{mood}`");
            begun += if [BREAKS, HANGS].contains(&mood) { rows } else { 0 };
            for call in calls.iter().filter(|_| mood == HANGS) {
                assert_eq!(call.ended().await, End::ClosedEarly);
            }
        }
        assert!(begun >= 2, "both were tried");
        let balance = self.device.idle_balance().await;
        let key = self.device.account.balance.lots[0].id;
        let sum = self.answered.is_in_ledger(&self.gateway, key, begun).await;
        assert_eq!(balance.spent_nano_usd, sum);
        assert_eq!(self.poor.idle_balance().await.spent_nano_usd, Money::ZERO);
        let answers = usize::try_from(self.answered.count()).unwrap();
        assert!(answers > tried.len() / 3, "the client used the model");
        let paths = self.spoken.paths();
        let calls = self.upstream.calls("good");
        let is_spoken = |path: &&str| calls.iter().any(|call| call.path == **path);
        assert!(paths.iter().all(is_spoken), "{paths:?}");
        verify_clean(&self.gateway).await;
    }
}

impl Spoken {
    fn provider(self) -> &'static str {
        match self {
            Self::Responses => {
                "provider = \"openai-compatible\"\n\
                 dialects = [\"chat\", \"completions\", \"embeddings\", \"responses\"]"
            }
            Self::OpenAi => "provider = \"openai-compatible\"",
            Self::Anthropic => "provider = \"anthropic-compatible\"",
        }
    }
    fn paths(self) -> &'static [&'static str] {
        match self {
            Self::OpenAi => &["/v1/chat/completions"],
            Self::Responses => &["/v1/chat/completions", "/v1/responses"],
            Self::Anthropic => &["/v1/messages"],
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
    let heard = Turn::chunks_of_two_words(call);
    match call.model() {
        BREAKS => turn.reply(call).cut_after(heard),
        HANGS => turn.reply(call).after(heard, Step::Hang),
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
