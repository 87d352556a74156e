//! From files to sums: discovery, reading in parallel, the index, copies, prices, one fold.

mod file;
mod lines;

use std::{
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use crate::{
    client::Client,
    dedupe,
    discovery::{Note, Shape, Source, discover},
    fold::{Fold, Folder},
    home::Home,
    index::{Index, Known},
    record::FileRecords,
};
pub use file::Saved;

/// What to read, and where the index of it is.
#[derive(Clone, Debug)]
pub struct Engine {
    pub home: Home,
    pub clients: Vec<Client>,
    /// None: everything is read anew, and nothing is kept.
    pub cache_dir: Option<PathBuf>,
}

/// What a scan found.
#[derive(Debug, Default)]
pub struct Scan {
    pub fold: Fold,
    pub notes: Vec<Note>,
    pub files: usize,
    /// How many of them had to be opened.
    pub files_read: usize,
}

/// How far a scan is; whoever waits may look at it from another thread.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    all: AtomicUsize,
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

/// The sums of one scan with what they came from.
pub struct Traced {
    pub client: Client,
    pub files: Vec<(Source, FileRecords)>,
    pub responses: Vec<dedupe::Counted>,
}

impl Engine {
    /// Reads what changed since the last scan, and folds everything.
    ///
    /// A log that cannot be read is a note, never a failure; so is an index that cannot be used.
    pub fn scan(&self) -> Scan {
        self.scan_with(&Progress::default())
    }

    /// The same, with its progress told.
    pub fn scan_with(&self, progress: &Progress) -> Scan {
        let (sources, notes) = discover(&self.home, &self.clients);
        let mut scan = Scan {
            notes,
            files: sources.len(),
            ..Scan::default()
        };
        let mut index = self.index(&mut scan.notes);
        let fingerprint = crate::index::fingerprint(&sources);
        if let Some((fold, notes)) = index.as_mut().and_then(|index| index.fold(fingerprint)) {
            scan.fold = fold;
            scan.notes.extend(notes);
            scan.notes.sort();
            return scan;
        }
        let mut known = index.as_ref().map(Index::known).unwrap_or_default();
        let read = self.read_changed(&sources, &mut known, index.as_ref(), progress);
        scan.files_read = read.iter().flatten().count();
        let mut folder = Folder::default();
        let mut problems = Vec::new();
        each_client(&sources, |client, range| {
            let last = range.end - 1;
            let mut files = Vec::with_capacity(range.len());
            for place in range {
                let saved = match &read[place] {
                    Some(saved) => saved.clone(),
                    None => load(&sources[place], &known, index.as_ref()),
                };
                problems.extend(saved.note(&sources[place]));
                files.push(saved.into_records());
            }
            let has_kept = sources[last].shape == Shape::Kept;
            for counted in dedupe::responses(client, &files, has_kept) {
                folder.add(client, &files[counted.file], &counted.record);
            }
        });
        scan.fold = folder.finish();
        if let Some(index) = &mut index {
            let outcome = index.save(
                &self.home,
                &sources,
                &read,
                &known,
                fingerprint,
                &scan.fold,
                &problems,
            );
            if outcome.is_err() {
                scan.notes
                    .push(index.note("could not be written; the next report reads everything again"));
            }
        }
        scan.notes.extend(problems);
        scan.notes.sort();
        scan
    }

    /// Everything again from the files, with the lines that each sum came from.
    pub fn trace(&self) -> (Vec<Traced>, Vec<Note>) {
        self.traced(None)
    }

    /// Every response, like [`Self::trace`], but files that did not change are taken from the index.
    pub fn responses(&self) -> (Vec<Traced>, Vec<Note>) {
        self.traced(self.index(&mut Vec::new()).as_ref())
    }

    fn traced(&self, index: Option<&Index>) -> (Vec<Traced>, Vec<Note>) {
        let (sources, mut notes) = discover(&self.home, &self.clients);
        let mut known = index.map(Index::known).unwrap_or_default();
        let read = self.read_changed(&sources, &mut known, index, &Progress::default());
        let mut traced = Vec::new();
        each_client(&sources, |client, range| {
            let mut files = Vec::new();
            let mut records = Vec::new();
            for place in range {
                let saved = match &read[place] {
                    Some(saved) => saved.clone(),
                    None => load(&sources[place], &known, index),
                };
                notes.extend(saved.note(&sources[place]));
                files.push(sources[place].clone());
                records.push(saved.into_records());
            }
            let has_kept = files.last().is_some_and(|file| file.shape == Shape::Kept);
            let responses = dedupe::responses(client, &records, has_kept);
            traced.push(Traced {
                client,
                files: files.into_iter().zip(records).collect(),
                responses,
            });
        });
        notes.sort();
        (traced, notes)
    }

    fn index(&self, notes: &mut Vec<Note>) -> Option<Index> {
        let folder = self.cache_dir.as_ref()?;
        match Index::open(folder, &self.home) {
            Ok(index) => Some(index),
            Err(_) => {
                notes.push(Note {
                    path: folder.clone(),
                    text: "cannot hold the index; everything is read again each time".into(),
                });
                None
            }
        }
    }

    /// Reads files that are not known as they are now, on all processors, the largest first.
    fn read_changed(
        &self,
        sources: &[Source],
        known: &mut Known,
        index: Option<&Index>,
        progress: &Progress,
    ) -> Vec<Option<Saved>> {
        let mut changed: Vec<usize> = (0..sources.len())
            .filter(|place| !known.is_current(&sources[*place]))
            .collect();
        changed.sort_by_key(|place| std::cmp::Reverse(sources[*place].stamp.size));
        progress.all.store(changed.len(), Ordering::Relaxed);
        let before: Vec<Option<Saved>> = changed
            .iter()
            .map(|place| index.and_then(|index| index.load(known.row(&sources[*place])?)))
            .collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let mut buffer = lines::Buffer::default();
            let mut done = Vec::new();
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                let Some(place) = changed.get(turn) else {
                    return done;
                };
                let saved = file::read(&sources[*place], before[turn].as_ref(), &mut buffer);
                progress.done.fetch_add(1, Ordering::Relaxed);
                done.push((*place, saved));
            }
        };
        let mut read: Vec<Option<Saved>> = vec![None; sources.len()];
        let workers = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(changed.len().max(1));
        thread::scope(|scope| {
            let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
            for (place, saved) in work() {
                read[place] = Some(saved);
            }
            for other in others {
                // A reader that panicked lost its files; they are read again, alone, below.
                for (place, saved) in other.join().unwrap_or_default() {
                    read[place] = Some(saved);
                }
            }
        });
        let mut buffer = lines::Buffer::default();
        for place in changed {
            if read[place].is_none() {
                read[place] = Some(file::read(&sources[place], None, &mut buffer));
            }
        }
        read
    }
}

/// A file that did not change, from the index; from the disk should the index not have it after all.
fn load(source: &Source, known: &Known, index: Option<&Index>) -> Saved {
    let row = known.row(source);
    let saved = index.and_then(|index| index.load(row?));
    saved.unwrap_or_else(|| file::read(source, None, &mut lines::Buffer::default()))
}

/// The sources of one client after the other; they are in this order.
fn each_client(sources: &[Source], mut visit: impl FnMut(Client, std::ops::Range<usize>)) {
    let mut start = 0;
    for group in sources.chunk_by(|a, b| a.client == b.client) {
        visit(group[0].client, start..start + group.len());
        start += group.len();
    }
}
