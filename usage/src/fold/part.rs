//! A part of a fold as the index keeps it: cells of one client and one UTC day, with their texts.

use serde::{Deserialize, Serialize};

use super::{Cell, CellKey, Fold, Label, Labels, QUARTER_MS};
use crate::{client::Client, record::Tokens};

const QUARTERS_A_DAY: i64 = 96;

/// Days since 1970, UTC. A part holds the cells of one.
pub fn day_of(quarter: i64) -> i64 {
    quarter.div_euclid(QUARTERS_A_DAY)
}

/// What was kept cannot be read; it has to be made anew.
#[derive(Debug, thiserror::Error)]
#[error("a part of the index cannot be decoded")]
pub struct Damaged;

#[derive(Serialize)]
struct Whole<'a> {
    names: Vec<&'a str>,
    cells: Vec<Packed>,
}

/// A part whose texts were decoded; its cells are when they are asked for, one after the other.
pub struct Unpacked<'a> {
    names: Vec<&'a str>,
    count: usize,
    cells: &'a [u8],
}

#[derive(Serialize, Deserialize)]
struct Packed {
    quarter: i64,
    provider: Label,
    model: Label,
    project: Label,
    branch: Label,
    session: Label,
    tokens: Tokens,
    messages: u64,
    cost_nano_usd: Option<i64>,
    /// From the beginning of the quarter.
    first_ms: u32,
    last_ms: u32,
    flags: u8,
}

const GUESS: u8 = 1;
const ESTIMATE: u8 = 2;

/// What counts of a file on one day of UTC, as bytes.
pub type Part = (i64, Vec<u8>);

/// A fold as parts, one for each day.
pub fn parts(mut fold: Fold) -> Result<Vec<Part>, postcard::Error> {
    fold.cells
        .sort_unstable_by_key(|cell| (cell.key.quarter, cell.key));
    let days = fold
        .cells
        .chunk_by(|a, b| day_of(a.key.quarter) == day_of(b.key.quarter));
    days.map(|day| Ok((day_of(day[0].key.quarter), pack(&fold.names, day)?)))
        .collect()
}

/// Cells as bytes, with those of the texts that they need.
pub fn pack(names: &[String], cells: &[Cell]) -> Result<Vec<u8>, postcard::Error> {
    let mut chosen = Chosen {
        names,
        places: vec![None; names.len()],
        texts: vec![""],
    };
    let cells = cells.iter().map(|cell| packed(cell, &mut chosen)).collect();
    let part = Whole {
        names: chosen.texts,
        cells,
    };
    postcard::to_stdvec(&part)
}

/// The texts that a part needs, in the order in which it needs them.
struct Chosen<'n> {
    names: &'n [String],
    places: Vec<Option<Label>>,
    texts: Vec<&'n str>,
}

impl Chosen<'_> {
    fn label(&mut self, label: Label) -> Label {
        let Some(text) = self.names.get(label as usize).filter(|text| !text.is_empty()) else {
            return 0;
        };
        let place = &mut self.places[label as usize];
        *place.get_or_insert_with(|| {
            self.texts.push(text);
            Label::try_from(self.texts.len() - 1).unwrap_or(0)
        })
    }
}

fn packed(cell: &Cell, chosen: &mut Chosen<'_>) -> Packed {
    let key = &cell.key;
    let begin = key.quarter.saturating_mul(QUARTER_MS);
    let offset = |at_ms: i64| u32::try_from(at_ms.saturating_sub(begin)).unwrap_or(0);
    Packed {
        quarter: key.quarter,
        provider: chosen.label(key.provider),
        model: chosen.label(key.model),
        project: chosen.label(key.project),
        branch: chosen.label(key.branch),
        session: chosen.label(key.session),
        tokens: cell.tokens,
        messages: cell.messages,
        cost_nano_usd: cell.cost_nano_usd,
        first_ms: offset(cell.first_ms),
        last_ms: offset(cell.last_ms),
        flags: (u8::from(cell.has_guess) * GUESS) | (u8::from(cell.has_estimate) * ESTIMATE),
    }
}

pub fn unpack(bytes: &[u8]) -> Result<Unpacked<'_>, Damaged> {
    let ((names, count), cells) = postcard::take_from_bytes(bytes).map_err(|_| Damaged)?;
    Ok(Unpacked { names, count, cells })
}

impl Unpacked<'_> {
    /// The labels of its texts among those of a whole.
    pub fn labels(&self, whole: &mut Labels) -> Vec<Label> {
        self.names.iter().map(|name| whole.label(name)).collect()
    }

    pub fn cells<'s>(
        &'s self,
        client: Client,
        labels: &'s [Label],
    ) -> impl Iterator<Item = Result<Cell, Damaged>> + 's {
        let label = |label: Label| labels.get(label as usize).copied().unwrap_or(0);
        self.packed().map(move |packed| {
            let packed = packed?;
            let mut cell = packed.cell(client, label);
            cell.key.session = label(packed.session);
            Ok(cell)
        })
    }

    /// Cells that say nothing of sessions, whose texts are most of all: only the others get labels.
    pub fn cells_without_sessions<'s>(
        &'s self,
        client: Client,
        whole: &'s mut Labels,
    ) -> impl Iterator<Item = Result<Cell, Damaged>> + 's {
        let mut labels = Relabeled::new(self.names.len());
        self.packed().map(move |packed| {
            Ok(packed?.cell(client, |label| {
                labels.of(label, || self.names.get(label as usize).copied(), whole)
            }))
        })
    }

    fn packed(&self) -> impl Iterator<Item = Result<Packed, Damaged>> {
        let mut rest = self.cells;
        (0..self.count).map(move |_| {
            let (packed, after) = postcard::take_from_bytes(rest).map_err(|_| Damaged)?;
            rest = after;
            Ok(packed)
        })
    }
}

impl Packed {
    fn cell(&self, client: Client, mut label: impl FnMut(Label) -> Label) -> Cell {
        let begin = self.quarter.saturating_mul(QUARTER_MS);
        Cell {
            key: CellKey {
                client,
                provider: label(self.provider),
                model: label(self.model),
                project: label(self.project),
                branch: label(self.branch),
                session: 0,
                quarter: self.quarter,
            },
            tokens: self.tokens,
            messages: self.messages,
            cost_nano_usd: self.cost_nano_usd,
            first_ms: begin.saturating_add(i64::from(self.first_ms)),
            last_ms: begin.saturating_add(i64::from(self.last_ms)),
            has_guess: self.flags & GUESS != 0,
            has_estimate: self.flags & ESTIMATE != 0,
        }
    }
}

/// Labels of one list of texts as labels of another, each looked up when it is first needed.
pub struct Relabeled(Vec<Option<Label>>);

impl Relabeled {
    pub fn new(count: usize) -> Self {
        Self(vec![None; count])
    }

    /// The label in the whole of what `name` tells for this one.
    pub fn of<'n>(
        &mut self,
        label: Label,
        name: impl FnOnce() -> Option<&'n str>,
        whole: &mut Labels,
    ) -> Label {
        let Some(known) = self.0.get_mut(label as usize) else {
            return 0;
        };
        *known.get_or_insert_with(|| whole.label(name().unwrap_or_default()))
    }
}
