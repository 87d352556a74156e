//! What was read of each file, kept in SQLite, so that the next report reads only what changed.
//!
//! One database for each home, safe for several processes at once: a report that finds nothing new
//! reads from one snapshot; whoever finds something takes the only write transaction. Losing the
//! index loses time and nothing else. Without a folder for it, a temporary one is used, so that
//! memory is bounded all the same.

mod boot;
mod database;
mod files;
mod links;
mod parts;
#[cfg(test)]
mod tests;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, ErrorCode};

use crate::{
    discovery::{Source, Stamp},
    fold::Damaged,
    home::Home,
    record::{digest, mixed},
};
use database::with_suffix;
pub use files::{Kept, Recent, Row, mark};
pub use links::Change;
pub use parts::{Chunk, Daily, PartKey};

/// Of pages while something is written; with fewer, those that are worked on are written more than once.
const WRITING_KIB: i64 = 4 << 10;
/// Whoever opens the index reads the write-ahead log first, so one that is longer is brought to its
/// place as soon as nobody reads from it.
const LOG_BYTES_MAX: u64 = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    #[error("the database refused: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the folder cannot be used: {0}")]
    Folder(#[from] io::Error),
    #[error("the records could not be encoded: {0}")]
    Encoding(#[from] postcard::Error),
    #[error("{0}")]
    Damaged(#[from] Damaged),
}

impl IndexError {
    /// Whether what was kept is at fault, and not the disk.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::Database(error) => match error.sqlite_error_code() {
                Some(code) => matches!(code, ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase),
                None => true,
            },
            Self::Damaged(_) => true,
            Self::Folder(_) | Self::Encoding(_) => false,
        }
    }

    pub fn is_busy(&self) -> bool {
        self.code() == Some(ErrorCode::DatabaseBusy)
    }

    pub fn is_full_disk(&self) -> bool {
        self.code() == Some(ErrorCode::DiskFull)
    }

    fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Database(error) => error.sqlite_error_code(),
            _ => None,
        }
    }
}

pub struct Index {
    connection: Connection,
    file: Option<OnDisk>,
    /// How long somebody else's change is waited for.
    patience: Duration,
}

/// Of an index that is still there after the scan.
struct OnDisk {
    path: PathBuf,
    /// Which file it was when it was opened.
    identity: Option<(u64, u64)>,
}

impl Index {
    pub fn open(folder: &Path, home: &Home) -> Result<Self, IndexError> {
        let path = database::path_of(folder, home);
        Ok(Self::at(path.clone(), database::open(&path)?, database::BUSY_MAX))
    }

    /// The index if it is there, for a report that shall not wait: whoever writes is not waited for.
    pub fn open_at_once(folder: &Path, home: &Home) -> Option<Self> {
        let path = database::path_of(folder, home);
        let connection = database::open_at_once(&path)?;
        Some(Self::at(path, connection, Duration::ZERO))
    }

    fn at(path: PathBuf, connection: Connection, patience: Duration) -> Self {
        let identity = database::identity(&path);
        Self {
            connection,
            file: Some(OnDisk { path, identity }),
            patience,
        }
    }

    /// One that nobody else sees, on disk where SQLite keeps temporary files.
    pub fn temporary() -> Result<Self, IndexError> {
        let connection = Connection::open("")?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.execute_batch(database::SCHEMA)?;
        Ok(Self {
            connection,
            file: None,
            patience: Duration::ZERO,
        })
    }

    /// One in the place of this, which is damaged or was replaced: everything in it can be read again.
    pub fn anew(self) -> Result<Self, IndexError> {
        let Some(OnDisk { path, identity }) = self.file else {
            return Self::temporary();
        };
        let connection = self.connection;
        let is_still_there = || {
            // Compared while it is open: then no other file can have its identity.
            let is_there = database::identity(&path) == identity;
            drop(connection);
            is_there
        };
        let connection = database::renew(&path, is_still_there)?;
        Ok(Self::at(path, connection, self.patience))
    }

    /// Whether another file stands in its place, or none: somebody made it anew.
    pub fn is_replaced(&self) -> bool {
        let file = self.file.as_ref();
        file.is_some_and(|file| database::identity(&file.path) != file.identity)
    }

    /// Whoever opened it in the moment in which it was made anew may have read a part of either.
    pub fn check_its_place(&self) -> Result<(), IndexError> {
        match self.is_replaced() {
            true => Err(Damaged.into()),
            false => Ok(()),
        }
    }

    /// Whether it is still there after the scan.
    pub fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// Raised with every change of any sum.
    pub fn version(&self) -> Result<i64, IndexError> {
        Ok(self
            .connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))?)
    }

    pub fn raise_version(&self) -> Result<(), IndexError> {
        let next = self.version()? + 1;
        Ok(self.connection.pragma_update(None, "user_version", next)?)
    }

    /// What follows is read from one snapshot.
    pub fn begin_reading(&self) -> Result<(), IndexError> {
        Ok(self.connection.execute_batch("BEGIN")?)
    }

    /// The same for something that can be left for another time: nobody is waited for.
    pub fn begin_writing_at_once(&self) -> Result<(), IndexError> {
        self.without_waiting(Self::begin_writing)
    }

    /// What follows is one change, and nobody else changes anything meanwhile.
    pub fn begin_writing(&self) -> Result<(), IndexError> {
        self.connection.pragma_update(None, "cache_size", -WRITING_KIB)?;
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    pub fn commit(&self) -> Result<(), IndexError> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    /// Brings what stands in the write-ahead log to its place when there is much of it. While others
    /// read from there it is left to a later change.
    pub fn tidy(&self) -> Result<(), IndexError> {
        match self.log_bytes() < LOG_BYTES_MAX {
            true => Ok(()),
            false => self.bring_to_disk(),
        }
    }

    /// The same, and what was not waited for at first is made sure of, when the system has had time
    /// to write it.
    pub fn settle(&self) -> Result<(), IndexError> {
        match self.log_bytes() < LOG_BYTES_MAX && !boot::is_due(&self.connection)? {
            true => Ok(()),
            false => self.bring_to_disk(),
        }
    }

    fn log_bytes(&self) -> u64 {
        let log = self.file.as_ref().map(|file| with_suffix(&file.path, "-wal"));
        log.and_then(|log| fs::metadata(log).ok())
            .map_or(0, |log| log.len())
    }

    /// Everything that was written until now, unless somebody is at it.
    pub fn bring_to_disk(&self) -> Result<(), IndexError> {
        let outcome = self.without_waiting(|index| {
            let connection = &index.connection;
            database::wait_for_disk(connection)?;
            // On a full disk it stays as it is, and the log is cut all the same.
            let is_unsynced = matches!(boot::renew_unsynced(connection), Ok(true));
            let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
            // A negative length: there is no such log, and nothing was waited for.
            let (is_busy, length): (bool, i64) =
                connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            if is_unsynced && !is_busy && length >= 0 {
                boot::end_unsynced(connection)?;
            }
            Ok(())
        });
        match outcome {
            Err(error) if error.is_busy() => Ok(()),
            outcome => outcome,
        }
    }

    /// From here on reports read while another one writes. Until then everything would be written
    /// twice, and nobody has anything to read yet. With others at it, it is left to a later scan.
    pub fn share(&self) -> Result<(), IndexError> {
        if self.file.is_none() {
            return Ok(());
        }
        let mode: String = self
            .connection
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        if mode != "wal" {
            let changed = self
                .without_waiting(|index| Ok(index.connection.pragma_update(None, "journal_mode", "WAL")?));
            match changed {
                Err(error) if error.is_busy() => {}
                changed => changed?,
            }
        }
        // Whoever made the tables has not waited for the disk till now, even if somebody else was the
        // first to come here.
        database::wait_for_disk(&self.connection)?;
        self.settle()
    }

    pub fn roll_back(&self) -> Result<(), IndexError> {
        Ok(self.connection.execute_batch("ROLLBACK")?)
    }

    fn without_waiting<T>(&self, work: impl FnOnce(&Self) -> Result<T, IndexError>) -> Result<T, IndexError> {
        self.connection.busy_timeout(Duration::ZERO)?;
        let outcome = work(self);
        self.connection.busy_timeout(self.patience)?;
        outcome
    }
}

fn stamp(stamp: &Stamp) -> [u8; 40] {
    let mut bytes = [0; 40];
    let numbers = [
        stamp.size,
        stamp.modified_ns.cast_unsigned(),
        stamp.changed_ns.cast_unsigned(),
        stamp.inode,
        stamp.side,
    ];
    bytes.copy_from_slice(numbers.map(u64::to_le_bytes).as_flattened());
    bytes
}

/// A digest of all files of a client as they are.
pub fn fingerprint(sources: &[Source]) -> i64 {
    let whole = sources.iter().fold(0, |whole, source| {
        let one = digest(&[
            source.path.as_os_str().as_encoded_bytes(),
            &[source.shape as u8],
            &stamp(&source.stamp),
            source.hint.as_bytes(),
        ]);
        mixed(whole, one)
    });
    signed(whole.max(2))
}

/// The time as it is kept.
pub fn now_ms() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// SQLite's integers are signed.
fn signed(number: u64) -> i64 {
    number.cast_signed()
}
