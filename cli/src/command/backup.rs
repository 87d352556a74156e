use std::path::{Path, PathBuf};

use clap::Args;
use gateway::backup::{self, BackupError, Taken};
use jiff::Timestamp;
use protocol::{Code, Problem};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{
    context::Context,
    database,
    failure::Failure,
    output::Output,
    secret_input,
    table::{count, facts},
};

/// Shorter ones can be guessed, whatever a guess costs.
const PASSPHRASE_MIN: usize = 12;

#[derive(Args)]
pub struct Backup {
    /// The file to write; it is encrypted with a passphrase, and `age --decrypt` opens it too
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Read the passphrase from the first line of this file [default: ask for it without echo]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long)]
    replace: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct BackedUp {
    file: PathBuf,
    taken_at: Timestamp,
    rows: u64,
    bytes: u64,
    /// The folder that is not in it.
    keep_apart: PathBuf,
}

impl Backup {
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        let store = database::store(context)?;
        let passphrase = match &self.passphrase_file {
            Some(file) => passphrase_of(file)?,
            None => asked_twice()?,
        };
        if passphrase.chars().count() < PASSPHRASE_MIN {
            return Err(Failure::usage(
                format!("The passphrase is shorter than {PASSPHRASE_MIN} characters."),
                "Choose a longer one: some words that do not belong together are easy to remember.",
            ));
        }
        let taken = backup::back_up(&store, &self.file, passphrase.as_bytes(), self.replace);
        let backed_up = BackedUp::new(self.file, context, &taken.map_err(failure)?);
        Ok(Output::new(backed_up.text(), &backed_up)?)
    }
}

impl BackedUp {
    fn new(file: PathBuf, context: &Context, taken: &Taken) -> Self {
        Self {
            file,
            taken_at: taken.at,
            rows: taken.rows,
            bytes: taken.bytes,
            keep_apart: context.data.path.join("secrets"),
        }
    }

    fn text(&self) -> String {
        let facts = facts(&[
            ("file", self.file.display().to_string()),
            ("size", format!("{} bytes", count(self.bytes))),
            ("rows", count(self.rows)),
            ("as of", self.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ]);
        format!(
            "The ledger is backed up.\n{facts}\
             Not in it: the pepper and the key file. Copy {} once and keep it apart from the backups;\n\
             without it no key and no credential of a restored ledger works.",
            self.keep_apart.display()
        )
    }
}

fn asked_twice() -> Result<Zeroizing<String>, Failure> {
    let first = asked("Passphrase of the backup (not shown): ")?;
    if asked("Once more: ")? != first {
        return Err(Failure::usage(
            "The two passphrases differ.",
            "Run the command again.",
        ));
    }
    Ok(first)
}

pub fn asked(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    secret_input::asked(prompt).ok_or_else(|| {
        Failure::usage(
            "There is no terminal to ask for the passphrase at.",
            "Name a file that holds it with --passphrase-file.",
        )
    })
}

/// The first line of the file. A passphrase is never an argument: everybody on the machine sees those.
pub fn passphrase_of(file: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = std::fs::read_to_string(file)
        .map(Zeroizing::new)
        .map_err(|error| {
            Failure::usage(
                format!("The passphrase file could not be read ({}).", error.kind()),
                "Name a text file whose first line is the passphrase.",
            )
        })?;
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}

/// What a backup or a restore says when it fails. The causes are about the owner's own files.
pub fn failure(error: BackupError) -> Failure {
    let message = super::serve::sentence(&error.to_string());
    let failed = |hint: &str| {
        Problem::new(Code::Internal, message.clone())
            .with_hint(hint)
            .into()
    };
    match error {
        BackupError::DataDir(error) => super::serve::failure(error.into()),
        BackupError::Elsewhere => {
            failed("Use pg_dump there; copy the folder secrets/ of the data directory apart from it.")
        }
        BackupError::Exists => failed("Name another file, or write over it with --replace."),
        BackupError::NotEmpty => {
            failed("Name another directory with --data-dir, or put the backup in its place with --replace.")
        }
        BackupError::OtherSecrets => failed(
            "Copy the folder secrets/ that belongs to the backup into the data directory, then try again.",
        ),
        BackupError::Open(_) => failed("Nothing was changed. Check the passphrase, or take another backup."),
        BackupError::Newer => failed("Use the version of token-tracker that made it, or a later one."),
        BackupError::Differs(_) => failed("Nothing was changed. Take an earlier backup."),
        BackupError::Io(_) => failed("Check that the place is yours and has room; nothing is left behind."),
        BackupError::Database(_) | BackupError::Ledger(_) => Failure::data_directory(
            message,
            "Run the command as the user who runs `token-tracker serve`, and check that the disk is whole.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_what_to_keep_apart() {
        let backed_up = BackedUp {
            file: "/backups/today.age".into(),
            taken_at: "2026-06-01T12:00:00Z".parse().unwrap(),
            rows: 1_204,
            bytes: 1_500_000,
            keep_apart: "/data/secrets".into(),
        };
        insta::assert_snapshot!(backed_up.text(), @r"
        The ledger is backed up.
          file   /backups/today.age
          size   1,500,000 bytes
          rows   1,204
          as of  2026-06-01T12:00:00Z
        Not in it: the pepper and the key file. Copy /data/secrets once and keep it apart from the backups;
        without it no key and no credential of a restored ledger works.
        ");
    }

    #[test]
    fn the_first_line_of_the_file_is_the_passphrase() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("passphrase");
        std::fs::write(&file, "a long passphrase \r\nand a remark\n").unwrap();
        assert_eq!(*passphrase_of(&file).unwrap(), "a long passphrase ");
        assert_eq!(
            passphrase_of(&folder.path().join("none"))
                .err()
                .unwrap()
                .status
                .code(),
            2
        );
    }
}
