//! Rows as records.

use jiff::Timestamp;
use protocol::{
    DeviceId, KeyId, Money, RequestId, RequestKind, TokenUsage,
    api::{DeviceClient, Every, UsageEntry},
};
use tokio_postgres::{Error, Row};

use crate::{
    clock::timestamp,
    ledger::{DeviceRecord, KeyRecord, LotState, Terms, allowance::Standing},
};

pub(super) const KEY_COLUMNS: &str = "
SELECT granted, spent, held, token_key.id, last4, label, models, devices_max, devices_live, strict, redeemed,
       status, created_at, expires_at, limits, preferences, allowance.amount, every, carry_over, next_at,
       last_at, last_amount, used_before
  FROM token_key JOIN account ON account.id = token_key.id
  LEFT JOIN allowance ON allowance.key_id = token_key.id";
pub(super) const DEVICE_COLUMNS: &str = "
SELECT id, key_id, mac, last4, name, os, client, version, created_at, last_seen_at, revoked_at FROM device";
pub(super) const USAGE_COLUMNS: &str = "
SELECT request_id, at, device_id, key_id, kind, model, upstream, upstream_model, provider_response_id, input,
       output, cache_read, cache_write, reasoning, cost, estimated, orphan, repository, branch, language,
       client_request_id, latency_ms
  FROM usage";

/// Reads `granted, spent, held` from the first three columns.
pub(super) fn lot(row: &Row) -> Result<LotState, Error> {
    Ok(LotState {
        granted: Money::from_nano_usd(row.try_get(0)?),
        spent: Money::from_nano_usd(row.try_get(1)?),
        held: Money::from_nano_usd(row.try_get(2)?),
    })
}

pub(super) fn key(row: &Row) -> Result<KeyRecord, Error> {
    let models: Option<String> = row.try_get(6)?;
    Ok(KeyRecord {
        lot: lot(row)?,
        id: KeyId::from_uuid(row.try_get(3)?),
        last4: row.try_get(4)?,
        label: row.try_get(5)?,
        models: models.map(|names| names.lines().map(str::to_owned).collect()),
        devices_max: small(row, 7)?,
        devices_live: small(row, 8)?,
        strict: row.try_get(9)?,
        redeemed: row.try_get(10)?,
        revoked: row.try_get::<_, i16>(11)? != 0,
        created_at: timestamp(row.try_get(12)?),
        expires_at: moment(row, 13)?,
        limits: row.try_get(14)?,
        preferences: row.try_get(15)?,
        allowance: allowance(row, 16)?.and_then(Standing::shown),
    })
}

pub(super) fn device(row: &Row) -> Result<DeviceRecord, Error> {
    let mac: Vec<u8> = row.try_get(2)?;
    Ok(DeviceRecord {
        id: DeviceId::from_uuid(row.try_get(0)?),
        key: KeyId::from_uuid(row.try_get(1)?),
        // A MAC of another length is nobody's: no credential has it.
        mac: mac.try_into().unwrap_or_default(),
        last4: row.try_get(3)?,
        name: row.try_get(4)?,
        client: DeviceClient {
            os: row.try_get(5)?,
            client: row.try_get(6)?,
            version: row.try_get(7)?,
        },
        created_at: timestamp(row.try_get(8)?),
        last_seen_at: moment(row, 9)?,
        revoked_at: moment(row, 10)?,
    })
}

pub(super) fn usage(row: &Row) -> Result<UsageEntry, Error> {
    let kind: String = row.try_get(4)?;
    Ok(UsageEntry {
        request_id: RequestId::from_uuid(row.try_get(0)?),
        at: timestamp(row.try_get(1)?),
        device_id: DeviceId::from_uuid(row.try_get(2)?),
        key_id: KeyId::from_uuid(row.try_get(3)?),
        // Only kinds that we wrote are in the column.
        kind: kind.parse().unwrap_or(RequestKind::Chat),
        model: row.try_get(5)?,
        upstream: row.try_get(6)?,
        upstream_model: row.try_get(7)?,
        provider_response_id: row.try_get(8)?,
        usage: tokens(row, 9)?,
        cost_nano_usd: Money::from_nano_usd(row.try_get(14)?),
        estimated: row.try_get(15)?,
        orphan: row.try_get(16)?,
        repository: row.try_get(17)?,
        branch: row.try_get(18)?,
        language: row.try_get(19)?,
        client_request_id: row.try_get(20)?,
        latency_ms: number(row, 21)?,
    })
}

pub(super) fn tokens(row: &Row, first: usize) -> Result<TokenUsage, Error> {
    Ok(TokenUsage {
        input_tokens: number(row, first)?,
        output_tokens: number(row, first + 1)?,
        cache_read_tokens: number(row, first + 2)?,
        cache_write_tokens: number(row, first + 3)?,
        reasoning_tokens: number(row, first + 4)?,
    })
}

pub(super) fn number(row: &Row, column: usize) -> Result<u64, Error> {
    Ok(row.try_get::<_, i64>(column)?.unsigned_abs())
}

fn small(row: &Row, column: usize) -> Result<u32, Error> {
    Ok(u32::try_from(row.try_get::<_, i64>(column)?).unwrap_or(u32::MAX))
}

fn moment(row: &Row, column: usize) -> Result<Option<Timestamp>, Error> {
    Ok(row.try_get::<_, Option<i64>>(column)?.map(timestamp))
}

/// Reads `amount, every, carry_over, next_at, last_at, last_amount, used_before` from a column on;
/// all of them NULL: there is none.
pub(super) fn allowance(row: &Row, first: usize) -> Result<Option<Standing>, Error> {
    let Some(amount) = row.try_get::<_, Option<i64>>(first)? else {
        return Ok(None);
    };
    let every: String = row.try_get(first + 1)?;
    Ok(Some(Standing {
        terms: Terms {
            amount: Money::from_nano_usd(amount),
            // Only words that we wrote are in the column.
            every: every.parse().unwrap_or(Every::Month),
            carry_over: row.try_get(first + 2)?,
        },
        next_at: row.try_get(first + 3)?,
        last_at: row.try_get(first + 4)?,
        last_amount: row.try_get(first + 5)?,
        used_before: row.try_get(first + 6)?,
    }))
}
