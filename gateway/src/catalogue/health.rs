//! Whether an upstream is worth asking right now.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU16, AtomicU32, Ordering::Relaxed};

use crate::clock::now_ms;

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
    /// When the first of the failures in a row was.
    fails_since: AtomicI64,
    /// It has answered, and nothing failed since.
    has_answered: AtomicBool,
    /// Of the last failure, by the wall clock; 0: there was none.
    failed_at: AtomicI64,
    /// 0: no answer came.
    failed_status: AtomicU16,
}

/// How an upstream is, to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HealthNow {
    /// In a row.
    pub failures: u32,
    pub rests_for_ms: Option<i64>,
    /// Milliseconds since 1970, with the status of the answer if one came.
    pub last_error: Option<(i64, Option<u16>)>,
}

/// What is known of an upstream from the requests that were made to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The breaker has opened, and no request succeeded since this moment.
    Failing {
        since: i64,
    },
    Well,
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
        if !self.has_answered.load(Relaxed) {
            self.has_answered.store(true, Relaxed);
        }
    }

    /// None: nobody asked it for anything yet, or it failed too rarely to say so.
    pub fn seen(&self) -> Option<Seen> {
        if self.failures.load(Relaxed) >= FAILURES_MAX {
            let since = self.fails_since.load(Relaxed);
            return Some(Seen::Failing { since });
        }
        self.has_answered.load(Relaxed).then_some(Seen::Well)
    }

    pub fn now(&self, now: i64) -> HealthNow {
        let rest = self.rests_until.load(Relaxed) - now;
        let (at, status) = (self.failed_at.load(Relaxed), self.failed_status.load(Relaxed));
        HealthNow {
            failures: self.failures.load(Relaxed),
            rests_for_ms: (rest > 0).then_some(rest),
            last_error: (at > 0).then_some((at, (status > 0).then_some(status))),
        }
    }

    /// Remembers what went wrong last. `status`: of the answer, if one came.
    pub fn note_error(&self, status: Option<u16>) {
        self.failed_at.store(now_ms(), Relaxed);
        self.failed_status.store(status.unwrap_or(0), Relaxed);
    }

    /// `wait_ms`: for how long the upstream asked to be left alone.
    pub fn note_failure(&self, now: i64, wait_ms: Option<i64>) {
        let failures = self.failures.fetch_add(1, Relaxed).saturating_add(1);
        if failures == 1 {
            self.fails_since.store(now, Relaxed);
        }
        self.has_answered.store(false, Relaxed);
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
    fn what_went_wrong_last_is_known_with_how_long_it_rests() {
        let health = Health::default();
        assert_eq!(health.now(5).last_error, None);
        health.note_failure(0, Some(20_000));
        health.note_error(Some(503));
        let now = health.now(5_000);
        assert_eq!((now.failures, now.rests_for_ms), (1, Some(15_000)));
        assert_eq!(now.last_error.and_then(|(_, status)| status), Some(503));
        health.note_error(None);
        assert_eq!(health.now(0).last_error.map(|(_, status)| status), Some(None));
        health.note_success();
        let now = health.now(5_000);
        assert_eq!((now.failures, now.rests_for_ms), (0, None));
        assert!(now.last_error.is_some(), "it is still the last one");
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
    #[test]
    fn it_is_known_since_when_nothing_succeeds() {
        let health = Health::default();
        assert_eq!(health.seen(), None, "nobody has asked");
        health.note_success();
        assert_eq!(health.seen(), Some(Seen::Well));
        for at in [10, 20] {
            health.note_failure(at, None);
            assert_eq!(health.seen(), None, "it may be the request");
        }
        health.note_failure(30, None);
        health.note_failure(40, None);
        assert_eq!(health.seen(), Some(Seen::Failing { since: 10 }));
        health.note_success();
        assert_eq!(health.seen(), Some(Seen::Well));
    }
}
