//! Cells put together by the days of a zone, one after the other: for reports that need nothing finer.

use std::collections::HashMap;

use jiff::{civil::Date, tz::TimeZone};

use super::{Cell, CellKey};
use crate::{record::Mixed, rows::Days};

/// Which quarter of an hour stands for a day of a zone: the first that was asked for.
pub struct DayQuarters {
    days: Days,
    known: Mixed<i64, i64>,
    first_of: HashMap<Date, i64>,
    /// Those that were asked for last, and the answers: cells come day by day.
    recent: [(i64, i64); RECENT],
}

/// A day of UTC has 96 quarters.
const RECENT: usize = 128;

impl DayQuarters {
    pub fn new(zone: TimeZone) -> Self {
        Self {
            days: Days::new(zone),
            known: Mixed::default(),
            first_of: HashMap::new(),
            recent: [(i64::MIN, i64::MIN); RECENT],
        }
    }

    /// The quarter that stands for the day of this one.
    pub fn of(&mut self, quarter: i64) -> i64 {
        let place = quarter.rem_euclid(RECENT as i64);
        let place = usize::try_from(place).unwrap_or(0);
        if self.recent[place].0 == quarter {
            return self.recent[place].1;
        }
        let (days, first_of) = (&mut self.days, &mut self.first_of);
        let first = *self
            .known
            .entry(quarter)
            .or_insert_with(|| *first_of.entry(days.day(quarter)).or_insert(quarter));
        self.recent[place] = (quarter, first);
        first
    }
}

/// What has no price stays apart from what has one, so that a report still sees how much that is.
type Place = (CellKey, bool);

/// Cells of days, without their sessions.
#[derive(Default)]
pub struct ByDay {
    places: Mixed<Place, usize>,
    /// Where the last one went: cells of one kind come one after the other.
    last: Option<(Place, usize)>,
    pub cells: Vec<Cell>,
}

impl ByDay {
    pub fn with_capacity(cells: usize) -> Self {
        Self {
            places: Mixed::with_capacity_and_hasher(cells, std::hash::BuildHasherDefault::default()),
            last: None,
            cells: Vec::with_capacity(cells),
        }
    }

    pub fn add(&mut self, mut cell: Cell, quarters: &mut DayQuarters) {
        cell.key.session = 0;
        cell.key.quarter = quarters.of(cell.key.quarter);
        let key = (cell.key, cell.cost_nano_usd.is_some());
        let place = match self.last {
            Some((last, place)) if last == key => place,
            _ => *self.places.entry(key).or_insert(self.cells.len()),
        };
        self.last = Some((key, place));
        match self.cells.get_mut(place) {
            Some(known) => known.add(&cell),
            None => self.cells.push(cell),
        }
    }
}
