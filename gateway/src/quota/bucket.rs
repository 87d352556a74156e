//! A limit per minute: a bucket that refills evenly, and may be in debt.
//!
//! The buckets that can be had ready-made do not take anything back. A request takes the most that
//! it can be before it is sent and gives back what it was not, or owes what it was beyond that.

/// A minute in milliseconds; also what one unit is worth inside, so that nothing is rounded.
const GRAIN: i64 = 60_000;
/// More than anybody's limit, and small enough that a debt of many of it still fits.
const LIMIT_MAX: u64 = 1_000_000_000_000;

#[derive(Clone, Copy, Debug)]
pub(super) struct Bucket {
    grains: i64,
    /// Milliseconds of a clock that only goes forward.
    at: i64,
    limit: i64,
}

impl Bucket {
    /// A full one.
    pub(super) fn new(limit: u64, now: i64) -> Self {
        let limit = i64::try_from(limit.min(LIMIT_MAX)).unwrap_or(i64::MAX);
        Self {
            grains: limit * GRAIN,
            at: now,
            limit,
        }
    }

    /// Adds what came in since the last look. A changed limit counts from now on.
    pub(super) fn refill(&mut self, limit: u64, now: i64) {
        let elapsed = (now - self.at).max(0);
        let grains = self.grains.saturating_add(elapsed.saturating_mul(self.limit));
        self.limit = Self::new(limit, now).limit;
        self.at = now;
        self.grains = grains.min(self.limit * GRAIN);
    }

    pub(super) fn limit(&self) -> u64 {
        self.limit.unsigned_abs()
    }

    /// Whole units; 0 in debt.
    pub(super) fn left(&self) -> u64 {
        self.grains.max(0).unsigned_abs() / GRAIN.unsigned_abs()
    }

    pub(super) fn take(&mut self, units: u64) {
        self.grains = self.grains.saturating_sub(grains(units));
    }

    pub(super) fn give_back(&mut self, units: u64) {
        let grains = self.grains.saturating_add(grains(units));
        self.grains = grains.min(self.limit * GRAIN);
    }

    /// Milliseconds until so many units are there; 0 when they are. A full bucket has enough for
    /// anything, or what is larger than the limit would wait for ever.
    pub(super) fn wait_ms(&self, units: u64) -> i64 {
        let needed = grains(units).min(self.limit * GRAIN);
        let missing = needed.saturating_sub(self.grains).max(0);
        let limit = self.limit.max(1);
        missing / limit + i64::from(missing % limit != 0)
    }

    pub(super) fn full_in_ms(&self) -> i64 {
        self.wait_ms(self.limit())
    }
}

fn grains(units: u64) -> i64 {
    i64::try_from(units.min(LIMIT_MAX)).unwrap_or(i64::MAX) * GRAIN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_refills_evenly_up_to_its_limit() {
        let mut bucket = Bucket::new(6, 0);
        bucket.take(6);
        assert_eq!((bucket.left(), bucket.wait_ms(1)), (0, 10_000));
        bucket.refill(6, 9_999);
        assert_eq!((bucket.left(), bucket.wait_ms(1)), (0, 1));
        bucket.refill(6, 10_000);
        assert_eq!((bucket.left(), bucket.full_in_ms()), (1, 50_000));
        bucket.refill(6, 10_000_000);
        assert_eq!((bucket.left(), bucket.full_in_ms()), (6, 0));
    }

    #[test]
    fn what_was_used_beyond_it_is_owed() {
        let mut bucket = Bucket::new(60, 0);
        bucket.take(90);
        assert_eq!((bucket.left(), bucket.wait_ms(1)), (0, 31_000));
        bucket.give_back(40);
        assert_eq!(bucket.left(), 10);
        bucket.give_back(1_000);
        assert_eq!(bucket.left(), 60, "nobody gives back more than was there");
    }

    #[test]
    fn a_full_bucket_has_enough_for_what_is_larger_than_it() {
        let mut bucket = Bucket::new(10, 0);
        assert_eq!(bucket.wait_ms(1_000_000), 0);
        bucket.take(1);
        assert_eq!(bucket.wait_ms(1_000_000), 6_000);
    }

    #[test]
    fn a_changed_limit_counts_from_now_on() {
        let mut bucket = Bucket::new(100, 0);
        bucket.refill(10, 0);
        assert_eq!((bucket.limit(), bucket.left()), (10, 10));
        bucket.take(10);
        bucket.refill(60, 1);
        bucket.refill(60, 1_001);
        assert_eq!(bucket.left(), 1);
    }

    #[test]
    fn no_number_breaks_it() {
        let mut bucket = Bucket::new(u64::MAX, i64::MIN / 2);
        for _ in 0..1_000 {
            bucket.take(u64::MAX);
        }
        assert_eq!(bucket.left(), 0);
        assert!(bucket.wait_ms(u64::MAX) > 0);
        bucket.refill(u64::MAX, i64::MAX / 2);
        bucket.refill(1, i64::MAX / 2);
        bucket.refill(1, 0);
        assert!(bucket.left() <= 1);
    }
}
