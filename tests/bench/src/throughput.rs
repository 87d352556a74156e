use std::time::{Duration, Instant};

use crate::load::Route;

const ROUND: Duration = Duration::from_secs(2);

/// Answers a second with so many connections, each asking again as soon as it was answered.
pub async fn answers_per_second(route: &Route, connections: usize, stream: bool) -> f64 {
    let until = Instant::now() + ROUND;
    let workers: Vec<_> = (0..connections)
        .map(|_| {
            let route = route.clone();
            tokio::spawn(async move {
                let request = route.request(stream);
                let mut connection = route.connect().await.expect("the server accepts");
                let mut answers = 0_u32;
                while Instant::now() < until {
                    connection.exchange(&request).await.expect("the server answers");
                    answers += 1;
                }
                answers
            })
        })
        .collect();
    let mut answers = 0.0;
    for worker in workers {
        answers += f64::from(worker.await.expect("a worker ends"));
    }
    answers / ROUND.as_secs_f64()
}
