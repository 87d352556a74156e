//! Reports of usage that are missing, doubled, or cannot be true, on both dialects, streamed and not:
//! never a charge below what was seen, above what was held, or twice.

use protocol::Money;
use serde_json::{Value, json};
use tests::{
    Price, sse,
    upstream::{Answer, Reply},
};

use crate::scene::{INPUT, SIDES, Scene, Side, sends};

const WORDS: u64 = 8;

/// A stream of words, then these reports, then its proper end.
fn reports(side: Side, reports: &[Value]) -> Reply {
    let mut events = side.words(WORDS);
    events.extend(side.finish());
    events.extend(reports.iter().map(|output| side.usage(output.clone())));
    events.push(side.end());
    sends(events)
}

async fn streamed(side: Side, told: &[Value]) -> Scene {
    let scene = Scene::new(side).await;
    scene.plays(reports(side, told));
    let seen = scene.ask(true).send().await.expect(200);
    assert!(seen.complete, "{side:?} {told:?}");
    assert_eq!(scene.text(&seen), Answer::of("", 0, WORDS).text());
    scene
}

#[tokio::test]
async fn a_stream_that_says_nothing_of_usage_is_estimated_and_says_so() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        let mut events = side.start(None);
        events.extend((0..WORDS).map(|word| side.word(word)));
        events.extend(side.finish());
        events.extend([side.usage(Value::Null), side.end()]);
        scene.plays(sends(events));
        let seen = scene.ask(true).send().await.expect(200);
        let row = scene.estimated(WORDS).await;
        let receipt = sse::receipts(&seen.body).remove(0);
        assert_eq!(receipt["estimated"], true);
        assert_eq!(receipt["costNanoUsd"], row.cost_nano_usd.to_string());
    }
}

#[tokio::test]
async fn a_report_that_comes_twice_is_counted_once() {
    for side in SIDES {
        let scene = streamed(side, &[json!(WORDS), json!(WORDS)]).await;
        scene.settled(WORDS).await;
    }
}

#[tokio::test]
async fn a_report_that_takes_back_an_earlier_one_is_doubted() {
    for side in SIDES {
        let scene = streamed(side, &[json!(50), json!(WORDS)]).await;
        let row = scene.estimated(50).await;
        assert_eq!(
            (row.usage.input_tokens, row.usage.output_tokens),
            (INPUT, 50),
            "{side:?}"
        );
    }
}

#[tokio::test]
async fn a_negative_report_never_gives_credit_back() {
    for side in SIDES {
        for told in [
            json!(-5),
            json!("7"),
            json!(1.5),
            json!(1e300),
            json!(null),
            json!({"n": 1}),
        ] {
            let scene = streamed(side, std::slice::from_ref(&told)).await;
            let row = scene.gateway.rows(scene.key(), 1).await.remove(0);
            assert!(row.estimated, "{side:?} {told}: {row:?}");
            assert!(row.cost_nano_usd > Money::ZERO, "{side:?} {told}: {row:?}");
            scene.spent(row.cost_nano_usd).await;
        }
    }
}

#[tokio::test]
async fn a_huge_report_takes_no_more_than_was_held() {
    for side in SIDES {
        for told in [json!(100_000), json!(9_000_000_000_000_000_000_u64)] {
            let scene = streamed(side, std::slice::from_ref(&told)).await;
            let row = scene.gateway.rows(scene.key(), 1).await.remove(0);
            // The cap of 1,000 tokens, and an input far below ten thousand.
            let most = Price::USUAL.of(&protocol::TokenUsage {
                output_tokens: 1_000,
                cache_write_tokens: 10_000,
                ..protocol::TokenUsage::default()
            });
            assert!(
                row.cost_nano_usd > Money::ZERO && row.cost_nano_usd <= most,
                "{side:?}: {row:?}"
            );
            scene.spent(row.cost_nano_usd).await;
        }
    }
}

#[tokio::test]
async fn a_whole_answer_with_doubtful_usage_is_charged_for_what_it_holds() {
    for side in SIDES {
        let field = if side == Side::Chat {
            "completion_tokens"
        } else {
            "output_tokens"
        };
        for told in [
            json!(-5),
            json!("7"),
            json!(1e300),
            json!(9_000_000_000_000_000_000_u64),
        ] {
            let scene = Scene::new(side).await;
            let mut whole = side.whole(WORDS);
            whole["usage"][field] = told.clone();
            scene.plays(Reply::json(200, &whole));
            scene.ask(false).send().await.expect(200);
            let row = scene.gateway.rows(scene.key(), 1).await.remove(0);
            assert!(row.cost_nano_usd > Money::ZERO, "{side:?} {told}: {row:?}");
            scene.spent(row.cost_nano_usd).await;
        }
        let scene = Scene::new(side).await;
        let mut whole = side.whole(WORDS);
        whole.as_object_mut().unwrap().remove("usage");
        scene.plays(Reply::json(200, &whole));
        scene.ask(false).send().await.expect(200);
        scene.estimated(WORDS).await;
    }
}
