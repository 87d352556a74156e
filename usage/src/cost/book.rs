//! Where prices come from: what the person wrote down, what was imported, what is bundled.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use jiff::{civil::Date, tz::TimeZone};
use serde::Deserialize;

use super::{Candidate, Table, completed::completed};
use crate::{
    discovery::Stamp,
    home::Home,
    pricing::{self, Price, Rate, Rates, bundled},
    record::digest,
};

/// The prices of one home. Its files are read when the first price is looked up; most reports look
/// up none. Copies share what was read.
#[derive(Clone)]
pub struct Book {
    /// None: only the bundled table.
    folder: Option<PathBuf>,
    digest: i64,
    pages: Arc<OnceLock<Pages>>,
}

/// What the files say.
#[derive(Default)]
struct Pages {
    overrides: Vec<Override>,
    /// The latest first.
    tables: Vec<Table>,
    problems: Vec<(PathBuf, String)>,
}

/// A price that the person wrote down.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Override {
    model: String,
    provider: Option<String>,
    /// The first day of UTC on which it holds, and the first on which it holds no longer.
    from: Option<Date>,
    until: Option<Date>,
    input: Decimal,
    output: Decimal,
    cache_read: Option<Decimal>,
    cache_write: Option<Decimal>,
    cache_write_1h: Option<Decimal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overrides {
    #[serde(default)]
    price: Vec<Override>,
}

/// US dollars for a million tokens, as a text, so that no digit is lost.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Decimal(Rate);

impl TryFrom<String> for Decimal {
    type Error = pricing::RateError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

impl Override {
    fn price(&self) -> Price {
        let rate = |decimal: Option<Decimal>| decimal.map_or(self.input.0, |decimal| decimal.0);
        let rates = Rates {
            input: self.input.0,
            output: self.output.0,
            cache_read: rate(self.cache_read),
            cache_write: rate(self.cache_write),
            cache_write_1h: self.cache_write_1h.map(|decimal| decimal.0),
        };
        Price::of(rates).with_version("prices.toml")
    }

    fn is_of(&self, candidate: &Candidate, at_ms: i64) -> bool {
        self.model.eq_ignore_ascii_case(&candidate.model)
            && self
                .provider
                .as_ref()
                .is_none_or(|provider| *provider == candidate.provider)
            && self.from.is_none_or(|from| start_ms(from) <= at_ms)
            && self.until.is_none_or(|until| at_ms < start_ms(until))
    }
}

impl Book {
    pub fn of(home: &Home) -> Self {
        let folder = home.config_home().join("token-tracker");
        let mut bytes = Vec::new();
        for path in files(&folder) {
            if let Ok(metadata) = fs::metadata(&path) {
                let stamp = Stamp::of(&metadata);
                bytes.extend(path.as_os_str().as_encoded_bytes());
                bytes.extend([stamp.size, stamp.inode].map(u64::to_le_bytes).as_flattened());
                bytes.extend(
                    [stamp.modified_ns, stamp.changed_ns]
                        .map(i64::to_le_bytes)
                        .as_flattened(),
                );
            }
        }
        Self {
            folder: Some(folder),
            digest: digest(&[&pricing::bundled_digest().to_le_bytes(), &bytes]).cast_signed(),
            pages: Arc::default(),
        }
    }

    /// What is bundled and nothing else.
    pub fn bundled() -> Self {
        Self {
            folder: None,
            digest: digest(&[&pricing::bundled_digest().to_le_bytes(), &[]]).cast_signed(),
            pages: Arc::default(),
        }
    }

    /// Changes whenever a price may.
    pub fn digest(&self) -> i64 {
        self.digest
    }

    fn pages(&self) -> &Pages {
        self.pages.get_or_init(|| {
            let folder = self.folder.as_deref();
            folder.map(Pages::read).unwrap_or_default()
        })
    }

    /// Files that could not be used, and why.
    pub fn problems(&self) -> &[(PathBuf, String)] {
        &self.pages().problems
    }

    pub fn overrides_count(&self) -> usize {
        self.pages().overrides.len()
    }

    pub fn tables(&self) -> &[Table] {
        &self.pages().tables
    }

    /// The price of the first candidate that has one at that time: what the person wrote down, then
    /// the latest table that was valid, then the bundled one. Where none has it, a table that became
    /// valid only later is better than no price.
    pub fn price(&self, candidates: &[Candidate], at_ms: i64) -> Option<(usize, Price)> {
        let first = |price: &dyn Fn(&Candidate) -> Option<Price>| {
            let mut found = candidates.iter().map(price).enumerate();
            found.find_map(|(place, price)| Some((place, price?)))
        };
        let pages = self.pages();
        let of =
            |table: &Table| first(&|candidate| table.price(&candidate.provider, &candidate.model).cloned());
        let is_valid = |table: &&Table| start_ms(table.from) <= at_ms;
        let written = first(&|candidate| {
            let found = pages.overrides.iter().find(|price| price.is_of(candidate, at_ms));
            found.map(Override::price)
        });
        written
            .or_else(|| pages.tables.iter().filter(is_valid).find_map(of))
            .or_else(|| first(&|candidate| bundled(&candidate.provider, &candidate.model)))
            .or_else(|| pages.tables.iter().rev().find_map(of))
            .map(|(place, price)| (place, completed(price, &candidates[place])))
    }

    /// When a price may change, earliest first; before all of them it may be yet another one.
    pub fn turns(&self) -> Vec<i64> {
        let pages = self.pages();
        let written = pages.overrides.iter().flat_map(|price| [price.from, price.until]);
        let tables = pages.tables.iter().map(|table| Some(table.from));
        let mut turns: Vec<i64> = written.chain(tables).flatten().map(start_ms).collect();
        turns.sort_unstable();
        turns.dedup();
        turns
    }

    /// Keeps a table; one from the same source and day is replaced.
    pub fn keep(home: &Home, table: &Table) -> io::Result<PathBuf> {
        let folder = home.config_home().join("token-tracker/prices");
        fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{}-{}.json", table.source, table.from));
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        serde_json::to_writer(&mut file, table)?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(path)
    }
}

impl Pages {
    fn read(folder: &Path) -> Self {
        let mut pages = Self::default();
        for path in files(folder) {
            if let Err(problem) = pages.add(&path) {
                pages.problems.push((path, problem));
            }
        }
        pages.tables.sort_by_key(|table| std::cmp::Reverse(table.from));
        pages
    }

    fn add(&mut self, path: &Path) -> Result<(), String> {
        let unreadable = |error: io::Error| format!("could not be read: {}", error.kind());
        let bytes = fs::read(path).map_err(unreadable)?;
        if path.extension().is_some_and(|name| name == "json") {
            let table: Table = serde_json::from_slice(&bytes).map_err(|_| "is no table of prices")?;
            self.tables.push(table);
            return Ok(());
        }
        let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8")?;
        let written: Overrides = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
        self.overrides.extend(written.price);
        Ok(())
    }
}

/// The files with prices that are there, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("prices"))
        .into_iter()
        .flatten()
        .flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|name| name == "json"));
    files.push(folder.join("prices.toml"));
    files.retain(|path| path.is_file());
    files.sort();
    files
}

fn start_ms(day: Date) -> i64 {
    let start = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
    start.map_or(i64::MIN, |at| at.as_millisecond())
}
