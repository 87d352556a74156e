//! Cells put together by the days of a zone, one after the other: for reports that need nothing finer.

use std::collections::HashMap;

use jiff::{civil::Date, tz::TimeZone};

use super::{Cell, CellKey, QUARTER_MS};
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

    /// The zone's seconds from UTC, if they are the same all through a day of UTC.
    pub fn offset(&self, day: i64) -> Option<i32> {
        self.days.offset(day)
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

/// The quarter of a day of UTC with which a quarter's local day begins there, so far from UTC.
pub fn first_quarter(day: i64, offset_s: i32, quarter: i64) -> i64 {
    let offset_s = i64::from(offset_s);
    let local_day = (quarter * QUARTER_S + offset_s).div_euclid(DAY_S);
    // Days need not begin with a quarter.
    let begin_s = local_day * DAY_S - offset_s;
    let begin = -(-begin_s).div_euclid(QUARTER_S);
    // What is older than any day of logs is kept with the first, and stands for itself.
    begin.max((day * DAY_S / QUARTER_S).min(quarter))
}

const QUARTER_S: i64 = QUARTER_MS / 1000;
const DAY_S: i64 = 24 * 60 * 60;

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
            places: Mixed::with_capacity_and_hasher(cells, foldhash::fast::RandomState::default()),
            last: None,
            cells: Vec::with_capacity(cells),
        }
    }

    /// Adds a cell to the day for which this quarter stands.
    pub fn add(&mut self, mut cell: Cell, quarter: i64) {
        cell.key.session = 0;
        cell.key.quarter = quarter;
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
