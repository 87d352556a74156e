use clap::Args;
use protocol::api::{Balance as Amounts, BalanceResponse, LotBalance};

use crate::{context::Context, failure::Failure, moment, output::Output, signed_in, table::facts};

#[derive(Args)]
pub struct Balance {}

impl Balance {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let balance = context.device().await?.client.balance().await?;
        let text = text(&balance);
        Ok(Output::new(text, &BalanceResponse { balance })?)
    }
}

fn text(balance: &Amounts) -> String {
    let mut lines = vec![
        ("left", signed_in::balance(balance)),
        ("spent", balance.spent_nano_usd.display_charge()),
    ];
    for lot in &balance.lots {
        lines.push(("key", key(lot)));
    }
    facts(&lines)
}

fn key(lot: &LotBalance) -> String {
    let until = lot.expires_at.map_or("no expiry".into(), |at| {
        format!("until {} UTC", moment::display(at))
    });
    format!("…{}, {until}", lot.key_last4)
}

#[cfg(test)]
mod tests {
    use protocol::{KeyId, Money};

    use super::*;

    #[test]
    fn a_person_reads_what_is_left() {
        let lot = LotBalance {
            id: KeyId::from_bytes([7; 16]),
            key_last4: "594B".into(),
            available_nano_usd: Money::from_nano_usd(4_998_799_999),
            held_nano_usd: Money::ZERO,
            granted_nano_usd: Money::from_nano_usd(5_000_000_000),
            expires_at: Some("2027-01-31T00:00:00Z".parse().unwrap()),
        };
        let balance = Amounts::of_lot(lot, Money::from_nano_usd(1_200_001));
        insta::assert_snapshot!(text(&balance), @r"
        left   $4.99 of $5.00
        spent  $0.0013
        key    …594B, until 2027-01-31 00:00 UTC
        ");
    }
}
