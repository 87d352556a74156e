use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use protocol::credential::private_dir;
use protocol::editor::{CompletionOutcome, UsageResult};
use rusqlite::{Connection, TransactionBehavior, params};

use super::{Ended, Question, Write, fold};

const SCHEMA_VERSION: i64 = 1;
const KEPT: &str = "-800 days";

const SCHEMA: &str = "
    CREATE TABLE request (
        client_request_id TEXT PRIMARY KEY,
        request_id TEXT,
        at_ms INTEGER NOT NULL,
        kind TEXT NOT NULL,
        model TEXT NOT NULL,
        repository TEXT,
        branch TEXT,
        language TEXT,
        settled INTEGER NOT NULL DEFAULT 0,
        input_tokens INTEGER NOT NULL DEFAULT 0,
        output_tokens INTEGER NOT NULL DEFAULT 0,
        cache_read_tokens INTEGER NOT NULL DEFAULT 0,
        cache_write_tokens INTEGER NOT NULL DEFAULT 0,
        reasoning_tokens INTEGER NOT NULL DEFAULT 0,
        cost_nano_usd INTEGER NOT NULL DEFAULT 0,
        estimated INTEGER NOT NULL DEFAULT 0,
        latency_ms INTEGER,
        outcome TEXT,
        shown INTEGER NOT NULL DEFAULT 0,
        accepted INTEGER NOT NULL DEFAULT 0,
        accepted_length INTEGER
    ) STRICT;
    CREATE INDEX request_at ON request (at_ms);
";

#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database refused: {0}")]
    Database(#[from] rusqlite::Error),
    #[error("the file cannot be used: {0}")]
    File(#[from] std::io::Error),
    #[error("a later version wrote it")]
    Newer,
}

pub struct Database(Connection);

impl Database {
    /// Opens the log; one that is damaged or of a later version is moved aside, not deleted.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        if let Some(directory) = path.parent() {
            private_dir(directory)?;
        }
        match Self::open_as_it_is(path) {
            Err(OpenError::Newer) => {
                tracing::warn!("The usage log is of a later version; it was moved aside");
            }
            Err(OpenError::Database(error)) if is_damaged(&error) => {
                tracing::warn!(error = ?error, "The usage log is damaged; it was moved aside");
            }
            outcome => return outcome,
        }
        fs::rename(path, aside(path))?;
        for suffix in ["-wal", "-shm"] {
            let mut side = path.as_os_str().to_owned();
            side.push(suffix);
            // They belong to the file that was moved; most often they are not there.
            let _ = fs::remove_file(PathBuf::from(side));
        }
        Self::open_as_it_is(path)
    }

    fn open_as_it_is(path: &Path) -> Result<Self, OpenError> {
        make_private(path)?;
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(3))?;
        // On a network file system WAL is refused; the log works without it.
        let mode: String = connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
        if !mode.eq_ignore_ascii_case("wal") {
            tracing::info!("The usage log runs without WAL here");
        }
        connection.execute_batch(
            "PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;
             PRAGMA journal_size_limit=4194304; PRAGMA cache_size=-1000;",
        )?;
        migrate(&mut connection)?;
        Ok(Self(connection))
    }

    /// Writes a batch in one transaction.
    pub fn write(&mut self, writes: &[Write]) -> rusqlite::Result<()> {
        let transaction = self.0.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for write in writes {
            apply(&transaction, write)?;
        }
        transaction.commit()
    }

    pub fn ask(&self, question: &Question) -> rusqlite::Result<UsageResult> {
        fold::fold(&self.0, question)
    }
}

fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match version {
        0 => {
            transaction.execute_batch(SCHEMA)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        }
        SCHEMA_VERSION => {
            transaction.execute(
                "DELETE FROM request WHERE at_ms < unixepoch('now', ?1) * 1000",
                [KEPT],
            )?;
        }
        _ => return Err(OpenError::Newer),
    }
    transaction.commit()?;
    Ok(())
}

fn apply(connection: &Connection, write: &Write) -> rusqlite::Result<()> {
    match write {
        Write::Started(started) => connection
            .prepare_cached(
                "INSERT INTO request (client_request_id, at_ms, kind, model, repository, branch, language)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                started.client_request_id,
                started.at.as_millisecond(),
                started.kind.as_str(),
                started.model,
                started.repository,
                started.branch,
                started.language,
            ]),
        Write::Settled {
            client_request_id,
            receipt,
        } => connection
            .prepare_cached(
                "UPDATE request SET request_id = ?2, settled = 1, input_tokens = ?3, output_tokens = ?4,
                     cache_read_tokens = ?5, cache_write_tokens = ?6, reasoning_tokens = ?7,
                     cost_nano_usd = ?8, estimated = ?9, model = ?10
                 WHERE client_request_id = ?1",
            )?
            .execute(params![
                client_request_id,
                receipt.request_id.to_string(),
                count(receipt.usage.input_tokens),
                count(receipt.usage.output_tokens),
                count(receipt.usage.cache_read_tokens),
                count(receipt.usage.cache_write_tokens),
                count(receipt.usage.reasoning_tokens),
                receipt.cost_nano_usd.nano_usd(),
                receipt.estimated,
                receipt.model,
            ]),
        Write::Ended {
            client_request_id,
            ended,
            latency_ms,
        } => connection
            .prepare_cached(
                "UPDATE request SET latency_ms = ?2, outcome = coalesce(outcome, ?3)
                 WHERE client_request_id = ?1",
            )?
            .execute(params![client_request_id, count(*latency_ms), ended_text(*ended)]),
        Write::Outcome {
            client_request_id,
            outcome,
            accepted_length,
        } => connection
            .prepare_cached(
                "UPDATE request SET outcome = ?2, shown = 1, accepted = max(accepted, ?3),
                     accepted_length = coalesce(?4, accepted_length)
                 WHERE client_request_id = ?1
                     AND NOT (accepted = 1 AND ?3 = 0)",
            )?
            .execute(params![
                client_request_id,
                outcome_text(*outcome),
                is_acceptance(*outcome),
                accepted_length,
            ]),
    }
    .map(|_| ())
}

const fn is_acceptance(outcome: CompletionOutcome) -> bool {
    matches!(
        outcome,
        CompletionOutcome::Accepted | CompletionOutcome::PartiallyAccepted
    )
}

const fn ended_text(ended: Ended) -> Option<&'static str> {
    match ended {
        Ended::Answered => None,
        Ended::Cancelled => Some("cancelled"),
        Ended::Failed => Some("error"),
    }
}

const fn outcome_text(outcome: CompletionOutcome) -> &'static str {
    match outcome {
        CompletionOutcome::Shown => "shown",
        CompletionOutcome::Accepted => "accepted",
        CompletionOutcome::PartiallyAccepted => "partiallyAccepted",
        CompletionOutcome::Rejected => "rejected",
    }
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn is_damaged(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
    matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase))
}

fn aside(path: &Path) -> PathBuf {
    let stamp = jiff::Timestamp::now().as_second();
    path.with_extension(format!("db.aside-{stamp}"))
}

/// SQLite makes its side files with the rights of the main one, so that one is made first.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}
