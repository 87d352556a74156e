//! Reading: a second, read-only connection that never makes the writer wait.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use protocol::{
    KeyId, RequestId, RequestKind,
    api::{UsageEntry, UsageQuery, UsageTotals},
};
use rusqlite::{Connection, OpenFlags, OptionalExtension, named_params};
use tokio::sync::Semaphore;

use crate::ledger::{
    DeviceRecord, KeyRecord, LedgerError, LotState, SealedSecrets, Secret, UsageOf,
    rows::{self, DEVICE_COLUMNS, KEY_COLUMNS, USAGE_COLUMNS},
};

/// Histories that are read at the same time; each has a connection and a thread.
const HISTORIES_MAX: usize = 4;

/// Reads committed state. Calls block for well under a millisecond on an index.
#[derive(Clone)]
pub struct SqliteReader {
    connection: Arc<Mutex<Connection>>,
    path: Arc<PathBuf>,
    /// Places for those who read long histories.
    histories: Arc<Semaphore>,
}

/// Rows that a query selects; a NULL parameter selects all.
const USAGE_WHERE: &str = "
 WHERE (:key IS NULL OR key_id = :key) AND (:device IS NULL OR device_id = :device)
   AND (:member IS NULL OR key_id IN (SELECT id FROM token_key WHERE member_id = :member))
   AND (:since IS NULL OR at >= :since) AND (:until IS NULL OR at < :until)
   AND (:model IS NULL OR model = :model) AND (:kind IS NULL OR kind = :kind)
   AND (:repository IS NULL OR coalesce(repository, '') = :repository)
   AND (:branch IS NULL OR coalesce(branch, '') = :branch)";

impl SqliteReader {
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(read)?;
        connection.busy_timeout(Duration::from_secs(5)).map_err(read)?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            path: Arc::new(path.to_owned()),
            histories: Arc::new(Semaphore::new(HISTORIES_MAX)),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads what takes its time: on a thread and a snapshot of its own, a few at a time.
    pub async fn history<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Self) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let failed = || LedgerError::Read("reading the history failed".into());
        let place = Arc::clone(&self.histories)
            .acquire_owned()
            .await
            .map_err(|_| failed())?;
        let path = Arc::clone(&self.path);
        let reading = tokio::task::spawn_blocking(move || {
            let _place = place;
            read(&Self::open(&path)?)
        });
        reading.await.map_err(|_| failed())?
    }

    pub(super) fn with<T>(
        &self,
        read_rows: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        read_rows(&connection).map_err(read)
    }

    pub fn lot(&self, key: KeyId) -> Result<Option<LotState>, LedgerError> {
        self.with(|connection| {
            connection
                .prepare_cached("SELECT granted, spent, held FROM account WHERE id = ?1")?
                .query_row([key.as_bytes()], |row| rows::lot(row))
                .optional()
        })
    }

    pub fn key(&self, key: KeyId) -> Result<Option<KeyRecord>, LedgerError> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("{KEY_COLUMNS} WHERE token_key.id = ?1"))?
                .query_row([key.as_bytes()], |row| rows::key(row))
                .optional()
        })
    }

    /// All keys, newest first.
    pub fn keys(&self) -> Result<Vec<KeyRecord>, LedgerError> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!("{KEY_COLUMNS} ORDER BY token_key.id DESC"))?
                .query_map([], |row| rows::key(row))?
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
                .query_map([key], |row| rows::device(row))?
                .collect()
        })
    }

    /// The number that belongs to a secret file.
    pub fn check(&self, secret: Secret) -> Result<Option<i64>, LedgerError> {
        self.with(|connection| {
            let sql = "SELECT value FROM meta WHERE name = ?1";
            connection
                .query_row(sql, [secret.as_str()], |row| row.get(0))
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
                .query_map([], |row| rows::usage(row))?
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

    /// Usage rows, newest first.
    pub fn usage_rows(
        &self,
        query: &UsageQuery,
        of: UsageOf,
        before: Option<RequestId>,
        limit: i64,
    ) -> Result<Vec<UsageEntry>, LedgerError> {
        self.with(|connection| usage_page(connection, query, of, before, limit))
    }

    /// The totals of a selection.
    pub fn usage_totals(&self, query: &UsageQuery, of: UsageOf) -> Result<UsageTotals, LedgerError> {
        self.with(|connection| usage_totals(connection, query, of))
    }
}

fn usage_page(
    connection: &Connection,
    query: &UsageQuery,
    of: UsageOf,
    before: Option<RequestId>,
    limit: i64,
) -> rusqlite::Result<Vec<UsageEntry>> {
    let sql = format!(
        "{USAGE_COLUMNS} {USAGE_WHERE} AND (:before IS NULL OR request_id < :before)
          ORDER BY request_id DESC LIMIT :limit"
    );
    connection
        .prepare_cached(&sql)?
        .query_map(
            named_params! {
                ":key": query.key_id.map(|id| *id.as_bytes()), ":device": of.device.map(|id| *id.as_bytes()),
                ":member": of.member.map(|id| *id.as_bytes()),
                ":since": query.since.map(|at| at.as_millisecond()),
                ":until": query.until.map(|at| at.as_millisecond()),
                ":model": query.model, ":kind": query.kind.map(RequestKind::as_str),
                ":repository": query.repository, ":branch": query.branch,
                ":before": before.map(|id| *id.as_bytes()), ":limit": limit,
            },
            |row| rows::usage(row),
        )?
        .collect()
}

fn usage_totals(connection: &Connection, query: &UsageQuery, of: UsageOf) -> rusqlite::Result<UsageTotals> {
    let sql = format!(
        "SELECT count(*), coalesce(sum(input), 0), coalesce(sum(output), 0), coalesce(sum(cache_read), 0),
                coalesce(sum(cache_write), 0), coalesce(sum(reasoning), 0), coalesce(sum(cost), 0)
           FROM usage {USAGE_WHERE}"
    );
    connection.prepare_cached(&sql)?.query_row(
        named_params! {
            ":key": query.key_id.map(|id| *id.as_bytes()), ":device": of.device.map(|id| *id.as_bytes()),
                ":member": of.member.map(|id| *id.as_bytes()),
            ":since": query.since.map(|at| at.as_millisecond()),
            ":until": query.until.map(|at| at.as_millisecond()),
            ":model": query.model, ":kind": query.kind.map(RequestKind::as_str),
            ":repository": query.repository, ":branch": query.branch,
        },
        |row| {
            Ok(UsageTotals {
                requests: rows::number(row, 0)?,
                usage: rows::tokens(row, 1)?,
                cost_nano_usd: rows::money(row, 6)?,
            })
        },
    )
}

fn read(error: rusqlite::Error) -> LedgerError {
    LedgerError::Read(error.to_string())
}
