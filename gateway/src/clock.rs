//! The one place that reads the wall clock and makes ids.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use uuid::Uuid;

/// Milliseconds since 1970 UTC.
pub fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// The moment of a number of milliseconds; numbers outside of the calendar give 1970.
pub fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

/// A new id. Version 7: ids sort by time, which the ledger's tables rely on.
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}
