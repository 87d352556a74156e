//! The SQLite backend: opening, settings, migration, and one transaction for each batch.

use std::{io::Read, path::Path, time::Duration};

use rusqlite::{Connection, ErrorCode};

mod batch;
mod bill;
mod enrolment;
mod lots;
mod people;
mod reads;
mod recovery;
mod report;
mod rows;
mod schema;
mod transfer;
mod verify;

pub use people::rows_of;
pub use reads::SqliteReader;
pub(super) use verify::verify;

use lots::Lots;

use super::{Backend, LedgerError, Operation, operation::Reply};
use crate::data_dir::private_file;

/// One wait for whoever else has the database locked,
const LOCKED: Duration = Duration::from_secs(1);
/// and how many of them there are until the ledger stops: clients do not wait much longer.
const LOCKED_MAX: u32 = 15;
/// SQLite before this can corrupt a WAL that two connections write and checkpoint at once.
const SQLITE_MIN: i32 = 3_051_003;

pub struct SqliteBackend {
    connection: Connection,
    epoch: i64,
    lots: Lots,
    replies: Vec<Reply>,
}

impl SqliteBackend {
    /// Opens or creates the database and starts a new epoch: holds of older ones are orphans.
    pub fn open(path: &Path) -> Result<Self, LedgerError> {
        let mut connection = open(path)?;
        migrate(&mut connection)?;
        let epoch = connection
            .query_row(
                "UPDATE meta SET value = value + 1 WHERE name = 'epoch' RETURNING value",
                [],
                |row| row.get(0),
            )
            .map_err(opening)?;
        grow_log(path).map_err(|error| LedgerError::Open(error.to_string()))?;
        Ok(Self {
            connection,
            epoch,
            lots: Lots::default(),
            replies: Vec::new(),
        })
    }
}

impl Backend for SqliteBackend {
    fn commit(&mut self, batch: &mut Vec<Operation>) -> Result<(), LedgerError> {
        self.begin()?;
        for operation in batch.drain(..) {
            let reply = self.apply(operation)?;
            self.replies.push(reply);
        }
        self.execute("COMMIT")?;
        for reply in self.replies.drain(..) {
            reply.tell();
        }
        Ok(())
    }

    fn is_local(&self) -> bool {
        true
    }

    /// Moves everything into the one file, so that a copy of it is whole.
    fn close(&mut self) {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        if let Err(error) = self.connection.query_row(checkpoint, [], |_| Ok(())) {
            tracing::warn!("The log stays beside the database: {error}");
        }
    }
}

impl SqliteBackend {
    /// Somebody may have the database open by hand, and write to it. Nothing was applied yet, so the
    /// gateway waits for them: for as long as its clients would.
    fn begin(&self) -> rusqlite::Result<()> {
        for _ in 1..LOCKED_MAX {
            match self.execute("BEGIN IMMEDIATE") {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                    tracing::warn!(
                        "Another program has the ledger's database locked; all requests wait for it"
                    );
                }
                begun => return begun.map(drop),
            }
        }
        self.execute("BEGIN IMMEDIATE").map(drop)
    }

    pub(super) fn execute(&self, sql: &str) -> rusqlite::Result<usize> {
        self.connection.prepare_cached(sql)?.execute([])
    }
}

/// What the log holds before it is written from its start again: `wal_autocheckpoint` frames and
/// one batch.
const LOG_BYTES: u64 = (4_000 + 1_000) * (4_096 + 24);

/// Lets the log have its full size from the start. Each sync of a file that grows also writes the
/// file system's own journal, which costs ten times as much as the sync; SQLite takes zeros behind
/// its last frame for nothing at all.
fn grow_log(database: &Path) -> std::io::Result<()> {
    let mut path = database.as_os_str().to_owned();
    path.push("-wal");
    let mut log = std::fs::OpenOptions::new().append(true).open(path)?;
    let missing = LOG_BYTES.saturating_sub(log.metadata()?.len());
    std::io::copy(&mut std::io::repeat(0).take(missing), &mut log)?;
    log.sync_all()
}

fn opening(error: rusqlite::Error) -> LedgerError {
    LedgerError::Open(error.to_string())
}

fn open(path: &Path) -> Result<Connection, LedgerError> {
    if rusqlite::version_number() < SQLITE_MIN {
        return Err(LedgerError::Open(format!(
            "SQLite {} has a known corruption bug; 3.51.3 or later is needed",
            rusqlite::version()
        )));
    }
    private_file(path).map_err(|error| LedgerError::Open(error.to_string()))?;
    let connection = Connection::open(path).map_err(opening)?;
    configure(&connection).map_err(opening)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(LOCKED)?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "page_size", 4096)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Every acknowledged commit survives a power cut; group commit pays for it.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 4000)?;
    connection.pragma_update(None, "cache_size", -16000)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

fn migrate(connection: &mut Connection) -> Result<(), LedgerError> {
    let version: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(opening)?;
    let mut steps = match usize::try_from(version).unwrap_or(usize::MAX) {
        0 => [
            &[schema::CREATE],
            schema::STEPS.get(schema::CREATED - 1..).unwrap_or_default(),
        ]
        .concat(),
        schema::VERSION => return Ok(()),
        // A newer gateway wrote it: reading on a guess could spend credit twice.
        newer if newer > schema::VERSION => {
            return Err(LedgerError::Open(
                "the database was written by a newer version; start that one, or restore a backup".into(),
            ));
        }
        older => schema::STEPS.get(older - 1..).unwrap_or_default().to_vec(),
    };
    steps.push(schema::VIEW);
    change(connection, &steps).map_err(opening)
}

/// Brings the database to the present version, or leaves it as it was.
fn change(connection: &mut Connection, steps: &[&str]) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for sql in steps {
        transaction.execute_batch(sql)?;
    }
    transaction.pragma_update(None, "user_version", schema::VERSION as i64)?;
    transaction.commit()
}
