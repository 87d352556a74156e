//! What stands around the days of a picture: its head, its figures and its scale.

use super::{Measure, calendar::Calendar};
use crate::{
    figure::{self, count},
    picture::{Anchor, Paper, Scene, Text},
};

/// A name above its value.
pub struct Figure {
    pub name: &'static str,
    pub value: String,
}

/// What a year is told by.
pub fn figures(calendar: &Calendar) -> Vec<Figure> {
    let figure = |name, value| Figure { name, value };
    let best = calendar.best().map_or("–".into(), |day| {
        format!(
            "{}, {}",
            day.date.strftime("%-d %b"),
            calendar.measure.shown(&day.sum)
        )
    });
    vec![
        figure(
            "active days",
            format!(
                "{} of {}",
                count(calendar.active_days() as u64),
                count(calendar.days.len() as u64)
            ),
        ),
        figure("longest streak", days(calendar.streak_longest)),
        figure("current streak", days(calendar.streak_current)),
        figure("largest day", best),
    ]
}

pub fn days(number: usize) -> String {
    figure::amount(number as u64, "day")
}

/// The total in large letters, and what it is made of.
pub fn head(scene: &mut Scene, calendar: &Calendar, paper: &Paper, at: (f32, f32)) {
    let shown = calendar.measure.shown(&calendar.total);
    scene.text(Text::new(at, 28.0, paper.ink, shown).strong());
    let rest = rest(calendar);
    scene.text(Text::new((at.0, at.1 + 22.0), 13.0, paper.ink_2, rest));
}

/// What a total is made of, besides what it is measured by.
pub fn rest(calendar: &Calendar) -> String {
    let total = &calendar.total;
    match calendar.measure {
        Measure::Tokens => figure::amount(total.messages, "message"),
        Measure::Cost => format!(
            "{} tokens in {}",
            figure::short(total.tokens.total()),
            figure::amount(total.messages, "message")
        ),
        Measure::Messages => format!("{} tokens", figure::short(total.tokens.total())),
    }
}

/// The span at the right, under the product's name.
pub fn source(scene: &mut Scene, calendar: &Calendar, paper: &Paper, at: (f32, f32)) {
    let text = |text: Text| text.anchored(Anchor::End);
    scene.text(text(Text::new(at, 13.0, paper.ink_2, calendar.span())));
    let by = format!("by day and {}", calendar.measure.noun());
    scene.text(text(Text::new((at.0, at.1 + 20.0), 12.0, paper.ink_3, by)));
}

/// The five steps, from less to more, ending at a point.
pub fn scale(scene: &mut Scene, paper: &Paper, end: (f32, f32)) {
    let more = Text::new(end, 12.0, paper.ink_3, "more").anchored(Anchor::End);
    let mut x = end.0 - more.width() - 8.0;
    scene.text(more);
    for color in paper.heat.iter().rev() {
        x -= 12.0;
        scene.rect((x, end.1 - 10.0), (12.0, 12.0), 3.0, *color);
        x -= 4.0;
    }
    scene.text(Text::new((x - 4.0, end.1), 12.0, paper.ink_3, "less").anchored(Anchor::End));
}
