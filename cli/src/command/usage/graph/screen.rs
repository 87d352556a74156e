//! The graph in a terminal, with as many colours as it has.

use anstyle::Style;
use usage::{
    discovery::Note,
    graph::{field, figures},
};

use super::{
    Look,
    calendar::{Calendar, Day, Row},
};
use crate::{
    command::usage::screen as report,
    failure::Failure,
    picture::{
        Paper,
        paper::Theme,
        terminal::{self, Depth},
    },
};

/// The names of weekdays, and a space.
const NAMES: usize = 4;
const WIDTH_UNKNOWN: u16 = 110;

pub fn text(calendar: &Calendar, notes: &[Note], is_3d: bool, look: &Look) -> Result<String, Failure> {
    let (depth, theme) = (look.depth(), look.theme());
    let width = width();
    let body = if is_3d {
        if depth < Depth::Indexed {
            return Err(Failure::usage(
                "Towers need a terminal with at least 256 colours.",
                "Leave --3d out, write a file with --png or --svg, or say --color 256 if it has them.",
            ));
        }
        terminal::blocks(&field(calendar, theme.paper()), width.min(140), depth)?
    } else {
        flat(calendar, depth, theme, usize::from(width))
    };
    Ok(head(calendar) + &body + &foot(calendar, depth, theme) + &report::notes(notes))
}

/// The squares alone.
pub fn squares(calendar: &Calendar, look: &Look) -> String {
    flat(calendar, look.depth(), look.theme(), usize::from(width()))
}

fn width() -> u16 {
    terminal_size::terminal_size().map_or(WIDTH_UNKNOWN, |(width, _)| width.0)
}

fn head(calendar: &Calendar) -> String {
    let (strong, dim) = (Style::new().bold(), Style::new().dimmed());
    let total = &calendar.total;
    format!(
        "{strong}{}{strong:#} {dim}·{dim:#} {} tokens {dim}·{dim:#} {} {dim}· {}{dim:#}\n\n",
        report::cost_of(total),
        report::short(total.tokens.total()),
        crate::table::amount(total.messages, "message"),
        calendar.span()
    )
}

fn flat(calendar: &Calendar, depth: Depth, theme: Theme, width: usize) -> String {
    let rows = calendar.rows();
    let has_years = rows.len() > 1;
    let rows = rows.iter().map(|row| {
        let room = width.saturating_sub(NAMES);
        // With room for it each square has a gap to the next; without, the oldest weeks go.
        let step = if row.weeks() * 2 <= room { 2 } else { 1 };
        let skipped = row.weeks().saturating_sub((room / step).max(1));
        draw_row(row, depth, theme.paper(), (step, skipped), has_years)
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn draw_row(
    row: &Row<'_>,
    depth: Depth,
    paper: &Paper,
    (step, skipped): (usize, usize),
    has_years: bool,
) -> String {
    let dim = Style::new().dimmed();
    let weeks = row.weeks().saturating_sub(skipped);
    let mut lines: Vec<Vec<Option<&Day>>> = vec![vec![None; weeks]; 7];
    for (week, line, day) in row.places() {
        if let Some(week) = week.checked_sub(skipped) {
            lines[line][week] = Some(day);
        }
    }
    let year = row.year().filter(|_| has_years).map(|year| year.to_string());
    let mut text = format!(
        "{dim}{:NAMES$}{}{dim:#}\n",
        year.unwrap_or_default(),
        months(row, step, skipped)
    );
    for (place, (name, line)) in row.weekdays().iter().zip(&lines).enumerate() {
        let name = if place % 2 == 0 { name } else { "" };
        text += &format!("{dim}{name:NAMES$}{dim:#}");
        let cells: Vec<String> = line
            .iter()
            .map(|day| day.map_or(" ".into(), |day| square(day.level, depth, paper)))
            .collect();
        text += cells.join(if step == 2 { " " } else { "" }).trim_end();
        text.push('\n');
    }
    text
}

fn months(row: &Row<'_>, step: usize, skipped: usize) -> String {
    let mut line = String::new();
    for (week, name) in row.months() {
        let Some(column) = week.checked_sub(skipped).map(|week| week * step) else {
            continue;
        };
        if line.is_empty() || column > line.len() {
            line += &" ".repeat(column - line.len());
            line += &name;
        }
    }
    line
}

/// One day: by its colour, and where there are few or none by how full it is.
pub fn square(level: u8, depth: Depth, paper: &Paper) -> String {
    const SHADES: [&str; 5] = ["·", "░", "▒", "▓", "█"];
    let place = usize::from(level).min(4);
    match depth {
        Depth::None => SHADES[place].into(),
        Depth::Sixteen if place == 0 => format!("\x1b[90m{}\x1b[0m", SHADES[0]),
        Depth::Sixteen => format!("\x1b[32m{}\x1b[0m", SHADES[place]),
        depth => format!("{}■\x1b[0m", terminal::foreground(paper.heat[place], depth)),
    }
}

fn foot(calendar: &Calendar, depth: Depth, theme: Theme) -> String {
    let dim = Style::new().dimmed();
    let scale: Vec<String> = (0..5).map(|level| square(level, depth, theme.paper())).collect();
    let figures: Vec<String> = figures(calendar)
        .into_iter()
        .map(|figure| format!("{dim}{}{dim:#} {}", figure.name, figure.value))
        .collect();
    format!(
        "\n{dim}less{dim:#} {} {dim}more, by {}{dim:#}\n{}",
        scale.join(" "),
        calendar.measure.noun(),
        figures.join(&format!(" {dim}·{dim:#} "))
    )
}
