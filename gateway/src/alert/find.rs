//! What there is to tell of one sight of everything. Nothing here reads a clock or a database.

mod cost;
mod limits;
mod pattern;
mod service;
mod variance;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use protocol::{
    DeviceId, KeyId, MemberId, Money,
    api::{AlertKind, AlertSubject, AlertSubjectKind},
};

use super::{rules::Rules, unusual::Before};
use crate::{
    ledger::{Failing, LotState, NewAlert},
    reconcile::Alarm,
};

/// How everything stands at a moment.
#[derive(Clone, Debug)]
pub(super) struct Sight {
    pub now: Timestamp,
    pub zone: TimeZone,
    pub keys: Vec<KeySight>,
    pub members: HashMap<MemberId, String>,
    /// What members may spend with all of their keys.
    pub member_caps: HashMap<MemberId, Caps>,
    /// What each device may spend; where it may spend anything, no device is looked at.
    pub device_caps: Caps,
    pub devices: Vec<DeviceSight>,
    /// Keys, and devices of theirs, of which a request was refused for want of credit since the last sight.
    pub refused: HashSet<(KeyId, DeviceId)>,
    pub failing: Vec<Failing>,
    /// What provider bills and the meter differ by; an upstream that is not there was not compared.
    pub bills: BTreeMap<String, Alarm>,
    /// By upstream: how many requests of the day took more than was held, and by how many nano-USD.
    pub beyond: Vec<(String, i64, i64)>,
}

/// A key that can be used, or was used today.
#[derive(Clone, Debug)]
pub(super) struct KeySight {
    pub id: KeyId,
    pub name: String,
    pub member: Option<MemberId>,
    pub created: Date,
    /// None: it is revoked or has expired, and its limits are nobody's concern.
    pub lot: Option<LotState>,
    pub cap_day: Option<Money>,
    pub cap_month: Option<Money>,
    pub tokens: u64,
    pub cost: Money,
    pub cost_month: Money,
    /// Tokens of the days before.
    pub before: Before,
}

/// What may be spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Caps {
    pub day: Option<Money>,
    pub month: Option<Money>,
}

/// A device that can be used.
#[derive(Clone, Debug)]
pub(super) struct DeviceSight {
    pub id: DeviceId,
    pub name: String,
    pub key: KeyId,
    pub member: Option<MemberId>,
    pub cost: Money,
    pub cost_month: Money,
}

/// What a sight gives cause to tell, and what it leaves as it is.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub alerts: Vec<NewAlert>,
    /// Alerts that are neither over nor begin: nothing is known, or they are close to the line.
    pub undecided: HashSet<String>,
}

/// Whether an alert is over once nothing of it is found; others are about a day that was.
pub(super) fn ends_by_itself(dedup: &str) -> bool {
    dedup.starts_with("while ")
}

pub(super) fn find(sight: &Sight, rules: &Rules, live: &HashSet<String>) -> Found {
    let mut found = Found::default();
    limits::find(sight, rules, live, &mut found);
    cost::find(sight, rules, &mut found);
    pattern::find(sight, rules, &mut found);
    service::find(sight, rules, &mut found);
    variance::find(sight, rules, live, &mut found);
    found
}

impl Sight {
    fn today(&self) -> Date {
        self.now.to_zoned_datetime(self.zone.clone()).date()
    }
}

impl Found {
    fn tell(&mut self, dedup: String, kind: AlertKind, about: About<'_>, title: String, detail: String) {
        let About { subject, member } = about;
        let (subject_kind, id, name) = match subject {
            Subject::Gateway => (AlertSubjectKind::Gateway, None, "The gateway"),
            Subject::Member(id, name) => (AlertSubjectKind::Member, Some(id.to_string()), name),
            Subject::Key(key) => (AlertSubjectKind::Key, Some(key.id.to_string()), &*key.name),
            Subject::Device(device) => (
                AlertSubjectKind::Device,
                Some(device.id.to_string()),
                &*device.name,
            ),
            Subject::Upstream(name) => (AlertSubjectKind::Upstream, Some(name.to_owned()), name),
        };
        self.alerts.push(NewAlert {
            dedup,
            kind,
            subject: AlertSubject {
                kind: subject_kind,
                id,
                name: name.to_owned(),
            },
            member,
            title,
            detail,
            send_at: 0,
        });
    }
}

#[derive(Clone, Copy)]
enum Subject<'a> {
    Gateway,
    Member(MemberId, &'a str),
    Key(&'a KeySight),
    Device(&'a DeviceSight),
    Upstream(&'a str),
}

struct About<'a> {
    subject: Subject<'a>,
    member: Option<MemberId>,
}

impl<'a> From<Subject<'a>> for About<'a> {
    fn from(subject: Subject<'a>) -> Self {
        let member = match subject {
            Subject::Member(id, _) => Some(id),
            Subject::Key(key) => key.member,
            Subject::Device(device) => device.member,
            Subject::Gateway | Subject::Upstream(_) => None,
        };
        Self { subject, member }
    }
}
