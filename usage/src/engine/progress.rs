//! What a scan tells while it goes on.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{client::Client, dedupe, discovery::Source, record::FileRecords};

/// How far a scan is; whoever waits may look at it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    pub(super) done: AtomicUsize,
    pub(super) all: AtomicUsize,
}

impl Progress {
    /// Files that have been read, of those that have to be.
    pub fn read(&self) -> (usize, usize) {
        (
            self.done.load(Ordering::Relaxed),
            self.all.load(Ordering::Relaxed),
        )
    }
}

/// Files that have keys in common, and what of them counts.
pub struct Traced {
    pub client: Client,
    /// In the order of their paths.
    pub files: Vec<(Source, FileRecords)>,
    pub responses: Vec<dedupe::Counted>,
}

/// What a scan tells while it goes on.
#[derive(Default)]
pub(super) struct Listener<'l> {
    pub(super) progress: Option<&'l Progress>,
    pub(super) trace: Option<&'l mut dyn FnMut(Traced)>,
}
