mod orphans;
mod verify;

use clap::Subcommand;

use crate::{context::Context, failure::Failure, output::Output};

#[derive(Subcommand)]
pub enum Ledger {
    /// Recount every balance from the entries; beside a running gateway or without one
    Verify(verify::Verify),
    /// List requests that a crash interrupted, and refund them
    Orphans(orphans::Orphans),
}

impl Ledger {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Verify(verify) => verify.run(context).await,
            Self::Orphans(orphans) => orphans.run(context).await,
        }
    }
}
