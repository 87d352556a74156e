//! The index, opened and read while folders are looked through: mostly nothing changed since.

use std::path::Path;

use super::{Engine, Extent, Grain, Sums};
use crate::{
    client::Client,
    index::{Index, IndexError},
};

/// An index, and perhaps what was read of it already.
pub struct Opened {
    pub index: Index,
    pub early: Option<Early>,
}

/// The sums of a report as the index has them.
pub struct Early {
    /// Of which version they are.
    version: i64,
    sums: Sums,
}

impl Opened {
    /// The index of a home in this folder; one that is damaged is made anew.
    pub fn open(folder: &Path, engine: &Engine, extent: &Extent) -> Result<Self, IndexError> {
        let index = Index::open(folder, &engine.home)?;
        match Early::read(&index, &engine.in_order(), extent) {
            Ok(early) => Ok(Self { index, early }),
            Err(error) if error.is_damage() => Self::anew(index),
            Err(error) => Err(error),
        }
    }

    /// One in the place of this, which is damaged or was replaced.
    pub fn anew(index: Index) -> Result<Self, IndexError> {
        Ok(Self {
            index: index.anew()?,
            early: None,
        })
    }

    /// One that is gone when the scan is over.
    pub fn temporary(extent: &Extent) -> Result<Self, IndexError> {
        let index = Index::temporary()?;
        let early = Early::read(&index, &[], extent)?;
        Ok(Self { index, early })
    }
}

impl Early {
    /// The sums, if they are those of the index as it is now.
    pub fn still(self, index: &Index) -> Result<Option<Sums>, IndexError> {
        Ok((self.version == index.version()?).then_some(self.sums))
    }

    /// None where the report wants something else than all days.
    fn read(index: &Index, clients: &[Client], extent: &Extent) -> Result<Option<Self>, IndexError> {
        let Grain::Days(zone) = &extent.grain else {
            return Ok(None);
        };
        if extent.is_part() {
            return Ok(None);
        }
        let mut sums = Sums::new(zone.clone());
        index.begin_reading()?;
        let version = index.version()?;
        sums.read(index, clients)?;
        index.commit()?;
        Ok(Some(Self { version, sums }))
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::home::Home;

    #[test]
    fn sums_that_somebody_changed_meanwhile_are_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine {
            home: Home::at(folder.path().join("home")),
            clients: Client::ALL.to_vec(),
            cache_dir: Some(folder.path().join("cache")),
        };
        let extent = Extent {
            grain: Grain::Days(TimeZone::UTC),
            ..Extent::default()
        };
        let open = || Opened::open(&folder.path().join("cache"), &engine, &extent).unwrap();
        let Opened { index, early } = open();
        assert!(early.unwrap().still(&index).unwrap().is_some());
        let before = open().early.unwrap();
        index.raise_version().unwrap();
        assert!(before.still(&index).unwrap().is_none());
        assert!(open().early.unwrap().still(&index).unwrap().is_some());
    }
}
