//! A model with several upstreams is served as long as one of them answers. Whoever asks sees no
//! error before the first byte, pays for one answer, and the ledger shows every attempt.

mod full;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use protocol::Money;
use serde_json::json;
use tests::{
    Config, Device, Gateway, Price, Serve, Transcript, Upstream, eventually, free_port, sse,
    upstream::{Answer, Reply, Step},
    verify_clean,
};

const MODEL: &str = "coder";
/// So heavy that it is always the first to be asked.
const FIRST: &str = "weight = 1000000000";

struct Pair {
    first: Upstream,
    second: Upstream,
    gateway: Gateway,
    device: Device,
}

fn config(first: &str, second: &str, second_price: &str) -> Config {
    Config::new()
        .upstream("first", first, None)
        .upstream("second", second, None)
        .table(&format!(
            "[[model]]\nid = {MODEL:?}\ncapabilities = [\"chat\", \"completion\"]\nprice = {}\n\
             [[model.routes]]\nupstream = \"first\"\n{FIRST}\n\
             [[model.routes]]\nupstream = \"second\"\nupstream_model = \"other\"\n{second_price}\n",
            Price::USUAL.toml()
        ))
}

impl Pair {
    async fn new() -> Self {
        Self::with("", "5.00").await
    }

    async fn with(second_price: &str, credit: &str) -> Self {
        let (first, second) = (Upstream::start().await, Upstream::start().await);
        let config = config(&first.base_url(), &second.base_url(), second_price);
        let gateway = Serve::new(&config).start().await;
        let device = gateway.device(credit).await;
        second.answer("other", answer());
        Self {
            first,
            second,
            gateway,
            device,
        }
    }

    /// The rows of the request: attempts that came to nothing, then the one that is charged.
    async fn attempts(&self, upstreams: &[&str]) {
        let key = self.device.account.balance.lots[0].id;
        let rows = self.gateway.rows(key, upstreams.len()).await;
        let mut names: Vec<_> = rows.iter().map(|row| row.upstream.as_str()).collect();
        names.reverse();
        assert_eq!(names, upstreams);
        let price = Price::USUAL.of(&answer().usage);
        for (at, row) in rows.iter().enumerate() {
            let expected = if at == 0 { price } else { Money::ZERO };
            assert_eq!(row.cost_nano_usd, expected, "{row:?}");
        }
        let balance = self.device.idle_balance().await;
        assert_eq!(
            (balance.spent_nano_usd, balance.held_nano_usd),
            (price, Money::ZERO)
        );
        verify_clean(&self.gateway).await;
    }
}

fn answer() -> Answer {
    Answer::of("chatcmpl-7", 12, 6)
}

fn assert_answered(seen: &Transcript) {
    assert_eq!(seen.status.as_u16(), 200, "{}", seen.text());
    let text = if seen.text().starts_with("data:") {
        sse::text(&seen.body)
    } else {
        seen.json()["choices"][0]["message"]["content"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(text, answer().text());
}

fn refusal(status: u16) -> Reply {
    Reply::json(
        status,
        &json!({"error": {"message": "no", "type": "x", "code": "y"}}),
    )
}

#[tokio::test]
async fn an_upstream_that_cannot_be_reached_is_passed_over() {
    let second = Upstream::start().await;
    second.answer("other", answer());
    let dead = format!("http://{}/v1", free_port());
    let gateway = Serve::new(&config(&dead, &second.base_url(), "")).start().await;
    let device = gateway.device("5.00").await;
    let pair = Pair {
        first: Upstream::start().await,
        second,
        gateway,
        device,
    };
    assert_answered(&pair.device.chat(MODEL).send().await);
    pair.attempts(&["first", "second"]).await;
}

#[tokio::test]
async fn refusals_that_another_upstream_may_not_share_are_passed_over() {
    for status in [429, 500, 502, 503, 529] {
        let pair = Pair::new().await;
        pair.first.on(MODEL, move |_| refusal(status));
        let body =
            json!({"model": MODEL, "stream": true, "messages": [{"role": "user", "content": "Hello."}]});
        let request = pair.device.post("/v1/chat/completions", &body);
        let request = request.header(protocol::header::CLIENT_REQUEST_ID, "once");
        assert_answered(&request.send().await);
        pair.attempts(&["first", "second"]).await;
        assert_eq!(pair.first.calls(MODEL).len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_is_passed_over() {
    let pair = Pair::new().await;
    pair.first
        .on(MODEL, |_| Reply::stream(Vec::new()).before(Step::Cut));
    assert_answered(&pair.device.chat(MODEL).send().await);
    pair.attempts(&["first", "second"]).await;
}

#[tokio::test]
async fn what_would_be_wrong_everywhere_is_told_at_once() {
    let pair = Pair::new().await;
    pair.first.on(MODEL, |_| refusal(400));
    let seen = pair.device.chat(MODEL).send().await;
    assert_eq!(seen.status.as_u16(), 400, "{}", seen.text());
    assert!(pair.second.calls("other").is_empty());
    assert_eq!(pair.device.idle_balance().await.spent_nano_usd, Money::ZERO);
}

#[tokio::test]
async fn after_the_first_byte_nobody_else_is_asked() {
    let pair = Pair::new().await;
    pair.first.on(MODEL, |call| answer().stream(call).cut_after(3));
    let body = json!({"model": MODEL, "stream": true, "messages": [{"role": "user", "content": "Hello."}]});
    let seen = pair.device.post("/v1/chat/completions", &body).send().await;
    assert!(seen.text().contains("upstream_unavailable"), "{}", seen.text());
    assert!(pair.second.calls("other").is_empty());
    verify_clean(&pair.gateway).await;
}

#[tokio::test]
async fn an_upstream_that_asks_to_wait_is_left_alone() {
    let pair = Pair::new().await;
    pair.first.on(MODEL, |_| refusal(429).header("retry-after", "60"));
    for _ in 0..5 {
        assert_answered(&pair.device.chat(MODEL).send().await);
    }
    assert_eq!(pair.first.calls(MODEL).len(), 1);
    assert_eq!(pair.second.calls("other").len(), 5);
}

#[tokio::test]
async fn where_all_fail_the_last_refusal_is_told_and_nothing_is_charged() {
    let pair = Pair::new().await;
    pair.first.on(MODEL, |_| refusal(503));
    pair.second
        .on("other", |_| refusal(429).header("retry-after", "9"));
    let seen = pair.device.chat(MODEL).send().await;
    assert_eq!(
        (seen.status.as_u16(), seen.header("retry-after")),
        (429, Some("9"))
    );
    let balance = pair.device.idle_balance().await;
    assert_eq!(
        (balance.spent_nano_usd, balance.held_nano_usd),
        (Money::ZERO, Money::ZERO)
    );
    verify_clean(&pair.gateway).await;
}

#[tokio::test]
async fn a_dearer_upstream_is_asked_only_with_a_hold_that_covers_it() {
    let dear = "price = { input = \"3000.00\", output = \"15000.00\" }";
    let pair = Pair::with(dear, "0.05").await;
    pair.first.on(MODEL, |_| refusal(503));
    let seen = pair.device.chat(MODEL).send().await;
    assert_eq!(seen.status.as_u16(), 402, "{}", seen.text());
    assert!(pair.second.calls("other").is_empty(), "no hold, no call");
    assert_eq!(pair.device.idle_balance().await.spent_nano_usd, Money::ZERO);
    verify_clean(&pair.gateway).await;
}

#[tokio::test]
async fn killing_an_upstream_under_load_is_seen_by_nobody() {
    let pair = Pair::new().await;
    pair.first.answer(MODEL, answer());
    let key = pair.device.account.balance.lots[0].id;
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (device, stop) = (pair.device.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut answered = 0;
                while !stop.load(Ordering::Relaxed) {
                    assert_answered(&device.chat(MODEL).send().await);
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    let first = &pair.first;
    eventually("the first upstream to be busy", async || {
        (first.calls(MODEL).len() > 50).then_some(())
    })
    .await;
    drop(pair.first);
    let second = &pair.second;
    eventually("the second upstream to take over", async || {
        (second.calls("other").len() > 50).then_some(())
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    let mut answered = 0_i64;
    for client in clients {
        answered += client.await.expect("no client saw an error");
    }
    let rows = pair.gateway.usage(key).await;
    let charged = rows.iter().filter(|row| row.cost_nano_usd > Money::ZERO).count();
    assert_eq!(i64::try_from(charged).unwrap(), answered);
    let spent = pair.device.idle_balance().await.spent_nano_usd;
    assert_eq!(
        spent.nano_usd(),
        Price::USUAL.of(&answer().usage).nano_usd() * answered
    );
    tokio::time::timeout(Duration::from_secs(30), verify_clean(&pair.gateway))
        .await
        .unwrap();
}

fn streamed(device: &Device) -> tests::Request {
    let body = json!({"model": MODEL, "stream": true, "messages": [{"role": "user", "content": "Hello."}]});
    device.post("/v1/chat/completions", &body)
}

#[tokio::test]
async fn a_stream_that_fails_before_its_first_byte_is_passed_over() {
    let overloaded = json!({"error": {"message": "no", "type": "server_error", "code": 503}});
    let replies = [
        Reply::stream(vec![Step::Cut]),
        Reply::stream(Vec::new()),
        Reply::stream(vec![Step::Send(format!("data: {overloaded}\n\n").into())]),
        Reply::whole(200, "text/html", "<html>busy</html>"),
    ];
    for reply in replies {
        let pair = Pair::new().await;
        pair.first.on(MODEL, move |_| reply.clone());
        assert_answered(&streamed(&pair.device).send().await);
        pair.attempts(&["first", "second"]).await;
    }
}

#[tokio::test]
async fn a_whole_answer_that_breaks_off_is_passed_over() {
    let pair = Pair::new().await;
    pair.first.on(MODEL, |call| {
        let reply = Reply::json(200, &answer().whole(call));
        let half = reply.bytes().len() / 2;
        reply.cut_inside(half)
    });
    assert_answered(&pair.device.chat(MODEL).send().await);
    pair.attempts(&["first", "second"]).await;
}

/// What one client saw of a request while an upstream was killed.
struct Served {
    took: Duration,
    /// It broke off behind its first words.
    is_cut: bool,
}

#[tokio::test]
async fn traffic_moves_within_one_request_time_and_no_stream_begins_with_an_error() {
    const THINKS: Duration = Duration::from_millis(50);
    let pair = Pair::new().await;
    let slow =
        |call: &tests::upstream::Call| answer().reply(call).before(Step::Pause(THINKS)).paced(THINKS / 5);
    pair.first.on(MODEL, slow);
    pair.second.on("other", slow);
    let key = pair.device.account.balance.lots[0].id;
    let stop = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..12)
        .map(|number| {
            let (device, stop) = (pair.device.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut all = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let from = Instant::now();
                    if number % 3 == 0 {
                        assert_answered(&device.chat(MODEL).send().await);
                        all.push(Served {
                            took: from.elapsed(),
                            is_cut: false,
                        });
                        continue;
                    }
                    let seen = streamed(&device).send().await.expect(200);
                    let is_cut = !sse::is_done(&seen.body);
                    let text = sse::text(&seen.body);
                    assert!(
                        !is_cut || !text.is_empty(),
                        "an error before the first byte: {}",
                        seen.text()
                    );
                    assert!(is_cut || text == answer().text(), "{}", seen.text());
                    all.push(Served {
                        took: from.elapsed(),
                        is_cut,
                    });
                }
                all
            })
        })
        .collect();
    let first = &pair.first;
    eventually("the first upstream to be busy", async || {
        (first.calls(MODEL).len() > 60).then_some(())
    })
    .await;
    let killed = Instant::now();
    drop(pair.first);
    pair.second.call("other", 0).await;
    let moved = killed.elapsed();
    let second = &pair.second;
    eventually("the second upstream to take over", async || {
        (second.calls("other").len() > 60).then_some(())
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    let mut all = Vec::new();
    for client in clients {
        all.extend(
            client
                .await
                .expect("no client saw an error before the first byte"),
        );
    }
    let mut times: Vec<_> = all.iter().map(|served| served.took).collect();
    times.sort_unstable();
    let usual = times[times.len() / 2];
    assert!(moved <= usual, "moved after {moved:?}, a request takes {usual:?}");

    let rows = pair.gateway.rows(key, all.len()).await;
    let missed = rows.iter().filter(|row| row.cost_nano_usd == Money::ZERO);
    assert!(
        missed.clone().count() > 0,
        "those that were waiting for the first upstream tried both"
    );
    assert!(missed.clone().all(|row| row.upstream == "first"));
    let cut = all.iter().filter(|served| served.is_cut).count();
    assert_eq!(rows.iter().filter(|row| row.estimated).count(), cut);
    assert_eq!(rows.len() - missed.count(), all.len(), "each is charged once");
    let charged: i64 = rows.iter().map(|row| row.cost_nano_usd.nano_usd()).sum();
    assert_eq!(
        pair.device.idle_balance().await.spent_nano_usd.nano_usd(),
        charged
    );
    verify_clean(&pair.gateway).await;
}
