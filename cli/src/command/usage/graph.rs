//! The contribution graph: every day's usage as a square or a tower.

pub mod calendar;
pub mod file;
mod screen;

use std::path::PathBuf;

use clap::Args;

use super::scope::{Scope, View};
use crate::{
    failure::Failure,
    output::Output,
    picture::{
        paper::Theme,
        terminal::{ColorChoice, Depth},
        theme_parser,
    },
};
use calendar::{Calendar, Measure};
pub use screen::squares;
pub use usage::graph::draw;

#[derive(Args, Default)]
pub struct Graph {
    #[command(flatten)]
    scope: Scope,
    /// What a day is measured by [default: cost where a price is known, else tokens]
    #[arg(long, value_name = "WHAT", value_parser = calendar::measure_parser(), help_heading = "Picture")]
    by: Option<Measure>,
    /// Towers instead of squares, seen from above and aside
    #[arg(long = "3d", help_heading = "Picture")]
    is_3d: bool,
    #[command(flatten)]
    look: Look,
}

/// How pictures look and where they go; the same for all of them.
#[derive(Args, Default)]
#[command(next_help_heading = "Picture")]
pub struct Look {
    /// Write the picture into an SVG file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Write the picture into a PNG file; `-` is standard output
    #[arg(long, value_name = "FILE")]
    pub png: Option<PathBuf>,
    /// The colours of the paper [default: dark in a terminal, light in a file]
    #[arg(long, value_name = "THEME", value_parser = theme_parser())]
    pub theme: Option<Theme>,
    /// How many colours a terminal has
    #[arg(long, value_name = "DEPTH", default_value = "auto")]
    pub color: Option<ColorChoice>,
}

impl Look {
    pub fn has_file(&self) -> bool {
        self.svg.is_some() || self.png.is_some()
    }

    pub fn theme(&self) -> Theme {
        let usual = if self.has_file() {
            Theme::Light
        } else {
            Theme::Dark
        };
        self.theme.unwrap_or(usual)
    }

    pub fn depth(&self) -> Depth {
        let choice = self.color.unwrap_or_default();
        choice.apply();
        choice.depth()
    }
}

impl Graph {
    pub fn run(self) -> Result<Output, Failure> {
        let view = self.scope.view()?;
        let calendar = self.calendar(&view)?;
        if self.look.has_file() {
            let scene = draw(&calendar, self.look.theme(), self.is_3d);
            return file::write(&self.look, &scene, &calendar);
        }
        let text = screen::text(&calendar, &view.notes, self.is_3d, &self.look)?;
        Ok(Output::new(text, &calendar::answer(&calendar, &view))?)
    }

    fn calendar(&self, view: &View) -> Result<Calendar, Failure> {
        let (since, until) = self.scope.bounds()?;
        Ok(calendar::calendar(view, since, until, self.by))
    }
}
