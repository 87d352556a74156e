//! Sessions that are running now.

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
};

use super::paint::{line, pieces, shifted, text, text_right};
use crate::{
    command::usage::screen,
    table::amount,
    tui::{
        state::{Hits, State},
        tables::{Session, Tables},
    },
};

/// A session's lines: what it is, what it used, and a space.
const HIGH: u16 = 3;

pub fn draw(area: Rect, buffer: &mut Buffer, state: &State, tables: &Tables, hits: &mut Hits) {
    let skin = state.skin;
    if tables.sessions.is_empty() {
        return super::sheet::message(
            area,
            buffer,
            state,
            "No session has said anything in the last half hour. What one says next shows here within seconds.",
        );
    }
    let [head, _, body] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    let running = amount(tables.sessions.len() as u64, "running session");
    let today = format!("{} today", screen::cost_of(&tables.spans[0]));
    pieces(
        buffer,
        head,
        &[
            ("● ", skin.accent()),
            (&running, skin.strong()),
            ("  ", skin.dim()),
            (&today, skin.dim()),
        ],
    );
    let room = usize::from((body.height / HIGH).max(1));
    let selected = state.list().selected;
    let offset = selected.saturating_sub(room - 1);
    hits.offset = offset;
    let visible = tables.sessions.iter().enumerate().skip(offset).take(room);
    for (number, (place, session)) in (0_u16..).zip(visible) {
        let top = body.y + number * HIGH;
        let here = Rect {
            y: top,
            height: (HIGH - 1).min(body.bottom().saturating_sub(top)),
            ..body
        };
        draw_session(here, buffer, state, tables, session, place == selected);
    }
    if offset + room < tables.sessions.len() {
        let more = format!("{} more below", tables.sessions.len() - offset - room);
        text_right(buffer, head, &more, skin.faint());
    }
}

fn draw_session(
    area: Rect,
    buffer: &mut Buffer,
    state: &State,
    tables: &Tables,
    session: &Session,
    is_selected: bool,
) {
    let skin = state.skin;
    let first = line(area, 0);
    let mark = if is_selected { "▌ " } else { "  " };
    let cost = screen::cost_of(&session.sum);
    let used = text_right(buffer, first, &cost, skin.strong());
    let place = match session.branch.as_str() {
        "" => screen::project(&session.project),
        branch => format!("{} @ {branch}", screen::project(&session.project)),
    };
    let room = Rect {
        width: first.width.saturating_sub(used + 1),
        ..first
    };
    pieces(
        buffer,
        room,
        &[
            (mark, skin.accent()),
            (session.client.name(), skin.strong()),
            ("  ", skin.dim()),
            (&place, skin.ink()),
        ],
    );
    let second = line(area, 1);
    let minutes = (tables.now_ms - session.sum.last_ms).max(0) / 60_000;
    let age = match minutes {
        0 => "now".to_owned(),
        minutes => format!("{minutes} min ago"),
    };
    let pulse = screen::sparkline(&session.pulse);
    let end = format!("{pulse}  {age:>10}");
    let used = text_right(buffer, second, &end, skin.heat(3));
    text_right(buffer, second, &format!("  {age:>10}"), skin.faint());
    let said = format!(
        "{}, {} tokens in {}",
        session.model,
        screen::short(session.sum.tokens.total()),
        amount(session.sum.messages, "message")
    );
    let room = Rect {
        width: second.width.saturating_sub(used + 3),
        ..second
    };
    text(buffer, shifted(room, 2), &said, skin.dim());
}
