//! The graph as squares, a column for each week.

use super::{
    calendar::{Calendar, Row},
    legend,
};
use crate::picture::{Anchor, Paper, Scene, Shape, Text};

const CELL: f32 = 13.0;
const STEP: f32 = 16.0;
const MARGIN: f32 = 28.0;
const NAMES: f32 = 46.0;
const HEAD: f32 = 92.0;
/// A row's months, its seven lines and the space below.
const ROW: f32 = 24.0 + 7.0 * STEP + 18.0;
const FOOT: f32 = 66.0;
const WEEKS_MIN: usize = 36;

pub fn scene(calendar: &Calendar, paper: &Paper) -> Scene {
    let rows = calendar.rows();
    let weeks = rows.iter().map(Row::weeks).max().unwrap_or(0).max(WEEKS_MIN);
    let width = 2.0 * MARGIN + NAMES + number(weeks) * STEP;
    let height = HEAD + number(rows.len()) * ROW + FOOT;
    let mut scene = Scene::new(width, height, calendar.label());
    scene.card(paper);
    legend::head(&mut scene, calendar, paper, (MARGIN, 50.0));
    legend::source(&mut scene, calendar, paper, (width - MARGIN, 42.0));
    let has_years = rows.len() > 1;
    for (place, row) in rows.iter().enumerate() {
        draw_row(&mut scene, row, paper, HEAD + number(place) * ROW, has_years);
    }
    foot(&mut scene, calendar, paper, height - FOOT);
    scene
}

fn draw_row(scene: &mut Scene, row: &Row<'_>, paper: &Paper, top: f32, has_years: bool) {
    let left = MARGIN + NAMES;
    if let Some(year) = row.year().filter(|_| has_years) {
        let text = Text::new((MARGIN, top + 12.0), 12.0, paper.ink_2, year.to_string());
        scene.text(text.strong());
    }
    for (week, name) in row.months() {
        let at = (left + number(week) * STEP, top + 12.0);
        scene.text(Text::new(at, 12.0, paper.ink_3, name));
    }
    let top = top + 22.0;
    for (line, name) in row.weekdays().iter().enumerate().step_by(2) {
        let at = (left - 10.0, top + number(line) * STEP + 11.0);
        scene.text(Text::new(at, 11.0, paper.ink_3, *name).anchored(Anchor::End));
    }
    for (week, line, day) in row.places() {
        scene.shapes.push(Shape::Rect {
            at: (left + number(week) * STEP, top + number(line) * STEP),
            size: (CELL, CELL),
            radius: 3.0,
            fill: paper.heat[usize::from(day.level).min(4)],
            title: Some(row.title(day)),
        });
    }
}

fn foot(scene: &mut Scene, calendar: &Calendar, paper: &Paper, top: f32) {
    let right = scene.width - MARGIN;
    scene.rect((MARGIN, top), (right - MARGIN, 1.0), 0.0, paper.line);
    let mut x = MARGIN;
    for figure in legend::figures(calendar) {
        let name = Text::new((x, top + 26.0), 12.0, paper.ink_3, figure.name);
        let value = Text::new((x, top + 45.0), 14.0, paper.ink, figure.value).strong();
        x += name.width().max(value.width()) + 32.0;
        scene.text(name);
        scene.text(value);
    }
    legend::scale(scene, paper, (right, top + 36.0));
}

#[expect(clippy::cast_precision_loss, reason = "a picture has few rows and columns")]
fn number(count: usize) -> f32 {
    count as f32
}
