//! Today and what matters: four sums, a chart of days, and the largest models and branches.

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
};
use usage::report::Sum;

use super::paint::{self, bar, column, line, pieces, rule, shifted, text, text_right};
use crate::{
    command::usage::screen,
    table::amount,
    tui::{
        state::State,
        tables::{Line, Tables},
    },
};

pub fn draw(area: Rect, buffer: &mut Buffer, state: &State, tables: &Tables) {
    if tables.spans[3].messages == 0 && tables.question.client.is_none() {
        return super::sheet::message(
            area,
            buffer,
            state,
            "No assistant has left usage in the logs of this machine yet. \
             It is read here as soon as one does.",
        );
    }
    let is_wide = area.width >= 72;
    let cards_high = if is_wide { 4 } else { 5 };
    let window_high = u16::from(tables.window.is_some()) * 2;
    let lists_high = match (area.height, is_wide) {
        (0..16, _) => 0,
        (high, true) => (high.saturating_sub(cards_high + window_high) / 2).clamp(5, 12),
        (high, false) => (high.saturating_sub(cards_high + window_high) / 2).max(6),
    };
    let [cards, window, chart, lists] = Layout::vertical([
        Constraint::Length(cards_high),
        Constraint::Length(window_high),
        Constraint::Fill(1),
        Constraint::Length(lists_high),
    ])
    .areas(area);
    draw_cards(cards, buffer, state, tables, is_wide);
    draw_window(window, buffer, state, tables);
    draw_chart(chart, buffer, state, tables);
    if is_wide {
        let [left, _, right] =
            Layout::horizontal([Constraint::Fill(1), Constraint::Length(3), Constraint::Fill(1)])
                .areas(lists);
        draw_list(left, buffer, state, "models", 1, &tables.models);
        draw_list(right, buffer, state, "branches", 0, &tables.branches);
    } else {
        let [top, bottom] = Layout::vertical([Constraint::Fill(1), Constraint::Fill(1)]).areas(lists);
        draw_list(top, buffer, state, "models", 1, &tables.models);
        draw_list(bottom, buffer, state, "branches", 0, &tables.branches);
    }
}

fn draw_cards(area: Rect, buffer: &mut Buffer, state: &State, tables: &Tables, is_wide: bool) {
    let skin = state.skin;
    let all = match tables.files {
        1 => "all logs".to_owned(),
        files if area.width >= 100 => format!("all logs, {} files", crate::table::count(files as u64)),
        _ => "all logs".to_owned(),
    };
    let names = ["today", "this week", "this month", all.as_str()];
    for (place, (name, sum)) in names.into_iter().zip(&tables.spans).enumerate() {
        let number = u16::try_from(place).unwrap_or(0);
        if !is_wide {
            let row = line(area, number);
            let used = text(buffer, row, &format!("{name:<11}"), skin.faint());
            text_right(
                buffer,
                Rect {
                    width: 10_u16.min(row.width.saturating_sub(used)),
                    ..shifted(row, used)
                },
                &screen::cost_of(sum),
                skin.strong(),
            );
            text_right(buffer, shifted(row, used + 11), &tokens(sum), skin.dim());
            continue;
        }
        let step = area.width / 4;
        let card = Rect {
            x: area.x + number * step,
            width: step.saturating_sub(2),
            ..area
        };
        text(buffer, line(card, 0), name, skin.faint());
        text(buffer, line(card, 1), &screen::cost_of(sum), skin.strong());
        let detail = format!("{}, {}", tokens(sum), amount(sum.messages, "message"));
        let detail = if paint::width(&detail) <= usize::from(card.width) {
            detail
        } else {
            tokens(sum)
        };
        text(buffer, line(card, 2), &detail, skin.dim());
    }
}

fn tokens(sum: &Sum) -> String {
    format!("{} tokens", screen::short(sum.tokens.total()))
}

/// The window of five hours that is running: how much of its time is over, and where it leads.
fn draw_window(area: Rect, buffer: &mut Buffer, state: &State, tables: &Tables) {
    let (Some((window, projection)), skin) = (&tables.window, state.skin) else {
        return;
    };
    let left = (window.end_ms() - tables.now_ms).max(0) / 60_000;
    let name = if area.width >= 100 {
        "this window of five hours"
    } else {
        "these 5 h"
    };
    let mut said = format!("{} in {name}", screen::cost_of(&window.sum));
    if let Some(projection) = projection {
        said += &format!(
            ", {}/h, {} at its end",
            screen::cost(Some(projection.cost_nano_usd_per_hour)),
            screen::cost(Some(projection.cost_nano_usd))
        );
    }
    let end = format!("{} h {:02} min left", left / 60, left % 60);
    let row = line(area, 0);
    let gauge_wide = if area.width >= 100 { 24 } else { 0 };
    let used = text_right(buffer, row, &end, skin.dim());
    let middle = Rect {
        width: row.width.saturating_sub(used + 2),
        ..row
    };
    if gauge_wide > 0 {
        let gauge = Rect {
            x: middle.right() - gauge_wide,
            width: gauge_wide,
            ..middle
        };
        text(buffer, gauge, &"─".repeat(usize::from(gauge_wide)), skin.line());
        let passed = u128::try_from(tables.now_ms - window.start_ms).unwrap_or(0);
        let whole = u128::try_from(usage::report::WINDOW_MS).unwrap_or(1);
        let long = u16::try_from(passed * u128::from(gauge_wide) / whole).unwrap_or(0);
        text(
            buffer,
            Rect {
                width: long.min(gauge_wide),
                ..gauge
            },
            &"━".repeat(usize::from(long)),
            skin.accent(),
        );
    }
    let said_in = Rect {
        width: middle
            .width
            .saturating_sub(gauge_wide + u16::from(gauge_wide > 0) * 2),
        ..middle
    };
    text(buffer, said_in, &said, skin.ink());
}

/// What a chart of days is drawn by: cost where there is one, else tokens.
fn weight(sum: &Sum, has_cost: bool) -> u128 {
    u128::from(screen::weight(sum, has_cost))
}

fn draw_chart(area: Rect, buffer: &mut Buffer, state: &State, tables: &Tables) {
    let skin = state.skin;
    if area.height < 4 {
        return;
    }
    let has_cost = tables.total.cost_nano_usd > 0;
    let what = format!(
        "{} by day, {}",
        if has_cost { "cost" } else { "tokens" },
        state.question.period.name()
    );
    let head = line(area, 0);
    let said = text(buffer, head, &what, skin.faint());
    let plot = Rect {
        y: area.y + 1,
        height: area.height - 3,
        ..area
    };
    // As many days as there is room for, the latest; with room for it, each is wider than a cell.
    let shown = &tables.trend[tables.trend.len().saturating_sub(usize::from(plot.width))..];
    let Some(count) = u16::try_from(shown.len()).ok().filter(|count| *count > 0) else {
        return;
    };
    let step = (plot.width / count).clamp(1, 12);
    let wide = if step > 2 { step - 1 } else { step };
    let largest = shown
        .iter()
        .map(|(_, sum)| weight(sum, has_cost))
        .max()
        .unwrap_or(0);
    let most = shown.iter().find(|(_, sum)| weight(sum, has_cost) == largest);
    if let Some((day, sum)) = most.filter(|_| largest > 0) {
        let value = if has_cost {
            screen::cost_of(sum)
        } else {
            tokens(sum)
        };
        let most = format!("most: {value} on {}", day.strftime("%-d %b"));
        let rest = shifted(head, said + 2);
        if paint::width(&most) <= usize::from(rest.width) {
            text_right(buffer, rest, &most, skin.faint());
        }
    }
    for (place, (day, sum)) in (0..count).zip(shown) {
        let bar = Rect {
            x: plot.x + place * step,
            width: wide,
            ..plot
        };
        // Today is not over yet.
        let style = if *day == tables.today {
            skin.heat(2)
        } else {
            skin.heat(3)
        };
        column(buffer, bar, weight(sum, has_cost), largest, style);
    }
    let axis = Rect {
        y: plot.bottom(),
        width: (count * step).min(plot.width),
        height: 2,
        ..area
    };
    rule(buffer, line(axis, 0), skin);
    draw_dates(line(axis, 1), buffer, state, shown.len(), step, tables);
}

fn draw_dates(area: Rect, buffer: &mut Buffer, state: &State, count: usize, step: u16, tables: &Tables) {
    let shown = &tables.trend[tables.trend.len() - count..];
    let mut free_from = 0;
    for (place, (day, _)) in (0_u16..).zip(shown) {
        let at = place * step;
        let name = day.strftime("%-d %b").to_string();
        let wide = u16::try_from(name.len()).unwrap_or(0);
        let is_told = place == 0 || day.day() == 1 || day.weekday() == jiff::civil::Weekday::Monday;
        if is_told && at >= free_from && at + wide <= area.width {
            text(buffer, shifted(area, at), &name, state.skin.faint());
            free_from = at + wide + 3;
        }
    }
}

fn draw_list(area: Rect, buffer: &mut Buffer, state: &State, title: &str, series: usize, lines: &[Line]) {
    let skin = state.skin;
    if area.height < 3 {
        return;
    }
    let room = usize::from(area.height) - 2;
    let head = line(area, 0);
    text(buffer, head, title, skin.faint());
    if lines.len() > room {
        let more = format!("{} of {}", room, crate::table::count(lines.len() as u64));
        text_right(buffer, head, &more, skin.faint());
    }
    let has_cost = lines.iter().any(|line| line.sum.cost_nano_usd > 0);
    let largest = lines
        .iter()
        .map(|line| weight(&line.sum, has_cost))
        .max()
        .unwrap_or(0);
    for (number, shown) in (1_u16..).zip(lines.iter().take(room)) {
        let row = line(area, number);
        let cost = screen::cost_of(&shown.sum);
        let used = text_right(buffer, row, &cost, skin.ink());
        let bar_wide = row.width / 4;
        let bar_at = Rect {
            x: row.right().saturating_sub(used.max(9) + bar_wide + 1),
            width: bar_wide,
            ..row
        };
        bar(
            buffer,
            bar_at,
            weight(&shown.sum, has_cost),
            largest,
            skin.series(series),
        );
        let name_room = Rect {
            width: bar_at.x.saturating_sub(row.x + 1),
            ..row
        };
        let (first, last) = match shown.keys.as_slice() {
            [one, two] if title == "branches" => (place(one, name_room.width), two.clone()),
            [one, two] => (two.clone(), one.clone()),
            keys => (keys.join(" "), String::new()),
        };
        // A client's name cut to a letter says nothing; the start of a branch still does.
        let room = usize::from(name_room.width).saturating_sub(paint::width(&first) + 2);
        let last = match last.as_str() {
            "" => String::new(),
            last if title != "branches" && paint::width(last) > room => String::new(),
            last => format!("  {last}"),
        };
        let first = if first.is_empty() { "-".to_owned() } else { first };
        pieces(buffer, name_room, &[(&first, skin.ink()), (&last, skin.faint())]);
    }
}

/// A project by as much of its path as there is room for beside its branch, the end first.
fn place(path: &str, room: u16) -> String {
    let whole = screen::project(path);
    match path.rsplit(['/', '\\']).find(|part| !part.is_empty()) {
        Some(name) if paint::width(&whole) * 2 > usize::from(room) => name.to_owned(),
        _ => whole,
    }
}
