//! Credit that an owner moves.

use clap::Args;
use protocol::{
    KeyId, Money, Problem,
    api::{AllocationRequest, ReclaimRequest, Share, TopUpRequest, Transfer, TransferKind, Transfers},
    client::GatewayClient,
};

use super::find::find;
use crate::{
    context::Context,
    failure::Failure,
    output::Output,
    table::{Column, render},
};

#[derive(Args)]
pub struct TopUp {
    /// The key's id, or the last four characters of its code, as `keys list` shows them
    #[arg(value_name = "KEY")]
    key: String,
    /// How many US dollars to add, with up to nine decimals
    #[arg(long, value_name = "USD", value_parser = amount)]
    credit: Money,
}

#[derive(Args)]
pub struct Reclaim {
    /// The key's id, or the last four characters of its code, as `keys list` shows them
    #[arg(value_name = "KEY")]
    key: String,
    /// How many US dollars to take back [default: all that is neither spent nor held]
    #[arg(long, value_name = "USD", value_parser = amount)]
    amount: Option<Money>,
}

#[derive(Args)]
pub struct Allocate {
    /// The key that gives: its id, or the last four characters of its code
    #[arg(long, value_name = "KEY")]
    from: String,
    /// The key that is given to; several, separated by commas, each with its part: 1A2B=25%,3C4D=25%
    #[arg(long, value_name = "KEY[=PERCENT],…", value_delimiter = ',', required = true)]
    to: Vec<String>,
    /// How many US dollars to move or divide [default: all that is neither spent nor held]
    #[arg(long, value_name = "USD", value_parser = amount)]
    amount: Option<Money>,
}

/// An amount that is more than nothing.
pub fn amount(text: &str) -> Result<Money, String> {
    match Money::parse_usd(text).map_err(|error| error.to_string())? {
        Money::ZERO => Err("the amount has to be more than nothing".into()),
        amount => Ok(amount),
    }
}

impl TopUp {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let key = find(&client, &self.key).await?;
        let request = TopUpRequest {
            amount_nano_usd: self.credit,
        };
        output(&client.top_up(key, &request).await?)
    }
}

impl Reclaim {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let key = find(&client, &self.key).await?;
        let request = ReclaimRequest {
            amount_nano_usd: self.amount,
        };
        output(&client.reclaim(key, &request).await?)
    }
}

impl Allocate {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let from_key_id = find(&client, &self.from).await?;
        let (to_key_id, shares) = targets(&client, &self.to).await?;
        let request = AllocationRequest {
            from_key_id,
            to_key_id,
            shares,
            amount_nano_usd: self.amount,
            evenly: None,
        };
        output(&client.allocate(&request).await?)
    }
}

/// One key alone is given all of it; with parts it is shares.
async fn targets(
    client: &GatewayClient,
    to: &[String],
) -> Result<(Option<KeyId>, Option<Vec<Share>>), Failure> {
    if let [one] = to
        && !one.contains('=')
    {
        return Ok((Some(find(client, one).await?), None));
    }
    let mut shares = Vec::new();
    for part in to {
        let (key, percent) = share(part)?;
        shares.push(Share {
            to_key_id: find(client, key).await?,
            percent,
        });
    }
    Ok((None, Some(shares)))
}

fn share(text: &str) -> Result<(&str, u8), Problem> {
    let wrong = || {
        Problem::new(
            protocol::Code::InvalidRequest,
            format!("\"{text}\" does not say which part the key is given."),
        )
        .with_hint("Write each of several keys with its whole percent, such as 1A2B=25%.")
    };
    let (key, percent) = text.split_once('=').ok_or_else(wrong)?;
    let percent = percent.strip_suffix('%').unwrap_or(percent);
    Ok((key, percent.parse().map_err(|_| wrong())?))
}

const COLUMNS: &[Column] = &[
    Column::Text("KEY"),
    Column::Number("LEFT"),
    Column::Number("HELD"),
    Column::Number("SPENT"),
    Column::Number("OF"),
];

/// What was moved, and what is on the keys now.
fn output(done: &Transfers) -> Result<Output, Failure> {
    Ok(Output::new(text(done), done)?)
}

pub fn text(done: &Transfers) -> String {
    let mut lines: Vec<String> = done.transfers.iter().map(line).collect();
    if lines.is_empty() {
        lines.push("Nothing was moved.".into());
    }
    let rows = done.lots.iter().map(|lot| {
        vec![
            lot.key_id.to_string(),
            lot.available_nano_usd.display_balance(),
            lot.held_nano_usd.display_charge(),
            lot.spent_nano_usd.display_charge(),
            lot.granted_nano_usd.display_balance(),
        ]
    });
    format!("{}\n\n{}", lines.join("\n"), render(COLUMNS, rows.collect()))
}

fn line(transfer: &Transfer) -> String {
    let amount = transfer.amount_nano_usd.exact_usd();
    let name = |key: Option<KeyId>| key.map_or_else(|| "the house".to_owned(), |key| key.to_string());
    let verb = match transfer.kind {
        TransferKind::Grant => "granted",
        TransferKind::Allocate => "moved",
        TransferKind::Reclaim => "taken back",
        TransferKind::Expire => "expired",
    };
    let (from, to) = (name(transfer.from_key_id), name(transfer.to_key_id));
    format!("${amount} {verb}: {from} → {to}")
}

#[cfg(test)]
mod tests {
    use protocol::api::LotFigures;

    use super::*;

    fn money(text: &str) -> Money {
        Money::parse_usd(text).unwrap()
    }

    #[test]
    fn a_transfer_is_a_line_and_each_key_has_its_figures() {
        let (from, to) = (KeyId::from_bytes([1; 16]), KeyId::from_bytes([2; 16]));
        let lot = |key_id, granted, available| LotFigures {
            key_id,
            granted_nano_usd: money(granted),
            spent_nano_usd: money("0.0012"),
            held_nano_usd: Money::ZERO,
            available_nano_usd: money(available),
        };
        let done = Transfers {
            transfers: vec![Transfer {
                kind: TransferKind::Allocate,
                from_key_id: Some(from),
                to_key_id: Some(to),
                amount_nano_usd: money("1.5"),
            }],
            lots: vec![lot(from, "3.5", "3.4988"), lot(to, "1.5", "1.4988")],
        };
        insta::assert_snapshot!(text(&done), @r"
        $1.50 moved: 01010101-0101-0101-0101-010101010101 → 02020202-0202-0202-0202-020202020202

        KEY                                    LEFT  HELD    SPENT     OF
        01010101-0101-0101-0101-010101010101  $3.49    $0  $0.0012  $3.50
        02020202-0202-0202-0202-020202020202  $1.49    $0  $0.0012  $1.50
        ");
    }

    #[test]
    fn shares_are_whole_percents() {
        assert_eq!(share("1A2B=25%").unwrap(), ("1A2B", 25));
        assert_eq!(share("1A2B=25").unwrap(), ("1A2B", 25));
        for wrong in ["1A2B", "1A2B=", "1A2B=2.5%", "1A2B=300%"] {
            assert!(share(wrong).is_err(), "{wrong}");
        }
    }
}
