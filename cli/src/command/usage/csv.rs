//! Reports for spreadsheets.

/// Lines of quoted fields where they need it.
pub fn render(titles: &[&str], rows: &[Vec<String>]) -> String {
    let titles = titles.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>();
    std::iter::once(&titles)
        .chain(rows)
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
            render(&["A", "B", "C", "D", "E", "F"], &[row]),
            "A,B,C,D,E,F\n\"a,b\",\"say \"\"x\"\"\",'=1+1,-2.5,'-x,plain\n"
        );
    }
}
