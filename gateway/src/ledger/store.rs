//! Which database a ledger is in, and what can be done with it without a running gateway.

use std::{path::PathBuf, sync::Arc, time::Duration};

use uuid::Uuid;

use super::{
    Changes, DatabaseUrl, Ledger, LedgerError, PostgresReader, Reader, Recovered, Report, Writer,
    postgres::{self, PostgresBackend},
    queue::Standing,
    sqlite::{self, SqliteBackend, SqliteReader},
};

/// Where a ledger is kept.
#[derive(Clone, Debug)]
pub enum Store {
    /// One file, for one gateway at a time.
    Sqlite(PathBuf),
    /// A database for any number of gateways. This one is known there by its `node`; a gateway
    /// that starts again under the same one settles at once what it left pending. One that changes
    /// nothing for the time of its `lease` is taken for dead by the others.
    Postgres {
        url: DatabaseUrl,
        node: Uuid,
        lease: Duration,
    },
}

/// A ledger that takes work.
pub struct Opened {
    pub ledger: Ledger,
    pub writer: Writer,
    pub reader: Reader,
    pub recovered: Recovered,
    /// What other gateways change; `None` where there are none.
    pub changes: Option<Changes>,
}

impl Store {
    /// Running gateways renew their lease with every transaction, and every ten seconds.
    pub const LEASE: Duration = Duration::from_secs(30);

    /// Opens the database, makes it what this version needs, settles what an earlier run left
    /// pending and starts the writer.
    pub async fn open(&self, now_ms: i64) -> Result<Opened, LedgerError> {
        let standing = Arc::new(Standing::default());
        match self {
            Self::Sqlite(path) => {
                let mut backend = SqliteBackend::open(path)?;
                let recovered = backend.recover(now_ms)?;
                let (ledger, writer) = Ledger::start(backend, standing)?;
                Ok(Opened {
                    ledger,
                    writer,
                    reader: Reader::Sqlite(SqliteReader::open(path)?),
                    recovered,
                    changes: None,
                })
            }
            Self::Postgres { url, node, lease } => {
                let (backend, recovered) = open_postgres(url, *node, *lease, &standing, now_ms).await?;
                let (ledger, writer) = Ledger::start(backend, standing)?;
                Ok(Opened {
                    ledger,
                    writer,
                    reader: Reader::Postgres(PostgresReader::new(url)),
                    recovered,
                    changes: Some(Changes::of(url.clone())?),
                })
            }
        }
    }

    /// Reads beside a running gateway, or without one.
    pub async fn reader(&self) -> Result<Reader, LedgerError> {
        match self {
            Self::Sqlite(path) => SqliteReader::open(path).map(Reader::Sqlite),
            Self::Postgres { url, .. } => Ok(Reader::Postgres(PostgresReader::new(url))),
        }
    }

    /// Recounts one snapshot of the database; works beside a running gateway.
    pub async fn verify(&self) -> Result<Report, LedgerError> {
        match self {
            Self::Sqlite(path) => sqlite::verify(path),
            Self::Postgres { url, .. } => postgres::verify(url).await,
        }
    }
}

/// The backend has a runtime of its own, which cannot be entered from within another one.
async fn open_postgres(
    url: &DatabaseUrl,
    node: Uuid,
    lease: Duration,
    standing: &Arc<Standing>,
    now_ms: i64,
) -> Result<(PostgresBackend, Recovered), LedgerError> {
    let (url, standing) = (url.clone(), Arc::clone(standing));
    tokio::task::spawn_blocking(move || PostgresBackend::open(&url, node, lease, standing, now_ms))
        .await
        .map_err(|error| LedgerError::Open(error.to_string()))?
}
