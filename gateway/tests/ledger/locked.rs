//! Somebody opens the database by hand, and writes to it.

use std::time::Duration;

use rusqlite::Connection;

use crate::support::{assert_clean, hold, in_file, mint, open, redeem, settle};

/// Longer than one wait for the lock.
const BY_HAND: Duration = Duration::from_millis(2_500);

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_makes_requests_wait_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_file(folder.path());
    let opened = open(&store).await;
    let key = mint(1_000, 1);
    let (id, mac) = (key.id, key.mac);
    opened.ledger.mint(vec![key]).await.unwrap();
    let device = opened
        .ledger
        .redeem(Box::new(redeem(mac, None)))
        .await
        .unwrap()
        .unwrap();
    let shell = Connection::open(folder.path().join("gateway.db")).unwrap();
    shell.execute_batch("BEGIN IMMEDIATE").unwrap();
    let request = hold(id, device.device, 400);
    let waiting = tokio::spawn({
        let (ledger, request) = (opened.ledger.clone(), request.clone());
        async move { ledger.hold(request).await }
    });
    // What is tried is that time passes.
    tokio::time::sleep(BY_HAND).await;
    assert!(!waiting.is_finished());
    shell.execute_batch("COMMIT").unwrap();
    let lot = waiting.await.unwrap().unwrap().unwrap();
    assert_eq!(lot.held.nano_usd(), 400);
    assert!(
        opened
            .ledger
            .settle(settle(&request, 150))
            .await
            .unwrap()
            .is_some()
    );
    assert_clean(&store).await;
}
