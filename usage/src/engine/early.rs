//! The index, opened and read while folders are looked through: mostly nothing changed since.

use std::path::Path;

use super::{Engine, Extent, Grain, Sums};
use crate::{
    client::Client,
    home::Home,
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
    pub version: i64,
    pub sums: Sums,
}

impl Opened {
    /// The index of a home in this folder; one that is damaged is made anew.
    pub fn open(folder: &Path, engine: &Engine, extent: &Extent) -> Result<Self, IndexError> {
        let index = Index::open(folder, &engine.home)?;
        match Early::read(&index, &engine.in_order(), extent) {
            Ok(early) => Ok(Self { index, early }),
            Err(error) if error.is_damage() => Self::anew(folder, &engine.home, index),
            Err(error) => Err(error),
        }
    }

    pub fn anew(folder: &Path, home: &Home, damaged: Index) -> Result<Self, IndexError> {
        damaged.discard()?;
        Ok(Self {
            index: Index::open(folder, home)?,
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
        sums.read(index, clients, extent)?;
        index.commit()?;
        Ok(Some(Self { version, sums }))
    }
}
