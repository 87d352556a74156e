use clap::Args;
use jiff::Timestamp;
use protocol::{
    MemberId, Money,
    api::{Limits, MintRequest, MintResponse, MintedKey},
};
use serde_json::json;

use crate::{
    context::Context,
    failure::Failure,
    moment,
    output::Output,
    table::{facts, frame},
};

#[derive(Args)]
pub struct Mint {
    /// How many US dollars the key is worth, with up to nine decimals
    #[arg(long, value_name = "USD", value_parser = credit, allow_hyphen_values = true)]
    credit: Money,
    /// The models that the key may use [default: all]
    #[arg(long, value_name = "ID,…", value_delimiter = ',', value_parser = model)]
    models: Option<Vec<String>>,
    /// How many devices may use the key at the same time
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    devices: u32,
    /// When the key ends: 30d, 12h, 2w, a date (its midnight, UTC) or a timestamp [default: never]
    #[arg(long, value_name = "WHEN", value_parser = expiry)]
    expires: Option<Expiry>,
    /// How many keys to mint, each with the whole credit
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    count: u32,
    /// Refuse what the credit cannot cover, instead of lowering the output cap
    #[arg(long)]
    strict: bool,
    /// A name for the key, shown in lists
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    /// The member whose keys they are
    #[arg(long, value_name = "ID")]
    member: Option<MemberId>,
    /// Requests per minute [default: as the gateway is configured]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = LIMITS)]
    rpm: Option<u32>,
    /// Tokens per minute, input and output together
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), help_heading = LIMITS)]
    tpm: Option<u64>,
    /// Requests at the same time
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = LIMITS)]
    streams: Option<u32>,
    /// US dollars for each calendar day
    #[arg(long, value_name = "USD", value_parser = spend, help_heading = LIMITS)]
    spend_per_day: Option<Money>,
    /// US dollars for each calendar month
    #[arg(long, value_name = "USD", value_parser = spend, help_heading = LIMITS)]
    spend_per_month: Option<Money>,
}

const LIMITS: &str = "Limits";

/// `never` is an answer too, so this is more than an optional timestamp.
#[derive(Clone, Copy, Debug)]
struct Expiry(Option<Timestamp>);

fn credit(text: &str) -> Result<Money, String> {
    Money::parse_usd(text).map_err(|error| error.to_string())
}

fn spend(text: &str) -> Result<Money, String> {
    match credit(text)? {
        Money::ZERO => Err("a limit of nothing lets nothing pass; leave it out for none".into()),
        amount => Ok(amount),
    }
}

fn model(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("write the models' names with commas between them, such as coder,chat".into()),
        name => Ok(name.to_owned()),
    }
}

fn expiry(text: &str) -> Result<Expiry, String> {
    moment::parse_expiry(text, Timestamp::now()).map(Expiry)
}

impl Mint {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let admin = context.admin().await?;
        let request = self.request();
        let MintResponse { gateway_url, keys } = admin.mint(&request).await?;
        let text = text(&keys, &request.limits, gateway_url.trim_end_matches('/'));
        Ok(Output::new(text, &json!({ "keys": keys }))?)
    }

    fn request(self) -> MintRequest {
        MintRequest {
            credit_nano_usd: self.credit,
            models: self.models,
            devices: self.devices,
            expires_at: self.expires.and_then(|expiry| expiry.0),
            count: self.count,
            strict: self.strict,
            label: self.label,
            member_id: self.member,
            limits: Limits {
                rpm: self.rpm,
                tpm: self.tpm,
                streams: self.streams,
                spend_per_day_nano_usd: self.spend_per_day,
                spend_per_month_nano_usd: self.spend_per_month,
            },
        }
    }
}

/// The code in a frame, what it is worth, and the link. This is the only time it is shown.
fn text(keys: &[MintedKey], limits: &Limits, gateway: &str) -> String {
    let codes: Vec<&str> = keys.iter().map(|key| key.key.as_str()).collect();
    let Some(first) = keys.first() else {
        return "No key was minted.".into();
    };
    let each = if keys.len() > 1 { " each" } else { "" };
    let mut worth = vec![
        ("credit", format!("${}{each}", first.credit_nano_usd.exact_usd())),
        (
            "models",
            first
                .models
                .as_ref()
                .map_or("all".into(), |models| models.join(", ")),
        ),
        ("devices", format!("{}{each}", first.devices)),
        (
            "expires",
            first.expires_at.map_or("never".into(), |at| at.to_string()),
        ),
    ];
    if !limits.is_empty() {
        worth.push(("limits", limits_text(limits)));
    }
    for key in keys {
        worth.push(("link", link(gateway, &key.key)));
    }
    let (they_are, them) = match keys.len() {
        1 => ("This code is", "it"),
        _ => ("These codes are", "them"),
    };
    format!(
        "{}{}\n{they_are} shown once, so copy {them} now. To use a key, paste its code or link into\n\
         `Token Tracker: Redeem Token Key` in VS Code, or `token-tracker redeem` in a terminal.",
        frame(&codes),
        facts(&worth),
    )
}

fn limits_text(limits: &Limits) -> String {
    let money = |amount: Option<Money>| amount.map(|amount| format!("${}", amount.exact_usd()));
    let parts = [
        (limits.rpm.map(|n| n.to_string()), "requests a minute"),
        (limits.tpm.map(|n| n.to_string()), "tokens a minute"),
        (limits.streams.map(|n| n.to_string()), "at a time"),
        (money(limits.spend_per_day_nano_usd), "a day"),
        (money(limits.spend_per_month_nano_usd), "a month"),
    ];
    let parts = parts
        .into_iter()
        .filter_map(|(number, of)| Some(format!("{} {of}", number?)));
    parts.collect::<Vec<_>>().join(", ")
}

/// The key rides in the fragment, which a browser never sends to a server or writes to its log.
fn link(gateway: &str, key: &str) -> String {
    format!("{gateway}/redeem#{key}")
}

#[cfg(test)]
mod tests {
    use protocol::KeyId;

    use super::*;

    fn key(code: &str) -> MintedKey {
        MintedKey {
            id: KeyId::from_bytes([7; 16]),
            key: code.into(),
            credit_nano_usd: Money::parse_usd("5.00").unwrap(),
            models: None,
            devices: 1,
            expires_at: None,
        }
    }

    #[test]
    fn one_key_is_framed_with_its_link() {
        let gateway = "http://127.0.0.1:7425";
        insta::assert_snapshot!(text(&[key("TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B")], &Limits::default(), gateway), @r"
        ╭─────────────────────────────────────╮
        │  TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B  │
        ╰─────────────────────────────────────╯
          credit   $5.00
          models   all
          devices  1
          expires  never
          link     http://127.0.0.1:7425/redeem#TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B

        This code is shown once, so copy it now. To use a key, paste its code or link into
        `Token Tracker: Redeem Token Key` in VS Code, or `token-tracker redeem` in a terminal.
        ");
    }

    #[test]
    fn several_keys_share_one_frame() {
        let gateway = "https://ai.example.com";
        let mut keys = [
            key("TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B"),
            key("TTK-00000-B9J53-9TNEJ-KTHAJ-C594B"),
        ];
        for key in &mut keys {
            key.models = Some(vec!["coder".into(), "chat".into()]);
            key.expires_at = Some("2027-01-31T00:00:00Z".parse().unwrap());
        }
        let limits = Limits {
            rpm: Some(60),
            spend_per_day_nano_usd: Some(Money::parse_usd("2.5").unwrap()),
            ..Limits::default()
        };
        insta::assert_snapshot!(text(&keys, &limits, gateway), @r"
        ╭─────────────────────────────────────╮
        │  TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B  │
        │  TTK-00000-B9J53-9TNEJ-KTHAJ-C594B  │
        ╰─────────────────────────────────────╯
          credit   $5.00 each
          models   coder, chat
          devices  1 each
          expires  2027-01-31T00:00:00Z
          limits   60 requests a minute, $2.50 a day
          link     https://ai.example.com/redeem#TTK-6Y8S0-B9J53-9TNEJ-KTHAJ-C594B
          link     https://ai.example.com/redeem#TTK-00000-B9J53-9TNEJ-KTHAJ-C594B

        These codes are shown once, so copy them now. To use a key, paste its code or link into
        `Token Tracker: Redeem Token Key` in VS Code, or `token-tracker redeem` in a terminal.
        ");
    }
}
