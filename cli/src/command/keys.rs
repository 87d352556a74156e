mod list;
mod mint;
mod revoke;

use clap::Subcommand;

use crate::{context::Context, failure::Failure, output::Output};

#[derive(Subcommand)]
pub enum Keys {
    /// Make token keys; each code is shown once
    Mint(mint::Mint),
    /// List token keys with what is left on each
    List(list::List),
    /// Revoke a token key and stop all its devices
    Revoke(revoke::Revoke),
}

impl Keys {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Mint(mint) => mint.run(context).await,
            Self::List(list) => list.run(context).await,
            Self::Revoke(revoke) => revoke.run(context).await,
        }
    }
}
