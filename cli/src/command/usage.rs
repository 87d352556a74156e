//! What assistants consumed: reports over the logs on this machine, and the gateway's own rows.

mod blocks;
mod csv;
mod currency;
mod explain;
pub mod graph;
mod overview;
pub mod place;
mod prices;
pub mod report;
mod requests;
mod rows;
pub mod scope;
pub mod screen;
mod statusline;
mod verify;
mod view;
mod watch;
pub mod wrapped;

use clap::{Args, Subcommand};

pub use explain::Models;
pub use graph::Graph;
pub use report::{By, Report};

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
    Daily(Report),
    /// Sums by week
    Weekly(Report),
    /// Sums by month
    Monthly(Report),
    /// Sums by client and model
    Models(Models),
    /// Sums by session, the latest last
    Sessions(Report),
    /// Sums by project
    Projects(Report),
    /// Sums by project and git branch
    Branches(Report),
    /// Windows of five hours, with how fast the present one is used up
    Blocks(blocks::Blocks),
    /// One line for the status line of an assistant, which may say its session on standard input
    Statusline(statusline::Statusline),
    /// Every day of a year as a square or a tower: in the terminal, as SVG, PNG or JSON
    Graph(Graph),
    /// A year in one picture: in the terminal, as SVG, PNG or JSON [default: this year]
    Wrapped(wrapped::Wrapped),
    /// The graphs as a private page of this machine; ends when the page is closed
    View(view::ViewCommand),
    /// Every row that reports are made of: client, model, day, project, branch
    Rows(rows::Rows),
    /// Show from which files and lines a total comes, and check the index against them
    Verify(verify::Verify),
    /// Follow live sessions: what each of them uses, as it is written
    Watch(watch::Watch),
    /// Where prices come from; import tables of LiteLLM and models.dev
    Prices(prices::Prices),
    /// The gateway's requests, one a line, newest first
    #[command(alias = "log")]
    Requests(requests::Requests),
}

impl Usage {
    /// What a bare `token-tracker` shows.
    pub fn overview(json: bool) -> Result<Output, Failure> {
        overview::Overview::default().run(json)
    }

    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        match self.command {
            None => self.overview.run(context.json),
            Some(UsageCommand::Daily(report)) => report.run(By::Day, context.json),
            Some(UsageCommand::Weekly(report)) => report.run(By::Week, context.json),
            Some(UsageCommand::Monthly(report)) => report.run(By::Month, context.json),
            Some(UsageCommand::Models(models)) => models.run(context.json),
            Some(UsageCommand::Sessions(report)) => report.run(By::Session, context.json),
            Some(UsageCommand::Projects(report)) => report.run(By::Project, context.json),
            Some(UsageCommand::Branches(report)) => report.run(By::Branch, context.json),
            Some(UsageCommand::Blocks(blocks)) => blocks.run(context.json),
            Some(UsageCommand::Statusline(line)) => line.run(context.json),
            Some(UsageCommand::Graph(graph)) => graph.run(),
            Some(UsageCommand::Wrapped(wrapped)) => wrapped.run(),
            Some(UsageCommand::View(view)) => view.run(context),
            Some(UsageCommand::Rows(rows)) => rows.run(context.json),
            Some(UsageCommand::Verify(verify)) => verify.run(context.json),
            Some(UsageCommand::Watch(watch)) => watch.run(context.json),
            Some(UsageCommand::Prices(prices)) => prices.run(),
            Some(UsageCommand::Requests(requests)) => wait_for(requests.run(context)),
        }
    }
}
