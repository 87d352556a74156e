//! What a row of the ledger means, the same in each database.

use jiff::Timestamp;
use protocol::{
    DeviceId, KeyId, MemberId, Money, RequestId, RequestKind, TokenUsage,
    api::{DeviceClient, Every, UsageEntry},
};
use uuid::Uuid;

use super::{
    DeviceRecord, HoldRequest, KeyRecord, LotState, RequestOrigin, Terms,
    allowance::Standing,
    orphan::{unknown_origin, version_of},
};
use crate::clock::timestamp;

pub(super) const KEY_COLUMNS: &str = "
SELECT granted, spent, held, token_key.id, last4, label, models, devices_max, devices_live, strict, redeemed,
       status, created_at, expires_at, limits, preferences, allowance.amount, every, carry_over, next_at,
       last_at, last_amount, used_before, member_id
  FROM token_key JOIN account ON account.id = token_key.id
  LEFT JOIN allowance ON allowance.key_id = token_key.id";
pub(super) const DEVICE_COLUMNS: &str = "
SELECT id, key_id, mac, last4, name, os, client, version, created_at, last_seen_at, revoked_at,
       old_mac, old_until FROM device";
pub(super) const USAGE_COLUMNS: &str = "
SELECT request_id, at, device_id, key_id, kind, model, upstream, upstream_model, provider_response_id, input,
       output, cache_read, cache_write, reasoning, cost, estimated, orphan, repository, branch, language,
       client_request_id, latency_ms, price_version
  FROM usage";

pub(super) const USAGE_COLUMNS_COUNT: usize = 23;

/// The columns of a row, by their place.
pub(super) trait Columns {
    type Error;

    fn id(&self, column: usize) -> Result<Uuid, Self::Error>;
    fn id_if_any(&self, column: usize) -> Result<Option<Uuid>, Self::Error>;
    fn bytes(&self, column: usize) -> Result<Vec<u8>, Self::Error>;
    fn bytes_if_any(&self, column: usize) -> Result<Option<Vec<u8>>, Self::Error>;
    fn text(&self, column: usize) -> Result<String, Self::Error>;
    fn text_if_any(&self, column: usize) -> Result<Option<String>, Self::Error>;
    fn whole(&self, column: usize) -> Result<i64, Self::Error>;
    fn whole_if_any(&self, column: usize) -> Result<Option<i64>, Self::Error>;
    /// A number that stands for one of a few states.
    fn state(&self, column: usize) -> Result<i16, Self::Error>;
    fn flag(&self, column: usize) -> Result<bool, Self::Error>;
}

/// Reads `granted, spent, held` from the first three columns.
pub(super) fn lot<R: Columns>(row: &R) -> Result<LotState, R::Error> {
    Ok(LotState {
        granted: money(row, 0)?,
        spent: money(row, 1)?,
        held: money(row, 2)?,
    })
}

/// Reads [`KEY_COLUMNS`].
pub(super) fn key<R: Columns>(row: &R) -> Result<KeyRecord, R::Error> {
    let models = row.text_if_any(6)?;
    Ok(KeyRecord {
        lot: lot(row)?,
        id: KeyId::from_uuid(row.id(3)?),
        last4: row.text(4)?,
        label: row.text_if_any(5)?,
        models: models.map(|names| names.lines().map(str::to_owned).collect()),
        devices_max: small(row, 7)?,
        devices_live: small(row, 8)?,
        strict: row.flag(9)?,
        redeemed: row.flag(10)?,
        revoked: row.state(11)? != 0,
        created_at: timestamp(row.whole(12)?),
        expires_at: moment(row, 13)?,
        limits: row.text_if_any(14)?,
        preferences: row.text_if_any(15)?,
        allowance: allowance(row, 16)?.and_then(Standing::shown),
        member: row.id_if_any(23)?.map(MemberId::from_uuid),
    })
}

/// Reads [`DEVICE_COLUMNS`].
pub(super) fn device<R: Columns>(row: &R) -> Result<DeviceRecord, R::Error> {
    Ok(DeviceRecord {
        id: DeviceId::from_uuid(row.id(0)?),
        key: KeyId::from_uuid(row.id(1)?),
        // A MAC of another length is nobody's: no credential has it.
        mac: row.bytes(2)?.try_into().unwrap_or_default(),
        last4: row.text(3)?,
        name: row.text(4)?,
        client: DeviceClient {
            os: row.text_if_any(5)?,
            client: row.text_if_any(6)?,
            version: row.text_if_any(7)?,
        },
        created_at: timestamp(row.whole(8)?),
        last_seen_at: moment(row, 9)?,
        revoked_at: moment(row, 10)?,
        former: row
            .bytes_if_any(11)?
            .and_then(|mac| mac.try_into().ok())
            .zip(row.whole_if_any(12)?),
    })
}

/// Reads [`USAGE_COLUMNS`].
pub(super) fn usage<R: Columns>(row: &R) -> Result<UsageEntry, R::Error> {
    Ok(UsageEntry {
        request_id: RequestId::from_uuid(row.id(0)?),
        at: timestamp(row.whole(1)?),
        device_id: DeviceId::from_uuid(row.id(2)?),
        key_id: KeyId::from_uuid(row.id(3)?),
        // Only kinds that we wrote are in the column.
        kind: row.text(4)?.parse().unwrap_or(RequestKind::Chat),
        model: row.text(5)?,
        upstream: row.text(6)?,
        upstream_model: row.text(7)?,
        provider_response_id: row.text_if_any(8)?,
        usage: tokens(row, 9)?,
        cost_nano_usd: money(row, 14)?,
        estimated: row.flag(15)?,
        orphan: row.flag(16)?,
        repository: row.text_if_any(17)?,
        branch: row.text_if_any(18)?,
        language: row.text_if_any(19)?,
        client_request_id: row.text_if_any(20)?,
        latency_ms: number(row, 21)?,
        price_version: row.text_if_any(22)?,
    })
}

/// Reads `request_id, key_id, device_id, at, lease_until, amount, counted_input, mark, price, origin`.
pub(super) fn hold<R: Columns>(row: &R) -> Result<HoldRequest, R::Error> {
    let price = row.text(8)?;
    let (price_version, multiplier) = version_of(&price);
    Ok(HoldRequest {
        request: RequestId::from_uuid(row.id(0)?),
        key: KeyId::from_uuid(row.id(1)?),
        device: DeviceId::from_uuid(row.id(2)?),
        at: row.whole(3)?,
        lease_until: row.whole(4)?,
        amount: money(row, 5)?,
        counted_input: number(row, 6)?,
        mark: number(row, 7)?,
        price: price.into(),
        price_version,
        multiplier,
        caps: Vec::new(),
        is_repeat: true,
        origin: RequestOrigin::from_text(&row.text(9)?).unwrap_or_else(unknown_origin),
    })
}

/// Reads `amount, every, carry_over, next_at, last_at, last_amount, used_before` from a column on;
/// all of them NULL: there is none.
pub(super) fn allowance<R: Columns>(row: &R, first: usize) -> Result<Option<Standing>, R::Error> {
    let Some(amount) = row.whole_if_any(first)? else {
        return Ok(None);
    };
    Ok(Some(Standing {
        terms: Terms {
            amount: Money::from_nano_usd(amount),
            // Only words that we wrote are in the column.
            every: row.text(first + 1)?.parse().unwrap_or(Every::Month),
            carry_over: row.flag(first + 2)?,
        },
        next_at: row.whole_if_any(first + 3)?,
        last_at: row.whole_if_any(first + 4)?,
        last_amount: row.whole(first + 5)?,
        used_before: row.whole(first + 6)?,
    }))
}

/// Reads `input, output, cache_read, cache_write, reasoning` from a column on.
pub(super) fn tokens<R: Columns>(row: &R, first: usize) -> Result<TokenUsage, R::Error> {
    Ok(TokenUsage {
        input_tokens: number(row, first)?,
        output_tokens: number(row, first + 1)?,
        cache_read_tokens: number(row, first + 2)?,
        cache_write_tokens: number(row, first + 3)?,
        reasoning_tokens: number(row, first + 4)?,
    })
}

pub(super) fn money<R: Columns>(row: &R, column: usize) -> Result<Money, R::Error> {
    row.whole(column).map(Money::from_nano_usd)
}

pub(super) fn number<R: Columns>(row: &R, column: usize) -> Result<u64, R::Error> {
    row.whole(column).map(i64::unsigned_abs)
}

fn small<R: Columns>(row: &R, column: usize) -> Result<u32, R::Error> {
    Ok(u32::try_from(row.whole(column)?).unwrap_or(u32::MAX))
}

fn moment<R: Columns>(row: &R, column: usize) -> Result<Option<Timestamp>, R::Error> {
    Ok(row.whole_if_any(column)?.map(timestamp))
}
