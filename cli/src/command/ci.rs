//! For jobs: record what a job's models consumed, and report it where people look.

mod answers;
mod comment;
mod forge;
mod gemini;
mod markdown;
mod record;
mod report;
mod run;

use clap::Subcommand;

use crate::{command::wait_for, context::Context, failure::Failure, output::Output};

#[derive(Subcommand)]
pub enum Ci {
    /// Record what a job consumed: of a command, of providers' responses in files, or by hand
    Record(Box<record::Record>),
    /// Write a summary by branch and model, and fail over a budget
    Report(Box<report::Report>),
}

impl Ci {
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Record(record) => wait_for(record.run(context)),
            Self::Report(report) => wait_for(report.run(context.json)),
        }
    }
}
