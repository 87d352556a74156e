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

    pub(super) fn sum_seconds(&self) -> f64 {
        self.sum_ns.load(Relaxed) as f64 / 1e9
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
