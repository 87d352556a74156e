//! Every response by itself, for whoever needs more than sums. What did not change is not read again.

use std::collections::BTreeMap;

use super::{Engine, Saved, Traced};
use crate::{
    client::Client,
    dedupe::{self, Counted},
    discovery::Note,
    index::{Index, IndexError, Row},
    record::FileRecords,
};

/// Files that have keys in common, and what of them counts.
pub struct Responses {
    pub client: Client,
    /// In the order of their paths.
    pub files: Vec<FileRecords>,
    pub counted: Vec<Counted>,
}

impl Engine {
    /// Scans, then tells all that counts.
    ///
    /// Fails where the index was right a moment ago and cannot be read now; what was told until then
    /// is a part.
    pub fn responses(&self, visit: &mut dyn FnMut(Responses)) -> Result<Vec<Note>, IndexError> {
        let scan = self.scan();
        match &self.cache_dir {
            Some(folder) if scan.version.is_some() => {
                let index = Index::open(folder, &self.home)?;
                index.begin_reading()?;
                for client in self.in_order() {
                    tell(&index, client, visit)?;
                }
                index.commit()?;
                Ok(scan.notes)
            }
            _ => Ok(self.trace(&mut |traced| visit(traced.into()))),
        }
    }
}

fn tell(index: &Index, client: Client, visit: &mut dyn FnMut(Responses)) -> Result<(), IndexError> {
    let mut components: BTreeMap<u32, Vec<(Vec<u8>, Row)>> = BTreeMap::new();
    for (path, row) in index.rows(client)? {
        components.entry(row.component).or_default().push((path, row));
    }
    for mut members in components.into_values() {
        members.sort_by(|one, other| one.0.cmp(&other.0));
        let mut files = Vec::with_capacity(members.len());
        for (_, row) in members {
            let saved = index.load(row.id)?;
            files.push(saved.map(Saved::into_records).unwrap_or_default());
        }
        visit(Responses {
            client,
            counted: dedupe::responses(client, &files),
            files,
        });
    }
    Ok(())
}

impl From<Traced> for Responses {
    fn from(traced: Traced) -> Self {
        Self {
            client: traced.client,
            files: traced.files.into_iter().map(|(_, records)| records).collect(),
            counted: traced.responses,
        }
    }
}
