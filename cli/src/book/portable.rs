//! The export file: one JSON document with where it is from, its git context and its rows.
//!
//! Whoever imports one believes nothing in it: sizes, types, times and texts are checked before
//! anything is written, and what the file says of sums is not read at all.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use protocol::{Code, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};
use usage::{Client, record::Flags};

use super::row::{Origin, Row};
use crate::hidden::{NAME_BYTES_MAX as TEXT_BYTES_MAX, is_hidden};

pub const FORMAT: &str = "token-tracker-branch";
pub const VERSION: u64 = 1;
pub const FILE_BYTES_MAX: u64 = 64 << 20;
pub const ROWS_MAX: usize = 500_000;
pub const NOTE_BYTES_MAX: usize = 1_000;
/// More than any response or any person's entry has; sums of all rows of a file stay far from a limit.
pub const TOKENS_MAX: u64 = 1_000_000_000_000;
/// A million US dollars.
const CHARGE_NANO_USD_MAX: i64 = 1_000_000_000_000_000;
/// How far another machine's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(48);

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    pub format: String,
    pub version: u64,
    pub exported_at: Timestamp,
    #[serde(default)]
    pub exported_by: By,
    #[serde(default)]
    pub git: Git,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct By {
    pub tool: Option<String>,
    pub tool_version: Option<String>,
    /// As its owner calls it; only where `--machine` said so.
    pub machine: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Git {
    pub repository: Option<String>,
    pub branch: Option<String>,
    pub commit: Option<String>,
}

impl Export {
    pub fn new(git: Git, machine: Option<String>, rows: Vec<Row>) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            exported_at: Timestamp::now(),
            exported_by: By {
                tool: Some("token-tracker".into()),
                tool_version: Some(env!("CARGO_PKG_VERSION").into()),
                machine,
            },
            git,
            rows,
        }
    }

    /// Reads a file that anybody may have written.
    pub fn parse(bytes: &[u8], now: Timestamp) -> Result<Self, Problem> {
        #[derive(Deserialize)]
        struct Head {
            format: Option<Value>,
            version: Option<Value>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Body<'a> {
            exported_at: Timestamp,
            #[serde(default)]
            exported_by: By,
            #[serde(default)]
            git: Git,
            #[serde(borrow)]
            rows: Vec<&'a RawValue>,
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let head: Head = serde_json::from_slice(bytes).map_err(|_| wrong("The file is no JSON object."))?;
        if head.format != Some(FORMAT.into()) {
            return Err(wrong("The file is no export of a branch."));
        }
        match head.version.as_ref().and_then(Value::as_u64) {
            Some(VERSION) => {}
            Some(later) if later > VERSION => {
                return Err(
                    wrong(format!("The file has version {later} of the format.")).with_hint(
                        "Update Token Tracker on this machine, or export it again with this version.",
                    ),
                );
            }
            _ => return Err(wrong("The file does not say which version of the format it has.")),
        }
        let body: Body<'_> = serde_json::from_slice(bytes)
            .map_err(|error| wrong(format!("The file is not right: {}.", said(&error))))?;
        if body.rows.len() > ROWS_MAX {
            return Err(wrong(format!("The file has more than {ROWS_MAX} rows.")));
        }
        let export = Self {
            format: FORMAT.into(),
            version: VERSION,
            exported_at: body.exported_at,
            exported_by: body.exported_by,
            git: body.git,
            rows: rows(&body.rows, now)?,
        };
        export.check()?;
        Ok(export)
    }

    fn check(&self) -> Result<(), Problem> {
        let Git {
            repository,
            branch,
            commit,
        } = &self.git;
        let By {
            tool,
            tool_version,
            machine,
        } = &self.exported_by;
        for (name, text) in [
            ("git.repository", repository),
            ("git.branch", branch),
            ("git.commit", commit),
            ("exportedBy.tool", tool),
            ("exportedBy.toolVersion", tool_version),
            ("exportedBy.machine", machine),
        ] {
            check_text(name, text.as_deref(), TEXT_BYTES_MAX).map_err(|text| wrong(format!("{text}.")))?;
        }
        Ok(())
    }
}

/// The rows, each id once: two tellings within one file are one row, as they are in two files.
fn rows(raw: &[&RawValue], now: Timestamp) -> Result<Vec<Row>, Problem> {
    let mut rows: BTreeMap<(Client, String), Row> = BTreeMap::new();
    for (row, number) in raw.iter().zip(1..) {
        let row: Row = serde_json::from_str(row.get())
            .map_err(|error| wrong(format!("Row {number} is not right: {}.", said(&error))))?;
        let row = check_row(row, now).map_err(|text| wrong(format!("Row {number}: {text}.")))?;
        let key = (row.client, row.id.clone());
        let row = match rows.remove(&key) {
            Some(before) => before.fuller(row),
            None => row,
        };
        rows.insert(key, row);
    }
    Ok(rows.into_values().collect())
}

/// A row that may be kept, in the one form that it has everywhere.
pub fn check_row(mut row: Row, now: Timestamp) -> Result<Row, String> {
    let is_id = (1..=64).contains(&row.id.len())
        && row
            .id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte));
    if !is_id {
        return Err("id is 1 to 64 letters, digits and any of - _ . :".into());
    }
    let is_early = row.at < Timestamp::constant(1_420_070_400, 0);
    if is_early || row.at > now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX) {
        return Err("at is before 2015 or in the future".into());
    }
    // Reports and the index count milliseconds.
    row.at = Timestamp::from_millisecond(row.at.as_millisecond()).map_err(|_| "at is no time")?;
    for (name, text, bytes_max) in [
        ("repository", &row.repository, TEXT_BYTES_MAX),
        ("branch", &row.branch, TEXT_BYTES_MAX),
        ("model", &row.model, TEXT_BYTES_MAX),
        ("provider", &row.provider, TEXT_BYTES_MAX),
        ("session", &row.session, TEXT_BYTES_MAX),
        ("note", &row.note, NOTE_BYTES_MAX),
    ] {
        check_text(name, text.as_deref(), bytes_max)?;
    }
    check_counts(&row)?;
    row.flags.sort();
    row.flags.dedup();
    let is_flag = |flag: &String| Flags::NAMED.iter().any(|(name, _)| name == flag);
    if !row.flags.iter().all(is_flag) {
        return Err("flags has a word that this version does not know".into());
    }
    let fits = match row.origin {
        Origin::Manual => matches!(row.client, Client::Manual | Client::Ci),
        Origin::Provider => row.client == Client::Ci,
        Origin::Gateway => matches!(row.client, Client::Ci | Client::TokenTracker),
        Origin::Log => !matches!(row.client, Client::Manual | Client::Ci),
    };
    if !fits {
        return Err("client and origin do not fit together".into());
    }
    Ok(row)
}

fn check_counts(row: &Row) -> Result<(), String> {
    let tokens = row.tokens();
    let counts = [
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write,
        tokens.cache_write_1h,
        tokens.reasoning,
    ];
    if counts.iter().any(|count| *count > TOKENS_MAX) {
        return Err(format!("a count is larger than {TOKENS_MAX}"));
    }
    if tokens.total() == 0 {
        return Err("it has no tokens".into());
    }
    if tokens.reasoning > tokens.output || tokens.cache_write_1h > tokens.cache_write {
        return Err("a part is larger than what it is a part of".into());
    }
    if row.web_searches > 1_000_000 {
        return Err("webSearches is too large".into());
    }
    match row.charged_nano_usd {
        Some(charged) if !(0..=CHARGE_NANO_USD_MAX).contains(&charged.nano_usd()) => {
            Err("chargedNanoUsd is negative or too large".into())
        }
        _ => Ok(()),
    }
}

/// Texts end on terminals and in Markdown: no control characters, no direction marks.
pub fn check_text(name: &str, text: Option<&str>, bytes_max: usize) -> Result<(), String> {
    let Some(text) = text else { return Ok(()) };
    if text.is_empty() {
        return Err(format!("{name} is empty; leave it out"));
    }
    if text.len() > bytes_max {
        return Err(format!("{name} is longer than {bytes_max} bytes"));
    }
    if text.chars().any(is_hidden) {
        return Err(format!("{name} has a character that cannot be seen"));
    }
    Ok(())
}

/// What serde found wrong, in one line of bounded length without control characters.
fn said(error: &serde_json::Error) -> String {
    error
        .to_string()
        .chars()
        .filter(|c| !c.is_control())
        .take(160)
        .collect()
}

pub fn wrong(message: impl Into<String>) -> Problem {
    Problem::new(Code::InvalidRequest, message)
        .with_hint("Nothing was imported. Make the file again with `token-tracker branch export`.")
}
