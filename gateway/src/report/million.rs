//! A million rows, and how little of them is read for what the pages ask.

use jiff::{Timestamp, ToSpan};
use protocol::api::UsageQuery;
use rusqlite::Connection;

use super::{Days, Kept, cells, keep, page};
use crate::{ledger::UsageOf, serve::tests::gateway_in};

const ROWS: i64 = 1_000_000;
const KEYS: i64 = 50;
const MODELS: i64 = 6;
const DAYS: i64 = 365;
const DAY_MS: i64 = 86_400_000;

/// Rows of a year, evenly: as many for each day, key and model.
const FILL: &str = "
WITH RECURSIVE row(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM row WHERE n + 1 < ?1),
     made(n, at) AS (SELECT n, ?2 + n * (?3 / ?1) FROM row)
INSERT INTO usage (request_id, at, key_id, device_id, kind, model, upstream, upstream_model, input, output,
                   cache_read, cache_write, reasoning, held, cost, variance, estimated, orphan, repository, branch,
                   latency_ms)
SELECT unhex(printf('%012x7000%04x%012x', at, 32768, n)), at, unhex(printf('%032x', n % ?4 + 1)),
       unhex(printf('%032x', n % ?4 + 1)), 'chat', 'model-' || (n / ?4 % ?5), 'u', 'm', 10, 2, 0, 0, 0, 7, 7, 0, 0, 0,
       'r' || (n % 2), 'main', 5
  FROM made";

/// What a question reads, for each of the sets that the pages ask for.
const QUESTIONS: [(&str, Kept, i64); 5] = [
    ("the overview", Kept::MODEL, DAYS * MODELS),
    ("by day", Kept::NOTHING, DAYS),
    ("by repository", Kept::REPOSITORY, DAYS * 2),
    (
        "by model and repository",
        Kept::MODEL.and(Kept::REPOSITORY),
        DAYS * MODELS * 2,
    ),
    ("by key", Kept::KEY, DAYS * KEYS),
];

#[tokio::test]
async fn what_the_pages_ask_reads_sums_and_no_history() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = gateway_in(folder.path()).await;
    let now = Timestamp::now();
    let begin = now.as_millisecond() - DAYS * DAY_MS;
    let file = Connection::open(folder.path().join("gateway.db")).unwrap();
    file.execute(FILL, [ROWS, begin, (DAYS - 1) * DAY_MS, KEYS, MODELS])
        .unwrap();
    keep(&gateway).await.unwrap();

    let zone = gateway.settings.zone();
    let mark = gateway.rollup.mark(super::name_of(&zone)).unwrap();
    let left = gateway
        .reader
        .lines(mark, None, usize::MAX, |_| true, zone.clone())
        .await
        .unwrap();
    assert_eq!(left.count, 0, "nothing is left to be read row by row");
    let to = Days::today(&zone, now);
    let days = Days {
        from: to.checked_sub(400.days()).unwrap(),
        to,
        zone,
    };
    for (what, asked, most) in QUESTIONS {
        let found = cells(&gateway, &days, asked, None).await.unwrap();
        let requests: u64 = found.sums.values().map(|sum| sum.requests).sum();
        assert_eq!(requests, ROWS.unsigned_abs(), "{what}");
        assert!(
            found.sums.len() as i64 <= most + KEYS,
            "{what} reads {} sums",
            found.sums.len()
        );
    }

    let query = UsageQuery {
        limit: Some(200),
        ..UsageQuery::default()
    };
    let list = page(&gateway, query.clone(), UsageOf::default()).await.unwrap();
    assert_eq!(
        (list.rows.len(), list.totals.requests),
        (200, ROWS.unsigned_abs())
    );
    assert!(list.next.is_some());
    let nothing = UsageQuery {
        model: Some("nobody's".into()),
        ..query
    };
    let list = page(&gateway, nothing, UsageOf::default()).await.unwrap();
    assert_eq!((list.rows.len(), list.totals.requests, list.next), (0, 0, None));
    let plan: Vec<String> = file
        .prepare(
            "EXPLAIN QUERY PLAN SELECT * FROM usage WHERE request_id < ?1 ORDER BY request_id DESC LIMIT 201",
        )
        .unwrap()
        .query_map([[255_u8; 16]], |row| row.get(3))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        plan,
        ["SEARCH usage USING PRIMARY KEY (request_id<?)"],
        "a page is read in the order of the file"
    );
}
