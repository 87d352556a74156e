//! Everything in and out: exports, imports, and what is left of a person who is erased.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Money;

/// How an export is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExportFormat {
    /// One table as a file; everything as a ZIP archive of such files.
    Csv,
    /// One object with a list for each table; its last member `rows` says that it is whole.
    #[default]
    Json,
    /// One object a line; the last one `{"type":"end"}` says that it is whole.
    Ndjson,
}

impl ExportFormat {
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Ndjson];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ExportFormat {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|format| format.as_str() == text);
        found.ok_or_else(|| "a format is csv, json or ndjson".into())
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// `json` when absent.
    #[param(inline)]
    pub format: ExportFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Reads the file and says what it would bring; nothing is kept.
    pub preview: bool,
}

/// A row that was left out, and why. The others came in; the file with this row put right can be
/// imported again, since no row comes in twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"line": 17, "column": "costNanoUsd", "message": "\"1.5\" is no whole number of nano-USD"}))]
pub struct ImportFault {
    /// Of the file, from 1; the names of the columns are in the first.
    pub line: u64,
    pub column: Option<String>,
    pub message: String,
}

/// `POST /api/v1/imports/usage`: what became of each row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    pub preview: bool,
    /// Rows of the file.
    pub rows: u64,
    /// Those that came in, or would.
    pub imported: u64,
    /// Those that were here before, or are in the file twice.
    pub already_here: u64,
    /// Those that are older than what is kept row by row. They do not come in: they may be among the
    /// sums that are kept instead.
    pub too_old: u64,
    pub refused: u64,
    /// What the imported rows cost.
    pub cost_nano_usd: Money,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub first_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_at: Option<Timestamp>,
    /// Columns that nobody reads.
    pub ignored_columns: Vec<String>,
    /// The first hundred rows that were refused.
    pub faults: Vec<ImportFault>,
}

/// What was erased of a person. Rows of money stay, without a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(example = json!({"keys": 2, "devices": 3, "auditLines": 41, "auditLinesLeft": 0}))]
pub struct ErasureReport {
    /// Keys that were theirs; they are stopped, and what is left on them can be reclaimed.
    pub keys: u64,
    /// Devices that have no name any more.
    pub devices: u64,
    /// Lines of the audit log that name nobody any more.
    pub audit_lines: u64,
    /// Lines of the audit log from before names could be taken out of one: they stay as they are.
    pub audit_lines_left: u64,
}
