use std::time::{Duration, Instant};

use protocol::editor::{ChatResult, RedeemResult, method};
use serde_json::json;
use tests::{
    Config, Device, Gateway, Home, MintOptions, Model, Pending, Price, Sidecar, SidecarOptions, Upstream,
    upstream::{Answer, End, Step},
};

use crate::{
    report::{Report, millis},
    samples::{Samples, median},
};

const COMPLETIONS: usize = 200;
const SLOW: usize = 8;
const MODEL: &str = "coder";
const SLOW_MODEL: &str = "slow";
const QUICK: Duration = Duration::from_millis(5);
const URI: &str = "file:///project/shapes.rs";

struct Desk {
    upstream: Upstream,
    gateway: Gateway,
    sidecar: Sidecar,
    device: Device,
    _home: Home,
}

/// Completion through the sidecar, and its manners while eight requests hang.
pub async fn measure(report: &mut Report) {
    let desk = desk().await;
    measure_added(report, &desk).await;
    measure_under_slow_requests(report, &desk).await;
    drop(desk.gateway);
}

async fn desk() -> Desk {
    let upstream = Upstream::start().await;
    upstream.answer(MODEL, Answer::of("cmpl-1", 20, 1).words(&["width * height"]));
    upstream.on(SLOW_MODEL, |call| {
        Answer::of("chatcmpl-1", 20, 2).stream(call).after(1, Step::Hang)
    });
    let config = Config::with_upstream(&upstream)
        .model(Model::new(MODEL, Price::USUAL))
        .model(Model::new(SLOW_MODEL, Price::USUAL));
    let gateway = Gateway::start(&config).await;
    let home = Home::new();
    let settings = json!({"completion": {"debounceMs": 0, "model": MODEL}});
    let options = SidecarOptions {
        settings,
        ..SidecarOptions::default()
    };
    let sidecar = Sidecar::start(&home, options).await;
    let key = gateway
        .mint(&MintOptions::credit("1000").devices(2))
        .await
        .remove(0);
    let parameters = json!({"gatewayUrl": gateway.admin().gateway_url, "key": key.key});
    let _: RedeemResult = sidecar.call(method::REDEEM, parameters).await;
    let device = gateway.redeem(&key).await;
    Desk {
        upstream,
        gateway,
        sidecar,
        device,
        _home: home,
    }
}

/// The same question in turn through the sidecar and straight to the gateway.
async fn measure_added(report: &mut Report, desk: &Desk) {
    desk.sidecar.open(URI, "rust", "");
    let mut direct = Samples::default();
    let mut added = Vec::new();
    for number in 0..COMPLETIONS {
        let through = complete(&desk.sidecar, number).await;
        let straight = ask_directly(&desk.device, number).await;
        direct.push(straight);
        added.push(through.as_secs_f64() - straight.as_secs_f64());
    }
    // Paired, since both wait for the same disk, which changes its speed within seconds.
    let added = Duration::try_from_secs_f64(median(added)).unwrap_or_default();
    report.note(
        "completion: straight to the gateway, median",
        millis(direct.median()),
    );
    report.at_most(
        "completion: the sidecar adds, debounce 0",
        added,
        Duration::from_millis(1),
    );
}

/// A new text each time, so that nothing that was said before can be said again.
fn text(number: usize) -> String {
    format!("fn area_{number}(width: u32, height: u32) -> u32 {{\n    ")
}

async fn complete(sidecar: &Sidecar, number: usize) -> Duration {
    let document = json!({"uri": URI, "version": number + 2});
    let changes = json!([{"text": format!("{}\n}}\n", text(number))}]);
    sidecar.notify(
        "textDocument/didChange",
        json!({"textDocument": document, "contentChanges": changes}),
    );
    let began = Instant::now();
    let answer = sidecar
        .invoke_completion(URI, 1, 4)
        .answer()
        .await
        .expect("a completion is answered");
    let time = began.elapsed();
    let items = answer["items"].as_array().expect("items");
    assert_eq!(items.len(), 1, "{answer}");
    time
}

/// Streamed, as the sidecar asks; a connection that is kept, as the sidecar's is.
async fn ask_directly(device: &Device, number: usize) -> Duration {
    let body = json!({
        "model": MODEL, "prompt": text(number), "suffix": "\n}\n", "max_tokens": 64, "stream": true,
    });
    let request = device.post("/v1/completions", &body);
    let mut connection = tests::KeptConnection::open(&device.url(""))
        .await
        .expect("the gateway accepts");
    let began = Instant::now();
    let seen = connection.send(request).await.expect("the gateway answers");
    assert_eq!(seen.status, 200);
    began.elapsed()
}

async fn measure_under_slow_requests(report: &mut Report, desk: &Desk) {
    let slow: Vec<Pending> = (0..SLOW).map(|_| begin_slow_chat(&desk.sidecar)).collect();
    for nth in 0..SLOW {
        desk.upstream.call(SLOW_MODEL, nth).await;
    }
    let mut trivial = Samples::default();
    for _ in 0..20 {
        let began = Instant::now();
        desk.sidecar
            .request(method::BALANCE, json!({}))
            .await
            .expect("the balance is known");
        trivial.push(began.elapsed());
    }
    report.at_most(
        format!("sidecar: a trivial request with {SLOW} slow ones in flight, worst of 20"),
        trivial.worst(),
        QUICK,
    );
    let mut cancelled = Samples::default();
    for pending in slow {
        let began = Instant::now();
        pending.cancel();
        let answer = pending.answer().await;
        cancelled.push(began.elapsed());
        assert!(answer.is_err(), "a cancelled chat is no success: {answer:?}");
    }
    report.at_most("sidecar: a cancel answered, worst", cancelled.worst(), QUICK);
    let mut closed = 0;
    for nth in 0..SLOW {
        closed += usize::from(desk.upstream.call(SLOW_MODEL, nth).await.ended().await == End::ClosedEarly);
    }
    report.holds(
        "sidecar: upstream calls closed after their cancel",
        format!("{closed} of {SLOW}"),
        closed == SLOW,
    );
    // What was cancelled does not stand in the way of the next question.
    let question = json!({"message": "Hello?", "model": MODEL});
    let _: ChatResult = desk.sidecar.call(method::CHAT, question).await;
}

fn begin_slow_chat(sidecar: &Sidecar) -> Pending {
    sidecar.begin(method::CHAT, json!({"message": "Hello?", "model": SLOW_MODEL}))
}
