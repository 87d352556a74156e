//! Use that is unlike the same weekday before: of a key; where no key of it explains it, of a member;
//! where no member and key does, of all together.

use std::collections::BTreeMap;

use jiff::civil::Date;
use protocol::{MemberId, api::AlertKind};

use super::{Found, KeySight, Sight, Subject};
use crate::alert::{
    rules::{Rules, Settings},
    unusual::{Before, first_before, is_unusual, usual},
};

const KIND: AlertKind = AlertKind::UnusualActivity;

/// What some keys used together.
#[derive(Clone, Copy)]
struct Use {
    tokens: u64,
    before: Before,
    /// Since when there is a first one of them.
    since: Date,
}

impl Use {
    fn of<'a>(keys: impl IntoIterator<Item = &'a KeySight>) -> Option<Self> {
        let one = |key: &KeySight| Self {
            tokens: key.tokens,
            before: key.before,
            since: key.created,
        };
        keys.into_iter().map(one).reduce(|sum, key| Self {
            tokens: sum.tokens.saturating_add(key.tokens),
            before: std::array::from_fn(|day| sum.before[day].saturating_add(key.before[day])),
            since: sum.since.min(key.since),
        })
    }

    /// None: it is not long enough there to have a pattern.
    fn usual(&self, today: Date) -> Option<u64> {
        let is_old = first_before(today).is_some_and(|first| self.since <= first);
        is_old.then(|| usual(&self.before))
    }
}

pub(super) fn find(sight: &Sight, rules: &Rules, found: &mut Found) {
    let mut is_explained = false;
    let mut of_members: BTreeMap<MemberId, Vec<&KeySight>> = BTreeMap::new();
    let mut explained: Vec<MemberId> = Vec::new();
    for key in &sight.keys {
        let settings = rules.of_key(KIND, key.id, key.member);
        if tell(
            sight,
            settings,
            Subject::Key(key),
            &format!("key {}", key.id),
            Use::of([key]),
            found,
        ) {
            is_explained = true;
            explained.extend(key.member);
        }
        if let Some(member) = key.member {
            of_members.entry(member).or_default().push(key);
        }
    }
    for (member, keys) in of_members {
        let Some(name) = sight.members.get(&member).filter(|_| keys.len() > 1) else {
            continue;
        };
        if explained.contains(&member) {
            continue;
        }
        let (settings, whose) = (rules.of_member(KIND, member), format!("member {member}"));
        is_explained |= tell(
            sight,
            settings,
            Subject::Member(member, name),
            &whose,
            Use::of(keys),
            found,
        );
    }
    if !is_explained && sight.keys.len() > 1 {
        let all = Use::of(&sight.keys);
        tell(
            sight,
            rules.of_gateway(KIND),
            Subject::Gateway,
            "gateway",
            all,
            found,
        );
    }
}

fn tell(
    sight: &Sight,
    settings: Settings,
    subject: Subject<'_>,
    whose: &str,
    used: Option<Use>,
    found: &mut Found,
) -> bool {
    let today = sight.today();
    let Some((used, usual)) = used.and_then(|used| Some((used.tokens, used.usual(today)?))) else {
        return false;
    };
    if !settings.enabled || !is_unusual(used, usual, settings.line()) {
        return false;
    }
    let name = match subject {
        Subject::Member(_, name) | Subject::Upstream(name) => name,
        Subject::Key(key) => &key.name,
        Subject::Device(device) => &device.name,
        Subject::Gateway => "The gateway",
    };
    let title = match used.checked_div(usual) {
        Some(times) => format!("{name} has used {times} times its usual tokens today"),
        None => format!("{name} is used on a day on which it usually is not"),
    };
    let weekday = sight
        .now
        .to_zoned_datetime(sight.zone.clone())
        .strftime("%A")
        .to_string();
    let detail = format!(
        "{used} tokens so far; {usual} are usual on a {weekday}, by the last four weeks. \
         If nobody knows why, revoke the device that did it."
    );
    found.tell(
        format!("day {today} {} {whose}", KIND.as_str()),
        KIND,
        subject.into(),
        title,
        detail,
    );
    true
}
