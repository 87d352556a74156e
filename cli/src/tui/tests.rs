//! What keys and pointers do, and that the screens say what the reports say.

use ratatui::crossterm::event::{
    Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use usage::{Client, report::Sum};

use super::{
    gallery::{drawn, state, text},
    sample::{self, Amount},
    skin::Skin,
    state::{Column, Overlay, State, Tab},
    tables::{Period, Question},
    update::{Effect, Message, update},
    view,
};
use crate::{
    command::usage::{By, report::groups, screen},
    picture::{paper::Theme, terminal::Depth},
};

const SKIN: Skin = Skin {
    theme: Theme::Dark,
    depth: Depth::True,
};

fn usual(tab: Tab) -> State {
    let mut state = state(Amount::Usual, tab, SKIN);
    look(&mut state);
    state
}

/// Draws, so that the state knows where things are.
fn look(state: &mut State) -> String {
    let mut buffer = drawn(state, 120, 30);
    let area = buffer.area;
    state.hits = view::draw(area, &mut buffer, state);
    text(&buffer)
}

fn press(state: &mut State, code: KeyCode) -> Vec<Effect> {
    let effects = update(state, Message::Input(Event::Key(KeyEvent::from(code))));
    look(state);
    effects
}

fn type_in(state: &mut State, letters: &str) {
    for letter in letters.chars() {
        press(state, KeyCode::Char(letter));
    }
}

fn click(state: &mut State, column: u16, row: u16) -> Vec<Effect> {
    let mouse = MouseEvent {
        kind: MouseEventKind::Down(MouseButton::Left),
        column,
        row,
        modifiers: KeyModifiers::NONE,
    };
    let effects = update(state, Message::Input(Event::Mouse(mouse)));
    look(state);
    effects
}

#[test]
fn the_tables_are_the_reports() {
    for amount in Amount::ALL {
        let view = sample::view(amount);
        let tables = sample::tables(
            amount,
            Question {
                period: Period::All,
                client: None,
            },
        );
        for (by, lines) in [
            (By::Model, &tables.models),
            (By::Day, &tables.days),
            (By::Branch, &tables.branches),
        ] {
            let expected = groups(&view, by);
            assert_eq!(lines.len(), expected.len());
            for (line, (keys, sum)) in lines.iter().zip(&expected) {
                assert_eq!((&line.keys, &line.sum), (keys, sum));
            }
            let sum = lines.iter().fold(Sum::default(), |all, line| all.plus(&line.sum));
            assert_eq!(sum, tables.total, "{by:?}");
        }
        let trend = tables.trend.iter().map(|(_, sum)| sum.messages).sum::<u64>();
        assert!(trend <= tables.total.messages);
    }
}

#[test]
fn a_period_and_a_client_cut_every_table_alike() {
    let all = sample::tables(
        Amount::Usual,
        Question {
            period: Period::All,
            client: None,
        },
    );
    let mut of_clients = Sum::default();
    for client in &all.clients {
        let question = Question {
            period: Period::All,
            client: Some(*client),
        };
        let tables = sample::tables(Amount::Usual, question);
        assert!(tables.models.iter().all(|line| line.keys[0] == client.name()));
        assert_eq!(tables.total, tables.spans[3]);
        of_clients = of_clients.plus(&tables.total);
    }
    assert_eq!(of_clients, all.total);
    let month = sample::tables(Amount::Usual, Question::default());
    assert_eq!(month.trend.len(), 30);
    let days = month
        .trend
        .iter()
        .fold(Sum::default(), |all, (_, sum)| all.plus(sum));
    assert_eq!(days, month.total);
    let today = sample::tables(
        Amount::Usual,
        Question {
            period: Period::Today,
            client: None,
        },
    );
    assert_eq!((&today.total, today.trend.len()), (&today.spans[0], 1));
}

#[test]
fn screens_show_the_exact_sums() {
    let mut state = usual(Tab::Models);
    let shown = look(&mut state);
    let tables = state.tables.as_ref().unwrap();
    for line in &tables.models {
        let row = shown.lines().find(|row| row.contains(&line.keys[1])).unwrap();
        assert!(row.contains(&screen::cost_of(&line.sum)), "{row}");
        assert!(row.contains(&screen::short(line.sum.tokens.total())), "{row}");
    }
    let total = shown
        .lines()
        .find(|row| row.contains("total of 7 models"))
        .unwrap();
    assert!(total.contains(&screen::cost_of(&tables.total)), "{total}");
}

#[test]
fn keys_and_pointer_lead_to_every_tab() {
    let mut state = usual(Tab::Overview);
    for (key, tab) in ('1'..='6').zip(Tab::ALL) {
        press(&mut state, KeyCode::Char(key));
        assert_eq!(state.tab, tab);
    }
    press(&mut state, KeyCode::Tab);
    assert_eq!(state.tab, Tab::Overview);
    press(&mut state, KeyCode::Left);
    assert_eq!(state.tab, Tab::Live);
    for (area, tab) in state.hits.tabs.clone() {
        click(&mut state, area.x, area.y);
        assert_eq!(state.tab, tab);
    }
}

#[test]
fn sessions_are_followed_only_while_they_are_in_view() {
    let mut state = usual(Tab::Overview);
    assert_eq!(press(&mut state, KeyCode::Char('6')), [Effect::Follow(true)]);
    assert_eq!(press(&mut state, KeyCode::Char('6')), []);
    let left = press(&mut state, KeyCode::Char('5'));
    assert_eq!(left, [Effect::Follow(false), Effect::FetchAccounts]);
    assert_eq!(
        press(&mut state, KeyCode::Char('5')),
        [],
        "they are asked for once"
    );
    update(&mut state, Message::Accounts(Vec::new()));
    press(&mut state, KeyCode::Char('1'));
    assert_eq!(press(&mut state, KeyCode::Char('5')), []);
    let again = press(&mut state, KeyCode::Char('r'));
    assert_eq!(again, [Effect::Rescan, Effect::FetchAccounts]);
}

#[test]
fn another_period_or_client_is_a_question_and_old_answers_do_not_end_the_wait() {
    let mut state = usual(Tab::Models);
    let old = sample::tables(Amount::Usual, state.question);
    let effects = press(&mut state, KeyCode::Char('p'));
    assert_eq!(effects, [Effect::Ask(state.question)]);
    assert_eq!(state.question.period, Period::Year);
    assert!(state.is_waiting());
    update(&mut state, Message::Tables(Box::new(old)));
    assert!(state.is_waiting());
    let new = sample::tables(Amount::Usual, state.question);
    update(&mut state, Message::Tables(Box::new(new)));
    assert!(!state.is_waiting());
    press(&mut state, KeyCode::Char('P'));
    assert_eq!(state.question.period, Period::Days90);
    press(&mut state, KeyCode::Char('c'));
    assert_eq!(state.question.client, Some(Client::Claude));
    for _ in 0..state.tables.as_ref().unwrap().clients.len() {
        press(&mut state, KeyCode::Char('c'));
    }
    assert_eq!(state.question.client, None);
}

#[test]
fn rows_are_sorted_by_any_column_and_back() {
    let mut state = usual(Tab::Models);
    let costs = |state: &State| {
        state
            .lines()
            .iter()
            .map(|line| line.sum.cost())
            .collect::<Vec<_>>()
    };
    let falling = costs(&state);
    assert!(falling.is_sorted_by(|one, two| one >= two), "{falling:?}");
    press(&mut state, KeyCode::Char('S'));
    assert_eq!(costs(&state), falling.iter().rev().copied().collect::<Vec<_>>());
    for (area, column) in state.hits.headers.clone() {
        click(&mut state, area.x + area.width - 1, area.y);
        assert_eq!(state.list().sort.column, column);
    }
    let messages = state
        .hits
        .headers
        .iter()
        .find(|(_, column)| *column == Column::Messages);
    let area = messages.unwrap().0;
    click(&mut state, area.x, area.y);
    let counts: Vec<u64> = state.lines().iter().map(|line| line.sum.messages).collect();
    assert!(counts.is_sorted_by(|one, two| one >= two), "{counts:?}");
    let before = state.list().sort.column;
    press(&mut state, KeyCode::Char('s'));
    assert_ne!(state.list().sort.column, before);
}

#[test]
fn a_filter_is_typed_kept_and_cleared() {
    let mut state = usual(Tab::Models);
    let all = state.row_count();
    press(&mut state, KeyCode::End);
    press(&mut state, KeyCode::Char('/'));
    type_in(&mut state, "qOPUS");
    press(&mut state, KeyCode::Backspace);
    assert_eq!(
        state.row_count(),
        0,
        "letters are not keys while a filter is typed"
    );
    state.filter.clear();
    type_in(&mut state, "OPUS");
    assert_eq!((state.row_count(), state.list().selected), (1, 0));
    press(&mut state, KeyCode::Enter);
    let shown = look(&mut state);
    assert!(shown.contains("total of 1 model"), "{shown}");
    press(&mut state, KeyCode::Esc);
    assert_eq!(state.row_count(), all);
    press(&mut state, KeyCode::Char('/'));
    type_in(&mut state, "no such model");
    assert!(look(&mut state).contains("Press esc to see all"));
}

#[test]
fn the_selection_stays_in_view_and_in_the_list() {
    let mut state = state(Amount::Huge, Tab::Branches, SKIN);
    look(&mut state);
    let count = state.row_count();
    assert!(count > 1000, "{count}");
    for (code, expected) in [
        (KeyCode::Home, 0),
        (KeyCode::Up, 0),
        (KeyCode::Down, 1),
        (KeyCode::End, count - 1),
        (KeyCode::Down, count - 1),
        (
            KeyCode::PageUp,
            count - 1 - usize::from(state.hits.rows.height - 1),
        ),
    ] {
        press(&mut state, code);
        assert_eq!(state.list().selected, expected, "{code:?}");
        let visible = state.hits.offset..state.hits.offset + usize::from(state.hits.rows.height);
        assert!(visible.contains(&expected), "{code:?}: {visible:?}");
        state.list_mut().offset = state.hits.offset;
    }
    let rows = state.hits.rows;
    click(&mut state, rows.x, rows.y + 3);
    assert_eq!(state.list().selected, state.hits.offset + 3);
    click(&mut state, rows.x, rows.y + 3);
    assert_eq!(state.overlay, Some(Overlay::Row), "a second click opens the row");
}

#[test]
fn a_sheet_shows_the_row_to_the_nano_dollar_and_closes() {
    let mut state = usual(Tab::Models);
    press(&mut state, KeyCode::Home);
    press(&mut state, KeyCode::Enter);
    let line = state.selected_line().unwrap().clone();
    let shown = look(&mut state);
    let exact = protocol::Money::from_nano_usd(line.sum.cost_nano_usd).exact_usd();
    assert!(shown.contains(&exact), "{shown}");
    assert!(shown.contains(&crate::table::count(line.sum.tokens.total())));
    assert_eq!(
        press(&mut state, KeyCode::Char('q')),
        [],
        "q closes the sheet first"
    );
    assert_eq!(state.overlay, None);
    press(&mut state, KeyCode::Char('?'));
    assert!(look(&mut state).contains("another tab"));
    press(&mut state, KeyCode::Esc);
    assert_eq!(press(&mut state, KeyCode::Char('q')), [Effect::Quit]);
}

#[test]
fn control_c_ends_it_from_anywhere() {
    let mut state = usual(Tab::Models);
    press(&mut state, KeyCode::Char('/'));
    let key = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert_eq!(
        update(&mut state, Message::Input(Event::Key(key))),
        [Effect::Quit]
    );
}

#[test]
fn themes_go_round_and_a_terminal_without_colours_stays_without() {
    let mut state = usual(Tab::Overview);
    let mut names = Vec::new();
    for _ in 0..3 {
        press(&mut state, KeyCode::Char('t'));
        names.push(state.skin.name());
    }
    assert_eq!(names, ["light", "no colours", "dark"]);
    state.depth = Depth::None;
    state.skin.depth = Depth::None;
    press(&mut state, KeyCode::Char('t'));
    assert_eq!(state.skin.name(), "no colours");
    let buffer = drawn(&state, 120, 30);
    let has_color = |cell: &ratatui::buffer::Cell| {
        cell.fg != ratatui::style::Color::Reset || cell.bg != ratatui::style::Color::Reset
    };
    assert!(!buffer.content.iter().any(has_color));
}

#[test]
fn a_running_session_is_told_with_its_branch_and_pulse() {
    let mut state = usual(Tab::Live);
    let shown = look(&mut state);
    let tables = state.tables.as_ref().unwrap();
    assert!(!tables.sessions.is_empty());
    for session in &tables.sessions {
        assert!(session.sum.last_ms >= tables.now_ms - 30 * 60_000);
        assert!(session.pulse.iter().sum::<u64>() <= session.sum.tokens.total());
        assert!(shown.contains(&screen::cost_of(&session.sum)), "{shown}");
    }
    assert!(
        tables
            .sessions
            .iter()
            .any(|session| session.pulse.iter().any(|tokens| *tokens > 0))
    );
}

#[test]
fn what_fails_is_said_and_passes_with_the_next_answer() {
    let mut state = usual(Tab::Overview);
    update(&mut state, Message::Failed("Reading the logs failed.".into()));
    assert!(look(&mut state).contains("Reading the logs failed."));
    let tables = sample::tables(Amount::Usual, state.question);
    update(&mut state, Message::Tables(Box::new(tables)));
    assert!(!look(&mut state).contains("failed"));
}
