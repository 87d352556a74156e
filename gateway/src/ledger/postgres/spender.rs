//! What single devices spent and hold, for caps that are theirs. A lot has no sums of its devices,
//! so they are added up, under the lock of the lot; only for those whose cap the lot's own sums
//! cannot rule out.

use std::collections::HashMap;

use protocol::DeviceId;
use tokio_postgres::Client;
use uuid::Uuid;

use super::{failure::Failure, writes::UsageRow};
use crate::ledger::{DeviceCap, HoldRequest, LotState, SpendCap};

const SUMS: &str = "
SELECT (SELECT coalesce(sum(cost), 0)::bigint FROM usage WHERE key_id = $1 AND device_id = $2 AND at >= $3),
       (SELECT coalesce(sum(amount), 0)::bigint FROM hold WHERE key_id = $1 AND device_id = $2)";

/// In nano-USD.
#[derive(Clone, Copy, Default)]
struct Sums {
    spent: i64,
    held: i64,
}

#[derive(Default)]
pub(super) struct Spenders(HashMap<(Uuid, i64), Sums>);

impl Spenders {
    /// Adds up what the database has of these devices, and what this transaction will charge them.
    pub async fn look(
        client: &Client,
        wanted: &[(&HoldRequest, DeviceCap)],
        charged: &[UsageRow],
    ) -> Result<Self, Failure> {
        let mut found = HashMap::new();
        for (request, cap) in wanted {
            let device = *request.device.as_uuid();
            if found.contains_key(&(device, cap.since)) {
                continue;
            }
            let values = (request.key.as_uuid(), &device, &cap.since);
            let row = client.query_one(SUMS, &[values.0, values.1, values.2]).await?;
            let here = charged
                .iter()
                .filter(|row| row.settle.hold.device == request.device && row.settle.at >= cap.since);
            let sums = Sums {
                spent: row.try_get::<_, i64>(0)? + here.map(|row| row.charged).sum::<i64>(),
                held: row.try_get(1)?,
            };
            found.insert((device, cap.since), sums);
        }
        Ok(Self(found))
    }

    /// Notes a hold of this transaction.
    pub fn note(&mut self, device: DeviceId, amount: i64) {
        for ((held_by, _), sums) in &mut self.0 {
            if held_by == device.as_uuid() {
                sums.held += amount;
            }
        }
    }

    /// What the cap has left, and what of it is held.
    pub fn room(&self, request: &HoldRequest, cap: &SpendCap, lot: &LotState) -> (i64, i64) {
        if let Some(device) = cap.device
            && let Some(sums) = self.0.get(&(*request.device.as_uuid(), device.since))
        {
            return (device.max.nano_usd() - sums.spent - sums.held, sums.held);
        }
        (by_lot(cap, lot), lot.held.nano_usd())
    }
}

/// What the cap has left at least, whoever spent and holds what the lot has spent and held.
pub(super) fn by_lot(cap: &SpendCap, lot: &LotState) -> i64 {
    cap.lot_max
        .nano_usd()
        .saturating_sub(lot.spent.nano_usd())
        .saturating_sub(lot.held.nano_usd())
}
