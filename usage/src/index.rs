//! What was read of each file, kept in SQLite, so that the next report reads only what changed.
//!
//! One database for each home, safe for several processes at once: a report that finds nothing new
//! reads from one snapshot; whoever finds something takes the only write transaction. Losing the
//! index loses time and nothing else. Without a folder for it, a temporary one is used, so that
//! memory is bounded all the same.

mod boot;
mod files;
mod links;
mod parts;

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use crate::{
    discovery::{Source, Stamp},
    fold::Damaged,
    home::Home,
    record::{digest, mixed},
};
pub use files::{Kept, Recent, Row, mark};
pub use links::Change;
pub use parts::{Chunk, Daily, PartKey};

/// Raised with every change of what is kept or of how logs are read.
const VERSION: u32 = 10;

/// `client` has the state of a client's files at the last scan. `record` has what a file says,
/// `part` what of it counts, by day; `chunk` sums the parts of a day, `day_session` says whose
/// they are: looking for one session's days reads nothing else. `link` says which files have
/// a key in common, `daily` has the sums of a day of UTC put together by days of a zone, `unsynced` whether something was not waited for.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS client (
        id INTEGER PRIMARY KEY,
        fingerprint INTEGER NOT NULL,
        priced INTEGER NOT NULL,
        looked_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS file (
        id INTEGER PRIMARY KEY,
        client INTEGER NOT NULL,
        path BLOB NOT NULL,
        shape INTEGER NOT NULL,
        hint TEXT NOT NULL,
        modified_ns INTEGER NOT NULL,
        mark INTEGER NOT NULL,
        component INTEGER NOT NULL,
        part_first INTEGER NOT NULL,
        part_end INTEGER NOT NULL,
        note TEXT,
        UNIQUE (client, path)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS file_note ON file (client) WHERE note IS NOT NULL;
    CREATE INDEX IF NOT EXISTS file_modified ON file (modified_ns);
    CREATE INDEX IF NOT EXISTS file_component ON file (client, component);
    CREATE TABLE IF NOT EXISTS record (file INTEGER PRIMARY KEY, saved BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS link (id INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS part (
        id INTEGER PRIMARY KEY,
        place INTEGER NOT NULL,
        cells BLOB NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS part_place ON part (place);
    CREATE TABLE IF NOT EXISTS chunk (
        place INTEGER PRIMARY KEY,
        count INTEGER NOT NULL,
        cells BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS day_session (place INTEGER PRIMARY KEY, sessions BLOB NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS daily (
        place INTEGER PRIMARY KEY,
        offset_s INTEGER NOT NULL,
        cells BLOB NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS unsynced (boot TEXT NOT NULL) STRICT;
";

/// A first report over years of logs may hold the lock for so long.
const BUSY_MAX: Duration = Duration::from_secs(60);
/// Of pages while something is written; with fewer, those that are worked on are written more than once.
const WRITING_KIB: i64 = 4 << 10;
/// Of pages while nothing is: each is looked at once.
const READING_KIB: i64 = 256;
/// Whoever opens the index reads the write-ahead log first, so it may not grow longer.
const LOG_BYTES_MAX: u64 = 1 << 20;
/// All of them are in use while a client's files are worked through.
const STATEMENTS: usize = 64;

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
            Self::Database(error) => {
                is_damaged(error) || !matches!(error, rusqlite::Error::SqliteFailure(..))
            }
            Self::Damaged(_) => true,
            Self::Folder(_) | Self::Encoding(_) => false,
        }
    }
}

pub struct Index {
    connection: Connection,
    /// None: it is gone when the scan is over.
    path: Option<PathBuf>,
}

impl Index {
    pub fn open(folder: &Path, home: &Home) -> Result<Self, IndexError> {
        private_folder(folder)?;
        let path = path_of(folder, home);
        let connection = match open_at(&path) {
            Err(error) if error.is_damage() => {
                discard(&path)?;
                open_at(&path)?
            }
            outcome => outcome?,
        };
        Ok(Self {
            connection,
            path: Some(path),
        })
    }

    /// The index if it is there, for a report that shall not wait: whoever writes is not waited for.
    pub fn open_at_once(folder: &Path, home: &Home) -> Option<Self> {
        let path = path_of(folder, home);
        let connection = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )
        .ok()?;
        connection.busy_timeout(Duration::ZERO).ok()?;
        set_up(&connection).ok()?;
        if !boot::is_whole(&connection).ok()? {
            return None;
        }
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Some(Self {
            connection,
            path: Some(path),
        })
    }

    /// One that nobody else sees, on disk where SQLite keeps temporary files.
    pub fn temporary() -> Result<Self, IndexError> {
        let connection = Connection::open("")?;
        connection.pragma_update(None, "journal_mode", "OFF")?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self {
            connection,
            path: None,
        })
    }

    /// Deletes what was kept: everything in it can be read again.
    pub fn discard(self) -> Result<(), IndexError> {
        let path = self.path.clone();
        drop(self.connection);
        path.map_or(Ok(()), |path| discard(&path))?;
        Ok(())
    }

    /// Whether it is still there after the scan.
    pub fn is_kept(&self) -> bool {
        self.path.is_some()
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
        self.connection.busy_timeout(Duration::ZERO)?;
        let begun = self.begin_writing();
        self.connection.busy_timeout(BUSY_MAX)?;
        begun
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
        let log = self.path.as_deref().map(|path| with_suffix(path, "-wal"));
        let length = log
            .and_then(|log| fs::metadata(log).ok())
            .map_or(0, |log| log.len());
        if length < LOG_BYTES_MAX {
            return Ok(());
        }
        self.connection.busy_timeout(Duration::ZERO)?;
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy = self.connection.query_row(sql, [], |row| row.get(0));
        self.connection.busy_timeout(BUSY_MAX)?;
        if !is_busy? {
            boot::end_unsynced(&self.connection)?;
        }
        Ok(())
    }

    /// From here on reports read while another one writes. Until then everything would be written
    /// twice, and nobody has anything to read yet. With others at it, it is left to a later scan.
    pub fn share(&self) -> Result<(), IndexError> {
        if self.path.is_none() {
            return Ok(());
        }
        let mode: String = self
            .connection
            .query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
        if mode != "wal" {
            self.connection.busy_timeout(Duration::ZERO)?;
            let changed = self.connection.pragma_update(None, "journal_mode", "WAL");
            self.connection.pragma_update(None, "synchronous", "NORMAL")?;
            self.connection.busy_timeout(BUSY_MAX)?;
            match changed {
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {}
                changed => changed?,
            }
        }
        self.tidy()
    }

    pub fn roll_back(&self) -> Result<(), IndexError> {
        Ok(self.connection.execute_batch("ROLLBACK")?)
    }
}

fn path_of(folder: &Path, home: &Home) -> PathBuf {
    let name = digest(&[home.root().as_os_str().as_encoded_bytes()]);
    folder.join(format!("usage-{VERSION}-{name:016x}.db"))
}

fn open_at(path: &Path) -> Result<Connection, IndexError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_MAX)?;
    let tables = tables(&connection)?;
    set_up(&connection)?;
    // What a statement has to take back is a few pages.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    if tables == 0 {
        make(&connection)?;
    } else if !boot::is_whole(&connection)? {
        return Err(Damaged.into());
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Makes the tables. The first scan writes straight into the file, see `Index::share`, and where a
/// start of the machine can be noticed it does not wait for the disk.
fn make(connection: &Connection) -> Result<(), IndexError> {
    let boot = boot::current();
    if boot.is_some() {
        connection.pragma_update(None, "synchronous", "OFF")?;
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    // Somebody else may have made them meanwhile, and may be reading them by now.
    let is_new = tables(connection)? == 0;
    connection.execute_batch(SCHEMA)?;
    if let Some(boot) = boot.filter(|_| is_new) {
        boot::begin_unsynced(connection, &boot)?;
    }
    connection.execute_batch("COMMIT")?;
    if !is_new {
        connection.pragma_update(None, "synchronous", "NORMAL")?;
    }
    Ok(())
}

fn tables(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
}

/// How changes come to the disk.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    // A crash may lose the last report's work, never the database.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "cache_size", -READING_KIB)?;
    // Or every report would wait for the disk at its end; see `Index::tidy`.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase)
    )
}

fn discard(path: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        match fs::remove_file(with_suffix(path, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The index names projects and branches, which are nobody else's business.
fn private_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
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

/// SQLite's integers are signed.
fn signed(number: u64) -> i64 {
    number.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_write_ahead_log_stays_short_and_nothing_in_it_is_lost() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        let cache = folder.path().join("cache");
        let log = with_suffix(&path_of(&cache, &home), "-wal");
        let length = || fs::metadata(&log).map_or(0, |log| log.len());
        let record = vec![7_u8; 100 << 10];
        let mut longest = 0;
        for id in 0..60 {
            let index = Index::open(&cache, &home).unwrap();
            index.begin_writing().unwrap();
            index.save(id, &record).unwrap();
            index.commit().unwrap();
            index.share().unwrap();
            longest = longest.max(length());
        }
        assert!(longest > 0, "changes wait in the log");
        assert!(longest < 2 * LOG_BYTES_MAX, "{longest} bytes");
        let index = Index::open(&cache, &home).unwrap();
        for id in 0..60 {
            assert_eq!(index.load_encoded(id).unwrap().as_ref(), Some(&record));
        }
    }

    #[test]
    fn what_was_not_waited_for_is_read_again_after_a_start_of_the_machine() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path().join("home"));
        let cache = folder.path().join("cache");
        let open = || Index::open(&cache, &home).unwrap();
        let change = |index: &Index, id, length| {
            index.begin_writing().unwrap();
            index.save(id, &vec![7; length]).unwrap();
            index.commit().unwrap();
            index.share().unwrap();
        };
        let is_known = |index: &Index| index.load_encoded(1).unwrap().is_some();
        let restart = |index: &Index| {
            let sql = "UPDATE unsynced SET boot = 'another'";
            index.connection.execute(sql, []).unwrap()
        };
        change(&open(), 1, 100);
        assert!(is_known(&open()), "the machine was not started anew");
        if boot::current().is_none() {
            return;
        }
        assert_eq!(restart(&open()), 1);
        assert!(Index::open_at_once(&cache, &home).is_none());
        assert!(!is_known(&open()));
        // Once there was so much that it was brought to its place, it is on the disk.
        change(&open(), 1, 100);
        change(&open(), 2, 2 << 20);
        assert_eq!(restart(&open()), 0);
        assert!(is_known(&open()));
    }
}
