use std::{fmt, str::FromStr};

use protocol::{Money, MoneyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Whole nano-USD for one million tokens; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub struct Rate(i64);

/// Why a text or number is not a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RateError {
    #[error("write the price as a decimal number of US dollars per million tokens, such as 3.00")]
    NotADecimal,
    #[error("a price has at most nine decimals")]
    TooFine,
    #[error("a price is at most about 9.2 billion dollars per million tokens")]
    TooLarge,
    #[error("a price cannot be negative")]
    Negative,
}

impl Rate {
    pub const FREE: Self = Self(0);

    /// None for a negative number.
    pub const fn from_nano_usd(nano: i64) -> Option<Self> {
        if nano < 0 { None } else { Some(Self(nano)) }
    }
    /// Nano-USD for one million tokens.
    pub const fn nano_usd(self) -> i64 {
        self.0
    }
    /// The rate as the amount that one million tokens cost.
    pub const fn per_million(self) -> Money {
        Money::from_nano_usd(self.0)
    }
}

/// Reads a decimal number of US dollars per million tokens: `"3.00"` is 3,000,000,000.
impl FromStr for Rate {
    type Err = RateError;
    fn from_str(text: &str) -> Result<Self, RateError> {
        match Money::parse_usd(text) {
            Ok(amount) => Ok(Self(amount.nano_usd())),
            Err(MoneyError::NotADecimal) if text.starts_with('-') => Err(RateError::Negative),
            Err(MoneyError::NotADecimal) => Err(RateError::NotADecimal),
            Err(MoneyError::TooFine) => Err(RateError::TooFine),
            Err(MoneyError::TooLarge) => Err(RateError::TooLarge),
        }
    }
}

/// Shows US dollars per million tokens, exactly.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.per_million().exact_usd())
    }
}

impl TryFrom<i64> for Rate {
    type Error = RateError;
    fn try_from(nano: i64) -> Result<Self, RateError> {
        Self::from_nano_usd(nano).ok_or(RateError::Negative)
    }
}

impl From<Rate> for i64 {
    fn from(rate: Rate) -> Self {
        rate.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_prices_are_read_exactly() {
        let cases = [
            ("3.00", Ok(3_000_000_000)),
            ("0.075", Ok(75_000_000)),
            ("0", Ok(0)),
            ("0.000000001", Ok(1)),
            ("0.0000000001", Err(RateError::TooFine)),
            ("-3", Err(RateError::Negative)),
            ("$3", Err(RateError::NotADecimal)),
            ("1e3", Err(RateError::NotADecimal)),
            ("10000000000", Err(RateError::TooLarge)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Rate>().map(Rate::nano_usd), expected, "{text}");
        }
    }
}
