//! Tables and lists of facts for a person at a terminal.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
pub use usage::figure::{amount, count};

use crate::hidden::clean;

/// A column's title and side; numbers stand to the right, so that digits line up.
#[derive(Clone, Copy)]
pub enum Column {
    Text(&'static str),
    Number(&'static str),
}

/// Lays out rows under their titles; wraps to the terminal, and not at all into a pipe.
pub fn render(columns: &[Column], rows: Vec<Vec<String>>) -> String {
    render_within(columns, rows, width())
}

fn render_within(columns: &[Column], rows: Vec<Vec<String>>, width: Option<u16>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    if let Some(width) = width {
        table
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width);
    }
    table.set_header(columns.iter().map(|column| match column {
        Column::Text(title) | Column::Number(title) => *title,
    }));
    // A cell has one line, and what is in it steers no terminal, whatever a log calls things.
    let rows = rows.iter();
    table.add_rows(rows.map(|row| {
        row.iter()
            .map(|cell| clean(cell).into_owned())
            .collect::<Vec<_>>()
    }));
    for (column, kind) in table.column_iter_mut().zip(columns) {
        column.set_padding((0, 2));
        if matches!(kind, Column::Number(_)) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.trim_fmt()
}

fn width() -> Option<u16> {
    terminal_size::terminal_size().map(|(width, _)| width.0.max(40))
}

/// Lays out named facts, one a line, their values lined up.
pub fn facts(facts: &[(&str, String)]) -> String {
    let longest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    facts
        .iter()
        .map(|(name, value)| format!("  {name:longest$}  {}\n", clean(value)))
        .collect()
}

/// Draws a frame around lines, for the one thing on the screen that must not be missed.
pub fn frame(lines: &[&str]) -> String {
    let longest = lines.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let rule = "─".repeat(longest + 4);
    let body: String = lines
        .iter()
        .map(|line| format!("│  {line:longest$}  │\n"))
        .collect();
    format!("╭{rule}╮\n{body}╰{rule}╯\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        vec![
            vec![
                "coder".into(),
                "1,204".into(),
                "a laptop with a rather long name".into(),
            ],
            vec!["builtin/lookup".into(), "7".into(), "desk".into()],
        ]
    }

    const COLUMNS: &[Column] = &[
        Column::Text("MODEL"),
        Column::Number("TOKENS"),
        Column::Text("DEVICE"),
    ];

    #[test]
    fn a_pipe_gets_one_line_a_row() {
        insta::assert_snapshot!(render_within(COLUMNS, rows(), None), @r"
        MODEL           TOKENS  DEVICE
        coder            1,204  a laptop with a rather long name
        builtin/lookup       7  desk
        ");
    }

    #[test]
    fn a_cell_is_one_line_that_steers_no_terminal() {
        let name = "a\u{1b}]52;c;eA==\u{7}\nb".to_owned();
        let table = render_within(COLUMNS, vec![vec![name.clone(), "1".into(), name.clone()]], None);
        assert_eq!(table.lines().count(), 2, "{table}");
        for text in [table, facts(&[("model", name)])] {
            assert!(text.contains("a\u{fffd}]52;c;eA==\u{fffd}\u{fffd}b"), "{text}");
            assert!(!text.contains(['\u{1b}', '\u{7}']), "{text}");
        }
    }

    #[test]
    fn a_narrow_terminal_wraps_inside_columns() {
        let table = render_within(COLUMNS, rows(), Some(44));
        assert!(table.lines().all(|line| line.chars().count() <= 44), "{table}");
        assert!(table.contains("1,204"), "{table}");
    }

    #[test]
    fn a_frame_fits_its_longest_line() {
        insta::assert_snapshot!(frame(&["TTK-1", "TTK-22"]), @r"
        ╭──────────╮
        │  TTK-1   │
        │  TTK-22  │
        ╰──────────╯
        ");
    }
}
