use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A factor on a model's price, in whole millionths: `"1.25"` is 1,250,000.
///
/// Kept beside the rates instead of being worked into them, so that a request is still rounded
/// once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Multiplier(u32);

impl Multiplier {
    pub const ONE: Self = Self(DENOMINATOR);

    pub const fn from_millionths(millionths: u32) -> Self {
        Self(millionths)
    }
    pub const fn millionths(self) -> u32 {
        self.0
    }
    /// None when the product is too large.
    pub fn times(self, other: Self) -> Option<Self> {
        let product = u64::from(self.0) * u64::from(other.0) / u64::from(DENOMINATOR);
        u32::try_from(product).ok().map(Self)
    }
}

pub(super) const DENOMINATOR: u32 = 1_000_000;

impl Default for Multiplier {
    fn default() -> Self {
        Self::ONE
    }
}

/// Reads a decimal number from 0 to 4294 with up to six decimals. The error is the sentence for
/// whoever wrote it.
impl FromStr for Multiplier {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str =
            "write the multiplier as a decimal number from 0 to 4294 with up to six decimals, such as 1.25";
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || fraction.len() > 6 || !digits(whole) || !digits(fraction) {
            return Err(WRONG);
        }
        let whole: u32 = whole.parse().map_err(|_| WRONG)?;
        let fraction: u32 = format!("{fraction:0<6}").parse().map_err(|_| WRONG)?;
        whole
            .checked_mul(DENOMINATOR)
            .and_then(|whole| whole.checked_add(fraction))
            .map(Self)
            .ok_or(WRONG)
    }
}

impl fmt::Display for Multiplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / DENOMINATOR, self.0 % DENOMINATOR);
        let fraction = format!("{fraction:06}");
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            fraction => write!(f, "{whole}.{fraction}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_are_read_exactly() {
        let cases = [
            ("1.25", Some(1_250_000)),
            ("1", Some(1_000_000)),
            ("0.000001", Some(1)),
            ("0", Some(0)),
            ("4294.967295", Some(u32::MAX)),
            ("4294.967296", None),
            ("1.2500000", None),
            (".5", None),
            ("-1", None),
            ("", None),
            ("1.2.3", None),
        ];
        for (text, expected) in cases {
            let read = text.parse::<Multiplier>().ok();
            assert_eq!(read.map(Multiplier::millionths), expected, "{text}");
        }
    }

    #[test]
    fn factors_are_shown_as_written() {
        for text in ["1.25", "1", "0.000001", "0"] {
            assert_eq!(text.parse::<Multiplier>().unwrap().to_string(), text);
        }
    }
}
