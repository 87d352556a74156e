//! Reads files on all processors. Few of them are in memory at any time.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, PoisonError, mpsc},
    thread,
};

use super::{
    file::{self, Saved},
    lines::Buffer,
};
use crate::{dedupe, discovery::Source};

/// Files are handed out in batches: many are so small that handing over costs more than reading.
const BATCH_BYTES: u64 = 1 << 20;
const BATCH_FILES: usize = 64;
/// So many batches wait for each processor: they are read while a client's sums are worked out. What
/// was found in one is a few kilobytes.
const BATCHES_WAITING: usize = 160;
/// Less than this is read at once by whoever asks for it.
const ALONE_BYTES: u64 = 1 << 20;

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

/// Reads all of the jobs, which are made as they are needed, and hands over each outcome.
pub fn all<'s, E>(
    mut jobs: impl ExactSizeIterator<Item = Result<Job<'s>, E>>,
    bytes: u64,
    mut take: impl FnMut(Outcome) -> Result<(), E>,
) -> Result<(), E> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    if bytes < ALONE_BYTES && jobs.len() <= BATCH_FILES || workers == 1 {
        let mut buffer = Buffer::default();
        return jobs.try_for_each(|job| take(one(&job?, &mut buffer)));
    }
    let (give, given) = mpsc::channel::<Vec<Job<'s>>>();
    let given = Mutex::new(given);
    let (give_back, back) = mpsc::channel::<Vec<Outcome>>();
    let work = |give_back: mpsc::Sender<Vec<Outcome>>| {
        let mut buffer = Buffer::default();
        loop {
            let batch = given.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(batch) = batch else { return };
            let outcomes = batch.iter().map(|job| one(job, &mut buffer)).collect();
            if give_back.send(outcomes).is_err() {
                return;
            }
        }
    };
    let work = &work;
    thread::scope(|scope| {
        // Dropped before the threads are waited for, whichever way this ends.
        let give = give;
        for _ in 0..workers {
            let give_back = give_back.clone();
            scope.spawn(move || work(give_back));
        }
        drop(give_back);
        let mut open = 0;
        loop {
            while open < BATCHES_WAITING * workers {
                let batch = batch(&mut jobs)?;
                if batch.is_empty() {
                    break;
                }
                open += usize::from(give.send(batch).is_ok());
            }
            if open == 0 {
                return Ok(());
            }
            let Ok(outcomes) = back.recv() else { return Ok(()) };
            open -= 1;
            outcomes.into_iter().try_for_each(&mut take)?;
        }
    })
}

fn batch<'s, E>(jobs: &mut impl Iterator<Item = Result<Job<'s>, E>>) -> Result<Vec<Job<'s>>, E> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while bytes < BATCH_BYTES && batch.len() < BATCH_FILES {
        let Some(job) = jobs.next() else { break };
        let job = job?;
        bytes += job.source.stamp.size;
        batch.push(job);
    }
    Ok(batch)
}

fn one(job: &Job<'_>, buffer: &mut Buffer) -> Outcome {
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
