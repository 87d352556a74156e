//! What a crash leaves behind: holds without an owner. Each is settled on its counted input and
//! its mark, which is never less than what a client has seen, and flagged `orphan`.

use protocol::{Money, RequestId, TokenUsage};
use rusqlite::params;
use usage::pricing::Price;

use super::{LedgerError, Settle, SqliteBackend};

/// A hold that its owner did not resolve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    pub request: RequestId,
    pub charged: Money,
}

/// What a start found and settled.
#[derive(Clone, Debug, Default)]
pub struct Recovered {
    pub orphans: Vec<Orphan>,
}

struct Pending {
    request: RequestId,
    amount: Money,
    counted_input: u64,
    mark: u64,
    price: String,
}

impl SqliteBackend {
    /// Settles the holds of earlier epochs, in one durable transaction, before any work is taken.
    pub fn recover(&mut self, now: i64) -> Result<Recovered, LedgerError> {
        self.execute("BEGIN IMMEDIATE")?;
        let orphans = self.settle_orphans("epoch < ?1", self.epoch, now)?;
        self.execute("COMMIT")?;
        Ok(Recovered { orphans })
    }

    pub(super) fn sweep(&self, now: i64) -> rusqlite::Result<u64> {
        let swept = self.settle_orphans("lease_until < ?1", now, now)?;
        Ok(swept.len() as u64)
    }

    fn settle_orphans(&self, which: &str, parameter: i64, now: i64) -> rusqlite::Result<Vec<Orphan>> {
        let mut orphans = Vec::new();
        for pending in self.pending(which, parameter)? {
            let settle = pending.settle(now);
            if let Some(settled) = self.settle(&settle, true)? {
                orphans.push(Orphan {
                    request: pending.request,
                    charged: settled.charged,
                });
            }
        }
        Ok(orphans)
    }

    fn pending(&self, which: &str, parameter: i64) -> rusqlite::Result<Vec<Pending>> {
        let sql = format!("SELECT request_id, amount, counted_input, mark, price FROM hold WHERE {which}");
        self.connection
            .prepare(&sql)?
            .query_map(params![parameter], |row| {
                Ok(Pending {
                    request: RequestId::from_bytes(row.get(0)?),
                    amount: Money::from_nano_usd(row.get(1)?),
                    counted_input: row.get::<_, i64>(2)?.unsigned_abs(),
                    mark: row.get::<_, i64>(3)?.unsigned_abs(),
                    price: row.get(4)?,
                })
            })?
            .collect()
    }
}

impl Pending {
    fn settle(&self, now: i64) -> Settle {
        let usage = TokenUsage {
            input_tokens: self.counted_input,
            output_tokens: self.mark,
            ..TokenUsage::default()
        };
        // A price that cannot be read or multiplied charges the whole hold: never less than was used.
        let cost = serde_json::from_str::<Price>(&self.price)
            .ok()
            .and_then(|price| price.cost(&usage));
        let cost = cost.map_or(self.amount, |cost| cost.min(self.amount));
        Settle {
            request: self.request,
            at: now,
            usage,
            cost,
            estimated: true,
            provider_response_id: None,
            latency_ms: 0,
        }
    }
}
