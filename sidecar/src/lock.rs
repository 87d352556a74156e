use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks for a moment, without awaiting.
///
/// A panic elsewhere leaves the value usable: every holder finishes its change in one step.
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
