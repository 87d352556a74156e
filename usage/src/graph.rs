//! The contribution graph: every day's usage as a square or a tower.

mod calendar;
mod flat;
mod legend;
mod towers;

pub use calendar::{Calendar, Day, Measure, Row, STEPS, Used, week_of};
pub use legend::{Figure, days, figures};
pub use towers::field;

use crate::picture::{Scene, Theme};

/// The picture of a calendar, flat or with towers.
pub fn draw(calendar: &Calendar, theme: Theme, is_3d: bool) -> Scene {
    if is_3d {
        towers::scene(calendar, theme.paper())
    } else {
        flat::scene(calendar, theme.paper())
    }
}
