//! Which column of a file is what, by its name: `costNanoUsd`, `cost_nano_usd` and `Cost nano-USD`
//! are the same.

use csv::ByteRecord;
use protocol::{Code, Problem};

/// Each column that is read, with the other names that it is known by.
const KNOWN: &[(&str, &[&str])] = &[
    ("at", &["time", "timestamp", "date", "createdat"]),
    ("model", &[]),
    ("costNanoUsd", &[]),
    ("costUsd", &["cost"]),
    ("requestId", &["id"]),
    ("kind", &[]),
    ("upstream", &["provider"]),
    ("upstreamModel", &[]),
    ("providerResponseId", &[]),
    ("inputTokens", &["input"]),
    ("outputTokens", &["output"]),
    ("cacheReadTokens", &["cacheread"]),
    ("cacheWriteTokens", &["cachewrite"]),
    ("reasoningTokens", &["reasoning"]),
    ("heldNanoUsd", &[]),
    ("varianceNanoUsd", &[]),
    ("estimated", &[]),
    ("orphan", &[]),
    ("repository", &[]),
    ("branch", &[]),
    ("language", &[]),
    ("clientRequestId", &[]),
    ("latencyMs", &[]),
    ("priceVersion", &[]),
    ("multiplierMillionths", &[]),
    ("keyId", &[]),
    ("keyLabel", &["key"]),
    ("memberId", &[]),
    ("deviceId", &[]),
    ("deviceName", &["device"]),
];

/// Of what is not text, and ends up in a message.
const NAME_CHARACTERS_MAX: usize = 60;

/// The columns of one file.
pub struct Columns {
    /// The place in the file of each column of [`KNOWN`].
    places: Vec<Option<usize>>,
    pub ignored: Vec<String>,
}

impl Columns {
    pub fn of(head: &ByteRecord) -> Result<Self, Problem> {
        let mut columns = Self {
            places: vec![None; KNOWN.len()],
            ignored: Vec::new(),
        };
        for (place, name) in head.iter().enumerate() {
            let name = String::from_utf8_lossy(name);
            // What spreadsheets put before the first name of a file in UTF-8.
            let name = name.trim_start_matches('\u{feff}');
            match KNOWN
                .iter()
                .position(|(known, others)| is_called(name, known, others))
            {
                Some(at) if columns.places.get(at).is_some_and(Option::is_none) => {
                    columns.places[at] = Some(place);
                }
                Some(_) => {
                    return Err(wrong(format!(
                        "Two columns of the file are called {}.",
                        shown(name)
                    )));
                }
                None => columns.ignored.push(shown(name)),
            }
        }
        let has = |name| columns.place(name).is_some();
        if !has("at") || !has("model") || !(has("costNanoUsd") || has("costUsd")) {
            return Err(wrong(
                "The first line has to name the columns at, model and costNanoUsd or costUsd.".into(),
            ));
        }
        Ok(columns)
    }

    fn place(&self, name: &str) -> Option<usize> {
        let at = KNOWN.iter().position(|(known, _)| *known == name)?;
        self.places.get(at).copied().flatten()
    }

    /// What a row has in the column; none: nothing, or there is no such column.
    pub fn cell<'a>(&self, row: &'a ByteRecord, name: &str) -> Option<&'a [u8]> {
        row.get(self.place(name)?).filter(|cell| !cell.is_empty())
    }
}

fn is_called(name: &str, known: &str, others: &[&str]) -> bool {
    let bare = |name: &str| -> String {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|letter| letter.to_ascii_lowercase()).collect()
    };
    let name = bare(name);
    name == bare(known) || others.contains(&name.as_str())
}

/// A name from a file, as a message can have it.
pub fn shown(name: &str) -> String {
    let plain = name.chars().filter(|c| !c.is_control());
    plain.take(NAME_CHARACTERS_MAX).collect()
}

fn wrong(text: String) -> Problem {
    let known: Vec<&str> = KNOWN.iter().map(|(name, _)| *name).collect();
    Problem::new(Code::InvalidRequest, text).with_hint(format!("Columns are: {}.", known.join(", ")))
}
