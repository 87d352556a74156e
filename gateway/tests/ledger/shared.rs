//! PostgreSQL alone: a database that is killed and restarted under the load, and gateways that
//! take one another for dead.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use gateway::ledger::{DeviceCap, FailuresMax, HoldRefusal, Ledger, LedgerError, SpendCap, UsageOf};
use protocol::{DeviceId, KeyId, Money, RequestId, api::UsageQuery};

use crate::{
    postgres::Postgres,
    support::{assert_clean, enrolled, hold, in_postgres, mint, open, redeem, settle},
};

const RESTARTS: usize = 5;
const TASKS: i64 = 32;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_survives_a_database_that_restarts() {
    let server = Postgres::start();
    let store = in_postgres(&server.database("tt"), 1);
    let opened = open(&store).await;
    let (key, device) = enrolled(&opened.ledger, 1_000_000_000).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(AtomicU64::new(0));
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (ledger, is_over) = (opened.ledger.clone(), Arc::clone(&is_over));
            let answered = Arc::clone(&answered);
            tokio::spawn(async move {
                let mut charges = HashMap::new();
                for turn in 0.. {
                    if is_over.load(Ordering::Relaxed) {
                        break;
                    }
                    let request = hold(key, device, 300);
                    match ledger.hold(Arc::clone(&request)).await {
                        Ok(held) => drop(held.unwrap()),
                        // Nothing was done: it is out of reach, and says so.
                        Err(LedgerError::Unreachable(_)) => {
                            tokio::task::yield_now().await;
                            continue;
                        }
                        Err(other) => panic!("{other}"),
                    }
                    let cost = (task + turn) % 300;
                    let settled = ledger.settle(settle(&request, cost)).await.unwrap();
                    assert_eq!(settled.unwrap().charged.nano_usd(), cost);
                    charges.insert(request.request, cost);
                    answered.fetch_add(1, Ordering::Relaxed);
                }
                charges
            })
        })
        .collect();
    for _ in 0..RESTARTS {
        let before = answered.load(Ordering::Relaxed);
        while answered.load(Ordering::Relaxed) < before + 200 {
            tokio::task::yield_now().await;
        }
        server.stop_at_once();
        server.start_again();
    }
    is_over.store(true, Ordering::Relaxed);
    let mut charges: HashMap<RequestId, i64> = HashMap::new();
    for task in tasks {
        charges.extend(task.await.unwrap());
    }
    // A heartbeat takes back what was held for callers who had given up.
    opened.ledger.sweep(0).await.unwrap();
    let lot = opened.reader.lot(key).await.unwrap().unwrap();
    assert_eq!(lot.spent.nano_usd(), charges.values().sum::<i64>());
    assert_eq!(lot.held.nano_usd(), 0);
    let totals = opened
        .reader
        .usage_totals(UsageQuery::default(), UsageOf::default())
        .await
        .unwrap();
    assert_eq!(totals.requests, charges.len() as u64);
    assert_clean(&store).await;
    println!(
        "{RESTARTS} restarts, {} requests answered, 0 lost, 0 doubled",
        charges.len()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_is_silent_for_too_long_is_given_up_and_can_come_back() {
    let server = Postgres::start();
    let url = server.database("tt");
    let (quiet, busy) = (in_postgres(&url, 1), in_postgres(&url, 2));
    let (quiet_one, busy_one) = (open(&quiet).await, open(&busy).await);
    let (key, device) = enrolled(&quiet_one.ledger, 10_000).await;
    let lost = hold(key, device, 500);
    quiet_one.ledger.hold(Arc::clone(&lost)).await.unwrap().unwrap();

    // Nobody is given up before the lease is over, whoever looks.
    assert_eq!(busy_one.ledger.sweep(0).await.unwrap(), 0);
    let swept = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            match busy_one.ledger.sweep(0).await.unwrap() {
                0 => tokio::time::sleep(Duration::from_millis(100)).await,
                swept => return swept,
            }
        }
    });
    assert_eq!(swept.await.unwrap(), 1);
    let lot = busy_one.reader.lot(key).await.unwrap().unwrap();
    assert_eq!((lot.spent.nano_usd(), lot.held.nano_usd()), (266, 0));

    // The late settle finds its hold resolved, and a new request begins anew.
    assert_eq!(quiet_one.ledger.settle(settle(&lost, 7)).await.unwrap(), None);
    let again = hold(key, device, 100);
    quiet_one.ledger.hold(Arc::clone(&again)).await.unwrap().unwrap();
    let settled = quiet_one.ledger.settle(settle(&again, 7)).await.unwrap().unwrap();
    assert_eq!(settled.lot.spent.nano_usd(), 273);
    assert_clean(&busy).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_hold_is_taken_after_a_revocation_at_another_gateway() {
    let server = Postgres::start();
    let url = server.database("tt");
    // The other one stands on the database's machine and comes by its socket.
    let (one, other) = (
        open(&in_postgres(&url, 1)).await,
        open(&in_postgres(&server.url_by_socket("tt"), 2)).await,
    );
    for _ in 0..20 {
        let (key, device) = enrolled(&one.ledger, 1_000_000).await;
        let is_revoked = Arc::new(AtomicBool::new(false));
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (ledger, is_revoked) = (one.ledger.clone(), Arc::clone(&is_revoked));
                tokio::spawn(async move {
                    loop {
                        let was_revoked = is_revoked.load(Ordering::SeqCst);
                        let request = hold(key, device, 10);
                        match ledger.hold(Arc::clone(&request)).await.unwrap() {
                            Err(HoldRefusal::Revoked) => return,
                            Err(other) => panic!("{other:?}"),
                            Ok(_) => assert!(!was_revoked, "a hold after the revocation was answered"),
                        }
                        ledger.release(request).await.unwrap();
                    }
                })
            })
            .collect();
        assert!(other.ledger.revoke_device(device, 1).await.unwrap());
        is_revoked.store(true, Ordering::SeqCst);
        for task in tasks {
            task.await.unwrap();
        }
    }
    assert_clean(&in_postgres(&url, 1)).await;
}

/// What three gateways charge in holds of 30 with this cap, at once.
async fn charged_under(ledgers: &[Ledger], key: KeyId, device: DeviceId, cap: SpendCap) -> i64 {
    let tasks: Vec<_> = (0..60)
        .map(|number| {
            let ledger = ledgers[number % ledgers.len()].clone();
            tokio::spawn(async move {
                let mut charged = 0;
                loop {
                    let mut request = hold(key, device, 30);
                    Arc::make_mut(&mut request).caps = vec![cap];
                    match ledger.hold(Arc::clone(&request)).await.unwrap() {
                        Ok(_) => {}
                        // Others hold what is left, and may give it back.
                        Err(HoldRefusal::Capped { left, held, .. })
                            if left.nano_usd() + held.nano_usd() >= 30 =>
                        {
                            tokio::task::yield_now().await;
                            continue;
                        }
                        Err(HoldRefusal::Capped { place: 0, left, .. }) => {
                            assert!(left.nano_usd() < 30);
                            return charged;
                        }
                        Err(other) => panic!("{other:?}"),
                    }
                    let cost = if number % 2 == 0 { 30 } else { 20 };
                    let settled = ledger.settle(settle(&request, cost)).await.unwrap();
                    charged += settled.unwrap().charged.nano_usd();
                }
            })
        })
        .collect();
    let mut charged = 0;
    for task in tasks {
        charged += task.await.unwrap();
    }
    charged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gateways_together_spend_a_cap_to_its_end_and_not_beyond() {
    let server = Postgres::start();
    let url = server.database("tt");
    let stores = [1, 2, 3].map(|node| in_postgres(&url, node));
    let mut opened = Vec::new();
    for store in &stores {
        opened.push(open(store).await);
    }
    let ledgers: Vec<Ledger> = opened.iter().map(|opened| opened.ledger.clone()).collect();
    let key = mint(1_000_000, 2);
    let (id, mac) = (key.id, key.mac);
    ledgers[0].mint(vec![key]).await.unwrap();
    let mut devices = Vec::new();
    for _ in 0..2 {
        let enrolled = ledgers[0].redeem(Box::new(redeem(mac, None))).await;
        devices.push(enrolled.unwrap().unwrap().device);
    }
    let of_key = SpendCap {
        lot_max: Money::from_nano_usd(5_000),
        device: None,
    };
    let charged = charged_under(&ledgers, id, devices[0], of_key).await;
    assert!((4_971..=5_000).contains(&charged), "{charged}");

    // The lot's sums alone would refuse it, but what they count is the other device's.
    let of_device = SpendCap {
        lot_max: Money::from_nano_usd(3_000),
        device: Some(DeviceCap {
            max: Money::from_nano_usd(3_000),
            since: 0,
        }),
    };
    let charged = charged_under(&ledgers, id, devices[1], of_device).await;
    assert!((2_971..=3_000).contains(&charged), "{charged}");
    assert_clean(&stores[0]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_of_a_peer_count_at_all_gateways() {
    let server = Postgres::start();
    let url = server.database("tt");
    let (one, other) = (
        open(&in_postgres(&url, 1)).await,
        open(&in_postgres(&url, 2)).await,
    );
    let most = FailuresMax {
        per_minute: 5,
        per_hour: 30,
    };
    let (peer, nobody) = ([7; 32], [8; 32]);
    assert_eq!(one.reader.failure_wait(&peer, most).await.unwrap(), None);
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let ledger = if number % 2 == 0 { &one } else { &other }.ledger.clone();
            tokio::spawn(async move { ledger.count_failure(peer, most).await.unwrap() })
        })
        .collect();
    let mut counted = 0;
    for task in tasks {
        match task.await.unwrap() {
            None => counted += 1,
            Some(wait) => assert!((1..=60_000).contains(&wait), "{wait}"),
        }
    }
    assert_eq!(counted, 5);
    for reader in [&one.reader, &other.reader] {
        let wait = reader.failure_wait(&peer, most).await.unwrap().unwrap();
        assert!((1..=60_000).contains(&wait), "{wait}");
        assert_eq!(reader.failure_wait(&nobody, most).await.unwrap(), None);
    }
    // Six are not too many where more may be.
    let more = FailuresMax {
        per_minute: 6,
        per_hour: 6,
    };
    assert_eq!(one.ledger.count_failure(peer, more).await.unwrap(), None);
    let wait = other.ledger.count_failure(peer, more).await.unwrap().unwrap();
    assert!((3_500_000..=3_600_000).contains(&wait), "{wait}");
}
