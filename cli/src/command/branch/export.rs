use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use protocol::{Code, Problem};
use serde::Serialize;

use super::{
    fit::{self, fit},
    place::Sources,
};
use crate::{
    book::{
        Row,
        portable::{self, Export as Document, Git},
    },
    failure::Failure,
    gathering::Sums,
    output::Output,
    table::{amount, count},
};

#[derive(Args)]
pub struct Export {
    /// The file to write; - is standard output
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Another branch than the one that is checked out
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// All branches of the repository
    #[arg(long, conflicts_with = "branch")]
    all: bool,
    /// What was put away, too
    #[arg(long)]
    archived: bool,
    /// What this machine is called in the file [default: it is not named]
    #[arg(long, value_name = "NAME")]
    machine: Option<String>,
    /// Write over a file that is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    file: String,
    repository: String,
    branch: Option<String>,
    #[serde(flatten)]
    sums: Sums,
    /// Rows that no file may hold.
    unfit: usize,
}

impl Export {
    pub fn run(self) -> Result<Output, Failure> {
        let checkout = self.sources.checkout()?;
        let branch = match self.all {
            true => None,
            false => Some(checkout.branch_or(self.branch.as_deref())?),
        };
        if let Err(text) = portable::check_text("--machine", self.machine.as_deref(), 256) {
            return Err(Failure::usage(format!("{text}."), "Give it a short name."));
        }
        let mut rows = self.sources.gather(&checkout, self.archived)?.rows;
        rows.retain(|priced| branch.is_none() || priced.row.branch == branch);
        let (rows, unfit) = fit(rows);
        let sums = Sums::of(&rows);
        let git = Git {
            repository: Some(checkout.repository.clone()),
            commit: checkout.commit.clone().filter(|_| branch == checkout.branch),
            branch: branch.clone(),
        };
        let document = document(git, self.machine.clone(), fit::rows(rows))?;
        let text = serde_json::to_vec_pretty(&document)?;
        if self.file == Path::new("-") {
            if let Some(text) = unfit.text() {
                writeln!(anstream::stderr().lock(), "note: {text}").ok();
            }
            // The document itself is the answer.
            let document = String::from_utf8_lossy(&text).into_owned();
            let value: serde_json::Value = serde_json::from_slice(&text)?;
            return Ok(Output::new(document, &value)?);
        }
        write_file(&self.file, &text, self.force)?;
        let answer = Answer {
            file: self.file.display().to_string(),
            repository: checkout.repository,
            branch,
            sums,
            unfit: unfit.rows,
        };
        let mut text = format!(
            "{} with {} tokens are in {}.",
            amount(answer.sums.rows, "row"),
            count(answer.sums.tokens.total()),
            answer.file
        );
        text.extend(unfit.text().map(|unfit| format!("\n{unfit}")));
        Ok(Output::new(text, &answer)?)
    }
}

/// Of rows that are [`fit`]; a machine that imports them checks the same.
pub fn document(git: Git, machine: Option<String>, rows: Vec<Row>) -> Result<Document, Problem> {
    if rows.len() > portable::ROWS_MAX {
        return Err(Problem::new(
            Code::InvalidRequest,
            "These are more rows than one file may hold.",
        )
        .with_hint("Export one branch at a time."));
    }
    Ok(Document::new(git, machine, rows))
}

/// Writes beside it first, so that a file is either whole or not there.
pub fn write_file(path: &Path, bytes: &[u8], force: bool) -> Result<(), Failure> {
    if path.exists() && !force {
        return Err(Failure::usage(
            "The file is there already.",
            "Choose another name, or write over it with --force.",
        ));
    }
    let write = || -> io::Result<()> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(format!(".{}.part", std::process::id()));
        let beside = PathBuf::from(beside);
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options
            .open(&beside)
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&beside, path));
        if written.is_err() {
            fs::remove_file(&beside).ok();
        }
        written
    };
    write().map_err(|error| {
        Problem::new(
            Code::Internal,
            format!("The file could not be written: {}.", error.kind()),
        )
        .with_hint("Check the folder and the space that is left.")
        .into()
    })
}
