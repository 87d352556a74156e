//! Which database a ledger is in, and what can be done with it without a running gateway.

use std::path::PathBuf;

use super::{
    Ledger, LedgerError, Reader, Recovered, Report, Writer,
    sqlite::{self, SqliteBackend, SqliteReader},
};

/// Where a ledger is kept.
#[derive(Clone, Debug)]
pub enum Store {
    /// One file, for one gateway at a time.
    Sqlite(PathBuf),
}

/// A ledger that takes work.
pub struct Opened {
    pub ledger: Ledger,
    pub writer: Writer,
    pub reader: Reader,
    pub recovered: Recovered,
}

impl Store {
    /// Opens the database, makes it what this version needs, settles what an earlier run left
    /// pending and starts the writer.
    pub async fn open(&self, now_ms: i64) -> Result<Opened, LedgerError> {
        match self {
            Self::Sqlite(path) => {
                let mut backend = SqliteBackend::open(path)?;
                let recovered = backend.recover(now_ms)?;
                let (ledger, writer) = Ledger::start(backend)?;
                Ok(Opened {
                    ledger,
                    writer,
                    reader: Reader::Sqlite(SqliteReader::open(path)?),
                    recovered,
                })
            }
        }
    }

    /// Reads beside a running gateway, or without one.
    pub async fn reader(&self) -> Result<Reader, LedgerError> {
        match self {
            Self::Sqlite(path) => SqliteReader::open(path).map(Reader::Sqlite),
        }
    }

    /// Recounts one snapshot of the database; works beside a running gateway.
    pub async fn verify(&self) -> Result<Report, LedgerError> {
        match self {
            Self::Sqlite(path) => sqlite::verify(path),
        }
    }
}
