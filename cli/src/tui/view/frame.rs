//! What is around every tab: the tabs themselves, what they are cut to, and the keys.

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    style::Modifier,
};

use super::paint::{fit, line, pieces, rule, shifted, text, text_right, width};
use crate::{
    table::amount,
    tui::state::{Hits, State, Tab},
};

/// Draws it, and returns what is left for the tab.
pub fn draw(area: Rect, buffer: &mut Buffer, state: &State, hits: &mut Hits) -> Rect {
    let [head, under, body, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let used = tabs(head, buffer, state, hits);
    cut(shifted(head, used + 2), buffer, state);
    rule(buffer, under, state.skin);
    keys(foot, buffer, state);
    let margin = u16::from(area.width >= 60);
    Rect {
        x: body.x + margin,
        width: body.width - 2 * margin,
        ..body
    }
}

fn tabs(area: Rect, buffer: &mut Buffer, state: &State, hits: &mut Hits) -> u16 {
    let skin = state.skin;
    let has_room = area.width >= 76;
    let mut used = u16::from(area.width >= 60);
    for tab in Tab::ALL {
        let is_active = tab == state.tab;
        let number = (tab.place() + 1).to_string();
        let name = if has_room || is_active { tab.name() } else { "" };
        let label = [number.as_str(), name].join(if name.is_empty() { "" } else { " " });
        let style = if is_active {
            skin.accent().add_modifier(Modifier::UNDERLINED)
        } else {
            skin.dim()
        };
        let start = shifted(area, used);
        let wide = text(buffer, start, &label, style);
        hits.tabs.push((Rect { width: wide, ..start }, tab));
        used += wide + if has_room { 3 } else { 2 };
    }
    used
}

/// What the tables are cut to, at the right.
fn cut(area: Rect, buffer: &mut Buffer, state: &State) {
    let client = state.question.client.map(|client| client.name());
    let period = state.question.period.name();
    let whole = [client, Some(period)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ");
    let busy = match state.progress {
        Some((_, 0)) => "reading … ".to_owned(),
        Some((done, all)) => format!("reading {done} of {all} … "),
        None if state.is_waiting() => "… ".to_owned(),
        None => String::new(),
    };
    let inner = Rect {
        width: area.width.saturating_sub(1),
        ..area
    };
    let shown = fit(&whole, usize::from(inner.width));
    let used = text_right(buffer, inner, &shown, state.skin.strong());
    let rest = Rect {
        width: inner.width.saturating_sub(used),
        ..inner
    };
    if width(&busy) <= usize::from(rest.width) {
        text_right(buffer, rest, &busy, state.skin.faint());
    }
}

fn keys(area: Rect, buffer: &mut Buffer, state: &State) {
    let skin = state.skin;
    let area = shifted(area, u16::from(area.width >= 60));
    if state.is_typing || (!state.filter.is_empty() && state.tab.is_table()) {
        let cursor = if state.is_typing { "▏" } else { "" };
        let end = if state.is_typing {
            "  enter keeps, esc clears"
        } else {
            "  esc clears"
        };
        pieces(
            buffer,
            line(area, 0),
            &[
                ("/ ", skin.accent()),
                (&state.filter, skin.strong()),
                (cursor, skin.accent()),
                (end, skin.faint()),
            ],
        );
        return;
    }
    let mut hints = vec![("?", "help"), ("q", "quit"), ("p", "period"), ("c", "client")];
    if state.tab.is_table() {
        hints.extend([("s", "sort"), ("/", "filter"), ("enter", "details")]);
    }
    hints.extend([("t", state.skin.name()), ("r", "read again")]);
    let notes = state.tables.as_ref().map_or(0, |tables| tables.notes.len());
    let said = match notes {
        0 => String::new(),
        notes => format!("{} not read whole ", amount(notes as u64, "log")),
    };
    let end = text_right(buffer, area, &said, skin.warning());
    let area = Rect {
        width: area.width - end,
        ..area
    };
    let mut used = 0;
    for (key, what) in hints {
        let wide = u16::try_from(width(key) + width(what) + 3).unwrap_or(u16::MAX);
        if used + wide > area.width {
            break;
        }
        let place = shifted(area, used);
        pieces(
            buffer,
            place,
            &[(key, skin.strong()), (" ", skin.dim()), (what, skin.faint())],
        );
        used += wide;
    }
}
