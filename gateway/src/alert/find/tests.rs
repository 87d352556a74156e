//! Each kind of alert, on sights that are made by hand: it is found when it should be, and not before.

use protocol::api::AlertScope;

use super::*;
use crate::{
    alert::{rules::Settings, unusual::DAYS},
    clock::new_id,
};

const DOLLAR: i64 = 1_000_000_000;

fn money(cents: i64) -> Money {
    Money::from_nano_usd(cents * DOLLAR / 100)
}

fn key(spent_cents: i64) -> KeySight {
    KeySight {
        id: KeyId::from_uuid(new_id()),
        name: "Laptop".into(),
        member: None,
        created: "2026-01-01".parse().unwrap(),
        lot: Some(LotState {
            granted: money(1_000),
            spent: money(spent_cents),
            held: Money::ZERO,
        }),
        cap_day: None,
        cap_month: None,
        tokens: 0,
        cost: Money::ZERO,
        cost_month: Money::ZERO,
        before: [0; DAYS],
    }
}

fn sight(keys: Vec<KeySight>) -> Sight {
    Sight {
        now: "2026-11-26T12:00:00Z".parse().unwrap(),
        zone: TimeZone::UTC,
        keys,
        members: HashMap::new(),
        member_caps: HashMap::new(),
        device_caps: Caps::default(),
        devices: Vec::new(),
        refused: HashSet::new(),
        failing: Vec::new(),
        bills: BTreeMap::new(),
        beyond: Vec::new(),
    }
}

fn kinds(sight: &Sight, rules: &Rules) -> Vec<AlertKind> {
    let found = find(sight, rules, &HashSet::new());
    found.alerts.into_iter().map(|alert| alert.kind).collect()
}

/// What a second look finds where the first one's alerts are live.
fn again(sight: &Sight, rules: &Rules) -> (HashSet<String>, Found) {
    let first = find(sight, rules, &HashSet::new());
    let live = first.alerts.into_iter().map(|alert| alert.dedup).collect();
    let second = find(sight, rules, &live);
    (live, second)
}

#[test]
fn a_key_is_near_its_limit_from_its_line_on() {
    let rules = Rules::none();
    assert_eq!(kinds(&sight(vec![key(799)]), &rules), []);
    let near = sight(vec![key(800)]);
    let found = find(&near, &rules, &HashSet::new());
    assert_eq!(found.alerts[0].title, "Laptop has used 80% of $10.00");
    assert!(found.alerts[0].detail.starts_with("$2.00 of $10.00 is left."));
    assert_eq!(
        kinds(&sight(vec![key(1_000)]), &rules),
        [AlertKind::LimitExceeded]
    );
}

#[test]
fn a_limit_that_was_told_of_is_over_with_more_credit_and_not_by_a_refund_of_a_moment() {
    let rules = Rules::none();
    let mut near = sight(vec![key(800)]);
    let (live, _) = again(&near, &rules);
    let dedup = live.iter().next().unwrap();
    near.keys[0].lot.as_mut().unwrap().spent = money(785);
    let found = find(&near, &rules, &live);
    assert!(found.alerts.is_empty() && found.undecided.contains(dedup));
    near.keys[0].lot.as_mut().unwrap().spent = money(700);
    let found = find(&near, &rules, &live);
    assert!(found.alerts.is_empty() && !found.undecided.contains(dedup));
    // Twice as much credit, and at its line again: another one.
    *near.keys[0].lot.as_mut().unwrap() = LotState {
        granted: money(2_000),
        spent: money(1_700),
        held: Money::ZERO,
    };
    let found = find(&near, &rules, &live);
    assert_eq!(found.alerts.len(), 1);
    assert_ne!(&found.alerts[0].dedup, dedup);
}

#[test]
fn a_refused_request_exceeds_the_limit_that_is_tightest() {
    let rules = Rules::none();
    let mut low = key(950);
    low.cap_day = Some(money(300));
    low.cost = money(299);
    let mut sight = sight(vec![low]);
    assert_eq!(kinds(&sight, &rules), [AlertKind::ApproachingLimit; 2]);
    sight
        .refused
        .insert((sight.keys[0].id, DeviceId::from_uuid(new_id())));
    let found = find(&sight, &rules, &HashSet::new());
    let exceeded: Vec<_> = found
        .alerts
        .iter()
        .filter(|alert| alert.kind == AlertKind::LimitExceeded)
        .collect();
    assert_eq!(exceeded.len(), 1);
    assert_eq!(exceeded[0].title, "Laptop has spent what it may in a day");
    // At the next look nobody was refused, and nothing has changed.
    let live = HashSet::from([exceeded[0].dedup.clone()]);
    sight.refused.clear();
    let next = find(&sight, &rules, &live);
    assert!(next.undecided.contains(&exceeded[0].dedup));
    assert!(
        next.alerts
            .iter()
            .all(|alert| alert.kind != AlertKind::LimitExceeded)
    );
    // On the next day it is.
    sight.now = "2026-11-27T00:00:00Z".parse().unwrap();
    sight.keys[0].cost = Money::ZERO;
    assert!(!find(&sight, &rules, &live).undecided.contains(&exceeded[0].dedup));
}

#[test]
fn caps_of_a_day_and_of_a_month_are_told_apart() {
    let mut capped = key(0);
    (capped.cap_day, capped.cap_month) = (Some(money(100)), Some(money(1_000)));
    (capped.cost, capped.cost_month) = (money(100), money(850));
    let found = find(&sight(vec![capped]), &Rules::none(), &HashSet::new());
    let titles: Vec<_> = found.alerts.iter().map(|alert| alert.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Laptop has spent what it may in a day",
            "Laptop has spent 85% of what it may in a month"
        ]
    );
}

#[test]
fn members_and_devices_have_caps_of_their_own() {
    let member = MemberId::from_uuid(new_id());
    let owned = |cents| KeySight {
        cost: money(cents),
        cost_month: money(10 * cents),
        member: Some(member),
        ..key(0)
    };
    let mut sight = sight(vec![owned(30), owned(50), key(0)]);
    sight.members.insert(member, "Ada".into());
    let caps = |day: Option<i64>, month: Option<i64>| Caps {
        day: day.map(money),
        month: month.map(money),
    };
    sight.member_caps.insert(member, caps(Some(100), Some(800)));
    let device = |name: &str, cents| DeviceSight {
        id: DeviceId::from_uuid(new_id()),
        name: name.into(),
        key: sight.keys[0].id,
        member: Some(member),
        cost: money(cents),
        cost_month: Money::ZERO,
    };
    let devices = vec![device("Tablet", 15), device("Phone", 16), device("Desk", 20)];
    sight.devices = devices;
    sight.device_caps = caps(Some(20), None);
    let told = |sight: &Sight| -> Vec<String> {
        let found = find(sight, &Rules::none(), &HashSet::new());
        found.alerts.into_iter().map(|alert| alert.title).collect()
    };
    assert_eq!(
        told(&sight),
        [
            "Ada has spent 80% of what they may in a day",
            "Ada has spent what they may in a month",
            "Phone has spent 80% of what it may in a day",
            "Desk has spent what it may in a day",
        ]
    );
    let found = find(&sight, &Rules::none(), &HashSet::new());
    assert_eq!(found.alerts[3].subject.kind, AlertSubjectKind::Device);
    assert!(found.alerts.iter().all(|alert| alert.member == Some(member)));
    // A request was refused: it was the device's day that was in its way, not the key's credit.
    sight.member_caps.clear();
    sight.refused.insert((sight.keys[0].id, sight.devices[0].id));
    assert!(told(&sight).contains(&"Tablet has spent what it may in a day".to_owned()));
    assert!(!told(&sight).iter().any(|title| title.starts_with("Laptop")));
    // What is set for the key of a device counts for the device.
    let off = Settings {
        enabled: false,
        ..Settings::of(AlertKind::LimitExceeded)
    };
    let id = sight.keys[0].id.to_string();
    let rules = Rules::none().with(AlertKind::LimitExceeded, AlertScope::Key, &id, off);
    assert_eq!(
        kinds(&sight, &rules),
        [AlertKind::ApproachingLimit; 2],
        "of the phone and the desk"
    );
}

#[test]
fn a_key_that_is_revoked_or_has_expired_has_no_limits() {
    let mut over = key(1_000);
    over.lot = None;
    assert_eq!(kinds(&sight(vec![over]), &Rules::none()), []);
}

#[test]
fn what_is_set_for_a_key_goes_before_its_member_and_that_before_the_gateway() {
    let kind = AlertKind::ApproachingLimit;
    let at = |percent| Settings {
        percent,
        ..Settings::of(kind)
    };
    let member = MemberId::from_uuid(new_id());
    let mut keys = vec![key(600), key(600), key(600)];
    keys[1].member = Some(member);
    keys[2].member = Some(member);
    let own = keys[2].id.to_string();
    let rules = Rules::none()
        .with(kind, AlertScope::Gateway, "", at(70))
        .with(kind, AlertScope::Member, &member.to_string(), at(50))
        .with(kind, AlertScope::Key, &own, at(90));
    let found = find(&sight(keys.clone()), &rules, &HashSet::new());
    let ids: Vec<_> = found
        .alerts
        .iter()
        .map(|alert| alert.subject.id.clone().unwrap())
        .collect();
    assert_eq!(ids, [keys[1].id.to_string()]);
    assert_eq!(found.alerts[0].member, Some(member));
    let off = Settings {
        enabled: false,
        ..at(50)
    };
    let rules = rules.with(kind, AlertScope::Member, &member.to_string(), off);
    assert_eq!(kinds(&sight(keys), &rules), []);
}

#[test]
fn a_day_is_dear_above_its_line_once() {
    let mut dear = key(0);
    dear.cost = money(2_500);
    let mut day = sight(vec![dear.clone(), key(0)]);
    assert_eq!(kinds(&day, &Rules::none()), [], "the line itself is not above it");
    day.keys[1].cost = Money::from_nano_usd(1);
    let (live, second) = again(&day, &Rules::none());
    assert_eq!(live.len(), 1);
    assert_eq!(
        second.alerts[0].dedup,
        *live.iter().next().unwrap(),
        "the same all day"
    );
    assert!(
        !ends_by_itself(&second.alerts[0].dedup),
        "a day that was dear stays one"
    );
    // A line of its own.
    let kind = AlertKind::HighDailyCost;
    let line = Settings {
        amount: money(2_000),
        ..Settings::of(kind)
    };
    let rules = Rules::none().with(kind, AlertScope::Key, &dear.id.to_string(), line);
    let found = find(&sight(vec![dear]), &rules, &HashSet::new());
    assert_eq!(
        found.alerts[0].title,
        "Laptop spent $25.00 today, the line is $20.00"
    );
}

#[test]
fn unusual_use_is_told_of_the_narrowest_that_explains_it() {
    let member = MemberId::from_uuid(new_id());
    let used = |tokens, before| KeySight {
        tokens,
        before: [before; DAYS],
        member: Some(member),
        ..key(0)
    };
    let with = |keys| {
        let mut sight = sight(keys);
        sight.members.insert(member, "Ada".into());
        let found = find(&sight, &Rules::none(), &HashSet::new());
        let told = found
            .alerts
            .into_iter()
            .filter(|alert| alert.kind == AlertKind::UnusualActivity);
        told.map(|alert| alert.title).collect::<Vec<_>>()
    };
    assert_eq!(with(vec![used(20_000, 10_000)]), [""; 0]);
    assert_eq!(
        with(vec![used(20_001, 10_000), used(50, 50)]),
        ["Laptop has used 2 times its usual tokens today"]
    );
    // Each of them is too small to count, and together they are not.
    assert_eq!(
        with(vec![used(9_000, 0), used(9_000, 0)]),
        ["Ada is used on a day on which it usually is not"]
    );
    let mut others = used(9_000, 0);
    others.member = None;
    assert_eq!(
        with(vec![used(9_000, 0), others]),
        ["The gateway is used on a day on which it usually is not"]
    );
    let mut new = used(1_000_000, 0);
    new.created = "2026-10-30".parse().unwrap();
    assert_eq!(with(vec![new]), [""; 0], "it has no usual day yet");
}

#[test]
fn an_upstream_is_down_after_five_minutes() {
    let mut down = sight(Vec::new());
    let since = down.now.as_millisecond() - 5 * 60_000;
    let mut failing = Failing {
        upstream: "openai".into(),
        since: since + 1,
    };
    down.failing = vec![failing.clone()];
    assert_eq!(kinds(&down, &Rules::none()), []);
    failing.since = since;
    down.failing = vec![failing];
    let found = find(&down, &Rules::none(), &HashSet::new());
    assert_eq!(found.alerts[0].title, "openai has not answered for 5 min");
    assert!(found.alerts[0].detail.contains("since 11:55 UTC"));
}

#[test]
fn a_variance_is_told_once_a_day_and_a_bill_until_it_adds_up() {
    let mut differs = sight(Vec::new());
    differs.beyond = vec![("openai".into(), 2, 214_000)];
    let alarm = |lines, nano_usd| BTreeMap::from([("groq".to_owned(), Alarm { lines, nano_usd })]);
    differs.bills = alarm(1, 5);
    let (live, second) = again(&differs, &Rules::none());
    assert_eq!((live.len(), second.alerts.len()), (2, 2));
    assert_eq!(
        second.alerts[0].title,
        "2 requests to openai cost $0.0003 more than was held"
    );
    // After a restart nothing was compared yet.
    differs.bills = BTreeMap::new();
    let found = find(&differs, &Rules::none(), &live);
    assert_eq!(found.undecided.len(), 1);
    differs.bills = alarm(0, 0);
    assert!(find(&differs, &Rules::none(), &live).undecided.is_empty());
    let kind = AlertKind::Variance;
    let line = Settings {
        amount: money(1),
        ..Settings::of(kind)
    };
    differs.bills = alarm(1, 5);
    assert_eq!(
        kinds(&differs, &Rules::none().with(kind, AlertScope::Gateway, "", line)),
        []
    );
}
