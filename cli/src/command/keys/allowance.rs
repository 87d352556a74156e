use clap::{Args, ValueEnum};
use protocol::{
    Money,
    api::{Allowance, AllowanceRequest, Every},
};

use super::{
    credit::{amount, text},
    find::find,
};
use crate::{context::Context, failure::Failure, output::Output};

#[derive(Args)]
pub struct SetAllowance {
    /// The key's id, or the last four characters of its code, as `keys list` shows them
    #[arg(value_name = "KEY")]
    key: String,
    /// How many US dollars each period brings; the running period's come at once
    #[arg(long, value_name = "USD", value_parser = amount, required_unless_present = "off", requires = "every")]
    amount: Option<Money>,
    /// When a period begins: at midnight, on Monday or on the first of the month, in UTC
    #[arg(long, value_name = "PERIOD")]
    every: Option<Period>,
    /// Keep what was not used when the next grant comes, instead of giving it back
    #[arg(long)]
    carry_over: bool,
    /// End the allowance; what was granted stays
    #[arg(long, conflicts_with_all = ["amount", "every", "carry_over"])]
    off: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Period {
    Day,
    Week,
    Month,
}

impl SetAllowance {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let key = find(&client, &self.key).await?;
        let (head, done) = match (self.amount, self.every) {
            (Some(amount_nano_usd), Some(every)) => {
                let request = AllowanceRequest {
                    amount_nano_usd,
                    every: match every {
                        Period::Day => Every::Day,
                        Period::Week => Every::Week,
                        Period::Month => Every::Month,
                    },
                    carry_over: self.carry_over,
                };
                let done = client.set_allowance(key, &request).await?;
                let amount = amount_nano_usd.exact_usd();
                (format!("Each {} brings ${amount}.", request.every.as_str()), done)
            }
            // clap lets nothing else through than `--off`.
            _ => (
                "The allowance has ended.".into(),
                client.end_allowance(key).await?,
            ),
        };
        Ok(Output::new(format!("{head}\n{}", text(&done)), &done)?)
    }
}

/// An allowance in a column.
pub fn short(allowance: Allowance) -> String {
    let amount = allowance.amount_nano_usd.exact_usd();
    let sign = if allowance.carry_over { "+" } else { "" };
    format!("{sign}${amount}/{}", allowance.every.as_str())
}
