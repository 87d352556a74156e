//! The bounded queue before the one backend. The sync of a commit is the batching window: what
//! arrives meanwhile is the next batch, and nobody ever waits for a timer. Whoever holds the
//! backend's lock is the one writer: as a rule the writer thread, and for a caller who is alone
//! the caller itself.

use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use super::{Backend, LedgerError, Load, Operation};
use crate::metrics::Histogram;

/// Above this, holds and redeems are refused; what resolves a hold still goes in.
const WAITING_MAX: usize = 16_384;
/// Operations in one transaction.
const BATCH_MAX: usize = 256;
/// A caller does not commit by itself where the last commit took longer.
const QUICK: Duration = Duration::from_millis(1);

/// What the queue and its backend tell each other.
#[derive(Debug)]
pub(super) struct Standing {
    is_reachable: AtomicBool,
    is_ending: AtomicBool,
}

impl Default for Standing {
    fn default() -> Self {
        Self {
            is_reachable: AtomicBool::new(true),
            is_ending: AtomicBool::new(false),
        }
    }
}

impl Standing {
    /// Whether that is news.
    pub(super) fn set_reachable(&self, is_reachable: bool) -> bool {
        self.is_reachable.swap(is_reachable, Ordering::Relaxed) != is_reachable
    }

    pub(super) fn is_ending(&self) -> bool {
        self.is_ending.load(Ordering::Relaxed)
    }
}

pub(super) struct Queue {
    /// Told to the backend, which may wait for its database.
    standing: Arc<Standing>,
    state: Mutex<State>,
    filled: Condvar,
    /// Taken out when the writer ends.
    backend: Mutex<Option<Box<dyn Backend>>>,
    is_quick: AtomicBool,
    commits: Histogram,
    operations: AtomicU64,
}

#[derive(Default)]
struct State {
    waiting: Vec<Operation>,
    closed: bool,
    stopped: Option<Arc<str>>,
}

impl Queue {
    pub(super) fn new(backend: Box<dyn Backend>, standing: Arc<Standing>) -> Self {
        Self {
            standing,
            state: Mutex::default(),
            filled: Condvar::new(),
            backend: Mutex::new(Some(backend)),
            is_quick: AtomicBool::new(false),
            commits: Histogram::of_syncs(),
            operations: AtomicU64::new(0),
        }
    }

    /// Commits the operation on the caller's own thread, if nobody else is at it and the disk is
    /// fast: two changes of threads cost more than the commit. Else gives it back.
    pub(super) fn commit_here(&self, operation: Operation) -> Result<(), Operation> {
        if !self.is_quick.load(Ordering::Relaxed) {
            return Err(operation);
        }
        let Ok(mut backend) = self.backend.try_lock() else {
            return Err(operation);
        };
        let is_free = {
            let state = self.lock();
            state.waiting.is_empty() && !state.closed && state.stopped.is_none()
        };
        match backend.as_mut() {
            Some(backend) if is_free => {
                // A failure is told to the caller by its answer that does not come.
                let _ = self.commit(backend.as_mut(), &mut vec![operation]);
                Ok(())
            }
            _ => Err(operation),
        }
    }

    /// After a failed commit no more work is taken, since nobody can say what is durable.
    fn commit(&self, backend: &mut dyn Backend, batch: &mut Vec<Operation>) -> Result<(), LedgerError> {
        let (began, operations) = (Instant::now(), batch.len() as u64);
        let committed = backend.commit(batch);
        let took = began.elapsed();
        self.is_quick.store(took <= QUICK, Ordering::Relaxed);
        self.commits.note(took);
        self.operations.fetch_add(operations, Ordering::Relaxed);
        if let Err(error) = &committed {
            tracing::error!("The ledger stopped, since a commit failed: {error}");
            self.lock().stopped = Some(error.to_string().into());
            // Whoever waits for an answer hears that none will come.
            batch.clear();
            self.filled.notify_one();
        }
        committed
    }

    pub(super) fn push(&self, operation: Operation) -> Result<(), LedgerError> {
        self.push_below(usize::MAX, operation)
    }

    pub(super) fn push_bounded(&self, operation: Operation) -> Result<(), LedgerError> {
        if !self.standing.is_reachable.load(Ordering::Relaxed) {
            return Err(LedgerError::Unreachable("the connection broke".into()));
        }
        self.push_below(WAITING_MAX, operation)
    }

    fn push_below(&self, limit: usize, operation: Operation) -> Result<(), LedgerError> {
        let mut state = self.lock();
        if let Some(reason) = &state.stopped {
            return Err(LedgerError::Stopped(Arc::clone(reason)));
        }
        if state.closed {
            return Err(LedgerError::Stopped("the gateway is stopping".into()));
        }
        if state.waiting.len() >= limit {
            return Err(LedgerError::Busy);
        }
        state.waiting.push(operation);
        let wake = state.waiting.len() == 1;
        drop(state);
        if wake {
            self.filled.notify_one();
        }
        Ok(())
    }

    pub(super) fn load(&self) -> Load<'_> {
        let state = self.lock();
        Load {
            commits: &self.commits,
            operations: self.operations.load(Ordering::Relaxed),
            waiting: state.waiting.len(),
            is_up: state.stopped.is_none() && self.standing.is_reachable.load(Ordering::Relaxed),
        }
    }

    pub(super) fn close(&self) {
        self.standing.is_ending.store(true, Ordering::Relaxed);
        self.lock().closed = true;
        self.filled.notify_one();
    }

    /// Why an operation was dropped.
    pub(super) fn why_unanswered(&self) -> LedgerError {
        let state = self.lock();
        match &state.stopped {
            Some(reason) => LedgerError::Stopped(Arc::clone(reason)),
            None if state.closed => LedgerError::Stopped("the writer ended".into()),
            None => LedgerError::Refused("its line in the log says why".into()),
        }
    }

    /// The writer thread: takes what waits, commits it, until the queue is closed and empty.
    pub(super) fn run(&self) {
        // Also on a panic: whoever waits must hear that no answer will come.
        let _stop = StopOnExit(self);
        let mut taken = Vec::new();
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while self.take(&mut taken) {
            // A caller that panicked in a commit left nobody knows what: then this is the end.
            let Ok(mut backend) = self.backend.lock() else {
                return;
            };
            let Some(backend) = backend.as_mut() else { return };
            let mut rest = taken.drain(..).peekable();
            while rest.peek().is_some() {
                batch.extend(rest.by_ref().take(BATCH_MAX));
                if self.commit(backend.as_mut(), &mut batch).is_err() {
                    return;
                }
                batch.clear();
            }
        }
        if let Ok(mut backend) = self.backend.lock()
            && let Some(mut backend) = backend.take()
        {
            backend.close();
        }
    }

    fn take(&self, into: &mut Vec<Operation>) -> bool {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
                return false;
            }
            if state.stopped.is_some() {
                return false;
            }
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        std::mem::swap(&mut state.waiting, into);
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is plain data that no panic can leave half-written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct StopOnExit<'a>(&'a Queue);

impl Drop for StopOnExit<'_> {
    fn drop(&mut self) {
        let dropped = {
            let mut state = self.0.lock();
            state.closed = true;
            state.stopped.get_or_insert_with(|| "the writer ended".into());
            std::mem::take(&mut state.waiting)
        };
        // Dropping an operation drops its answer: the waiter gets the stop reason.
        drop(dropped);
    }
}
