//! A table of sums: models, days or branches.

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    style::Style,
};

use usage::report::Sum;

use super::paint::{bar, line, rule, text, text_right};
use crate::{
    command::usage::screen,
    table::{amount, count},
    tui::{
        state::{Column, Hits, State, Tab, shown},
        tables::{Line, Tables},
    },
};

/// What a number needs.
const NUMBER: u16 = 9;
/// What a cost needs at least, and at most: with an amount of that length a name has no room.
const COST: (u16, u16) = (11, 20);
/// A name is not narrower than this for the sake of one more number.
const NAME_MIN: u16 = 18;
const BAR: u16 = 14;

/// Columns in the order in which they give way when there is no room.
const BY_NEED: [Column; 7] = [
    Column::Cost,
    Column::Tokens,
    Column::Messages,
    Column::Output,
    Column::Input,
    Column::CacheRead,
    Column::CacheWrite,
];

struct Plan {
    keys: Vec<Rect>,
    numbers: Vec<(Column, Rect)>,
    bar: Rect,
}

pub fn draw(area: Rect, buffer: &mut Buffer, state: &State, tables: &Tables, hits: &mut Hits) {
    let lines = state.lines();
    if lines.is_empty() {
        let text = match (state.filter.is_empty(), state.question.client) {
            (false, _) => "Nothing here has that in its name. Press esc to see all.",
            (true, Some(_)) => {
                "This client has nothing in this time. Press p for another time, c for another client."
            }
            (true, None) => "Nothing in this time. Press p for another one.",
        };
        return super::sheet::message(area, buffer, state, text);
    }
    let [head, rows, under, under_rows] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let sum = total(state, tables, &lines);
    let plan = plan(area, state.tab, &lines, &sum);
    draw_head(head, buffer, state, &plan, hits);
    hits.rows = Rect {
        height: rows.height.min(u16::try_from(lines.len()).unwrap_or(u16::MAX)),
        ..rows
    };
    hits.offset = offset(state, lines.len(), usize::from(rows.height));
    let has_cost = lines.iter().any(|line| line.sum.cost_nano_usd > 0);
    let weight = |one: &Line| u128::from(screen::weight(&one.sum, has_cost));
    let largest = lines.iter().map(|one| weight(one)).max().unwrap_or(0);
    let visible = lines.iter().enumerate().skip(hits.offset);
    for (number, (place, one)) in (0..rows.height).zip(visible) {
        let row = line(rows, number);
        let is_selected = place == state.list().selected;
        draw_row(row, buffer, state, &plan, one, is_selected);
        bar(
            buffer,
            at(plan.bar, row),
            weight(one),
            largest,
            state.skin.heat(3),
        );
    }
    rule(buffer, under, state.skin);
    draw_total(under_rows, buffer, state, (&plan, &sum), lines.len());
}

/// The first row in view: it moves only as far as the selection makes it.
fn offset(state: &State, count: usize, room: usize) -> usize {
    let list = state.list();
    let lowest = (list.selected + 1).saturating_sub(room);
    let highest = list.selected.min(count.saturating_sub(room));
    list.offset.clamp(lowest.min(highest), highest.max(lowest))
}

/// A column's place in a row.
fn at(column: Rect, row: Rect) -> Rect {
    Rect {
        y: row.y,
        height: row.height,
        ..column
    }
}

fn plan(area: Rect, tab: Tab, lines: &[&Line], sum: &Sum) -> Plan {
    let costs = lines.iter().map(|line| &line.sum).chain([sum]);
    let longest = costs.map(|sum| shown(Column::Cost, sum).len()).max().unwrap_or(0);
    // Two columns lie between a cost and the number before it.
    let cost = u16::try_from(longest + 2).unwrap_or(COST.1).clamp(COST.0, COST.1);
    let keys = State::keys(tab).len();
    let names = NAME_MIN * u16::try_from(keys).unwrap_or(1);
    let names = if tab == Tab::Days { 17 } else { names };
    let mut room = area.width.saturating_sub(names);
    let mut chosen = Vec::new();
    for column in BY_NEED {
        let wide = if column == Column::Cost { cost } else { NUMBER };
        if wide > room && !chosen.is_empty() {
            break;
        }
        room = room.saturating_sub(wide);
        chosen.push((column, wide));
    }
    let bar_wide = if room >= BAR + 2 {
        BAR + (room - BAR - 2) / 3
    } else {
        0
    };
    // In reading order: messages, the kinds of tokens, their sum, the cost.
    let order = [
        Column::Messages,
        Column::Input,
        Column::Output,
        Column::CacheRead,
        Column::CacheWrite,
        Column::Tokens,
        Column::Cost,
    ];
    chosen.sort_by_key(|(column, _)| order.iter().position(|known| known == column));
    let bar_full = if bar_wide > 0 { bar_wide + 2 } else { 0 };
    let mut right = area.right() - bar_full;
    let mut numbers = Vec::new();
    for (column, wide) in chosen.into_iter().rev() {
        let wide = wide.min(right - area.x);
        right -= wide;
        numbers.insert(
            0,
            (
                column,
                Rect {
                    x: right,
                    width: wide,
                    ..area
                },
            ),
        );
    }
    Plan {
        keys: key_places(
            Rect {
                width: right - area.x,
                ..area
            },
            keys,
            lines,
        ),
        numbers,
        bar: Rect {
            x: area.right() - bar_wide,
            width: bar_wide,
            ..area
        },
    }
}

/// The first name takes what its longest needs, at most its part; the last takes the rest.
fn key_places(area: Rect, keys: usize, lines: &[&Line]) -> Vec<Rect> {
    let mut places = Vec::new();
    let mut x = area.x;
    for key in 0..keys {
        let rest = area.right().saturating_sub(x);
        let longest = lines
            .iter()
            .take(1000)
            .filter_map(|line| line.keys.get(key))
            .map(|name| super::paint::width(&screen::project(name)) + 2)
            .max()
            .unwrap_or(0);
        let is_last = key + 1 == keys;
        let fair = rest * 3 / 5;
        let wide = if is_last {
            rest
        } else {
            u16::try_from(longest)
                .unwrap_or(fair)
                .clamp(10_u16.min(fair), fair)
        };
        places.push(Rect {
            x,
            width: wide,
            ..area
        });
        x += wide;
    }
    places
}

fn draw_head(area: Rect, buffer: &mut Buffer, state: &State, plan: &Plan, hits: &mut Hits) {
    let skin = state.skin;
    let sort = state.list().sort;
    let mark = |column| match (sort.column == column, sort.is_descending) {
        (true, true) => "▾",
        (true, false) => "▴",
        (false, _) => "",
    };
    let style = |column| {
        if sort.column == column {
            skin.strong()
        } else {
            skin.faint()
        }
    };
    for (place, (name, key)) in State::keys(state.tab).iter().zip(&plan.keys).enumerate() {
        let column = Column::Key(place);
        let here = at(*key, area);
        text(buffer, here, &format!("{name}{}", mark(column)), style(column));
        hits.headers.push((here, column));
    }
    for (column, place) in &plan.numbers {
        let here = at(*place, area);
        text_right(
            buffer,
            here,
            &format!("{}{}", title(*column), mark(*column)),
            style(*column),
        );
        hits.headers.push((here, *column));
    }
}

const fn title(column: Column) -> &'static str {
    match column {
        Column::Key(_) => "",
        Column::Messages => "messages",
        Column::Input => "input",
        Column::Output => "output",
        Column::CacheRead => "cached",
        Column::CacheWrite => "written",
        Column::Tokens => "tokens",
        Column::Cost => "cost",
    }
}

fn draw_row(row: Rect, buffer: &mut Buffer, state: &State, plan: &Plan, one: &Line, is_selected: bool) {
    let skin = state.skin;
    if is_selected {
        buffer.set_style(row, skin.selected());
    }
    let styled = |style: Style| {
        if is_selected {
            style.patch(skin.selected())
        } else {
            style
        }
    };
    for (place, (key, column)) in one.keys.iter().zip(&plan.keys).enumerate() {
        let name = match (state.tab, place, key.as_str()) {
            (_, _, "") => "-".to_owned(),
            (Tab::Branches, 0, path) => screen::project(path),
            (Tab::Days, _, day) => weekday(day),
            (_, _, name) => name.to_owned(),
        };
        let mut here = at(*column, row);
        // A name keeps its distance to the next.
        here.width = here.width.saturating_sub(1);
        let style = if place == 0 && plan.keys.len() > 1 {
            skin.dim()
        } else {
            skin.ink()
        };
        text(buffer, here, &name, styled(style));
    }
    for (column, place) in &plan.numbers {
        let style = if *column == Column::Cost {
            skin.strong()
        } else {
            skin.dim()
        };
        text_right(buffer, at(*place, row), &shown(*column, &one.sum), styled(style));
    }
}

fn weekday(day: &str) -> String {
    let date = day.parse::<jiff::civil::Date>();
    date.map_or_else(
        |_| day.to_owned(),
        |date| date.strftime("%Y-%m-%d %a").to_string(),
    )
}

/// Of what is in view: all that was asked for, or what the filter leaves of it.
fn total(state: &State, tables: &Tables, lines: &[&Line]) -> Sum {
    if state.filter.is_empty() {
        return tables.total.clone();
    }
    lines.iter().fold(Sum::default(), |all, one| all.plus(&one.sum))
}

fn draw_total(area: Rect, buffer: &mut Buffer, state: &State, (plan, sum): (&Plan, &Sum), lines: usize) {
    let skin = state.skin;
    let lines_of = match state.tab {
        Tab::Models => amount(lines as u64, "model"),
        Tab::Days => amount(lines as u64, "day"),
        _ => match lines {
            1 => "1 branch".to_owned(),
            many => format!("{} branches", count(many as u64)),
        },
    };
    let names = plan.keys.iter().map(|key| key.width).sum::<u16>();
    let label = Rect {
        width: names.saturating_sub(1),
        ..area
    };
    text(buffer, label, &format!("total of {lines_of}"), skin.strong());
    for (column, place) in &plan.numbers {
        text_right(buffer, at(*place, area), &shown(*column, sum), skin.strong());
    }
}
