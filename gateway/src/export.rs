//! Everything as a file: one moment of the database, written as it is read, whatever its size.

mod csv;
mod json;
mod zip;

use std::{io, sync::Arc, time::Duration};

use bytes::Bytes;
use jiff::Timestamp;
use protocol::{MemberId, api::ExportFormat};
use serde_json::Value as Json;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::{
    clock::timestamp,
    ledger::{Kind, LedgerError, Place, Record, Snapshot, TABLES, Table},
    state::Gateway,
};

/// Files that are made at the same time: each keeps an old moment of the database alive.
pub const AT_ONCE: usize = 2;
/// Parts that wait for a slow reader.
const PARTS_MAX: usize = 4;
const PART_BYTES: usize = 64 * 1024;
/// A reader that takes nothing for so long has gone.
const STALLED: Duration = Duration::from_secs(60);

/// What is exported.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// None: all tables.
    pub table: Option<&'static Table>,
    pub of: Option<MemberId>,
    pub format: ExportFormat,
}

impl Asked {
    fn tables(&self) -> Vec<&'static Table> {
        let all = TABLES
            .iter()
            .filter(|table| self.of.is_none() || table.has_members());
        match self.table {
            Some(table) => vec![table],
            None => all.collect(),
        }
    }

    /// The name of the file, without its date.
    pub fn extension(&self) -> &'static str {
        match (self.format, self.table) {
            (ExportFormat::Csv, None) => "zip",
            (ExportFormat::Csv, Some(_)) => "csv",
            (ExportFormat::Json, _) => "json",
            (ExportFormat::Ndjson, _) => "ndjson",
        }
    }

    pub fn content_type(&self) -> &'static str {
        match self.extension() {
            "zip" => "application/zip",
            "csv" => "text/csv; charset=utf-8; header=present",
            "json" => "application/json",
            _ => "application/x-ndjson",
        }
    }
}

/// A cell, as every format can write it.
pub enum Cell {
    Nothing,
    Text(String),
    Number(i64),
    Flag(bool),
    Json(Json),
}

fn cell(record: &Record, column: usize, kind: Kind) -> Result<Cell, LedgerError> {
    let text = |text: Option<String>| text.map_or(Cell::Nothing, Cell::Text);
    let whole = |as_cell: fn(i64) -> Cell| Ok(record.whole(column)?.map_or(Cell::Nothing, as_cell));
    Ok(match kind {
        Kind::Id => text(record.id(column)?.map(|id| id.to_string())),
        Kind::Text => text(record.text(column)?),
        Kind::Time => return whole(|at| Cell::Text(timestamp(at).to_string())),
        Kind::Money => return whole(|nano| Cell::Text(nano.to_string())),
        Kind::Count => return whole(Cell::Number),
        Kind::Flag => return whole(|flag| Cell::Flag(flag != 0)),
        Kind::Day => return whole(|day| Cell::Text(day_text(day))),
        Kind::Hex => text(record.bytes(column)?.map(|bytes| hex(&bytes))),
        Kind::Names => record.text(column)?.map_or(Cell::Nothing, |names| {
            Cell::Json(names.lines().map(Json::from).collect())
        }),
        // What was written by another version is shown as it is.
        Kind::Json => record.text(column)?.map_or(Cell::Nothing, |text| {
            Cell::Json(serde_json::from_str(&text).unwrap_or(Json::String(text)))
        }),
    })
}

fn day_text(day: i64) -> String {
    let at = Timestamp::from_second(day.saturating_mul(86_400)).unwrap_or_default();
    at.to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How a file is written. Everything goes to the end of `out`.
trait Form {
    fn begin(&mut self, _at: Timestamp, _out: &mut Vec<u8>) {}
    fn table(&mut self, table: &Table, out: &mut Vec<u8>);
    fn row(&mut self, table: &Table, cells: &[Cell], out: &mut Vec<u8>);
    fn end_table(&mut self, _table: &Table, _out: &mut Vec<u8>) {}
    /// What says that the file is whole.
    fn end(&mut self, _rows: u64, _out: &mut Vec<u8>) {}
}

/// The file, in parts as they are made. It breaks off where the database cannot be read.
pub fn stream(
    gateway: &Arc<Gateway>,
    snapshot: Snapshot,
    asked: Asked,
    place: OwnedSemaphorePermit,
) -> mpsc::Receiver<io::Result<Bytes>> {
    let (sender, parts) = mpsc::channel(PARTS_MAX);
    let stop = Arc::clone(gateway);
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let _place = place;
        let mut parts = Parts {
            sender,
            waiting: Vec::with_capacity(2 * PART_BYTES),
        };
        let written = runtime.block_on(async {
            tokio::select! {
                written = write(&snapshot, &asked, &mut parts) => written,
                () = stop.stop.on_cut() => Err(io::Error::other("the gateway is stopping")),
            }
        });
        if let Err(error) = written {
            tracing::warn!("An export broke off: {error}");
            // Nobody may be there to hear it.
            let _ = parts.sender.try_send(Err(error));
        }
    });
    parts
}

struct Parts {
    sender: mpsc::Sender<io::Result<Bytes>>,
    waiting: Vec<u8>,
}

impl Parts {
    async fn send(&mut self, least: usize) -> io::Result<()> {
        if self.waiting.len() < least.max(1) {
            return Ok(());
        }
        let part = Bytes::from(std::mem::take(&mut self.waiting));
        let gone = |_| io::Error::other("nobody reads it any more");
        let sent = tokio::time::timeout(STALLED, self.sender.send(Ok(part)));
        sent.await
            .map_err(gone)?
            .map_err(|_| io::Error::other("the reader has gone"))
    }
}

async fn write(snapshot: &Snapshot, asked: &Asked, parts: &mut Parts) -> io::Result<()> {
    let mut form: Box<dyn Form> = match (asked.format, asked.table) {
        (ExportFormat::Csv, Some(_)) => Box::new(csv::Lines),
        (ExportFormat::Csv, None) => Box::new(zip::Archive::default()),
        (ExportFormat::Json, _) => Box::new(json::Whole::default()),
        (ExportFormat::Ndjson, _) => Box::new(json::Lines),
    };
    form.begin(Timestamp::now(), &mut parts.waiting);
    let mut count = 0;
    for table in asked.tables() {
        form.table(table, &mut parts.waiting);
        let mut place = Place::default();
        loop {
            let page = snapshot.page(table, asked.of, &mut place).await;
            let page = page.map_err(io::Error::other)?;
            if page.is_empty() {
                break;
            }
            for record in &page {
                let columns = table.columns.iter().enumerate();
                let cells: Result<Vec<Cell>, LedgerError> = columns
                    .map(|(at, column)| cell(record, at, column.kind))
                    .collect();
                form.row(table, &cells.map_err(io::Error::other)?, &mut parts.waiting);
                count += 1;
                parts.send(PART_BYTES).await?;
            }
        }
        form.end_table(table, &mut parts.waiting);
    }
    form.end(count, &mut parts.waiting);
    parts.send(0).await
}
