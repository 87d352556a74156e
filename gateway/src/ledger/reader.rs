//! Reading committed state, from whichever database it is in.

use std::collections::{HashMap, HashSet};

use jiff::tz::TimeZone;
use protocol::{
    DeviceId, KeyId, MemberId, Money, RequestId,
    api::{UsageDetail, UsageEntry, UsageList, UsageQuery, UsageTotals},
};
use uuid::Uuid;

use super::{
    Books, DeviceRecord, KeyRecord, LedgerError, LotState, Secret,
    import::known_sql,
    people::{Row, Rows, Value},
    postgres::PostgresReader,
    sqlite::SqliteReader,
};
use crate::{
    failure_limit::FailuresMax,
    report::{Line, Lines},
};

const PAGE_DEFAULT: u32 = 100;
const PAGE_MAX: u32 = 1_000;
const REQUESTS_AT_ONCE: usize = 500;

/// How many rows a page has.
pub(super) fn page_size(query: &UsageQuery) -> u32 {
    query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)
}

/// Reads committed state; cheap to clone.
#[derive(Clone)]
pub enum Reader {
    /// Calls block for well under a millisecond on an index.
    Sqlite(SqliteReader),
    Postgres(PostgresReader),
}

/// Whose usage rows are asked for; both absent: everybody's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageOf {
    pub device: Option<DeviceId>,
    /// Those of all keys that are the member's now.
    pub member: Option<MemberId>,
}

/// What a lot gained or lost without using it.
#[derive(Clone, Debug)]
pub struct Moved {
    pub at: i64,
    pub key: KeyId,
    pub gain: Money,
}

/// What upstreams have stored: each one's secret, sealed.
pub type SealedSecrets = HashMap<String, String>;

impl Reader {
    pub async fn lot(&self, key: KeyId) -> Result<Option<LotState>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.lot(key),
            Self::Postgres(reader) => reader.lot(key).await,
        }
    }

    pub async fn key(&self, key: KeyId) -> Result<Option<KeyRecord>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.key(key),
            Self::Postgres(reader) => reader.key(key).await,
        }
    }

    /// All keys, newest first.
    pub async fn keys(&self) -> Result<Vec<KeyRecord>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.keys(),
            Self::Postgres(reader) => reader.keys().await,
        }
    }

    /// All devices, or a key's, in the order in which they were enrolled.
    pub async fn devices(&self, key: Option<KeyId>) -> Result<Vec<DeviceRecord>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.devices(key),
            Self::Postgres(reader) => reader.devices(key).await,
        }
    }

    /// The key of a device that another gateway enrolled; by the MAC of its credential. A gateway
    /// that is alone knows all of its devices.
    pub async fn key_of_credential(&self, mac: &[u8; 32]) -> Result<Option<KeyId>, LedgerError> {
        match self {
            Self::Sqlite(_) => Ok(None),
            Self::Postgres(reader) => reader.key_of_credential(mac).await,
        }
    }

    /// How many gateways work on the ledger at the moment.
    pub async fn gateways(&self) -> Result<u32, LedgerError> {
        match self {
            Self::Sqlite(_) => Ok(1),
            Self::Postgres(reader) => reader.gateways().await,
        }
    }

    /// The milliseconds that a peer has to wait since too many of its redeems failed, at any gateway
    /// on the database. The only one on a file knows that itself.
    pub async fn failure_wait(&self, peer: &[u8; 32], most: FailuresMax) -> Result<Option<i64>, LedgerError> {
        match self {
            Self::Sqlite(_) => Ok(None),
            Self::Postgres(reader) => reader.failure_wait(peer, most).await,
        }
    }

    /// What [`Pepper::check`](crate::secrets::Pepper::check) gave when the database was new.
    pub async fn check(&self, secret: Secret) -> Result<Option<i64>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.check(secret),
            Self::Postgres(reader) => reader.check(secret).await,
        }
    }

    pub async fn sealed_secrets(&self) -> Result<SealedSecrets, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.sealed_secrets(),
            Self::Postgres(reader) => reader.sealed_secrets().await,
        }
    }

    /// The upstreams that have a stored secret, with its last four characters.
    pub async fn upstream_secrets(&self) -> Result<Vec<(String, String)>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.upstream_secrets(),
            Self::Postgres(reader) => reader.upstream_secrets().await,
        }
    }

    /// What was billed on these days alone.
    pub async fn bills(&self, since: i64, until: i64) -> Result<Books, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.bills(since, until),
            Self::Postgres(reader) => reader.bills(since, until).await,
        }
    }

    /// What was metered and what was billed on these days, counted from 1970; the last is not among
    /// them. Reads every usage row of them, and keeps nobody else waiting.
    pub async fn books(&self, since: i64, until: i64) -> Result<Books, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.history(move |own| own.books(since, until)).await,
            Self::Postgres(reader) => reader.books(since, until).await,
        }
    }

    /// Usage rows settled by a crash recovery, newest first, with their refunds.
    pub async fn orphans(&self) -> Result<Vec<(UsageEntry, bool)>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.orphans(),
            Self::Postgres(reader) => reader.orphans().await,
        }
    }

    /// One page of usage rows, newest first, of requests before `end`; no more of them than `most`
    /// are looked for. Without totals: see [`Reader::usage_totals`].
    pub async fn usage_rows(
        &self,
        query: UsageQuery,
        of: UsageOf,
        end: Option<RequestId>,
        most: u64,
    ) -> Result<UsageList, LedgerError> {
        let limit = page_size(&query) as usize;
        // One more than a page tells whether there is another one.
        let wanted = i64::try_from(most.min(limit as u64 + 1)).unwrap_or(i64::MAX);
        let before = [query.before, end].into_iter().flatten().min();
        let mut rows = match self {
            Self::Sqlite(reader) => {
                let read = move |own: &SqliteReader| own.usage_rows(&query, of, before, wanted);
                reader.history(read).await?
            }
            Self::Postgres(reader) => reader.usage_rows(&query, of, before, wanted).await?,
        };
        let more = rows.len() > limit;
        rows.truncate(limit);
        Ok(UsageList {
            next: rows.last().filter(|_| more).map(|row| row.request_id),
            totals: UsageTotals::default(),
            rows,
        })
    }

    /// The totals of a selection, from the rows themselves: a long history takes its time, and keeps
    /// nobody else waiting. Whole days are there without reading: see `report::requests`.
    pub async fn usage_totals(&self, query: UsageQuery, of: UsageOf) -> Result<UsageTotals, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.history(move |own| own.usage_totals(&query, of)).await,
            Self::Postgres(reader) => reader.usage_totals(&query, of).await,
        }
    }

    /// How often usage was imported; sums of usage that were made before are not right any more.
    pub async fn imports(&self) -> Result<i64, LedgerError> {
        let rows = self
            .rows("SELECT value FROM meta WHERE name = 'imports'", &[])
            .await?;
        Ok(rows.first().map(|row| row.int(0)).transpose()?.unwrap_or(0))
    }

    /// Which of these requests are here, settled or running.
    pub async fn known_requests(&self, requests: &[RequestId]) -> Result<HashSet<RequestId>, LedgerError> {
        let mut known = HashSet::new();
        for some in requests.chunks(REQUESTS_AT_ONCE) {
            let ids: Vec<Value> = some.iter().map(|&request| request.into()).collect();
            for row in self.rows(&known_sql(ids.len()), &ids).await? {
                known.insert(RequestId::from_uuid(row.id(0)?));
            }
        }
        Ok(known)
    }

    /// Rows after one request and before another one, or all, counted by their cells where they
    /// count. Keeps nobody else waiting.
    pub async fn lines(
        &self,
        after: RequestId,
        before: Option<RequestId>,
        limit: usize,
        counts: impl Fn(&Line) -> bool + Send + 'static,
        zone: TimeZone,
    ) -> Result<Lines, LedgerError> {
        let span = (after, before.unwrap_or(RequestId::from_uuid(Uuid::max())));
        let mut lines = Lines::default();
        match self {
            Self::Sqlite(reader) => {
                let read = move |own: &SqliteReader| {
                    own.lines(span, limit, |line| lines.take(line, &counts, &zone))?;
                    Ok(lines)
                };
                reader.history(read).await
            }
            Self::Postgres(reader) => {
                reader
                    .lines(span, limit, |line| lines.take(line, &counts, &zone))
                    .await?;
                Ok(lines)
            }
        }
    }

    /// The oldest request that is not settled.
    pub async fn first_pending(&self) -> Result<Option<RequestId>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.first_pending(),
            Self::Postgres(reader) => reader.first_pending().await,
        }
    }

    /// The highest id of a request, settled or not.
    pub async fn last_request(&self) -> Result<Option<RequestId>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.last_request(),
            Self::Postgres(reader) => reader.last_request().await,
        }
    }

    /// One request.
    pub async fn usage_row(
        &self,
        request: RequestId,
    ) -> Result<Option<(UsageDetail, Option<i64>)>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.usage_row(request),
            Self::Postgres(reader) => reader.usage_row(request).await,
        }
    }

    /// Credit that moved since a moment.
    pub async fn moves(&self, since: i64) -> Result<Vec<Moved>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.moves(since),
            Self::Postgres(reader) => reader.moves(since).await,
        }
    }
}

impl Rows for Reader {
    type Error = LedgerError;

    async fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>, LedgerError> {
        match self {
            Self::Sqlite(reader) => reader.rows(sql, values).await,
            Self::Postgres(reader) => reader.rows(sql, values).await,
        }
    }
}
