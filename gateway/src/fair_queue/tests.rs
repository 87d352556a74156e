use std::{pin::Pin, task::Poll};

use futures_util::poll;

use super::*;

const A: KeyId = KeyId::from_bytes([1; 16]);
const B: KeyId = KeyId::from_bytes([2; 16]);

fn queue(places: usize, waiting_max: usize) -> Arc<FairQueue> {
    FairQueue::new(Rules {
        places: Some(places),
        waiting_max,
        wait_max: Duration::from_secs(60),
    })
}

type Entering = Pin<Box<dyn Future<Output = Result<Option<Place>, Crowded>>>>;

/// In the line, in the order of the calls.
async fn waiting(queue: &Arc<FairQueue>, key: KeyId) -> Entering {
    let queue = Arc::clone(queue);
    let mut entering: Entering = Box::pin(async move { queue.enter(key).await });
    assert!(poll!(&mut entering).is_pending());
    entering
}

fn place(queue: &Arc<FairQueue>) -> Place {
    queue.try_enter().unwrap().unwrap()
}

#[tokio::test]
async fn keys_take_turns() {
    let queue = queue(1, 100);
    let mut running = place(&queue);
    let mut line = Vec::new();
    for key in [A, A, A, B, A, B] {
        line.push((key, waiting(&queue, key).await));
    }
    let mut order = Vec::new();
    while !line.is_empty() {
        drop(running);
        let mut next = None;
        for (index, (_, entering)) in line.iter_mut().enumerate() {
            if let Poll::Ready(entered) = poll!(entering) {
                next = Some((index, entered.unwrap().unwrap()));
                break;
            }
        }
        let (index, entered) = next.expect("a place that is free goes to somebody");
        running = entered;
        order.push(line.remove(index).0);
    }
    assert_eq!(order, [A, B, A, B, A, A]);
}

#[tokio::test]
async fn nobody_overtakes_those_who_wait() {
    let queue = queue(1, 100);
    let running = place(&queue);
    let mut first = waiting(&queue, A).await;
    drop(running);
    assert!(queue.is_full());
    assert_eq!(queue.try_enter().err(), Some(Crowded));
    let entered = first.as_mut().await.unwrap().unwrap();
    drop((first, entered));
    assert!(!queue.is_full());
}

#[tokio::test]
async fn whoever_leaves_the_line_takes_no_place_along() {
    let queue = queue(1, 100);
    let running = place(&queue);
    let (first, second, mut third) = (
        waiting(&queue, A).await,
        waiting(&queue, A).await,
        waiting(&queue, B).await,
    );
    drop(second);
    drop(running);
    // The place was given to the first one, who leaves without having looked.
    drop(first);
    drop(third.as_mut().await.unwrap());
    assert!(!queue.is_full());
    assert!(queue.lock().waiting.is_empty() && queue.lock().turns.is_empty());
    assert_eq!(queue.lock().count, 0);
}

#[tokio::test]
async fn a_full_queue_sends_away_who_filled_it() {
    let queue = queue(1, 3);
    let running = place(&queue);
    let (_a, _b) = (waiting(&queue, A).await, waiting(&queue, A).await);
    let mut last = waiting(&queue, A).await;
    assert_eq!(queue.enter(A).await.err(), Some(Crowded));
    let _other = waiting(&queue, B).await;
    assert_eq!(last.as_mut().await.err(), Some(Crowded));
    let another = waiting(&queue, KeyId::from_bytes([3; 16])).await;
    assert_eq!(queue.lock().count, 3);
    // Three keys with one each: nobody has more than the newcomer would have.
    assert_eq!(queue.enter(KeyId::from_bytes([4; 16])).await.err(), Some(Crowded));
    drop((running, another));
}

#[tokio::test]
async fn nobody_waits_for_ever() {
    let queue = queue(1, 100);
    queue.set_rules(Rules {
        wait_max: Duration::from_millis(1),
        ..queue.rules()
    });
    let _running = place(&queue);
    assert_eq!(queue.enter(A).await.err(), Some(Crowded));
    assert_eq!(queue.lock().count, 0);
}

#[tokio::test]
async fn other_rules_count_from_now_on() {
    let queue = queue(1, 100);
    let running = place(&queue);
    let (mut first, second) = (waiting(&queue, A).await, waiting(&queue, B).await);
    queue.set_rules(Rules {
        places: Some(2),
        ..queue.rules()
    });
    let entered = first.as_mut().await.unwrap().unwrap();
    queue.set_rules(Rules {
        places: Some(1),
        ..queue.rules()
    });
    drop(running);
    let mut second = second;
    assert!(poll!(&mut second).is_pending(), "two were one too many");
    drop(entered);
    let entered = second.as_mut().await.unwrap().unwrap();
    queue.set_rules(Rules::UNLIMITED);
    assert!(queue.try_enter().unwrap().is_none());
    drop(entered);
}
