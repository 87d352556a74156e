//! Whether an upstream is worth asking right now.

use std::sync::atomic::{AtomicI64, AtomicU32, Ordering::Relaxed};

/// So many failures in a row open the breaker.
const FAILURES_MAX: u32 = 3;
/// The first rest, and the longest: each failure after a rest doubles it.
const REST_MS: i64 = 1_000;
const REST_MS_MAX: i64 = 60_000;
/// An upstream that asks for more patience is asked again after this all the same.
const WAIT_MS_MAX: i64 = 5 * 60_000;

/// A circuit breaker: open while the upstream rests, half-open when the rest is over.
#[derive(Debug, Default)]
pub struct Health {
    /// In a row.
    failures: AtomicU32,
    /// Milliseconds; 0: it is well.
    rests_until: AtomicI64,
}

impl Health {
    pub fn is_resting(&self, now: i64) -> bool {
        self.rests_until.load(Relaxed) > now
    }

    pub fn note_success(&self) {
        // Nearly always nothing was wrong; then no other core has to hear of it.
        if self.failures.load(Relaxed) != 0 {
            self.failures.store(0, Relaxed);
            self.rests_until.store(0, Relaxed);
        }
    }

    /// `wait_ms`: for how long the upstream asked to be left alone.
    pub fn note_failure(&self, now: i64, wait_ms: Option<i64>) {
        let failures = self.failures.fetch_add(1, Relaxed).saturating_add(1);
        let rest = match wait_ms {
            Some(wait) => wait.clamp(0, WAIT_MS_MAX),
            None if failures < FAILURES_MAX => return,
            None => {
                let doublings = (failures - FAILURES_MAX).min(16);
                (REST_MS << doublings).min(REST_MS_MAX)
            }
        };
        self.rests_until.fetch_max(now + rest, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failures_in_a_row_are_a_rest_that_grows() {
        let health = Health::default();
        health.note_failure(0, None);
        health.note_failure(0, None);
        assert!(!health.is_resting(1));
        health.note_failure(0, None);
        assert!(health.is_resting(999) && !health.is_resting(1_000));
        health.note_failure(1_000, None);
        assert!(health.is_resting(2_999) && !health.is_resting(3_000));
        for _ in 0..100 {
            health.note_failure(3_000, None);
        }
        assert!(health.is_resting(62_999) && !health.is_resting(63_000));
        health.note_success();
        assert!(!health.is_resting(3_001));
        health.note_failure(4_000, None);
        assert!(!health.is_resting(4_001), "a success begins a new count");
    }

    #[test]
    fn an_upstream_that_says_how_long_is_left_alone_for_as_long() {
        let health = Health::default();
        health.note_failure(0, Some(20_000));
        assert!(health.is_resting(19_999) && !health.is_resting(20_000));
        health.note_failure(0, Some(i64::MAX));
        assert!(!health.is_resting(WAIT_MS_MAX), "but not for ever");
        health.note_failure(0, Some(-5));
        assert!(!health.is_resting(WAIT_MS_MAX));
    }
}
