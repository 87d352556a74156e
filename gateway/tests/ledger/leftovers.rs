//! What an earlier run, or an earlier version, left in the database.

use std::sync::Arc;

use gateway::ledger::{HoldRequest, KeyMint, Ledger, Order, OrderRequest, Store, UsageOf};
use protocol::{
    DeviceId, KeyId, Money,
    api::{Share, Transfers, UsageQuery},
};
use rusqlite::{Connection, params};

use crate::{
    postgres::Postgres,
    support::{assert_clean, hold, in_file, in_postgres, mint, open, price, redeem, settle},
};

/// What came since version 5, taken away.
const BEFORE_5: &str = "
DROP VIEW IF EXISTS ledger_entry;
DROP TABLE usage_past;
DROP TABLE gateway_setting;
DROP TABLE submitted_day;
DROP TABLE submitted_machine;
DROP TABLE submission_window;
DROP TABLE profile;
DROP INDEX usage_variance;
ALTER TABLE device DROP COLUMN old_mac;
ALTER TABLE device DROP COLUMN old_until;
DROP TABLE device_address;
DROP TABLE price;
DROP TABLE alert;
DROP TABLE alert_delivery;
DROP TABLE alert_rule;
DROP TABLE alert_setting;
DROP TABLE alert_channel;
DROP TABLE failing_upstream;
DROP TABLE reported_count;
DROP TABLE reported;
DROP TABLE session;
DROP TABLE passkey;
DROP TABLE identity;
DROP TABLE spent_challenge;
DROP TABLE team;
DROP TABLE idempotent;
DROP TABLE personal_token;
DROP TABLE link;
DROP TABLE device_code;
DROP TABLE audit;
DROP INDEX key_of_member;
ALTER TABLE token_key DROP COLUMN member_id;
DROP TABLE member;
DROP TABLE billed;
DROP TABLE billed_day;
ALTER TABLE usage DROP COLUMN price_version;
ALTER TABLE usage DROP COLUMN multiplier;
PRAGMA user_version = 4;
";
/// What came since version 4, taken away.
const BEFORE_4: &str = "
DROP VIEW IF EXISTS ledger_entry;
DROP TABLE usage_past;
DROP TABLE gateway_setting;
DROP TABLE submitted_day;
DROP TABLE submitted_machine;
DROP TABLE submission_window;
DROP TABLE profile;
DROP INDEX usage_variance;
ALTER TABLE device DROP COLUMN old_mac;
ALTER TABLE device DROP COLUMN old_until;
DROP TABLE device_address;
DROP TABLE price;
DROP TABLE alert;
DROP TABLE alert_delivery;
DROP TABLE alert_rule;
DROP TABLE alert_setting;
DROP TABLE alert_channel;
DROP TABLE failing_upstream;
DROP TABLE reported_count;
DROP TABLE reported;
DROP TABLE session;
DROP TABLE passkey;
DROP TABLE identity;
DROP TABLE spent_challenge;
DROP TABLE team;
DROP TABLE idempotent;
DROP TABLE personal_token;
DROP TABLE link;
DROP TABLE device_code;
DROP TABLE audit;
DROP INDEX key_of_member;
ALTER TABLE token_key DROP COLUMN member_id;
DROP TABLE member;
DROP TABLE billed;
DROP TABLE billed_day;
ALTER TABLE usage DROP COLUMN price_version;
ALTER TABLE usage DROP COLUMN multiplier;
DROP TABLE allowance;
DROP TABLE answered;
DROP INDEX account_ends;
ALTER TABLE entry DROP COLUMN to_key_id;
CREATE VIEW ledger_entry (id, at, kind, debit, credit, amount) AS
  SELECT id, at, kind, 'house:issued', 'lot:' || lower(hex(key_id)), amount FROM entry WHERE kind = 'mint';
PRAGMA user_version = 3;
";
/// What PostgreSQL alone has besides.
const FAILURES: &str = "DROP TABLE failed_redeem;";
/// The table of pending holds as version 1 had it.
const HOLD_1: &str = "
DROP TABLE hold;
ALTER TABLE token_key DROP COLUMN limits;
ALTER TABLE token_key DROP COLUMN preferences;
CREATE TABLE hold (
  request_id BLOB PRIMARY KEY, key_id BLOB NOT NULL, device_id BLOB NOT NULL, at INTEGER NOT NULL,
  amount INTEGER NOT NULL, counted_input INTEGER NOT NULL, mark INTEGER NOT NULL, epoch INTEGER NOT NULL,
  lease_until INTEGER NOT NULL, price TEXT NOT NULL, kind TEXT NOT NULL, model TEXT NOT NULL,
  upstream TEXT NOT NULL, upstream_model TEXT NOT NULL, repository TEXT, branch TEXT, language TEXT,
  client_request_id TEXT
) WITHOUT ROWID;
PRAGMA user_version = 1;
";

/// A key with this credit, and a device on it.
async fn enrolled(ledger: &Ledger, credit: i64) -> (KeyId, DeviceId) {
    let key = mint(credit, 1);
    let (id, mac) = (key.id, key.mac);
    ledger.mint(vec![key]).await.unwrap();
    let enrolled = ledger.redeem(Box::new(redeem(mac, None))).await;
    (id, enrolled.unwrap().unwrap().device)
}

#[tokio::test]
async fn a_database_of_version_1_keeps_its_pending_holds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.db");
    let store = in_file(folder.path());
    let opened = open(&store).await;
    let (key, device) = enrolled(&opened.ledger, 10_000).await;
    drop(opened);

    let pending = hold(key, device, 300);
    let database = Connection::open(&path).unwrap();
    database.execute_batch(BEFORE_4).unwrap();
    database.execute_batch(HOLD_1).unwrap();
    database
        .execute(
            "INSERT INTO hold VALUES (?1, ?2, ?3, 1, 300, 10, 256, 1, 9, ?4, 'completion', 'coder', 'local',
                                      'tiny', 'example.org/a \"b\"', 'main', NULL, NULL)",
            params![
                pending.request.as_bytes(),
                key.as_bytes(),
                device.as_bytes(),
                &*pending.price
            ],
        )
        .unwrap();
    database.execute("UPDATE account SET held = 300", []).unwrap();
    drop(database);

    let opened = open(&store).await;
    let orphans = &opened.recovered.orphans;
    assert_eq!(orphans.len(), 1);
    assert_eq!(orphans[0].charged.nano_usd(), 266);
    assert_clean(&store).await;
    let usage = opened
        .reader
        .usage_rows(UsageQuery::default(), UsageOf::default(), None, u64::MAX)
        .await;
    let row = usage.unwrap().rows.remove(0);
    assert_eq!(row.request_id, pending.request);
    assert_eq!(
        (row.model.as_str(), row.upstream_model.as_str()),
        ("coder", "tiny")
    );
    assert_eq!(row.repository.as_deref(), Some("example.org/a \"b\""));
    assert_eq!((row.branch.as_deref(), row.language), (Some("main"), None));
}

#[tokio::test]
async fn a_refund_shows_in_the_next_answer() {
    let folder = tempfile::tempdir().unwrap();
    let store = in_file(folder.path());
    let opened = open(&store).await;
    let (key, device) = enrolled(&opened.ledger, 1_000).await;
    let lost = hold(key, device, 500);
    opened.ledger.hold(Arc::clone(&lost)).await.unwrap().unwrap();
    drop(opened);

    let opened = open(&store).await;
    let ledger = &opened.ledger;
    let before = hold(key, device, 10);
    let lot = ledger.hold(Arc::clone(&before)).await.unwrap().unwrap();
    assert_eq!((lot.spent.nano_usd(), lot.held.nano_usd()), (266, 10));
    assert!(ledger.refund(lost.request, 1).await.unwrap().is_some());
    assert_eq!(ledger.refund(lost.request, 1).await.unwrap(), None);
    let settled = ledger.settle(settle(&before, 4)).await.unwrap().unwrap();
    assert_eq!(
        (settled.lot.spent.nano_usd(), settled.lot.held.nano_usd()),
        (4, 0)
    );
    assert_clean(&store).await;
}

#[tokio::test]
async fn a_database_of_version_2_keeps_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.db");
    let store = in_file(folder.path());
    let opened = open(&store).await;
    let (old, _) = enrolled(&opened.ledger, 1_000).await;
    drop(opened);
    let before = "ALTER TABLE token_key DROP COLUMN limits;
        ALTER TABLE token_key DROP COLUMN preferences; PRAGMA user_version = 2;";
    let database = Connection::open(&path).unwrap();
    database.execute_batch(BEFORE_4).unwrap();
    database.execute_batch(before).unwrap();
    drop(database);

    let opened = open(&store).await;
    let ledger = &opened.ledger;
    let limited = KeyMint {
        limits: Some("{\"rpm\":5}".into()),
        ..mint(1_000, 1)
    };
    let new = limited.id;
    ledger.mint(vec![limited]).await.unwrap();
    let wish = Some("{\"order\":[\"a\"]}".to_owned());
    assert!(ledger.set_preferences(old, wish.clone()).await.unwrap());
    let unknown = KeyId::from_bytes([9; 16]);
    assert!(!ledger.set_preferences(unknown, None).await.unwrap());
    let (old, new) = (opened.reader.key(old).await, opened.reader.key(new).await);
    let (old, new) = (old.unwrap().unwrap(), new.unwrap().unwrap());
    assert_eq!((old.limits, old.preferences), (None, wish));
    assert_eq!(new.limits.as_deref(), Some("{\"rpm\":5}"));
    assert_eq!(new.preferences, None);
    assert_clean(&store).await;
}

#[tokio::test]
async fn a_database_of_version_3_keeps_its_credit_and_moves_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.db");
    let store = in_file(folder.path());
    let opened = open(&store).await;
    let (old, device) = enrolled(&opened.ledger, 1_000).await;
    let pending = hold(old, device, 300);
    opened.ledger.hold(pending).await.unwrap().unwrap();
    drop(opened);
    Connection::open(&path).unwrap().execute_batch(BEFORE_4).unwrap();

    let opened = open(&store).await;
    assert_clean(&store).await;
    let (new, _) = enrolled(&opened.ledger, 0).await;
    let moved = allocate(&opened.ledger, old, new, 700).await;
    assert_eq!(moved.transfers.len(), 1);
    let (old, new) = (opened.reader.lot(old).await, opened.reader.lot(new).await);
    assert_eq!(old.unwrap().unwrap().available().nano_usd(), 1_000 - 266 - 700);
    assert_eq!(new.unwrap().unwrap().available().nano_usd(), 700);
    assert_clean(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_version_1_in_postgresql_keeps_its_credit_and_moves_it() {
    let server = Postgres::start();
    let url = server.database("tt");
    let store = in_postgres(&url, 1);
    let opened = open(&store).await;
    let (old, _) = enrolled(&opened.ledger, 1_000).await;
    drop(opened);
    let before = BEFORE_4.replace("lower(hex(key_id))", "key_id").replace(
        "PRAGMA user_version = 3",
        "UPDATE meta SET value = 1 WHERE name = 'version'",
    );
    change(&url, &format!("{FAILURES} {before}")).await;

    let opened = open(&store).await;
    assert_clean(&store).await;
    let (new, _) = enrolled(&opened.ledger, 0).await;
    allocate(&opened.ledger, old, new, 700).await;
    let new = opened.reader.lot(new).await.unwrap().unwrap();
    assert_eq!(new.available().nano_usd(), 700);
    assert_clean(&store).await;
}

/// One settled request before the database is as old as this makes it, and one after; the newer
/// one comes first.
async fn price_versions(store: &Store, make_old: impl AsyncFnOnce()) -> Vec<Option<String>> {
    let opened = open(store).await;
    let (key, device) = enrolled(&opened.ledger, 10_000).await;
    spend(&opened.ledger, &hold(key, device, 300)).await;
    drop(opened);
    make_old().await;

    let opened = open(store).await;
    spend(&opened.ledger, &hold(key, device, 300)).await;
    let unversioned = HoldRequest {
        price_version: Arc::default(),
        ..(*hold(key, device, 300)).clone()
    };
    spend(&opened.ledger, &Arc::new(unversioned)).await;
    opened.ledger.hold(hold(key, device, 300)).await.unwrap().unwrap();
    drop(opened);

    let opened = open(store).await;
    assert_eq!(opened.recovered.orphans.len(), 1);
    assert_clean(store).await;
    let usage = opened
        .reader
        .usage_rows(UsageQuery::default(), UsageOf::default(), None, u64::MAX)
        .await
        .unwrap();
    usage.rows.into_iter().map(|row| row.price_version).collect()
}

async fn spend(ledger: &Ledger, request: &Arc<HoldRequest>) {
    ledger.hold(Arc::clone(request)).await.unwrap().unwrap();
    ledger.settle(settle(request, 5)).await.unwrap().unwrap();
}

fn assert_versions(found: &[Option<String>]) {
    let version = price().version;
    // An orphan's comes from its hold; a price without one has none, nor has a row from before.
    assert_eq!(found, [Some(version.clone()), None, Some(version), None]);
}

#[tokio::test]
async fn a_database_of_version_4_keeps_its_rows_and_notes_the_price_version_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gateway.db");
    let store = in_file(folder.path());
    let found = price_versions(&store, async || {
        Connection::open(&path).unwrap().execute_batch(BEFORE_5).unwrap();
    });
    assert_versions(&found.await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_of_version_2_in_postgresql_notes_the_price_version_from_then_on() {
    let server = Postgres::start();
    let url = server.database("tt");
    let store = in_postgres(&url, 1);
    let found = price_versions(&store, async || {
        let before = BEFORE_5.replace(
            "PRAGMA user_version = 4",
            "UPDATE meta SET value = 2 WHERE name = 'version'",
        );
        change(&url, &format!("{FAILURES} {before}")).await;
    });
    assert_versions(&found.await);
}

async fn change(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}

async fn allocate(ledger: &Ledger, from: KeyId, to: KeyId, amount: i64) -> Transfers {
    let order = Order::Allocate {
        from,
        amount: Some(Money::from_nano_usd(amount)),
        shares: vec![Share {
            to_key_id: to,
            percent: 100,
        }],
    };
    let request = OrderRequest {
        order,
        at: 1,
        idempotency_key: None,
    };
    ledger.order(Box::new(request)).await.unwrap().unwrap()
}
