//! A client that goes away, at every point of a stream and in both dialects: the provider is stopped
//! at once, and what it did is charged.

use bytes::Bytes;
use tests::{
    eventually,
    upstream::{End, Gate, Reply, Step},
};

use crate::scene::{MODEL, SIDES, Scene, Side, sends_then};

async fn stopped(scene: &Scene) {
    let call = scene.upstream.call(MODEL, 0).await;
    assert_eq!(call.ended().await, End::ClosedEarly, "{:?}", scene.side);
}

#[tokio::test]
async fn leaving_at_byte_zero_pays_for_the_input() {
    for side in SIDES {
        for before_head in [true, false] {
            let scene = Scene::new(side).await;
            scene.plays(if before_head {
                Reply::stream(Vec::new()).before(Step::Hang)
            } else {
                Reply::stream(vec![Step::Hang])
            });
            let waiting = tokio::spawn(scene.ask(true).try_open());
            scene.upstream.call(MODEL, 0).await;
            waiting.abort();
            stopped(&scene).await;
            scene.estimated(0).await;
        }
    }
}

#[tokio::test]
async fn leaving_in_the_middle_pays_for_what_came() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        scene.plays(sends_then(side.words(10), Step::Hang));
        let mut open = scene.ask(true).open().await;
        assert!(open.read_until("word9 ").await);
        drop(open);
        stopped(&scene).await;
        scene.estimated(10).await;
    }
}

#[tokio::test]
async fn leaving_in_a_whole_answer_pays_for_what_came() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        let half = side.whole(40).to_string()[..300].to_owned();
        let gate = Gate::closed();
        scene.plays(Reply::stream(vec![
            Step::Send(half.into()),
            Step::Wait(gate.clone()),
            Step::Hang,
        ]));
        let waiting = tokio::spawn(scene.ask(false).try_open());
        scene.upstream.call(MODEL, 0).await;
        waiting.abort();
        gate.open();
        stopped(&scene).await;
        scene.estimated(0).await;
    }
}

/// The words, the finish, and the report of usage without its last byte.
fn one_byte_short(side: Side) -> Vec<Bytes> {
    let mut events = side.words(10);
    events.extend(side.finish());
    let usage = side.usage(10.into());
    events.push(usage.slice(..usage.len() - 1));
    events
}

#[tokio::test]
async fn leaving_one_byte_before_the_usage_is_charged_by_an_estimate() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        scene.plays(sends_then(one_byte_short(side), Step::Hang));
        let mut open = scene.ask(true).open().await;
        assert!(open.read_until("word9 ").await);
        drop(open);
        stopped(&scene).await;
        scene.estimated(10).await;
    }
}

#[tokio::test]
async fn leaving_when_the_usage_is_there_is_charged_exactly() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        let gate = Gate::closed();
        let mut events = side.words(10);
        events.extend(side.finish());
        events.push(side.usage(10.into()));
        let mut reply = sends_then(events, Step::Wait(gate.clone()));
        reply = reply.after(usize::MAX, Step::Hang);
        scene.plays(reply);
        let mut open = scene.ask(true).open().await;
        assert!(open.read_until("word9 ").await);
        // The upstream waits behind the report: when the gate is reached it has left, and is in the
        // gateway's socket if the gateway did not read it before.
        eventually("the report to be sent", async || gate.is_reached().then_some(())).await;
        scene.device.balance().await;
        drop(open);
        gate.open();
        stopped(&scene).await;
        scene.settled(10).await;
    }
}
