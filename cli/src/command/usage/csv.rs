//! Reports for spreadsheets.

use usage::report::Sum;

use super::currency::Shown;

/// What every line counts, in this order.
pub const COUNTS: [&str; 6] = [
    "messages",
    "input",
    "output",
    "cache_read",
    "cache_write",
    "reasoning",
];

/// The titles of a line's keys, and of what [`counts`] has.
pub fn titles(keys: &[&str], money: &Shown) -> Vec<String> {
    let start = keys.iter().chain(&COUNTS).map(|title| (*title).to_owned());
    start
        .chain(money.csv_titles())
        .chain(["unpriced_messages".to_owned()])
        .collect()
}

pub fn counts(sum: &Sum, money: &Shown) -> Vec<String> {
    let tokens = &sum.tokens;
    let counts = [
        sum.messages,
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write,
        tokens.reasoning,
    ];
    counts
        .iter()
        .map(u64::to_string)
        .chain(money.csv_costs(sum.cost()))
        .chain([sum.messages_unpriced.to_string()])
        .collect()
}

/// Lines of quoted fields where they need it.
pub fn render(titles: &[String], rows: &[Vec<String>]) -> String {
    std::iter::once(titles)
        .chain(rows.iter().map(Vec::as_slice))
        .map(|row| {
            row.iter()
                .map(|field| quoted(field))
                .collect::<Vec<_>>()
                .join(",")
                + "\n"
        })
        .collect()
}

fn quoted(field: &str) -> String {
    // A spreadsheet would take such a text for a formula.
    let is_formula =
        field.starts_with(['=', '+', '@']) || field.starts_with('-') && field.parse::<f64>().is_err();
    let field = if is_formula {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if field.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_must_be_and_are_never_formulas() {
        let row = ["a,b", "say \"x\"", "=1+1", "-2.5", "-x", "plain"]
            .map(str::to_owned)
            .to_vec();
        assert_eq!(
            render(&["A", "B", "C", "D", "E", "F"].map(str::to_owned), &[row]),
            "A,B,C,D,E,F\n\"a,b\",\"say \"\"x\"\"\",'=1+1,-2.5,'-x,plain\n"
        );
    }
}
