//! One file a command. Each turns its options into an [`Output`] or a [`Failure`].

mod audit;
mod backup;
mod balance;
pub mod branch;
mod ci;
mod cursor;
mod devices;
mod export;
mod import;
mod keys;
mod ledger;
pub mod login;
mod members;
mod migrate;
mod models;
mod reconcile;
mod redeem;
mod reload;
mod restore;
pub mod serve;
mod sign_out;
mod status;
mod submit;
mod r#try;
mod tui;
mod upstreams;
pub mod usage;

use clap::Subcommand;
use protocol::{Code, Problem};

use crate::{context::Context, failure::Failure, output::Output};

#[derive(Subcommand)]
pub enum Command {
    /// Run the gateway: keys, balances and the way to the providers
    Serve(serve::Serve),
    /// Have the running gateway read its configuration again
    Reload(reload::Reload),
    /// Mint, list and revoke token keys, and move credit between them
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Use a token key on this device
    Redeem(redeem::Redeem),
    /// Show what is left to spend on this device
    Balance(balance::Balance),
    /// Show what every assistant on this machine consumed and cost, from their own logs
    Usage(Box<usage::Usage>),
    /// Usage, balances and running sessions on a whole screen, kept up to date
    Tui(Box<tui::Tui>),
    /// Show, enter, export and import what a git branch consumed
    #[command(subcommand)]
    Branch(Box<branch::Branch>),
    /// Record what a job consumed, and report it by branch and model
    #[command(subcommand)]
    Ci(ci::Ci),
    /// List, rename and revoke enrolled devices
    #[command(subcommand)]
    Devices(devices::Devices),
    /// Sums by client and model; `models served` lists what this device may use
    Models(Box<models::Models>),
    /// Sums by month, as `usage monthly`
    Monthly(Box<usage::Report>),
    /// Every day of a year in a picture, as `usage graph`
    Graph(Box<usage::Graph>),
    /// Take in Cursor's usage, which its dashboard exports as CSV
    Cursor(cursor::Cursor),
    /// Send one completion through the gateway and show its receipt
    Try(r#try::Try),
    /// Show where this device is signed in, and whether the gateway is ready
    Status(status::Status),
    /// Sign this device out and free its place on the token key
    SignOut(sign_out::SignOut),
    /// Log in as a member of a gateway, confirmed in a signed-in browser
    Login(login::Login),
    /// Revoke the login's token and forget it
    Logout(login::Logout),
    /// Show who is logged in, and where
    Whoami(login::Whoami),
    /// Send sums of days to your profile at the gateway, if you want one
    Submit(submit::Submit),
    /// List providers and store their API keys
    #[command(subcommand)]
    Upstreams(upstreams::Upstreams),
    /// Compare what was metered with what the providers billed
    Reconcile(reconcile::Reconcile),
    /// List, invite and remove the people of this gateway, and sign the owner in
    #[command(subcommand)]
    Members(members::Members),
    /// Show and check the log of who did what
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Recount the gateway's ledger
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Write everything that the gateway keeps, or one table or person of it, to a file
    Export(export::Export),
    /// Bring usage in from a CSV file
    Import(import::Import),
    /// Move the ledger to another database, where several gateways can use it
    Migrate(migrate::Migrate),
    /// Write the ledger into one encrypted file, beside a running gateway or without one
    Backup(backup::Backup),
    /// Put a backup into a data directory that no gateway uses
    Restore(restore::Restore),
}

/// What is shown when no command is named.
pub fn usual(json: bool) -> Result<Output, Failure> {
    usage::Usage::overview(json)
}

impl Command {
    /// Runs the command; `serve` returns when the gateway has stopped.
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            // The gateway makes its own runtime, with as many threads as it wants.
            Self::Serve(serve) => serve.run(context),
            Self::Reload(reload) => wait_for(reload.run(context)),
            Self::Keys(keys) => wait_for(keys.run(context)),
            Self::Redeem(redeem) => wait_for(redeem.run(context)),
            Self::Balance(balance) => wait_for(balance.run(context)),
            Self::Usage(usage) => usage.run(context),
            Self::Tui(tui) => tui.run(context),
            Self::Branch(branch) => branch.run(context),
            Self::Ci(ci) => ci.run(context),
            Self::Devices(devices) => wait_for(devices.run(context)),
            Self::Models(models) => models.run(context),
            Self::Monthly(report) => report.run(usage::By::Month, context.json),
            Self::Graph(graph) => graph.run(),
            Self::Cursor(cursor) => cursor.run(),
            Self::Try(r#try) => wait_for(r#try.run(context)),
            Self::Status(status) => wait_for(status.run(context)),
            Self::SignOut(sign_out) => wait_for(sign_out.run(context)),
            Self::Login(login) => wait_for(login.run(context)),
            Self::Logout(logout) => wait_for(logout.run(context)),
            Self::Whoami(whoami) => wait_for(whoami.run(context)),
            Self::Submit(submit) => submit.run(context),
            Self::Upstreams(upstreams) => wait_for(upstreams.run(context)),
            Self::Reconcile(reconcile) => wait_for(reconcile.run(context)),
            Self::Members(members) => wait_for(members.run(context)),
            Self::Audit(audit) => wait_for(audit.run(context)),
            Self::Ledger(ledger) => wait_for(ledger.run(context)),
            Self::Export(export) => wait_for(export.run(context)),
            Self::Import(import) => wait_for(import.run(context)),
            Self::Migrate(migrate) => wait_for(migrate.run(context)),
            Self::Backup(backup) => backup.run(context),
            Self::Restore(restore) => wait_for(restore.run(context)),
        }
    }
}

/// Runs one command's calls; a command line needs no more than this thread.
pub(crate) fn wait_for(work: impl Future<Output = Result<Output, Failure>>) -> Result<Output, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime
        .map_err(|_| {
            Problem::new(
                Code::Internal,
                "This process could not open what it needs for the network.",
            )
            .with_hint("Raise the limit on open files, then try again.")
        })?
        .block_on(work)
}
