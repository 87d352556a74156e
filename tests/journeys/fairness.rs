//! Where there are not places for all at once, the keys take turns: one that sends hundreds of
//! requests waits for its own, and is refused before others are.

use futures_util::future::join_all;
use protocol::Money;
use serde_json::json;
use tests::{
    Config, Gateway, Model, Price, Request, Serve, Upstream, eventually,
    upstream::{Answer, Gate, Reply, Step},
    verify_clean,
};

const BUSY: &str = "busy";
const OTHER: &str = "other";

struct Setting {
    upstream: Upstream,
    gateway: Gateway,
}

impl Setting {
    async fn new(limits: &str) -> Self {
        let upstream = Upstream::start().await;
        for model in [BUSY, OTHER] {
            upstream.answer(model, answer());
        }
        let config = Config::with_upstream(&upstream)
            .model(Model::new(BUSY, Price::USUAL))
            .model(Model::new(OTHER, Price::USUAL))
            .table(limits);
        let gateway = Gateway::start(&config).await;
        Self { upstream, gateway }
    }

    /// Calls of the model wait for the gate before they are answered.
    fn gate(&self, model: &str) -> Gate {
        let gate = Gate::closed();
        let held_back = gate.clone();
        self.upstream.on(model, move |call| {
            answer().reply(call).before(Step::Wait(held_back.clone()))
        });
        gate
    }

    /// Comes back when as many requests as that wait for a place.
    async fn waiting(&self, count: usize) {
        eventually("requests in the line", async || {
            (self.gateway.waiting().await == count).then_some(())
        })
        .await;
    }
}

fn answer() -> Answer {
    Answer::of("chatcmpl-9", 10, 5)
}

fn spawn(requests: impl Iterator<Item = Request>) -> Vec<tokio::task::JoinHandle<tests::Transcript>> {
    requests.map(|request| tokio::spawn(request.send())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_with_200_requests_does_not_keep_another_one_waiting() {
    const FLOOD: usize = 200;
    const PLACES: usize = 4;
    let setting = Setting::new(&format!("[limits]\nmax_concurrent_requests = {PLACES}")).await;
    let gate = setting.gate(BUSY);
    let (busy, other) = (
        setting.gateway.device("100.00").await,
        setting.gateway.device("1.00").await,
    );
    let flood = spawn((0..FLOOD).map(|_| busy.chat(BUSY)));
    setting.waiting(FLOOD - PLACES).await;
    // It is the last of all that wait.
    let asked = tokio::spawn(other.chat(OTHER).send());
    setting.waiting(FLOOD - PLACES + 1).await;
    gate.open();
    asked.await.unwrap().expect(200);
    for seen in join_all(flood).await {
        seen.unwrap().expect(200);
    }
    let calls = setting.upstream.all_calls();
    let place = calls.iter().position(|call| call.model() == OTHER).unwrap();
    // The places that come free one by one: the busy key's next turn, then its own. Those that had
    // a place at the same time as it may reach the upstream before it does.
    assert!(
        place <= 2 * PLACES,
        "{} of those that waited went before it",
        place - PLACES
    );
    verify_clean(&setting.gateway).await;
}

#[tokio::test]
async fn the_gateway_runs_no_more_at_a_time_than_it_may() {
    let setting = Setting::new("[limits]\nmax_concurrent_requests = 3").await;
    let gate = setting.gate(BUSY);
    let device = setting.gateway.device("100.00").await;
    let all = spawn((0..20).map(|_| device.chat(BUSY)));
    setting.upstream.call(BUSY, 2).await;
    // A fourth call would be there by the time that the gateway has answered somebody else.
    device.balance().await;
    assert_eq!(setting.upstream.calls(BUSY).len(), 3);
    let held = device.balance().await.held_nano_usd;
    gate.open();
    for seen in join_all(all).await {
        seen.unwrap().expect(200);
    }
    assert!(
        held > Money::ZERO,
        "those that run are held for, those that wait are not"
    );
    verify_clean(&setting.gateway).await;
}

#[tokio::test]
async fn a_full_line_refuses_those_who_filled_it() {
    let setting = Setting::new("[limits]\nmax_concurrent_requests = 1\nqueue_max = 3").await;
    let gate = setting.gate(BUSY);
    let busy = setting.gateway.device("100.00").await;
    let running = spawn(std::iter::once(busy.chat(BUSY)));
    setting.upstream.call(BUSY, 0).await;
    let waiting = spawn((0..8).map(|_| busy.chat(BUSY)));
    // One runs and three wait: five are sent away at once, politely.
    let is_over = || waiting.iter().filter(|task| task.is_finished()).count() == 5;
    eventually("five refusals", async || is_over().then_some(())).await;
    // Another key still finds a place in the line.
    let other = setting.gateway.device("1.00").await;
    let asked = tokio::spawn(other.chat(OTHER).send());
    eventually("a sixth refusal", async || {
        (waiting.iter().filter(|task| task.is_finished()).count() == 6).then_some(())
    })
    .await;
    gate.open();
    asked.await.unwrap().expect(200);
    let seen = join_all(running.into_iter().chain(waiting)).await;
    let (served, refused): (Vec<_>, Vec<_>) = seen
        .into_iter()
        .map(Result::unwrap)
        .partition(|seen| seen.status == 200);
    assert_eq!((served.len(), refused.len()), (3, 6));
    for refused in refused {
        let refused = refused.expect(429);
        assert_eq!(refused.code(), "rate_limited");
        assert!(refused.header("retry-after").is_some());
    }
    assert_eq!(busy.idle_balance().await.held_nano_usd, Money::ZERO);
    verify_clean(&setting.gateway).await;
}

#[tokio::test]
async fn nobody_waits_for_longer_than_is_configured() {
    let limits = "[limits]\nmax_concurrent_requests = 1\nqueue_seconds_max = 1";
    let setting = Setting::new(limits).await;
    let gate = setting.gate(BUSY);
    let device = setting.gateway.device("100.00").await;
    let running = spawn(std::iter::once(device.chat(BUSY)));
    setting.upstream.call(BUSY, 0).await;
    let refused = device.chat(OTHER).send().await.expect(429);
    assert_eq!(refused.code(), "rate_limited");
    gate.open();
    for seen in join_all(running).await {
        seen.unwrap().expect(200);
    }
    device.chat(OTHER).send().await.expect(200);
}

#[tokio::test]
async fn whoever_leaves_the_line_leaves_no_trace() {
    let setting = Setting::new("[limits]\nmax_concurrent_requests = 1\nqueue_max = 1").await;
    let gate = setting.gate(BUSY);
    let device = setting.gateway.device("100.00").await;
    let running = spawn(std::iter::once(device.chat(BUSY)));
    setting.upstream.call(BUSY, 0).await;
    // There is a place in the line for one of them, so the refusal says that the other has it.
    let leaving = spawn((0..2).map(|_| device.chat(OTHER)));
    eventually("a refusal", async || {
        leaving
            .iter()
            .any(tokio::task::JoinHandle::is_finished)
            .then_some(())
    })
    .await;
    for task in &leaving {
        task.abort();
    }
    // Its place in the line is free again; whoever takes it is served after the one that runs.
    let next = tokio::spawn({
        let device = device.clone();
        async move {
            eventually("a place in the line", async || {
                let seen = device.chat(OTHER).send().await;
                (seen.status == 200).then_some(())
            })
            .await;
        }
    });
    gate.open();
    next.await.unwrap();
    for seen in join_all(running).await {
        seen.unwrap().expect(200);
    }
    let spent = device.idle_balance().await.spent_nano_usd;
    let each = Price::USUAL.of(&answer().usage);
    assert_eq!(
        spent.nano_usd(),
        2 * each.nano_usd(),
        "the one that left was not sent"
    );
    assert_eq!(setting.upstream.calls(OTHER).len(), 1);
    verify_clean(&setting.gateway).await;
}

/// Two upstreams for one model; the first is preferred and takes one request at a time.
struct Pair {
    first: Upstream,
    second: Upstream,
    gateway: Gateway,
}

impl Pair {
    async fn new() -> Self {
        let (first, second) = (Upstream::start().await, Upstream::start().await);
        first.answer(BUSY, answer());
        second.answer(BUSY, answer());
        let upstream = |name: &str, url: &str| format!("[[upstream]]\nname = {name:?}\nbase_url = {url:?}\n");
        let config = Config::new().table(&format!(
            "{}max_concurrent = 1\n{}[[model]]\nid = {BUSY:?}\nprice = \"free\"\n\
             routes = [{{ upstream = \"first\", weight = 1000000000 }}, {{ upstream = \"second\" }}]\n\
             [[model]]\nid = \"alone\"\nupstream = \"first\"\nupstream_model = {BUSY:?}\nprice = \"free\"\n",
            upstream("first", &first.base_url()),
            upstream("second", &second.base_url()),
        ));
        let gateway = Serve::new(&config).start().await;
        Self {
            first,
            second,
            gateway,
        }
    }
}

#[tokio::test]
async fn an_upstream_that_has_enough_to_do_is_passed_over_or_waited_for() {
    let pair = Pair::new().await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    pair.first.on(BUSY, move |call| {
        answer().reply(call).before(Step::Wait(held_back.clone()))
    });
    let device = pair.gateway.device("1.00").await;
    let running = spawn(std::iter::once(device.chat(BUSY)));
    pair.first.call(BUSY, 0).await;
    // The second upstream has a place at once.
    device.chat(BUSY).send().await.expect(200);
    assert_eq!(
        (pair.first.calls(BUSY).len(), pair.second.calls(BUSY).len()),
        (1, 1)
    );
    // Where there is no other one, it is waited for.
    let waiting = spawn((0..3).map(|_| device.chat("alone")));
    device.balance().await;
    assert_eq!(pair.first.calls(BUSY).len(), 1);
    gate.open();
    for seen in join_all(running.into_iter().chain(waiting)).await {
        seen.unwrap().expect(200);
    }
    assert_eq!(pair.first.calls(BUSY).len(), 4);
}

#[tokio::test]
async fn a_place_at_an_upstream_is_free_again_however_the_request_ends() {
    let pair = Pair::new().await;
    let device = pair.gateway.device("1.00").await;
    pair.first
        .on(BUSY, |_| Reply::json(503, &json!({"error": {"message": "no"}})));
    device.chat("alone").send().await.expect(502);
    pair.first
        .on(BUSY, |_| Reply::stream(Vec::new()).before(Step::Cut));
    device.chat("alone").send().await.expect(502);
    pair.first
        .on(BUSY, |call| answer().stream(call).after(1, Step::Hang));
    let mut left = device.chat_stream("alone").open().await;
    assert!(left.read_until("word0 ").await);
    drop(left);
    pair.first.answer(BUSY, answer());
    device.chat("alone").send().await.expect(200);
    // The number of places is changed, and who has one stays counted, when the file is read again.
    let file = pair.gateway.home().config_file();
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("max_concurrent = 1", "max_concurrent = 2")).unwrap();
    let gate = Gate::closed();
    let held_back = gate.clone();
    pair.first.on(BUSY, move |call| {
        answer().reply(call).before(Step::Wait(held_back.clone()))
    });
    let before = pair.first.calls(BUSY).len();
    let first = spawn((0..3).map(|_| device.chat("alone")));
    pair.first.call(BUSY, before).await;
    pair.gateway.cli(&["reload"]).await.expect(0);
    pair.first.call(BUSY, before + 1).await;
    device.balance().await;
    assert_eq!(pair.first.calls(BUSY).len(), before + 2);
    gate.open();
    for seen in join_all(first).await {
        seen.unwrap().expect(200);
    }
}
