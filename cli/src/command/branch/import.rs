use std::{
    fs::File,
    io::{self, BufRead, IsTerminal, Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use jiff::Timestamp;
use protocol::{Code, Problem};
use ring::digest::{SHA256, digest};
use serde::Serialize;
use usage::cost::Prices;

use super::{add, place::Sources};
use crate::{
    book::{
        Added, Book, Import as Remembered, Mode, Row,
        portable::{self, Export},
    },
    failure::Failure,
    gathering::{Priced, Sums},
    output::Output,
    table::{amount, count},
};

#[derive(Args)]
pub struct Import {
    /// Files that `branch export` or a job wrote
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Add what is not known yet; a row that is known counts once, as the fuller of both says it
    #[arg(long, conflicts_with = "replace")]
    merge: bool,
    /// Let the files' rows stand in place of what is kept of their branches; logs are not touched
    #[arg(long)]
    replace: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Show what would change, and change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    #[command(flatten)]
    sources: Sources,
}

/// A file that was read and found right.
pub struct Checked {
    pub name: String,
    pub sha256: String,
    pub export: Export,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    imported: bool,
    files: Vec<Summary>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    file: String,
    sha256: String,
    repository: Option<String>,
    branch: Option<String>,
    machine: Option<String>,
    exported_at: Timestamp,
    sums: Sums,
    #[serde(flatten)]
    changes: Added,
}

impl Import {
    pub fn run(self) -> Result<Output, Failure> {
        let mode = if self.replace { Mode::Replace } else { Mode::Merge };
        let files = self
            .files
            .iter()
            .map(|file| read(file))
            .collect::<Result<Vec<_>, _>>()?;
        let mut book = self.sources.book()?;
        let mut prices = self.sources.prices()?;
        let rows: Vec<&[Row]> = files.iter().map(|file| file.export.rows.as_slice()).collect();
        let changes = book.preview(&rows, mode)?;
        let mut summaries: Vec<Summary> = files
            .iter()
            .zip(changes)
            .map(|(file, changes)| summary(file, changes, &mut prices))
            .collect();
        let shown = text(&summaries, mode);
        if self.dry_run {
            let answer = Answer {
                imported: false,
                files: summaries,
            };
            return Ok(Output::new(format!("{shown}\nNothing was changed."), &answer)?);
        }
        if !self.yes {
            confirm(&shown)?;
        }
        for (summary, changes) in summaries.iter_mut().zip(keep(&mut book, &files, mode)?) {
            summary.changes = changes;
        }
        let answer = Answer {
            imported: true,
            files: summaries,
        };
        let done = format!("{}\nImported.", text(&answer.files, mode));
        Ok(Output::new(done, &answer)?)
    }
}

/// Reads a file that anybody may have written.
pub fn read(path: &Path) -> Result<Checked, Failure> {
    let name = path
        .file_name()
        .map_or_else(|| "-".into(), |name| name.to_string_lossy().into_owned());
    let name: String = name.chars().filter(|c| !c.is_control()).take(120).collect();
    let cannot = |error: io::Error| {
        Failure::usage(
            format!("{name} cannot be read: {}.", error.kind()),
            "Name a file that `token-tracker branch export` wrote.",
        )
    };
    let file = File::open(path).map_err(cannot)?;
    let mut bytes = Vec::new();
    file.take(portable::FILE_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > portable::FILE_BYTES_MAX {
        return Err(portable::wrong(format!("{name} is larger than 64 MiB.")).into());
    }
    let export = Export::parse(&bytes, Timestamp::now()).map_err(|problem| {
        Problem::new(problem.code, format!("{name}: {}", problem.message)).with_hint(problem.hint)
    })?;
    let sha256 = digest(&SHA256, &bytes);
    Ok(Checked {
        name,
        sha256: sha256.as_ref().iter().map(|byte| format!("{byte:02x}")).collect(),
        export,
    })
}

/// Takes over the rows of files, all or none, and remembers each.
pub fn keep(book: &mut Book, files: &[Checked], mode: Mode) -> Result<Vec<Added>, Problem> {
    let remembered: Vec<Remembered<'_>> = files.iter().map(remembered).collect();
    book.import(&remembered, mode)
}

fn remembered(file: &Checked) -> Remembered<'_> {
    let git = &file.export.git;
    Remembered {
        rows: &file.export.rows,
        name: &file.name,
        sha256: &file.sha256,
        repository: git.repository.as_deref(),
        branch: git.branch.as_deref(),
        machine: file.export.exported_by.machine.as_deref(),
    }
}

fn summary(file: &Checked, changes: Added, prices: &mut Prices) -> Summary {
    let mut sums = Sums::default();
    for row in &file.export.rows {
        sums.add(&Priced {
            cost_nano_usd: add::cost(row, prices),
            row: row.clone(),
        });
    }
    let git = &file.export.git;
    Summary {
        file: file.name.clone(),
        sha256: file.sha256.clone(),
        repository: git.repository.clone(),
        branch: git.branch.clone(),
        machine: file.export.exported_by.machine.clone(),
        exported_at: file.export.exported_at,
        sums,
        changes,
    }
}

fn text(files: &[Summary], mode: Mode) -> String {
    let line = |file: &Summary| {
        let changes = &file.changes;
        let place = match (&file.repository, &file.branch) {
            (Some(repository), Some(branch)) => format!("{repository}@{branch}"),
            (Some(repository), None) => format!("{repository}, all branches"),
            _ => "no repository is named".into(),
        };
        let mut line = format!(
            "{}: {place}\n  {} with {} tokens, {}; {} new, {} fuller than known, {} known",
            file.file,
            amount(file.sums.rows, "row"),
            count(file.sums.tokens.total()),
            super::show::cost(&file.sums),
            count(changes.added),
            count(changes.changed),
            count(changes.known),
        );
        if mode == Mode::Replace {
            line += &format!("\n  in place of {} kept before", amount(changes.removed, "row"));
        }
        line
    };
    files.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Asks the person; where nobody can be asked, nothing is done.
fn confirm(summary: &str) -> Result<(), Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::usage(
            "Nobody can be asked here, so nothing was imported.",
            "Look with --dry-run, then import with --yes.",
        ));
    }
    let mut answer = String::new();
    let asked = write!(anstream::stderr().lock(), "{summary}\nImport? [y/N] ")
        .and_then(|()| io::stdin().lock().take(64).read_line(&mut answer));
    match asked {
        Ok(_) if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") => Ok(()),
        _ => Err(Problem::new(Code::InvalidRequest, "Nothing was imported.")
            .with_hint("Answer y, or import with --yes.")
            .into()),
    }
}
