//! Reading, on connections of its own.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use protocol::{
    KeyId, RequestId, RequestKind,
    api::{UsageEntry, UsageQuery, UsageTotals},
};
use tokio::{
    runtime::Handle,
    sync::{Mutex, Semaphore, SemaphorePermit},
};
use tokio_postgres::{Client, Error, Row, types::ToSql};
use uuid::Uuid;

use super::{DatabaseUrl, connect::describe, failure::Failure, failures};
use crate::{
    failure_limit::FailuresMax,
    ledger::{
        DeviceRecord, KeyRecord, LedgerError, LotState, SealedSecrets, Secret, UsageOf,
        rows::{self, DEVICE_COLUMNS, KEY_COLUMNS, USAGE_COLUMNS},
    },
};

/// A short question that is not answered by then is not answered.
const SHORT: Duration = Duration::from_secs(5);
pub(super) const LONG: Duration = Duration::from_secs(60);
/// Long questions at once, each on a connection of its own.
const LONG_AT_ONCE: usize = 2;

/// Rows that a query selects; a NULL parameter selects all.
const USAGE_WHERE: &str = "
 WHERE ($1::uuid IS NULL OR key_id = $1) AND ($2::uuid IS NULL OR device_id = $2)
   AND ($3::bigint IS NULL OR at >= $3) AND ($4::bigint IS NULL OR at < $4)
   AND ($5::text IS NULL OR model = $5) AND ($6::text IS NULL OR kind = $6)
   AND ($7::text IS NULL OR coalesce(repository, '') = $7) AND ($8::text IS NULL OR coalesce(branch, '') = $8)
   AND ($9::uuid IS NULL OR key_id IN (SELECT id FROM token_key WHERE member_id = $9))";

/// Reads committed state. Short questions share a connection, and are sent without waiting for
/// one another's answers.
#[derive(Clone)]
pub struct PostgresReader {
    url: DatabaseUrl,
    shared: Arc<Mutex<Option<Arc<Client>>>>,
    pub(super) long: Arc<Semaphore>,
}

/// The runtime that connections for reading and listening live on, whoever asks.
pub(super) fn home() -> Result<Handle, LedgerError> {
    static HOME: OnceLock<Result<Handle, String>> = OnceLock::new();
    let start = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let handle = runtime.handle().clone();
        std::thread::Builder::new()
            .name("database".into())
            .spawn(move || runtime.block_on(std::future::pending::<()>()))
            .map_err(|error| error.to_string())?;
        Ok(handle)
    };
    HOME.get_or_init(start).clone().map_err(LedgerError::Open)
}

impl PostgresReader {
    pub fn new(url: &DatabaseUrl) -> Self {
        Self {
            url: url.clone(),
            shared: Arc::default(),
            long: Arc::new(Semaphore::new(LONG_AT_ONCE)),
        }
    }

    pub(super) async fn connect(&self) -> Result<Client, LedgerError> {
        let url = self.url.clone();
        let connected = home()?.spawn(async move { url.connect().await }).await;
        connected.map_err(|_| LedgerError::Read("connecting to the database ended early".into()))?
    }

    /// A connection that sees one moment.
    pub async fn snapshot(&self) -> Result<Client, LedgerError> {
        let client = self.connect().await?;
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        client.batch_execute(begin).await.map_err(read)?;
        // The first look is what fixes the moment.
        client.batch_execute("SELECT 1 FROM meta").await.map_err(read)?;
        Ok(client)
    }

    async fn client(&self) -> Result<Arc<Client>, LedgerError> {
        let mut shared = self.shared.lock().await;
        if let Some(client) = shared.as_ref().filter(|client| !client.is_closed()) {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(self.connect().await?);
        *shared = Some(Arc::clone(&client));
        Ok(client)
    }

    pub(super) async fn rows_of(
        &self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, LedgerError> {
        let answer = async { self.client().await?.query(sql, values).await.map_err(read) };
        tokio::time::timeout(SHORT, answer)
            .await
            .map_err(|_| LedgerError::Unreachable("it did not answer in time".into()))?
    }

    /// One of the few long questions at a time.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.long.acquire().await.ok()
    }

    pub(super) async fn all<T>(
        &self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
        as_record: impl Fn(&Row) -> Result<T, Error>,
    ) -> Result<Vec<T>, LedgerError> {
        let rows = self.rows_of(sql, values).await?;
        rows.iter().map(as_record).collect::<Result<_, _>>().map_err(read)
    }

    pub async fn lot(&self, key: KeyId) -> Result<Option<LotState>, LedgerError> {
        let sql = "SELECT granted, spent, held FROM account WHERE id = $1";
        Ok(self.all(sql, &[key.as_uuid()], rows::lot).await?.pop())
    }

    pub async fn key(&self, key: KeyId) -> Result<Option<KeyRecord>, LedgerError> {
        let sql = format!("{KEY_COLUMNS} WHERE token_key.id = $1");
        Ok(self.all(&sql, &[key.as_uuid()], rows::key).await?.pop())
    }

    pub async fn keys(&self) -> Result<Vec<KeyRecord>, LedgerError> {
        let sql = format!("{KEY_COLUMNS} ORDER BY token_key.id DESC");
        self.all(&sql, &[], rows::key).await
    }

    pub async fn devices(&self, key: Option<KeyId>) -> Result<Vec<DeviceRecord>, LedgerError> {
        let key = key.map(|key| *key.as_uuid());
        let sql = format!("{DEVICE_COLUMNS} WHERE $1::uuid IS NULL OR key_id = $1 ORDER BY id");
        self.all(&sql, &[&key], rows::device).await
    }

    /// The key of the device with this credential.
    pub async fn key_of_credential(&self, mac: &[u8; 32]) -> Result<Option<KeyId>, LedgerError> {
        let sql = "SELECT key_id FROM device WHERE mac = $1";
        let mac = mac.as_slice();
        let mut keys = self.all(sql, &[&mac], |row| row.try_get(0)).await?;
        Ok(keys.pop().map(KeyId::from_uuid))
    }

    pub async fn gateways(&self) -> Result<u32, LedgerError> {
        // One that ended in good order has left, and its lease lasts for ever.
        let sql =
            "SELECT count(*) FROM node WHERE lease_until > clock_timestamp() AND lease_until <> 'infinity'";
        let counts: Vec<i64> = self.all(sql, &[], |row| row.try_get(0)).await?;
        Ok(counts
            .first()
            .and_then(|&count| u32::try_from(count).ok())
            .unwrap_or(1))
    }

    pub async fn failure_wait(&self, peer: &[u8; 32], most: FailuresMax) -> Result<Option<i64>, LedgerError> {
        let sql = failures::look();
        let found = self
            .all(&sql, &[&peer.as_slice()], |row| failures::wait(row, most))
            .await?;
        Ok(found.into_iter().next().flatten())
    }

    pub async fn check(&self, secret: Secret) -> Result<Option<i64>, LedgerError> {
        let sql = "SELECT value FROM meta WHERE name = $1";
        Ok(self
            .all(sql, &[&secret.as_str()], |row| row.try_get(0))
            .await?
            .pop())
    }

    pub async fn sealed_secrets(&self) -> Result<SealedSecrets, LedgerError> {
        let sql = "SELECT name, sealed FROM upstream_secret";
        let secrets = self.all(sql, &[], |row| Ok((row.try_get(0)?, row.try_get(1)?)));
        Ok(secrets.await?.into_iter().collect())
    }

    pub async fn upstream_secrets(&self) -> Result<Vec<(String, String)>, LedgerError> {
        let sql = "SELECT name, last4 FROM upstream_secret";
        self.all(sql, &[], |row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .await
    }

    pub async fn orphans(&self) -> Result<Vec<(UsageEntry, bool)>, LedgerError> {
        let refunded = "SELECT request_id FROM entry WHERE kind = 'refund'";
        let refunded: Vec<Uuid> = self.all(refunded, &[], |row| row.try_get(0)).await?;
        let sql = format!("{USAGE_COLUMNS} WHERE orphan ORDER BY request_id DESC");
        let rows = self.all(&sql, &[], rows::usage).await?;
        let with_refund = rows.into_iter().map(|row| {
            let is_refunded = refunded.contains(row.request_id.as_uuid());
            (row, is_refunded)
        });
        Ok(with_refund.collect())
    }

    pub async fn usage_rows(
        &self,
        query: &UsageQuery,
        of: UsageOf,
        before: Option<RequestId>,
        limit: i64,
    ) -> Result<Vec<UsageEntry>, LedgerError> {
        let sql = format!(
            "{USAGE_COLUMNS} {USAGE_WHERE} AND ($10::uuid IS NULL OR request_id < $10)
              ORDER BY request_id DESC LIMIT $11"
        );
        let before = before.map(|id| *id.as_uuid());
        let selected = Selected::new(query, of);
        let page: [&(dyn ToSql + Sync); 2] = [&before, &limit];
        let found = self
            .long(&sql, &[&selected.values()[..], &page[..]].concat())
            .await?;
        found
            .iter()
            .map(rows::usage)
            .collect::<Result<_, _>>()
            .map_err(read)
    }

    pub async fn usage_totals(&self, query: &UsageQuery, of: UsageOf) -> Result<UsageTotals, LedgerError> {
        let sql = format!(
            "SELECT count(*), coalesce(sum(input), 0)::bigint, coalesce(sum(output), 0)::bigint,
                    coalesce(sum(cache_read), 0)::bigint, coalesce(sum(cache_write), 0)::bigint,
                    coalesce(sum(reasoning), 0)::bigint, coalesce(sum(cost), 0)::bigint
               FROM usage {USAGE_WHERE}"
        );
        let selected = Selected::new(query, of);
        let found = self.long(&sql, &selected.values()).await?;
        let totals = |row: &Row| {
            Ok(UsageTotals {
                requests: rows::number(row, 0)?,
                usage: rows::tokens(row, 1)?,
                cost_nano_usd: rows::money(row, 6)?,
            })
        };
        found
            .first()
            .map(totals)
            .transpose()
            .map(Option::unwrap_or_default)
            .map_err(read)
    }

    /// A question that may take its time, on a connection of its own.
    pub(super) async fn long(
        &self,
        sql: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, LedgerError> {
        let _turn = self.turn().await;
        let client = self.connect().await?;
        tokio::time::timeout(LONG, client.query(sql, values))
            .await
            .map_err(|_| LedgerError::Unreachable("it did not answer in time".into()))?
            .map_err(read)
    }
}

/// The values of [`USAGE_WHERE`].
struct Selected<'a> {
    ids: [Option<Uuid>; 3],
    span: [Option<i64>; 2],
    kind: Option<&'a str>,
    query: &'a UsageQuery,
}

impl<'a> Selected<'a> {
    fn new(query: &'a UsageQuery, of: UsageOf) -> Self {
        Self {
            ids: [
                query.key_id.map(|id| *id.as_uuid()),
                of.device.map(|id| *id.as_uuid()),
                of.member.map(|id| *id.as_uuid()),
            ],
            span: [query.since, query.until].map(|at| at.map(|at| at.as_millisecond())),
            kind: query.kind.map(RequestKind::as_str),
            query,
        }
    }

    fn values(&self) -> [&(dyn ToSql + Sync); 9] {
        let ([key, device, member], [since, until], query) = (&self.ids, &self.span, self.query);
        [
            key,
            device,
            since,
            until,
            &query.model,
            &self.kind,
            &query.repository,
            &query.branch,
            member,
        ]
    }
}

/// A database that is going down or is not there is another matter than one that cannot answer.
pub(super) fn read(error: Error) -> LedgerError {
    let text = describe(&error);
    match Failure::from(error) {
        Failure::Lost(_) => LedgerError::Unreachable(text),
        _ => LedgerError::Read(text),
    }
}
