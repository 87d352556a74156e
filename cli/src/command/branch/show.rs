use anstyle::Style;
use clap::Args;
use serde::Serialize;
use usage::discovery::Note;

use super::place::Sources;
use crate::{
    book::{Imported, Origin},
    checkout::Checkout,
    command::usage::screen,
    failure::Failure,
    gathering::{Gathering, Priced, Sums, group},
    moment,
    output::Output,
    table::{Column, amount, count, facts, render},
};

const NEWEST: usize = 10;

#[derive(Args)]
pub struct Show {
    /// The branch [default: the one that is checked out]
    #[arg(value_name = "BRANCH")]
    branch: Option<String>,
    /// All branches of the repository
    #[arg(long, conflicts_with = "branch")]
    all: bool,
    /// What was put away, too
    #[arg(long)]
    archived: bool,
    #[command(flatten)]
    sources: Sources,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    repository: &'a str,
    branch: Option<&'a str>,
    commit: Option<&'a str>,
    totals: &'a Sums,
    branches: Vec<Group<'a>>,
    models: Vec<Group<'a>>,
    /// Entered by hand, newest first.
    entries: Vec<Entry<'a>>,
    imports: &'a [Imported],
    archived_rows: usize,
    notes: &'a [Note],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(flatten)]
    sums: Sums,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    id: &'a str,
    at: jiff::Timestamp,
    branch: Option<&'a str>,
    note: Option<&'a str>,
    total_tokens: u64,
    cost_nano_usd: Option<String>,
}

impl Show {
    pub fn run(self) -> Result<Output, Failure> {
        let checkout = self.sources.checkout()?;
        let branch = match self.all {
            true => None,
            false => Some(checkout.branch_or(self.branch.as_deref())?),
        };
        let mut gathering = self.sources.gather(&checkout, self.archived)?;
        if let Some(branch) = &branch {
            gathering
                .rows
                .retain(|priced| priced.row.branch.as_ref() == Some(branch));
        }
        let imports = match self.sources.book_if_there()? {
            Some(book) => book.imports(&checkout.repository)?,
            None => Vec::new(),
        };
        let totals = Sums::of(&gathering.rows);
        let answer = answer(&checkout, branch.as_deref(), &gathering, &totals, &imports);
        let text = text(&answer) + &screen::notes(&gathering.notes);
        Ok(Output::new(text, &answer)?)
    }
}

fn answer<'a>(
    checkout: &'a Checkout,
    branch: Option<&'a str>,
    gathering: &'a Gathering,
    totals: &'a Sums,
    imports: &'a [Imported],
) -> Answer<'a> {
    let by_branch = group(&gathering.rows, |row| row.branch.as_deref());
    let by_model = group(&gathering.rows, |row| (row.client, row.model.as_deref()));
    let branches = by_branch.into_iter().map(|(branch, sums)| Group {
        branch: Some(branch.unwrap_or("-")),
        client: None,
        model: None,
        sums,
    });
    let models = by_model.into_iter().map(|((client, model), sums)| Group {
        branch: None,
        client: Some(client.name()),
        model: Some(model.unwrap_or("-")),
        sums,
    });
    let manual = gathering.rows.iter().rev();
    let manual = manual.filter(|priced| priced.row.origin == Origin::Manual);
    Answer {
        repository: &checkout.repository,
        branch,
        commit: checkout.commit.as_deref(),
        totals,
        branches: dearest_first(branches.collect()),
        models: dearest_first(models.collect()),
        entries: manual.map(entry).collect(),
        imports,
        archived_rows: gathering.archived,
        notes: &gathering.notes,
    }
}

fn entry(priced: &Priced) -> Entry<'_> {
    Entry {
        id: &priced.row.id,
        at: priced.row.at,
        branch: priced.row.branch.as_deref(),
        note: priced.row.note.as_deref(),
        total_tokens: priced.row.tokens().total(),
        cost_nano_usd: priced.cost_nano_usd.map(|cost| cost.to_string()),
    }
}

fn dearest_first(mut groups: Vec<Group<'_>>) -> Vec<Group<'_>> {
    groups.sort_by_key(|group| std::cmp::Reverse((group.sums.cost_nano_usd, group.sums.tokens.total())));
    groups
}

/// What sums cost; a star says that some of it has no known price.
pub fn cost(sums: &Sums) -> String {
    let star = match sums.cost() {
        Some(_) if sums.unpriced_rows > 0 => "*",
        _ => "",
    };
    screen::cost(sums.cost()) + star
}

fn text(answer: &Answer<'_>) -> String {
    let dim = Style::new().dimmed();
    let mut text = facts(&[
        ("repository", answer.repository.to_owned()),
        ("branch", answer.branch.unwrap_or("all").to_owned()),
        ("tokens", count(answer.totals.tokens.total())),
        ("cost", cost(answer.totals)),
    ]);
    if answer.totals.rows == 0 {
        text += "\nNothing is known of it: no log, no entry and no import names it.\n";
    }
    let line = |key: Vec<String>, sums: &Sums| {
        let tokens = &sums.tokens;
        let counts = [
            sums.rows,
            tokens.input + tokens.cache_read + tokens.cache_write,
            tokens.output,
            tokens.total(),
        ];
        let mut line = key;
        line.extend(counts.map(count));
        line.push(cost(sums));
        line
    };
    if answer.branch.is_none() && !answer.branches.is_empty() {
        let rows = answer.branches.iter();
        let rows = rows.map(|group| line(vec![group.branch.unwrap_or("-").into()], &group.sums));
        text += &format!("\n{}\n", render(&columns(&["BRANCH"]), rows.collect()));
    }
    if !answer.models.is_empty() {
        let rows = answer.models.iter().map(|group| {
            let names = [group.client.unwrap_or("-"), group.model.unwrap_or("-")];
            line(names.map(str::to_owned).to_vec(), &group.sums)
        });
        text += &format!("\n{}\n", render(&columns(&["CLIENT", "MODEL"]), rows.collect()));
    }
    if !answer.entries.is_empty() {
        let rows = answer.entries.iter().take(NEWEST).map(|entry| {
            let cost = entry.cost_nano_usd.as_ref().and_then(|cost| cost.parse().ok());
            vec![
                moment::display(entry.at),
                count(entry.total_tokens),
                screen::cost(cost),
                entry.note.unwrap_or("").to_owned(),
            ]
        });
        text += &format!("\n{}\n", render(ENTRIES, rows.collect()));
        text += &rest(answer.entries.len());
    }
    for import in answer.imports.iter().rev().take(NEWEST) {
        let from = import.machine.as_ref().map(|name| format!(" from {name}"));
        text += &format!(
            "\n{dim}imported {} {}{}: {} new of {}, {} tokens{dim:#}",
            moment::display(import.at),
            import.file,
            from.unwrap_or_default(),
            count(import.added),
            amount(import.rows, "row"),
            count(import.tokens_added)
        );
    }
    if answer.totals.unpriced_rows > 0 {
        text += &format!(
            "\n* {} without a known price ({} tokens)\n",
            amount(answer.totals.unpriced_rows, "row"),
            count(answer.totals.unpriced_tokens)
        );
    }
    if answer.archived_rows > 0 {
        let rows = amount(answer.archived_rows as u64, "row");
        text += &format!("\n{dim}{rows} put away; --archived shows them{dim:#}\n");
    }
    text.trim_end().to_owned()
}

const ENTRIES: &[Column] = &[
    Column::Text("ENTERED (UTC)"),
    Column::Number("TOKENS"),
    Column::Number("COST"),
    Column::Text("NOTE"),
];

fn rest(entries: usize) -> String {
    match entries.saturating_sub(NEWEST) {
        0 => String::new(),
        more => format!("and {} more; --json has them all\n", count(more as u64)),
    }
}

fn columns(keys: &[&'static str]) -> Vec<Column> {
    let numbers = ["ROWS", "INPUT", "OUTPUT", "TOKENS", "COST"];
    keys.iter()
        .map(|key| Column::Text(key))
        .chain(numbers.map(Column::Number))
        .collect()
}
