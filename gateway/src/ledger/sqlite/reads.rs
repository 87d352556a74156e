//! Reading: a second, read-only connection that never makes the writer wait.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use protocol::{
    DeviceId, KeyId, Money, RequestId, RequestKind, TokenUsage,
    api::{DeviceClient, UsageEntry, UsageList, UsageQuery, UsageTotals},
};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, named_params};

use super::{batch::lot_state, transfer::allowance};
use crate::{
    clock::timestamp,
    ledger::{
        DeviceRecord, KeyRecord, LedgerError, LotState, SealedSecrets, allowance::Standing, reader::page_size,
    },
};

/// Reads committed state. Calls block for well under a millisecond on an index.
#[derive(Clone)]
pub struct SqliteReader {
    connection: Arc<Mutex<Connection>>,
    path: Arc<PathBuf>,
}

const KEY_COLUMNS: &str = "
SELECT granted, spent, held, token_key.id, last4, label, models, devices_max, devices_live, strict, redeemed,
       status, created_at, expires_at, limits, preferences, allowance.amount, every, carry_over, next_at,
       last_at, last_amount, used_before
  FROM token_key JOIN account ON account.id = token_key.id
  LEFT JOIN allowance ON allowance.key_id = token_key.id";
const DEVICE_COLUMNS: &str = "
SELECT id, key_id, mac, last4, name, os, client, version, created_at, last_seen_at, revoked_at FROM device";
const USAGE_COLUMNS: &str = "
SELECT request_id, at, device_id, key_id, kind, model, upstream, upstream_model, provider_response_id, input,
       output, cache_read, cache_write, reasoning, cost, estimated, orphan, repository, branch, language,
       client_request_id, latency_ms
  FROM usage";
/// Rows that a query selects; a NULL parameter selects all.
const USAGE_WHERE: &str = "
 WHERE (:key IS NULL OR key_id = :key) AND (:device IS NULL OR device_id = :device)
   AND (:since IS NULL OR at >= :since) AND (:until IS NULL OR at < :until)";

impl SqliteReader {
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(read)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(read)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            path: Arc::new(path.to_owned()),
        })
    }

    /// The file, for readers that want a snapshot of their own.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn with<T>(&self, read_rows: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, LedgerError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        read_rows(&connection).map_err(read)
    }

    pub fn lot(&self, key: KeyId) -> Result<Option<LotState>, LedgerError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT granted, spent, held FROM account WHERE id = ?1")?
                .query_row([key.as_bytes()], lot_state)
                .optional()
        })
    }

    pub fn key(&self, key: KeyId) -> Result<Option<KeyRecord>, LedgerError> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("{KEY_COLUMNS} WHERE token_key.id = ?1"))?
                .query_row([key.as_bytes()], read_key)
                .optional()
        })
    }

    /// All keys, newest first.
    pub fn keys(&self) -> Result<Vec<KeyRecord>, LedgerError> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("{KEY_COLUMNS} ORDER BY token_key.id DESC"))?
                .query_map([], read_key)?
                .collect()
        })
    }

    /// All devices, in the order in which they were enrolled.
    pub fn devices(&self, key: Option<KeyId>) -> Result<Vec<DeviceRecord>, LedgerError> {
        let key = key.map(|key| *key.as_bytes());
        self.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "{DEVICE_COLUMNS} WHERE ?1 IS NULL OR key_id = ?1 ORDER BY id"
                ))?
                .query_map([key], read_device)?
                .collect()
        })
    }

    /// What [`Pepper::check`](crate::secrets::Pepper::check) gave when the database was new.
    pub fn pepper_check(&self) -> Result<Option<i64>, LedgerError> {
        self.with(|connection| {
            connection
                .query_row("SELECT value FROM meta WHERE name = 'pepper'", [], |row| {
                    row.get(0)
                })
                .optional()
        })
    }

    pub fn sealed_secrets(&self) -> Result<SealedSecrets, LedgerError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT name, sealed FROM upstream_secret")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// The upstreams that have a stored secret, with its last four characters.
    pub fn upstream_secrets(&self) -> Result<Vec<(String, String)>, LedgerError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT name, last4 FROM upstream_secret")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Usage rows settled by a crash recovery, newest first, with their refunds.
    pub fn orphans(&self) -> Result<Vec<(UsageEntry, bool)>, LedgerError> {
        let sql = format!("{USAGE_COLUMNS} WHERE orphan = 1 ORDER BY request_id DESC");
        let refunded = "SELECT EXISTS (SELECT 1 FROM entry WHERE kind = 'refund' AND request_id = ?1)";
        self.with(|connection| {
            let rows = connection
                .prepare(&sql)?
                .query_map([], read_usage)?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            rows.into_iter()
                .map(|row| {
                    let is_refunded =
                        connection.query_row(refunded, [row.request_id.as_bytes()], |found| found.get(0))?;
                    Ok((row, is_refunded))
                })
                .collect()
        })
    }

    /// One page of usage rows, newest first, with the totals of the whole selection.
    pub fn usage(&self, query: &UsageQuery, device: Option<DeviceId>) -> Result<UsageList, LedgerError> {
        let limit = page_size(query);
        self.with(|connection| {
            let mut rows = usage_page(connection, query, device, limit)?;
            let more = rows.len() > limit as usize;
            rows.truncate(limit as usize);
            let next = rows.last().filter(|_| more).map(|row| row.request_id);
            Ok(UsageList {
                totals: usage_totals(connection, query, device)?,
                rows,
                next,
            })
        })
    }
}

fn usage_page(
    connection: &Connection,
    query: &UsageQuery,
    device: Option<DeviceId>,
    limit: u32,
) -> rusqlite::Result<Vec<UsageEntry>> {
    let sql = format!(
        "{USAGE_COLUMNS} {USAGE_WHERE} AND (:before IS NULL OR request_id < :before)
          ORDER BY request_id DESC LIMIT :limit"
    );
    connection
        .prepare_cached(&sql)?
        .query_map(
            named_params! {
                ":key": query.key_id.map(|id| *id.as_bytes()), ":device": device.map(|id| *id.as_bytes()),
                ":since": query.since.map(|at| at.as_millisecond()),
                ":until": query.until.map(|at| at.as_millisecond()),
                ":before": query.before.map(|id| *id.as_bytes()), ":limit": limit + 1,
            },
            read_usage,
        )?
        .collect()
}

fn usage_totals(
    connection: &Connection,
    query: &UsageQuery,
    device: Option<DeviceId>,
) -> rusqlite::Result<UsageTotals> {
    let sql = format!(
        "SELECT count(*), coalesce(sum(input), 0), coalesce(sum(output), 0), coalesce(sum(cache_read), 0),
                coalesce(sum(cache_write), 0), coalesce(sum(reasoning), 0), coalesce(sum(cost), 0)
           FROM usage {USAGE_WHERE}"
    );
    connection.prepare_cached(&sql)?.query_row(
        named_params! {
            ":key": query.key_id.map(|id| *id.as_bytes()), ":device": device.map(|id| *id.as_bytes()),
            ":since": query.since.map(|at| at.as_millisecond()),
            ":until": query.until.map(|at| at.as_millisecond()),
        },
        |row| {
            Ok(UsageTotals {
                requests: number(row, 0)?,
                usage: read_tokens(row, 1)?,
                cost_nano_usd: Money::from_nano_usd(row.get(6)?),
            })
        },
    )
}

fn read_key(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    let models: Option<String> = row.get(6)?;
    Ok(KeyRecord {
        lot: lot_state(row)?,
        id: KeyId::from_bytes(row.get(3)?),
        last4: row.get(4)?,
        label: row.get(5)?,
        models: models.map(|names| names.lines().map(str::to_owned).collect()),
        devices_max: row.get(7)?,
        devices_live: row.get(8)?,
        strict: row.get(9)?,
        redeemed: row.get(10)?,
        revoked: row.get::<_, i64>(11)? != 0,
        created_at: timestamp(row.get(12)?),
        expires_at: row.get::<_, Option<i64>>(13)?.map(timestamp),
        limits: row.get(14)?,
        preferences: row.get(15)?,
        allowance: allowance(row, 16)?.and_then(Standing::shown),
    })
}

fn read_device(row: &Row<'_>) -> rusqlite::Result<DeviceRecord> {
    Ok(DeviceRecord {
        id: DeviceId::from_bytes(row.get(0)?),
        key: KeyId::from_bytes(row.get(1)?),
        mac: row.get(2)?,
        last4: row.get(3)?,
        name: row.get(4)?,
        client: DeviceClient {
            os: row.get(5)?,
            client: row.get(6)?,
            version: row.get(7)?,
        },
        created_at: timestamp(row.get(8)?),
        last_seen_at: row.get::<_, Option<i64>>(9)?.map(timestamp),
        revoked_at: row.get::<_, Option<i64>>(10)?.map(timestamp),
    })
}

fn read_usage(row: &Row<'_>) -> rusqlite::Result<UsageEntry> {
    let kind: String = row.get(4)?;
    Ok(UsageEntry {
        request_id: RequestId::from_bytes(row.get(0)?),
        at: timestamp(row.get(1)?),
        device_id: DeviceId::from_bytes(row.get(2)?),
        key_id: KeyId::from_bytes(row.get(3)?),
        // Only kinds that we wrote are in the column.
        kind: kind.parse().unwrap_or(RequestKind::Chat),
        model: row.get(5)?,
        upstream: row.get(6)?,
        upstream_model: row.get(7)?,
        provider_response_id: row.get(8)?,
        usage: read_tokens(row, 9)?,
        cost_nano_usd: Money::from_nano_usd(row.get(14)?),
        estimated: row.get(15)?,
        orphan: row.get(16)?,
        repository: row.get(17)?,
        branch: row.get(18)?,
        language: row.get(19)?,
        client_request_id: row.get(20)?,
        latency_ms: number(row, 21)?,
    })
}

fn read_tokens(row: &Row<'_>, first: usize) -> rusqlite::Result<TokenUsage> {
    Ok(TokenUsage {
        input_tokens: number(row, first)?,
        output_tokens: number(row, first + 1)?,
        cache_read_tokens: number(row, first + 2)?,
        cache_write_tokens: number(row, first + 3)?,
        reasoning_tokens: number(row, first + 4)?,
    })
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}

fn read(error: rusqlite::Error) -> LedgerError {
    LedgerError::Read(error.to_string())
}
