//! How figures are written for people.

use protocol::Money;

use crate::report::Sum;

pub fn cost(nano: Option<i64>) -> String {
    nano.map_or_else(
        || "unpriced".into(),
        |nano| grouped(&Money::from_nano_usd(nano).display_charge()),
    )
}

/// An amount with its digits before the point in groups of three: $1,204.50.
fn grouped(amount: &str) -> String {
    let start = amount.find(|c: char| c.is_ascii_digit()).unwrap_or(amount.len());
    let (sign, number) = amount.split_at(start);
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), count);
    format!("{sign}{whole}{rest}")
}

/// What a sum cost; a star says that some of it has no known price.
pub fn cost_of(sum: &Sum) -> String {
    let star = if sum.messages_unpriced > 0 && sum.cost().is_some() {
        "*"
    } else {
        ""
    };
    cost(sum.cost()) + star
}

/// A count in at most six characters: 812, 45.1k, 3.20M.
pub fn short(number: u64) -> String {
    for (unit, size) in [
        ("T", 1_000_000_000_000),
        ("B", 1_000_000_000),
        ("M", 1_000_000),
        ("k", 1_000),
    ] {
        if number >= size {
            let hundredths = u128::from(number) * 100 / size as u128;
            let (whole, rest) = (hundredths / 100, hundredths % 100);
            return match whole {
                0..10 => format!("{whole}.{rest:02}{unit}"),
                10..100 => format!("{whole}.{}{unit}", rest / 10),
                _ => format!("{whole}{unit}"),
            };
        }
    }
    number.to_string()
}

/// Groups a count's digits: 1,204,000.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with what it counts: `1 request`, `1,204 requests`.
pub fn amount(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", count(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_short() {
        let shown = [0, 812, 1_000, 45_190, 3_204_000, 999_999, 12_000_000_000].map(short);
        assert_eq!(shown, ["0", "812", "1.00k", "45.1k", "3.20M", "999k", "12.0B"]);
    }

    #[test]
    fn long_amounts_have_their_digits_in_groups() {
        for (nano, shown) in [
            (Some(0), "$0"),
            (Some(1_230_000_000), "$1.23"),
            (Some(1_204_500_000_000), "$1,204.50"),
            (Some(204_445_743_280_000_000), "$204,445,743.28"),
            (None, "unpriced"),
        ] {
            assert_eq!(cost(nano), shown);
        }
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1_204_000), "1,204,000");
        assert_eq!(amount(1, "request"), "1 request");
        assert_eq!(amount(1_204, "request"), "1,204 requests");
    }
}
