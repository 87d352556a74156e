//! The gateway's database file, read beside a running gateway or without one.

use gateway::ledger::{LedgerError, Store};

use crate::{data_directory::DataDirectory, failure::Failure};

pub fn store(data: &DataDirectory) -> Result<Store, Failure> {
    let path = data.path.join("gateway.db");
    match path.try_exists() {
        Ok(true) => Ok(Store::Sqlite(path)),
        Ok(false) => Err(Failure::data_directory(
            "There is no gateway's database in the data directory.",
            "Name the directory that `token-tracker serve` uses with --data-dir.",
        )),
        Err(error) => Err(Failure::data_directory(
            format!("The data directory could not be read ({}).", error.kind()),
            "Run the command as the user who runs `token-tracker serve`.",
        )),
    }
}

/// The database's own words are safe to show: they come from SQLite, about a file of the owner.
pub fn unreadable(error: &LedgerError) -> Failure {
    Failure::data_directory(
        format!("The gateway's database could not be read: {error}."),
        "Run the command as the user who runs `token-tracker serve`, and check that the disk is whole.",
    )
}
