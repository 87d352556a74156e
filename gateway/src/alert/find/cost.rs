//! Days that cost more than the line that somebody drew.

use protocol::{
    Money,
    api::{AlertKind, AlertScope},
};

use super::{Found, KeySight, Sight, Subject};
use crate::alert::rules::{Rules, Settings};

const KIND: AlertKind = AlertKind::HighDailyCost;

pub(super) fn find(sight: &Sight, rules: &Rules, found: &mut Found) {
    let all = cost(sight, |_| true);
    tell(
        sight,
        rules.of_gateway(KIND),
        Subject::Gateway,
        "gateway",
        all,
        found,
    );
    // The gateway's line is one for all together: only lines of their own are for members and keys.
    for (id, settings) in rules.lines(AlertScope::Member) {
        let named = sight.members.iter().find(|(member, _)| member.to_string() == id);
        let Some((member, name)) = named else { continue };
        let cost = cost(sight, |key| key.member == Some(*member));
        let whose = format!("member {id}");
        tell(
            sight,
            settings,
            Subject::Member(*member, name),
            &whose,
            cost,
            found,
        );
    }
    for (id, settings) in rules.lines(AlertScope::Key) {
        if let Some(key) = sight.keys.iter().find(|key| key.id.to_string() == id) {
            tell(
                sight,
                settings,
                Subject::Key(key),
                &format!("key {id}"),
                key.cost,
                found,
            );
        }
    }
}

fn cost(sight: &Sight, counts: impl Fn(&KeySight) -> bool) -> Money {
    let keys = sight.keys.iter().filter(|key| counts(key));
    keys.fold(Money::ZERO, |sum, key| sum.saturating_add(key.cost))
}

fn tell(
    sight: &Sight,
    settings: Settings,
    subject: Subject<'_>,
    whose: &str,
    cost: Money,
    found: &mut Found,
) {
    if !settings.enabled || cost <= settings.amount {
        return;
    }
    let dedup = format!("day {} {} {whose}", sight.today(), KIND.as_str());
    let (spent, line) = (cost.display_charge(), settings.amount.display_balance());
    let title = match subject {
        Subject::Member(_, name) => format!("{name} spent {spent} today, the line is {line}"),
        Subject::Key(key) => format!("{} spent {spent} today, the line is {line}", key.name),
        Subject::Gateway | Subject::Device(_) | Subject::Upstream(_) => {
            format!("{spent} spent today, the line is {line}")
        }
    };
    let detail = "Usage shows which models, devices and repositories it went to. A limit for a day stops it; this alert does not.";
    found.tell(dedup, KIND, subject.into(), title, detail.into());
}
