use std::collections::BTreeMap;

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use serde::Serialize;

/// One response as it has to be counted. `input` is what was neither read from a cache nor written
/// to one; `output` has the reasoning in it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Billed {
    pub client: &'static str,
    pub session: String,
    pub model: String,
    /// Milliseconds since 1970.
    pub at: i64,
    pub project: Option<String>,
    pub branch: Option<String>,
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write_5m: u64,
    pub cache_write_1h: u64,
    pub reasoning: u64,
}

impl Billed {
    pub const fn cache_write(&self) -> u64 {
        self.cache_write_5m + self.cache_write_1h
    }
}

/// What a row of a report is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Key {
    pub client: String,
    pub model: String,
    pub day: String,
    pub project: Option<String>,
    pub branch: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Sums {
    pub input: u64,
    pub output: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub reasoning: u64,
    pub messages: u64,
}

impl Sums {
    fn add(&mut self, one: &Billed) {
        self.input += one.input;
        self.output += one.output;
        self.cache_read += one.cache_read;
        self.cache_write += one.cache_write();
        self.reasoning += one.reasoning;
        self.messages += 1;
    }
}

/// Everything that was billed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Truth {
    pub billed: Vec<Billed>,
}

impl Truth {
    /// The rows that a report must have in a zone: no more, no fewer.
    pub fn rows(&self, zone: &TimeZone) -> BTreeMap<Key, Sums> {
        let mut rows = BTreeMap::<Key, Sums>::new();
        for one in &self.billed {
            let key = Key {
                client: one.client.to_owned(),
                model: one.model.clone(),
                day: day(one.at, zone),
                project: one.project.clone(),
                branch: one.branch.clone(),
            };
            rows.entry(key).or_default().add(one);
        }
        rows
    }

    pub fn totals(&self) -> Sums {
        let mut totals = Sums::default();
        for one in &self.billed {
            totals.add(one);
        }
        totals
    }
}

fn day(at: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or_default();
    ZonedDateTime::new(at, zone.clone()).date().to_string()
}
