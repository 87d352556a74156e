use std::{fs, path::PathBuf};

use clap::Args;
use gateway::backup::{self, Restored, SecretFiles};
use jiff::Timestamp;
use serde::Serialize;

use super::backup::{asked, failure, passphrase_of};
use crate::{
    context::Context,
    failure::Failure,
    output::Output,
    table::{count, facts},
};

#[derive(Args)]
pub struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Read the passphrase from the first line of this file [default: ask for it without echo]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Put it in the place of a ledger that is in use; that one is kept as gateway.db.before-restore
    #[arg(long)]
    replace: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Back {
    taken_at: Timestamp,
    keys: u64,
    usage_rows: u64,
    /// Requests that ran when the backup was taken; the next start settles them.
    pending_holds: u64,
    secret_files: &'static str,
    kept_former: bool,
    #[serde(skip)]
    folder: PathBuf,
}

impl Restore {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let file = fs::File::open(&self.file).map_err(|error| {
            Failure::usage(
                format!("The backup could not be opened ({}).", error.kind()),
                "Name a file that `token-tracker backup` wrote.",
            )
        })?;
        let passphrase = match &self.passphrase_file {
            Some(file) => passphrase_of(file)?,
            None => asked("Passphrase of the backup (not shown): ")?,
        };
        let folder = &context.data.path;
        let restored = backup::restore(file, passphrase.as_bytes(), folder, self.replace).await;
        let back = Back::new(&restored.map_err(failure)?, folder.join("secrets"));
        Ok(Output::new(back.text(), &back)?)
    }
}

impl Back {
    fn new(restored: &Restored, folder: PathBuf) -> Self {
        Self {
            taken_at: restored.at,
            keys: restored.report.lots,
            usage_rows: restored.report.usage_rows,
            pending_holds: restored.report.pending_holds,
            secret_files: match restored.secrets {
                SecretFiles::Present => "present",
                SecretFiles::Missing => "missing",
            },
            kept_former: restored.kept_former,
            folder,
        }
    }

    fn text(&self) -> String {
        let at = self.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ");
        let mut text = format!(
            "The ledger is restored, and clean: every balance is the sum of its entries.\n{}",
            facts(&[
                ("as of", at.to_string()),
                ("keys", count(self.keys)),
                ("usage rows", count(self.usage_rows)),
                ("pending", count(self.pending_holds)),
            ])
        );
        text.push_str(&format!(
            "What happened after {at} is not in it: what was spent is there to be spent again, and devices\n\
             that were revoked since then work again. Look at `token-tracker keys list`, and revoke what must not.\n"
        ));
        if self.pending_holds > 0 {
            text.push_str(
                "Pending requests are settled at the next start; see `token-tracker ledger orphans`.\n",
            );
        }
        if self.kept_former {
            text.push_str(
                "The former ledger is kept as gateway.db.before-restore; delete it when it is not needed.\n",
            );
        }
        if self.secret_files == "missing" {
            text.push_str(&format!(
                "Before you start the gateway, copy the pepper and the key file into {}.\n",
                self.folder.display()
            ));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_told_what_is_lost_and_what_is_missing() {
        let back = Back {
            taken_at: "2026-06-01T12:00:00Z".parse().unwrap(),
            keys: 3,
            usage_rows: 1_204,
            pending_holds: 2,
            secret_files: "missing",
            kept_former: true,
            folder: "/data/secrets".into(),
        };
        insta::assert_snapshot!(back.text(), @r"
        The ledger is restored, and clean: every balance is the sum of its entries.
          as of       2026-06-01T12:00:00Z
          keys        3
          usage rows  1,204
          pending     2
        What happened after 2026-06-01T12:00:00Z is not in it: what was spent is there to be spent again, and devices
        that were revoked since then work again. Look at `token-tracker keys list`, and revoke what must not.
        Pending requests are settled at the next start; see `token-tracker ledger orphans`.
        The former ledger is kept as gateway.db.before-restore; delete it when it is not needed.
        Before you start the gateway, copy the pepper and the key file into /data/secrets.
        ");
    }
}
