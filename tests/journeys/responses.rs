//! The Responses API: on an upstream that speaks it, and translated onto the two others.

mod broken;
mod client;
mod passed;
mod refused;
mod translated;

use bytes::Bytes;
use protocol::{TokenUsage, api::UsageEntry};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, Price, Serve, Transcript, Upstream, sse,
    upstream::{Call, Reply, Step},
    verify_clean,
};

const STREAM: &[u8] = include_bytes!("../../providers/fixtures/stream-responses.sse");
const TOOLS: &[u8] = include_bytes!("../../providers/fixtures/stream-responses-tools.sse");
const FAILED: &[u8] = include_bytes!("../../providers/fixtures/stream-responses-failed.sse");
const CLAUDE: &[u8] = include_bytes!("../../providers/fixtures/stream-anthropic.sse");
const CLAUDE_TOOLS: &[u8] = include_bytes!("../../providers/fixtures/stream-anthropic-tools.sse");
const CLAUDE_WHOLE: &[u8] = include_bytes!("../../providers/fixtures/messages-anthropic.json");

/// Served by an upstream that speaks the dialect, one for chat, and one of Anthropic's.
const NATIVE: &str = "native";
const GPT: &str = "gpt";
const CLAUDE_MODEL: &str = "claude";

struct Stage {
    upstream: Upstream,
    gateway: Gateway,
    device: Device,
}

async fn stage() -> Stage {
    stage_at(&Price::USUAL.toml()).await
}

async fn stage_at(price: &str) -> Stage {
    let upstream = Upstream::start().await;
    let base = upstream.base_url();
    let route = |id: &str, provider: &str, more: &str| {
        format!(
            "[[upstream]]\nname = {id:?}\nprovider = {provider:?}\nbase_url = {base:?}\n{more}\
             [[model]]\nid = {id:?}\nupstream = {id:?}\nprice = {price}\n"
        )
    };
    let config = Config::new()
        .table(&route(
            NATIVE,
            "openai-compatible",
            "dialects = [\"chat\", \"responses\"]\n",
        ))
        .table(&route(GPT, "openai-compatible", ""))
        .table(&route(CLAUDE_MODEL, "anthropic-compatible", ""));
    let gateway = Serve::new(&config).start().await;
    let device = gateway.device("5.00").await;
    Stage {
        upstream,
        gateway,
        device,
    }
}

impl Stage {
    async fn ask(&self, body: &Value) -> Transcript {
        self.device.post("/v1/responses", body).send().await
    }

    async fn row(&self) -> UsageEntry {
        let key = self.device.account.balance.lots[0].id;
        self.gateway.rows(key, 1).await.remove(0)
    }

    async fn settled(&self, usage: TokenUsage) {
        let key = self.device.account.balance.lots[0].id;
        let row = self.gateway.only_row(key).await;
        assert_eq!((row.usage, row.estimated), (usage, false));
        assert_eq!(row.cost_nano_usd, Price::USUAL.of(&usage));
        assert_eq!(self.device.idle_balance().await.spent_nano_usd, row.cost_nano_usd);
        verify_clean(&self.gateway).await;
    }
}

fn request(model: &str, stream: bool) -> Value {
    json!({"model": model, "stream": stream, "instructions": "Be brief.",
           "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello."}]}]})
}

fn plays(bytes: &'static [u8]) -> impl Fn(&Call) -> Reply + Send + Sync + 'static {
    move |_| Reply::stream(vec![Step::Send(Bytes::from_static(bytes))])
}

/// The kinds of a stream's events, each checked for its number.
fn kinds(seen: &Transcript) -> Vec<String> {
    let chunks = sse::chunks(&seen.body);
    for (number, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk["sequence_number"], number, "{}", seen.text());
    }
    let kind = |chunk: &Value| chunk["type"].as_str().unwrap().to_owned();
    chunks.iter().map(kind).collect()
}

fn last(seen: &Transcript) -> Value {
    sse::chunks(&seen.body).pop().unwrap()
}

const USAGE: TokenUsage = TokenUsage {
    input_tokens: 8,
    output_tokens: 9,
    cache_read_tokens: 8,
    cache_write_tokens: 4,
    reasoning_tokens: 3,
};
