//! What a crash leaves behind: holds without an owner. Each is settled on its counted input and
//! its mark, which is never less than what a client has seen, and flagged `orphan`.

use std::sync::Arc;

use protocol::{DeviceId, KeyId, Money, RequestId, RequestKind, TokenUsage};
use rusqlite::{Row, params};
use usage::pricing::Price;

use super::{HoldRequest, LedgerError, RequestOrigin, Settle, SqliteBackend};

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
            .query_map(params![parameter], read_hold)?
            .collect()
    }
}

fn read_hold(row: &Row<'_>) -> rusqlite::Result<HoldRequest> {
    let origin = RequestOrigin::from_text(row.get_ref(9)?.as_str()?);
    Ok(HoldRequest {
        request: RequestId::from_bytes(row.get(0)?),
        key: KeyId::from_bytes(row.get(1)?),
        device: DeviceId::from_bytes(row.get(2)?),
        at: row.get(3)?,
        lease_until: row.get(4)?,
        amount: Money::from_nano_usd(row.get(5)?),
        counted_input: row.get::<_, i64>(6)?.unsigned_abs(),
        mark: row.get::<_, i64>(7)?.unsigned_abs(),
        price: row.get::<_, String>(8)?.into(),
        is_repeat: true,
        origin: origin.unwrap_or_else(unknown_origin),
    })
}

/// Whatever happened to the text: the money that it belongs to is charged all the same.
fn unknown_origin() -> RequestOrigin {
    let unknown: Arc<str> = "unknown".into();
    RequestOrigin {
        kind: RequestKind::Chat,
        model: Arc::clone(&unknown),
        upstream: Arc::clone(&unknown),
        upstream_model: unknown,
        repository: None,
        branch: None,
        language: None,
        client_request_id: None,
    }
}

fn last_resort(hold: HoldRequest, now: i64) -> Settle {
    let usage = TokenUsage {
        input_tokens: hold.counted_input,
        output_tokens: hold.mark,
        ..TokenUsage::default()
    };
    // A price that cannot be read or multiplied charges the whole hold: never less than was used.
    let cost = serde_json::from_str::<Price>(&hold.price)
        .ok()
        .and_then(|price| price.cost(&usage));
    let cost = cost.map_or(hold.amount, |cost| cost.min(hold.amount));
    Settle {
        hold: Arc::new(hold),
        at: now,
        usage,
        cost,
        estimated: true,
        provider_response_id: None,
        latency_ms: 0,
    }
}
