use std::path::Path;

use jiff::Timestamp;
use protocol::{Money, Problem};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde::Serialize;
use usage::Client;

use super::{
    row::{Origin, Row},
    schema,
};

pub struct Book {
    connection: Connection,
}

/// What adding rows changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Added {
    pub added: u64,
    /// Known before, and told more fully now.
    pub changed: u64,
    pub known: u64,
    pub removed: u64,
    pub tokens_added: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Merge,
    /// The kept rows of the file's branches are its rows and no others; logs are not touched.
    Replace,
}

/// The rows of a file, and what is remembered of it.
#[derive(Clone, Debug)]
pub struct Import<'a> {
    pub rows: &'a [Row],
    pub name: &'a str,
    pub sha256: &'a str,
    pub repository: Option<&'a str>,
    pub branch: Option<&'a str>,
    pub machine: Option<&'a str>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    pub at: Timestamp,
    pub file: String,
    pub sha256: String,
    pub mode: String,
    pub branch: Option<String>,
    pub machine: Option<String>,
    pub rows: u64,
    pub added: u64,
    pub removed: u64,
    pub tokens_added: u64,
}

/// Rows up to this time are put away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    pub branch: String,
    pub at: Timestamp,
}

type Stored = Result<Row, rusqlite::Error>;

const COLUMNS: &str =
    "client, id, at_ms, origin, repository, branch, model, provider, session, note, input, output,
    cache_read, cache_write, cache_write_1h, reasoning, searches, flags, charged_nano_usd";

impl Book {
    pub fn open(path: &Path) -> Result<Self, Problem> {
        Ok(Self {
            connection: schema::open(path)?,
        })
    }

    /// None where nothing was ever kept; reading makes no file.
    pub fn open_if_there(path: &Path) -> Result<Option<Self>, Problem> {
        path.exists().then(|| Self::open(path)).transpose()
    }

    /// All kept rows of a repository.
    pub fn rows(&self, repository: &str) -> Result<Vec<Row>, Problem> {
        let sql = format!("SELECT {COLUMNS} FROM kept WHERE repository = ?1 ORDER BY at_ms, client, id");
        let read = || -> Result<Vec<Row>, rusqlite::Error> {
            let mut statement = self.connection.prepare(&sql)?;
            statement.query_map([repository], row)?.collect()
        };
        read().map_err(|error| schema::refused(&error))
    }

    pub fn add(&mut self, rows: &[Row]) -> Result<Added, Problem> {
        self.write(|transaction| add_all(transaction, rows))
    }

    /// Adds the rows of files, all or none, and remembers each file. With [`Mode::Replace`] the kept
    /// rows of all their branches make place for them first: files of one branch stand side by side.
    pub fn import(&mut self, files: &[Import<'_>], mode: Mode) -> Result<Vec<Added>, Problem> {
        self.write(|transaction| {
            let rows: Vec<&[Row]> = files.iter().map(|file| file.rows).collect();
            let changes = change(transaction, &rows, mode)?;
            for (file, added) in files.iter().zip(&changes) {
                remember(transaction, file, added, mode)?;
            }
            Ok(changes)
        })
    }

    /// What [`Self::import`] of files with these rows would change; nothing is written.
    pub fn preview(&mut self, files: &[&[Row]], mode: Mode) -> Result<Vec<Added>, Problem> {
        let refused = |error: rusqlite::Error| schema::refused(&error);
        let transaction = self.connection.transaction().map_err(refused)?;
        let added = change(&transaction, files, mode).map_err(refused)?;
        transaction.rollback().map_err(refused)?;
        Ok(added)
    }

    pub fn imports(&self, repository: &str) -> Result<Vec<Imported>, Problem> {
        let sql = "SELECT at_ms, file, sha256, mode, branch, machine, rows, added, removed, tokens_added FROM import
            WHERE repository = ?1 ORDER BY id";
        let read = || -> Result<Vec<Imported>, rusqlite::Error> {
            let mut statement = self.connection.prepare(sql)?;
            let count = |row: &rusqlite::Row<'_>, place| row.get::<_, i64>(place).map(i64::unsigned_abs);
            let rows = statement.query_map([repository], |row| {
                Ok(Imported {
                    at: time(row.get(0)?),
                    file: row.get(1)?,
                    sha256: row.get(2)?,
                    mode: row.get(3)?,
                    branch: row.get(4)?,
                    machine: row.get(5)?,
                    rows: count(row, 6)?,
                    added: count(row, 7)?,
                    removed: count(row, 8)?,
                    tokens_added: count(row, 9)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| schema::refused(&error))
    }

    /// Puts away what a branch has until now.
    pub fn archive(&mut self, repository: &str, branch: &str, at: Timestamp) -> Result<(), Problem> {
        self.write(|transaction| {
            let sql = "INSERT OR REPLACE INTO archive (repository, branch, at_ms) VALUES (?1, ?2, ?3)";
            transaction
                .execute(sql, params![repository, branch, at.as_millisecond()])
                .map(drop)
        })
    }

    /// False: nothing of it was put away.
    pub fn take_out(&mut self, repository: &str, branch: &str) -> Result<bool, Problem> {
        self.write(|transaction| {
            let sql = "DELETE FROM archive WHERE repository = ?1 AND branch = ?2";
            Ok(transaction.execute(sql, [repository, branch])? > 0)
        })
    }

    pub fn archived(&self, repository: &str) -> Result<Vec<Archived>, Problem> {
        let read = || -> Result<Vec<Archived>, rusqlite::Error> {
            let sql = "SELECT branch, at_ms FROM archive WHERE repository = ?1 ORDER BY branch";
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map([repository], |row| {
                Ok(Archived {
                    branch: row.get(0)?,
                    at: time(row.get(1)?),
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| schema::refused(&error))
    }

    fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, rusqlite::Error>,
    ) -> Result<T, Problem> {
        let run = || -> Result<T, rusqlite::Error> {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = work(&transaction)?;
            transaction.commit()?;
            Ok(outcome)
        };
        run().map_err(|error| schema::refused(&error))
    }
}

/// What each file changes; kept rows of a branch go with the first file that names it.
fn change(
    transaction: &Transaction<'_>,
    files: &[&[Row]],
    mode: Mode,
) -> Result<Vec<Added>, rusqlite::Error> {
    let removed = |rows: &&[Row]| match mode {
        Mode::Merge => Ok(0),
        Mode::Replace => remove_branches(transaction, rows),
    };
    let removed: Vec<u64> = files.iter().map(removed).collect::<Result<_, _>>()?;
    files
        .iter()
        .zip(removed)
        .map(|(rows, removed)| {
            let added = add_all(transaction, rows)?;
            Ok(Added { removed, ..added })
        })
        .collect()
}

fn remember(
    transaction: &Transaction<'_>,
    file: &Import<'_>,
    added: &Added,
    mode: Mode,
) -> Result<(), rusqlite::Error> {
    let sql =
        "INSERT INTO import (at_ms, file, sha256, mode, repository, branch, machine, rows, added, changed,
         removed, tokens_added) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    transaction.execute(
        sql,
        params![
            Timestamp::now().as_millisecond(),
            file.name,
            file.sha256,
            match mode {
                Mode::Merge => "merge",
                Mode::Replace => "replace",
            },
            file.repository,
            file.branch,
            file.machine,
            signed(file.rows.len() as u64),
            signed(added.added),
            signed(added.changed),
            signed(added.removed),
            signed(added.tokens_added),
        ],
    )?;
    Ok(())
}

/// Every branch that the rows are of is emptied of kept rows.
fn remove_branches(transaction: &Transaction<'_>, rows: &[Row]) -> Result<u64, rusqlite::Error> {
    let places: std::collections::BTreeSet<_> =
        rows.iter().map(|row| (&row.repository, &row.branch)).collect();
    let mut delete = transaction.prepare("DELETE FROM kept WHERE repository IS ?1 AND branch IS ?2")?;
    let mut removed = 0;
    for (repository, branch) in places {
        removed += delete.execute(params![repository, branch])? as u64;
    }
    Ok(removed)
}

fn add_all(transaction: &Transaction<'_>, rows: &[Row]) -> Result<Added, rusqlite::Error> {
    let known = format!("SELECT {COLUMNS} FROM kept WHERE client = ?1 AND id = ?2");
    let mut known = transaction.prepare(&known)?;
    let put = format!(
        "INSERT OR REPLACE INTO kept ({COLUMNS}, kept_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
        ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)"
    );
    let mut put = transaction.prepare(&put)?;
    let now = Timestamp::now().as_millisecond();
    let mut added = Added::default();
    for next in rows {
        let before = known.query_row([next.client.name(), &next.id], row).optional()?;
        let mut tokens_before = 0;
        let fuller = match before {
            None => {
                added.added += 1;
                next.clone()
            }
            Some(before) => {
                tokens_before = before.tokens().total();
                let fuller = next.clone().fuller(before.clone());
                if fuller == before {
                    added.known += 1;
                    continue;
                }
                added.changed += 1;
                fuller
            }
        };
        added.tokens_added += fuller.tokens().total().saturating_sub(tokens_before);
        put.execute(params![
            fuller.client.name(),
            fuller.id,
            fuller.at.as_millisecond(),
            fuller.origin.name(),
            fuller.repository,
            fuller.branch,
            fuller.model,
            fuller.provider,
            fuller.session,
            fuller.note,
            signed(fuller.input_tokens),
            signed(fuller.output_tokens),
            signed(fuller.cache_read_tokens),
            signed(fuller.cache_write_tokens),
            signed(fuller.cache_write_1h_tokens),
            signed(fuller.reasoning_tokens),
            fuller.web_searches,
            fuller.flags.join(" "),
            fuller.charged_nano_usd.map(Money::nano_usd),
            now,
        ])?;
    }
    Ok(added)
}

fn row(row: &rusqlite::Row<'_>) -> Stored {
    let count = |place: usize| -> Result<u64, rusqlite::Error> {
        Ok(u64::try_from(row.get::<_, i64>(place)?).unwrap_or(0))
    };
    let wrong = |place: usize| rusqlite::Error::IntegralValueOutOfRange(place, 0);
    let flags: String = row.get(17)?;
    Ok(Row {
        client: Client::of(&row.get::<_, String>(0)?).ok_or_else(|| wrong(0))?,
        id: row.get(1)?,
        at: time(row.get(2)?),
        origin: Origin::of(&row.get::<_, String>(3)?).ok_or_else(|| wrong(3))?,
        repository: row.get(4)?,
        branch: row.get(5)?,
        model: row.get(6)?,
        provider: row.get(7)?,
        session: row.get(8)?,
        note: row.get(9)?,
        input_tokens: count(10)?,
        output_tokens: count(11)?,
        cache_read_tokens: count(12)?,
        cache_write_tokens: count(13)?,
        cache_write_1h_tokens: count(14)?,
        reasoning_tokens: count(15)?,
        web_searches: row.get(16)?,
        flags: flags
            .split(' ')
            .filter(|flag| !flag.is_empty())
            .map(str::to_owned)
            .collect(),
        charged_nano_usd: row.get::<_, Option<i64>>(18)?.map(Money::from_nano_usd),
    })
}

fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// SQLite's integers are signed; what is larger was refused before it came here.
fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
