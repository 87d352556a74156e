use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::{load::Route, samples::Samples};

const REQUESTS_PER_SECOND: u64 = 200;
const REQUESTS: usize = 500;
const CONNECTIONS: usize = 8;

/// Times of answers at a fixed, low rate: what a person waits for on an idle machine.
pub struct Latency {
    pub first_byte: Samples,
    pub whole: Samples,
}

pub async fn latency(route: &Route, stream: bool) -> Latency {
    let each = Duration::from_nanos(1_000_000_000 / REQUESTS_PER_SECOND);
    let began = Instant::now();
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|worker| {
            let route = route.clone();
            let first = began + each * u32::try_from(worker).expect("a few connections");
            tokio::spawn(async move { ask_in_turn(&route, stream, first, each).await })
        })
        .collect();
    let mut latency = Latency {
        first_byte: Samples::default(),
        whole: Samples::default(),
    };
    for worker in workers {
        let part = worker.await.expect("a worker ends");
        latency.first_byte.extend(part.first_byte);
        latency.whole.extend(part.whole);
    }
    latency
}

/// Every connection takes each nth request, so that a slow answer delays none of the others.
async fn ask_in_turn(route: &Route, stream: bool, first: Instant, each: Duration) -> Latency {
    let request = route.request(stream);
    let mut connection = route.connect().await.expect("the server accepts");
    tokio::time::sleep_until(first).await;
    let mut turns = interval(each * u32::try_from(CONNECTIONS).expect("a few connections"));
    turns.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut latency = Latency {
        first_byte: Samples::default(),
        whole: Samples::default(),
    };
    for _ in 0..REQUESTS / CONNECTIONS {
        turns.tick().await;
        let timing = connection.exchange(&request).await;
        let timing = timing.unwrap_or_else(|error| panic!("{} does not answer: {error}", route.name));
        latency.first_byte.push(timing.first_byte);
        latency.whole.push(timing.whole);
    }
    latency
}
