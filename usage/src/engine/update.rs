//! What a scan changes in the index, client by client.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
};

use super::read::Outcome;
use crate::{
    client::Client,
    dedupe,
    discovery::{Shape, Source},
    fold::{Damaged, Part},
    index::{Change, Index, IndexError, Kept, PartKey, Row, mark},
};

/// Changes so shortly before a scan may go on within the same tick of the file system's clock.
const TICK_NS: i64 = 50_000_000;
/// So many changes of keys are in memory at most.
const LINKS_MAX: usize = 1 << 17;

/// One client's files, as they were and as they are.
pub struct Update<'s> {
    client: Client,
    /// Those that were looked at. In a scan these are all of the client's.
    sources: Vec<&'s Source>,
    /// Files that were not looked at, but belong to a component of one that was.
    others: Vec<PathBuf>,
    kept: Kept,
    /// One for each source, then one for each other file.
    rows: Vec<Row>,
    /// The places of files that have to be read.
    changed: Vec<usize>,
    /// Of these nothing was known.
    new: HashSet<usize>,
    /// Files that are no longer there.
    gone: Vec<Row>,
    /// Everything is worked out anew, as prices changed.
    is_repriced: bool,
    /// Keys that came and went, not yet in the index.
    links: Vec<Change>,
    /// Files that were found to have a key in common.
    common: Vec<(u32, u32)>,
}

impl<'s> Update<'s> {
    /// Of all files that the client has.
    pub fn new(
        index: &Index,
        client: Client,
        sources: &'s [Source],
        kept: Kept,
        next_file: &mut u32,
    ) -> Result<Self, IndexError> {
        let mut known = index.rows(client)?;
        let mut update = Self::empty(client, sources.iter().collect(), kept);
        update.is_repriced = index
            .kept(client)?
            .is_some_and(|before| before.priced != kept.priced);
        for (place, source) in sources.iter().enumerate() {
            let path = source.path.as_os_str().as_encoded_bytes();
            let row = known.remove(path).unwrap_or_else(|| {
                update.new.insert(place);
                *next_file += 1;
                Row {
                    id: *next_file - 1,
                    component: *next_file - 1,
                    ..Row::default()
                }
            });
            if row.mark != mark(source) {
                update.changed.push(place);
            }
            update.rows.push(row);
        }
        update.gone = known.into_values().collect();
        Ok(update)
    }

    /// Of some files alone, which the index knows; None if it does not know one of them.
    pub fn of_some(
        index: &Index,
        client: Client,
        sources: Vec<&'s Source>,
        kept: Kept,
    ) -> Result<Option<Self>, IndexError> {
        let mut update = Self::empty(client, sources, kept);
        // That nothing else changed is for the next scan to say.
        update.kept.fingerprint = 0;
        for (place, source) in update.sources.iter().enumerate() {
            let path = source.path.as_os_str().as_encoded_bytes();
            let Some(row) = index.row(client, path)? else {
                return Ok(None);
            };
            update.changed.push(place);
            update.rows.push(row);
        }
        let components: HashSet<u32> = update.rows.iter().map(|row| row.component).collect();
        update.add_members(index, components)?;
        Ok(Some(update))
    }

    fn empty(client: Client, sources: Vec<&'s Source>, kept: Kept) -> Self {
        Self {
            client,
            rows: Vec::with_capacity(sources.len()),
            sources,
            others: Vec::new(),
            kept,
            changed: Vec::new(),
            new: HashSet::new(),
            gone: Vec::new(),
            is_repriced: false,
            links: Vec::new(),
            common: Vec::new(),
        }
    }

    fn add_members(&mut self, index: &Index, components: HashSet<u32>) -> Result<(), IndexError> {
        let mut known: HashSet<u32> = self.rows.iter().map(|row| row.id).collect();
        for component in components {
            for (path, row) in index.members(self.client, component)? {
                if known.insert(row.id) {
                    self.others.push(path);
                    self.rows.push(row);
                }
            }
        }
        Ok(())
    }

    fn path(&self, place: usize) -> &Path {
        match self.sources.get(place) {
            Some(source) => &source.path,
            None => &self.others[place - self.sources.len()],
        }
    }

    pub fn client(&self) -> Client {
        self.client
    }

    pub fn is_repriced(&self) -> bool {
        self.is_repriced
    }

    pub fn changed_count(&self) -> usize {
        self.changed.len()
    }

    /// Whether a database has to be read.
    pub fn has_database(&self) -> bool {
        self.changed()
            .any(|(_, source, _)| source.shape == Shape::Database)
    }

    /// The files that have to be read: the place of each, and its number if it was read before.
    pub fn changed<'u>(&'u self) -> impl Iterator<Item = (usize, &'s Source, Option<u32>)> + 'u {
        self.changed.iter().map(|place| {
            let known = (!self.new.contains(place)).then_some(self.rows[*place].id);
            (*place, self.sources[*place], known)
        })
    }

    /// Keeps what a file says.
    pub fn take(&mut self, index: &Index, outcome: Outcome, now_ns: i64) -> Result<(), IndexError> {
        let source = self.sources[outcome.place];
        let row = &mut self.rows[outcome.place];
        index.save(row.id, &outcome.encoded?)?;
        row.note = outcome.note;
        row.mark = mark(source);
        if source.stamp.changed_ns > now_ns - TICK_NS {
            row.mark = 0;
            self.kept.fingerprint = 0;
        }
        let file = row.id;
        let change = |is_there| move |key| Change { key, file, is_there };
        self.links.extend(outcome.added.into_iter().map(change(true)));
        self.links.extend(outcome.removed.into_iter().map(change(false)));
        match self.links.len() < LINKS_MAX {
            true => Ok(()),
            false => self.link(index),
        }
    }

    fn link(&mut self, index: &Index) -> Result<(), IndexError> {
        let (links, common) = (std::mem::take(&mut self.links), &mut self.common);
        index.link(self.client, links, |one, other| common.push((one, other)))?;
        common.sort_unstable();
        common.dedup();
        Ok(())
    }

    /// Says that all of it is in the index.
    pub fn keep(&self, index: &Index) -> Result<(), IndexError> {
        index.keep(self.client, self.kept)
    }

    /// Forgets the files that are gone; a day on which they counted is stale.
    pub fn remove_gone(&mut self, index: &Index, stale: &mut BTreeSet<PartKey>) -> Result<(), IndexError> {
        for row in &self.gone {
            let keys = match index.load(row.id)? {
                Some(saved) => dedupe::keys(self.client, saved.records()),
                None => Vec::new(),
            };
            self.links.extend(keys.into_iter().map(|key| Change {
                key,
                file: row.id,
                is_there: false,
            }));
            index.remove_parts(self.client, row.parts, stale)?;
            index.remove(row.id)?;
        }
        Ok(())
    }

    /// The components in which something changed, each as places in the order of paths.
    ///
    /// A component may be larger than it has to be, as it is never split; that changes no sum.
    pub fn affected(&mut self, index: &Index) -> Result<Vec<Vec<usize>>, IndexError> {
        self.link(index)?;
        let common = std::mem::take(&mut self.common);
        let mut places = self.places();
        let is_all = common
            .iter()
            .all(|(one, other)| places.contains_key(one) && places.contains_key(other));
        if !is_all {
            let mut components = HashSet::new();
            for id in common.iter().flat_map(|(one, other)| [one, other]) {
                components.extend(index.component_of(*id)?);
            }
            self.add_members(index, components)?;
            places = self.places();
        }
        let mut joined = Joined::new(self.rows.len());
        let mut first_of: HashMap<u32, usize> = HashMap::new();
        for (place, row) in self.rows.iter().enumerate() {
            joined.join(*first_of.entry(row.component).or_insert(place), place);
        }
        for (one, other) in common {
            if let (Some(one), Some(other)) = (places.get(&one), places.get(&other)) {
                joined.join(*one, *other);
            }
        }
        let gone = self.gone.iter().filter_map(|row| first_of.get(&row.component));
        let roots: HashSet<usize> = self
            .changed
            .iter()
            .chain(gone)
            .map(|place| joined.root(*place))
            .collect();
        let mut components: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for place in 0..self.rows.len() {
            let root = joined.root(place);
            if self.is_repriced || roots.contains(&root) {
                components.entry(root).or_default().push(place);
            }
        }
        let mut components: Vec<Vec<usize>> = components.into_values().collect();
        if !self.others.is_empty() {
            for members in &mut components {
                members.sort_by(|one, other| self.path(*one).cmp(self.path(*other)));
            }
        }
        Ok(components)
    }

    fn places(&self) -> HashMap<u32, usize> {
        self.rows.iter().map(|row| row.id).zip(0..).collect()
    }

    /// What the index has of each file of a component.
    pub fn encoded(&self, index: &Index, members: &[usize]) -> Result<Vec<Vec<u8>>, IndexError> {
        let members = members.iter();
        members
            .map(|place| Ok(index.load_encoded(self.rows[*place].id)?.ok_or(Damaged)?))
            .collect()
    }

    /// Keeps what counts of each file of a component.
    pub fn put(
        &mut self,
        index: &Index,
        members: &[usize],
        parts: &[Vec<Part>],
        next_part: &mut i64,
        stale: &mut BTreeSet<PartKey>,
    ) -> Result<(), IndexError> {
        let component = members.first().map_or(0, |place| self.rows[*place].id);
        for (place, parts) in members.iter().zip(parts) {
            let row = &mut self.rows[*place];
            row.component = component;
            index.remove_parts(self.client, row.parts, stale)?;
            let end = index.put_parts(self.client, parts, *next_part, stale)?;
            row.parts = (*next_part, end);
            *next_part = end;
            match self.sources.get(*place) {
                Some(source) => index.put(source, row)?,
                None => index.move_to(row)?,
            }
        }
        Ok(())
    }

    pub fn sources_of<'u>(&'u self, members: &'u [usize]) -> impl Iterator<Item = Source> + 'u {
        members
            .iter()
            .filter_map(|place| self.sources.get(*place).copied().cloned())
    }
}

/// Which files belong together: a forest, each tree of which is a group.
struct Joined {
    parents: Vec<usize>,
}

impl Joined {
    fn new(count: usize) -> Self {
        Self {
            parents: (0..count).collect(),
        }
    }

    fn root(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        // The first of a group in the order of paths stands for it.
        self.parents[one.max(other)] = one.min(other);
    }
}
