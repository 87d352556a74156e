use std::{fs, io, path::Path, time::Duration};

use protocol::{Code, Problem};
use rusqlite::Connection;

/// Raised with every change of the tables; a database of a later one is left alone.
const VERSION: i64 = 1;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS kept (
        client TEXT NOT NULL,
        id TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        repository TEXT,
        branch TEXT,
        model TEXT,
        provider TEXT,
        session TEXT,
        input INTEGER NOT NULL,
        output INTEGER NOT NULL,
        cache_read INTEGER NOT NULL,
        cache_write INTEGER NOT NULL,
        cache_write_1h INTEGER NOT NULL,
        reasoning INTEGER NOT NULL,
        searches INTEGER NOT NULL,
        flags TEXT NOT NULL,
        charged_nano_usd INTEGER,
        origin TEXT NOT NULL,
        note TEXT,
        kept_ms INTEGER NOT NULL,
        UNIQUE (client, id)
    ) STRICT;
    CREATE INDEX IF NOT EXISTS kept_by_branch ON kept (repository, branch);
    CREATE TABLE IF NOT EXISTS import (
        id INTEGER PRIMARY KEY,
        at_ms INTEGER NOT NULL,
        file TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        mode TEXT NOT NULL,
        repository TEXT,
        branch TEXT,
        machine TEXT,
        rows INTEGER NOT NULL,
        added INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        removed INTEGER NOT NULL,
        tokens_added INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS archive (
        repository TEXT NOT NULL,
        branch TEXT NOT NULL,
        at_ms INTEGER NOT NULL,
        PRIMARY KEY (repository, branch)
    ) STRICT;
";

/// Opens the database, which is its owner's alone, and makes it where there is none.
pub fn open(path: &Path) -> Result<Connection, Problem> {
    if let Some(folder) = path.parent() {
        private_folder(folder).map_err(|_| cannot("The folder of the kept rows cannot be made."))?;
    }
    private_file(path).map_err(|_| cannot("The kept rows cannot be opened by this user."))?;
    let connection = Connection::open(path).map_err(|error| refused(&error))?;
    prepare(&connection).map_err(|error| refused(&error))?;
    let version: i64 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(|error| refused(&error))?;
    if version > VERSION {
        return Err(
            Problem::new(Code::Internal, "The kept rows were written by a later version.")
                .with_hint("Update Token Tracker on this machine."),
        );
    }
    let tables = connection
        .execute_batch(TABLES)
        .and_then(|()| connection.pragma_update(None, "user_version", VERSION));
    tables.map_err(|error| refused(&error))?;
    Ok(connection)
}

fn prepare(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(Duration::from_secs(10))?;
    // One file: reports look at it without a log beside it.
    connection.pragma_update(None, "journal_mode", "DELETE")?;
    connection.pragma_update(None, "synchronous", "FULL")
}

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

fn private_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn cannot(message: &str) -> Problem {
    Problem::new(Code::Internal, message)
        .with_hint("Check TOKEN_TRACKER_DATA_DIR, and who may write to that folder.")
}

/// The cause stays out: it may hold paths.
pub fn refused(error: &rusqlite::Error) -> Problem {
    let message = match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DatabaseBusy) => "The kept rows are in use by another program.",
        Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
            "The kept rows are damaged."
        }
        Some(rusqlite::ErrorCode::DiskFull) => "The disk is full.",
        _ => "The kept rows could not be read or written.",
    };
    Problem::new(Code::Internal, message)
        .with_hint("Try again; `branch import` brings rows back from an export.")
}
