use clap::Args;
use protocol::api::{KeyList, KeyState, KeySummary};

use super::allowance;
use crate::{
    context::Context,
    failure::Failure,
    moment,
    output::Output,
    table::{Column, render},
};

#[derive(Args)]
pub struct List {}

impl List {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let keys = context.admin().await?.keys().await?;
        let text = text(&keys);
        Ok(Output::new(text, &KeyList { keys, next: None })?)
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("ID"),
    Column::Text("KEY"),
    Column::Text("STATE"),
    Column::Number("LEFT"),
    Column::Number("OF"),
    Column::Text("ALLOWANCE"),
    Column::Number("DEVICES"),
    Column::Text("EXPIRES"),
    Column::Text("LABEL"),
];

fn text(keys: &[KeySummary]) -> String {
    if keys.is_empty() {
        return "No keys yet. Make one with `token-tracker keys mint --credit 5.00`.".into();
    }
    render(COLUMNS, keys.iter().map(row).collect())
}

fn row(key: &KeySummary) -> Vec<String> {
    vec![
        key.id.to_string(),
        format!("…{}", key.last4),
        state(key.state).into(),
        key.available_nano_usd.display_balance(),
        key.granted_nano_usd.display_balance(),
        key.allowance.map_or_else(String::new, allowance::short),
        format!("{}/{}", key.devices_enrolled, key.devices),
        key.expires_at.map_or("never".into(), moment::display),
        key.label.clone().unwrap_or_default(),
    ]
}

fn state(state: KeyState) -> &'static str {
    match state {
        KeyState::Unredeemed => "unredeemed",
        KeyState::Active => "active",
        KeyState::Exhausted => "exhausted",
        KeyState::Expired => "expired",
        KeyState::Revoked => "revoked",
    }
}

#[cfg(test)]
mod tests {
    use protocol::{
        KeyId, Money,
        api::{Allowance, Every, Limits},
    };

    use super::*;

    #[test]
    fn a_key_is_one_line() {
        let key = KeySummary {
            id: KeyId::from_bytes([7; 16]),
            last4: "594B".into(),
            label: Some("Ada".into()),
            state: KeyState::Active,
            granted_nano_usd: Money::parse_usd("5").unwrap(),
            spent_nano_usd: Money::parse_usd("0.0012").unwrap(),
            held_nano_usd: Money::ZERO,
            available_nano_usd: Money::parse_usd("4.9988").unwrap(),
            models: None,
            devices: 3,
            devices_enrolled: 1,
            strict: false,
            created_at: "2026-06-01T12:00:00Z".parse().unwrap(),
            expires_at: None,
            member_id: None,
            allowance: Some(Allowance {
                amount_nano_usd: Money::parse_usd("5").unwrap(),
                every: Every::Month,
                carry_over: true,
                next_at: "2026-07-01T00:00:00Z".parse().unwrap(),
            }),
            limits: Limits::default(),
        };
        insta::assert_snapshot!(text(&[key]), @r"
        ID                                    KEY    STATE    LEFT     OF  ALLOWANCE     DEVICES  EXPIRES  LABEL
        07070707-0707-0707-0707-070707070707  …594B  active  $4.99  $5.00  +$5.00/month      1/3  never    Ada
        ");
    }

    #[test]
    fn an_empty_list_says_what_to_do() {
        assert!(text(&[]).contains("keys mint"));
    }
}
