//! The year as a card.

use usage::report::Sum;

use super::facts::{Facts, weekday_name};
use crate::{
    command::usage::screen,
    picture::{Anchor, Paper, Scene, Shape, Text},
    table::{amount, count},
};

const WIDTH: f32 = 800.0;
const MARGIN: f32 = 48.0;
const INNER: f32 = WIDTH - 2.0 * MARGIN;
const BARS: f32 = 96.0;
const LINE: f32 = 34.0;

pub fn scene(facts: &Facts, paper: &Paper) -> Scene {
    let mut scene = Scene::new(WIDTH, 0.0, facts.label());
    let lines = facts.models.len().max(facts.clients.len());
    let rows = facts.calendar.rows().len();
    let heat_top = 206.0;
    let heat = number(rows) * (7.0 * heat_step(facts) + 12.0);
    let months_top = heat_top + heat + 24.0;
    let names_top = months_top + BARS + 84.0;
    let figures_top = names_top + 34.0 + number(lines) * LINE + 22.0;
    scene.height = figures_top + 150.0;
    scene.card(paper);
    head(&mut scene, facts, paper);
    heat_map(&mut scene, facts, paper, heat_top);
    months(&mut scene, facts, paper, months_top);
    let half = INNER / 2.0 - 20.0;
    named(
        &mut scene,
        facts,
        paper,
        "models",
        &facts.models,
        (MARGIN, names_top),
        half,
    );
    let right = (MARGIN + INNER / 2.0 + 20.0, names_top);
    named(
        &mut scene,
        facts,
        paper,
        "assistants",
        &facts.clients,
        right,
        half,
    );
    figures(&mut scene, facts, paper, figures_top);
    scene
}

fn head(scene: &mut Scene, facts: &Facts, paper: &Paper) {
    let total = facts.total();
    scene.text(Text::new((MARGIN, 70.0), 20.0, paper.accent, facts.name() + " in tokens").strong());
    let tokens = screen::short(total.tokens.total());
    scene.text(Text::new((MARGIN, 132.0), 58.0, paper.ink, tokens).strong());
    let days = format!(
        "{}, {} on {}",
        screen::cost_of(total),
        amount(total.messages, "message"),
        amount(facts.calendar.active_days() as u64, "day")
    );
    scene.text(Text::new((MARGIN, 166.0), 16.0, paper.ink_2, days));
}

fn heat_step(facts: &Facts) -> f32 {
    let rows = facts.calendar.rows();
    let weeks = rows.iter().map(|row| row.weeks()).max().unwrap_or(0).max(53);
    INNER / number(weeks)
}

fn heat_map(scene: &mut Scene, facts: &Facts, paper: &Paper, top: f32) {
    let step = heat_step(facts);
    for (place, row) in facts.calendar.rows().iter().enumerate() {
        let top = top + number(place) * (7.0 * step + 12.0);
        for (week, line, day) in row.places() {
            scene.shapes.push(Shape::Rect {
                at: (MARGIN + number(week) * step, top + number(line) * step),
                size: (step - 2.5, step - 2.5),
                radius: 2.5,
                fill: paper.heat[usize::from(day.level).min(4)],
                title: Some(row.title(day)),
            });
        }
    }
}

/// A column for each month; the largest has its value above it.
fn months(scene: &mut Scene, facts: &Facts, paper: &Paper, top: f32) {
    let measure = facts.measure();
    let largest = facts
        .months
        .iter()
        .map(|(_, sum)| measure.of(sum))
        .max()
        .unwrap_or(0);
    let busiest = facts.busiest_month().map(|(month, _)| *month);
    let step = INNER / number(facts.months.len().max(1));
    let floor = top + 20.0 + BARS;
    // More months than names have room for: only those at which a year begins.
    let has_room = step >= 34.0;
    for (place, (month, sum)) in facts.months.iter().enumerate() {
        let left = MARGIN + number(place) * step;
        let wide = (step - 8.0).max(step * 0.6);
        let middle = left + wide / 2.0;
        let high = part(measure.of(sum), largest) * BARS;
        let is_busiest = Some(*month) == busiest;
        let fill = if is_busiest { paper.accent } else { paper.heat[2] };
        scene.shapes.push(Shape::Rect {
            at: (left, floor - high.max(2.0)),
            size: (wide, high.max(2.0)),
            radius: 3.0,
            fill: if sum.messages == 0 { paper.heat[0] } else { fill },
            title: Some(format!("{}: {}", month.strftime("%B %Y"), measure.shown(sum))),
        });
        if is_busiest {
            let value = Text::new(
                (middle, floor - high - 8.0),
                12.0,
                paper.ink_2,
                measure.shown(sum),
            );
            scene.text(value.anchored(Anchor::Middle));
        }
        if has_room || month.month() == 1 {
            let name = if has_room { "%b" } else { "%Y" };
            let name = Text::new(
                (middle, floor + 20.0),
                12.0,
                paper.ink_3,
                month.strftime(name).to_string(),
            );
            scene.text(name.anchored(Anchor::Middle));
        }
    }
}

fn named(
    scene: &mut Scene,
    facts: &Facts,
    paper: &Paper,
    title: &str,
    groups: &[(String, Sum)],
    (left, top): (f32, f32),
    width: f32,
) {
    scene.text(Text::new((left, top), 13.0, paper.ink_3, title));
    let measure = facts.measure();
    let largest = groups.iter().map(|(_, sum)| measure.of(sum)).max().unwrap_or(0);
    for (place, (name, sum)) in groups.iter().enumerate() {
        let base = top + 30.0 + number(place) * LINE;
        let value = Text::new((left + width, base), 14.0, paper.ink, measure.shown(sum));
        let room = width - value.width() - 16.0;
        scene.text(value.anchored(Anchor::End));
        scene.text(
            Text::new((left, base), 14.0, paper.ink, name.as_str())
                .strong()
                .within(room),
        );
        scene.rect((left, base + 7.0), (width, 4.0), 2.0, paper.sunken);
        let long = part(measure.of(sum), largest) * width;
        if long > 0.0 {
            scene.rect((left, base + 7.0), (long.max(4.0), 4.0), 2.0, paper.series(place));
        }
    }
}

fn figures(scene: &mut Scene, facts: &Facts, paper: &Paper, top: f32) {
    scene.rect((MARGIN, top), (INNER, 1.0), 0.0, paper.line);
    let columns = INNER / 4.0;
    for (place, (name, value)) in list(facts).into_iter().enumerate() {
        let at = (
            MARGIN + number(place % 4) * columns,
            top + 32.0 + number(place / 4) * 52.0,
        );
        scene.text(Text::new(at, 12.0, paper.ink_3, name));
        let value = Text::new((at.0, at.1 + 21.0), 15.0, paper.ink, value).strong();
        scene.text(value.within(columns - 12.0));
    }
}

/// Eight figures, in the order in which they are shown.
pub fn list(facts: &Facts) -> [(&'static str, String); 8] {
    let unknown = || "–".to_owned();
    let calendar = &facts.calendar;
    [
        ("longest streak", amount(calendar.streak_longest as u64, "day")),
        (
            "largest day",
            calendar
                .best()
                .map_or_else(unknown, |day| day.date.strftime("%-d %B").to_string()),
        ),
        (
            "favourite weekday",
            facts
                .weekday
                .as_ref()
                .map_or_else(unknown, |(day, _)| weekday_name(*day).to_owned()),
        ),
        (
            "favourite hour",
            facts.hour.as_ref().map_or_else(unknown, |(hour, _)| {
                format!("{hour:02}:00 – {:02}:00", (hour + 1) % 24)
            }),
        ),
        ("sessions", count(facts.sessions as u64)),
        ("projects", count(facts.projects as u64)),
        ("branches", count(facts.branches as u64)),
        (
            "input from caches",
            facts
                .cached_percent()
                .map_or_else(unknown, |percent| format!("{percent}%")),
        ),
    ]
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a bar in a picture needs no more than three digits"
)]
fn part(value: u64, largest: u64) -> f32 {
    if largest == 0 {
        return 0.0;
    }
    (value as f32 / largest as f32).clamp(0.0, 1.0)
}

#[expect(clippy::cast_precision_loss, reason = "a picture has few rows and columns")]
fn number(count: usize) -> f32 {
    count as f32
}
