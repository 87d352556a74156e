//! The gateway's ledger, read beside a running gateway or without one.

use gateway::{
    data_dir::{DataDirError, find_store},
    ledger::{LedgerError, Store},
};

use crate::{context::Context, failure::Failure};

pub fn store(context: &Context) -> Result<Store, Failure> {
    match find_store(&context.data.path, context.database_url.as_deref()) {
        Ok(Some(store)) => Ok(store),
        Ok(None) => Err(Failure::data_directory(
            "There is no gateway's database in the data directory.",
            "Name the directory that `token-tracker serve` uses with --data-dir.",
        )),
        Err(DataDirError::Unusable(error)) => Err(Failure::data_directory(
            format!("The data directory could not be read ({}).", error.kind()),
            "Run the command as the user who runs `token-tracker serve`.",
        )),
        Err(error) => Err(Failure::usage(
            format!("The database cannot be used: {error}."),
            "Correct --database-url or TOKEN_TRACKER_DATABASE_URL.",
        )),
    }
}

/// The database's own words are safe to show: they are about a database of the owner, and never
/// repeat a password.
pub fn unreadable(error: &LedgerError) -> Failure {
    Failure::data_directory(
        format!("The gateway's database could not be read: {error}."),
        "Run the command as the user who runs `token-tracker serve`, and check that the database is whole and running.",
    )
}
