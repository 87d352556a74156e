//! What assistants consumed: reports over the logs on this machine, and the gateway's own rows.

mod blocks;
mod csv;
mod explain;
mod overview;
mod report;
mod requests;
mod rows;
mod scope;
mod screen;
mod statusline;
mod verify;

use clap::{Args, Subcommand};

use crate::{command::wait_for, context::Context, failure::Failure, output::Output};

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Usage {
    #[command(subcommand)]
    command: Option<UsageCommand>,
    #[command(flatten)]
    overview: overview::Overview,
}

#[derive(Subcommand)]
enum UsageCommand {
    /// Sums by day
    Daily(report::Report),
    /// Sums by week
    Weekly(report::Report),
    /// Sums by month
    Monthly(report::Report),
    /// Sums by client and model
    Models(explain::Models),
    /// Sums by session, the latest last
    Sessions(report::Report),
    /// Sums by project
    Projects(report::Report),
    /// Sums by project and git branch
    Branches(report::Report),
    /// Windows of five hours, with how fast the present one is used up
    Blocks(blocks::Blocks),
    /// One line for the status line of an assistant, which may say its session on standard input
    Statusline(statusline::Statusline),
    /// Every row that reports are made of: client, model, day, project, branch
    Rows(rows::Rows),
    /// Show from which files and lines a total comes, and check the index against them
    Verify(verify::Verify),
    /// The gateway's requests, one a line, newest first
    #[command(alias = "log")]
    Requests(requests::Requests),
}

impl Usage {
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        use report::By;
        match self.command {
            None => self.overview.run(),
            Some(UsageCommand::Daily(report)) => report.run(By::Day),
            Some(UsageCommand::Weekly(report)) => report.run(By::Week),
            Some(UsageCommand::Monthly(report)) => report.run(By::Month),
            Some(UsageCommand::Models(models)) => models.run(),
            Some(UsageCommand::Sessions(report)) => report.run(By::Session),
            Some(UsageCommand::Projects(report)) => report.run(By::Project),
            Some(UsageCommand::Branches(report)) => report.run(By::Branch),
            Some(UsageCommand::Blocks(blocks)) => blocks.run(),
            Some(UsageCommand::Statusline(line)) => line.run(),
            Some(UsageCommand::Rows(rows)) => rows.run(),
            Some(UsageCommand::Verify(verify)) => verify.run(),
            Some(UsageCommand::Requests(requests)) => wait_for(requests.run(context)),
        }
    }
}
