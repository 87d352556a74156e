//! The graph as towers: weeks go to the right and down, days to the left and down.

use super::{
    calendar::{Calendar, Day, Row},
    legend,
};
use crate::picture::{Anchor, Paper, Rgb, Scene, Shape, Text};

/// Half of a tile's width and of its height: twice as wide as high.
const HALF: (f32, f32) = (9.5, 4.75);
/// A tile leaves a gap to its neighbours.
const FILLED: f32 = 0.86;
const MARGIN: f32 = 32.0;
const TALLEST: f32 = 124.0;
/// A day without usage is a thin plate.
const PLATE: f32 = 2.0;
const WEEKS_MIN: usize = 36;

pub fn scene(calendar: &Calendar, paper: &Paper) -> Scene {
    let rows = calendar.rows();
    let weeks = rows.iter().map(Row::weeks).max().unwrap_or(0).max(WEEKS_MIN);
    let field = (number(weeks + 7) * HALF.0, number(weeks + 7) * HALF.1);
    let block = field.1 + TALLEST + 24.0;
    // The figures stand in the corners that a slanted field leaves free.
    let width = 2.0 * MARGIN + field.0 + 130.0;
    let height = 2.0 * MARGIN + number(rows.len()) * block + 8.0;
    let mut scene = Scene::new(width, height, calendar.label());
    scene.card(paper);
    for (place, row) in rows.iter().enumerate() {
        let top = MARGIN + number(place) * block + TALLEST;
        let origin = (MARGIN + 80.0 + 7.0 * HALF.0, top);
        if rows.len() > 1
            && let Some(year) = row.year()
        {
            let at = (MARGIN, top + 8.0);
            scene.text(Text::new(at, 13.0, paper.ink_2, year.to_string()).strong());
        }
        field_of(&mut scene, row, calendar.largest, paper, origin);
    }
    corner_figures(&mut scene, calendar, paper);
    scene
}

/// The towers alone, with no paper around them: what a terminal's cells can show.
pub fn field(calendar: &Calendar, paper: &Paper) -> Scene {
    let rows = calendar.rows();
    let weeks = rows.iter().map(Row::weeks).max().unwrap_or(0).max(WEEKS_MIN);
    let size = (number(weeks + 7) * HALF.0, number(weeks + 7) * HALF.1);
    let highest = TALLEST * 0.6;
    let block = size.1 + highest;
    let mut scene = Scene::new(size.0, number(rows.len()) * block, calendar.label());
    for (place, row) in rows.iter().enumerate() {
        let origin = (7.0 * HALF.0, number(place) * block + highest);
        field_of(&mut scene, row, calendar.largest, paper, origin);
    }
    scene
}

/// From the back to the front, so that a tower covers what is behind it.
fn field_of(scene: &mut Scene, row: &Row<'_>, largest: u64, paper: &Paper, origin: (f32, f32)) {
    let mut days: Vec<_> = row.places().collect();
    days.sort_by_key(|(week, line, _)| week + line);
    for (week, line, day) in days {
        let at = (
            origin.0 + (number(week) - number(line)) * HALF.0,
            origin.1 + number(week + line) * HALF.1,
        );
        tower(scene, (day, row.title(day)), largest, paper, at);
    }
    for (week, name) in row.months() {
        // Below the last line of the week in which the month begins.
        let at = (
            origin.0 + (number(week) - 7.2) * HALF.0,
            origin.1 + (number(week) + 7.6) * HALF.1 + 6.0,
        );
        scene.text(Text::new(at, 11.0, paper.ink_3, name).anchored(Anchor::End));
    }
}

/// Three faces, each in its own light; `at` is the back corner of the tile on the ground.
fn tower(scene: &mut Scene, (day, title): (&Day, String), largest: u64, paper: &Paper, at: (f32, f32)) {
    let color = paper.heat[usize::from(day.level).min(4)];
    let height = height(day, largest);
    let (wide, deep) = (HALF.0 * FILLED, HALF.1 * FILLED);
    let (x, y) = (at.0, at.1 + HALF.1 - deep);
    let (back, left, right, front) = (
        (x, y),
        (x - wide, y + deep),
        (x + wide, y + deep),
        (x, y + 2.0 * deep),
    );
    let up = |(x, y): (f32, f32)| (x, y - height);
    let mut face = |points: Vec<(f32, f32)>, fill: Rgb| {
        scene.shapes.push(Shape::Polygon {
            points,
            fill,
            title: Some(title.clone()),
        });
    };
    face(vec![left, front, up(front), up(left)], color.shaded(80));
    face(vec![front, right, up(right), up(front)], color.shaded(64));
    face(vec![up(back), up(right), up(front), up(left)], color);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a height in a picture needs no more than three digits"
)]
fn height(day: &Day, largest: u64) -> f32 {
    if largest == 0 || day.sum.messages == 0 {
        return PLATE;
    }
    PLATE + 2.0 + (day.value as f32 / largest as f32) * (TALLEST - PLATE - 2.0)
}

/// The total at the top right, streaks at the bottom left.
fn corner_figures(scene: &mut Scene, calendar: &Calendar, paper: &Paper) {
    let right = scene.width - MARGIN;
    let total = Text::new(
        (right, 62.0),
        34.0,
        paper.ink,
        calendar.measure.shown(&calendar.total),
    );
    scene.text(total.strong().anchored(Anchor::End));
    let rest = legend::rest(calendar);
    let lines = [(14.0, paper.ink_2, rest), (13.0, paper.ink_3, calendar.span())];
    for (place, (size, ink, text)) in lines.into_iter().enumerate() {
        let at = (right, 88.0 + number(place) * 21.0);
        scene.text(Text::new(at, size, ink, text).anchored(Anchor::End));
    }
    let figures = legend::figures(calendar);
    let top = scene.height - MARGIN - number(figures.len()) * 26.0 + 6.0;
    for (place, figure) in figures.into_iter().enumerate() {
        let y = top + number(place) * 26.0;
        scene.text(Text::new((MARGIN, y + 12.0), 12.0, paper.ink_3, figure.name));
        scene.text(Text::new((MARGIN + 116.0, y + 12.0), 14.0, paper.ink, figure.value).strong());
    }
    legend::scale(scene, paper, (right, scene.height - MARGIN));
}

#[expect(clippy::cast_precision_loss, reason = "a picture has few rows and columns")]
fn number(count: usize) -> f32 {
    count as f32
}
