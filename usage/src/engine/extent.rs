//! Which sums a report wants.

use jiff::tz::TimeZone;

/// Which part of the sums is wanted. All of the logs are looked at in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The first day of UTC, counted from 1970.
    pub first_day: i64,
    /// Days on which this session was at work are wanted, too.
    pub session: Option<String>,
    /// Nothing is wanted if the sums are still those of this version.
    pub unless_version: Option<i64>,
    pub grain: Grain,
}

impl Extent {
    /// Whether some days are not wanted, or nothing is under a condition.
    pub(super) fn is_part(&self) -> bool {
        self.first_day > 0 || self.session.is_some() || self.unless_version.is_some()
    }
}

/// How fine the sums have to be that are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Grain {
    /// Every quarter of an hour, every session.
    #[default]
    Quarters,
    /// A day of this zone is one: its cells say the first of its quarters in which something was
    /// used. Sessions are not told apart.
    Days(TimeZone),
}

impl Grain {
    /// By whose days sums are kept: the report's, or those of this machine.
    pub(super) fn zone(&self) -> TimeZone {
        match self {
            Self::Days(zone) => zone.clone(),
            Self::Quarters => TimeZone::system(),
        }
    }
}
