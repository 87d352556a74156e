//! From a total down to the files and lines that it comes from.

use clap::Args;
use serde::Serialize;
use usage::{
    cost::Prices,
    dedupe::Counted,
    engine::Traced,
    fold::{Fold, Folder},
    report::Sum,
};

use super::{
    currency::{self, Shown},
    scope::Scope,
    screen,
};
use crate::{
    failure::{ExitStatus, Failure},
    output::Output,
    table::{Column, count, render},
};

#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    scope: Scope,
    /// Every line that counts, as FILE:LINE
    #[arg(long)]
    lines: bool,
    #[command(flatten)]
    currency: currency::Asked,
}

#[derive(Serialize)]
struct Answer {
    /// Whether the index says the same as the files.
    clean: bool,
    totals: Sum,
    indexed: Sum,
    files: Vec<File>,
    notes: Vec<usage::discovery::Note>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File {
    client: &'static str,
    path: String,
    /// What the file tells of, copies included.
    records: usize,
    /// Which of it was counted for another file or line.
    copies: usize,
    skipped_lines: u64,
    #[serde(flatten)]
    sum: Sum,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    lines: Vec<Line>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    line: u64,
    total_tokens: u64,
    cost_nano_usd: Option<String>,
}

impl Verify {
    pub fn run(self, json: bool) -> Result<Output, Failure> {
        let money = self.currency.shown(&self.scope.engine()?.home)?;
        let indexed = self.scope.view()?;
        let mut answer = Answer {
            clean: true,
            totals: Sum::default(),
            indexed: Sum::of(&indexed.fold, indexed.cells()),
            files: Vec::new(),
            notes: Vec::new(),
        };
        let mut outcome = Ok(());
        let notes = self.scope.engine()?.trace(&mut |traced| {
            if outcome.is_ok() {
                outcome = self.add(&traced, &mut answer);
            }
        });
        outcome?;
        answer.notes = notes;
        answer
            .files
            .sort_by(|a, b| (a.client, &a.path).cmp(&(b.client, &b.path)));
        answer.clean = answer.totals == answer.indexed;
        let output = money.output(json, || text(&answer, &money), &answer)?;
        Ok(if answer.clean {
            output
        } else {
            output.with_status(ExitStatus::Failed)
        })
    }

    fn add(&self, traced: &Traced, answer: &mut Answer) -> Result<(), Failure> {
        let mut by_file: Vec<Vec<&Counted>> = vec![Vec::new(); traced.files.len()];
        for counted in &traced.responses {
            by_file[counted.file].push(counted);
        }
        let mut folder = Folder::default();
        let mut prices = Prices::of(&self.scope.engine()?.home);
        for ((source, records), counted) in traced.files.iter().zip(by_file) {
            let copies = records.records.len() - counted.len();
            let cells: Vec<_> = counted
                .iter()
                .map(|counted| {
                    (
                        counted.record.line,
                        folder.cell(traced.client, records, &counted.record, &mut prices),
                    )
                })
                .collect();
            let mut fold = Fold {
                names: folder.names().to_vec(),
                cells: Vec::new(),
            };
            let wanted = self.scope.wanted(&fold, cells.iter().map(|(_, cell)| *cell))?;
            fold.cells = wanted.iter().map(|place| cells[*place].1).collect();
            if fold.cells.is_empty() && records.lines_skipped == 0 {
                continue;
            }
            fold.cells.iter().for_each(|cell| answer.totals.add(&fold, cell));
            let line = |place: &usize| {
                let (line, cell) = &cells[*place];
                Line {
                    line: *line,
                    total_tokens: cell.tokens.total(),
                    cost_nano_usd: cell.cost_nano_usd.map(|cost| cost.to_string()),
                }
            };
            let lines = if self.lines {
                wanted.iter().map(line).collect()
            } else {
                Vec::new()
            };
            answer.files.push(File {
                client: traced.client.name(),
                path: source.path.display().to_string(),
                records: records.records.len(),
                copies,
                skipped_lines: records.lines_skipped,
                sum: Sum::of(&fold, fold.cells.iter()),
                lines,
            });
        }
        Ok(())
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("CLIENT"),
    Column::Number("MESSAGES"),
    Column::Number("COPIES"),
    Column::Number("SKIPPED"),
    Column::Number("TOKENS"),
    Column::Number("COST"),
    Column::Text("FILE"),
];

fn text(answer: &Answer, money: &Shown) -> String {
    let mut rows = Vec::new();
    for file in &answer.files {
        rows.push(vec![
            file.client.into(),
            count(file.sum.messages),
            count(file.copies as u64),
            count(file.skipped_lines),
            count(file.sum.tokens.total()),
            money.cost_of(&file.sum),
            file.path.clone(),
        ]);
        for line in &file.lines {
            let cost = line.cost_nano_usd.as_ref().and_then(|cost| cost.parse().ok());
            rows.push(vec![
                String::new(),
                String::new(),
                String::new(),
                String::new(),
                count(line.total_tokens),
                money.cost(cost),
                format!("{}:{}", file.path, line.line),
            ]);
        }
    }
    let verdict = if answer.clean {
        "The index says the same as the files."
    } else {
        "The index differs from the files; --no-cache reads without it."
    };
    format!(
        "{}\n\n{} messages, {} tokens, {}. {verdict}{}{}",
        render(COLUMNS, rows),
        count(answer.totals.messages),
        count(answer.totals.tokens.total()),
        money.cost_of(&answer.totals),
        money.footer(),
        screen::notes(&answer.notes)
    )
}
