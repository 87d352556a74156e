//! Pictures as pixels, as PNG, or in a terminal's cells.

mod outline;
pub mod raster;
pub mod terminal;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use usage::picture::Theme;
pub use usage::picture::{
    Anchor, Paper, Rgb, Scene, Shape, Text, font::REGULAR_BYTES, font::STRONG_BYTES, paper, svg,
};

/// A theme by its name, on a command line.
pub fn theme_parser() -> impl TypedValueParser<Value = Theme> {
    PossibleValuesParser::new(Theme::ALL.map(Theme::name)).map(|name| {
        let found = Theme::ALL.into_iter().find(|theme| theme.name() == name);
        found.unwrap_or_default()
    })
}
