//! The rows of a repository's branches: what the logs say and what is kept, each response once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use protocol::{Code, Money, Problem};
use usage::{
    Client, Engine,
    cost::Prices,
    dedupe::{Identity, identities},
    discovery::Note,
    engine::Responses,
    fold::Folder,
    record::{FileRecords, Flags, Record, Tokens},
};

use crate::{
    book::{Book, Origin, Row},
    checkout::Checkout,
    failure::Failure,
    hidden::cut,
};

/// A row with what it costs here.
#[derive(Clone, Debug)]
pub struct Priced {
    pub row: Row,
    pub cost_nano_usd: Option<i64>,
}

pub struct Gathering {
    /// In the order of time.
    pub rows: Vec<Priced>,
    pub notes: Vec<Note>,
    /// How many of the rows were left out since their branch was put away.
    pub archived: usize,
}

/// What was put away of a repository's branches is left out, unless it is asked for.
pub fn gather(
    engine: &Engine,
    book: Option<&Book>,
    checkout: &Checkout,
    with_archived: bool,
) -> Result<Gathering, Failure> {
    let kept = match book {
        Some(book) => book.rows(&checkout.repository)?,
        None => Vec::new(),
    };
    let kept: HashMap<(Client, Identity), Row> = kept
        .into_iter()
        .map(|row| ((row.client, Identity::of_text(&row.id)), row))
        .collect();
    let mut prices = Prices::of(&engine.home);
    let mut rows = Vec::new();
    let notes = engine
        .responses(&mut |responses| rows.extend(ours(&responses, checkout, &kept, &mut prices)))
        .map_err(|_| unreadable_index())?;
    let before = rows.len();
    if let Some(book) = book.filter(|_| !with_archived) {
        for archived in book.archived(&checkout.repository)? {
            rows.retain(|priced: &Priced| {
                priced.row.branch.as_ref() != Some(&archived.branch) || priced.row.at > archived.at
            });
        }
    }
    let archived = before - rows.len();
    rows.sort_by(|a, b| (a.row.at, a.row.client, &a.row.id).cmp(&(b.row.at, b.row.client, &b.row.id)));
    Ok(Gathering {
        rows,
        notes,
        archived,
    })
}

pub fn unreadable_index() -> Problem {
    Problem::new(
        Code::Internal,
        "The index of the logs could not be read to its end.",
    )
    .with_hint("Try again; with another --cache-dir everything is read anew.")
}

fn ours(
    responses: &Responses,
    checkout: &Checkout,
    kept: &HashMap<(Client, Identity), Row>,
    prices: &mut Prices,
) -> Vec<Priced> {
    let Responses {
        client,
        files,
        counted,
    } = responses;
    let mut folder = Folder::default();
    let mut is_ours: HashMap<&str, bool> = HashMap::new();
    let mut rows = Vec::new();
    for (counted, id) in counted.iter().zip(identities(*client, files, counted)) {
        let file = &files[counted.file];
        let project = file.text(counted.record.project);
        let is_ours = *is_ours
            .entry(project)
            .or_insert_with(|| !project.is_empty() && checkout.has(project));
        if !is_ours {
            continue;
        }
        let row = if counted.record.flags.has(Flags::KEPT) {
            kept.get(&(*client, id)).cloned()
        } else {
            Some(logged(*client, id, file, &counted.record, checkout))
        };
        let cell = folder.cell(*client, file, &counted.record, prices);
        rows.extend(row.map(|row| Priced {
            row,
            cost_nano_usd: cell.cost_nano_usd,
        }));
    }
    rows
}

fn logged(client: Client, id: Identity, file: &FileRecords, record: &Record, checkout: &Checkout) -> Row {
    let text = |name| cut(file.text(name));
    let mut row = Row {
        id: id.to_string(),
        client,
        at: Timestamp::from_millisecond(record.at_ms).unwrap_or(Timestamp::UNIX_EPOCH),
        // What the sidecar logged, the gateway has charged.
        origin: if client == Client::TokenTracker {
            Origin::Gateway
        } else {
            Origin::Log
        },
        repository: Some(checkout.repository.clone()),
        branch: text(record.branch),
        model: text(record.model),
        provider: text(record.provider),
        session: text(record.session),
        note: None,
        input_tokens: 0,
        output_tokens: 0,
        cache_read_tokens: 0,
        cache_write_tokens: 0,
        cache_write_1h_tokens: 0,
        reasoning_tokens: 0,
        web_searches: record.searches,
        flags: record.flags.names().into_iter().map(str::to_owned).collect(),
        charged_nano_usd: record.charged_nano_usd.map(Money::from_nano_usd),
    };
    row.flags.sort();
    row.set_tokens(&record.tokens);
    row
}

/// Sums of rows; what has no known price is counted apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub tokens: Tokens,
    pub rows: u64,
    pub cost_nano_usd: i64,
    pub unpriced_rows: u64,
    pub unpriced_tokens: u64,
}

impl Sums {
    pub fn add(&mut self, priced: &Priced) {
        let tokens = priced.row.tokens();
        self.tokens = self.tokens.plus(&tokens);
        self.rows += 1;
        match priced.cost_nano_usd {
            Some(cost) => self.cost_nano_usd = self.cost_nano_usd.saturating_add(cost),
            None => {
                self.unpriced_rows += 1;
                self.unpriced_tokens = self.unpriced_tokens.saturating_add(tokens.total());
            }
        }
    }

    pub fn join(&mut self, other: &Self) {
        self.tokens = self.tokens.plus(&other.tokens);
        self.rows += other.rows;
        self.cost_nano_usd = self.cost_nano_usd.saturating_add(other.cost_nano_usd);
        self.unpriced_rows += other.unpriced_rows;
        self.unpriced_tokens = self.unpriced_tokens.saturating_add(other.unpriced_tokens);
    }

    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Priced>) -> Self {
        let mut sums = Self::default();
        rows.into_iter().for_each(|row| sums.add(row));
        sums
    }

    /// None where nothing of it has a known price.
    pub fn cost(&self) -> Option<i64> {
        let is_unknown = self.rows > 0 && self.unpriced_rows == self.rows;
        (!is_unknown).then_some(self.cost_nano_usd)
    }
}

impl serde::Serialize for Sums {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("rows", &self.rows)?;
        map.serialize_entry("inputTokens", &self.tokens.input)?;
        map.serialize_entry("outputTokens", &self.tokens.output)?;
        map.serialize_entry("cacheReadTokens", &self.tokens.cache_read)?;
        map.serialize_entry("cacheWriteTokens", &self.tokens.cache_write)?;
        map.serialize_entry("reasoningTokens", &self.tokens.reasoning)?;
        map.serialize_entry("totalTokens", &self.tokens.total())?;
        map.serialize_entry("costNanoUsd", &self.cost().map(|cost| cost.to_string()))?;
        map.serialize_entry("unpricedRows", &self.unpriced_rows)?;
        map.serialize_entry("unpricedTokens", &self.unpriced_tokens)?;
        map.end()
    }
}

/// Sums by a key, in its order.
pub fn group<'a, K: Ord>(
    rows: impl IntoIterator<Item = &'a Priced>,
    mut key: impl FnMut(&'a Row) -> K,
) -> BTreeMap<K, Sums> {
    let mut groups: BTreeMap<K, Sums> = BTreeMap::new();
    for priced in rows {
        groups.entry(key(&priced.row)).or_default().add(priced);
    }
    groups
}

/// The branches that rows name.
pub fn branches(rows: &[Priced]) -> BTreeSet<String> {
    rows.iter()
        .filter_map(|priced| priced.row.branch.clone())
        .collect()
}

#[cfg(test)]
mod tests;
