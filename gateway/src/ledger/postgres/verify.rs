//! The recount in PostgreSQL, on one snapshot, beside running gateways.

use tokio_postgres::Client;

use super::{DatabaseUrl, connect::unreachable, reads::read};
use crate::ledger::{Difference, LedgerError, Report};

/// Each query yields (what, stored, recounted) for every lot or row that does not add up.
const CHECKS: &[&str] = &[
    "SELECT 'granted of lot ' || id, granted, found FROM (
       SELECT id, granted, coalesce(moved.amount, 0)::bigint AS found
         FROM account LEFT JOIN (
              SELECT key_id, sum(amount) AS amount FROM (
                SELECT key_id, CASE kind WHEN 'mint' THEN amount WHEN 'grant' THEN amount WHEN 'refund' THEN 0
                                         ELSE -amount END AS amount FROM entry
                UNION ALL SELECT to_key_id, amount FROM entry WHERE to_key_id IS NOT NULL) AS entries
               GROUP BY key_id) AS moved
              ON moved.key_id = account.id) AS lots WHERE granted <> found",
    "SELECT 'spent of lot ' || id, spent, found FROM (
       SELECT id, spent, (coalesce(used.cost, 0)
              - coalesce((SELECT sum(amount) FROM entry WHERE kind = 'refund' AND key_id = account.id), 0))::bigint AS found
         FROM account LEFT JOIN (
            SELECT key_id, sum(cost) AS cost FROM (
              SELECT key_id, cost FROM usage UNION ALL SELECT key_id, cost FROM usage_past) AS charged
             GROUP BY key_id) AS used
              ON used.key_id = account.id) AS lots WHERE spent <> found",
    "SELECT 'held of lot ' || id, held, found FROM (
       SELECT id, held, coalesce((SELECT sum(amount) FROM hold WHERE key_id = account.id), 0)::bigint AS found
         FROM account) AS lots WHERE held <> found",
    "SELECT 'overspent lot ' || id, spent + held, granted FROM account
      WHERE spent + held > granted OR spent < 0 OR held < 0",
    "SELECT 'devices of key ' || id, devices_live, found FROM (
       SELECT id, devices_live,
              (SELECT count(*) FROM device WHERE key_id = token_key.id AND revoked_at IS NULL) AS found
         FROM token_key) AS keys WHERE devices_live <> found",
    "SELECT 'request both pending and settled ' || request_id, 1::bigint, 0::bigint FROM hold
      WHERE request_id IN (SELECT request_id FROM usage)",
    "SELECT 'usage row without a lot ' || request_id, 1::bigint, 0::bigint FROM usage
      WHERE NOT EXISTS (SELECT 1 FROM account WHERE id = usage.key_id)",
    "SELECT 'credit allocated from nowhere or to nowhere ' || id, 1::bigint, 0::bigint FROM entry
      WHERE (kind = 'allocate') <> (to_key_id IS NOT NULL)
         OR (to_key_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM account WHERE account.id = to_key_id))",
    "SELECT 'spent of all lots against the entries', stored, found FROM (
       SELECT (SELECT coalesce(sum(spent), 0)::bigint FROM account) AS stored,
              (SELECT coalesce(sum(CASE kind WHEN 'settle' THEN amount WHEN 'refund' THEN -amount ELSE 0 END), 0)::bigint
                 FROM ledger_entry) AS found) AS sums WHERE stored <> found",
];

const TOTALS: &str = "
SELECT count(*), coalesce(sum(granted), 0)::bigint, coalesce(sum(spent), 0)::bigint, coalesce(sum(held), 0)::bigint,
       (SELECT count(*) FROM usage), (SELECT count(*) FROM hold),
       (SELECT coalesce(sum(variance), 0)::bigint
          FROM (SELECT variance FROM usage UNION ALL SELECT variance FROM usage_past) AS rows)
  FROM account";

/// Recounts one snapshot of the database.
pub async fn verify(url: &DatabaseUrl) -> Result<Report, LedgerError> {
    let client = url.connect().await?;
    client
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await
        .map_err(unreachable)?;
    let report = recount(&client).await.map_err(read)?;
    client.batch_execute("COMMIT").await.map_err(unreachable)?;
    Ok(report)
}

pub(super) async fn recount(client: &Client) -> Result<Report, tokio_postgres::Error> {
    let mut report = totals(client).await?;
    for check in CHECKS {
        for row in client.query(*check, &[]).await? {
            report.differences.push(Difference {
                what: row.try_get(0)?,
                stored: row.try_get(1)?,
                recounted: row.try_get(2)?,
            });
        }
    }
    Ok(report)
}

async fn totals(client: &Client) -> Result<Report, tokio_postgres::Error> {
    let row = client.query_one(TOTALS, &[]).await?;
    let count = |column| Ok::<_, tokio_postgres::Error>(row.try_get::<_, i64>(column)?.unsigned_abs());
    Ok(Report {
        lots: count(0)?,
        granted_nano_usd: row.try_get(1)?,
        spent_nano_usd: row.try_get(2)?,
        held_nano_usd: row.try_get(3)?,
        usage_rows: count(4)?,
        pending_holds: count(5)?,
        variance_nano_usd: row.try_get(6)?,
        differences: Vec::new(),
    })
}
