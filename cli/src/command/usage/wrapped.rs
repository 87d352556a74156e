//! A year in one picture: meant to be shown, so no project, branch or session is named in it.

mod card;
pub mod facts;
mod screen;

use clap::Args;

use super::{
    graph::{Look, file},
    scope::Scope,
};
use crate::{
    failure::Failure,
    output::Output,
    picture::{Scene, paper::Theme},
};
use facts::Facts;

#[derive(Args)]
pub struct Wrapped {
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    look: Look,
}

impl Wrapped {
    pub fn run(self) -> Result<Output, Failure> {
        let view = self.scope.view()?;
        let (since, until) = self.scope.bounds()?;
        let first = since.unwrap_or_else(|| view.today.first_of_year());
        let facts = Facts::new(&view, first, until);
        if self.look.has_file() {
            let scene = draw(&facts, self.look.theme());
            return file::write_labelled(&self.look, &scene, facts.label());
        }
        let text = screen::text(&facts, &view.notes, &self.look);
        Ok(Output::new(text, &facts.answer(&view))?)
    }
}

pub fn draw(facts: &Facts, theme: Theme) -> Scene {
    card::scene(facts, theme.paper())
}
