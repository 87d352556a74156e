//! Rows that are let go, and everything that stays as it was without them. The clock is the test's.

use std::{collections::BTreeMap, path::Path};

use jiff::{Timestamp, tz::TimeZone};
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use super::{Days, Kept, cells, keep};
use crate::{
    chores::retention::let_go,
    clock::{now_ms, timestamp},
    ledger::{PeopleChange, PeopleRequest, Store},
    serve::tests::gateway_in,
    settings::renew_chosen,
    state::Gateway,
};

const DAY_MS: i64 = 86_400_000;
const PER_DAY: i64 = 100;
const ROWS: i64 = 60 * PER_DAY;
const COST: i64 = 7;

/// A lot that spent all of it.
const LOT: &str = "
INSERT INTO account (id, granted, spent) VALUES (unhex(printf('%032x', 1)), 42007, 42007);
INSERT INTO entry (id, at, kind, key_id, amount)
VALUES (unhex(printf('%032x', 1)), 0, 'mint', unhex(printf('%032x', 1)), 42007);";
/// So many rows up to a moment, a hundred a day.
const USE: &str = "
WITH RECURSIVE row(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM row WHERE n + 1 < ?1),
     made(n, at) AS (SELECT n, ?2 - n * 864000 FROM row)
INSERT INTO usage (request_id, at, key_id, device_id, kind, model, upstream, upstream_model, input, output,
                   cache_read, cache_write, reasoning, held, cost, variance, estimated, orphan, repository, branch,
                   latency_ms)
SELECT unhex(printf('%012x7000%04x%012x', at, 32768, n)), at, unhex(printf('%032x', 1)), unhex(printf('%032x', n % 3)),
       'chat', 'model-' || (n % 7), 'u', 'm', 10, 2, 1, 0, 0, 9, 7, n % 2, 0, 0,
       CASE WHEN n % 5 = 0 THEN NULL ELSE 'r' || (n % 2) END, 'main', 5
  FROM made";

/// Yesterday at noon: the gateway's own clock has gone past it.
fn noon() -> i64 {
    (now_ms() / DAY_MS - 1) * DAY_MS + DAY_MS / 2
}

fn lot_in(folder: &Path) -> Connection {
    let file = Connection::open(folder.join("gateway.db")).unwrap();
    file.execute_batch(LOT).unwrap();
    file
}

fn used(file: &Connection, rows: i64, until: i64) {
    file.execute(USE, params![rows, until]).unwrap();
}

async fn choose(gateway: &Gateway, settings: Value) {
    let request = PeopleRequest {
        at: noon(),
        change: PeopleChange::Choose(settings.to_string()),
        note: None,
        asked: None,
    };
    gateway.ledger.people(request).await.unwrap().unwrap();
    renew_chosen(gateway).await.unwrap();
}

/// All that reports tell apart.
async fn sums(gateway: &Gateway) -> BTreeMap<String, i64> {
    keep(gateway).await.unwrap();
    let days = Days {
        from: "1970-01-01".parse().unwrap(),
        to: "9000-12-31".parse().unwrap(),
        zone: gateway.settings.zone(),
    };
    let kept = [
        Kept::MODEL,
        Kept::DEVICE,
        Kept::KIND,
        Kept::REPOSITORY,
        Kept::BRANCH,
        Kept::KEY,
    ];
    let asked = kept.into_iter().fold(Kept::NOTHING, Kept::and);
    let found = cells(gateway, &days, asked, None).await.unwrap();
    let line = |(cell, sum): (super::Cell, protocol::api::UsageTotals)| {
        let name = format!("{cell:?} {:?} {}", sum.usage, sum.requests);
        (name, sum.cost_nano_usd.nano_usd())
    };
    found.sums.into_iter().map(line).collect()
}

fn total(sums: &BTreeMap<String, i64>) -> i64 {
    sums.values().sum()
}

fn number(file: &Connection, sql: &str) -> i64 {
    file.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// What the audit log says of rows that went.
fn said(file: &Connection) -> Vec<Value> {
    let sql =
        "SELECT became FROM audit WHERE action = 'usage.let-go' AND actor_kind = 'gateway' ORDER BY number";
    let mut lines = file.prepare(sql).unwrap();
    let lines = lines.query_map([], |row| row.get::<_, String>(0)).unwrap();
    lines
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn rows_that_are_let_go_leave_every_sum_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = gateway_in(folder.path()).await;
    let (file, noon) = (lot_in(folder.path()), noon());
    used(&file, ROWS, noon);
    used(&file, 1, noon - 80 * DAY_MS);
    let before = sums(&gateway).await;
    assert_eq!(total(&before), COST * (ROWS + 1));
    let store = Store::Sqlite(folder.path().join("gateway.db"));
    let recounted = store.verify().await.unwrap();
    assert_eq!(recounted.differences, []);

    // Nobody chose anything: nothing goes, and nothing can be taken by hand.
    let_go(&gateway, noon).await.unwrap();
    assert_eq!(number(&file, "SELECT count(*) FROM usage"), ROWS + 1);
    assert!(file.execute("DELETE FROM usage WHERE at > 0", []).is_err());

    choose(&gateway, json!({ "usageDays": 40 })).await;
    let_go(&gateway, noon).await.unwrap();
    let left = number(&file, "SELECT count(*) FROM usage");
    let gone = ROWS + 1 - left;
    assert!((19 * PER_DAY..20 * PER_DAY).contains(&gone), "{gone}");
    let first = number(&file, "SELECT min(at) FROM usage");
    let midnight = noon - DAY_MS / 2 - 40 * DAY_MS;
    assert!(
        (midnight..midnight + DAY_MS / PER_DAY).contains(&first),
        "a day is kept as a whole"
    );
    assert!(file.execute("DELETE FROM usage WHERE at > 0", []).is_err());
    assert!(file.execute("DELETE FROM usage_past", []).is_err());

    let again = store.verify().await.unwrap();
    assert_eq!(again.differences, []);
    assert_eq!(again.variance_nano_usd, recounted.variance_nano_usd);
    assert_eq!(sums(&gateway).await, before, "sums that were made before");
    gateway.rollup.forget().unwrap();
    assert_eq!(sums(&gateway).await, before, "sums that are made anew");

    let lines = said(&file);
    let rows: i64 = lines.iter().map(|line| line["usageRows"].as_i64().unwrap()).sum();
    let cost = |line: &Value| line["costNanoUsd"].as_str().unwrap().parse::<i64>().unwrap();
    assert_eq!((rows, lines.iter().map(cost).sum::<i64>()), (gone, COST * gone));
    let last_day = timestamp(midnight - 1).to_zoned_datetime(TimeZone::UTC).date();
    assert_eq!(lines.last().unwrap()["to"], json!(last_day));
    // There is nothing more to say until another day is too old.
    let_go(&gateway, noon + 3_600_000).await.unwrap();
    assert_eq!(said(&file), lines);
    let_go(&gateway, noon + DAY_MS).await.unwrap();
    assert_eq!(said(&file).last().unwrap()["usageRows"], PER_DAY);
    assert_eq!(sums(&gateway).await, before);
}

/// A gateway that was off for so long that rows went which it never counted.
#[tokio::test]
async fn sums_that_lag_behind_are_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = gateway_in(folder.path()).await;
    let (file, noon) = (lot_in(folder.path()), noon());
    // Something is counted that stays, and something that goes.
    used(&file, 1, noon - 80 * DAY_MS);
    assert_eq!(total(&sums(&gateway).await), COST);
    used(&file, ROWS, noon);
    choose(&gateway, json!({ "usageDays": 35 })).await;
    let_go(&gateway, noon).await.unwrap();
    assert_eq!(total(&sums(&gateway).await), COST * (ROWS + 1));
    let store = Store::Sqlite(folder.path().join("gateway.db"));
    assert_eq!(store.verify().await.unwrap().differences, []);
}

/// Days are cut where the zone says; rows that went keep the day that they had.
#[tokio::test]
async fn another_time_zone_cuts_the_days_of_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = gateway_in(folder.path()).await;
    let (file, noon) = (lot_in(folder.path()), noon());
    used(&file, ROWS, noon);
    let in_utc = sums(&gateway).await;
    choose(&gateway, json!({ "timeZone": "Pacific/Auckland" })).await;
    let there = sums(&gateway).await;
    assert_ne!(there, in_utc);
    assert_eq!(total(&there), total(&in_utc));
    choose(
        &gateway,
        json!({ "usageDays": 40, "timeZone": "Pacific/Auckland" }),
    )
    .await;
    let_go(&gateway, noon).await.unwrap();
    let first = number(&file, "SELECT min(at) FROM usage");
    let auckland = gateway.settings.zone();
    let at = |ms: i64| {
        let at = Timestamp::from_millisecond(ms).unwrap();
        at.to_zoned_datetime(auckland.clone()).date()
    };
    assert_eq!((at(noon) - at(first)).get_days(), 40);
    assert_ne!(
        at(first - DAY_MS / PER_DAY),
        at(first),
        "a day is kept as a whole"
    );
    assert_eq!(sums(&gateway).await, there);
    choose(&gateway, json!({})).await;
    assert_eq!(total(&sums(&gateway).await), total(&in_utc));
}
