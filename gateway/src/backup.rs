//! Backups: all rows of the ledger's database in one encrypted file, taken beside a running gateway
//! or without one, and the way back.
//!
//! A backup is a snapshot: one read transaction sees what was committed when it began, however many
//! requests run meanwhile. Rows go from SQLite through the cipher into the file, so that nothing
//! lies on the disk in the clear, and the size of the database does not matter. The secret files are
//! never in it: whoever finds a backup, and even its passphrase, has no credential that works.

mod age;
mod dump;
mod load;
mod record;
mod restore;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use crate::{
    clock::{now_ms, timestamp},
    data_dir::DataDirError,
    ledger::{LedgerError, Store},
};
use age::{OpenError, Sealed};

pub use restore::{Restored, SecretFiles, restore};

/// Why a backup was not taken, or not restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("there is a file of this name")]
    Exists,
    #[error("the ledger is in PostgreSQL")]
    Elsewhere,
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the backup was made by a newer version")]
    Newer,
    #[error("the database cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the backup cannot be read or written: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error("the data directory has a ledger that is in use")]
    NotEmpty,
    #[error("the secret files of the data directory belong to another installation")]
    OtherSecrets,
    #[error("the ledger in the backup does not add up: {0}")]
    Differs(String),
}

/// What is in a backup.
#[derive(Clone, Debug)]
pub struct Taken {
    pub at: Timestamp,
    pub tables: u64,
    pub rows: u64,
    pub bytes: u64,
}

/// Writes a backup of the database to a new file, whole or not at all.
pub fn back_up(store: &Store, file: &Path, passphrase: &[u8], replace: bool) -> Result<Taken, BackupError> {
    let Store::Sqlite(database) = store else {
        return Err(BackupError::Elsewhere);
    };
    if file.exists() && !replace {
        return Err(BackupError::Exists);
    }
    let unfinished = Unfinished::beside(file, "partial");
    let sealed = Sealed::new(io::BufWriter::new(unfinished.create()?), passphrase)?;
    let at = timestamp(now_ms());
    let (sealed, counted) = dump::dump(database, at, sealed)?;
    let written = sealed
        .finish()?
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    written.sync_all()?;
    let bytes = written.metadata()?.len();
    unfinished.rename_to(file)?;
    Ok(Taken {
        at,
        tables: counted.tables,
        rows: counted.rows,
        bytes,
    })
}

/// A file that is still being made; gone when dropped.
struct Unfinished {
    path: PathBuf,
}

impl Unfinished {
    fn beside(file: &Path, suffix: &str) -> Self {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(".");
        name.push(suffix);
        Self {
            path: file.with_file_name(name),
        }
    }

    /// Creates it for its owner alone, in the place of what a crash left behind.
    fn create(&self) -> io::Result<fs::File> {
        let _ = fs::remove_file(&self.path);
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)
    }

    /// Puts it where it belongs, durably.
    fn rename_to(&self, file: &Path) -> io::Result<()> {
        fs::rename(&self.path, file)?;
        #[cfg(unix)]
        {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Gone already where all went well.
        let _ = fs::remove_file(&self.path);
    }
}
