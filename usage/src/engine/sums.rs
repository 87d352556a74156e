//! The sums of a scan, put together by the days of a zone: what the index has of each day of UTC, and
//! what of it is worked out anew meanwhile.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::Extent;
use crate::{
    client::Client,
    fold::{ByDay, Cell, DayQuarters, Fold, Labels, Relabeled},
    index::{Index, IndexError, PartKey},
};

pub struct Sums {
    quarters: DayQuarters,
    labels: Labels,
    days: BTreeMap<PartKey, Vec<Cell>>,
}

impl Sums {
    pub fn new(zone: TimeZone) -> Self {
        Self {
            quarters: DayQuarters::new(zone),
            labels: Labels::default(),
            days: BTreeMap::new(),
        }
    }

    /// Adds what the index has of these clients.
    pub fn read(&mut self, index: &Index, clients: &[Client], extent: &Extent) -> Result<(), IndexError> {
        for client in clients {
            index.days(*client, extent, &mut |key, day| {
                let mut put_together = ByDay::default();
                for cell in day.cells_without_sessions(*client, &mut self.labels) {
                    put_together.add(cell?, &mut self.quarters);
                }
                self.days.insert(key, put_together.cells);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Puts the sums of a day in the place of those that it had.
    pub fn put(&mut self, key: PartKey, fold: &Fold) {
        let mut relabeled = Relabeled::new(fold.names.len());
        let mut label = |label| relabeled.of(label, || Some(fold.name(label)), &mut self.labels);
        let cells = fold.cells.iter().map(|cell| {
            let mut cell = *cell;
            let key = &mut cell.key;
            for place in [
                &mut key.provider,
                &mut key.model,
                &mut key.project,
                &mut key.branch,
            ] {
                *place = label(*place);
            }
            cell
        });
        self.days.insert(key, cells.collect());
    }

    pub fn into_fold(mut self) -> Fold {
        let mut whole = ByDay::with_capacity(self.days.values().map(Vec::len).sum());
        for cell in self.days.into_values().flatten() {
            whole.add(cell, &mut self.quarters);
        }
        Fold {
            names: self.labels.into_names(),
            cells: whole.cells,
        }
    }
}
