//! Pictures: one list of shapes, written as SVG, as PNG, or in a terminal's cells.

pub mod color;
mod font;
pub mod paper;
pub mod raster;
pub mod scene;
pub mod svg;
pub mod terminal;

pub use color::Rgb;
pub use font::{REGULAR_BYTES, STRONG_BYTES};
pub use paper::Paper;
pub use scene::{Anchor, Scene, Shape, Text, Weight};
