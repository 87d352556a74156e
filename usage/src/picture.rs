//! Pictures: one list of shapes, written as SVG here; whoever wants pixels or a terminal's cells draws
//! the same list.

mod color;
pub mod font;
pub mod paper;
mod scene;
pub mod svg;

pub use color::Rgb;
pub use paper::{Paper, Theme};
pub use scene::{Anchor, Scene, Shape, Text, Weight};
