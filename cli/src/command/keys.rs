mod allowance;
mod credit;
mod find;
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
    /// Give a token key more credit
    TopUp(credit::TopUp),
    /// Take credit back that is neither spent nor held
    Reclaim(credit::Reclaim),
    /// Move credit from one token key to others
    Allocate(credit::Allocate),
    /// Give a token key credit by itself, each day, week or month
    Allowance(allowance::SetAllowance),
    /// Revoke a token key and stop all its devices
    Revoke(revoke::Revoke),
}

impl Keys {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        match self {
            Self::Mint(mint) => mint.run(context).await,
            Self::List(list) => list.run(context).await,
            Self::TopUp(top_up) => top_up.run(context).await,
            Self::Reclaim(reclaim) => reclaim.run(context).await,
            Self::Allocate(allocate) => allocate.run(context).await,
            Self::Allowance(allowance) => allowance.run(context).await,
            Self::Revoke(revoke) => revoke.run(context).await,
        }
    }
}
