//! The year in a terminal.

use anstyle::Style;
use usage::{discovery::Note, report::Sum};

use super::{card, facts::Facts};
use crate::{
    command::usage::{
        graph::{self, Look},
        screen,
    },
    hidden::clean,
    table::{amount, facts as list},
};

pub fn text(facts: &Facts, notes: &[Note], look: &Look) -> String {
    let (strong, dim) = (Style::new().bold(), Style::new().dimmed());
    let total = facts.total();
    if total.messages == 0 {
        return format!("No usage in the logs of this machine for {}.", facts.name()) + &screen::notes(notes);
    }
    let mut text = format!(
        "{strong}{} in tokens{strong:#}\n\n{strong}{} tokens{strong:#} {dim}·{dim:#} {} {dim}·{dim:#} {} {dim}·{dim:#} {}\n\n",
        facts.name(),
        screen::short(total.tokens.total()),
        screen::cost_of(total),
        amount(total.messages, "message"),
        amount(facts.calendar.active_days() as u64, "active day")
    );
    text += &graph::squares(&facts.calendar, look);
    text += &format!("\n{dim}months{dim:#}\n{}", months(facts));
    text += &format!("\n{dim}models{dim:#}\n{}", named(facts, &facts.models));
    text += &format!("\n{dim}assistants{dim:#}\n{}", named(facts, &facts.clients));
    text += "\n";
    text += &list(&card::list(facts));
    text.trim_end().to_owned() + &screen::notes(notes)
}

fn months(facts: &Facts) -> String {
    let measure = facts.measure();
    let values: Vec<u64> = facts.months.iter().map(|(_, sum)| measure.of(sum)).collect();
    let bars: String = screen::sparkline(&values)
        .chars()
        .flat_map(|bar| [bar, bar, bar, ' '])
        .collect();
    let names: String = facts
        .months
        .iter()
        .map(|(month, _)| month.strftime("%b ").to_string())
        .collect();
    let dim = Style::new().dimmed();
    format!("  {}\n  {dim}{}{dim:#}\n", bars.trim_end(), names.trim_end())
}

fn named(facts: &Facts, groups: &[(String, Sum)]) -> String {
    let measure = facts.measure();
    let largest = groups.iter().map(|(_, sum)| measure.of(sum)).max().unwrap_or(0);
    let longest = groups
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    groups
        .iter()
        .map(|(name, sum)| {
            let bar = screen::bar(measure.of(sum), largest);
            format!("  {:longest$}  {:>10}  {bar}\n", clean(name), measure.shown(sum))
        })
        .collect()
}
