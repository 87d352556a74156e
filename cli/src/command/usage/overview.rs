//! `token-tracker usage`: today and what matters.

use anstyle::Style;
use clap::Args;
use jiff::{ToSpan, civil::Date};
use serde::Serialize;
use usage::{
    discovery::Note,
    report::{Sum, group},
};

use super::{
    csv,
    currency::{self, Shown},
    report::{By, groups},
    scope::{Scope, View, week_of},
    screen,
};
use crate::{
    failure::Failure,
    output::Output,
    table::{Column, amount},
};

const TREND_DAYS: i64 = 30;
const LINES_MAX: usize = 8;

#[derive(Args, Default)]
pub struct Overview {
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
    today: Sum,
    week: Sum,
    month: Sum,
    all: Sum,
    /// The last thirty days, today last.
    days: Vec<Day>,
    notes: &'a [Note],
}

#[derive(Serialize)]
struct Day {
    day: Date,
    #[serde(flatten)]
    sum: Sum,
}

impl Overview {
    pub fn run(self, json: bool) -> Result<Output, Failure> {
        let money = self.currency.shown(&self.scope.engine()?.home)?;
        let mut view = self.scope.view_by_day()?;
        let since = |view: &View, first: Date| {
            let mut days = view.days();
            let cells = view.cells();
            Sum::of(
                &view.fold,
                cells.filter(|cell| days.day(cell.key.quarter) >= first),
            )
        };
        let answer = Answer {
            today: since(&view, view.today),
            week: since(&view, week_of(view.today, view.week_start)),
            month: since(&view, view.today.first_of_month()),
            all: since(&view, Date::MIN),
            days: trend(&view),
            notes: &std::mem::take(&mut view.notes),
        };
        if self.csv {
            return Ok(money.output(json, || csv(&answer, &money), &answer)?);
        }
        if answer.all.messages == 0 {
            let text = "No assistant has left usage in the logs of this machine yet.\n\
                        `token-tracker --help` lists what else there is."
                .to_owned();
            return Ok(money.output(json, || text + &screen::notes(answer.notes), &answer)?);
        }
        let has_period = self.scope.has_period();
        Ok(money.output(json, || text(&answer, &view, has_period, &money), &answer)?)
    }
}

fn trend(view: &View) -> Vec<Day> {
    let mut days = view.days();
    let sums = group(&view.fold, view.cells(), |cell| days.day(cell.key.quarter));
    (0..TREND_DAYS)
        .rev()
        .map(|back| {
            let day = view.today.checked_sub(back.days()).unwrap_or(view.today);
            let sum = sums.get(&day).cloned().unwrap_or_default();
            Day { day, sum }
        })
        .collect()
}

/// One line for each time; those that were asked for are all of the logs.
fn csv(answer: &Answer<'_>, money: &Shown) -> String {
    let rows = [
        ("today", &answer.today),
        ("week", &answer.week),
        ("month", &answer.month),
        ("all", &answer.all),
    ]
    .map(|(name, sum)| [vec![name.to_owned()], csv::counts(sum, money)].concat());
    csv::render(&csv::titles(&["period"], money), &rows)
}

fn text(answer: &Answer<'_>, view: &View, has_period: bool, money: &Shown) -> String {
    let (strong, dim) = (Style::new().bold(), Style::new().dimmed());
    let line = |name: &str, sum: &Sum| {
        format!(
            "{dim}{name:<10}{dim:#}  {strong}{:>10}{strong:#}   {:>7} tokens   {}\n",
            money.cost_of(sum),
            screen::short(sum.tokens.total()),
            amount(sum.messages, "message")
        )
    };
    let mut text = if has_period {
        line("asked for", &answer.all)
    } else {
        line("today", &answer.today)
            + &line("this week", &answer.week)
            + &line("this month", &answer.month)
            + &line("all logs", &answer.all)
    };
    let has_cost = answer.all.cost_nano_usd > 0;
    let values: Vec<u64> = answer
        .days
        .iter()
        .map(|day| screen::weight(&day.sum, has_cost))
        .collect();
    text += &format!("\n{dim}30 days{dim:#}     {}\n", screen::sparkline(&values));
    for (by, columns) in [
        (By::Model, &[Column::Text("CLIENT"), Column::Text("MODEL")]),
        (By::Branch, &[Column::Text("PROJECT"), Column::Text("BRANCH")]),
    ] {
        let all = groups(view, by);
        let shown: Vec<_> = all
            .iter()
            .take(LINES_MAX)
            .map(|(keys, sum)| (names(by, keys), sum.clone()))
            .collect();
        text += &format!("\n{}\n", screen::sums(columns, &shown, None, money));
        if all.len() > LINES_MAX {
            let command = if by == By::Model { "models" } else { "branches" };
            text += &format!(
                "{dim}and {} more: token-tracker usage {command}{dim:#}\n",
                all.len() - LINES_MAX
            );
        }
    }
    text.trim_end().to_owned() + &money.footer() + &screen::notes(answer.notes)
}

fn names(by: By, keys: &[String]) -> Vec<String> {
    let shown = |(place, key): (usize, &String)| match (by, place, key.as_str()) {
        (_, _, "") => "-".to_owned(),
        (By::Branch, 0, path) => screen::project(path),
        (_, _, key) => key.to_owned(),
    };
    keys.iter().enumerate().map(shown).collect()
}
