//! Numbers that would break a bound are refused before any hold, or lowered to what the balance
//! pays for; nothing that a client writes makes a request dearer than its hold.

use protocol::{Money, header};
use serde_json::{Value, json};

use crate::scene::{MODEL, SIDES, Scene, Side};

fn with(side: Side, member: &str, value: Value) -> Value {
    let mut body = side.body(false);
    body[member] = value;
    body
}

#[tokio::test]
async fn caps_that_are_no_counts_are_refused_before_any_hold() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        scene.upstream.on(MODEL, move |call| side.reply(call, 4));
        for value in [
            json!(-1),
            json!(1.5),
            json!("many"),
            json!(1e30),
            json!([1]),
            json!(-1e12),
            json!(1_000_000_000_000_u64),
            json!(u64::MAX),
        ] {
            let body = with(side, "max_tokens", value);
            let seen = scene.device.post(side.path(), &body).send().await.expect(400);
            assert_eq!(scene.told(&seen), "invalid_request", "{body}");
        }
        assert!(scene.upstream.all_calls().is_empty());
        scene.released().await;
    }
}

#[tokio::test]
async fn a_cap_beyond_the_balance_is_lowered_to_what_it_pays_for() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        scene.upstream.on(MODEL, move |call| side.reply(call, 4));
        let body = with(side, "max_tokens", json!(10_000_000));
        let seen = scene.device.post(side.path(), &body).send().await.expect(200);
        let cap = scene.upstream.last_call(MODEL).output_cap().unwrap();
        // Five dollars at $15 for a million tokens.
        assert!((300_000..=333_333).contains(&cap), "{side:?}: {cap}");
        assert_eq!(seen.header(header::OUTPUT_CAP), Some(&*cap.to_string()));
        scene.settled(4).await;
    }
}

#[tokio::test]
async fn many_choices_are_bounded_manifold_and_a_thousand_are_refused() {
    let scene = Scene::new(Side::Chat).await;
    scene.upstream.on(MODEL, |call| Side::Chat.reply(call, 4));
    let mut body = with(Side::Chat, "n", json!(128));
    body["max_tokens"] = json!(8_000);
    let request = scene.device.post(Side::Chat.path(), &body);
    let seen = request.send().await.expect(200);
    let call = scene.upstream.last_call(MODEL);
    let cap = call.output_cap().unwrap();
    assert!((256..=333_333 / 128).contains(&cap), "{cap}");
    assert_eq!(seen.header(header::OUTPUT_CAP), Some(&*cap.to_string()));
    assert_eq!(call.json()["n"], 128);
    scene.settled(4).await;

    // Where so many useful choices cost more than there is, nothing is sent.
    let poor = scene.gateway.device("0.10").await;
    let seen = poor.post(Side::Chat.path(), &body).send().await.expect(402);
    assert_eq!(scene.told(&seen), "insufficient_credit");
    for n in [json!(0), json!(-3), json!(1_000), json!(u64::MAX), json!("2")] {
        let body = with(Side::Chat, "n", n.clone());
        let seen = scene.device.post(Side::Chat.path(), &body).send().await;
        assert_eq!(seen.status.as_u16(), 400, "{n}: {}", seen.text());
    }
    assert_eq!(poor.idle_balance().await.spent_nano_usd, Money::ZERO);
    assert_eq!(scene.upstream.all_calls().len(), 1);
}
