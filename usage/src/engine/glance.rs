//! A quick look, for whoever may not wait: what the index has, with what was added meanwhile to the
//! files that are being worked on.

use std::{fs, path::Path};

use super::{Engine, Extent, Listener, Scan, pipeline, update::Update};
use crate::{
    client::Client,
    cost::Prices,
    discovery::{Source, Stamp},
    index::{Index, IndexError, Kept, Recent, mark, now_ms},
};

/// So many of the files that were changed last are looked at.
const RECENT_FILES: u32 = 64;
/// After so long all folders are looked through again, where new files may be, and old ones that
/// somebody went on with.
const LOOK_MS: i64 = 30_000;

impl Engine {
    /// The sums without looking through all folders; None where only [`Engine::scan_part`] can tell:
    /// there is no index, the last scan is too long ago, or a file that was named is not known.
    pub fn glance(&self, extent: &Extent, named: Option<(Client, &Path)>) -> Option<Scan> {
        let index = Index::open_at_once(self.cache_dir.as_ref()?, &self.home)?;
        // Whatever is wrong with the index, a scan finds out and puts right.
        self.look_quickly(&index, extent, named).ok().flatten()
    }

    fn look_quickly(
        &self,
        index: &Index,
        extent: &Extent,
        named: Option<(Client, &Path)>,
    ) -> Result<Option<Scan>, IndexError> {
        let prices = Prices::of(&self.home);
        let now_ms = now_ms();
        index.begin_reading()?;
        let mut kept = Vec::new();
        for client in self.in_order() {
            match index.kept(client)? {
                Some(state) if is_fresh(&state, &prices, now_ms) => kept.push((client, state)),
                _ => return Ok(None),
            }
        }
        let mut candidates = index.recent(RECENT_FILES)?;
        if let Some((client, path)) = named.filter(|(_, path)| path.exists()) {
            match index.find(client, path)? {
                Some(known) => candidates.push(known),
                None => return Ok(None),
            }
        }
        candidates.retain(|known| self.clients.contains(&known.source.client));
        let changed = changed(candidates);
        index.commit()?;
        let mut scan = Scan::default();
        let is_writing = !changed.is_empty() && index.begin_writing().is_ok();
        if !is_writing {
            index.begin_reading()?;
        }
        let outcome = match is_writing {
            true => self.follow(index, &kept, &changed, &prices, extent, &mut scan),
            false => Ok(true),
        };
        let outcome = outcome.and_then(|is_known| {
            self.fold(index, extent, None, &mut scan)?;
            index.check_its_place()?;
            Ok(is_known)
        });
        match outcome {
            Ok(is_known) => {
                index.commit()?;
                // What it is for can wait for another report.
                let _ = index.tidy();
                Ok(is_known.then_some(scan))
            }
            Err(error) => {
                let _ = index.roll_back();
                Err(error)
            }
        }
    }

    /// Reads on in these files. False: one of them is not what it was.
    fn follow(
        &self,
        index: &Index,
        kept: &[(Client, Kept)],
        changed: &[Source],
        prices: &Prices,
        extent: &Extent,
        scan: &mut Scan,
    ) -> Result<bool, IndexError> {
        let mut updates = Vec::new();
        for (client, kept) in kept {
            let sources: Vec<&Source> = changed.iter().filter(|source| source.client == *client).collect();
            if sources.is_empty() {
                continue;
            }
            match Update::of_some(index, *client, sources, *kept)? {
                Some(update) => updates.push(update),
                None => return Ok(false),
            }
        }
        scan.files_read = updates.iter().map(Update::changed_count).sum();
        let zone = extent.grain.zone();
        pipeline::run(index, updates, prices, &zone, None, &mut Listener::default())?;
        index.raise_version()?;
        Ok(true)
    }
}

fn is_fresh(kept: &Kept, prices: &Prices, now_ms: i64) -> bool {
    kept.priced == prices.digest() && (now_ms - LOOK_MS..=now_ms).contains(&kept.looked_ms)
}

/// Those that are not as they were when they were read. One that is gone is left to the next scan.
fn changed(candidates: Vec<Recent>) -> Vec<Source> {
    let mut changed: Vec<Source> = candidates.into_iter().filter_map(newer).collect();
    changed.sort_by(|a, b| (a.client, &a.path).cmp(&(b.client, &b.path)));
    changed.dedup_by(|a, b| (a.client, &a.path) == (b.client, &b.path));
    changed
}

fn newer(recent: Recent) -> Option<Source> {
    let mut source = recent.source;
    let metadata = fs::metadata(&source.path).ok().filter(fs::Metadata::is_file)?;
    source.stamp = Stamp::with_side(&source.path, source.shape, &metadata);
    (mark(&source) != recent.mark).then_some(source)
}
