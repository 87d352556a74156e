use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use protocol::{TokenUsage, header};
use serde_json::{Value, json};
use tests::{
    Device, Request, Upstream, sse,
    upstream::{Answer, Call, Step},
};
use tokio::sync::watch;

pub const MODEL: &str = "coder";
/// What the upstream says that it read, for every request.
pub const INPUT_TOKENS: u64 = 6;
/// Every answer is asked for with this cap, so that a hold covers all of it.
const OUTPUT_CAP: u64 = 2_000;

/// A small generator of our own, so that one number repeats a whole schedule (SplitMix64).
pub struct Pace(u64);

impl Pace {
    pub const fn seeded(seed: u64) -> Self {
        Self(seed)
    }
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    pub const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
    /// True once in so many times.
    pub const fn chance(&mut self, once_in: u64) -> bool {
        self.below(once_in) == 0
    }
}

/// How many words the upstream answers: most answers are short, some outrun several marks.
fn words_of(id: &str) -> u64 {
    let sum = id.bytes().fold(17_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let mut pace = Pace::seeded(sum);
    if pace.chance(5) {
        200 + pace.below(1_600)
    } else {
        3 + pace.below(60)
    }
}

/// The usage that the upstream reports for the request with this id.
pub fn usage_of(id: &str) -> TokenUsage {
    TokenUsage {
        input_tokens: INPUT_TOKENS,
        output_tokens: words_of(id),
        ..TokenUsage::default()
    }
}

/// The request's own id travels in its prompt, so that the upstream can be asked about it.
fn prompt_of(id: &str) -> String {
    format!("Answer the request {id}.")
}

/// The id of the request that a call of the upstream was made for.
pub fn id_of(call: &Call) -> Option<String> {
    let body = call.json();
    let prompt = body["prompt"]
        .as_str()
        .or(body["messages"][0]["content"].as_str())?;
    let id = prompt.strip_prefix("Answer the request ")?;
    Some(id.strip_suffix('.')?.to_owned())
}

/// Answers every request by its id, in no hurry, so that many are in flight at any moment.
pub fn script(upstream: &Upstream) {
    upstream.on(MODEL, |call| {
        let id = id_of(call).expect("only our own prompts arrive");
        let answer = Answer::of(&format!("chatcmpl-{id}"), INPUT_TOKENS, words_of(&id));
        let pause = std::time::Duration::from_millis(1);
        let reply = answer.reply(call);
        if !call.is_stream() {
            return reply.before(Step::Pause(pause * 5));
        }
        (0..words_of(&id)).step_by(8).fold(reply, |reply, at| {
            let at = usize::try_from(at).expect("an answer is short");
            reply.after(at, Step::Pause(pause))
        })
    });
}

/// What a client knows about one request when its gateway is gone.
#[derive(Debug)]
pub struct Seen {
    pub id: String,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    /// The end was seen, and with it the receipt or the headers.
    Complete { cost: Option<String> },
    /// So many output tokens were seen, then the gateway was gone.
    Partial { output_tokens: u64 },
    /// Not one byte of an answer was seen.
    Nothing,
    /// The gateway said no.
    Refused(u16),
}

/// The load of one round.
pub struct Traffic {
    round: u64,
    url: String,
    number: AtomicU64,
    seen: watch::Sender<u64>,
    is_over: AtomicBool,
}

impl Traffic {
    pub fn new(round: u64, url: String) -> Self {
        Self {
            round,
            url,
            number: AtomicU64::new(0),
            seen: watch::Sender::new(0),
            is_over: AtomicBool::new(false),
        }
    }

    /// Lets clients end after the request that they have.
    pub fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Waits until all clients together have seen so many pieces of answers.
    pub async fn saw(&self, pieces: u64) {
        let mut seen = self.seen.subscribe();
        seen.wait_for(|count| *count >= pieces)
            .await
            .expect("the counter lives here");
    }

    /// Asks again and again, until the gateway is gone.
    pub async fn client(self: std::sync::Arc<Self>, device: Device, seed: u64) -> Vec<Seen> {
        let mut pace = Pace::seeded(seed);
        let mut all = Vec::new();
        loop {
            let number = self.number.fetch_add(1, Ordering::Relaxed);
            let id = format!("{}-{number}", self.round);
            let stream = !pace.chance(4);
            let request = ask(&device, &id, stream, pace.chance(2));
            let outcome = self.follow(request, stream).await;
            let gone = matches!(outcome, Outcome::Nothing | Outcome::Partial { .. });
            all.push(Seen { id, outcome });
            if self.is_over.load(Ordering::Relaxed) || (gone && !self.is_alive().await) {
                return all;
            }
        }
    }

    async fn is_alive(&self) -> bool {
        Request::get(&format!("{}/healthz", self.url))
            .try_send()
            .await
            .is_ok()
    }

    async fn follow(&self, request: Request, stream: bool) -> Outcome {
        let Ok(mut open) = request.try_open().await else {
            return Outcome::Nothing;
        };
        while open.next().await.is_some() {
            self.seen.send_modify(|count| *count += 1);
        }
        let seen = open.read_to_end().await;
        match (seen.status.as_u16(), stream) {
            (200, true) if sse::is_done(&seen.body) => {
                let receipt = sse::receipts(&seen.body).pop();
                let cost =
                    receipt.map(|receipt| receipt["costNanoUsd"].as_str().expect("money is text").into());
                Outcome::Complete { cost }
            }
            (200, true) => match count_words(&sse::text(&seen.body)) {
                0 => Outcome::Nothing,
                output_tokens => Outcome::Partial { output_tokens },
            },
            (200, false) if seen.complete => Outcome::Complete {
                cost: seen.header(header::COST).map(str::to_owned),
            },
            // A whole answer is settled before its first byte is sent.
            (200, false) if !seen.body.is_empty() => Outcome::Partial { output_tokens: 1 },
            (200, false) => Outcome::Nothing,
            (refused, _) => Outcome::Refused(refused),
        }
    }
}

fn count_words(text: &str) -> u64 {
    text.matches("word").count() as u64
}

fn ask(device: &Device, id: &str, stream: bool, chat: bool) -> Request {
    let mut body = json!({"model": MODEL, "stream": stream, "max_tokens": OUTPUT_CAP});
    let path = if chat {
        body["messages"] = json!([{"role": "user", "content": prompt_of(id)}]);
        "/v1/chat/completions"
    } else {
        body["prompt"] = Value::String(prompt_of(id));
        "/v1/completions"
    };
    device
        .post(path, &body)
        .header(header::CLIENT_REQUEST_ID, id)
        .header(header::RECEIPT, "1")
}
