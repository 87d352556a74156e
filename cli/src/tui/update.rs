//! From what happened to a new state, and to what has to be done outside.

use ratatui::{
    crossterm::event::{
        Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
    },
    layout::Position,
};

use super::{
    accounts::Account,
    state::{Column, Overlay, Sort, State, Tab},
    tables::{Question, Tables},
};

/// Longer than any name that one would look for.
const FILTER_LETTERS_MAX: usize = 80;
/// A wheel's step.
const WHEEL: isize = 3;

#[derive(Debug)]
pub enum Message {
    Input(Event),
    Progress(usize, usize),
    Tables(Box<Tables>),
    /// The reader itself failed; the words are for the person.
    Failed(String),
    Accounts(Vec<Account>),
}

#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    Ask(Question),
    Rescan,
    /// Whether sessions are looked at, and logs read more often.
    Follow(bool),
    FetchAccounts,
    Quit,
}

pub fn update(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::Input(Event::Key(key)) if key.kind != KeyEventKind::Release => on_key(state, key),
        Message::Input(Event::Mouse(mouse)) => on_mouse(state, mouse),
        // Anything else in, such as a new size, only needs a new drawing.
        Message::Input(_) => Vec::new(),
        Message::Progress(done, all) => {
            state.progress = Some((done, all));
            Vec::new()
        }
        Message::Tables(tables) => {
            if tables.question == state.question {
                state.progress = None;
            }
            state.failure = None;
            state.tables = Some(tables);
            stay_inside(state);
            Vec::new()
        }
        Message::Failed(text) => {
            state.progress = None;
            state.failure = Some(text);
            Vec::new()
        }
        Message::Accounts(list) => {
            state.accounts.list = list;
            state.accounts.is_loading = false;
            state.accounts.is_known = true;
            Vec::new()
        }
    }
}

fn on_key(state: &mut State, key: KeyEvent) -> Vec<Effect> {
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return match key.code {
            KeyCode::Char('c') => vec![Effect::Quit],
            _ => Vec::new(),
        };
    }
    if state.is_typing {
        type_filter(state, key.code);
        return Vec::new();
    }
    if state.overlay.is_some() {
        return on_overlay_key(state, key.code);
    }
    match key.code {
        KeyCode::Char('q') => vec![Effect::Quit],
        KeyCode::Esc if !state.filter.is_empty() => {
            state.filter.clear();
            stay_inside(state);
            Vec::new()
        }
        KeyCode::Char(digit @ '1'..='6') => {
            let place = usize::from(u8::try_from(digit).unwrap_or(b'1') - b'1');
            go_to(state, Tab::ALL[place])
        }
        KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => step_tab(state, 1),
        KeyCode::BackTab | KeyCode::Left | KeyCode::Char('h') => step_tab(state, -1),
        KeyCode::Char('?') | KeyCode::F(1) => {
            state.overlay = Some(Overlay::Help);
            Vec::new()
        }
        KeyCode::Char('r') => vec![Effect::Rescan, Effect::FetchAccounts],
        KeyCode::Char('t') => {
            state.skin = state.skin.next(state.depth);
            Vec::new()
        }
        KeyCode::Char('p') => ask(state, |state| state.next_period(1)),
        KeyCode::Char('P') => ask(state, |state| state.next_period(-1)),
        KeyCode::Char('c') => ask(state, State::next_client),
        code => {
            on_list_key(state, code);
            Vec::new()
        }
    }
}

fn on_overlay_key(state: &mut State, code: KeyCode) -> Vec<Effect> {
    match code {
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q' | '?') | KeyCode::F(1) => state.overlay = None,
        KeyCode::Up | KeyCode::Char('k') if state.overlay == Some(Overlay::Row) => move_by(state, -1),
        KeyCode::Down | KeyCode::Char('j') if state.overlay == Some(Overlay::Row) => move_by(state, 1),
        _ => {}
    }
    Vec::new()
}

fn on_list_key(state: &mut State, code: KeyCode) {
    let page = isize::from(state.hits.rows.height.max(2).cast_signed()) - 1;
    match code {
        KeyCode::Up | KeyCode::Char('k') => move_by(state, -1),
        KeyCode::Down | KeyCode::Char('j') => move_by(state, 1),
        KeyCode::PageUp => move_by(state, -page),
        KeyCode::PageDown | KeyCode::Char(' ') => move_by(state, page),
        KeyCode::Home | KeyCode::Char('g') => move_by(state, isize::MIN),
        KeyCode::End | KeyCode::Char('G') => move_by(state, isize::MAX),
        KeyCode::Char('/') if state.tab.is_table() => state.is_typing = true,
        KeyCode::Char('s') if state.tab.is_table() => sort_by_next(state),
        KeyCode::Char('S') if state.tab.is_table() => {
            let sort = &mut state.list_mut().sort;
            sort.is_descending = !sort.is_descending;
        }
        KeyCode::Enter if state.selected_line().is_some() => state.overlay = Some(Overlay::Row),
        _ => {}
    }
}

fn type_filter(state: &mut State, code: KeyCode) {
    match code {
        KeyCode::Enter => state.is_typing = false,
        KeyCode::Esc => {
            state.is_typing = false;
            state.filter.clear();
        }
        KeyCode::Backspace => {
            state.filter.pop();
        }
        KeyCode::Char(letter)
            if !letter.is_control() && state.filter.chars().count() < FILTER_LETTERS_MAX =>
        {
            state.filter.push(letter);
        }
        _ => {}
    }
    stay_inside(state);
}

fn on_mouse(state: &mut State, mouse: MouseEvent) -> Vec<Effect> {
    let at = Position::new(mouse.column, mouse.row);
    match mouse.kind {
        MouseEventKind::ScrollDown => move_by(state, WHEEL),
        MouseEventKind::ScrollUp => move_by(state, -WHEEL),
        MouseEventKind::Down(MouseButton::Left) if state.overlay.is_some() => state.overlay = None,
        MouseEventKind::Down(MouseButton::Left) => return on_click(state, at),
        _ => {}
    }
    Vec::new()
}

fn on_click(state: &mut State, at: Position) -> Vec<Effect> {
    if let Some(tab) = state.hits.tab(at) {
        return go_to(state, tab);
    }
    if let Some(column) = state.hits.header(at) {
        sort_by(state, column);
    } else if let Some(row) = state.hits.row(at).filter(|row| *row < state.row_count()) {
        let is_second = state.list().selected == row;
        state.list_mut().selected = row;
        if is_second && state.selected_line().is_some() {
            state.overlay = Some(Overlay::Row);
        }
    }
    Vec::new()
}

fn step_tab(state: &mut State, step: isize) -> Vec<Effect> {
    let next = (state.tab.place().cast_signed() + step).rem_euclid(Tab::ALL.len().cast_signed());
    go_to(state, Tab::ALL[next.unsigned_abs()])
}

fn go_to(state: &mut State, tab: Tab) -> Vec<Effect> {
    let mut effects = Vec::new();
    if (state.tab == Tab::Live) != (tab == Tab::Live) {
        effects.push(Effect::Follow(tab == Tab::Live));
    }
    if tab == Tab::Accounts && !state.accounts.is_known && !state.accounts.is_loading {
        state.accounts.is_loading = true;
        effects.push(Effect::FetchAccounts);
    }
    state.tab = tab;
    state.is_typing = false;
    stay_inside(state);
    effects
}

fn ask(state: &mut State, change: impl FnOnce(&mut State)) -> Vec<Effect> {
    change(state);
    vec![Effect::Ask(state.question)]
}

fn move_by(state: &mut State, step: isize) {
    let last = state.row_count().saturating_sub(1);
    let list = state.list_mut();
    list.selected = list.selected.saturating_add_signed(step).min(last);
}

/// A list that became shorter keeps its selection in it.
fn stay_inside(state: &mut State) {
    move_by(state, 0);
}

/// The same column again turns the order round.
fn sort_by(state: &mut State, column: Column) {
    let sort = &mut state.list_mut().sort;
    let is_descending = match sort.column == column {
        true => !sort.is_descending,
        false => !matches!(column, Column::Key(_)),
    };
    *sort = Sort {
        column,
        is_descending,
    };
}

fn sort_by_next(state: &mut State) {
    let columns: Vec<Column> = state.hits.headers.iter().map(|(_, column)| *column).collect();
    let now = state.list().sort.column;
    let place = columns.iter().position(|column| *column == now);
    if let Some(next) = columns.get(place.map_or(0, |place| (place + 1) % columns.len().max(1))) {
        sort_by(state, *next);
    }
}
