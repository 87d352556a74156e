//! What all requests together may take: places, and memory for their bodies. A request beyond that
//! is refused at once, before its body is read, instead of waiting in a queue that only grows.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// What running requests have taken. How much there is, is asked each time: it may be changed while
/// the gateway runs.
#[derive(Debug, Default)]
pub struct Capacity {
    requests: Meter,
    body_bytes: Meter,
}

impl Capacity {
    /// A place for one more request, where so many may run; `None`: there is none.
    pub fn enter(self: &Arc<Self>, requests_max: usize) -> Option<Room> {
        self.requests
            .take(1, requests_max)
            .then(|| Room(Arc::clone(self)))
    }

    /// Memory for a body of so many bytes; `None`: others have it.
    pub fn body(self: &Arc<Self>, bytes: usize, all_bytes_max: usize) -> Option<BodyRoom> {
        self.body_bytes
            .take(bytes, all_bytes_max)
            .then(|| BodyRoom(Arc::clone(self), bytes))
    }
}

/// The place of one request, given back when dropped.
#[must_use = "a place is taken only as long as this lives"]
pub struct Room(Arc<Capacity>);

impl Drop for Room {
    fn drop(&mut self) {
        self.0.requests.give(1);
    }
}

/// The memory of one body, given back when dropped.
#[must_use = "memory is taken only as long as this lives"]
pub struct BodyRoom(Arc<Capacity>, usize);

impl Drop for BodyRoom {
    fn drop(&mut self) {
        self.0.body_bytes.give(self.1);
    }
}

#[derive(Debug, Default)]
struct Meter(AtomicUsize);

impl Meter {
    fn take(&self, amount: usize, max: usize) -> bool {
        let more = |used: usize| used.checked_add(amount).filter(|sum| *sum <= max);
        self.0.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    fn give(&self, amount: usize) {
        self.0.fetch_sub(amount, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_bounded_and_comes_back() {
        let capacity = Arc::<Capacity>::default();
        let (first, second) = (capacity.enter(2), capacity.enter(2));
        assert!(first.is_some() && second.is_some() && capacity.enter(2).is_none());
        assert!(capacity.enter(3).is_some());
        drop(first);
        assert!(capacity.enter(2).is_some());

        let most = capacity.body(90, 100);
        assert!(most.is_some() && capacity.body(11, 100).is_none());
        assert!(capacity.body(usize::MAX, usize::MAX).is_none());
        assert!(capacity.body(10, 100).is_some());
        drop(most);
        assert!(capacity.body(100, 100).is_some());
    }
}
