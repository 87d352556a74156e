//! `usage rows`: the form that every report is a fold of.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    client::Client,
    fold::{Cell, Fold, QUARTER_MS, sum},
    record::{Mixed, Tokens},
};

/// What one client used of one model on one day, in one project and branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    #[serde(serialize_with = "name")]
    pub client: Client,
    pub model: String,
    pub day: Date,
    pub project: Option<String>,
    pub branch: Option<String>,
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub reasoning: u64,
    pub messages: u64,
    /// Whole nano-USD as a text; None where a price is not known.
    #[serde(serialize_with = "decimal")]
    pub cost_nano_usd: Option<i64>,
}

fn name<S: serde::Serializer>(client: &Client, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(client.name())
}

fn decimal<S: serde::Serializer>(cost: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
    match cost {
        Some(cost) => serializer.collect_str(cost),
        None => serializer.serialize_none(),
    }
}

const DAY_S: i64 = 24 * 60 * 60;

/// The days of a zone, each quarter of an hour looked up once.
pub struct Days {
    zone: TimeZone,
    known: Mixed<i64, Date>,
}

impl Days {
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            known: Mixed::default(),
        }
    }

    /// The zone's seconds from UTC, if they are the same all through a day of UTC.
    pub fn offset(&self, day: i64) -> Option<i32> {
        let start = Timestamp::from_second(day.checked_mul(DAY_S)?).ok()?;
        let end = Timestamp::from_second(day.checked_add(1)?.checked_mul(DAY_S)?).ok()?;
        let next = self.zone.following(start).next();
        let is_one = next.is_none_or(|next| next.timestamp() >= end);
        is_one.then(|| self.zone.to_offset(start).seconds())
    }

    pub fn day(&mut self, quarter: i64) -> Date {
        let zone = &self.zone;
        *self.known.entry(quarter).or_insert_with(|| {
            let at = Timestamp::from_millisecond(quarter.saturating_mul(QUARTER_MS));
            let at = at.unwrap_or(Timestamp::UNIX_EPOCH);
            zone.to_datetime(at).date()
        })
    }
}

/// Day, client, model, project, branch.
type Place<'f> = (Date, Client, &'f str, &'f str, &'f str);

/// Folds cells into rows, in the order of day, client, model, project, branch.
pub fn rows<'f>(fold: &'f Fold, cells: impl Iterator<Item = &'f Cell>, days: &mut Days) -> Vec<Row> {
    let mut sums: BTreeMap<Place<'f>, (Tokens, u64, Option<i64>)> = BTreeMap::new();
    for cell in cells {
        let key = (
            days.day(cell.key.quarter),
            cell.key.client,
            fold.name(cell.key.model),
            fold.name(cell.key.project),
            fold.name(cell.key.branch),
        );
        let (tokens, messages, cost) = sums.entry(key).or_insert((Tokens::default(), 0, Some(0)));
        *tokens = tokens.plus(&cell.tokens);
        *messages += cell.messages;
        *cost = sum(*cost, cell.cost_nano_usd);
    }
    let optional = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    sums.into_iter()
        .map(
            |((day, client, model, project, branch), (tokens, messages, cost))| Row {
                client,
                model: model.to_owned(),
                day,
                project: optional(project),
                branch: optional(branch),
                input: tokens.input,
                output: tokens.output,
                cache_read: tokens.cache_read,
                cache_write: tokens.cache_write,
                reasoning: tokens.reasoning,
                messages,
                cost_nano_usd: cost,
            },
        )
        .collect()
}
