//! One drawing of one state.

mod accounts;
mod frame;
mod live;
mod overview;
pub mod paint;
mod sheet;
mod table;

use ratatui::{buffer::Buffer, layout::Rect};

use super::state::{Hits, Overlay, State, Tab};

/// Smaller than this, nothing can be told.
const SMALLEST: (u16, u16) = (24, 6);

/// Draws the state, and says where things are.
pub fn draw(area: Rect, buffer: &mut Buffer, state: &State) -> Hits {
    let mut hits = Hits {
        offset: state.list().offset,
        ..Hits::default()
    };
    buffer.set_style(area, state.skin.ground());
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        paint::text(buffer, area, "too small", state.skin.dim());
        return hits;
    }
    let body = frame::draw(area, buffer, state, &mut hits);
    if let Some(text) = &state.failure {
        sheet::message(body, buffer, state, text);
        return hits;
    }
    match (state.tab, &state.tables) {
        (Tab::Accounts, _) => accounts::draw(body, buffer, state, &mut hits),
        (_, None) => sheet::scanning(body, buffer, state),
        (Tab::Overview, Some(tables)) => overview::draw(body, buffer, state, tables),
        (Tab::Live, Some(tables)) => live::draw(body, buffer, state, tables, &mut hits),
        (Tab::Models | Tab::Days | Tab::Branches, Some(tables)) => {
            table::draw(body, buffer, state, tables, &mut hits);
        }
    }
    match state.overlay {
        Some(Overlay::Help) => sheet::help(area, buffer, state),
        Some(Overlay::Row) => sheet::row(area, buffer, state),
        None => {}
    }
    hits
}
