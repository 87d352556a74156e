//! What a reader says of one response in a log, before duplicates are found.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

/// Disjoint counts of one response, in whole tokens; only `reasoning` is part of another count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Neither read from nor written to a cache.
    pub input: u64,
    /// Reasoning included.
    pub output: u64,
    pub cache_read: u64,
    /// Cache writes of all lifetimes.
    pub cache_write: u64,
    /// The part of `cache_write` that is kept for an hour.
    pub cache_write_1h: u64,
    /// The part of `output` that was reasoning, where the log says it.
    pub reasoning: u64,
}

impl Tokens {
    pub fn is_zero(&self) -> bool {
        *self == Self::default()
    }

    /// Everything that was read and written, each token once.
    pub fn total(&self) -> u64 {
        [self.input, self.output, self.cache_read, self.cache_write]
            .into_iter()
            .fold(0, u64::saturating_add)
    }

    /// Each count the larger of the two: how copies of one response are put together.
    pub fn max(&self, other: &Self) -> Self {
        self.zip(other, u64::max)
    }

    /// With no part larger than its whole.
    pub fn in_parts(&self) -> Self {
        Self {
            cache_write_1h: self.cache_write_1h.min(self.cache_write),
            reasoning: self.reasoning.min(self.output),
            ..*self
        }
    }

    pub fn plus(&self, other: &Self) -> Self {
        self.zip(other, u64::saturating_add)
    }

    fn zip(&self, other: &Self, join: fn(u64, u64) -> u64) -> Self {
        Self {
            input: join(self.input, other.input),
            output: join(self.output, other.output),
            cache_read: join(self.cache_read, other.cache_read),
            cache_write: join(self.cache_write, other.cache_write),
            cache_write_1h: join(self.cache_write_1h, other.cache_write_1h),
            reasoning: join(self.reasoning, other.reasoning),
        }
    }
}

/// A text that many records share: its place in [`FileRecords::names`], counted from 1; 0 is none.
pub type Name = u32;

/// What is known of a record besides its numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flags(u16);

impl Flags {
    /// A side question or sub-agent wrote it, perhaps as a copy of its parent's message.
    pub const SIDECHAIN: Self = Self(1);
    /// The log names no model.
    pub const MODEL_GUESSED: Self = Self(1 << 1);
    /// The log has no count; this one is from the length of the text.
    pub const ESTIMATED: Self = Self(1 << 2);
    /// Certainly copied from another thread's log.
    pub const COPIED: Self = Self(1 << 3);
    /// Certainly not copied.
    pub const OWN: Self = Self(1 << 4);
    /// Served at a price of its own.
    pub const FAST: Self = Self(1 << 5);
    pub const PRIORITY: Self = Self(1 << 6);
    pub const FLEX: Self = Self(1 << 7);
    /// From the rows kept on this machine, not from a log: `id` and `mark` say which response it is.
    pub const KEPT: Self = Self(1 << 8);
    /// From an assistant's telemetry, beside which it may have a log of the same session.
    pub const TELEMETRY: Self = Self(1 << 9);
    /// Served within the United States alone, which costs more.
    pub const WITHIN_US: Self = Self(1 << 10);

    /// What tells how a response was counted and priced, by the words that files have for it.
    pub const NAMED: [(&'static str, Self); 7] = [
        ("side", Self::SIDECHAIN),
        ("estimated", Self::ESTIMATED),
        ("model-guessed", Self::MODEL_GUESSED),
        ("fast", Self::FAST),
        ("priority", Self::PRIORITY),
        ("flex", Self::FLEX),
        ("us", Self::WITHIN_US),
    ];

    /// The flags that these words name; others are none.
    pub fn of_names(words: &str) -> Self {
        Self::NAMED
            .iter()
            .filter(|(name, _)| words.split(' ').any(|word| word == *name))
            .fold(Self::default(), |flags, (_, flag)| flags.with(*flag))
    }

    pub fn names(self) -> Vec<&'static str> {
        let named = Self::NAMED.iter().filter(|(_, flag)| self.has(*flag));
        named.map(|(name, _)| *name).collect()
    }

    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
    pub const fn with_if(self, other: Self, condition: bool) -> Self {
        if condition { self.with(other) } else { self }
    }
}

/// One response as one place of a log tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Milliseconds since 1970, UTC. Days are cut when a report is made, never here.
    pub at_ms: i64,
    /// The digest of what identifies the response; 0 where nothing does.
    pub id: u64,
    /// The digest of a second mark, whose meaning is the client's own; 0 is none.
    pub mark: u64,
    pub tokens: Tokens,
    pub searches: u32,
    pub model: Name,
    /// Who served the model, where the log says it.
    pub provider: Name,
    pub project: Name,
    pub branch: Name,
    pub session: Name,
    pub flags: Flags,
    /// The line or row of its file, counted from 1.
    pub line: u64,
    /// What the log itself says was charged, where that is a charge and not an estimate.
    pub charged_nano_usd: Option<i64>,
}

/// All that one file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRecords {
    pub names: Vec<String>,
    pub records: Vec<Record>,
    /// Lines that could not be read; a half-written last line is none of them.
    pub lines_skipped: u64,
    /// Records that said of a part more than of its whole; the whole is what counts.
    pub parts_cut: u64,
    /// The digest of the thread that the file is the log of, and of the thread it was split from.
    pub thread: u64,
    pub parent: u64,
    /// When the thread began, where the log says it.
    pub began_ms: i64,
    #[serde(skip)]
    places: Mixed<String, Name>,
    /// The names that were asked for last: those of a response are mostly those of the one before.
    #[serde(skip)]
    recent: Recent,
}

/// A memory that makes no difference.
#[derive(Clone, Debug, Default)]
struct Recent {
    names: [Name; RECENT],
    next: usize,
}

impl PartialEq for Recent {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Recent {}

const RECENT: usize = 8;

impl FileRecords {
    /// Cuts parts that are larger than their wholes, which no reader leaves to whoever comes after.
    pub fn cut_parts(&mut self) {
        for record in &mut self.records {
            let tokens = record.tokens.in_parts();
            self.parts_cut += u64::from(tokens != record.tokens);
            record.tokens = tokens;
        }
    }

    /// The place of a text; an empty one is none.
    pub fn name(&mut self, text: &str) -> Name {
        if text.is_empty() {
            return 0;
        }
        let mut recent = self.recent.names.into_iter();
        if let Some(name) = recent.find(|name| self.text(*name) == text) {
            return name;
        }
        let name = self.place(text);
        self.recent.names[self.recent.next % RECENT] = name;
        self.recent.next += 1;
        name
    }

    fn place(&mut self, text: &str) -> Name {
        if self.places.len() != self.names.len() {
            let places = self.names.iter().cloned().zip(1..);
            self.places = places.collect();
        }
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        self.names.push(text.to_owned());
        let place = Name::try_from(self.names.len()).unwrap_or(0);
        self.places.insert(text.to_owned(), place);
        place
    }

    /// The text at a place; empty for none.
    pub fn text(&self, name: Name) -> &str {
        let place = (name as usize).checked_sub(1);
        place
            .and_then(|place| self.names.get(place))
            .map_or("", String::as_str)
    }
}

/// A digest that stays the same between runs and machines; never 0.
pub fn digest(parts: &[&[u8]]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        let (words, rest) = part.as_chunks::<8>();
        for word in words {
            hash = mixed(hash, u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        hash = mixed(hash, u64::from_le_bytes(last));
        // Parts have an end, so that "ab" + "c" is another identity than "a" + "bc".
        hash = mixed(hash, part.len() as u64);
    }
    hash.max(1)
}

/// One more word in a hash, each of its bits spread over all of them.
pub fn mixed(hash: u64, word: u64) -> u64 {
    let product = (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let folded = (product ^ (product >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    folded ^ (folded >> 29)
}

/// Maps that are made and asked by the million. Keys come from logs, which somebody may have written
/// to do harm: where a key goes is another matter in every process.
pub type Mixed<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
pub type MixedSet<K> = HashSet<K, foldhash::fast::RandomState>;

/// The digest of a text that identifies something; 0 where the log does not say it.
pub fn digest_of(text: &str) -> u64 {
    match text {
        "" => 0,
        text => digest(&[text.as_bytes()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_places_when_a_file_is_read_on() {
        let mut file = FileRecords::default();
        assert_eq!((file.name("a"), file.name("b"), file.name("a")), (1, 2, 1));
        assert_eq!(file.name(""), 0);
        let mut again = FileRecords {
            names: file.names.clone(),
            ..FileRecords::default()
        };
        assert_eq!((again.name("b"), again.name("c")), (2, 3));
        assert_eq!((again.text(3), again.text(0), again.text(9)), ("c", "", ""));
    }

    #[test]
    fn parts_are_cut_to_their_wholes_and_counted_once() {
        let of = |cache_write_1h, reasoning| Record {
            tokens: Tokens {
                output: 5,
                cache_write: 3,
                cache_write_1h,
                reasoning,
                ..Tokens::default()
            },
            ..Record::default()
        };
        let mut file = FileRecords {
            records: vec![of(3, 5), of(4, 5), of(3, 6)],
            ..FileRecords::default()
        };
        for _ in 0..2 {
            file.cut_parts();
            assert_eq!((file.records.as_slice(), file.parts_cut), (&[of(3, 5); 3][..], 2));
        }
    }

    #[test]
    fn digests_tell_parts_apart() {
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"a"]), digest(&[b"a", b""]));
        assert_eq!(digest(&[b"msg_1", b"req_1"]), digest(&[b"msg_1", b"req_1"]));
    }
}
