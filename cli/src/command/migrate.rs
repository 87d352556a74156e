use clap::{Args, ValueEnum};
use gateway::migration::{self, MigrationError};
use protocol::{Code, Money, Problem};
use serde::Serialize;

use super::serve;
use crate::{
    context::Context,
    failure::Failure,
    output::Output,
    table::{count, facts},
};

#[derive(Args)]
pub struct Migrate {
    /// Where the ledger is
    #[arg(long, value_enum)]
    from: Database,
    /// Where it goes: an empty database, named with --database-url
    #[arg(long, value_enum)]
    to: Database,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Migrated {
    rows: u64,
    keys: u64,
    usage_rows: u64,
    pending_holds: u64,
    granted_nano_usd: Money,
    spent_nano_usd: Money,
}

impl Migrate {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        if (self.from, self.to) != (Database::Sqlite, Database::Postgres) {
            return Err(Failure::usage(
                "A ledger can be moved from SQLite to PostgreSQL only.",
                "Say --from sqlite --to postgres.",
            ));
        }
        let url = context.database_url.as_deref().ok_or_else(|| {
            Failure::usage(
                "The database to move to is not named.",
                "Set TOKEN_TRACKER_DATABASE_URL to postgres://USER:PASSWORD@HOST/NAME, or use --database-url.",
            )
        })?;
        let moved = migration::to_postgres(&context.data.path, url)
            .await
            .map_err(failure)?;
        let report = &moved.report;
        let migrated = Migrated {
            rows: moved.rows,
            keys: report.lots,
            usage_rows: report.usage_rows,
            pending_holds: report.pending_holds,
            granted_nano_usd: Money::from_nano_usd(report.granted_nano_usd),
            spent_nano_usd: Money::from_nano_usd(report.spent_nano_usd),
        };
        Ok(Output::new(migrated.text(), &migrated)?)
    }
}

impl Migrated {
    fn text(&self) -> String {
        let lines = [
            ("rows", count(self.rows)),
            ("keys", count(self.keys)),
            ("usage rows", count(self.usage_rows)),
            ("granted", format!("${}", self.granted_nano_usd.exact_usd())),
            ("spent", format!("${}", self.spent_nano_usd.exact_usd())),
        ];
        format!(
            "The ledger is in PostgreSQL now, and every balance was recounted there.\n{}\
             Start the gateway as before: its data directory remembers the database.\n",
            facts(&lines)
        )
    }
}

fn failure(error: MigrationError) -> Failure {
    let failed = |message: String, hint: &str| -> Failure {
        Problem::new(Code::Internal, serve::sentence(&message))
            .with_hint(hint)
            .into()
    };
    match error {
        MigrationError::DataDir(error) => serve::failure(error.into()),
        MigrationError::DatabaseUrl(error) => Failure::usage(
            serve::sentence(&error.to_string()),
            "Correct --database-url or TOKEN_TRACKER_DATABASE_URL.",
        ),
        MigrationError::NothingToMove => failed(
            error.to_string(),
            "Name the directory that `token-tracker serve` uses with --data-dir.",
        ),
        MigrationError::Ledger(_) => failed(
            error.to_string(),
            "Nothing was changed. Name an empty database that this user may write to.",
        ),
    }
}
