use std::time::{Duration, Instant};

use crate::load::Route;

const ROUND: Duration = Duration::from_secs(2);

/// How many answers came in how many seconds with so many connections, each asking again as soon as
/// it was answered.
pub async fn answers(route: &Route, connections: usize, stream: bool) -> (f64, f64) {
    let began = Instant::now();
    let until = began + ROUND;
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
    (answers, began.elapsed().as_secs_f64())
}
