use clap::Args;
use jiff::Timestamp;
use protocol::{Code, Problem};
use serde::Serialize;

use super::place::Sources;
use crate::{
    failure::Failure,
    gathering::Sums,
    output::Output,
    table::{amount, count},
};

#[derive(Args)]
pub struct Archive {
    /// The branch [default: the one that is checked out]
    #[arg(value_name = "BRANCH")]
    branch: Option<String>,
    /// Take out again what was put away
    #[arg(long)]
    undo: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Serialize)]
struct Answer {
    repository: String,
    branch: String,
    archived: bool,
    #[serde(flatten)]
    sums: Sums,
}

impl Archive {
    pub fn run(self) -> Result<Output, Failure> {
        let checkout = self.sources.checkout()?;
        let branch = checkout.branch_or(self.branch.as_deref())?;
        let mut book = self.sources.book()?;
        if self.undo {
            if !book.take_out(&checkout.repository, &branch)? {
                return Err(
                    Problem::new(Code::NotFound, format!("Nothing of {branch} was put away."))
                        .with_hint("`token-tracker branch show --all` lists the branches.")
                        .into(),
                );
            }
        } else {
            book.archive(&checkout.repository, &branch, Timestamp::now())?;
        }
        let gathering = self.sources.gather(&checkout, true)?;
        let sums = Sums::of(
            gathering
                .rows
                .iter()
                .filter(|priced| priced.row.branch.as_ref() == Some(&branch)),
        );
        let what = if self.undo { "shown again" } else { "put away" };
        let text = format!(
            "{} of {branch} with {} tokens are {what}. Reports count them as before.",
            amount(sums.rows, "row"),
            count(sums.tokens.total())
        );
        let answer = Answer {
            repository: checkout.repository,
            branch,
            archived: !self.undo,
            sums,
        };
        Ok(Output::new(text, &answer)?)
    }
}
