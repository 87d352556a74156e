//! Credit and caps that come to their end.

use std::collections::HashSet;

use jiff::civil::Date;
use protocol::{MemberId, Money, api::AlertKind};

use super::{Caps, DeviceSight, Found, KeySight, Sight, Subject};
use crate::{
    alert::rules::{Rules, Settings},
    ledger::LotState,
};

/// An alert is over when so many points less than its line are used: a refund of a moment ends none.
const SLACK_POINTS: i128 = 2;

/// Whoever has limits.
struct Holder<'a> {
    subject: Subject<'a>,
    /// Tells it from every other one.
    whose: String,
    name: &'a str,
    lot: Option<LotState>,
    cap_day: Option<Money>,
    cap_month: Option<Money>,
    cost: Money,
    cost_month: Money,
    approaching: Settings,
    exceeded: Settings,
}

/// One limit of a holder.
struct Limit {
    /// Tells it from the same limit of another day, or with more credit.
    of: String,
    used: Money,
    most: Money,
    span: Option<&'static str>,
}

impl Limit {
    fn left(&self) -> Money {
        Money::from_nano_usd(self.most.nano_usd().saturating_sub(self.used.nano_usd()).max(0))
    }

    fn percent(&self) -> i128 {
        i128::from(self.used.nano_usd()) * 100 / i128::from(self.most.nano_usd().max(1))
    }
}

impl<'a> Holder<'a> {
    fn key(key: &'a KeySight, rules: &Rules) -> Self {
        let settings = |kind| rules.of_key(kind, key.id, key.member);
        Self {
            subject: Subject::Key(key),
            whose: format!("key {}", key.id),
            name: &key.name,
            lot: key.lot,
            cap_day: key.cap_day,
            cap_month: key.cap_month,
            cost: key.cost,
            cost_month: key.cost_month,
            approaching: settings(KINDS.0),
            exceeded: settings(KINDS.1),
        }
    }

    /// A member, with all keys that are theirs.
    fn member(id: MemberId, caps: &Caps, sight: &'a Sight, rules: &Rules) -> Option<Self> {
        let name = sight.members.get(&id)?;
        let keys = || sight.keys.iter().filter(|key| key.member == Some(id));
        let sum =
            |cost: fn(&KeySight) -> Money| keys().fold(Money::ZERO, |sum, key| sum.saturating_add(cost(key)));
        Some(Self {
            subject: Subject::Member(id, name),
            whose: format!("member {id}"),
            name,
            lot: None,
            cap_day: caps.day,
            cap_month: caps.month,
            cost: sum(|key| key.cost),
            cost_month: sum(|key| key.cost_month),
            approaching: rules.of_member(KINDS.0, id),
            exceeded: rules.of_member(KINDS.1, id),
        })
    }

    /// A device follows the rules of its key.
    fn device(device: &'a DeviceSight, caps: &Caps, rules: &Rules) -> Self {
        let settings = |kind| rules.of_key(kind, device.key, device.member);
        Self {
            subject: Subject::Device(device),
            whose: format!("device {}", device.id),
            name: &device.name,
            lot: None,
            cap_day: caps.day,
            cap_month: caps.month,
            cost: device.cost,
            cost_month: device.cost_month,
            approaching: settings(KINDS.0),
            exceeded: settings(KINDS.1),
        }
    }

    fn limits(&self, today: Date) -> Vec<Limit> {
        let of_lot = self.lot.map(|lot| Limit {
            of: format!("lot {}", lot.granted.nano_usd()),
            used: lot.spent,
            most: lot.granted,
            span: None,
        });
        let day = self.cap_day.map(|cap| Limit {
            of: format!("day {today}"),
            used: self.cost,
            most: cap,
            span: Some("day"),
        });
        let month = self.cap_month.map(|cap| Limit {
            of: format!("month {}", today.first_of_month()),
            used: self.cost_month,
            most: cap,
            span: Some("month"),
        });
        let all = [of_lot, day, month].into_iter().flatten();
        all.filter(|limit| limit.most > Money::ZERO).collect()
    }

    fn dedup(&self, kind: AlertKind, limit: &Limit) -> String {
        format!("while {} {} {}", kind.as_str(), self.whose, limit.of)
    }

    /// The word for it in a sentence.
    fn it(&self) -> &'static str {
        match self.subject {
            Subject::Member(..) => "they",
            _ => "it",
        }
    }
}

const KINDS: (AlertKind, AlertKind) = (AlertKind::ApproachingLimit, AlertKind::LimitExceeded);

pub(super) fn find(sight: &Sight, rules: &Rules, live: &HashSet<String>, found: &mut Found) {
    let today = sight.today();
    // A key that is revoked or has expired has no limits that are anybody's concern.
    let keys = sight.keys.iter().filter(|key| key.lot.is_some());
    let members = sight.member_caps.iter();
    let members = members.filter_map(|(&id, caps)| Holder::member(id, caps, sight, rules));
    let devices = sight.devices.iter();
    let holders: Vec<(Holder<'_>, Vec<Limit>)> = keys
        .map(|key| Holder::key(key, rules))
        .chain(members)
        .chain(devices.map(|device| Holder::device(device, &sight.device_caps, rules)))
        .map(|holder| {
            let limits = holder.limits(today);
            (holder, limits)
        })
        .collect();
    let refused = refused_by(sight, &holders);
    for (holder, limits) in &holders {
        for limit in limits {
            let is_refused = refused.contains(&(holder.whose.as_str(), limit.of.as_str()));
            let is_exceeded = exceeded(holder, limit, is_refused, live, found);
            approaching(holder, limit, is_exceeded, live, found);
        }
    }
}

/// Which limits requests were refused under: of all that were in their way, the tightest.
fn refused_by<'a>(sight: &Sight, holders: &'a [(Holder<'_>, Vec<Limit>)]) -> HashSet<(&'a str, &'a str)> {
    let mut tightest = HashSet::new();
    for (key, device) in &sight.refused {
        let member = sight.keys.iter().find(|known| known.id == *key);
        let member = member.and_then(|known| known.member);
        let in_way = [
            Some(format!("key {key}")),
            Some(format!("device {device}")),
            member.map(|member| format!("member {member}")),
        ];
        let all = holders
            .iter()
            .filter(|(holder, _)| in_way.iter().flatten().any(|whose| *whose == holder.whose))
            .flat_map(|(holder, limits)| limits.iter().map(move |limit| (holder, limit)));
        let least = all.min_by_key(|(_, limit)| limit.left());
        tightest.extend(least.map(|(holder, limit)| (holder.whose.as_str(), limit.of.as_str())));
    }
    tightest
}

/// Whether the limit is exceeded, told or not.
fn exceeded(
    holder: &Holder<'_>,
    limit: &Limit,
    is_refused: bool,
    live: &HashSet<String>,
    found: &mut Found,
) -> bool {
    let kind = AlertKind::LimitExceeded;
    if !holder.exceeded.enabled {
        return false;
    }
    let dedup = holder.dedup(kind, limit);
    let (left, most) = (limit.left(), limit.most.display_balance());
    if left > Money::ZERO && !is_refused {
        // A request was refused under it. It is over when there is more credit, or another day.
        let is_live = live.contains(&dedup);
        found.undecided.insert(dedup);
        return is_live;
    }
    let (name, it) = (holder.name, holder.it());
    let title = match (limit.span, left == Money::ZERO) {
        (None, true) => format!("{name} has used all of its {most}"),
        (None, false) => format!("{name} has too little left"),
        (Some(span), _) => format!("{name} has spent what {it} may in a {span}"),
    };
    let refused = if is_refused { " A request was refused." } else { "" };
    let detail = match limit.span {
        None => format!(
            "{} of {most} is left.{refused} Give the key more credit, or hand out another one.",
            left.display_balance()
        ),
        Some(span) => format!(
            "{} of {most} for the {span} is left.{refused} The next {span} begins by itself; the limit can be raised before that.",
            left.display_balance()
        ),
    };
    found.tell(dedup, kind, holder.subject.into(), title, detail);
    true
}

fn approaching(
    holder: &Holder<'_>,
    limit: &Limit,
    is_exceeded: bool,
    live: &HashSet<String>,
    found: &mut Found,
) {
    let kind = AlertKind::ApproachingLimit;
    let settings = holder.approaching;
    if !settings.enabled {
        return;
    }
    let dedup = holder.dedup(kind, limit);
    let (used, line) = (limit.percent(), i128::from(settings.percent));
    // Whoever heard that nothing is left need not hear that little is.
    if used < line || (is_exceeded && !live.contains(&dedup)) {
        if used >= line - SLACK_POINTS {
            found.undecided.insert(dedup);
        }
        return;
    }
    let (name, it, most) = (holder.name, holder.it(), limit.most.display_balance());
    let title = match limit.span {
        None => format!("{name} has used {used}% of {most}"),
        Some(span) => format!("{name} has spent {used}% of what {it} may in a {span}"),
    };
    let left = limit.left().display_balance();
    let detail = match limit.span {
        None => format!("{left} of {most} is left. Give the key more credit before requests are refused."),
        Some(span) => {
            format!(
                "{left} of {most} for the {span} is left. After that requests are refused until the next {span}."
            )
        }
    };
    found.tell(dedup, kind, holder.subject.into(), title, detail);
}
