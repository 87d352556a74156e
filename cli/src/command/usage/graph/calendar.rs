//! The days of a view, as a picture shows them and as JSON.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::civil::Date;
use serde::Serialize;
pub use usage::graph::{Calendar, Day, Measure, Row};
use usage::{
    discovery::Note,
    graph::Used,
    report::{Sum, group},
};

use crate::command::usage::scope::View;

pub fn calendar(view: &View, since: Option<Date>, until: Option<Date>, by: Option<Measure>) -> Calendar {
    let mut cut = view.days();
    let used = Used {
        days: group(&view.fold, view.cells(), |cell| cut.day(cell.key.quarter)),
        today: view.today,
        week_start: view.week_start,
    };
    Calendar::new(used, since, until, by)
}

/// A measure by its name, on a command line.
pub fn measure_parser() -> impl TypedValueParser<Value = Measure> {
    PossibleValuesParser::new(Measure::ALL.map(Measure::noun)).map(|name| {
        let found = Measure::ALL.into_iter().find(|measure| measure.noun() == name);
        found.unwrap_or_default()
    })
}

pub fn answer<'a>(calendar: &'a Calendar, view: &'a View) -> Answer<'a> {
    let day = |day: &'a Day| DayAnswer {
        day: day.date,
        level: day.level,
        sum: &day.sum,
    };
    Answer {
        report: "graph",
        timezone: view.zone.iana_name().unwrap_or("local"),
        by: calendar.measure,
        days: calendar.days.iter().map(day).collect(),
        active_days: calendar.active_days(),
        longest_streak_days: calendar.streak_longest,
        current_streak_days: calendar.streak_current,
        totals: &calendar.total,
        notes: &view.notes,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<'a> {
    report: &'static str,
    timezone: &'a str,
    by: Measure,
    days: Vec<DayAnswer<'a>>,
    active_days: usize,
    longest_streak_days: usize,
    current_streak_days: usize,
    totals: &'a Sum,
    notes: &'a [Note],
}

#[derive(Serialize)]
struct DayAnswer<'a> {
    day: Date,
    level: u8,
    #[serde(flatten)]
    sum: &'a Sum,
}
