//! What a year is told by.

use std::cmp::Reverse;

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
};
use serde::Serialize;
use usage::{
    discovery::Note,
    fold::Cell,
    report::{Sum, group},
};

use crate::command::usage::{
    graph::calendar::{Calendar, Measure, calendar},
    scope::View,
    screen,
};

/// As many models and assistants are named; the rest is one line.
const NAMED_MAX: usize = 5;

pub struct Facts {
    pub calendar: Calendar,
    /// Twelve of a whole year, in order.
    pub months: Vec<(Date, Sum)>,
    pub models: Vec<(String, Sum)>,
    pub clients: Vec<(String, Sum)>,
    pub weekday: Option<(Weekday, Sum)>,
    /// Of the day, in the view's zone.
    pub hour: Option<(i8, Sum)>,
    pub sessions: usize,
    pub projects: usize,
    pub branches: usize,
}

impl Facts {
    pub fn new(view: &View, first: Date, until: Option<Date>) -> Self {
        let last = until.unwrap_or(view.today).max(first);
        let shown_to = last.min(view.today).max(first);
        let calendar = calendar(view, Some(first), Some(shown_to), None);
        let measure = calendar.measure;
        let mut days = view.days();
        let cells: Vec<&Cell> = view
            .cells()
            .filter(|cell| (first..=last).contains(&days.day(cell.key.quarter)))
            .collect();
        let all = || cells.iter().copied();
        let fold = &view.fold;
        let largest_first = |groups: std::collections::BTreeMap<String, Sum>| {
            let mut groups: Vec<_> = groups.into_iter().collect();
            groups.sort_by_key(|(_, sum)| Reverse((measure.of(sum), sum.tokens.total())));
            rest_in_one(groups)
        };
        let hour = |cell: &Cell| {
            let at = Timestamp::from_millisecond(cell.first_ms).unwrap_or_default();
            view.zone.to_datetime(at).hour()
        };
        let month = group(fold, all(), |cell| days.day(cell.key.quarter).first_of_month());
        let weekday = group(fold, all(), |cell| {
            days.day(cell.key.quarter).weekday().to_monday_zero_offset()
        });
        let weekday = most(weekday, measure)
            .and_then(|(day, sum)| Some((Weekday::from_monday_zero_offset(day).ok()?, sum)));
        Self {
            months: months(&calendar, &month),
            models: largest_first(group(fold, all(), |cell| fold.name(cell.key.model).to_owned())),
            clients: largest_first(group(fold, all(), |cell| cell.key.client.name().to_owned())),
            weekday,
            hour: most(group(fold, all(), hour), measure),
            sessions: count(all(), |cell| (cell.key.client as u32, cell.key.session)),
            projects: count(all(), |cell| (0, cell.key.project)),
            branches: count(all(), |cell| (cell.key.project, cell.key.branch)),
            calendar,
        }
    }

    pub fn measure(&self) -> Measure {
        self.calendar.measure
    }

    pub fn total(&self) -> &Sum {
        &self.calendar.total
    }

    /// The year, or the span if it is no year.
    pub fn name(&self) -> String {
        match (self.calendar.days.first(), self.calendar.days.last()) {
            (Some(first), Some(last))
                if first.date.day_of_year() == 1 && first.date.year() == last.date.year() =>
            {
                first.date.year().to_string()
            }
            _ => self.calendar.span(),
        }
    }

    pub fn label(&self) -> String {
        format!(
            "{} in tokens: {} tokens, {}, {}",
            self.name(),
            screen::short(self.total().tokens.total()),
            screen::cost_of(self.total()),
            crate::table::amount(self.total().messages, "message")
        )
    }

    /// The part of all input that came out of a cache, in percent.
    pub fn cached_percent(&self) -> Option<u64> {
        let tokens = &self.total().tokens;
        let all = u128::from(tokens.input) + u128::from(tokens.cache_read) + u128::from(tokens.cache_write);
        let part = (u128::from(tokens.cache_read) * 100).checked_div(all)?;
        u64::try_from(part).ok()
    }

    pub fn busiest_month(&self) -> Option<&(Date, Sum)> {
        let used = self.months.iter().filter(|(_, sum)| sum.messages > 0);
        used.max_by_key(|(month, sum)| (self.measure().of(sum), Reverse(*month)))
    }

    pub fn answer<'a>(&'a self, view: &'a View) -> Answer<'a> {
        let named =
            |groups: &'a [(String, Sum)]| groups.iter().map(|(name, sum)| Named { name, sum }).collect();
        Answer {
            report: "wrapped",
            timezone: view.zone.iana_name().unwrap_or("local"),
            since: self.calendar.days.first().map(|day| day.date),
            until: self.calendar.days.last().map(|day| day.date),
            totals: self.total(),
            months: self
                .months
                .iter()
                .map(|(month, sum)| Month {
                    month: month.strftime("%Y-%m").to_string(),
                    sum,
                })
                .collect(),
            models: named(&self.models),
            clients: named(&self.clients),
            active_days: self.calendar.active_days(),
            longest_streak_days: self.calendar.streak_longest,
            largest_day: self.calendar.best().map(|day| day.date),
            weekday: self.weekday.as_ref().map(|(day, _)| weekday_name(*day)),
            hour: self.hour.as_ref().map(|(hour, _)| *hour),
            sessions: self.sessions,
            projects: self.projects,
            branches: self.branches,
            notes: &view.notes,
        }
    }
}

/// Every month of the span, those without usage too.
fn months(calendar: &Calendar, sums: &std::collections::BTreeMap<Date, Sum>) -> Vec<(Date, Sum)> {
    let starts = calendar.days.iter().map(|day| day.date.first_of_month());
    let mut months: Vec<Date> = starts.collect();
    months.dedup();
    // A year that is not over has twelve months all the same.
    if let (Some(first), Some(last)) = (months.first().copied(), months.last().copied())
        && first.month() == 1
        && first.year() == last.year()
    {
        months = (1..=12)
            .filter_map(|month| Date::new(first.year(), month, 1).ok())
            .collect();
    }
    months
        .into_iter()
        .map(|month| (month, sums.get(&month).cloned().unwrap_or_default()))
        .collect()
}

fn most<K: Ord>(groups: std::collections::BTreeMap<K, Sum>, measure: Measure) -> Option<(K, Sum)> {
    // Of equal ones the first.
    groups.into_iter().rev().max_by_key(|(_, sum)| measure.of(sum))
}

fn count<'c, K: Ord>(cells: impl Iterator<Item = &'c Cell>, key: impl Fn(&Cell) -> (K, u32)) -> usize {
    // What the log does not name is the empty text, whose label is 0.
    let named = cells.map(key).filter(|(_, label)| *label != 0);
    named.collect::<std::collections::BTreeSet<_>>().len()
}

fn rest_in_one(mut groups: Vec<(String, Sum)>) -> Vec<(String, Sum)> {
    if groups.len() > NAMED_MAX {
        let rest = groups.split_off(NAMED_MAX - 1);
        let name = format!("{} others", rest.len());
        groups.push((
            name,
            rest.into_iter()
                .fold(Sum::default(), |all, (_, sum)| all.plus(&sum)),
        ));
    }
    groups
}

pub fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer<'a> {
    report: &'static str,
    timezone: &'a str,
    since: Option<Date>,
    until: Option<Date>,
    totals: &'a Sum,
    months: Vec<Month<'a>>,
    models: Vec<Named<'a>>,
    clients: Vec<Named<'a>>,
    active_days: usize,
    longest_streak_days: usize,
    largest_day: Option<Date>,
    weekday: Option<&'static str>,
    hour: Option<i8>,
    sessions: usize,
    projects: usize,
    branches: usize,
    notes: &'a [Note],
}

#[derive(Serialize)]
struct Month<'a> {
    month: String,
    #[serde(flatten)]
    sum: &'a Sum,
}

#[derive(Serialize)]
struct Named<'a> {
    name: &'a str,
    #[serde(flatten)]
    sum: &'a Sum,
}
