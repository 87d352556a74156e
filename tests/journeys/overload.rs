//! Ten times as many requests as the gateway is set up for: those beyond it are refused early and
//! politely, memory stays bounded, and the rest are served as before, during it and after it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tests::{
    Transcript, eventually,
    upstream::{Gate, Reply, Step},
    within,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::scene::{MODEL, SIDES, Scene, Side};

/// What the gateway is set up for, and ten times that.
const PLACES: usize = 8;
const CLIENTS: usize = 80;
/// How long the crowd stays, in seconds, where it is not named here: `scripts/bench overload` does.
const CROWDED: u64 = 4;
const CROWDED_VARIABLE: &str = "TOKEN_TRACKER_OVERLOAD_SECONDS";
/// What an answer takes.
const THINKS: Duration = Duration::from_millis(40);

async fn scene(side: Side) -> Scene {
    let limits = format!("requests_max = {PLACES}\nstreams_per_device = 1000");
    let scene = Scene::with(side, &limits).await;
    scene
        .upstream
        .on(MODEL, move |call| side.reply(call, 5).before(Step::Pause(THINKS)));
    scene
}

/// A refusal that says in the client's dialect that it may come back, and when.
fn assert_polite(scene: &Scene, seen: &Transcript) {
    assert_eq!(seen.status.as_u16(), 429, "{}", seen.text());
    assert_eq!(scene.told(seen), "rate_limited");
    let wait: u64 = seen.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=5).contains(&wait), "{wait}");
    if scene.side == Side::Messages {
        assert_eq!(seen.header("x-should-retry"), Some("true"));
    }
}

#[derive(Default)]
struct Seen {
    served: Vec<Duration>,
    refused: Vec<Duration>,
}

/// So many clients, each with one request after the other, until it is over.
async fn crowd(scene: &Arc<Scene>, clients: usize, time: Duration) -> Seen {
    let over = Arc::new(AtomicBool::new(false));
    let all: Vec<_> = (0..clients)
        .map(|number| {
            let (scene, over) = (Arc::clone(scene), Arc::clone(&over));
            tokio::spawn(async move {
                let mut seen = Seen::default();
                while !over.load(Ordering::Relaxed) {
                    let from = Instant::now();
                    let answer = scene.ask(number % 2 == 0).send().await;
                    if answer.status == 200 {
                        seen.served.push(from.elapsed());
                    } else {
                        assert_polite(&scene, &answer);
                        seen.refused.push(from.elapsed());
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                }
                seen
            })
        })
        .collect();
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    let mut sum = Seen::default();
    for client in all {
        let seen = client.await.expect("no client was left without an answer");
        sum.served.extend(seen.served);
        sum.refused.extend(seen.refused);
    }
    sum
}

fn p99(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[(times.len() * 99 / 100).min(times.len() - 1)]
}

fn crowded() -> Duration {
    let named = std::env::var(CROWDED_VARIABLE).ok();
    Duration::from_secs(named.and_then(|text| text.parse().ok()).unwrap_or(CROWDED))
}

#[expect(clippy::print_stdout, reason = "the figures are for who asks for them")]
fn tell(side: Side, normal: Duration, mut seen: Seen, grown: u64, normal_again: Duration) {
    println!(
        "{side:?}: {CLIENTS} clients on {PLACES} places: {} served, p99 {:.0?} (alone {normal:.0?}); {} refused, p99 {:.0?}; \
         memory grew by {:.1} MiB; normal again after {normal_again:.1?}",
        seen.served.len(),
        p99(&mut seen.served),
        seen.refused.len(),
        p99(&mut seen.refused),
        grown as f64 / f64::from(1 << 20),
    );
}

#[tokio::test]
async fn ten_times_the_load_is_refused_politely_and_leaves_nothing_behind() {
    for side in SIDES {
        let scene = Arc::new(scene(side).await);
        let mut calm = crowd(&scene, PLACES / 2, Duration::from_secs(1)).await;
        assert!(calm.refused.is_empty(), "{side:?}: {:?}", calm.refused);
        let normal = p99(&mut calm.served);

        let before = scene.gateway.memory_now();
        let crowded = crowd(&scene, CLIENTS, crowded()).await;
        assert!(
            crowded.served.len() > PLACES,
            "{side:?}: {}",
            crowded.served.len()
        );
        assert!(
            crowded.refused.len() > crowded.served.len(),
            "{side:?}: {} refused",
            crowded.refused.len()
        );
        let grown = scene.gateway.memory_max().saturating_sub(before);
        assert!(grown < 64 * 1024 * 1024, "{side:?}: {grown}");

        // Other tests share this machine, so normal is three times what was measured, and the
        // issue's thirty seconds are the bound.
        let limit = normal * 3 + THINKS;
        let over = Instant::now();
        eventually("the usual pace after the crowd", async || {
            let mut after = crowd(&scene, PLACES / 2, Duration::from_millis(500)).await;
            (after.refused.is_empty() && p99(&mut after.served) <= limit).then_some(())
        })
        .await;
        tell(side, normal, crowded, grown, over.elapsed());

        let rows = scene.gateway.usage(scene.key()).await;
        assert!(
            rows.iter()
                .all(|row| !row.estimated && row.usage.output_tokens == 5)
        );
        assert_eq!(rows.len(), scene.upstream.calls(MODEL).len(), "{side:?}");
        let cost = rows.iter().map(|row| row.cost_nano_usd.nano_usd()).sum();
        scene.spent(protocol::Money::from_nano_usd(cost)).await;
    }
}

#[tokio::test]
async fn a_refusal_does_not_wait_for_the_body() {
    for side in SIDES {
        let scene = Scene::with(side, "requests_max = 1").await;
        let gate = Gate::closed();
        let held_back = gate.clone();
        scene.upstream.on(MODEL, move |call| {
            side.reply(call, 5).before(Step::Wait(held_back.clone()))
        });
        let first = tokio::spawn(scene.ask(false).try_send());
        scene.upstream.call(MODEL, 0).await;

        let url = scene.gateway.url("");
        let authority = url.trim_start_matches("http://").trim_end_matches('/');
        for framing in ["content-length: 60000", "transfer-encoding: chunked"] {
            let mut socket = TcpStream::connect(authority).await.unwrap();
            let head = format!(
                "POST {} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n{framing}\r\n\r\n",
                side.path(),
                scene.device.credential
            );
            socket.write_all(head.as_bytes()).await.unwrap();
            let mut seen = vec![0; 4096];
            let length = within("a refusal before the body", socket.read(&mut seen))
                .await
                .unwrap();
            let seen = String::from_utf8_lossy(&seen[..length]).to_lowercase();
            assert!(seen.starts_with("http/1.1 429 "), "{side:?} {framing}: {seen}");
            assert!(seen.contains("retry-after: "), "{side:?} {framing}: {seen}");
        }
        gate.open();
        assert_eq!(first.await.unwrap().unwrap().status, 200);
        scene.settled(5).await;
    }
}

#[tokio::test]
async fn bodies_that_wait_take_no_more_memory_than_allowed() {
    let limits = "all_bodies_bytes_max = 3000000\nbody_bytes_max = 1000000";
    let scene = Scene::with(Side::Chat, limits).await;
    scene.plays(Reply::json(200, &Side::Chat.whole(5)));
    let url = scene.gateway.url("");
    let authority = url.trim_start_matches("http://").trim_end_matches('/');
    let head = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-length: 1000000\r\n\r\n",
        scene.device.credential
    );
    let mut waiting = Vec::new();
    let mut refused = None;
    // Three have room; who asks in between may take it from one of them, but not from all.
    while refused.is_none() && waiting.len() < 20 {
        let mut socket = TcpStream::connect(authority).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        waiting.push(socket);
        let seen = scene.ask(false).send().await;
        refused = (seen.status != 200).then_some(seen);
    }
    let refused = refused.expect("a refusal for want of memory");
    assert_polite(&scene, &refused);
    drop(waiting);
    eventually("memory for a body", async || {
        let seen = scene.ask(false).try_send().await.unwrap();
        (seen.status == 200).then_some(())
    })
    .await;
}
