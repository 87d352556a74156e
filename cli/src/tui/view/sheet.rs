//! Sheets over a screen, and screens that are one message.

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Rect},
    widgets::{Block, BorderType, Clear, Widget},
};

use super::paint::{bar, line, pieces, text, width};
use crate::{
    table::count,
    tui::state::{State, Tab},
};

const KEYS: [(&str, &str); 15] = [
    ("1 … 6, tab, ← →", "another tab"),
    ("↑ ↓, j k, wheel", "another row"),
    ("pgup pgdn, g G", "a page, the ends"),
    ("enter, click", "all of a row"),
    ("p, P", "another time"),
    ("c", "another client"),
    ("/", "filter by name"),
    ("s, click on a title", "sort by another column"),
    ("S", "turn the order round"),
    ("t", "light, dark, no colours"),
    ("r", "read the logs again"),
    ("esc", "close, clear the filter"),
    ("?", "this list"),
    ("q, ctrl+c", "quit"),
    ("*", "some of it has no known price"),
];

pub fn help(area: Rect, buffer: &mut Buffer, state: &State) {
    let skin = state.skin;
    let left = KEYS.iter().map(|(key, _)| width(key)).max().unwrap_or(0);
    let rows: Vec<(String, &str)> = KEYS
        .iter()
        .map(|(key, what)| (format!("{key}{}", " ".repeat(left + 2 - width(key))), *what))
        .collect();
    let inner = sheet(area, buffer, state, "keys", (50, KEYS.len()));
    for (number, (key, what)) in (0..inner.height).zip(&rows) {
        pieces(
            buffer,
            line(inner, number),
            &[(key, skin.strong()), (what, skin.dim())],
        );
    }
}

/// Everything about the selected row, to the nano-dollar.
pub fn row(area: Rect, buffer: &mut Buffer, state: &State) {
    let Some(one) = state.selected_line() else { return };
    let skin = state.skin;
    let (sum, tokens) = (&one.sum, &one.sum.tokens);
    let at = |ms| {
        let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
        let zone = state.tables.as_ref().map(|tables| tables.zone.clone());
        zone.unwrap_or(jiff::tz::TimeZone::UTC)
            .to_datetime(at)
            .strftime("%Y-%m-%d %H:%M")
            .to_string()
    };
    let exact = sum.cost().map_or("unknown".to_owned(), |cost| {
        format!("${}", protocol::Money::from_nano_usd(cost).exact_usd())
    });
    let mut facts: Vec<(&str, String)> = State::keys(state.tab)
        .iter()
        .copied()
        .zip(
            one.keys
                .iter()
                .map(|key| if key.is_empty() { "-".into() } else { key.clone() }),
        )
        .collect();
    facts.extend([
        ("cost", exact),
        ("messages", count(sum.messages)),
        ("without a price", count(sum.messages_unpriced)),
        ("input", count(tokens.input)),
        ("output", count(tokens.output)),
        ("reasoning", count(tokens.reasoning)),
        ("read from cache", count(tokens.cache_read)),
        ("written to cache", count(tokens.cache_write)),
        ("all tokens", count(tokens.total())),
        ("first", at(sum.first_ms)),
        ("last", at(sum.last_ms)),
    ]);
    if state.tab != Tab::Models {
        facts.push((
            "models",
            sum.models.iter().cloned().collect::<Vec<_>>().join(", "),
        ));
    }
    if sum.has_guess {
        facts.push(("note", "the log names no model for some of it".into()));
    }
    if sum.has_estimate {
        facts.push(("note", "some of it is estimated".into()));
    }
    let widest = facts.iter().map(|(_, value)| width(value)).max().unwrap_or(0);
    let inner = sheet(area, buffer, state, "details", (widest.max(30) + 20, facts.len()));
    for (number, (name, value)) in (0..inner.height).zip(&facts) {
        let name = format!("{name:<18}");
        pieces(
            buffer,
            line(inner, number),
            &[(&name, skin.faint()), (value, skin.ink())],
        );
    }
}

/// A sheet in the middle, as large as its content needs and the screen allows; returns its inside.
fn sheet(area: Rect, buffer: &mut Buffer, state: &State, title: &str, inner: (usize, usize)) -> Rect {
    let wide = u16::try_from(inner.0 + 6).unwrap_or(u16::MAX).min(area.width);
    let high = u16::try_from(inner.1 + 2).unwrap_or(u16::MAX).min(area.height);
    let sheet = Rect {
        x: area.x + (area.width - wide) / 2,
        y: area.y + (area.height - high) / 2,
        width: wide,
        height: high,
    };
    Clear.render(sheet, buffer);
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(state.skin.faint())
        .title(format!(" {title} "))
        .title_style(state.skin.strong())
        .style(state.skin.raised())
        .render(sheet, buffer);
    sheet.inner(Margin::new(3_u16.min(wide / 8), 1))
}

/// While nothing is known yet: how far the reading is.
pub fn scanning(area: Rect, buffer: &mut Buffer, state: &State) {
    let skin = state.skin;
    let (done, all) = state.progress.unwrap_or_default();
    let middle = Rect {
        y: area.y + area.height / 2,
        height: 2_u16.min(area.height - area.height / 2),
        x: area.x + area.width / 4,
        width: area.width / 2,
    };
    let said = match all {
        0 => "Looking for logs …".to_owned(),
        all => format!("Reading {} of {} files", count(done as u64), count(all as u64)),
    };
    text(buffer, line(middle, 0), &said, skin.dim());
    let gauge = line(middle, 1);
    text(buffer, gauge, &"░".repeat(usize::from(gauge.width)), skin.line());
    bar(buffer, gauge, done as u128, all as u128, skin.accent());
}

/// A sentence in the middle of a screen that has nothing else.
pub fn message(area: Rect, buffer: &mut Buffer, state: &State, said: &str) {
    let room = usize::from(area.width.saturating_sub(4)).min(64);
    let lines = wrapped(said, room);
    let high = u16::try_from(lines.len()).unwrap_or(1);
    let top = area.height.saturating_sub(high) / 2;
    for (number, words) in (top..area.height).zip(&lines) {
        let row = line(area, number);
        let left = usize::from(row.width).saturating_sub(width(words)) / 2;
        let place = super::paint::shifted(row, u16::try_from(left).unwrap_or(0));
        text(buffer, place, words, state.skin.dim());
    }
}

fn wrapped(said: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in said.split_whitespace() {
        match lines.last_mut() {
            Some(last) if width(last) + 1 + width(word) <= room => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
