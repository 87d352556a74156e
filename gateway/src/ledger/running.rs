//! What runs at the moment, as the pending holds say it: at all gateways on the database.

use protocol::{DeviceId, KeyId, Money, RequestId};

use super::{
    LedgerError, Reader, RequestOrigin,
    people::{Row, RowError, Rows},
};

/// More than a page can show.
const AT_ONCE: usize = 500;

#[derive(Clone, Debug)]
pub struct RunningRecord {
    pub request: RequestId,
    pub key: KeyId,
    pub device: DeviceId,
    pub at: i64,
    pub held: Money,
    pub origin: RequestOrigin,
}

impl Reader {
    /// Oldest first.
    pub async fn running(&self) -> Result<Vec<RunningRecord>, LedgerError> {
        let sql = format!(
            "SELECT request_id, key_id, device_id, at, amount, origin FROM hold ORDER BY request_id LIMIT {AT_ONCE}"
        );
        let rows = self.rows(&sql, &[]).await?;
        let records: Result<Vec<_>, RowError> = rows.iter().map(running_at).collect();
        // What nobody can read any more is settled all the same, and has nothing to show.
        Ok(records?.into_iter().flatten().collect())
    }
}

fn running_at(row: &Row) -> Result<Option<RunningRecord>, RowError> {
    let origin = RequestOrigin::from_text(&row.text(5)?);
    let (request, key, device) = (row.id(0)?, row.id(1)?, row.id(2)?);
    let (at, amount) = (row.int(3)?, row.int(4)?);
    Ok(origin.map(|origin| RunningRecord {
        request: RequestId::from_uuid(request),
        key: KeyId::from_uuid(key),
        device: DeviceId::from_uuid(device),
        at,
        held: Money::from_nano_usd(amount),
        origin,
    }))
}
