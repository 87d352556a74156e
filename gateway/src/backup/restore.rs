//! The way back: everything is checked before anything is replaced.

use std::{fs, io, io::Read, path::Path};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::{BackupError, Unfinished, age::Opened, load};
use crate::{
    data_dir::DataDir,
    ledger::{Report, Store},
    secrets::Pepper,
};

/// What was restored.
#[derive(Clone, Debug)]
pub struct Restored {
    /// When the backup was taken: what happened later is not in it.
    pub at: Timestamp,
    pub report: Report,
    pub secrets: SecretFiles,
    /// A database that was there before is kept under another name.
    pub kept_former: bool,
}

/// Whether the secret files that the backup needs are in the data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretFiles {
    Present,
    /// They have to be copied there before the gateway starts.
    Missing,
}

/// Puts a backup into a data directory, whole or not at all. No gateway may run on it; a ledger
/// that is in use is replaced only if `replace` says so, and kept beside the new one.
pub async fn restore(
    from: impl Read,
    passphrase: &[u8],
    data_dir: &Path,
    replace: bool,
) -> Result<Restored, BackupError> {
    // Its lock is held to the end.
    let data_dir = DataDir::open(data_dir)?;
    let database = data_dir.database();
    let is_there = database.exists();
    if is_there && !replace && !is_unused(&database) {
        return Err(BackupError::NotEmpty);
    }
    let unfinished = Unfinished::beside(&database, "restoring");
    drop(unfinished.create()?);
    let at = load::load(Opened::new(from, passphrase)?, &unfinished.path)?;
    let report = Store::Sqlite(unfinished.path.clone()).verify().await?;
    if let Some(difference) = report.differences.first() {
        return Err(BackupError::Differs(difference.to_string()));
    }
    let secrets = secret_files(&unfinished.path, &data_dir.secrets())?;
    if is_there {
        retire(&database)?;
    }
    unfinished.rename_to(&database)?;
    Ok(Restored {
        at,
        report,
        secrets,
        kept_former: is_there,
    })
}

/// Nobody has been given anything yet. A database that cannot be read may be anybody's.
fn is_unused(database: &Path) -> bool {
    let count = || -> rusqlite::Result<i64> {
        Connection::open(database)?.query_row("SELECT count(*) FROM account", [], |row| row.get(0))
    };
    count() == Ok(0)
}

/// Another pepper would refuse every key and credential of the backup.
fn secret_files(database: &Path, folder: &Path) -> Result<SecretFiles, BackupError> {
    if !folder.join("pepper").exists() {
        return Ok(SecretFiles::Missing);
    }
    let known: Option<i64> = Connection::open(database)?
        .query_row("SELECT value FROM meta WHERE name = 'pepper'", [], |row| {
            row.get(0)
        })
        .optional()?;
    let here = Pepper::open(folder)?.check();
    if known.is_some_and(|known| known != here) {
        return Err(BackupError::OtherSecrets);
    }
    Ok(SecretFiles::Present)
}

/// Keeps the database that was there, with all that is in its log. The log must not stay: SQLite
/// would take it for the new one's.
fn retire(database: &Path) -> io::Result<()> {
    let fold = || -> rusqlite::Result<()> {
        Connection::open(database)?.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
    };
    if let Err(error) = fold() {
        tracing::warn!("The former database could not be read: {error}");
    }
    let former = beside(database, ".before-restore");
    for suffix in ["-wal", "-shm"] {
        let log = beside(database, suffix);
        if log.exists() {
            fs::rename(log, beside(&former, suffix))?;
        }
    }
    match fs::remove_file(&former) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    // A second name, so that there is a database at every moment.
    fs::hard_link(database, &former)
}

fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
