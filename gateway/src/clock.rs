//! The one place that reads the clocks and makes ids.

use std::{
    cell::RefCell,
    sync::{
        OnceLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use jiff::Timestamp;
use uuid::Uuid;

/// Milliseconds since 1970 UTC.
pub fn now_ms() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds that never jump: the wall clock as it was at the first call, and what has really
/// gone by since. For spans within this process (a lease, a rest, a window of failures), which must
/// not end or last a day longer because somebody sets the clock.
pub fn steady_ms() -> i64 {
    static START: OnceLock<(i64, Instant)> = OnceLock::new();
    let (wall, start) = START.get_or_init(|| (now_ms(), Instant::now()));
    let passed = i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX);
    wall.saturating_add(passed)
}

/// Milliseconds by which ids are ahead of [`steady_ms`].
static AHEAD: AtomicI64 = AtomicI64::new(0);

/// Ids of this process sort after one of this time, whatever the clock says: it may have been set
/// back between two starts.
pub fn go_on_after(ms: i64) {
    let ahead = ms.saturating_add(1).saturating_sub(steady_ms());
    AHEAD.fetch_max(ahead, Ordering::Relaxed);
}

/// The time that goes into ids: the wall clock, except that it goes on from where it was when somebody
/// sets it back, so that no thread makes ids that sort before another's.
pub fn rising_ms() -> i64 {
    let steady = steady_ms();
    let ahead = now_ms().saturating_sub(steady).max(0);
    let ahead = AHEAD.fetch_max(ahead, Ordering::Relaxed).max(ahead);
    steady.saturating_add(ahead)
}

/// The moment of a number of milliseconds; numbers outside of the calendar give 1970.
pub fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or_default()
}

/// A new id. Version 7: ids sort by time, which the ledger's tables rely on; those of one thread
/// sort in the order in which they were made, and those of several differ in order by a millisecond
/// at most, also when the clock goes back.
pub fn new_id() -> Uuid {
    thread_local! {
        static IDS: RefCell<Ids> = const { RefCell::new(Ids { bytes: [0; BUFFERED], left: 0, last: (0, 0) }) };
    }
    let (ms, tail) = IDS.with_borrow_mut(|ids| ids.next(rising_ms().unsigned_abs()));
    let mut random = [0; 10];
    random.copy_from_slice(&tail.to_be_bytes()[6..]);
    uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid()
}

const BUFFERED: usize = 1_024;
/// The random part of an id has so many bits, less those that say what kind of id it is.
const TAIL_BITS: u32 = 80;

struct Ids {
    /// The system's random bytes, asked for many at a time: each question is a system call.
    bytes: [u8; BUFFERED],
    left: usize,
    /// Time and random part of the last id.
    last: (u64, u128),
}

impl Ids {
    /// A new random part for a new millisecond, a random step ahead within the same one (or when
    /// the clock went back).
    fn next(&mut self, ms: u64) -> (u64, u128) {
        self.last = if ms > self.last.0 {
            (ms, u128::from_be_bytes(self.random()) >> (128 - TAIL_BITS))
        } else {
            let step = 1 + u128::from(u32::from_be_bytes(self.random()));
            (self.last.0, (self.last.1 + step) % (1 << TAIL_BITS))
        };
        self.last
    }

    fn random<const N: usize>(&mut self) -> [u8; N] {
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
    fn ids_differ_and_sort_in_the_order_in_which_they_were_made() {
        let ids: Vec<Uuid> = (0..10_000).map(|_| new_id()).collect();
        assert!(ids.iter().all(|id| id.get_version_num() == 7));
        assert!(ids.is_sorted_by(|before, after| before < after));
        let others = std::thread::spawn(|| (0..10_000).map(|_| new_id()).collect::<Vec<_>>());
        let all: HashSet<_> = ids.into_iter().chain(others.join().unwrap()).collect();
        assert_eq!(all.len(), 20_000);
    }

    #[test]
    fn a_clock_that_goes_back_does_not_take_the_ids_along() {
        let mut ids = Ids {
            bytes: [0; BUFFERED],
            left: 0,
            last: (0, 0),
        };
        let made: Vec<_> = [50, 50, 40, 50, 60].map(|ms| ids.next(ms)).into();
        assert!(made.is_sorted_by(|before, after| before < after), "{made:?}");
        assert_eq!((made[2].0, made[4].0), (50, 60));
    }
}
