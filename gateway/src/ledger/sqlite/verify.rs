//! The recount in SQLite.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::ledger::{Difference, LedgerError, Report};

/// Each query yields (what, stored, recounted) for every lot or row that does not add up.
const CHECKS: &[&str] = &[
    "SELECT 'granted of lot ' || lower(hex(id)), granted, coalesce(moved.amount, 0) AS found
       FROM account LEFT JOIN (
            SELECT key_id, sum(amount) AS amount FROM (
              SELECT key_id, CASE kind WHEN 'mint' THEN amount WHEN 'grant' THEN amount WHEN 'refund' THEN 0
                                       ELSE -amount END AS amount FROM entry
              UNION ALL SELECT to_key_id, amount FROM entry WHERE to_key_id IS NOT NULL)
             GROUP BY key_id) AS moved
            ON moved.key_id = account.id
      WHERE granted <> found",
    "SELECT 'spent of lot ' || lower(hex(id)), spent,
            coalesce(used.cost, 0)
            - coalesce((SELECT sum(amount) FROM entry WHERE kind = 'refund' AND key_id = account.id), 0) AS found
       FROM account LEFT JOIN (
            SELECT key_id, sum(cost) AS cost FROM (
              SELECT key_id, cost FROM usage UNION ALL SELECT key_id, cost FROM usage_past) AS charged
             GROUP BY key_id) AS used
            ON used.key_id = account.id
      WHERE spent <> found",
    "SELECT 'held of lot ' || lower(hex(id)), held,
            coalesce((SELECT sum(amount) FROM hold WHERE key_id = account.id), 0) AS found
       FROM account WHERE held <> found",
    "SELECT 'overspent lot ' || lower(hex(id)), spent + held, granted FROM account
      WHERE spent + held > granted OR spent < 0 OR held < 0",
    "SELECT 'devices of key ' || lower(hex(id)), devices_live,
            (SELECT count(*) FROM device WHERE key_id = token_key.id AND revoked_at IS NULL) AS found
       FROM token_key WHERE devices_live <> found",
    "SELECT 'request both pending and settled ' || lower(hex(request_id)), 1, 0 FROM hold
      WHERE request_id IN (SELECT request_id FROM usage)",
    "SELECT 'usage row without a lot ' || lower(hex(request_id)), 1, 0 FROM usage
      WHERE key_id NOT IN (SELECT id FROM account)",
    "SELECT 'credit allocated from nowhere or to nowhere ' || lower(hex(id)), 1, 0 FROM entry
      WHERE (kind = 'allocate') <> (to_key_id IS NOT NULL)
         OR (to_key_id IS NOT NULL AND to_key_id NOT IN (SELECT id FROM account))",
    "SELECT 'sum over all accounts', coalesce(sum(amount), 0), 0 FROM (
       SELECT amount FROM ledger_entry UNION ALL SELECT -amount FROM ledger_entry) HAVING coalesce(sum(amount), 0) <> 0",
    "SELECT 'spent of all lots against the entries', (SELECT coalesce(sum(spent), 0) FROM account),
            (SELECT coalesce(sum(CASE kind WHEN 'settle' THEN amount WHEN 'refund' THEN -amount ELSE 0 END), 0)
               FROM ledger_entry) AS found
      WHERE (SELECT coalesce(sum(spent), 0) FROM account) <> found",
];

/// Recounts one snapshot of the database; works beside a running gateway.
pub fn verify(path: &Path) -> Result<Report, LedgerError> {
    let read = |error: rusqlite::Error| LedgerError::Read(error.to_string());
    let connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(read)?;
    recount(&connection).map_err(read)
}

fn recount(connection: &Connection) -> rusqlite::Result<Report> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    // One snapshot for all figures, or a settle between two queries would look like a difference.
    connection.execute_batch("BEGIN")?;
    let mut report = totals(connection)?;
    let integrity: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if integrity != "ok" {
        report.differences.push(Difference {
            what: "the file is damaged".into(),
            stored: 1,
            recounted: 0,
        });
    }
    for check in CHECKS {
        let found = connection
            .prepare(check)?
            .query_map([], |row| {
                Ok(Difference {
                    what: row.get(0)?,
                    stored: row.get(1)?,
                    recounted: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        report.differences.extend(found);
    }
    connection.execute_batch("COMMIT")?;
    Ok(report)
}

fn totals(connection: &Connection) -> rusqlite::Result<Report> {
    let sql = "
        SELECT count(*), coalesce(sum(granted), 0), coalesce(sum(spent), 0), coalesce(sum(held), 0),
               (SELECT count(*) FROM usage), (SELECT count(*) FROM hold),
               (SELECT coalesce(sum(variance), 0) FROM (SELECT variance FROM usage UNION ALL SELECT variance FROM usage_past))
          FROM account";
    connection.query_row(sql, [], |row| {
        Ok(Report {
            lots: row.get::<_, i64>(0)?.unsigned_abs(),
            granted_nano_usd: row.get(1)?,
            spent_nano_usd: row.get(2)?,
            held_nano_usd: row.get(3)?,
            usage_rows: row.get::<_, i64>(4)?.unsigned_abs(),
            pending_holds: row.get::<_, i64>(5)?.unsigned_abs(),
            variance_nano_usd: row.get(6)?,
            differences: Vec::new(),
        })
    })
}
