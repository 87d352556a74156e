//! Somebody sets the machine's clock by a day, forwards or back, while the gateway runs: what runs
//! goes on, every charge is right, and only what has an hour on it (a key's expiry) follows.
//!
//! The clock of the real binary is moved by Debian's libfaketime; `scripts/install --tests` has it.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

use protocol::{Money, api::UsageList};
use serde_json::json;
use tests::{
    Config, Device, Gateway, MintOptions, Price, Request, Serve, Upstream, eventually, free_port,
    upstream::{Answer, End, Gate, Reply, Step},
    verify_clean,
};

use crate::scene::{MODEL, Scene, Side, sends_then};

const DAYS: [&str; 2] = ["+1d", "-1d"];

fn library() -> PathBuf {
    let name = "faketime/libfaketimeMT.so.1";
    let folders = fs::read_dir("/usr/lib")
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let mut found = folders
        .chain([PathBuf::from("/usr/lib")])
        .map(|folder| folder.join(name));
    found
        .find(|path| path.is_file())
        .expect("libfaketime is installed: scripts/install --tests")
}

/// The wall clock of one gateway, and no other clock of it.
pub struct Clock(PathBuf);

impl Clock {
    pub fn of(serve: Serve) -> (Self, Serve) {
        let file = serve.home().path().join("clock");
        fs::write(&file, "+0").unwrap();
        let serve = serve
            .env("LD_PRELOAD", library().to_str().unwrap())
            .env("FAKETIME_TIMESTAMP_FILE", file.to_str().unwrap())
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
            .env("FAKETIME_DISABLE_SHM", "1");
        (Self(file), serve)
    }

    /// Sets it before the gateway starts.
    pub fn start_at(&self, by: &str) {
        fs::write(&self.0, by).unwrap();
    }

    /// Moves it, and sees that the gateway has noticed.
    pub async fn set(&self, gateway: &Gateway, by: &str) {
        let before = date(gateway).await;
        // In one step: the gateway reads the file whenever it looks at its clock.
        let new = self.0.with_extension("new");
        fs::write(&new, by).unwrap();
        fs::rename(&new, &self.0).unwrap();
        eventually("the gateway's clock to move", async || {
            (date(gateway).await != before).then_some(())
        })
        .await;
    }
}

/// The day that the gateway has.
async fn date(gateway: &Gateway) -> String {
    // A hot route: what serves the others keeps its date until the clock has caught up with it.
    let seen = Request::post(&gateway.url(Side::Chat.path()))
        .json(&json!({}))
        .send()
        .await;
    let date = seen.header("date").unwrap();
    date[..16].to_owned()
}

async fn scene(limits: &str) -> (Clock, Scene) {
    let upstream = Upstream::start().await;
    let side = Side::Chat;
    let serve = Serve::new(&Scene::config(side, &upstream.base_url(), limits));
    let (clock, serve) = Clock::of(serve);
    let gateway = serve.env("OWNERS_KEY", Serve::UPSTREAM_KEY).start().await;
    let device = gateway.device(crate::scene::CREDIT).await;
    let scene = Scene {
        side,
        upstream,
        gateway,
        device,
    };
    (clock, scene)
}

/// A stream that waits at the gate in its middle.
fn gated(scene: &Scene) -> Gate {
    let gate = Gate::closed();
    let side = scene.side;
    let mut events = side.stream(8);
    let rest = events.split_off(4);
    let mut reply = sends_then(events, Step::Wait(gate.clone()));
    for event in rest {
        reply = reply.after(usize::MAX, Step::Send(event));
    }
    scene.plays(reply);
    gate
}

#[tokio::test]
async fn a_stream_runs_on_while_the_clock_jumps_and_is_settled_exactly() {
    for day in DAYS {
        let (clock, scene) = scene("").await;
        let gate = gated(&scene);
        let mut open = scene.ask(true).open().await;
        assert!(open.read_until("word3 ").await);
        clock.set(&scene.gateway, day).await;
        gate.open();
        let seen = open.read_to_end().await;
        assert!(
            seen.complete && tests::sse::is_done(&seen.body),
            "{day}: {}",
            seen.text()
        );
        let row = scene.settled(8).await;
        assert!(row.request_id.as_uuid().get_version_num() == 7);
    }
}

#[tokio::test]
async fn requests_after_a_jump_are_served_and_their_ids_go_on_rising() {
    for day in DAYS {
        let (clock, scene) = scene("").await;
        scene.upstream.on(MODEL, |call| Side::Chat.reply(call, 4));
        let mut ids = Vec::new();
        for (number, by) in ["+0", day, "+0", day].into_iter().enumerate() {
            if number > 0 {
                clock.set(&scene.gateway, by).await;
            }
            // Each on a connection of its own, so on whichever thread is free.
            for _ in 0..6 {
                let seen = scene.ask(false).send().await.expect(200);
                ids.push(seen.header(protocol::header::REQUEST_ID).unwrap().to_owned());
                // Within one millisecond the ids of two threads have no order.
                let from = Instant::now();
                while from.elapsed() < Duration::from_millis(2) {
                    tokio::task::yield_now().await;
                }
            }
        }
        let mut sorted = ids.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(ids, sorted, "{day}");
        let rows = scene.gateway.usage(scene.key()).await;
        let mut listed: Vec<_> = rows.iter().map(|row| row.request_id.to_string()).collect();
        listed.reverse();
        assert_eq!(listed, ids, "{day}: newest first");
        let each = rows[0].cost_nano_usd.nano_usd();
        scene
            .spent(Money::from_nano_usd(each * i64::try_from(ids.len()).unwrap()))
            .await;
    }
}

#[tokio::test]
async fn a_lease_holds_for_a_stream_that_outlives_a_sweep_a_day_later() {
    // Longer than the time between two looks for lost holds.
    const WORDS: u64 = 70;
    let (clock, scene) = scene("request_seconds_max = 100").await;
    let side = scene.side;
    let slow = (0..WORDS).flat_map(|word| [Step::Send(side.word(word)), Step::Pause(Duration::from_secs(1))]);
    let last = side
        .finish()
        .into_iter()
        .chain([side.usage(WORDS.into()), side.end()]);
    scene.plays(Reply::stream(slow.chain(last.map(Step::Send)).collect()));
    let mut open = scene.ask(true).open().await;
    assert!(open.read_until("word0 ").await);
    clock.set(&scene.gateway, "+1d").await;
    let seen = open.read_to_end().await;
    assert!(
        seen.complete && tests::sse::is_done(&seen.body),
        "{}",
        seen.text()
    );
    scene.settled(WORDS).await;
}

#[tokio::test]
async fn limits_of_time_are_real_time() {
    for day in DAYS {
        let (clock, scene) = scene("request_seconds_max = 6\nidle_seconds_max = 5").await;
        scene.plays(sends_then(scene.side.words(3), Step::Hang));
        let from = Instant::now();
        let mut open = scene.ask(true).open().await;
        assert!(open.read_until("word2 ").await);
        clock.set(&scene.gateway, day).await;
        let seen = open.read_to_end().await;
        let took = from.elapsed();
        assert!(
            took > Duration::from_secs(4),
            "{day}: ended early, after {took:?}"
        );
        assert!(took < Duration::from_secs(20), "{day}: {took:?}");
        assert_eq!(scene.told(&seen), "upstream_unavailable");
        assert_eq!(
            scene.upstream.call(MODEL, 0).await.ended().await,
            End::ClosedEarly
        );
        scene.estimated(3).await;
    }
}

#[tokio::test]
async fn a_key_expires_by_the_clock_and_what_it_runs_goes_on() {
    let (clock, scene) = scene("").await;
    let key = scene
        .gateway
        .mint(&MintOptions::credit("1.00").expires("2h"))
        .await
        .remove(0);
    let device = scene.gateway.redeem(&key).await;
    let gate = gated(&scene);
    let ask = |device: &Device| device.post(scene.side.path(), &scene.side.body(true));
    let mut open = ask(&device).open().await;
    assert!(open.read_until("word3 ").await);

    clock.set(&scene.gateway, "+1d").await;
    let refused = ask(&device).send().await.expect(402);
    assert!(refused.text().contains("expired"), "{}", refused.text());
    gate.open();
    assert!(open.read_to_end().await.complete);
    let row = scene.gateway.only_row(key.id).await;
    assert!(!row.estimated && row.cost_nano_usd > Money::ZERO, "{row:?}");

    clock.set(&scene.gateway, "+0").await;
    ask(&device).send().await.expect(200);
    assert_eq!(
        device.idle_balance().await.spent_nano_usd.nano_usd(),
        2 * row.cost_nano_usd.nano_usd()
    );
    verify_clean(&scene.gateway).await;
}

#[tokio::test]
async fn an_upstream_that_rests_is_back_in_real_time() {
    let (first, second) = (Upstream::start().await, Upstream::start().await);
    let dead = free_port();
    let config = Config::new()
        .upstream("first", &first.base_url(), None)
        .upstream("second", &second.base_url(), None)
        .upstream("third", &format!("http://{dead}/v1"), None)
        .table(&format!(
            "[[model]]\nid = \"m\"\nprice = {}\n[[model.routes]]\nupstream = \"first\"\nweight = 1000000000\n\
             [[model.routes]]\nupstream = \"second\"\n",
            Price::USUAL.toml()
        ));
    let (clock, serve) = Clock::of(Serve::new(&config));
    let gateway = serve.start().await;
    let device = gateway.device("5.00").await;
    second.answer("m", Answer::of("chatcmpl-1", 12, 3));
    first.on("m", |_| {
        Reply::json(
            503,
            &json!({"error": {"message": "no", "type": "x", "code": "y"}}),
        )
        .header("retry-after", "3")
    });
    device.chat("m").send().await.expect(200);
    assert_eq!(first.calls("m").len(), 1);
    first.answer("m", Answer::of("chatcmpl-1", 12, 3));
    let rested = Instant::now();
    clock.set(&gateway, "-1d").await;
    eventually("the first upstream to be asked again", async || {
        device.chat("m").send().await.expect(200);
        (first.calls("m").len() > 1).then_some(())
    })
    .await;
    assert!(
        rested.elapsed() > Duration::from_millis(1_500),
        "{:?}",
        rested.elapsed()
    );
    verify_clean(&gateway).await;
}

#[tokio::test]
async fn what_was_lost_is_settled_at_a_start_on_another_day() {
    for day in DAYS {
        let (clock, mut scene) = scene("").await;
        let _gate = gated(&scene);
        let mut open = scene.ask(true).open().await;
        assert!(open.read_until("word3 ").await);
        scene.gateway.kill().await;
        drop(open);
        fs::write(&clock.0, day).unwrap();
        scene.gateway.restart().await;
        let key = scene.key();
        let row = scene.gateway.only_row(key).await;
        assert!(row.orphan && row.cost_nano_usd > Money::ZERO, "{day}: {row:?}");
        scene.device = scene.device.moved_to(&scene.gateway.admin().gateway_url);
        scene.spent(row.cost_nano_usd).await;
        scene.upstream.on(MODEL, |call| Side::Chat.reply(call, 4));
        scene.ask(false).send().await.expect(200);
        verify_clean(&scene.gateway).await;
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_between_two_starts_hides_no_row() {
    let (clock, mut scene) = scene("").await;
    scene.upstream.on(MODEL, |call| Side::Chat.reply(call, 4));
    clock.set(&scene.gateway, "+2d").await;
    let ask = async |scene: &Scene| {
        let seen = scene.ask(false).send().await.expect(200);
        seen.header(protocol::header::REQUEST_ID).unwrap().to_owned()
    };
    let ahead = ask(&scene).await;
    scene.gateway.stop().await;
    clock.start_at("+0");
    scene.gateway.restart().await;
    scene.device = scene.device.moved_to(&scene.gateway.admin().gateway_url);
    let today = ask(&scene).await;
    assert!(today > ahead, "what is counted up to an id is counted for good");
    // Of today alone, and of all days.
    let midnight = jiff::Timestamp::now()
        .to_zoned_datetime(jiff::tz::TimeZone::UTC)
        .start_of_day()
        .unwrap();
    let tomorrow = midnight.tomorrow().unwrap();
    let (since, until) = (midnight.timestamp(), tomorrow.timestamp());
    for (days, expected) in [
        (format!("&since={since}&until={until}"), vec![&today]),
        (String::new(), vec![&today, &ahead]),
    ] {
        let path = format!("/api/v1/usage?limit=10&keyId={}{days}", scene.key());
        let owner = scene.gateway.owner(http::Method::GET, &path);
        let list: UsageList = owner.send().await.expect(200).parse();
        let ids: Vec<String> = list.rows.iter().map(|row| row.request_id.to_string()).collect();
        assert_eq!(ids.iter().collect::<Vec<_>>(), expected, "{path}");
        assert_eq!(list.totals.requests, expected.len() as u64, "{path}");
    }
}
