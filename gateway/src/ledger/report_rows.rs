//! What reports read of the ledger, the same in each database.

use protocol::{DeviceId, KeyId, Money, RequestId, api::UsageDetail};

use super::{
    reader::Moved,
    rows::{Columns, USAGE_COLUMNS, USAGE_COLUMNS_COUNT, money, tokens, usage},
};
use crate::report::Line;

/// The last request that is settled, and the last that is not.
pub const LAST_REQUESTS: &str = "
SELECT request_id FROM (SELECT request_id FROM usage ORDER BY request_id DESC LIMIT 1) AS settled
UNION ALL
SELECT request_id FROM (SELECT request_id FROM hold ORDER BY request_id DESC LIMIT 1) AS pending";

pub(super) const LINE_COLUMNS: &str = "
SELECT at, key_id, device_id, kind, model, repository, branch, input, output, cache_read, cache_write, reasoning, cost, request_id
  FROM usage";
pub(super) const MOVED_COLUMNS: &str = "SELECT at, kind, key_id, amount FROM entry";
pub(super) const ALLOCATED_COLUMNS: &str = "SELECT at, to_key_id, amount FROM entry";
pub(super) fn line<R: Columns>(row: &R) -> Result<Line, R::Error> {
    Ok(Line {
        at: row.whole(0)?,
        key: KeyId::from_uuid(row.id(1)?),
        device: DeviceId::from_uuid(row.id(2)?),
        kind: row.text(3)?,
        model: row.text(4)?,
        repository: row.text_if_any(5)?.unwrap_or_default(),
        branch: row.text_if_any(6)?.unwrap_or_default(),
        usage: tokens(row, 7)?,
        cost: row.whole(12)?,
        request: RequestId::from_uuid(row.id(13)?),
    })
}

/// A usage row with what was held for it.
pub(super) fn detail_columns() -> String {
    USAGE_COLUMNS.replace("FROM usage", ", held, variance, multiplier FROM usage")
}

/// The row, and the operator's factor in millionths where there was one.
pub(super) fn detail<R: Columns>(row: &R) -> Result<(UsageDetail, Option<i64>), R::Error> {
    let detail = UsageDetail {
        row: usage(row)?,
        held_nano_usd: money(row, USAGE_COLUMNS_COUNT)?,
        variance_nano_usd: money(row, USAGE_COLUMNS_COUNT + 1)?,
        price: None,
    };
    Ok((detail, row.whole_if_any(USAGE_COLUMNS_COUNT + 2)?))
}

/// What the lot of an entry gained or lost.
pub(super) fn moved<R: Columns>(row: &R) -> Result<Moved, R::Error> {
    let amount = row.whole(3)?;
    let comes = matches!(row.text(1)?.as_str(), "mint" | "grant" | "refund");
    Ok(Moved {
        at: row.whole(0)?,
        key: KeyId::from_uuid(row.id(2)?),
        gain: Money::from_nano_usd(if comes { amount } else { -amount }),
    })
}

/// What the other lot of an allocation gained.
pub(super) fn allocated<R: Columns>(row: &R) -> Result<Moved, R::Error> {
    Ok(Moved {
        at: row.whole(0)?,
        key: KeyId::from_uuid(row.id(1)?),
        gain: money(row, 2)?,
    })
}
