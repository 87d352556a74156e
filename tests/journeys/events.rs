//! What a device hears without asking: its balance after every settle, and its own end.

use std::collections::VecDeque;

use protocol::api::{Balance, Event};
use tests::{Device, MintOptions, OpenAnswer, Request, eventually, sse, upstream::Answer, within};

use crate::stage::{CODER, Stage};

/// Somebody who listens.
pub struct Ear {
    stream: OpenAnswer,
    heard: usize,
    waiting: VecDeque<Event>,
}

impl Ear {
    async fn open(device: &Device) -> Self {
        Self::on(device.get("/api/v1/events")).await
    }
    pub async fn on(request: Request) -> Self {
        let stream = request.open().await;
        assert_eq!(stream.status(), 200);
        let kind = stream.headers()["content-type"].to_str().unwrap().to_owned();
        assert!(kind.starts_with("text/event-stream"), "{kind}");
        Self {
            stream,
            heard: 0,
            waiting: VecDeque::new(),
        }
    }
    /// The next event; nothing when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        within("an event", async {
            loop {
                if let Some(event) = self.waiting.pop_front() {
                    return Some(event);
                }
                self.stream.next().await?;
                let events: Vec<_> = sse::items(self.stream.read())
                    .into_iter()
                    .filter_map(parse)
                    .collect();
                self.waiting.extend(events[self.heard..].iter().cloned());
                self.heard = events.len();
            }
        })
        .await
    }
    pub async fn balance(&mut self) -> Balance {
        match self.next().await {
            Some(Event::Balance { balance }) => balance,
            other => panic!("a balance was expected: {other:?}"),
        }
    }
    /// Passes over balances until this one.
    async fn balance_is(&mut self, expected: &Balance) {
        while self.balance().await != *expected {}
    }
}

fn parse(item: sse::Item) -> Option<Event> {
    match item {
        sse::Item::Event { name, data } => {
            let event: Event = serde_json::from_str(&data).unwrap();
            assert_eq!(event.name(), name);
            Some(event)
        }
        sse::Item::Comment(_) => None,
    }
}

#[tokio::test]
async fn every_device_of_a_key_hears_what_one_of_them_spent() {
    let stage = Stage::new().await;
    stage.upstream.answer(CODER, Answer::of("chatcmpl-13", 10, 10));
    let key = stage
        .gateway
        .mint(&MintOptions::credit("1").devices(2))
        .await
        .remove(0);
    let (spender, listener) = (stage.gateway.redeem(&key).await, stage.gateway.redeem(&key).await);
    let mut ear = Ear::open(&listener).await;
    assert_eq!(
        ear.balance().await,
        listener.balance().await,
        "the balance comes first"
    );
    let mut stranger = Ear::open(&stage.device).await;
    stranger.balance().await;

    for _ in 0..3 {
        spender.chat(CODER).send().await.expect(200);
        ear.balance_is(&spender.idle_balance().await).await;
    }
    // What the stranger hears next is its own.
    stage.device.chat(CODER).send().await.expect(200);
    stranger.balance_is(&stage.device.idle_balance().await).await;
}

#[tokio::test]
async fn a_revoked_key_is_told_and_its_stream_ends() {
    let stage = Stage::new().await;
    let mut ear = Ear::open(&stage.device).await;
    ear.balance().await;
    stage
        .gateway
        .cli(&["keys", "revoke", &stage.key().to_string()])
        .await
        .expect(0);
    loop {
        match ear.next().await.expect("a word of farewell") {
            Event::Balance { .. } | Event::Changed | Event::Alerts { .. } => {}
            Event::Revocation { message } => {
                assert!(!message.is_empty());
                break;
            }
        }
    }
    assert_eq!(ear.next().await, None);
    let refused = stage.device.get("/api/v1/events").send().await.expect(401);
    assert_eq!(refused.code(), "credential_revoked");
}

#[tokio::test]
async fn a_device_that_signs_out_elsewhere_is_told_and_its_neighbour_is_not() {
    let stage = Stage::new().await;
    let key = stage
        .gateway
        .mint(&MintOptions::credit("1").devices(2))
        .await
        .remove(0);
    let (leaving, staying) = (stage.gateway.redeem(&key).await, stage.gateway.redeem(&key).await);
    let (mut left, mut stayed) = (Ear::open(&leaving).await, Ear::open(&staying).await);
    left.balance().await;
    stayed.balance().await;
    let path = format!("/api/v1/devices/{}", leaving.account.device_id);
    let gone = stage.gateway.owner(http::Method::DELETE, &path).send().await;
    assert!(gone.status.is_success(), "{}", gone.text());
    assert!(matches!(left.next().await, Some(Event::Revocation { .. })));
    assert_eq!(left.next().await, None);
    stage.upstream.answer(CODER, Answer::of("chatcmpl-14", 1, 1));
    staying.chat(CODER).send().await.expect(200);
    stayed.balance_is(&staying.idle_balance().await).await;
}

#[tokio::test]
async fn a_device_listens_in_so_many_places_and_no_more() {
    // As many windows as nobody has open.
    const MOST: usize = 64;
    let Stage { gateway, device, .. } = Stage::new().await;
    let mut open = Vec::new();
    for _ in 0..MOST {
        let listening = device.get("/api/v1/events").open().await;
        assert_eq!(listening.status(), 200);
        open.push(listening);
    }
    let refused = device.get("/api/v1/events").open().await;
    assert_eq!(refused.status(), 429);
    let refused = refused.read_to_end().await;
    assert_eq!(refused.code(), "rate_limited");
    assert!(refused.header("retry-after").is_some());
    // Another device has places of its own, and one that is left is free again.
    let other = gateway.device("1.00").await;
    assert_eq!(other.get("/api/v1/events").open().await.status(), 200);
    drop(open.pop());
    eventually("a place", async || {
        let listening = device.get("/api/v1/events").open().await;
        (listening.status() == 200).then_some(())
    })
    .await;
}
