//! What a provider itself says that an answer cost.

use protocol::Money;
use serde::Deserialize;
use serde_json::value::RawValue;

/// No answer costs more; a larger number is a provider's mistake.
const DOLLARS_MAX: usize = 6;
const NANO_DIGITS: usize = 9;
/// Longer than any honest number.
const TEXT_BYTES_MAX: usize = 64;

/// US dollars as JSON writes them, a number or a text; None for what is no amount, or a negative
/// one. Exact: what is finer than a nano-dollar is rounded up.
pub(crate) fn dollars(json: &str) -> Option<Money> {
    let text = json.trim();
    let text = text
        .strip_prefix('"')
        .map_or(Some(text), |rest| rest.strip_suffix('"'))?;
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    nano(&format!("{whole}{fraction}"), fraction.len(), exponent)
}

/// The digits of a number of which the last ones are its fraction.
fn nano(digits: &str, fraction: usize, exponent: i32) -> Option<Money> {
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        return Some(Money::ZERO);
    }
    // How many of the digits stand before the point once this counts nano-dollars.
    let point = i64::try_from(significant.len()).ok()? - i64::try_from(fraction).ok()?
        + i64::from(exponent)
        + i64::try_from(NANO_DIGITS).ok()?;
    let Ok(point) = usize::try_from(point) else {
        return Some(Money::from_nano_usd(1));
    };
    if point > DOLLARS_MAX + NANO_DIGITS {
        return None;
    }
    let kept = &significant[..point.min(significant.len())];
    let whole: i64 = format!("{kept:0<point$}")
        .parse()
        .or_else(|error| match point {
            0 => Ok(0),
            _ => Err(error),
        })
        .ok()?;
    let rest = &significant[kept.len()..];
    let is_finer = rest.bytes().any(|digit| digit != b'0');
    Some(Money::from_nano_usd(whole + i64::from(is_finer)))
}

/// What a usage object says that the whole cost; an error where something is stated that is no
/// amount of US dollars.
pub(crate) fn stated_in(object: &[u8]) -> Result<Option<Money>, ()> {
    serde_json::from_slice::<Stated<'_>>(object)
        .map_err(drop)?
        .total()
}

/// The `cost` of a usage object, with what belongs to it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Stated<'a> {
    #[serde(borrow)]
    cost: Option<&'a RawValue>,
    /// OpenRouter: the model itself was paid with a key of the owner's, and `cost` is the fee.
    #[serde(borrow)]
    is_byok: Option<&'a RawValue>,
    #[serde(borrow)]
    cost_details: Option<&'a RawValue>,
}

/// Perplexity's form of it.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow, default)]
    currency: Option<&'a str>,
    #[serde(borrow)]
    total_cost: &'a RawValue,
}

#[derive(Deserialize)]
struct Details<'a> {
    #[serde(borrow, default)]
    upstream_inference_cost: Option<&'a RawValue>,
}

impl Stated<'_> {
    fn total(&self) -> Result<Option<Money>, ()> {
        let Some(cost) = self.cost.map(RawValue::get).filter(|cost| *cost != "null") else {
            return Ok(None);
        };
        let stated = if cost.starts_with('{') {
            let parts: Parts<'_> = serde_json::from_str(cost).map_err(drop)?;
            let is_usd = parts
                .currency
                .is_none_or(|currency| currency.eq_ignore_ascii_case("usd"));
            is_usd.then(|| dollars(parts.total_cost.get())).flatten()
        } else {
            dollars(cost)
        };
        let stated = stated.ok_or(())?;
        stated.checked_add(self.elsewhere()?).map(Some).ok_or(())
    }

    /// What the owner pays for it at another place.
    fn elsewhere(&self) -> Result<Money, ()> {
        if self.is_byok.is_none_or(|is_byok| is_byok.get() != "true") {
            return Ok(Money::ZERO);
        }
        let details = self
            .cost_details
            .map(RawValue::get)
            .filter(|details| *details != "null");
        let details: Option<Details<'_>> = details.map(serde_json::from_str).transpose().map_err(drop)?;
        let cost = details.and_then(|details| details.upstream_inference_cost);
        match cost.map(RawValue::get).filter(|cost| *cost != "null") {
            Some(cost) => dollars(cost).ok_or(()),
            None => Ok(Money::ZERO),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_and_rounded_up() {
        let cases = [
            ("0", Some(0)),
            ("0.0", Some(0)),
            ("0e9", Some(0)),
            ("1", Some(1_000_000_000)),
            ("0.00014", Some(140_000)),
            ("1.4e-4", Some(140_000)),
            ("1.4E-05", Some(14_000)),
            ("12e-10", Some(2)),
            ("0.305", Some(305_000_000)),
            ("\"0.305\"", Some(305_000_000)),
            ("0.0000000001", Some(1)),
            ("0.1234567890", Some(123_456_789)),
            ("0.1234567891", Some(123_456_790)),
            ("1e-300", Some(1)),
            ("1e-2000000000", Some(1)),
            ("999999.999999999", Some(999_999_999_999_999)),
            ("1e5", Some(100_000_000_000_000)),
            ("1000000", None),
            ("1e300", None),
            ("1e2000000000", None),
            ("-0.1", None),
            ("-1e-3", None),
            ("NaN", None),
            ("1e", None),
            (".5", None),
            ("true", None),
            ("[]", None),
            ("\"", None),
            ("\"\"", None),
        ];
        for (text, expected) in cases {
            assert_eq!(dollars(text).map(Money::nano_usd), expected, "{text}");
        }
        assert_eq!(dollars(&format!("0.{}", "1".repeat(100))), None);
    }

    #[test]
    fn each_providers_form_is_read() {
        let cases = [
            (r#"{"prompt_tokens":1}"#, Ok(None)),
            (r#"{"cost":null}"#, Ok(None)),
            (
                r#"{"cost":0.00014,"is_byok":false,"cost_details":{"upstream_inference_cost":null}}"#,
                Ok(Some(140_000)),
            ),
            (
                r#"{"cost":0.001,"is_byok":true,"cost_details":{"upstream_inference_cost":0.02}}"#,
                Ok(Some(21_000_000)),
            ),
            (r#"{"cost":0,"is_byok":true,"cost_details":null}"#, Ok(Some(0))),
            (
                r#"{"cost":{"currency":"USD","input_cost":0.1,"total_cost":0.305}}"#,
                Ok(Some(305_000_000)),
            ),
            (r#"{"cost":{"total_cost":0.1}}"#, Ok(Some(100_000_000))),
            (r#"{"cost":{"currency":"EUR","total_cost":0.1}}"#, Err(())),
            (r#"{"cost":{"input_cost":0.1}}"#, Err(())),
            (r#"{"cost":-1}"#, Err(())),
            (
                r#"{"cost":0.1,"is_byok":true,"cost_details":{"upstream_inference_cost":-1}}"#,
                Err(()),
            ),
        ];
        for (text, expected) in cases {
            let total = stated_in(text.as_bytes()).map(|total| total.map(Money::nano_usd));
            assert_eq!(total, expected, "{text}");
        }
    }
}
