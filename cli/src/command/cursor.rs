//! Cursor's usage, which its dashboard exports as CSV: taken in, and shown.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use protocol::{Code, Problem};
use serde::Serialize;
use usage::{
    Client, Home,
    discovery::{Shape, Source, Stamp},
    reader,
    record::{FileRecords, digest},
};

use crate::{
    failure::Failure,
    output::Output,
    table::{Column, amount, count, render},
};

/// The largest export that is taken in; years of requests are far below.
const BYTES_MAX: u64 = 256 << 20;

#[derive(Args)]
pub struct Cursor {
    #[command(subcommand)]
    command: Command,
    /// A folder that stands for the home
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Take in exports of Cursor's dashboard; a row that is in several counts once
    Import {
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Show which exports are here, and what is in them
    Status,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Export {
    file: String,
    rows: usize,
    skipped_rows: u64,
    first_at: Option<Timestamp>,
    last_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Answer<'a> {
    exports: &'a [Export],
}

impl Cursor {
    pub fn run(self) -> Result<Output, Failure> {
        let home = match &self.home {
            Some(folder) => Some(Home::at(folder)),
            None => Home::of_environment(),
        };
        let home = home.ok_or_else(|| {
            Problem::new(Code::InvalidRequest, "This process has no home directory.")
                .with_hint("Set HOME, or name a folder with --home.")
        })?;
        let folder = home.config_home().join("token-tracker/cursor");
        match self.command {
            Command::Import { files } => import(&folder, &files),
            Command::Status => status(&folder),
        }
    }
}

/// Either all of the files or none: each is read before the first is kept.
fn import(folder: &Path, files: &[PathBuf]) -> Result<Output, Failure> {
    let mut taken = Vec::new();
    for file in files {
        let size = fs::metadata(file).map_err(|_| unreadable(file))?.len();
        if size > BYTES_MAX {
            return Err(refused(format!("{} is too large for an export.", name(file))));
        }
        let export = examine(file).filter(|export| export.rows > 0);
        let export =
            export.ok_or_else(|| refused(format!("{} has no row of a Cursor export.", name(file))))?;
        let bytes = fs::read(file).map_err(|_| unreadable(file))?;
        taken.push((export, bytes));
    }
    let unwritten = |_| {
        Failure::from(
            Problem::new(Code::Internal, "The exports could not be kept.")
                .with_hint("Make room for them, and let ~/.config/token-tracker be writable."),
        )
    };
    fs::create_dir_all(folder).map_err(unwritten)?;
    let mut exports = Vec::new();
    for (mut export, bytes) in taken {
        // Named by its content: the same export twice is one file.
        export.file = format!("usage-events-{:016x}.csv", digest(&[&bytes]));
        let half = folder.join(format!("{}.part", export.file));
        fs::write(&half, bytes).map_err(unwritten)?;
        fs::rename(&half, folder.join(&export.file)).map_err(unwritten)?;
        exports.push(export);
    }
    let text = format!(
        "{} taken in.\n\n{}\n\n`token-tracker usage --cursor` shows them.",
        amount(exports.len() as u64, "export"),
        table(&exports)
    );
    Ok(Output::new(text, &Answer { exports: &exports })?)
}

fn status(folder: &Path) -> Result<Output, Failure> {
    // A folder that is not there has nothing in it.
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    let exports: Vec<Export> = files.iter().filter_map(|file| examine(file)).collect();
    let text = match exports.as_slice() {
        [] => "No export of Cursor is here.\nDownload one from its dashboard (usage, export CSV), then \
               `token-tracker cursor import FILE`."
            .to_owned(),
        exports => table(exports),
    };
    Ok(Output::new(text, &Answer { exports: &exports })?)
}

fn table(exports: &[Export]) -> String {
    const COLUMNS: &[Column] = &[
        Column::Text("EXPORT"),
        Column::Number("ROWS"),
        Column::Number("SKIPPED"),
        Column::Text("FROM"),
        Column::Text("TO"),
    ];
    let day = |at: Option<Timestamp>| at.map_or("-".into(), |at| at.strftime("%Y-%m-%d").to_string());
    let row = |export: &Export| {
        vec![
            export.file.clone(),
            count(export.rows as u64),
            count(export.skipped_rows),
            day(export.first_at),
            day(export.last_at),
        ]
    };
    render(COLUMNS, exports.iter().map(row).collect())
}

/// What the reader makes of a file; None where it cannot be read at all.
fn examine(file: &Path) -> Option<Export> {
    let source = Source {
        client: Client::Cursor,
        shape: Shape::Document,
        path: file.to_owned(),
        stamp: Stamp::default(),
        hint: String::new(),
    };
    let mut records = FileRecords::default();
    reader::whole(&source, &mut records).ok()?;
    let times = || records.records.iter().map(|record| record.at_ms);
    let at = |ms: Option<i64>| Timestamp::from_millisecond(ms?).ok();
    Some(Export {
        file: name(file),
        rows: records.records.len(),
        skipped_rows: records.lines_skipped,
        first_at: at(times().min()),
        last_at: at(times().max()),
    })
}

fn name(file: &Path) -> String {
    file.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn unreadable(file: &Path) -> Failure {
    refused(format!("{} could not be read.", name(file)))
}

fn refused(message: String) -> Failure {
    Problem::new(Code::InvalidRequest, message)
        .with_hint("Export the usage from Cursor's dashboard as CSV, and name that file.")
        .into()
}
