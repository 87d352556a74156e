//! The one fold: responses into cells of a quarter of an hour, from which every report is made.
//!
//! A quarter of an hour is the finest step by which time zones differ, so cells can be kept and
//! folded into the days of any zone later.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    client::Client,
    cost::Prices,
    record::{FileRecords, Flags, Record, Tokens},
};

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

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    /// Texts of models, projects, branches and sessions; the first is the empty one.
    pub names: Vec<String>,
    /// In the order of their keys' texts and times.
    pub cells: Vec<Cell>,
}

impl Fold {
    pub fn name(&self, label: Label) -> &str {
        self.names.get(label as usize).map_or("", String::as_str)
    }
}

/// Takes responses one by one.
#[derive(Default)]
pub struct Folder {
    labels: HashMap<String, Label>,
    names: Vec<String>,
    cells: HashMap<CellKey, Cell>,
    prices: Prices,
}

impl Folder {
    pub fn add(&mut self, client: Client, file: &FileRecords, record: &Record) {
        let next = self.cell(client, file, record);
        let Some(cell) = self.cells.get_mut(&next.key) else {
            self.cells.insert(next.key, next);
            return;
        };
        cell.tokens = cell.tokens.plus(&next.tokens);
        cell.messages += 1;
        cell.cost_nano_usd = sum(cell.cost_nano_usd, next.cost_nano_usd);
        cell.first_ms = cell.first_ms.min(next.first_ms);
        cell.last_ms = cell.last_ms.max(next.last_ms);
        cell.has_guess |= next.has_guess;
        cell.has_estimate |= next.has_estimate;
    }

    /// One response as a cell of its own.
    pub fn cell(&mut self, client: Client, file: &FileRecords, record: &Record) -> Cell {
        let (model, is_guess) = model(client, file.text(record.model));
        let provider = file.text(record.provider);
        let cost = match record.charged_nano_usd {
            Some(charged) => Some(charged),
            None => {
                let resolved = self.prices.resolve(client, provider, model);
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
        &self.names
    }

    fn label(&mut self, text: &str) -> Label {
        if self.names.is_empty() {
            self.names.push(String::new());
        }
        if text.is_empty() {
            return 0;
        }
        if let Some(label) = self.labels.get(text) {
            return *label;
        }
        let label = Label::try_from(self.names.len()).unwrap_or(0);
        self.names.push(text.to_owned());
        self.labels.insert(text.to_owned(), label);
        label
    }

    pub fn finish(self) -> Fold {
        let mut cells: Vec<Cell> = self.cells.into_values().collect();
        cells.sort_unstable_by_key(|cell| cell.key);
        Fold {
            names: self.names,
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
