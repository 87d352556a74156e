use clap::Args;
use serde::Serialize;
use usage::{
    discovery::Note,
    rows::{Row, rows},
};

use super::{
    csv,
    currency::{self, Shown},
    scope::Scope,
    screen,
};
use crate::{
    failure::Failure,
    output::Output,
    table::{Column, count, render},
};

#[derive(Args)]
pub struct Rows {
    #[command(flatten)]
    scope: Scope,
    /// Print comma-separated values
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    currency: currency::Asked,
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
        let money = self.currency.shown(&self.scope.engine()?.home)?;
        let view = self.scope.view_by_day()?;
        let rows = rows(&view.fold, view.cells(), &mut view.days());
        let text = || {
            let text = match rows.as_slice() {
                rows if self.csv => return csv(rows, &money),
                [] => "No usage in the logs of this machine.".to_owned(),
                rows => render(COLUMNS, rows.iter().map(|row| line(row, &money)).collect()),
            };
            text + &money.footer() + &screen::notes(&view.notes)
        };
        let answer = Answer {
            rows: &rows,
            notes: &view.notes,
        };
        Ok(money.output(json, text, &answer)?)
    }
}

fn csv(rows: &[Row], money: &Shown) -> String {
    const KEYS: [&str; 5] = ["day", "client", "model", "project", "branch"];
    let names = KEYS.iter().chain(&csv::COUNTS).map(|title| (*title).to_owned());
    let titles = names.chain(money.csv_titles());
    let fields = |row: &Row| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let names = [
            row.day.to_string(),
            row.client.name().into(),
            row.model.clone(),
            text(&row.project),
            text(&row.branch),
        ];
        let counts = [
            row.messages,
            row.input,
            row.output,
            row.cache_read,
            row.cache_write,
            row.reasoning,
        ];
        let counts = counts.map(|count| count.to_string());
        let costs = money.csv_costs(row.cost_nano_usd);
        names.into_iter().chain(counts).chain(costs).collect()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(fields).collect();
    csv::render(&titles.collect::<Vec<_>>(), &rows)
}

fn line(row: &Row, money: &Shown) -> Vec<String> {
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
        money.cost(row.cost_nano_usd),
    ]
}
