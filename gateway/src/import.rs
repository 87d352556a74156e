//! Usage as CSV: from an export of a gateway, or from anywhere that can write a few columns.

mod columns;
mod row;

use std::{
    collections::HashSet,
    io::{self, Read},
    sync::Arc,
};

use bytes::Bytes;
use protocol::{
    Code, Problem, RequestId,
    api::{ImportFault, ImportReport},
};
use tokio::{runtime::Handle, sync::mpsc};

use crate::{
    clock::{now_ms, timestamp},
    ledger::{ImportChunk, ImportRow, Note, PeopleChange, PeopleOutcome},
    people::refused,
    report::{self, Line},
    state::{Gateway, internal},
};
use columns::Columns;
use row::{Fault, Reading};

/// Rows that become durable together.
const ROWS_AT_ONCE: usize = 500;
const FAULTS_MAX: usize = 100;
/// Rows of a preview that are remembered to find those that are there twice.
const SEEN_MAX: usize = 2_000_000;

/// The body of a request, for who reads and waits.
pub struct Incoming {
    parts: mpsc::Receiver<io::Result<Bytes>>,
    rest: Bytes,
}

impl Incoming {
    pub const fn new(parts: mpsc::Receiver<io::Result<Bytes>>) -> Self {
        Self {
            parts,
            rest: Bytes::new(),
        }
    }
}

impl Read for Incoming {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() {
            match self.parts.blocking_recv() {
                Some(part) => self.rest = part?,
                None => return Ok(0),
            }
        }
        let count = self.rest.len().min(into.len());
        let part = self.rest.split_to(count);
        into.iter_mut().zip(part).for_each(|(to, from)| *to = from);
        Ok(count)
    }
}

/// Reads a file row by row. Rows that are right come in, some hundred at a time; the others are told.
/// Blocks: it has a thread of its own.
pub fn read(
    gateway: &Arc<Gateway>,
    note: &Note,
    is_preview: bool,
    file: impl Read,
) -> Result<ImportReport, Problem> {
    let mut lines = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(file);
    let head = lines.byte_headers().map_err(|error| no_csv(&error))?.clone();
    let columns = Columns::of(&head)?;
    let mut import = Import {
        gateway: Arc::clone(gateway),
        note: note.clone(),
        report: ImportReport {
            preview: is_preview,
            ignored_columns: columns.ignored.clone(),
            ..ImportReport::default()
        },
        waiting: Vec::new(),
        seen: HashSet::new(),
    };
    let mut reading = Reading::new(columns, now_ms());
    for line in lines.byte_records() {
        let line = line.map_err(|error| no_csv(&error))?;
        import.report.rows += 1;
        let number = line.position().map_or(0, csv::Position::line);
        match reading.row(&line) {
            Ok(row) => import.put(row)?,
            Err(fault) => import.refuse(number, fault),
        }
    }
    import.flush()?;
    Ok(import.report)
}

fn no_csv(error: &csv::Error) -> Problem {
    let place = error
        .position()
        .map_or_else(String::new, |at| format!(" at line {}", at.line()));
    Problem::new(
        Code::InvalidRequest,
        format!("The body is no CSV that can be read{place}."),
    )
    .with_hint("Rows before that line came in, if this was no preview; none comes in twice.")
}

struct Import {
    gateway: Arc<Gateway>,
    note: Note,
    report: ImportReport,
    waiting: Vec<ImportRow>,
    /// What a preview has seen, by request.
    seen: HashSet<RequestId>,
}

impl Import {
    fn put(&mut self, row: ImportRow) -> Result<(), Problem> {
        self.waiting.push(row);
        if self.waiting.len() < ROWS_AT_ONCE {
            return Ok(());
        }
        self.flush()
    }

    fn refuse(&mut self, line: u64, fault: Fault) {
        self.report.refused += 1;
        if self.report.faults.len() < FAULTS_MAX {
            self.report.faults.push(ImportFault {
                line,
                column: fault.column.map(str::to_owned),
                message: fault.message,
            });
        }
    }

    fn flush(&mut self) -> Result<(), Problem> {
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        if self.gateway.stop.is_draining() {
            return Err(Problem::new(Code::Draining, "The gateway is stopping.")
                .with_hint("Import the same file again when it is back: no row comes in twice."));
        }
        if self.report.preview {
            self.look(&rows)
        } else {
            self.take_in(rows)
        }
    }

    fn look(&mut self, rows: &[ImportRow]) -> Result<(), Problem> {
        let requests: Vec<_> = rows.iter().map(|row| row.request).collect();
        let known = Handle::current().block_on(self.gateway.reader.known_requests(&requests));
        let known = known.map_err(internal)?;
        let mark = Handle::current().block_on(self.gateway.reader.past_mark());
        let kept_from = mark.map_err(internal)?.kept_from;
        for row in rows {
            let is_new = !known.contains(&row.request)
                && (self.seen.len() >= SEEN_MAX || self.seen.insert(row.request));
            match (is_new, row.at >= kept_from) {
                (true, true) => self.count(row),
                (true, false) => self.report.too_old += 1,
                (false, _) => self.report.already_here += 1,
            }
        }
        Ok(())
    }

    fn take_in(&mut self, rows: Vec<ImportRow>) -> Result<(), Problem> {
        let gateway = Arc::clone(&self.gateway);
        let chunk = ImportChunk { rows };
        let change = PeopleChange::ImportUsage(Box::new(chunk.clone()));
        let commit = async {
            let outcome = gateway.change_people(change, self.note.clone(), None).await?;
            let PeopleOutcome::Imported(imported) = outcome.map_err(|refusal| refused(refusal, "lot"))?
            else {
                return Err(Problem::new(
                    Code::Internal,
                    "The import was answered as something else.",
                ));
            };
            let lines = chunk
                .rows
                .iter()
                .filter(|row| imported.requests.contains(&row.request));
            let lines = (imported.rows > 0).then(|| (imported.number, lines.map(line).collect()));
            Ok((imported, lines))
        };
        let imported = Handle::current().block_on(report::take_in(&gateway, commit))?;
        for key in &imported.keys {
            let refresh = gateway.directory.refresh(&gateway.reader, *key);
            Handle::current().block_on(refresh).map_err(internal)?;
            gateway.events.note_change(*key);
        }
        self.report.already_here += imported.already_here;
        self.report.too_old += imported.too_old;
        let mut new = imported.requests;
        for row in &chunk.rows {
            if new.remove(&row.request) {
                self.count(row);
            }
        }
        Ok(())
    }

    fn count(&mut self, row: &ImportRow) {
        let at = timestamp(row.at);
        let report = &mut self.report;
        report.imported += 1;
        report.cost_nano_usd = report.cost_nano_usd.saturating_add(row.cost);
        report.first_at = Some(report.first_at.map_or(at, |first| first.min(at)));
        report.last_at = Some(report.last_at.map_or(at, |last| last.max(at)));
    }
}

fn line(row: &ImportRow) -> Line {
    Line {
        request: row.request,
        at: row.at,
        key: row.key,
        device: row.device,
        kind: row.kind.as_str().into(),
        model: row.model.clone(),
        repository: row.repository.clone().unwrap_or_default(),
        branch: row.branch.clone().unwrap_or_default(),
        usage: row.usage,
        cost: row.cost.nano_usd(),
    }
}
