//! The sums of a scan, put together by the days of a zone: what the index has of each day of UTC, and
//! what of it is worked out anew meanwhile.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::Extent;
use crate::{
    client::Client,
    fold::{ByDay, Cell, Damaged, DayQuarters, Fold, Labels, Relabeled, first_quarter},
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
    pub fn read(&mut self, index: &Index, clients: &[Client]) -> Result<(), IndexError> {
        for client in clients {
            let (labels, quarters) = (&mut self.labels, std::cell::RefCell::new(&mut self.quarters));
            let offset = |key: PartKey| quarters.borrow().offset(key.day);
            index.all_days(*client, &offset, &mut |key, day, is_daily| {
                let cells = day.cells_without_sessions(*client, labels);
                let cells = match is_daily {
                    true => cells.collect::<Result<_, _>>()?,
                    false => by_day(cells, key, &mut quarters.borrow_mut())?,
                };
                self.days.insert(key, cells);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Adds what the index has of some days.
    pub fn read_part(
        &mut self,
        index: &Index,
        clients: &[Client],
        extent: &Extent,
    ) -> Result<(), IndexError> {
        for client in clients {
            index.days(*client, extent, &mut |key, day| {
                let cells = day.cells_without_sessions(*client, &mut self.labels);
                self.days.insert(key, by_day(cells, key, &mut self.quarters)?);
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
            whole.add(cell, self.quarters.of(cell.key.quarter));
        }
        Fold {
            names: self.labels.into_names(),
            cells: whole.cells,
        }
    }
}

/// The cells of a day of UTC, put together by the days of a zone.
pub fn by_day(
    cells: impl Iterator<Item = Result<Cell, Damaged>>,
    key: PartKey,
    quarters: &mut DayQuarters,
) -> Result<Vec<Cell>, Damaged> {
    let offset_s = quarters.offset(key.day);
    let mut put_together = ByDay::default();
    for cell in cells {
        let cell = cell?;
        let quarter = match offset_s {
            Some(offset_s) => first_quarter(key.day, offset_s, cell.key.quarter),
            None => quarters.of(cell.key.quarter),
        };
        put_together.add(cell, quarter);
    }
    Ok(put_together.cells)
}
