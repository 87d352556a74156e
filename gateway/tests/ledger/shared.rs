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

use gateway::ledger::{HoldRefusal, Ledger, LedgerError};
use protocol::{DeviceId, KeyId, RequestId, api::UsageQuery};

use crate::{
    postgres::Postgres,
    support::{assert_clean, hold, in_postgres, mint, open, redeem, settle},
};

const RESTARTS: usize = 5;
const TASKS: i64 = 32;

async fn enrolled(ledger: &Ledger, credit: i64) -> (KeyId, DeviceId) {
    let key = mint(credit, 1);
    let (id, mac) = (key.id, key.mac);
    ledger.mint(vec![key]).await.unwrap();
    let enrolled = ledger.redeem(Box::new(redeem(mac, None))).await;
    (id, enrolled.unwrap().unwrap().device)
}

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
        .usage(UsageQuery::default(), None)
        .await
        .unwrap()
        .totals;
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
