use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// An amount in whole nano-USD (10⁻⁹ USD).
///
/// No float ever touches a balance: amounts are parsed from decimal text, multiplied in `i128`
/// and rounded up once per request. On the wire an amount is a decimal *string*, because
/// JavaScript's numbers are floats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ts_rs::TS, utoipa::ToSchema)]
#[schema(value_type = String, example = "5000000000")]
pub struct Money(#[ts(type = "string")] i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    #[error("write the amount as a decimal number of US dollars, such as 5.00")]
    NotADecimal,
    #[error("an amount has at most nine decimals, one nano-dollar")]
    TooFine,
    #[error("an amount is at most about 9.2 billion dollars")]
    TooLarge,
}

impl Money {
    pub const ZERO: Self = Self(0);
    pub const MAX: Self = Self(i64::MAX);
    /// One US dollar.
    pub const DOLLAR: Self = Self(NANOS_PER_DOLLAR);

    pub const fn from_nano_usd(nano: i64) -> Self {
        Self(nano)
    }
    pub const fn nano_usd(self) -> i64 {
        self.0
    }

    /// Parses a non-negative decimal amount of dollars with up to nine decimals.
    pub fn parse_usd(text: &str) -> Result<Self, MoneyError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() && fraction.is_empty() || !digits(whole) || !digits(fraction) {
            return Err(MoneyError::NotADecimal);
        }
        if fraction.len() > 9 {
            return Err(MoneyError::TooFine);
        }
        let number = |part: &str| match part {
            "" => Ok(0),
            part => part.parse::<i64>().map_err(|_| MoneyError::TooLarge),
        };
        let dollars = number(whole)?;
        let nanos = number(&format!("{fraction:0<9}"))?;
        dollars
            .checked_mul(NANOS_PER_DOLLAR)
            .and_then(|amount| amount.checked_add(nanos))
            .map(Self)
            .ok_or(MoneyError::TooLarge)
    }

    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
    /// Adds, stopping at the largest amount instead of wrapping; for sums that are only shown.
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left, for a person: rounded *down* to the cent, so it never promises too much.
    pub fn display_balance(self) -> String {
        let cents = self.0.div_euclid(NANOS_PER_CENT);
        let sign = if cents < 0 { "-" } else { "" };
        let cents = cents.unsigned_abs();
        format!("{sign}${}.{:02}", cents / 100, cents % 100)
    }

    /// A charge, for a person: rounded *up*; two decimals from a dollar on, four below, and two
    /// figures below a hundredth of a cent.
    pub fn display_charge(self) -> String {
        let nano = i128::from(self.0.max(0));
        let up = |unit: i128| (nano + unit - 1) / unit;
        if nano == 0 {
            return "$0".into();
        }
        if nano >= i128::from(NANOS_PER_DOLLAR) {
            let cents = up(i128::from(NANOS_PER_CENT));
            return format!("${}.{:02}", cents / 100, cents % 100);
        }
        if nano >= 100_000 {
            let parts = up(100_000);
            return format!("${}.{:04}", parts / 10_000, parts % 10_000);
        }
        let micros = up(1_000);
        format!("$0.{micros:06}")
    }

    /// The exact decimal amount of dollars, without trailing zeros beyond the cent.
    pub fn exact_usd(self) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nano = self.0.unsigned_abs();
        let per_dollar = NANOS_PER_DOLLAR.unsigned_abs();
        let fraction = format!("{:09}", nano % per_dollar);
        let kept = fraction.trim_end_matches('0').len().max(2);
        format!("{sign}{}.{}", nano / per_dollar, &fraction[..kept])
    }
}

const NANOS_PER_DOLLAR: i64 = 1_000_000_000;
const NANOS_PER_CENT: i64 = 10_000_000;

/// Shows the wire form: whole nano-USD.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Reads the wire form: whole nano-USD.
impl FromStr for Money {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Money;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal string of whole nano-USD")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Money, E> {
                text.parse()
                    .map_err(|_| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dollars_are_read_to_the_nano_dollar() {
        let cases = [
            ("5.00", Ok(5_000_000_000)),
            ("0.000000001", Ok(1)),
            (".5", Ok(500_000_000)),
            ("9223372036.854775807", Ok(i64::MAX)),
            ("9223372036.854775808", Err(MoneyError::TooLarge)),
            ("99999999999999999999", Err(MoneyError::TooLarge)),
            ("0.0000000001", Err(MoneyError::TooFine)),
            ("", Err(MoneyError::NotADecimal)),
            (".", Err(MoneyError::NotADecimal)),
            ("-1", Err(MoneyError::NotADecimal)),
            ("1e3", Err(MoneyError::NotADecimal)),
            ("1,000", Err(MoneyError::NotADecimal)),
        ];
        for (text, expected) in cases {
            assert_eq!(Money::parse_usd(text).map(Money::nano_usd), expected, "{text}");
        }
    }

    #[test]
    fn balances_round_down_and_charges_round_up() {
        assert_eq!(Money(4_999_999_999).display_balance(), "$4.99");
        assert_eq!(Money(-1).display_balance(), "-$0.01");
        assert_eq!(Money(32_809_800).display_charge(), "$0.0329");
        assert_eq!(Money(17_205_000_001).display_charge(), "$17.21");
        assert_eq!(Money(46_200).display_charge(), "$0.000047");
        assert_eq!(Money(1).display_charge(), "$0.000001");
        assert_eq!(Money(0).display_charge(), "$0");
    }

    proptest! {
        #[test]
        fn exact_text_reads_back(nano in 0..i64::MAX) {
            prop_assert_eq!(Money::parse_usd(&Money(nano).exact_usd()), Ok(Money(nano)));
        }
        #[test]
        fn the_wire_form_reads_back(nano: i64) {
            let text = serde_json::to_string(&Money(nano)).unwrap();
            prop_assert_eq!(text.clone(), format!("\"{nano}\""));
            prop_assert_eq!(serde_json::from_str::<Money>(&text).unwrap(), Money(nano));
        }
    }
}
