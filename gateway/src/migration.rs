//! Moving a whole installation from a file to PostgreSQL, so that there is one ledger at any time.

use std::path::Path;

use crate::{
    data_dir::{DataDir, DataDirError},
    ledger::{DatabaseUrl, LedgerError, Moved, NotADatabaseUrl, copy_in},
};

#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    DatabaseUrl(#[from] NotADatabaseUrl),
    #[error("the data directory has no ledger in a file")]
    NothingToMove,
}

/// Copies the ledger of a data directory that no gateway uses into an empty database, and lets the
/// directory remember it. The file stays, under a name that no gateway opens.
pub async fn to_postgres(data_dir: &Path, url: &str) -> Result<Moved, MigrationError> {
    let database: DatabaseUrl = url.parse()?;
    let data_dir = DataDir::open(data_dir)?;
    if !data_dir.database().exists() {
        return Err(MigrationError::NothingToMove);
    }
    let moved = copy_in(&data_dir.database(), &database).await?;
    data_dir.move_to(url).map_err(DataDirError::Unusable)?;
    Ok(moved)
}
