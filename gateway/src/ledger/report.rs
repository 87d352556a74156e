//! `ledger verify`: what a recount from the rows that are only ever appended found.

use std::fmt;

/// A figure that the recount does not confirm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What is wrong, for a person.
    pub what: String,
    pub stored: i64,
    pub recounted: i64,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: stored {}, recounted {}",
            self.what, self.stored, self.recounted
        )
    }
}

/// The outcome of a recount.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub lots: u64,
    pub usage_rows: u64,
    pub pending_holds: u64,
    pub granted_nano_usd: i64,
    pub spent_nano_usd: i64,
    pub held_nano_usd: i64,
    /// What the house bore because a provider billed beyond its own limits.
    pub variance_nano_usd: i64,
    pub differences: Vec<Difference>,
}
