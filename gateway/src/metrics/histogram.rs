use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// Upper bounds of the buckets, in microseconds.
type Bounds = &'static [u64];

/// From a sync of a fast disk to one that hangs.
const SYNCS: Bounds = &[
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000,
];
/// From a small model's first word to a long answer.
const ANSWERS: Bounds = &[
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    30_000_000,
    60_000_000,
    300_000_000,
];

/// How long something took, in buckets; noting it takes no lock.
pub struct Histogram {
    bounds: Bounds,
    /// One more than there are bounds, for what is beyond them.
    buckets: Box<[AtomicU64]>,
    sum_ns: AtomicU64,
}

impl Histogram {
    pub fn of_syncs() -> Self {
        Self::new(SYNCS)
    }
    pub fn of_answers() -> Self {
        Self::new(ANSWERS)
    }

    fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            buckets: (0..=bounds.len()).map(|_| AtomicU64::new(0)).collect(),
            sum_ns: AtomicU64::new(0),
        }
    }

    pub fn note(&self, took: Duration) {
        let micros = u64::try_from(took.as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX);
        let bucket = self.bounds.partition_point(|&bound| bound < micros);
        self.buckets[bucket].fetch_add(1, Relaxed);
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.sum_ns.fetch_add(nanos, Relaxed);
    }

    /// For each bound in seconds how much was at most as long; last of all, without a bound, all.
    pub(super) fn cumulated(&self) -> Vec<(Option<f64>, u64)> {
        let bounds = self.bounds.iter().map(|&bound| Some(bound as f64 / 1e6));
        let mut sum = 0;
        let counts = self.buckets.iter().map(|bucket| {
            sum += bucket.load(Relaxed);
            sum
        });
        bounds.chain([None]).zip(counts).collect()
    }

    /// How many there are, and by when this share of them was done: within the bucket where it
    /// falls as if it were filled evenly. None where there are none, or it is beyond the last bound.
    pub(super) fn quantile_ms(&self, share: f64) -> (u64, Option<u64>) {
        let cumulated = self.cumulated();
        let all = cumulated.last().map_or(0, |(_, count)| *count);
        let wanted = all as f64 * share;
        let (mut low, mut below) = (0.0, 0);
        for (bound, count) in cumulated {
            if all > 0 && count as f64 >= wanted {
                let inside = (wanted - below as f64) / (count - below).max(1) as f64;
                let at = bound.map(|bound| low + (bound - low) * inside);
                return (all, at.map(|seconds| (seconds * 1e3).round() as u64));
            }
            (low, below) = (bound.unwrap_or(low), count);
        }
        (all, None)
    }

    pub(super) fn sum_seconds(&self) -> f64 {
        self.sum_ns.load(Relaxed) as f64 / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_lies_within_its_bucket() {
        let histogram = Histogram::of_answers();
        assert_eq!(histogram.quantile_ms(0.5), (0, None));
        for _ in 0..4 {
            histogram.note(Duration::from_millis(60));
        }
        // All four between 50 and 100 ms: the second of them at the middle.
        assert_eq!(histogram.quantile_ms(0.5), (4, Some(75)));
        assert_eq!(histogram.quantile_ms(1.0), (4, Some(100)));
        histogram.note(Duration::from_secs(3_000));
        assert_eq!(histogram.quantile_ms(1.0), (5, None), "nobody knows how long");
    }

    #[test]
    fn a_bound_belongs_to_its_bucket_and_the_last_bucket_has_all() {
        let histogram = Histogram::of_syncs();
        for micros in [100, 101, 250, 6_000_000] {
            histogram.note(Duration::from_micros(micros));
        }
        let cumulated = histogram.cumulated();
        assert_eq!(cumulated[0], (Some(0.0001), 1));
        assert_eq!(cumulated[1], (Some(0.00025), 3));
        assert_eq!(cumulated[12], (Some(5.0), 3));
        assert_eq!(cumulated[13], (None, 4));
        assert!((histogram.sum_seconds() - 6.000451).abs() < 1e-9);
    }
}
