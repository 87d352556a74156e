//! The one place that reads the wall clock and makes ids.

use std::{
    cell::RefCell,
    time::{SystemTime, UNIX_EPOCH},
};

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
    thread_local! {
        static RANDOM: RefCell<Random> = const { RefCell::new(Random { bytes: [0; BUFFERED], left: 0 }) };
    }
    let random = RANDOM.with_borrow_mut(Random::take);
    uuid::Builder::from_unix_timestamp_millis(now_ms().unsigned_abs(), &random).into_uuid()
}

const BUFFERED: usize = 1_024;

/// The system's random bytes, asked for many at a time: each question is a system call.
struct Random {
    bytes: [u8; BUFFERED],
    left: usize,
}

impl Random {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        if self.left < N {
            // Without random bytes nothing here is safe, a key least of all.
            #[expect(
                clippy::expect_used,
                reason = "a system without random bytes cannot run a gateway"
            )]
            getrandom::fill(&mut self.bytes).expect("the system has random bytes");
            self.left = BUFFERED;
        }
        self.left -= N;
        let mut taken = [0; N];
        taken.copy_from_slice(&self.bytes[self.left..self.left + N]);
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_differ_and_sort_by_time() {
        let ids: Vec<Uuid> = (0..10_000).map(|_| new_id()).collect();
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
        let millis: Vec<u128> = ids.iter().map(|id| id.as_u128() >> 80).collect();
        assert!(millis.is_sorted());
    }
}
