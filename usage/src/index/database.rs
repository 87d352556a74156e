//! The file of an index: where it is, how it is opened, made, and made anew.

use std::{
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::{IndexError, boot};
use crate::{fold::Damaged, home::Home, record::digest};

/// Raised with every change of what is kept or of how logs are read.
const VERSION: u32 = 11;

/// `client` has the state of a client's files at the last scan. `record` has what a file says,
/// `part` what of it counts, by day; `chunk` sums the parts of a day, `day_session` says whose
/// they are: looking for one session's days reads nothing else. `link` says which files have
/// a key in common, `daily` has the sums of a day of UTC put together by days of a zone,
/// `unsynced` whether something was not waited for.
pub const SCHEMA: &str = "
    CREATE TABLE client (
        id INTEGER PRIMARY KEY,
        fingerprint INTEGER NOT NULL,
        priced INTEGER NOT NULL,
        looked_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE file (
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
    CREATE INDEX file_note ON file (client) WHERE note IS NOT NULL;
    CREATE INDEX file_modified ON file (modified_ns);
    CREATE INDEX file_component ON file (client, component);
    CREATE TABLE record (file INTEGER PRIMARY KEY, saved BLOB NOT NULL) STRICT;
    CREATE TABLE link (id INTEGER PRIMARY KEY, entries BLOB NOT NULL) STRICT;
    CREATE TABLE part (
        id INTEGER PRIMARY KEY,
        place INTEGER NOT NULL,
        cells BLOB NOT NULL
    ) STRICT;
    CREATE INDEX part_place ON part (place);
    CREATE TABLE chunk (
        place INTEGER PRIMARY KEY,
        count INTEGER NOT NULL,
        cells BLOB NOT NULL
    ) STRICT;
    CREATE TABLE day_session (place INTEGER PRIMARY KEY, sessions BLOB NOT NULL) STRICT;
    CREATE TABLE daily (
        place INTEGER PRIMARY KEY,
        offset_s INTEGER NOT NULL,
        cells BLOB NOT NULL
    ) STRICT;
    CREATE TABLE unsynced (boot TEXT NOT NULL, since_ms INTEGER NOT NULL) STRICT;
";

/// A first report over years of logs may hold the lock for so long.
pub const BUSY_MAX: Duration = Duration::from_secs(60);
/// Of pages while nothing is written: each is looked at once.
const READING_KIB: i64 = 256;
/// All of them are in use while a client's files are worked through.
const STATEMENTS: usize = 64;

pub fn path_of(folder: &Path, home: &Home) -> PathBuf {
    let name = digest(&[home.root().as_os_str().as_encoded_bytes()]);
    folder.join(format!("usage-{VERSION}-{name:016x}.db"))
}

/// Makes the folder and the database in it where they are missing.
pub fn open(path: &Path) -> Result<Connection, IndexError> {
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    let opening = lock(path, File::lock_shared)?;
    match open_whole(path, BUSY_MAX) {
        Err(error) if is_to_be_made(path, &error) => {
            drop(opening);
            renew(path, || false)
        }
        outcome => outcome,
    }
}

/// Only one that is there and whole, without waiting for anybody.
pub fn open_at_once(path: &Path) -> Option<Connection> {
    if !path.exists() {
        return None;
    }
    let at_once = |lock: &File| match lock.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
        Err(TryLockError::Error(error)) => Err(error),
        Ok(()) => Ok(()),
    };
    let _opening = lock(path, at_once).ok()?;
    open_whole(path, Duration::ZERO).ok()
}

/// Opens what is there by now; what is damaged, or what `is_damaged` says is, makes way for a new
/// one. One process at a time does this, so that none takes away what another has just made.
pub fn renew(path: &Path, is_damaged: impl FnOnce() -> bool) -> Result<Connection, IndexError> {
    let _making = lock(path, File::lock)?;
    if !is_damaged() {
        match open_whole(path, BUSY_MAX) {
            Err(error) if is_to_be_made(path, &error) => {}
            outcome => return outcome,
        }
    }
    discard(path)?;
    let connection = connect(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        BUSY_MAX,
    )?;
    make(&connection)?;
    Ok(connection)
}

fn is_to_be_made(path: &Path, error: &IndexError) -> bool {
    error.is_damage() || !path.exists()
}

/// Held until it is dropped. SQLite finds a database and its log by their names: while somebody opens
/// both, nobody may put others in their places.
fn lock(path: &Path, take: impl FnOnce(&File) -> io::Result<()>) -> io::Result<File> {
    let mut options = File::options();
    let lock = options.write(true).create(true).truncate(false);
    let lock = lock.open(with_suffix(path, ".lock"))?;
    match take(&lock) {
        // Nowhere else to lock either, where file systems cannot.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
        _ => Ok(lock),
    }
}

/// One that is there, and its log.
fn open_whole(path: &Path, patience: Duration) -> Result<Connection, IndexError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, patience)?;
    if tables(&connection)? == 0 || !boot::is_whole(&connection)? {
        return Err(Damaged.into());
    }
    Ok(connection)
}

fn connect(path: &Path, flags: OpenFlags, patience: Duration) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(patience)?;
    set_up(&connection)?;
    // What a statement has to take back is a few pages.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
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
    connection.execute_batch(SCHEMA)?;
    if let Some(boot) = boot {
        boot::begin_unsynced(connection, &boot)?;
    }
    Ok(connection.execute_batch("COMMIT")?)
}

fn tables(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0))
}

/// How changes come to the disk.
fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    wait_for_disk(connection)?;
    connection.pragma_update(None, "cache_size", -READING_KIB)?;
    // Or every report would wait for the disk at its end; see `Index::tidy`.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "wal_autocheckpoint", 0)
}

/// A crash may lose the last report's work, never the database.
pub fn wait_for_disk(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "NORMAL")
}

fn discard(path: &Path) -> io::Result<()> {
    for suffix in ["", "-journal", "-wal", "-shm"] {
        match fs::remove_file(with_suffix(path, suffix)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Which file stands at a path, while somebody has it open; None where the system does not tell.
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let file = fs::metadata(path).ok()?;
        Some((file.dev(), file.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
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
