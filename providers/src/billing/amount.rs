//! Amounts as bills have them: with a sign, and finer than a nano-dollar.

use protocol::Money;

use super::BillingError;
use crate::cost::dollars;

/// Decimal US dollars, as JSON writes them: a number, or a text.
pub(super) fn usd(json: &str) -> Result<Money, BillingError> {
    let text = json.trim().trim_matches('"');
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let amount = dollars(text).ok_or(BillingError::Amount)?;
    Ok(Money::from_nano_usd(sign * amount.nano_usd()))
}

/// Decimal US cents.
pub(super) fn cents(json: &str) -> Result<Money, BillingError> {
    let text = json.trim().trim_matches('"');
    match text.contains(['e', 'E']) {
        true => Err(BillingError::Amount),
        false => usd(&format!("{text}e-2")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact_in_every_form() {
        for (text, nano) in [
            ("0.06", Some(60_000_000)),
            ("\"0.06\"", Some(60_000_000)),
            ("-0.5", Some(-500_000_000)),
            ("6e-8", Some(60)),
            ("0", Some(0)),
            ("\"\"", None),
            ("null", None),
            ("--1", None),
        ] {
            assert_eq!(usd(text).ok().map(Money::nano_usd), nano, "{text}");
        }
        assert_eq!(cents("\"123.4567\"").unwrap().nano_usd(), 1_234_567_000);
        assert_eq!(cents("-1").unwrap().nano_usd(), -10_000_000);
        assert_eq!(cents("1e3"), Err(BillingError::Amount));
    }
}
