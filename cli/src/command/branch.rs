//! What a git branch consumed: manual entries, exports and imports, merges.

pub mod add;
mod archive;
pub mod export;
pub mod fit;
pub mod import;
mod merge_stats;
pub mod place;
pub mod show;
mod submit;

use clap::Subcommand;

use crate::{command::wait_for, context::Context, failure::Failure, output::Output};

#[derive(Subcommand)]
pub enum Branch {
    /// Enter tokens that no log has, for the branch that is checked out
    Add(add::Add),
    /// Show what a branch consumed: from logs, entered by hand, recorded by jobs and imported
    Show(show::Show),
    /// Write the rows of a branch into a file for another machine
    Export(export::Export),
    /// Take over the rows of such files; the same row never counts twice
    Import(import::Import),
    /// Put away what a branch has until now: it stays in reports, and leaves show and export
    Archive(archive::Archive),
    /// What each merge cost: tokens and money of the branch up to it
    MergeStats(merge_stats::MergeStats),
    /// Report a branch's rows to the gateway, where they stand beside its own usage
    Submit(submit::Submit),
}

impl Branch {
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Add(add) => add.run(),
            Self::Show(show) => show.run(),
            Self::Export(export) => export.run(),
            Self::Import(import) => import.run(),
            Self::Archive(archive) => archive.run(),
            Self::MergeStats(stats) => stats.run(),
            Self::Submit(submit) => wait_for(submit.run(context)),
        }
    }
}
