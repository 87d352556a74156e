//! Holds without an owner, in SQLite.

use rusqlite::params;

use super::SqliteBackend;
use crate::ledger::{
    HoldRequest, LedgerError,
    orphan::{Orphan, Recovered, last_resort},
    rows,
};

impl SqliteBackend {
    /// Settles the holds of earlier epochs, in one durable transaction, before any work is taken.
    pub fn recover(&mut self, now: i64) -> Result<Recovered, LedgerError> {
        self.execute("BEGIN IMMEDIATE")?;
        let orphans = self.settle_orphans("epoch < ?1", self.epoch, now)?;
        self.execute("COMMIT")?;
        Ok(Recovered { orphans })
    }

    pub(super) fn sweep(&mut self, now: i64) -> rusqlite::Result<u64> {
        let swept = self.settle_orphans("lease_until < ?1", now, now)?;
        Ok(swept.len() as u64)
    }

    fn settle_orphans(&mut self, which: &str, parameter: i64, now: i64) -> rusqlite::Result<Vec<Orphan>> {
        let mut orphans = Vec::new();
        for hold in self.pending(which, parameter)? {
            let request = hold.request;
            if let Some(settled) = self.settle(&last_resort(hold, now), true)? {
                orphans.push(Orphan {
                    request,
                    charged: settled.charged,
                });
            }
        }
        Ok(orphans)
    }

    fn pending(&self, which: &str, parameter: i64) -> rusqlite::Result<Vec<HoldRequest>> {
        let sql = format!(
            "SELECT request_id, key_id, device_id, at, lease_until, amount, counted_input, mark, price, origin
               FROM hold WHERE {which}"
        );
        self.connection
            .prepare(&sql)?
            .query_map(params![parameter], |row| rows::hold(row))?
            .collect()
    }
}
