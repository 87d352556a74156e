//! What reports have in common on a terminal.

use anstyle::{AnsiColor, Style};
pub use usage::figure::{cost, cost_of, short};
use usage::{discovery::Note, report::Sum};

use super::currency::Shown;
use crate::{
    hidden::clean,
    table::{Column, count, render},
};

/// So many notes are shown; the rest is counted.
const NOTES_MAX: usize = 5;
const BAR_CELLS: u64 = 12;

/// A bar as long as a part is of the largest, in eighths of a character.
pub fn bar(part: u64, largest: u64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    if largest == 0 || part == 0 {
        return String::new();
    }
    let eighths = u128::from(part) * u128::from(BAR_CELLS) * 8 / u128::from(largest);
    let eighths = usize::try_from(eighths.max(1)).unwrap_or(0);
    "█".repeat(eighths / 8) + EIGHTHS[eighths % 8]
}

/// One character for each value, the largest the highest.
pub fn sparkline(values: &[u64]) -> String {
    const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let largest = values.iter().copied().max().unwrap_or(0);
    let step = |value: u64| match (value, largest) {
        (0, _) | (_, 0) => '·',
        (value, largest) => {
            let step = (u128::from(value) * 7).div_ceil(u128::from(largest));
            STEPS[usize::try_from(step).unwrap_or(7).min(7)]
        }
    };
    values.iter().map(|value| step(*value)).collect()
}

/// How a report weighs its lines: by cost where there is one, else by tokens.
pub fn weight(sum: &Sum, has_cost: bool) -> u64 {
    if has_cost {
        u64::try_from(sum.cost_nano_usd).unwrap_or(0)
    } else {
        sum.tokens.total()
    }
}

/// Sums under their keys, with their total: the table of every report.
pub fn sums(keys: &[Column], lines: &[(Vec<String>, Sum)], total: Option<&Sum>, money: &Shown) -> String {
    let has_cost = lines.iter().any(|(_, sum)| sum.cost_nano_usd > 0);
    let largest = lines
        .iter()
        .map(|(_, sum)| weight(sum, has_cost))
        .max()
        .unwrap_or(0);
    let columns = [
        keys,
        &[
            Column::Number("MESSAGES"),
            Column::Number("INPUT"),
            Column::Number("OUTPUT"),
            Column::Number("CACHE READ"),
            Column::Number("CACHE WRITE"),
            Column::Number("COST"),
            Column::Text(""),
        ],
    ]
    .concat();
    let line = |key: &[String], sum: &Sum, bar: String| {
        let tokens = &sum.tokens;
        let counts = [tokens.input, tokens.output, tokens.cache_read, tokens.cache_write].map(short);
        let start = key.iter().cloned().chain([count(sum.messages)]);
        start
            .chain(counts)
            .chain([money.cost_of(sum), bar])
            .collect::<Vec<_>>()
    };
    let mut rows: Vec<Vec<String>> = lines
        .iter()
        .map(|(key, sum)| line(key, sum, bar(weight(sum, has_cost), largest)))
        .collect();
    if let Some(total) = total {
        let mut key = vec![String::new(); keys.len()];
        key[0] = "Total".into();
        rows.push(line(&key, total, String::new()));
    }
    let text = styled(&render(&columns, rows), total.is_some());
    let unpriced = total.map_or(0, |total| total.messages_unpriced);
    match unpriced {
        0 => text,
        count => {
            text + &format!(
                "\n\n* {} without a known price",
                crate::table::amount(count, "message")
            )
        }
    }
}

/// Titles and totals stand out, bars are in colour.
fn styled(table: &str, has_total: bool) -> String {
    let (strong, accent) = (
        Style::new().bold(),
        Style::new().fg_color(Some(AnsiColor::Cyan.into())),
    );
    let dim = Style::new().dimmed();
    let last = table.lines().count() - 1;
    let line = |(number, line): (usize, &str)| match number {
        0 => format!("{dim}{line}{dim:#}"),
        number if has_total && number == last => format!("{strong}{line}{strong:#}"),
        _ => match line.find(['█', '▏', '▎', '▍', '▌', '▋', '▊', '▉']) {
            Some(bar) => format!("{}{accent}{}{accent:#}", &line[..bar], &line[bar..]),
            None => line.to_owned(),
        },
    };
    table.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// The last parts of a project's path, which is what people know it by.
pub fn project(path: &str) -> String {
    let parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => "-".into(),
        [.., parent, name] if path.len() > 40 => format!("…/{parent}/{name}"),
        _ => path.to_owned(),
    }
}

/// What was not read, below a report.
pub fn notes(notes: &[Note]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let dim = Style::new().dimmed();
    let mut text = format!("\n{dim}");
    for note in notes.iter().take(NOTES_MAX) {
        let note = format!("{} {}", note.path.display(), note.text);
        text += &format!("\nnote: {}", clean(&note));
    }
    if notes.len() > NOTES_MAX {
        text += &format!(
            "\nnote: and {} more; --json has them all",
            notes.len() - NOTES_MAX
        );
    }
    text + &format!("{dim:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_part() {
        assert_eq!(bar(1, 1), "████████████");
        assert_eq!(bar(1, 24), "▌");
        assert_eq!((bar(0, 5), bar(1, 1_000_000)), (String::new(), "▏".into()));
        assert_eq!(sparkline(&[0, 1, 50, 100]), "·▂▅█");
    }

    #[test]
    fn long_paths_are_known_by_their_end() {
        assert_eq!(project("/work/a"), "/work/a");
        assert_eq!(project(""), "-");
        assert_eq!(
            project("/home/somebody/very/long/way/to/the/engine"),
            "…/the/engine"
        );
    }
}
