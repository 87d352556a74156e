//! Amounts in another currency, worked out at a rate that the person says. None is ever fetched: a
//! rate that changes by itself would change sums of the past.

use std::{collections::BTreeMap, fs, io};

use clap::Args;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{
    Value,
    value::{RawValue, to_raw_value},
};
use usage::{Home, figure, report::Sum};

use crate::{failure::Failure, output::Output, table::count};

const FILE: &str = "currency.toml";
const NANOS: u64 = 1_000_000_000;

#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Currency")]
pub struct Asked {
    /// Show amounts in this currency, too in JSON and CSV, such as EUR [default: USD]
    #[arg(long, value_name = "CODE", value_parser = code)]
    currency: Option<String>,
    /// How much of it one US dollar is [else what currency.toml says, beside prices.toml]
    #[arg(long, value_name = "RATE", requires = "currency")]
    rate: Option<Rate>,
}

fn code(text: &str) -> Result<String, String> {
    match text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        true => Ok(text.to_uppercase()),
        false => Err("a currency has three letters, such as EUR".into()),
    }
}

/// How much of a currency one US dollar is, in billionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
struct Rate(u64);

impl std::str::FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "write a rate such as 0.92, above 0, with up to nine decimals";
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let is_number =
            |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(rest) {
            return Err(WRONG);
        }
        let number = |part: &str| part.parse::<u64>().map_err(|_| WRONG);
        match number(whole)? * NANOS + number(&format!("{rest:0<9}"))? {
            0 => Err(WRONG),
            billionths => Ok(Self(billionths)),
        }
    }
}

impl TryFrom<String> for Rate {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl std::fmt::Display for Rate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let rest = format!("{:09}", self.0 % NANOS);
        let rest = rest.trim_end_matches('0');
        let point = if rest.is_empty() { "" } else { "." };
        write!(f, "{}{point}{rest}", self.0 / NANOS)
    }
}

/// A rate that the person wrote down.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    rate: Rate,
    /// The day that the rate is of.
    date: Date,
}

#[derive(Clone, Debug)]
struct Currency {
    code: String,
    rate: Rate,
    /// None: said with `--rate`.
    date: Option<Date>,
}

impl Currency {
    /// Billionths of it for those of US dollars, the half rounded up.
    fn of(&self, nano_usd: i128) -> i128 {
        (nano_usd * i128::from(self.rate.0) + i128::from(NANOS / 2)).div_euclid(i128::from(NANOS))
    }
}

impl Asked {
    pub fn is_given(&self) -> bool {
        self.currency.is_some()
    }

    pub fn shown(&self, home: &Home) -> Result<Shown, Failure> {
        let Some(code) = self.currency.clone() else {
            return Ok(Shown::default());
        };
        if code == "USD" {
            return match self.rate {
                None => Ok(Shown::default()),
                Some(_) => Err(Failure::usage(
                    "US dollars have no rate: everything is worked out in them.",
                    "Leave --rate out, or name another currency.",
                )),
            };
        }
        if let Some(rate) = self.rate {
            let date = None;
            return Ok(Shown(Some(Currency { code, rate, date })));
        }
        let Some(Written { rate, date }) = written(home)?.get(&code).copied() else {
            return Err(Failure::usage(
                format!("No rate of {code} is known."),
                hint(&code),
            ));
        };
        let date = Some(date);
        Ok(Shown(Some(Currency { code, rate, date })))
    }
}

fn written(home: &Home) -> Result<BTreeMap<String, Written>, Failure> {
    let path = home.config_home().join("token-tracker").join(FILE);
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => {
            return Err(Failure::usage(
                format!("{FILE} cannot be read: {}.", error.kind()),
                "Check who may read it, or say the rate with --rate.",
            ));
        }
    };
    toml::from_str(&text).map_err(|_| Failure::usage(format!("{FILE} is not right."), hint("EUR")))
}

fn hint(code: &str) -> String {
    format!(
        "Say it with --rate, how much of it one US dollar is; or write into {FILE}, beside prices.toml: \
         [{code}] with rate = \"0.92\" and date = \"2026-01-31\"."
    )
}

/// In which currency amounts are shown: US dollars, unless another was asked for.
#[derive(Clone, Debug, Default)]
pub struct Shown(Option<Currency>);

#[derive(Serialize)]
struct Said<'a> {
    code: &'a str,
    /// How much of it one US dollar is.
    rate: String,
    date: Option<Date>,
}

impl Shown {
    pub fn cost(&self, nano_usd: Option<i64>) -> String {
        let (Some(currency), Some(nano_usd)) = (&self.0, nano_usd) else {
            return figure::cost(nano_usd);
        };
        let nano = currency.of(nano_usd.into());
        match i64::try_from(nano) {
            Ok(nano) => figure::cost(Some(nano)).replacen('$', &format!("{} ", currency.code), 1),
            // Billions: nobody counts their cents.
            Err(_) => {
                let whole = u64::try_from(nano / i128::from(NANOS)).unwrap_or(0);
                format!("{} {}", currency.code, count(whole))
            }
        }
    }

    /// A star says that some of it has no known price.
    pub fn cost_of(&self, sum: &Sum) -> String {
        let is_part = sum.messages_unpriced > 0 && sum.cost().is_some();
        self.cost(sum.cost()) + if is_part { "*" } else { "" }
    }

    /// Which rate a report was worked out at; it stands below the report.
    pub fn footer(&self) -> String {
        let Some(Currency { code, rate, date }) = &self.0 else {
            return String::new();
        };
        let source = match date {
            Some(date) => format!("the rate of {date} in {FILE}"),
            None => "the rate that --rate said".into(),
        };
        format!("\n\n{rate} {code} for one US dollar, {source}")
    }

    /// The titles of what [`Self::csv_costs`] has.
    pub fn csv_titles(&self) -> Vec<String> {
        let other = self.0.as_ref();
        let other = other.map(|currency| format!("cost_nano_{}", currency.code.to_lowercase()));
        ["cost_nano_usd".to_owned()].into_iter().chain(other).collect()
    }

    /// A cost as CSV has it: in US dollars, then in the other currency.
    pub fn csv_costs(&self, nano_usd: Option<i64>) -> Vec<String> {
        let text = |nano: Option<i128>| nano.map(|nano| nano.to_string()).unwrap_or_default();
        let nano_usd = nano_usd.map(i128::from);
        let other = self.0.as_ref();
        let other = other.map(|currency| text(nano_usd.map(|nano| currency.of(nano))));
        [text(nano_usd)].into_iter().chain(other).collect()
    }

    /// What a report prints, in one of both forms.
    pub fn output(
        &self,
        json: bool,
        text: impl FnOnce() -> String,
        answer: &impl Serialize,
    ) -> Result<Output, serde_json::Error> {
        match json {
            true => Output::either(true, text, &self.told(answer)?),
            false => Output::either(false, text, answer),
        }
    }

    /// An answer as JSON. Beside each amount of `…NanoUsd` it has the same in the other currency, and
    /// in `currency` the rate.
    pub fn told(&self, answer: &impl Serialize) -> Result<Box<RawValue>, serde_json::Error> {
        let Some(currency) = &self.0 else {
            return to_raw_value(answer);
        };
        let mut value = serde_json::to_value(answer)?;
        add_amounts(&mut value, currency);
        if let Value::Object(members) = &mut value {
            let said = Said {
                code: &currency.code,
                rate: currency.rate.to_string(),
                date: currency.date,
            };
            members.insert("currency".into(), serde_json::to_value(said)?);
        }
        to_raw_value(&value)
    }
}

fn add_amounts(value: &mut Value, currency: &Currency) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| add_amounts(item, currency)),
        Value::Object(members) => {
            let amounts: Vec<(String, Value)> = members
                .iter()
                .filter_map(|(name, value)| Some((name_in(name, &currency.code)?, amount(value, currency))))
                .collect();
            members
                .values_mut()
                .for_each(|member| add_amounts(member, currency));
            members.extend(amounts);
        }
        _ => {}
    }
}

/// `costNanoUsd` as `costNanoEur`, `cost_nano_usd` as `cost_nano_eur`; None for what is no amount.
fn name_in(name: &str, code: &str) -> Option<String> {
    let lower = code.to_lowercase();
    if name.contains("_nano_usd") {
        return Some(name.replacen("_nano_usd", &format!("_nano_{lower}"), 1));
    }
    let titled = format!("{}{}", &code[..1], &lower[1..]);
    name.contains("NanoUsd")
        .then(|| name.replacen("NanoUsd", &format!("Nano{titled}"), 1))
}

fn amount(value: &Value, currency: &Currency) -> Value {
    let nano_usd = value.as_str().and_then(|text| text.parse::<i64>().ok());
    nano_usd.map_or(Value::Null, |nano_usd| {
        currency.of(nano_usd.into()).to_string().into()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(rate: &str) -> Shown {
        Shown(Some(Currency {
            code: "EUR".into(),
            rate: rate.parse().unwrap(),
            date: None,
        }))
    }

    #[test]
    fn rates_are_exact_decimals() {
        for (text, shown) in [
            ("0.92", "0.92"),
            ("1", "1"),
            ("16250.5", "16250.5"),
            ("0.000000001", "0.000000001"),
        ] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "0",
            "0.0",
            "-1",
            "+1",
            "1e3",
            "1.",
            ".5",
            "1,5",
            "0.0000000001",
            "1 ",
            "NaN",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn amounts_are_rounded_at_their_end_alone() {
        let euro = shown("0.92");
        assert_eq!(euro.cost(Some(1_230_000_000)), "EUR 1.14");
        assert_eq!(euro.cost(Some(1_000_000_000_000_000)), "EUR 920,000.00");
        assert_eq!(euro.cost(None), "unpriced");
        assert_eq!(euro.csv_costs(Some(3)), ["3", "3"]);
        assert_eq!(euro.csv_costs(None), ["", ""]);
        // More than 64 bits have in billionths.
        let rupiah = shown("16000");
        assert_eq!(rupiah.cost(Some(1_000_000_000_000_000)), "EUR 16,000,000,000");
        assert_eq!(Shown::default().cost(Some(1_230_000_000)), "$1.23");
        assert_eq!(Shown::default().csv_titles(), ["cost_nano_usd"]);
    }

    #[test]
    fn json_keeps_its_dollars_and_has_the_other_amounts_beside_them() {
        let answer = json!({"totals": {"costNanoUsd": "100", "messages": 1},
            "rows": [{"cost_nano_usd": null}, {"cost_nano_usd": "50"}], "costNanoUsdPerHour": "10"});
        let told: Value = serde_json::from_str(shown("0.5").told(&answer).unwrap().get()).unwrap();
        assert_eq!(
            told,
            json!({"totals": {"costNanoUsd": "100", "costNanoEur": "50", "messages": 1},
                "rows": [{"cost_nano_usd": null, "cost_nano_eur": null}, {"cost_nano_usd": "50", "cost_nano_eur": "25"}],
                "costNanoUsdPerHour": "10", "costNanoEurPerHour": "5",
                "currency": {"code": "EUR", "rate": "0.5", "date": null}})
        );
    }
}
