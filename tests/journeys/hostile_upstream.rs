//! An upstream that takes for ever, sends too much, or breaks off: the client is told in its own
//! dialect, pays for what arrived and no more, nothing stays held, and memory stays flat.

use std::time::{Duration, Instant};

use bytes::Bytes;
use protocol::Money;
use tests::{
    Gateway, Price, Serve, sse,
    upstream::{End, Reply, Step},
    verify_clean,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::scene::{MODEL, SIDES, Scene, Side, sends, sends_then};

/// So much more than before may a gateway take while it is flooded.
const FLOOD_MEMORY_MAX: u64 = 96 * 1024 * 1024;

async fn closed_early(scene: &Scene) {
    let call = scene.upstream.call(MODEL, 0).await;
    assert_eq!(call.ended().await, End::ClosedEarly, "{:?}", scene.side);
}

/// Charged by an estimate, and no more than a short question with a cap of 1,000 tokens can cost.
async fn within_the_hold(scene: &Scene) {
    let row = scene.gateway.rows(scene.key(), 1).await.remove(0);
    assert!(row.estimated, "{row:?}");
    assert!(
        row.cost_nano_usd > Money::ZERO && row.cost_nano_usd < Money::from_nano_usd(30_000_000),
        "{row:?}"
    );
    scene.spent(row.cost_nano_usd).await;
}

#[tokio::test]
async fn an_upstream_that_hangs_after_its_head_costs_nothing() {
    for side in SIDES {
        let scene = Scene::with(side, "idle_seconds_max = 1").await;
        scene.plays(Reply::stream(vec![Step::Hang]));
        let seen = scene.ask(true).send().await.expect(502);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        closed_early(&scene).await;
        scene.released().await;
    }
}

#[tokio::test]
async fn an_upstream_that_hangs_in_its_answer_is_charged_for_what_came() {
    for side in SIDES {
        let scene = Scene::with(side, "idle_seconds_max = 1").await;
        scene.plays(sends_then(side.words(4), Step::Hang));
        let seen = scene.ask(true).send().await.expect(200);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        assert_eq!(scene.text(&seen), "word0 word1 word2 word3 ");
        closed_early(&scene).await;
        scene.estimated(4).await;
    }
}

#[tokio::test]
async fn an_upstream_that_hangs_in_a_whole_answer_is_given_up() {
    for side in SIDES {
        let scene = Scene::with(side, "idle_seconds_max = 1").await;
        let half = side.whole(20).to_string()[..150].to_owned();
        scene.plays(Reply::stream(vec![Step::Hang]));
        let seen = scene.ask(false).send().await.expect(502);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        scene.released().await;

        let scene = Scene::with(side, "idle_seconds_max = 1").await;
        scene.plays(sends_then([half.into()], Step::Hang));
        let seen = scene.ask(false).send().await.expect(502);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        closed_early(&scene).await;
        scene.estimated(0).await;
    }
}

#[tokio::test]
async fn an_upstream_that_trickles_is_ended_by_the_clock() {
    for side in SIDES {
        let scene = Scene::with(side, "request_seconds_max = 2\nidle_seconds_max = 1").await;
        let slow = (0..400).flat_map(|word| {
            [
                Step::Pause(Duration::from_millis(100)),
                Step::Send(side.word(word)),
            ]
        });
        let start = side.start(Some(12)).into_iter().map(Step::Send);
        scene.plays(Reply::stream(start.chain(slow).collect()));
        let from = Instant::now();
        let seen = scene.ask(true).send().await.expect(200);
        assert!(from.elapsed() < Duration::from_secs(10), "{:?}", from.elapsed());
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        let words = scene.text(&seen).split_whitespace().count() as u64;
        assert!(words >= 5, "{}", seen.text());
        closed_early(&scene).await;
        scene.estimated(words).await;
    }
}

#[tokio::test]
async fn an_upstream_that_trickles_a_whole_answer_is_ended_by_the_clock() {
    for side in SIDES {
        let scene = Scene::with(side, "request_seconds_max = 2\nidle_seconds_max = 1").await;
        let bytes = side.whole(200).to_string();
        let steps = bytes.bytes().flat_map(|byte| {
            [
                Step::Pause(Duration::from_millis(20)),
                Step::Send(Bytes::copy_from_slice(&[byte])),
            ]
        });
        scene.plays(Reply::stream(steps.collect()));
        let seen = scene.ask(false).send().await.expect(502);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        scene.estimated(0).await;
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_and_never_costs_more_than_was_held() {
    for side in SIDES {
        let scene = Scene::with(side, "answer_bytes_max = 20000000").await;
        let before = scene.gateway.memory_now();
        scene.plays(sends_then(side.start(Some(12)), Step::Repeat(side.word(7))));
        // Read to the end, and thrown away as it comes.
        let mut open = scene.ask(true).open().await;
        let mut bytes = 0;
        let mut last = Bytes::new();
        while let Some(part) = open.next().await {
            bytes += part.len();
            last = part;
        }
        assert!((10_000_000..20_100_000).contains(&bytes), "{side:?}: {bytes}");
        assert!(
            String::from_utf8_lossy(&last).contains("upstream_unavailable"),
            "{side:?}"
        );
        closed_early(&scene).await;
        within_the_hold(&scene).await;
        let grown = scene.gateway.memory_max().saturating_sub(before);
        assert!(grown < FLOOD_MEMORY_MAX, "{side:?}: {grown}");
    }
}

#[tokio::test]
async fn a_line_without_an_end_is_cut_and_memory_stays_flat() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        let before = scene.gateway.memory_now();
        let mut events = side.words(3);
        events.push(Bytes::from_static(b"data: \""));
        scene.plays(sends_then(
            events,
            Step::Repeat(Bytes::from(vec![b'x'; 64 * 1024])),
        ));
        let seen = scene.ask(true).send().await.expect(200);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        closed_early(&scene).await;
        scene.estimated(3).await;
        let grown = scene.gateway.memory_max().saturating_sub(before);
        assert!(grown < FLOOD_MEMORY_MAX, "{side:?}: {grown}");
    }
}

#[tokio::test]
async fn a_whole_answer_without_an_end_is_cut_and_memory_stays_flat() {
    for side in SIDES {
        let scene = Scene::with(side, "answer_bytes_max = 16000000").await;
        let before = scene.gateway.memory_now();
        scene.plays(Reply::stream(vec![Step::Repeat(Bytes::from(vec![
            b' ';
            64 * 1024
        ]))]));
        let seen = scene.ask(false).send().await.expect(502);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        closed_early(&scene).await;
        within_the_hold(&scene).await;
        let grown = scene.gateway.memory_max().saturating_sub(before);
        assert!(grown < FLOOD_MEMORY_MAX, "{side:?}: {grown}");
    }
}

/// An upstream below HTTP: reads a little, then writes the same bytes as long as they are taken.
async fn raw_upstream(start: &'static str, then: &'static [u8]) -> (String, tokio::task::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut some = [0; 1024];
            if socket.read(&mut some).await.is_ok() && socket.write_all(start.as_bytes()).await.is_ok() {
                while socket.write_all(then).await.is_ok() {}
            }
        }
    });
    (url, task)
}

#[tokio::test]
async fn a_head_without_an_end_is_no_answer() {
    for side in SIDES {
        let (url, task) = raw_upstream("HTTP/1.1 200 OK\r\nx-filler: ", &[b'x'; 4096]).await;
        let gateway = Serve::new(&Scene::config(side, &url, ""))
            .env("OWNERS_KEY", Serve::UPSTREAM_KEY)
            .start()
            .await;
        let device = gateway.device("5.00").await;
        let seen = device
            .post(side.path(), &side.body(true))
            .send()
            .await
            .expect(502);
        assert_eq!(seen.json()["error"]["code"], "upstream_unavailable");
        nothing_charged(&gateway, &device).await;
        task.abort();
    }
}

#[tokio::test]
async fn what_is_not_http_is_no_answer() {
    let (url, task) = raw_upstream("SSH-2.0-OpenSSH_9.2\r\n\r\n", b"\r\n\r\n").await;
    let gateway = Serve::new(&Scene::config(Side::Chat, &url, ""))
        .env("OWNERS_KEY", Serve::UPSTREAM_KEY)
        .start()
        .await;
    let device = gateway.device("5.00").await;
    let request = device.post(Side::Chat.path(), &Side::Chat.body(true));
    let seen = request.send().await.expect(502);
    assert!(!seen.text().contains("SSH"), "{}", seen.text());
    nothing_charged(&gateway, &device).await;
    task.abort();
}

async fn nothing_charged(gateway: &Gateway, device: &tests::Device) {
    let balance = device.idle_balance().await;
    assert_eq!(balance.spent_nano_usd, Money::ZERO);
    verify_clean(gateway).await;
}

#[tokio::test]
async fn a_cut_stream_is_charged_for_what_came() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        scene.plays(sends_then(side.words(5), Step::Cut));
        let seen = scene.ask(true).send().await.expect(200);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        assert!(!sse::is_done(&seen.body));
        scene.estimated(5).await;
    }
}

#[tokio::test]
async fn a_stream_that_ends_in_good_order_without_a_finish_was_cut() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        scene.plays(sends(side.words(5)));
        let seen = scene.ask(true).send().await.expect(200);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        scene.estimated(5).await;
    }
}

#[tokio::test]
async fn a_cut_before_the_first_byte_costs_nothing() {
    for side in SIDES {
        for step in [Some(Step::Cut), None] {
            let scene = Scene::new(side).await;
            scene.plays(Reply::stream(step.into_iter().collect()));
            let seen = scene.ask(true).send().await.expect(502);
            assert_eq!(scene.told(&seen), "upstream_unavailable");
            scene.released().await;
        }
    }
}

#[tokio::test]
async fn a_cut_whole_answer_is_an_error_and_charged_for_what_came() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        let reply = Reply::json(200, &side.whole(30));
        let half = reply.bytes().len() / 2;
        scene.plays(reply.cut_inside(half));
        let seen = scene.ask(false).send().await.expect(502);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        scene.estimated(0).await;
    }
}

#[tokio::test]
async fn an_error_after_the_first_words_is_told_and_what_came_is_charged() {
    for side in SIDES {
        let scene = Scene::new(side).await;
        let mut events = side.words(6);
        events.push(side.error_event("overloaded_error", "org-4711 is busy"));
        scene.plays(sends(events));
        let seen = scene.ask(true).send().await.expect(200);
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        assert!(!seen.text().contains("org-4711"), "{}", seen.text());
        scene.estimated(6).await;
    }
}

#[tokio::test]
async fn an_error_instead_of_the_first_word_is_a_refusal_and_costs_nothing() {
    for side in SIDES {
        for (kind, status, code) in [
            ("overloaded_error", 502, "upstream_unavailable"),
            ("rate_limit_error", 429, "rate_limited"),
        ] {
            let scene = Scene::new(side).await;
            let kind_of_side = if side == Side::Chat && status == 429 {
                "rate_limit_exceeded"
            } else {
                kind
            };
            scene.plays(sends([side.error_event(kind_of_side, "org-4711 is busy")]));
            let seen = scene.ask(true).send().await;
            assert_eq!(seen.status.as_u16(), status, "{side:?} {kind}: {}", seen.text());
            assert_eq!(scene.told(&seen), code);
            assert!(!seen.text().contains("org-4711"), "{}", seen.text());
            scene.released().await;
        }
    }
}

#[tokio::test]
async fn a_page_of_html_is_not_shown_and_costs_nothing() {
    const PAGE: &str = "<!DOCTYPE html><html><title>502 Bad Gateway</title>secret-host</html>";
    for side in SIDES {
        for status in [200, 403, 502, 503] {
            for stream in [false, true] {
                let scene = Scene::new(side).await;
                scene.plays(Reply::whole(status, "text/html; charset=utf-8", PAGE));
                let seen = scene.ask(stream).send().await.expect(502);
                assert_eq!(scene.told(&seen), "upstream_unavailable");
                assert!(!seen.text().contains("secret-host"), "{}", seen.text());
                let kind = seen.header("content-type").unwrap();
                assert!(kind.starts_with("application/json"), "{kind}");
                scene.released().await;
            }
        }
    }
}

#[tokio::test]
async fn a_price_is_of_the_words_that_came_not_of_those_that_were_asked_for() {
    let scene = Scene::new(Side::Chat).await;
    scene.plays(sends_then(Side::Chat.words(2), Step::Cut));
    scene.ask(true).send().await.expect(200);
    let row = scene.estimated(2).await;
    let most = Price::USUAL.of(&protocol::TokenUsage {
        input_tokens: 100,
        output_tokens: 20,
        ..protocol::TokenUsage::default()
    });
    assert!(row.cost_nano_usd <= most, "{row:?}");
}
