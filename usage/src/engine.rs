//! From files to sums: discovery, reading in parallel, the index, copies, prices, one fold.
//!
//! Memory stays flat: what a file says goes into the index as soon as it was read. Copies are found
//! among the files that have a key in common, one such group after the other, and what counts of
//! each file is summed by day.

mod early;
mod extent;
mod file;
mod glance;
mod lines;
mod pipeline;
mod pool;
mod progress;
mod read;
mod responses;
mod sums;
#[cfg(test)]
mod tests;
mod update;
mod work;

use std::{
    panic::resume_unwind,
    path::{Path, PathBuf},
    thread,
};

use crate::{
    client::Client,
    cost::Prices,
    discovery::{Note, Source, discover},
    fold::{Cell, Fold, Labels},
    home::Home,
    index::{Index, IndexError, Kept, fingerprint, now_ms},
};
use early::{Early, Opened};
pub use extent::{Extent, Grain};
pub use file::Saved;
use progress::Listener;
pub use progress::{Progress, Traced};
pub use responses::Responses;
use sums::Sums;
use update::Update;

/// After so long an unchanged index is told that all folders were looked through.
const LOOK_MS: i64 = 5_000;

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
    /// Raised with every change of any sum; None where nothing is kept.
    pub version: Option<i64>,
}

impl Engine {
    /// Reads what changed since the last scan, and folds everything.
    ///
    /// A log that cannot be read is a note, never a failure; so is an index that cannot be used.
    pub fn scan(&self) -> Scan {
        self.scan_part(&Extent::default())
    }

    /// The same, and sums of a part alone.
    pub fn scan_part(&self, extent: &Extent) -> Scan {
        self.run(extent, &mut Listener::default())
    }

    /// The same as [`Self::scan`], with its progress told.
    pub fn scan_with(&self, progress: &Progress) -> Scan {
        let mut listener = Listener {
            progress: Some(progress),
            ..Listener::default()
        };
        self.run(&Extent::default(), &mut listener)
    }

    /// Everything again from the files, with the lines that each sum came from.
    pub fn trace(&self, visit: &mut dyn FnMut(Traced)) -> Vec<Note> {
        let engine = Self {
            cache_dir: None,
            ..self.clone()
        };
        let mut listener = Listener {
            trace: Some(visit),
            ..Listener::default()
        };
        engine.run(&Extent::default(), &mut listener).notes
    }

    fn run(&self, extent: &Extent, listener: &mut Listener<'_>) -> Scan {
        let opened = |folder: &Path| Opened::open(folder, self, extent);
        let ((sources, mut notes), opened) = self.discover_while(opened);
        if let (Some(folder), Some(opened)) = (&self.cache_dir, opened) {
            match self.with_index(folder, opened, &sources, extent, listener) {
                Ok(scan) => return scan.with(notes),
                Err(note) => notes.push(note),
            }
        }
        let temporary = Opened::temporary(extent)
            .and_then(|Opened { index, early }| self.look(&index, early, &sources, extent, listener));
        let scan = temporary.unwrap_or_else(|_| Scan {
            notes: vec![Note {
                path: std::env::temp_dir(),
                text: "cannot hold what was read; free some space there, or name another folder with TMPDIR"
                    .into(),
            }],
            ..Scan::default()
        });
        scan.with(notes)
    }

    /// What is there to read, looked for while something is done with the folder of the index.
    fn discover_while<T: Send>(
        &self,
        work: impl Fn(&Path) -> T + Copy + Send,
    ) -> ((Vec<Source>, Vec<Note>), Option<T>) {
        let discover = || discover(&self.home, &self.clients);
        let Some(folder) = &self.cache_dir else {
            return (discover(), None);
        };
        thread::scope(|scope| {
            let working = thread::Builder::new().spawn_scoped(scope, move || work(folder));
            let discovered = discover();
            let done = match working {
                Ok(working) => working.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // The system has no thread to give: one after the other.
                Err(_) => work(folder),
            };
            (discovered, Some(done))
        })
    }

    /// With the index in this folder; one that is damaged is made anew, once.
    fn with_index(
        &self,
        folder: &Path,
        opened: Result<Opened, IndexError>,
        sources: &[Source],
        extent: &Extent,
        listener: &mut Listener<'_>,
    ) -> Result<Scan, Note> {
        let unusable = || Note {
            path: folder.to_owned(),
            text: "cannot hold the index; everything is read again each time".into(),
        };
        let Opened { index, early } = opened.map_err(|_| unusable())?;
        let error = match self.look(&index, early, sources, extent, listener) {
            Ok(scan) => return Ok(scan),
            Err(error) => error,
        };
        let again = match error {
            error if error.is_damage() || index.is_replaced() => Opened::anew(index),
            // What waits in the log takes room twice.
            error if error.is_full_disk() => index.bring_to_disk().map(|()| Opened { index, early: None }),
            error => Err(error),
        };
        let Opened { index, early } = again.map_err(|_| unusable())?;
        self.look(&index, early, sources, extent, listener)
            .map_err(|_| unusable())
    }

    fn look(
        &self,
        index: &Index,
        early: Option<Early>,
        sources: &[Source],
        extent: &Extent,
        listener: &mut Listener<'_>,
    ) -> Result<Scan, IndexError> {
        let mut scan = Scan {
            files: sources.len(),
            ..Scan::default()
        };
        let prices = Prices::of(&self.home);
        let looked_ms = now_ms();
        let groups = self.groups(sources);
        let wanted: Vec<(Client, Kept)> = groups
            .iter()
            .map(|(client, sources)| {
                let kept = Kept {
                    fingerprint: fingerprint(sources),
                    priced: prices.digest(),
                    looked_ms,
                };
                (*client, kept)
            })
            .collect();
        index.begin_reading()?;
        if self.stale(index, &wanted)?.is_empty() {
            let sums = still(early, index)?;
            self.fold(index, extent, sums, &mut scan)?;
            let is_old = self.is_look_old(index, looked_ms)?;
            index.check_its_place()?;
            index.commit()?;
            if is_old {
                // Only who glances at the index misses it, if somebody else is writing just now.
                let _ = remember_look(index, &wanted);
            }
            return Ok(scan);
        }
        index.commit()?;
        index.begin_writing()?;
        let outcome = still(early, index).and_then(|mut sums| {
            self.update(
                index,
                &groups,
                &wanted,
                &prices,
                extent,
                sums.as_mut(),
                &mut scan,
                listener,
            )?;
            self.fold(index, extent, sums, &mut scan)
        });
        let outcome = outcome.and_then(|()| index.check_its_place());
        if let Err(error) = outcome.and_then(|()| index.commit()) {
            // After some errors SQLite has done so already.
            let _ = index.roll_back();
            return Err(error);
        }
        // The scan is told whatever comes of this, which a later one does otherwise.
        let _ = index.share();
        Ok(scan)
    }

    /// Reads what changed of the clients that are not as they were at the last scan.
    #[expect(
        clippy::too_many_arguments,
        reason = "they are what a scan has, and nothing together"
    )]
    fn update(
        &self,
        index: &Index,
        groups: &[(Client, &[Source])],
        wanted: &[(Client, Kept)],
        prices: &Prices,
        extent: &Extent,
        sums: Option<&mut Sums>,
        scan: &mut Scan,
        listener: &mut Listener<'_>,
    ) -> Result<(), IndexError> {
        // Another process may have done it meanwhile.
        let stale = self.stale(index, wanted)?;
        let mut updates = Vec::new();
        let mut next_file = index.next_file()?;
        for place in stale {
            let (client, sources) = groups[place];
            updates.push(Update::new(
                index,
                client,
                sources,
                wanted[place].1,
                &mut next_file,
            )?);
        }
        scan.files_read = updates.iter().map(Update::changed_count).sum();
        pipeline::run(index, updates, prices, &extent.grain.zone(), sums, listener)?;
        index.raise_version()
    }

    /// Whether those who only glance would soon no longer believe the last look.
    fn is_look_old(&self, index: &Index, now_ms: i64) -> Result<bool, IndexError> {
        let mut is_old = false;
        for client in self.in_order() {
            let kept = index.kept(client)?;
            is_old |= kept.is_none_or(|kept| !(0..LOOK_MS).contains(&(now_ms - kept.looked_ms)));
        }
        Ok(is_old)
    }

    /// The places of the clients whose files changed, or whose prices did.
    fn stale(&self, index: &Index, wanted: &[(Client, Kept)]) -> Result<Vec<usize>, IndexError> {
        let mut stale = Vec::new();
        for (place, (client, kept)) in wanted.iter().enumerate() {
            if !index.kept(*client)?.is_some_and(|known| known.holds(kept)) {
                stale.push(place);
            }
        }
        Ok(stale)
    }

    /// Sums that are there already are the report's, where it wants days.
    fn fold(
        &self,
        index: &Index,
        extent: &Extent,
        sums: Option<Sums>,
        scan: &mut Scan,
    ) -> Result<(), IndexError> {
        let version = index.version()?;
        scan.version = index.is_kept().then_some(version);
        if extent.unless_version == Some(version) {
            return Ok(());
        }
        for client in self.in_order() {
            scan.notes.extend(index.notes(client)?);
        }
        scan.fold = match (&extent.grain, sums) {
            (Grain::Days(_), Some(sums)) => sums.into_fold(),
            (Grain::Days(zone), None) => {
                let mut sums = Sums::new(zone.clone());
                match extent.is_part() {
                    true => sums.read_part(index, &self.in_order(), extent)?,
                    false => sums.read(index, &self.in_order())?,
                }
                sums.into_fold()
            }
            (Grain::Quarters, _) => {
                let mut labels = Labels::default();
                let cells = self.quarters(index, extent, &mut labels)?;
                Fold {
                    names: labels.into_names(),
                    cells,
                }
            }
        };
        Ok(())
    }

    fn quarters(&self, index: &Index, extent: &Extent, labels: &mut Labels) -> Result<Vec<Cell>, IndexError> {
        let mut count = 0;
        for client in self.in_order() {
            count += index.cells_count(client, extent)?;
        }
        // Of all the sums there are this is the largest part of what is in memory.
        let mut cells = Vec::with_capacity(count);
        for client in self.in_order() {
            index.cells(client, extent, labels, &mut |cell| cells.push(cell))?;
        }
        Ok(cells)
    }

    /// The sources of each client that was asked for, also of one that has none (any more).
    fn groups<'s>(&self, sources: &'s [Source]) -> Vec<(Client, &'s [Source])> {
        let of = |client: Client| {
            let start = sources.partition_point(|source| source.client < client);
            let end = sources.partition_point(|source| source.client <= client);
            (client, &sources[start..end])
        };
        self.in_order().into_iter().map(of).collect()
    }

    fn in_order(&self) -> Vec<Client> {
        let mut clients = self.clients.clone();
        clients.sort();
        clients.dedup();
        clients
    }
}

fn still(early: Option<Early>, index: &Index) -> Result<Option<Sums>, IndexError> {
    early.map_or(Ok(None), |early| early.still(index))
}

fn remember_look(index: &Index, wanted: &[(Client, Kept)]) -> Result<(), IndexError> {
    index.begin_writing_at_once()?;
    for (client, kept) in wanted {
        // Somebody else may have found something in the meantime.
        if index.kept(*client)?.is_some_and(|known| known.holds(kept)) {
            index.keep(*client, *kept)?;
        }
    }
    index.commit()?;
    index.settle()
}

impl Scan {
    fn with(mut self, notes: Vec<Note>) -> Self {
        self.notes.extend(notes);
        self.notes.sort();
        self.notes.dedup();
        self
    }
}
