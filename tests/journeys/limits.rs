//! A key, and a device, use no more than they may: requests and tokens per minute, requests at the
//! same time, money per day and month. Whoever reaches a limit is told when to come back, in the
//! words of its dialect, and whoever would have to wait for hours is told not to repeat it.

use std::fs;

use futures_util::future::join_all;
use protocol::{Money, TokenUsage, api::KeySummary};
use serde_json::{Value, json};
use tests::{
    Config, Device, Gateway, MintOptions, Model, OpenAnswer, Price, Request, Transcript, Upstream,
    eventually,
    upstream::{Answer, Gate, Step},
    verify_clean,
};

use crate::stage::CODER;

const PLENTY: &str = "1000.00";

struct Setting {
    upstream: Upstream,
    gateway: Gateway,
}

impl Setting {
    async fn new(limits: &str) -> Self {
        let upstream = Upstream::start().await;
        upstream.answer(CODER, answer());
        let config = Config::with_upstream(&upstream)
            .model(Model::new(CODER, Price::USUAL))
            .table(limits);
        let gateway = Gateway::start(&config).await;
        Self { upstream, gateway }
    }

    async fn device(&self, options: &[(&str, &str)]) -> Device {
        self.devices(1, options).await.remove(0)
    }

    /// So many devices on one key.
    async fn devices(&self, count: u32, options: &[(&str, &str)]) -> Vec<Device> {
        let mut mint = MintOptions::credit(PLENTY).devices(count);
        for (name, value) in options {
            mint = mint.option(name, value);
        }
        let key = self.gateway.mint(&mint).await.remove(0);
        join_all((0..count).map(|_| self.gateway.redeem(&key))).await
    }

    fn calls(&self) -> usize {
        self.upstream.calls(CODER).len()
    }
}

/// 110 tokens.
fn answer() -> Answer {
    Answer::of("chatcmpl-8", 10, 100)
}

fn cost() -> Money {
    Price::USUAL.of(&answer().usage)
}

async fn ask(device: &Device) -> Transcript {
    device.chat(CODER).send().await
}

fn seconds(seen: &Transcript) -> u64 {
    seen.header("retry-after")
        .expect("a time to wait")
        .parse()
        .unwrap()
}

#[tokio::test]
async fn without_limits_no_answer_speaks_of_them() {
    let setting = Setting::new("").await;
    let device = setting.device(&[]).await;
    let seen = ask(&device).await.expect(200);
    let names = seen
        .headers
        .keys()
        .filter(|name| name.as_str().contains("ratelimit"));
    assert_eq!(names.count(), 0, "{:?}", seen.headers);
}

#[tokio::test]
async fn requests_per_minute_are_counted_for_the_key_and_all_its_devices() {
    let setting = Setting::new("").await;
    let devices = setting.devices(2, &[("--rpm", "3")]).await;
    for (device, left) in [(0, "2"), (1, "1"), (0, "0")] {
        let seen = ask(&devices[device]).await.expect(200);
        assert_eq!(seen.header("x-ratelimit-limit-requests"), Some("3"));
        assert_eq!(seen.header("x-ratelimit-remaining-requests"), Some(left));
        assert!(
            seen.header("x-ratelimit-reset-requests")
                .is_some_and(|reset| reset.ends_with('s'))
        );
    }
    let refused = ask(&devices[1]).await.expect(429);
    assert_eq!(refused.code(), "rate_limited");
    assert!((1..=20).contains(&seconds(&refused)), "{}", seconds(&refused));
    assert_eq!(refused.header("x-ratelimit-remaining-requests"), Some("0"));
    assert_eq!(setting.calls(), 3);
    // Others are none the worse for it.
    ask(&setting.device(&[]).await).await.expect(200);
    let balance = devices[0].idle_balance().await;
    assert_eq!(balance.spent_nano_usd.nano_usd(), 3 * cost().nano_usd());
    verify_clean(&setting.gateway).await;
}

#[tokio::test]
async fn clients_of_anthropics_dialect_read_their_own_headers() {
    let setting = Setting::new("[limits.key]\nrpm = 1\ntpm = 5000").await;
    let device = setting.device(&[]).await;
    let body =
        json!({"model": CODER, "max_tokens": 100, "messages": [{"role": "user", "content": "Hello."}]});
    let seen = device.post("/v1/messages", &body).send().await.expect(200);
    assert_eq!(seen.header("anthropic-ratelimit-requests-remaining"), Some("0"));
    assert_eq!(seen.header("anthropic-ratelimit-tokens-limit"), Some("5000"));
    let reset = seen.header("anthropic-ratelimit-requests-reset").unwrap();
    assert!(reset.parse::<jiff::Timestamp>().unwrap() > jiff::Timestamp::now());
    let refused = device.post("/v1/messages", &body).send().await.expect(429);
    assert_eq!(refused.json()["error"]["type"], "rate_limit_error");
    assert_eq!(refused.header("x-should-retry"), Some("true"));
    assert!((1..=60).contains(&seconds(&refused)));
    assert_eq!(refused.header("x-ratelimit-limit-requests"), None);
}

#[tokio::test]
async fn counting_tokens_is_a_request_and_takes_no_tokens_and_no_place() {
    let setting = Setting::new("[limits.key]\nrpm = 3\ntpm = 5000\nstreams = 1").await;
    let device = setting.device(&[]).await;
    let body =
        json!({"model": CODER, "max_tokens": 100, "messages": [{"role": "user", "content": "Hello."}]});
    let count = async || device.post("/v1/messages/count_tokens", &body).send().await;
    let gate = gated(&setting).await;
    let running = device.chat_stream(CODER).open().await;
    // The only place is taken.
    count().await.expect(200);
    count().await.expect(200);
    let refused = count().await.expect(429);
    assert_eq!(refused.code(), "rate_limited");
    assert_eq!(
        refused.header("anthropic-ratelimit-requests-remaining"),
        Some("0")
    );
    gate.open();
    running.read_to_end().await;
}

#[tokio::test]
async fn a_device_has_its_own_limit_beside_its_keys() {
    let setting = Setting::new("[limits.device]\nrpm = 1\n[limits.key]\nrpm = 3").await;
    let devices = setting.devices(3, &[]).await;
    ask(&devices[0]).await.expect(200);
    let refused = ask(&devices[0]).await.expect(429);
    assert!(refused.text().contains("This device"), "{}", refused.text());
    ask(&devices[1]).await.expect(200);
    // What a device was refused does not count for its key.
    ask(&devices[2]).await.expect(200);
}

#[tokio::test]
async fn a_key_minted_with_limits_has_those_instead_of_the_configured_ones() {
    let setting = Setting::new("[limits.key]\nrpm = 1").await;
    let device = setting
        .device(&[("--rpm", "2"), ("--spend-per-month", "9.50")])
        .await;
    ask(&device).await.expect(200);
    ask(&device).await.expect(200);
    ask(&device).await.expect(429);
    let keys: Vec<KeySummary> = setting.gateway.keys().await;
    assert_eq!(keys[0].limits.rpm, Some(2));
    assert_eq!(
        keys[0].limits.spend_per_month_nano_usd,
        Money::parse_usd("9.5").ok()
    );
    let bad = json!({"creditNanoUsd": "1", "rpm": 0});
    let refused = setting
        .gateway
        .owner(http::Method::POST, "/api/v1/keys")
        .json(&bad)
        .send()
        .await;
    assert_eq!(refused.expect(400).code(), "invalid_request");
}

#[tokio::test]
async fn tokens_per_minute_are_what_was_used_and_no_output_cap_is_too_large_for_them() {
    let setting = Setting::new("[limits.key]\ntpm = 300").await;
    let device = setting.device(&[]).await;
    // Each of them may have 8,192 tokens of output, and has 100.
    for _ in 0..3 {
        ask(&device).await.expect(200);
    }
    let refused = ask(&device).await.expect(429);
    assert!(refused.text().contains("tokens"), "{}", refused.text());
    assert_eq!(refused.header("x-ratelimit-remaining-tokens"), Some("0"));
    assert!((1..=60).contains(&seconds(&refused)));
    assert_eq!(setting.calls(), 3);
}

async fn gated(setting: &Setting) -> Gate {
    let gate = Gate::closed();
    let held_back = gate.clone();
    setting.upstream.on(CODER, move |call| {
        answer().stream(call).after(1, Step::Wait(held_back.clone()))
    });
    gate
}

#[tokio::test]
async fn tokens_that_running_requests_may_use_are_not_given_twice() {
    let setting = Setting::new("[limits.key]\ntpm = 300").await;
    let device = setting.device(&[]).await;
    let gate = gated(&setting).await;
    let running = device.chat_stream(CODER).open().await;
    assert_eq!(running.status(), 200);
    ask(&device).await.expect(429);
    gate.open();
    running.read_to_end().await;
    // It used 110 of the 300 that were kept for it.
    setting.upstream.answer(CODER, answer());
    ask(&device).await.expect(200);
}

#[tokio::test]
async fn requests_at_the_same_time_are_those_of_the_whole_key() {
    let setting = Setting::new("").await;
    let devices = setting.devices(3, &[("--streams", "2")]).await;
    let gate = gated(&setting).await;
    let running = join_all(devices[..2].iter().map(|device| device.chat_stream(CODER).open())).await;
    assert!(running.iter().all(|answer| answer.status() == 200));
    let refused = ask(&devices[2]).await.expect(429);
    assert_eq!((refused.code().as_str(), seconds(&refused)), ("rate_limited", 1));
    gate.open();
    join_all(running.into_iter().map(OpenAnswer::read_to_end)).await;
    setting.upstream.answer(CODER, answer());
    ask(&devices[2]).await.expect(200);
}

fn capped(device: &Device, output_cap: u64) -> Request {
    let messages = json!([{"role": "user", "content": "Say something."}]);
    let body = json!({"model": CODER, "max_tokens": output_cap, "stream": true, "messages": messages});
    device.post("/v1/chat/completions", &body)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_at_once_cannot_pass_a_spending_cap_together() {
    let setting = Setting::new("").await;
    let mint = MintOptions::credit(PLENTY)
        .strict()
        .option("--spend-per-day", "0.070");
    let key = setting.gateway.mint(&mint).await.remove(0);
    let device = setting.gateway.redeem(&key).await;
    let gate = gated(&setting).await;
    // 1,000 output tokens are held for at 0.015 and a little for the input: four of them fit.
    let heads = join_all((0..64).map(|_| capped(&device, 1_000).open())).await;
    let (running, refused): (Vec<_>, Vec<_>) = heads.into_iter().partition(|head| head.status() == 200);
    assert_eq!((running.len(), setting.calls()), (4, 4));
    for refused in refused {
        let refused = refused.read_to_end().await.expect(429);
        assert_eq!((refused.code().as_str(), seconds(&refused)), ("credit_held", 1));
    }
    gate.open();
    join_all(running.into_iter().map(OpenAnswer::read_to_end)).await;
    // What was held and not spent is free again.
    setting.upstream.answer(CODER, answer());
    assert_eq!(capped(&device, 1_000).send().await.status, 200);
    let spent = device.idle_balance().await.spent_nano_usd;
    assert_eq!(spent.nano_usd(), 5 * cost().nano_usd());
    verify_clean(&setting.gateway).await;
}

/// Each answer costs a little more than 0.030.
fn dear() -> Answer {
    answer().usage(TokenUsage {
        input_tokens: 10,
        output_tokens: 2_000,
        ..TokenUsage::default()
    })
}

fn assert_is_final(refused: &Transcript) {
    assert_eq!(refused.status, 402, "{}", refused.text());
    assert_eq!(refused.code(), "insufficient_credit");
    assert_eq!(refused.header("x-should-retry"), Some("false"));
    assert!(seconds(refused) > 60, "{}", seconds(refused));
}

#[tokio::test]
async fn a_spending_cap_is_kept_over_a_restart_and_nobody_is_asked_to_come_back_at_once() {
    // A month: the last day of one would be over within the minutes that this may take, once.
    let mut setting = Setting::new("[limits.key]\nspend_per_month = \"0.050\"").await;
    let device = setting.device(&[]).await;
    setting.upstream.answer(CODER, dear());
    let first = capped(&device, 2_000).send().await.expect(200);
    assert_eq!(first.header(protocol::header::OUTPUT_CAP), None);
    // 0.02 is left: the next one gets the output cap that this affords, and says so.
    setting.upstream.answer(CODER, answer());
    let second = capped(&device, 2_000).send().await.expect(200);
    let lowered: u64 = second
        .header(protocol::header::OUTPUT_CAP)
        .unwrap()
        .parse()
        .unwrap();
    assert!((1_000..1_400).contains(&lowered), "{lowered}");
    assert_eq!(setting.upstream.last_call(CODER).output_cap(), Some(lowered));
    setting.upstream.answer(
        CODER,
        dear().usage(TokenUsage {
            output_tokens: lowered,
            ..dear().usage
        }),
    );
    capped(&device, 2_000).send().await.expect(200);

    let refused = capped(&device, 2_000).send().await;
    assert_is_final(&refused);
    assert!(
        refused.text().contains("may spend $0.05 a month"),
        "{}",
        refused.text()
    );
    let calls = setting.calls();
    setting.gateway.stop().await;
    setting.gateway.restart().await;
    let device = device.moved_to(&setting.gateway.admin().gateway_url);
    assert_is_final(&capped(&device, 2_000).send().await);
    let messages: Value = json!([{"role": "user", "content": "Hello."}]);
    let body = json!({"model": CODER, "max_tokens": 2_000, "messages": messages});
    let refused = device.post("/v1/messages", &body).send().await;
    assert_eq!(refused.header("x-should-retry"), Some("false"));
    assert_eq!(refused.json()["error"]["type"], "billing_error");
    assert_eq!(setting.calls(), calls);
    // Other keys have a month of their own.
    capped(&setting.device(&[]).await, 2_000).send().await.expect(200);
}

/// Other limits, in force at once.
async fn limit(setting: &Setting, limits: &str) {
    let config = Config::with_upstream(&setting.upstream)
        .model(Model::new(CODER, Price::USUAL))
        .table(limits);
    fs::write(setting.gateway.home().config_file(), config.toml()).unwrap();
    setting.gateway.cli(&["reload"]).await.expect(0);
}

#[tokio::test]
async fn what_is_spent_while_there_is_no_cap_counts_under_the_next_one() {
    for scope in ["key", "device"] {
        let cap = format!("[limits.{scope}]\nspend_per_month = \"0.050\"");
        let setting = Setting::new(&cap).await;
        let device = setting.device(&[]).await;
        setting.upstream.answer(CODER, dear());
        capped(&device, 2_000).send().await.expect(200);
        limit(&setting, "").await;
        capped(&device, 2_000).send().await.expect(200);
        limit(&setting, &cap).await;
        assert_is_final(&capped(&device, 2_000).send().await);
        verify_clean(&setting.gateway).await;
    }
}

#[tokio::test]
async fn a_stream_that_was_begun_without_a_cap_counts_under_the_one_that_came_meanwhile() {
    let setting = Setting::new("").await;
    let mint = MintOptions::credit(PLENTY).strict().devices(2);
    let key = setting.gateway.mint(&mint).await.remove(0);
    let device = setting.gateway.redeem(&key).await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    setting.upstream.on(CODER, move |call| {
        dear().stream(call).after(1, Step::Wait(held_back.clone()))
    });
    let running = capped(&device, 2_000).open().await;
    limit(&setting, "[limits.key]\nspend_per_month = \"0.050\"").await;
    // Each of these costs next to nothing, and may cost as much as the one that runs.
    setting.upstream.answer(CODER, Answer::of("chatcmpl-8", 1, 1));
    capped(&device, 2_000).send().await.expect(200);
    gate.open();
    running.read_to_end().await.expect(200);
    let refused = eventually("the stream to count", async || {
        let seen = capped(&device, 2_000).send().await;
        (seen.status != 200).then_some(seen)
    })
    .await;
    assert_is_final(&refused);
    assert!(setting.calls() < 700, "these alone would take a thousand");
    verify_clean(&setting.gateway).await;
}

#[tokio::test]
async fn a_device_cap_counts_the_device_alone() {
    let setting = Setting::new("[limits.device]\nspend_per_month = \"0.031\"").await;
    let devices = setting.devices(2, &[]).await;
    setting.upstream.answer(CODER, dear());
    capped(&devices[0], 2_000).send().await.expect(200);
    assert_is_final(&capped(&devices[0], 2_000).send().await);
    capped(&devices[1], 2_000).send().await.expect(200);
    verify_clean(&setting.gateway).await;
}

#[tokio::test]
async fn what_costs_nothing_passes_every_spending_cap() {
    let setting = Setting::new("[limits.key]\nspend_per_month = \"0.000000001\"").await;
    let device = setting.device(&[]).await;
    device.chat("builtin/help").send().await.expect(200);
    assert_is_final(&ask(&device).await);
}
