//! Folds of cells that reports are made of: sums by any key, and windows of five hours.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use crate::{
    fold::{Cell, Fold},
    record::Tokens,
};

/// Sums of cells. What has no known price is counted apart, so that no total hides it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub tokens: Tokens,
    pub messages: u64,
    /// Of what has a price.
    pub cost_nano_usd: i64,
    pub messages_unpriced: u64,
    pub models: BTreeSet<String>,
    pub first_ms: i64,
    pub last_ms: i64,
    pub has_guess: bool,
    pub has_estimate: bool,
}

impl Sum {
    pub fn add(&mut self, fold: &Fold, cell: &Cell) {
        if self.messages == 0 {
            self.first_ms = cell.first_ms;
        }
        self.tokens = self.tokens.plus(&cell.tokens);
        self.messages += cell.messages;
        match cell.cost_nano_usd {
            Some(cost) => self.cost_nano_usd = self.cost_nano_usd.saturating_add(cost),
            None => self.messages_unpriced += cell.messages,
        }
        let model = fold.name(cell.key.model);
        if !self.models.contains(model) {
            self.models.insert(model.to_owned());
        }
        self.first_ms = self.first_ms.min(cell.first_ms);
        self.last_ms = self.last_ms.max(cell.last_ms);
        self.has_guess |= cell.has_guess;
        self.has_estimate |= cell.has_estimate;
    }

    pub fn of<'f>(fold: &Fold, cells: impl Iterator<Item = &'f Cell>) -> Self {
        let mut sum = Self::default();
        cells.for_each(|cell| sum.add(fold, cell));
        sum
    }

    /// Two sums in one.
    pub fn plus(mut self, other: &Self) -> Self {
        if self.messages == 0 {
            return other.clone();
        }
        if other.messages > 0 {
            self.first_ms = self.first_ms.min(other.first_ms);
            self.last_ms = self.last_ms.max(other.last_ms);
        }
        self.tokens = self.tokens.plus(&other.tokens);
        self.messages += other.messages;
        self.cost_nano_usd = self.cost_nano_usd.saturating_add(other.cost_nano_usd);
        self.messages_unpriced += other.messages_unpriced;
        self.models.extend(other.models.iter().cloned());
        self.has_guess |= other.has_guess;
        self.has_estimate |= other.has_estimate;
        self
    }

    /// None where nothing of it has a known price.
    pub fn cost(&self) -> Option<i64> {
        let is_unknown = self.messages > 0 && self.messages_unpriced == self.messages;
        (!is_unknown).then_some(self.cost_nano_usd)
    }
}

/// As JSON shows it.
impl Serialize for Sum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let at = |ms| Timestamp::from_millisecond(ms).ok().filter(|_| self.messages > 0);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("messages", &self.messages)?;
        map.serialize_entry("inputTokens", &self.tokens.input)?;
        map.serialize_entry("outputTokens", &self.tokens.output)?;
        map.serialize_entry("cacheReadTokens", &self.tokens.cache_read)?;
        map.serialize_entry("cacheWriteTokens", &self.tokens.cache_write)?;
        map.serialize_entry("reasoningTokens", &self.tokens.reasoning)?;
        map.serialize_entry("totalTokens", &self.tokens.total())?;
        map.serialize_entry("costNanoUsd", &self.cost().map(|cost| cost.to_string()))?;
        map.serialize_entry("unpricedMessages", &self.messages_unpriced)?;
        map.serialize_entry("models", &self.models)?;
        map.serialize_entry("firstAt", &at(self.first_ms))?;
        map.serialize_entry("lastAt", &at(self.last_ms))?;
        map.serialize_entry("modelGuessed", &self.has_guess)?;
        map.serialize_entry("estimated", &self.has_estimate)?;
        map.end()
    }
}

/// Sums by a key, in its order.
pub fn group<'f, K: Ord>(
    fold: &Fold,
    cells: impl Iterator<Item = &'f Cell>,
    mut key: impl FnMut(&Cell) -> K,
) -> BTreeMap<K, Sum> {
    let mut groups: BTreeMap<K, Sum> = BTreeMap::new();
    for cell in cells {
        groups.entry(key(cell)).or_default().add(fold, cell);
    }
    groups
}

const HOUR_MS: i64 = 3_600_000;
pub const WINDOW_MS: i64 = 5 * HOUR_MS;

/// Five hours from the hour of the first response in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub start_ms: i64,
    pub sum: Sum,
}

impl Window {
    pub fn end_ms(&self) -> i64 {
        self.start_ms + WINDOW_MS
    }

    pub fn is_active(&self, now_ms: i64) -> bool {
        (self.start_ms..self.end_ms()).contains(&now_ms)
    }

    /// What it will be at its end if it goes on as it did until now; None before a minute is over.
    pub fn projected(&self, now_ms: i64) -> Option<Projection> {
        let passed = now_ms.min(self.end_ms()) - self.sum.first_ms;
        let whole = self.end_ms() - self.sum.first_ms;
        if !self.is_active(now_ms) || passed < 60_000 {
            return None;
        }
        let scale = |number: i128, by: i64| number * i128::from(by) / i128::from(passed);
        let (tokens, cost) = (
            i128::from(self.sum.tokens.total()),
            i128::from(self.sum.cost_nano_usd),
        );
        Some(Projection {
            tokens: u64::try_from(scale(tokens, whole)).unwrap_or(u64::MAX),
            cost_nano_usd: i64::try_from(scale(cost, whole)).unwrap_or(i64::MAX),
            tokens_per_minute: u64::try_from(scale(tokens, 60_000)).unwrap_or(u64::MAX),
            cost_nano_usd_per_hour: i64::try_from(scale(cost, HOUR_MS)).unwrap_or(i64::MAX),
        })
    }
}

/// How fast a window is used up, and where that leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Projection {
    pub tokens: u64,
    pub cost_nano_usd: i64,
    pub tokens_per_minute: u64,
    pub cost_nano_usd_per_hour: i64,
}

/// The windows of these cells, oldest first. A quarter of an hour never lies in two of them.
pub fn windows<'f>(fold: &Fold, cells: impl Iterator<Item = &'f Cell>) -> Vec<Window> {
    let mut sorted: Vec<&Cell> = cells.collect();
    sorted.sort_by_key(|cell| cell.first_ms);
    let mut windows: Vec<Window> = Vec::new();
    for cell in sorted {
        match windows.last_mut() {
            Some(window) if cell.first_ms < window.end_ms() => window.sum.add(fold, cell),
            _ => {
                let mut window = Window {
                    start_ms: cell.first_ms.div_euclid(HOUR_MS) * HOUR_MS,
                    sum: Sum::default(),
                };
                window.sum.add(fold, cell);
                windows.push(window);
            }
        }
    }
    windows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Client,
        cost::Prices,
        fold::Folder,
        record::{FileRecords, Record},
    };

    fn fold(minutes: &[i64]) -> Fold {
        let (mut folder, mut file) = (Folder::default(), FileRecords::default());
        let mut prices = Prices::default();
        let model = file.name("claude-sonnet-4-5");
        for minute in minutes {
            let record = Record {
                at_ms: minute * 60_000,
                tokens: Tokens {
                    input: 1000,
                    ..Tokens::default()
                },
                model,
                ..Record::default()
            };
            folder.add(Client::Claude, &file, &record, &mut prices);
        }
        folder.finish()
    }

    #[test]
    fn windows_begin_at_the_hour_and_last_five() {
        let fold = fold(&[70, 359, 360, 2000]);
        let windows = windows(&fold, fold.cells.iter());
        let shown: Vec<_> = windows
            .iter()
            .map(|window| (window.start_ms / 60_000, window.sum.messages))
            .collect();
        assert_eq!(shown, [(60, 2), (360, 1), (1980, 1)]);
    }

    #[test]
    fn a_projection_goes_on_at_the_same_rate_to_the_end() {
        let fold = fold(&[60, 90]);
        let window = windows(&fold, fold.cells.iter()).remove(0);
        let projection = window.projected(120 * 60_000).unwrap();
        assert_eq!((projection.tokens, projection.tokens_per_minute), (10_000, 33));
        assert_eq!(projection.cost_nano_usd, 5 * window.sum.cost_nano_usd);
        assert_eq!(window.projected(400 * 60_000), None);
    }

    #[test]
    fn two_sums_are_one_of_both() {
        let mut fold = fold(&[60, 90, 2000]);
        fold.cells[2].cost_nano_usd = None;
        let part = |range: std::ops::Range<usize>| Sum::of(&fold, fold.cells[range].iter());
        assert_eq!(part(0..1).plus(&part(1..3)), part(0..3));
        assert_eq!(part(2..3).plus(&part(0..2)), part(0..3));
        assert_eq!(Sum::default().plus(&part(0..3)), part(0..3));
        assert_eq!(part(0..3).plus(&Sum::default()), part(0..3));
    }

    #[test]
    fn what_has_no_price_is_counted_apart() {
        let mut fold = fold(&[60, 90]);
        fold.cells[1].cost_nano_usd = None;
        let sum = Sum::of(&fold, fold.cells.iter());
        assert_eq!((sum.messages_unpriced, sum.cost()), (1, Some(3_000_000)));
        fold.cells[0].cost_nano_usd = None;
        assert_eq!(Sum::of(&fold, fold.cells.iter()).cost(), None);
    }
}
