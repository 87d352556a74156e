//! The bounded queue before the one writer thread. The sync of a commit is the batching window:
//! what arrives meanwhile is the next batch, and nobody ever waits for a timer.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{Backend, LedgerError, Operation};

/// Above this, holds and redeems are refused; what resolves a hold still goes in.
const WAITING_MAX: usize = 16_384;
/// Operations in one transaction.
const BATCH_MAX: usize = 256;

pub(super) struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

#[derive(Default)]
struct State {
    waiting: Vec<Operation>,
    closed: bool,
    stopped: Option<Arc<str>>,
}

impl Queue {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            filled: Condvar::new(),
        }
    }

    pub(super) fn push(&self, operation: Operation) -> Result<(), LedgerError> {
        self.push_below(usize::MAX, operation)
    }

    pub(super) fn push_bounded(&self, operation: Operation) -> Result<(), LedgerError> {
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

    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.filled.notify_one();
    }

    pub(super) fn stop_reason(&self) -> LedgerError {
        let reason = self.lock().stopped.clone();
        LedgerError::Stopped(reason.unwrap_or_else(|| "the writer ended".into()))
    }

    /// The writer thread: takes what waits, commits it, until the queue is closed and empty.
    /// After a failed commit it takes no more work, since nobody can say what is durable.
    pub(super) fn run(&self, mut backend: impl Backend) {
        // Also on a panic: whoever waits must hear that no answer will come.
        let _stop = StopOnExit(self);
        let mut taken = Vec::new();
        let mut batch = Vec::with_capacity(BATCH_MAX);
        while self.take(&mut taken) {
            let mut rest = taken.drain(..).peekable();
            while rest.peek().is_some() {
                batch.extend(rest.by_ref().take(BATCH_MAX));
                if let Err(error) = backend.commit(&mut batch) {
                    tracing::error!("The ledger stopped, since a commit failed: {error}");
                    self.lock().stopped = Some(error.to_string().into());
                    return;
                }
                batch.clear();
            }
        }
        backend.close();
    }

    fn take(&self, into: &mut Vec<Operation>) -> bool {
        let mut state = self.lock();
        while state.waiting.is_empty() {
            if state.closed {
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
