//! Usage, folded: what a day, a model or a repository cost. Everything here is worked out from rows
//! that the ledger has settled, with whole numbers.

mod activity;
mod books;
mod cell;
mod kept;
mod outlook;
mod requests;
mod rollup;
mod summary;

use std::collections::HashSet;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use protocol::{DeviceId, KeyId, RequestId};
use uuid::Uuid;

pub use activity::activity;
pub use books::{PAUSE, cells, keep, name_of, take_in};
pub use cell::{Cell, Cells, Line, Lines, add, id_ms};
pub use kept::Kept;
pub use outlook::{Move, outlook};
pub use requests::page;
pub use rollup::{Begun, Rollup};
pub use summary::{Selection, summary, totals};

/// Whose usage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// None: everybody's.
    pub keys: Option<HashSet<KeyId>>,
    pub device: Option<DeviceId>,
}

impl Whose {
    pub fn has(&self, key: KeyId, device: DeviceId) -> bool {
        self.keys.as_ref().is_none_or(|keys| keys.contains(&key))
            && self.device.is_none_or(|only| only == device)
    }
}

/// Calendar days, both ends included, in a time zone.
#[derive(Clone, Debug)]
pub struct Days {
    pub from: Date,
    pub to: Date,
    pub zone: TimeZone,
}

impl Days {
    pub fn today(zone: &TimeZone, now: Timestamp) -> Date {
        now.to_zoned_datetime(zone.clone()).date()
    }

    /// From the first millisecond to the one after the last.
    pub fn window(&self) -> Option<(i64, i64)> {
        // A day that begins at one o'clock has no midnight; its first moment is taken for it.
        let start = |day: Date| self.zone.to_timestamp(day.into()).ok();
        let since = start(self.from)?.as_millisecond();
        let until = start(self.to.checked_add(1.day()).ok()?)?.as_millisecond();
        Some((since, until))
    }
}

/// Ids sort by time: no request of this moment or later has a lower one.
pub fn first_id_at(ms: i64) -> RequestId {
    let ms = u64::try_from(ms).unwrap_or(0).min((1 << 48) - 1);
    let mut bytes = [0; 16];
    bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
    RequestId::from_uuid(Uuid::from_bytes(bytes))
}

#[cfg(test)]
mod million;
#[cfg(test)]
mod past;
