//! An upstream that has as many requests as it may.

use protocol::header;
use tests::{
    Config, Serve, Transcript, Upstream,
    upstream::{Gate, Step},
    verify_clean,
};
use tokio::task::JoinHandle;

use super::{MODEL, Pair, answer, config};

/// The first upstream takes one request at a time, and has one that waits for the gate.
async fn with_a_full_one() -> (Pair, Gate, JoinHandle<Transcript>) {
    let (first, second) = (Upstream::start().await, Upstream::start().await);
    let config = config(&first.base_url(), &second.base_url(), "");
    let toml = config
        .toml()
        .replace("name = \"first\"\n", "name = \"first\"\nmax_concurrent = 1\n");
    let gateway = Serve::new(&Config::new().line(&toml)).start().await;
    let device = gateway.device("5.00").await;
    second.answer("other", answer());
    let gate = Gate::closed();
    let held_back = gate.clone();
    first.on(MODEL, move |call| {
        answer().reply(call).before(Step::Wait(held_back.clone()))
    });
    let running = tokio::spawn(device.chat(MODEL).send());
    first.call(MODEL, 0).await;
    let pair = Pair {
        first,
        second,
        gateway,
        device,
    };
    (pair, gate, running)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_passes_a_full_upstream_is_done_once_all_the_same() {
    let (pair, gate, running) = with_a_full_one().await;
    let ask = || pair.device.chat(MODEL).header(header::CLIENT_REQUEST_ID, "once");
    ask().send().await.expect(200);
    let again = ask().send().await.expect(409);
    assert_eq!(again.code(), "request_reused");
    assert_eq!(pair.second.calls("other").len(), 1);
    gate.open();
    running.await.unwrap().expect(200);
    verify_clean(&pair.gateway).await;
}
