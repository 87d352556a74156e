//! What a model costs, and what is left to pay for it.

use protocol::{Money, header};
use serde_json::json;
use tests::{
    Device, eventually,
    upstream::{Gate, Step},
    verify_clean,
};

use super::{CHOOSE, Setting, answer, ask, assert_chosen};

#[tokio::test]
async fn the_price_ceiling_and_the_balance_decide_too() {
    let ceiling = format!("{CHOOSE}\nmax_price = {{ input = \"3.00\", output = \"14.99\" }}");
    let setting = Setting::new(&ceiling).await;
    let reason = "next in the gateway's list; model-a is above the price ceiling; \
                  model-b is above the price ceiling";
    assert_chosen(&setting.ask(json!({})).await, "model-c", reason);

    // 500 output tokens at 15 dollars a million are 0.0075, and 256 of them 0.00384.
    let short = Setting::with(CHOOSE, "0.007").await;
    let reason = "next in the gateway's list; model-a would have its output cut by the balance; \
                  model-b would have its output cut by the balance";
    assert_chosen(&short.ask(json!({})).await, "model-c", reason);
    let poor = Setting::with("choose = [\"model-a\", \"model-b\"]", "0.001").await;
    let refused = poor.ask(json!({})).await.expect(402);
    assert_eq!(refused.code(), "insufficient_credit");
    assert!(poor.upstream.all_calls().is_empty());
    let part = Setting::with("choose = [\"model-a\", \"model-b\"]", "0.007").await;
    let seen = part.ask(json!({})).await;
    assert_chosen(&seen, "model-a", "first in the gateway's list");
    assert!(seen.header(header::OUTPUT_CAP).is_some());
}

/// A setting with one place, which somebody else has until the gate opens: whoever asks meanwhile
/// has its models chosen, and waits.
async fn crowded(auto: &str) -> (Setting, Gate, tokio::task::JoinHandle<tests::Transcript>) {
    let setting = Setting::limited("[limits]\nmax_concurrent_requests = 1", auto, "0.0100").await;
    let gate = Gate::closed();
    let held_back = gate.clone();
    setting.upstream.on("model-d", move |call| {
        answer().reply(call).before(Step::Wait(held_back.clone()))
    });
    let other = setting.gateway.device("1.00").await;
    let body = json!({"model": "model-d", "prompt": "a", "max_tokens": 5});
    let running = tokio::spawn(other.post("/v1/completions", &body).send());
    setting.upstream.call("model-d", 0).await;
    (setting, gate, running)
}

async fn one_waits(setting: &Setting) {
    eventually("a request in the line", async || {
        (setting.gateway.waiting().await == 1).then_some(())
    })
    .await;
}

async fn reclaim(setting: &Setting, amount: &str) {
    let key = setting.device.account.balance.lots[0].id.to_string();
    let arguments = ["keys", "reclaim", &key, "--amount", amount, "--json"];
    setting.gateway.cli(&arguments).await.expect(0);
}

fn waiting(device: &Device) -> tokio::task::JoinHandle<tests::Transcript> {
    let device = device.clone();
    tokio::spawn(async move { ask(&device, json!({})).await })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credit_that_goes_while_a_request_waits_is_enough_for_a_cheaper_model() {
    let (setting, gate, running) = crowded(CHOOSE).await;
    let asked = waiting(&setting.device);
    one_waits(&setting).await;
    reclaim(&setting, "0.0099").await;
    gate.open();
    let reason = "next in the gateway's list; model-a costs more than the balance; \
                  model-b costs more than the balance";
    assert_chosen(&asked.await.unwrap(), "model-c", reason);
    running.await.unwrap().expect(200);
    let key = setting.device.account.balance.lots[0].id;
    let row = setting.gateway.only_row(key).await;
    assert_eq!((row.model.as_str(), row.cost_nano_usd), ("model-c", Money::ZERO));
    verify_clean(&setting.gateway).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credit_that_goes_and_pays_for_none_is_told_as_before() {
    let (setting, gate, running) = crowded("choose = [\"model-a\", \"model-b\"]").await;
    let asked = waiting(&setting.device);
    one_waits(&setting).await;
    reclaim(&setting, "0.0099").await;
    gate.open();
    let refused = asked.await.unwrap().expect(402);
    assert_eq!(refused.code(), "insufficient_credit");
    running.await.unwrap().expect(200);
    assert_eq!(setting.device.idle_balance().await.spent_nano_usd, Money::ZERO);
    assert_eq!(setting.upstream.all_calls().len(), 1);
    verify_clean(&setting.gateway).await;
}
