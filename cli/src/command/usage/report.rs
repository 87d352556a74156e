//! Sums by one thing: day, week, month, model, session, project or branch.

use clap::Args;
use serde::Serialize;
use usage::{
    discovery::Note,
    report::{Sum, group},
};

use super::{
    csv,
    currency::{self, Shown},
    scope::{Scope, View, week_of},
    screen,
};
use crate::{failure::Failure, output::Output, table::Column};

#[derive(Args)]
pub struct Report {
    #[command(flatten)]
    scope: Scope,
    /// Print comma-separated values
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    currency: currency::Asked,
}

/// What a report's lines stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    Day,
    Week,
    Month,
    Model,
    Session,
    Project,
    Branch,
}

impl By {
    const fn name(self) -> &'static str {
        match self {
            Self::Day => "daily",
            Self::Week => "weekly",
            Self::Month => "monthly",
            Self::Model => "models",
            Self::Session => "sessions",
            Self::Project => "projects",
            Self::Branch => "branches",
        }
    }

    const fn titles(self) -> &'static [&'static str] {
        match self {
            Self::Day => &["day"],
            Self::Week => &["week"],
            Self::Month => &["month"],
            Self::Model => &["client", "model"],
            Self::Session => &["session", "client", "project"],
            Self::Project => &["project"],
            Self::Branch => &["project", "branch"],
        }
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Day => &[Column::Text("DAY")],
            Self::Week => &[Column::Text("WEEK OF")],
            Self::Month => &[Column::Text("MONTH")],
            Self::Model => &[Column::Text("CLIENT"), Column::Text("MODEL")],
            Self::Session => &[
                Column::Text("SESSION"),
                Column::Text("CLIENT"),
                Column::Text("PROJECT"),
            ],
            Self::Project => &[Column::Text("PROJECT")],
            Self::Branch => &[Column::Text("PROJECT"), Column::Text("BRANCH")],
        }
    }

    fn is_time(self) -> bool {
        matches!(self, Self::Day | Self::Week | Self::Month)
    }
}

#[derive(Serialize)]
struct Answer<'a> {
    report: &'static str,
    timezone: &'a str,
    groups: Vec<Group<'a>>,
    totals: &'a Sum,
    notes: &'a [Note],
}

#[derive(Serialize)]
struct Group<'a> {
    #[serde(flatten)]
    keys: serde_json::Map<String, serde_json::Value>,
    #[serde(flatten)]
    sum: &'a Sum,
}

impl Report {
    pub fn view(&self) -> Result<View, Failure> {
        self.scope.view_by_day()
    }

    pub fn is_in_another_currency(&self) -> bool {
        self.currency.is_given()
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    pub fn run(self, by: By, json: bool) -> Result<Output, Failure> {
        let view = match by {
            By::Session => self.scope.view()?,
            _ => self.scope.view_by_day()?,
        };
        let money = self.currency.shown(&self.scope.engine()?.home)?;
        let groups = groups(&view, by);
        let total = Sum::of(&view.fold, view.cells());
        let text = || match self.csv {
            true => self::csv(by, &groups, &money),
            false => table(&view, by, &groups, &total, &money),
        };
        let keyed = |(keys, sum)| Group {
            keys: keyed(by, keys),
            sum,
        };
        let answer = Answer {
            report: by.name(),
            timezone: view.zone.iana_name().unwrap_or("local"),
            groups: groups
                .iter()
                .map(|(keys, sum)| keyed((keys.as_slice(), sum)))
                .collect(),
            totals: &total,
            notes: &view.notes,
        };
        Ok(money.output(json, text, &answer)?)
    }
}

fn keyed(by: By, keys: &[String]) -> serde_json::Map<String, serde_json::Value> {
    let value = |key: &String| match key.as_str() {
        "" => serde_json::Value::Null,
        key => key.into(),
    };
    by.titles()
        .iter()
        .map(|title| (*title).to_owned())
        .zip(keys.iter().map(value))
        .collect()
}

/// The groups in the order in which they are shown: times go forward, everything else starts with
/// the dearest, but sessions end with the latest.
pub fn groups(view: &View, by: By) -> Vec<(Vec<String>, Sum)> {
    let mut days = view.days();
    let name = |label| view.fold.name(label).to_owned();
    let groups = group(&view.fold, view.cells(), |cell| {
        let key = &cell.key;
        let client = || key.client.name().to_owned();
        match by {
            By::Day => vec![days.day(key.quarter).to_string()],
            By::Week => vec![week_of(days.day(key.quarter), view.week_start).to_string()],
            By::Month => vec![days.day(key.quarter).strftime("%Y-%m").to_string()],
            By::Model => vec![client(), name(key.model)],
            By::Session => vec![name(key.session), client(), name(key.project)],
            By::Project => vec![name(key.project)],
            By::Branch => vec![name(key.project), name(key.branch)],
        }
    });
    let mut groups: Vec<_> = groups.into_iter().collect();
    if by == By::Session {
        groups.sort_by_key(|(_, sum)| sum.last_ms);
    } else if !by.is_time() {
        groups.sort_by_key(|(_, sum)| std::cmp::Reverse((sum.cost_nano_usd, sum.tokens.total())));
    }
    groups
}

fn table(view: &View, by: By, groups: &[(Vec<String>, Sum)], total: &Sum, money: &Shown) -> String {
    if groups.is_empty() {
        return "No usage in the logs of this machine for that question.".to_owned()
            + &screen::notes(&view.notes);
    }
    let shown: Vec<_> = groups
        .iter()
        .map(|(keys, sum)| (shown_keys(by, keys), sum.clone()))
        .collect();
    screen::sums(by.columns(), &shown, Some(total), money) + &money.footer() + &screen::notes(&view.notes)
}

fn shown_keys(by: By, keys: &[String]) -> Vec<String> {
    let is_project = |title: &str| title == "project";
    let shown = |(title, key): (&&str, &String)| match key.as_str() {
        "" => "-".to_owned(),
        key if is_project(title) => screen::project(key),
        key if *title == "session" && key.len() > 18 => {
            format!("{}…", key.chars().take(17).collect::<String>())
        }
        key => key.to_owned(),
    };
    by.titles().iter().zip(keys).map(shown).collect()
}

fn csv(by: By, groups: &[(Vec<String>, Sum)], money: &Shown) -> String {
    let rows: Vec<Vec<String>> = groups
        .iter()
        .map(|(keys, sum)| [keys.clone(), csv::counts(sum, money)].concat())
        .collect();
    csv::render(&csv::titles(by.titles(), money), &rows)
}
