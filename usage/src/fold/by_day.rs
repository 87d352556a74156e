//! Cells put together by the days of a zone, one after the other: for reports that need nothing finer.

use std::collections::HashMap;

use jiff::{civil::Date, tz::TimeZone};

use super::{Cell, CellKey};
use crate::{record::Mixed, rows::Days};

/// What is known of the last day that was asked for: cells come in the order of time.
type Day = (i64, i64);

pub struct ByDay {
    days: Days,
    /// The quarter that stands for each day.
    quarters: Mixed<i64, i64>,
    first_of: HashMap<Date, i64>,
    last: Day,
    /// What has no price stays apart from what has one, so that a report still sees how much that is.
    places: Mixed<(CellKey, bool), usize>,
    pub cells: Vec<Cell>,
}

impl ByDay {
    pub fn new(zone: TimeZone) -> Self {
        Self {
            days: Days::new(zone),
            quarters: Mixed::default(),
            first_of: HashMap::new(),
            last: (i64::MIN, i64::MIN),
            places: Mixed::default(),
            cells: Vec::new(),
        }
    }

    pub fn add(&mut self, mut cell: Cell) {
        cell.key.session = 0;
        cell.key.quarter = self.day(cell.key.quarter);
        let key = (cell.key, cell.cost_nano_usd.is_some());
        let place = *self.places.entry(key).or_insert(self.cells.len());
        match self.cells.get_mut(place) {
            Some(known) => known.add(&cell),
            None => self.cells.push(cell),
        }
    }

    /// The quarter that stands for the day of this one.
    fn day(&mut self, quarter: i64) -> i64 {
        if self.last.0 == quarter {
            return self.last.1;
        }
        let (days, first_of) = (&mut self.days, &mut self.first_of);
        let first = *self
            .quarters
            .entry(quarter)
            .or_insert_with(|| *first_of.entry(days.day(quarter)).or_insert(quarter));
        self.last = (quarter, first);
        first
    }
}
