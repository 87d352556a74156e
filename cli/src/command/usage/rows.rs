use clap::Args;
use serde::Serialize;
use usage::{
    discovery::Note,
    rows::{Row, rows},
};

use super::{scope::Scope, screen};
use crate::{
    failure::Failure,
    output::Output,
    table::{Column, count, render},
};

#[derive(Args)]
pub struct Rows {
    #[command(flatten)]
    scope: Scope,
}

#[derive(Serialize)]
struct Answer<'a> {
    rows: &'a [Row],
    notes: &'a [Note],
}

const COLUMNS: &[Column] = &[
    Column::Text("DAY"),
    Column::Text("CLIENT"),
    Column::Text("MODEL"),
    Column::Text("PROJECT"),
    Column::Text("BRANCH"),
    Column::Number("MESSAGES"),
    Column::Number("INPUT"),
    Column::Number("OUTPUT"),
    Column::Number("CACHE READ"),
    Column::Number("CACHE WRITE"),
    Column::Number("COST"),
];

impl Rows {
    pub fn run(self, json: bool) -> Result<Output, Failure> {
        let view = self.scope.view_by_day()?;
        let rows = rows(&view.fold, view.cells(), &mut view.days());
        let text = || {
            let text = match rows.as_slice() {
                [] => "No usage in the logs of this machine.".to_owned(),
                rows => render(COLUMNS, rows.iter().map(row).collect()),
            };
            text + &screen::notes(&view.notes)
        };
        let answer = Answer {
            rows: &rows,
            notes: &view.notes,
        };
        Ok(Output::either(json, text, &answer)?)
    }
}

fn row(row: &Row) -> Vec<String> {
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    vec![
        row.day.to_string(),
        row.client.name().into(),
        row.model.clone(),
        text(&row.project),
        text(&row.branch),
        count(row.messages),
        count(row.input),
        count(row.output),
        count(row.cache_read),
        count(row.cache_write),
        screen::cost(row.cost_nano_usd),
    ]
}
