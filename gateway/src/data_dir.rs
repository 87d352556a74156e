//! The data directory: who may use it, and what is in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    ledger::{DatabaseUrl, NotADatabaseUrl, Store},
    secrets::write_private,
};

const DATABASE: &str = "gateway.db";
/// A ledger that was moved to another database.
const MOVED: &str = "gateway.db.moved";
const SECRETS: &str = "secrets";
/// In `SECRETS`: it has a password in it.
const DATABASE_URL: &str = "database-url";
const NODE: &str = "node";

/// A data directory with its exclusive lock: one directory has one `serve` at a time. The lock goes
/// with the process, however it ends.
pub struct DataDir {
    path: PathBuf,
    _lock: fs::File,
}

#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    #[error("another gateway uses this data directory")]
    Locked,
    #[error("the data directory cannot be used: {0}")]
    Unusable(#[from] io::Error),
    #[error("the data directory keeps its ledger in a file, and a database is named")]
    TwoLedgers,
    #[error(transparent)]
    DatabaseUrl(#[from] NotADatabaseUrl),
}

/// `admin.json`: where this machine's gateway is, and the credential of its owner. New at each
/// start; only peers on loopback may use it.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AdminFile {
    pub gateway_url: String,
    pub credential: String,
}

impl DataDir {
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        create_private(path)?;
        create_private(&path.join(SECRETS))?;
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(path.join("serve.lock"))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(fs::TryLockError::WouldBlock) => Err(DataDirError::Locked),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// Where the ledger is: in the database that is named, in the one that this directory has used
    /// before, else in a file here. A ledger is in one place: naming another one where there is
    /// credit already would begin a second ledger.
    pub fn store(&self, url: Option<&str>) -> Result<Store, DataDirError> {
        let remembered = self.secrets().join(DATABASE_URL);
        let before = read_if_there(&remembered)?.map(|text| text.trim().to_owned());
        let Some(text) = url.map(str::to_owned).or(before) else {
            return Ok(Store::Sqlite(self.database()));
        };
        if self.database().exists() {
            return Err(DataDirError::TwoLedgers);
        }
        let url: DatabaseUrl = text.parse()?;
        write_private(&remembered, Zeroizing::new(text + "\n").as_bytes())?;
        Ok(Store::Postgres {
            url,
            node: self.node()?,
            lease: Store::LEASE,
        })
    }

    /// From now on the ledger is in this database. The file keeps its rows under another name.
    pub fn move_to(&self, url: &str) -> io::Result<()> {
        let text = Zeroizing::new(format!("{url}\n"));
        write_private(&self.secrets().join(DATABASE_URL), text.as_bytes())?;
        fs::rename(self.database(), self.path.join(MOVED))
    }

    /// The name under which a shared database knows the gateway of this directory.
    fn node(&self) -> io::Result<Uuid> {
        let path = self.path.join(NODE);
        if let Some(text) = read_if_there(&path)? {
            return Uuid::parse_str(text.trim()).map_err(io::Error::other);
        }
        let node = crate::clock::new_id();
        write_private(&path, format!("{node}\n").as_bytes())?;
        Ok(node)
    }

    /// Sums of usage, which can be made again.
    pub fn rollup(&self) -> PathBuf {
        self.path.join("rollup.db")
    }

    pub fn secrets(&self) -> PathBuf {
        self.path.join(SECRETS)
    }
    pub fn admin_file(&self) -> PathBuf {
        self.path.join("admin.json")
    }

    pub fn write_admin_file(&self, admin: &AdminFile) -> io::Result<()> {
        let text = Zeroizing::new(serde_json::to_vec_pretty(admin)?);
        write_private(&self.admin_file(), &text)
    }
}

/// The ledger of a data directory that a gateway may be using, for reading; `None` where there is
/// none. `url` comes first.
pub fn find_store(path: &Path, url: Option<&str>) -> Result<Option<Store>, DataDirError> {
    let remembered = path.join(SECRETS).join(DATABASE_URL);
    let text = match url {
        Some(url) => Some(url.to_owned()),
        None => read_if_there(&remembered)?,
    };
    if let Some(text) = text {
        let url = text.trim().parse()?;
        // Only a gateway that writes needs a name.
        return Ok(Some(Store::Postgres {
            url,
            node: Uuid::nil(),
            lease: Store::LEASE,
        }));
    }
    let database = path.join(DATABASE);
    Ok(database.try_exists()?.then_some(Store::Sqlite(database)))
}

fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// A file for a database that nobody else can read. SQLite gives its log files the same mode; one of
/// its own making would be readable for all.
pub(crate) fn private_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    drop(file);
    Ok(())
}
