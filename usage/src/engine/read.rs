//! Files to read, in batches, and what they say.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{
    file::{self, Saved},
    lines::Buffer,
};
use crate::{dedupe, discovery::Source};

/// Files are handed out in batches: many are so small that handing over costs more than reading.
const BATCH_BYTES: u64 = 1 << 20;
pub const BATCH_FILES: usize = 64;

/// A file to read.
pub struct Job<'s> {
    pub source: &'s Source,
    /// Whose update it belongs to, and its place there.
    pub update: usize,
    pub place: usize,
    /// What was read of it before.
    pub before: Option<Saved>,
}

/// What a file says now.
pub struct Outcome {
    pub update: usize,
    pub place: usize,
    pub encoded: Result<Vec<u8>, postcard::Error>,
    pub note: Option<String>,
    /// Keys that it has, and those that it has no longer.
    pub added: Vec<u64>,
    pub removed: Vec<u64>,
}

/// The next files that are read in one go.
pub fn batch<'s, E>(jobs: &mut impl Iterator<Item = Result<Job<'s>, E>>) -> Result<Vec<Job<'s>>, E> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while bytes < BATCH_BYTES && batch.len() < BATCH_FILES {
        let Some(job) = jobs.next() else { break };
        let job = job?;
        bytes += job.source.stamp.size;
        batch.push(job);
    }
    Ok(batch)
}

/// Reads one file.
pub fn one(job: &Job<'_>, buffer: &mut Buffer) -> Outcome {
    let read = catch_unwind(AssertUnwindSafe(|| {
        file::read(job.source, job.before.as_ref(), buffer)
    }));
    let saved = read.unwrap_or_else(|_| {
        *buffer = Buffer::default();
        Saved::misread(job.source)
    });
    let keys = |saved: &Saved| dedupe::keys(job.source.client, saved.records());
    let (now, then) = (keys(&saved), job.before.as_ref().map(keys).unwrap_or_default());
    let without = |keys: &[u64], others: &[u64]| {
        let keys = keys.iter().copied();
        keys.filter(|key| others.binary_search(key).is_err()).collect()
    };
    Outcome {
        update: job.update,
        place: job.place,
        note: saved.note(),
        added: without(&now, &then),
        removed: without(&then, &now),
        encoded: postcard::to_stdvec(&saved),
    }
}
