//! The data directory: who may use it, and what is in it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::secrets::write_private;

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
        create_private(&path.join("secrets"))?;
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
        self.path.join("gateway.db")
    }
    pub fn secrets(&self) -> PathBuf {
        self.path.join("secrets")
    }
    pub fn admin_file(&self) -> PathBuf {
        self.path.join("admin.json")
    }

    pub fn write_admin_file(&self, admin: &AdminFile) -> io::Result<()> {
        let text = Zeroizing::new(serde_json::to_vec_pretty(admin)?);
        write_private(&self.admin_file(), &text)
    }
}

fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}
