//! A provider that repeats the owner's key, wherever it does: no client and no log ever sees it.

use serde_json::json;
use tests::{Serve, upstream::Reply};

use crate::scene::{SIDES, Scene, Side, sends};

/// Two keys: one that looks like a key, and one that looks like nothing at all.
const KEYS: [&str; 2] = [Serve::UPSTREAM_KEY, "letmein"];

async fn scene_with(side: Side, key: &str) -> Scene {
    let upstream = tests::Upstream::start().await;
    let config = Scene::config(side, &upstream.base_url(), "");
    let gateway = Serve::new(&config).env("OWNERS_KEY", key).start().await;
    let device = gateway.device(crate::scene::CREDIT).await;
    Scene {
        side,
        upstream,
        gateway,
        device,
    }
}

#[tokio::test]
async fn an_error_that_repeats_the_key_is_told_without_it() {
    for side in SIDES {
        for key in KEYS {
            let words = format!("Incorrect API key provided: {key}. See Bearer {key}, x-api-key={key}");
            for (status, kind) in [
                (400, "invalid_request_error"),
                (401, "authentication_error"),
                (403, "permission_error"),
                (422, "invalid_request_error"),
                (429, "rate_limit_error"),
                (500, "api_error"),
                (200, "api_error"),
            ] {
                let scene = scene_with(side, key).await;
                let reply = Reply::json(status, &side.error_body(kind, &words));
                scene.plays(
                    reply
                        .header("x-request-id", &format!("req-{key}"))
                        .header("retry-after", key),
                );
                for stream in [false, true] {
                    let seen = scene.ask(stream).send().await;
                    assert!(seen.status.as_u16() >= 400, "{side:?} {status}: {}", seen.text());
                    scene.told(&seen);
                    let all = format!("{:?} {}", seen.headers, seen.text());
                    assert!(!all.contains(key), "{side:?} {status}: {all}");
                }
                assert!(!scene.gateway.log().contains(key), "{side:?} {status}");
                scene.released().await;
            }
        }
    }
}

#[tokio::test]
async fn an_error_within_a_stream_that_repeats_the_key_is_told_without_it() {
    for side in SIDES {
        for key in KEYS {
            for words in [0, 3] {
                let scene = scene_with(side, key).await;
                let mut events = if words > 0 { side.words(words) } else { Vec::new() };
                let said = format!("The key {key} was refused.");
                events.push(side.error_event("invalid_request_error", &said));
                scene.plays(sends(events));
                let seen = scene.ask(true).send().await;
                scene.told(&seen);
                assert!(!seen.text().contains(key), "{side:?}: {}", seen.text());
                assert!(!scene.gateway.log().contains(key), "{side:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_header_of_an_answer_that_repeats_the_key_is_left_out() {
    for side in SIDES {
        let scene = scene_with(side, KEYS[1]).await;
        let reply = Reply::json(200, &side.whole(3)).header("x-request-id", "for-letmein-1");
        scene.plays(reply.header("x-ratelimit-limit-requests", "letmein"));
        let seen = scene.ask(false).send().await.expect(200);
        assert!(
            !format!("{:?}", seen.headers).contains("letmein"),
            "{:?}",
            seen.headers
        );
        assert_eq!(seen.json(), json!(side.whole(3)));
        scene.settled(3).await;
    }
}
