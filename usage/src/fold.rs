//! The one fold: responses into cells of a quarter of an hour, from which every report is made.
//!
//! A quarter of an hour is the finest step by which time zones differ, so cells can be kept and
//! folded into the days of any zone later.

mod by_day;
mod part;

use std::collections::hash_map::Entry;

use serde::{Deserialize, Serialize};

use crate::{
    client::Client,
    cost::Prices,
    record::{FileRecords, Flags, Mixed, Record, Tokens},
};

pub use by_day::{ByDay, DayQuarters, first_quarter};
pub use part::{Damaged, Part, Relabeled, Unpacked, pack, parts, unpack};

pub const QUARTER_MS: i64 = 15 * 60 * 1000;

/// What a model is called in rows where the log names none.
pub const UNKNOWN_MODEL: &str = "unknown";
/// What Codex used where older logs name no model.
const CODEX_MODEL: &str = "gpt-5";

/// A place in [`Fold::names`].
pub type Label = u32;

/// What tells cells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellKey {
    pub client: Client,
    pub provider: Label,
    pub model: Label,
    pub project: Label,
    pub branch: Label,
    pub session: Label,
    /// Quarters of an hour since 1970, UTC.
    pub quarter: i64,
}

/// Sums of the responses of one quarter of an hour that have everything else in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    pub key: CellKey,
    pub tokens: Tokens,
    pub messages: u64,
    /// None as soon as one response has no known price.
    pub cost_nano_usd: Option<i64>,
    pub first_ms: i64,
    pub last_ms: i64,
    /// Whether a model was guessed, or a count estimated.
    pub has_guess: bool,
    pub has_estimate: bool,
}

impl Cell {
    /// Takes the sums of another cell in; the key stays.
    fn add(&mut self, next: &Self) {
        self.tokens = self.tokens.plus(&next.tokens);
        self.messages += next.messages;
        self.cost_nano_usd = sum(self.cost_nano_usd, next.cost_nano_usd);
        self.first_ms = self.first_ms.min(next.first_ms);
        self.last_ms = self.last_ms.max(next.last_ms);
        self.has_guess |= next.has_guess;
        self.has_estimate |= next.has_estimate;
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// Texts of models, projects, branches and sessions; the first is the empty one.
    pub names: Vec<String>,
    /// One for each key: client by client, day by day of UTC.
    pub cells: Vec<Cell>,
}

impl Fold {
    pub fn name(&self, label: Label) -> &str {
        self.names.get(label as usize).map_or("", String::as_str)
    }
}

/// Texts, each with a label of its own.
#[derive(Default)]
pub struct Labels {
    places: Mixed<String, Label>,
    names: Vec<String>,
}

impl Labels {
    pub fn label(&mut self, text: &str) -> Label {
        if self.names.is_empty() {
            self.names.push(String::new());
        }
        if text.is_empty() {
            return 0;
        }
        if let Some(label) = self.places.get(text) {
            return *label;
        }
        let label = Label::try_from(self.names.len()).unwrap_or(0);
        self.names.push(text.to_owned());
        self.places.insert(text.to_owned(), label);
        label
    }

    pub fn names(&self) -> &[String] {
        &self.names
    }

    pub fn into_names(self) -> Vec<String> {
        self.names
    }
}

/// Takes responses, or parts of a fold, one by one.
#[derive(Default)]
pub struct Folder {
    labels: Labels,
    cells: Mixed<CellKey, Cell>,
}

impl Folder {
    pub fn add(&mut self, client: Client, file: &FileRecords, record: &Record, prices: &mut Prices) {
        let next = self.cell(client, file, record, prices);
        self.merge(next);
    }

    /// Adds the cells of a part as the index keeps it.
    pub fn add_part(&mut self, client: Client, bytes: &[u8]) -> Result<(), Damaged> {
        let part = unpack(bytes)?;
        let labels = part.labels(&mut self.labels);
        for cell in part.cells(client, &labels) {
            self.merge(cell?);
        }
        Ok(())
    }

    fn merge(&mut self, next: Cell) {
        match self.cells.entry(next.key) {
            Entry::Occupied(mut known) => known.get_mut().add(&next),
            Entry::Vacant(place) => drop(place.insert(next)),
        }
    }

    /// One response as a cell of its own.
    pub fn cell(&mut self, client: Client, file: &FileRecords, record: &Record, prices: &mut Prices) -> Cell {
        let (model, is_guess) = model(client, file.text(record.model));
        let provider = file.text(record.provider);
        let cost = match record.charged_nano_usd {
            Some(charged) => Some(charged),
            None => {
                let resolved = prices.resolve(client, provider, model, record.at_ms);
                resolved.and_then(|resolved| resolved.charge(record))
            }
        };
        let key = CellKey {
            client,
            provider: self.label(provider),
            model: self.label(model),
            project: self.label(file.text(record.project)),
            branch: self.label(file.text(record.branch)),
            session: self.label(file.text(record.session)),
            quarter: record.at_ms.div_euclid(QUARTER_MS),
        };
        Cell {
            key,
            tokens: record.tokens,
            messages: 1,
            cost_nano_usd: cost,
            first_ms: record.at_ms,
            last_ms: record.at_ms,
            has_guess: is_guess || record.flags.has(Flags::MODEL_GUESSED),
            has_estimate: record.flags.has(Flags::ESTIMATED),
        }
    }

    pub fn names(&self) -> &[String] {
        self.labels.names()
    }

    fn label(&mut self, text: &str) -> Label {
        self.labels.label(text)
    }

    pub fn finish(self) -> Fold {
        let mut cells: Vec<Cell> = self.cells.into_values().collect();
        cells.sort_unstable_by_key(|cell| cell.key);
        Fold {
            names: self.labels.into_names(),
            cells,
        }
    }
}

/// The sum of two costs; unknown when one of them is.
pub fn sum(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one?.checked_add(other?)
}

/// The model's name for rows, and whether it is a guess.
fn model(client: Client, logged: &str) -> (&str, bool) {
    match (client, logged) {
        (Client::Codex, "") => (CODEX_MODEL, true),
        (_, "") => (UNKNOWN_MODEL, true),
        (_, logged) => (logged, false),
    }
}
