//! The look at everything that somebody may have to be told of.

use std::{
    collections::{HashMap, HashSet},
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use protocol::{KeyId, MemberId, Money, api::Limits};

use super::{
    Alerts,
    find::{Caps, DeviceSight, Found, KeySight, Sight, ends_by_itself, find},
    kept_from, quiet,
    rules::Rules,
    sums::{Asked, Past, Sums},
    unusual::DAYS,
};
use crate::{
    catalogue::{Seen, Sources},
    chores::retention,
    clock::{now_ms, steady_ms, timestamp},
    directory::limits_of,
    ledger::{
        AlertChange, DeviceRecord, Failing, KeyRecord, LedgerError, Look, PeopleChange, PeopleOutcome,
        PeopleRequest,
    },
    quota::read_limits,
    state::Gateway,
};

/// How late an alert may be, and how late a gateway sees what another one did.
pub const PAUSE: Duration = Duration::from_secs(15);
const FORGET_MS: i64 = 3_600_000;

/// What one look leaves for the next one.
#[derive(Default)]
pub struct Memory {
    pub(super) past: Option<Past>,
    /// Upstreams that this gateway has told of as failing.
    told: HashSet<String>,
    forgot_at: Option<i64>,
    mark: String,
}

impl Alerts {
    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub async fn look(gateway: &Gateway) -> Result<(), LedgerError> {
    let now = now_ms();
    let rules = Rules::read(&gateway.reader).await?;
    let live: HashSet<String> = gateway.reader.alerts().live().await?.into_iter().collect();
    let known = gateway.reader.alerts().failing().await?;
    let mut change = Look::default();
    let failing = watch(gateway, known, now, &mut change).await?;
    let sight = sight(gateway, now, failing).await?;
    let found = find(&sight, &rules, &live);
    decide(found, &live, &rules, &sight, &mut change);
    write(gateway, change, now).await?;
    forget(gateway, now).await?;
    ring_if_changed(gateway).await
}

/// What of it is new, and what is over.
fn decide(found: Found, live: &HashSet<String>, rules: &Rules, sight: &Sight, change: &mut Look) {
    let holds: HashSet<&String> = found.alerts.iter().map(|alert| &alert.dedup).collect();
    let is_over = |dedup: &&String| {
        ends_by_itself(dedup) && !holds.contains(dedup) && !found.undecided.contains(*dedup)
    };
    change.over = live.iter().filter(is_over).cloned().collect();
    for mut alert in found.alerts {
        if !live.contains(&alert.dedup) {
            let send_at = quiet::send_at(&rules.quiet_hours, alert.kind, &sight.zone, sight.now);
            alert.send_at = send_at.as_millisecond();
            change.raise.push(alert);
        }
    }
}

async fn write(gateway: &Gateway, change: Look, now: i64) -> Result<(), LedgerError> {
    let is_nothing = change.raise.is_empty()
        && change.over.is_empty()
        && change.failing.is_empty()
        && change.well.is_empty();
    if is_nothing {
        return Ok(());
    }
    let titles: Vec<String> = change.raise.iter().map(|alert| alert.title.clone()).collect();
    let request = request(AlertChange::Look(change), now);
    if let Ok(PeopleOutcome::Raised(raised)) = gateway.ledger.people(request).await?
        && !raised.is_empty()
    {
        tracing::info!("Alerts: {}", titles.join("; "));
        gateway.alerts.ring.notify_one();
    }
    Ok(())
}

fn request(change: AlertChange, at: i64) -> PeopleRequest {
    PeopleRequest {
        at,
        change: PeopleChange::Alerts(Box::new(change)),
        note: None,
        asked: None,
    }
}

/// What was long ago is forgotten, once an hour.
async fn forget(gateway: &Gateway, now: i64) -> Result<(), LedgerError> {
    {
        let mut memory = gateway.alerts.memory();
        if memory.forgot_at.is_some_and(|at| now - at < FORGET_MS) {
            return Ok(());
        }
        memory.forgot_at = Some(now);
    }
    let change = AlertChange::Forget {
        before: kept_from(gateway, now),
    };
    let change = PeopleChange::Alerts(Box::new(change));
    retention::change(gateway, change, "alerts.let-go", now)
        .await
        .map(drop)
}

/// Tells pages when alerts are others than at the last look, whichever gateway changed them.
async fn ring_if_changed(gateway: &Gateway) -> Result<(), LedgerError> {
    let mark = gateway.reader.alerts().mark().await?;
    let before = std::mem::replace(&mut gateway.alerts.memory().mark, mark.clone());
    if before != mark {
        gateway.events.note_alerts();
    }
    Ok(())
}

/// Compares what this gateway sees of its upstreams with what is written down, and answers how they
/// stand after it.
async fn watch(
    gateway: &Gateway,
    known: Vec<Failing>,
    now: i64,
    change: &mut Look,
) -> Result<Vec<Failing>, LedgerError> {
    let known = known.into_iter().map(|failing| (failing.upstream, failing.since));
    let mut failing: HashMap<String, i64> = known.collect();
    let mut served = HashSet::new();
    for upstream in gateway.catalogue.load().upstreams() {
        let (name, seen) = (upstream.name.to_string(), upstream.health.seen());
        compare(
            &mut gateway.alerts.memory(),
            &name,
            seen,
            now,
            &mut failing,
            change,
        );
        served.insert(name);
    }
    if failing.keys().any(|name| !served.contains(name)) {
        // It may be down since before this gateway could ask it which models it has.
        let named = named(gateway).await?;
        failing.retain(|name, _| {
            let is_there = served.contains(name) || named.as_ref().is_none_or(|named| named.contains(name));
            if !is_there {
                change.well.push(name.clone());
            }
            is_there
        });
    }
    let all = failing.into_iter();
    Ok(all.map(|(upstream, since)| Failing { upstream, since }).collect())
}

fn compare(
    memory: &mut Memory,
    name: &str,
    seen: Option<Seen>,
    now: i64,
    failing: &mut HashMap<String, i64>,
    change: &mut Look,
) {
    match seen {
        Some(Seen::Failing { since }) => {
            // If it was written down before, another gateway has had an answer meanwhile.
            let is_new = memory.told.insert(name.to_owned());
            if failing.contains_key(name) {
                return;
            }
            let since = if is_new {
                now - (steady_ms() - since).max(0)
            } else {
                now
            };
            failing.insert(name.to_owned(), since);
            change.failing.push(Failing {
                upstream: name.to_owned(),
                since,
            });
        }
        Some(Seen::Well) => {
            memory.told.remove(name);
            if failing.remove(name).is_some() {
                change.well.push(name.to_owned());
            }
        }
        None => {}
    }
}

/// All upstreams that somebody named; `None`: it is not known.
async fn named(gateway: &Gateway) -> Result<Option<HashSet<String>>, LedgerError> {
    let stored = gateway.reader.sealed_secrets().await?;
    let sources = Sources::new(&gateway.settings.config(), &stored, &gateway.envelope);
    let names = sources.ok().map(|sources| {
        let all = sources.upstreams.iter();
        all.map(|(upstream, _)| upstream.name.to_string()).collect()
    });
    Ok(names)
}

async fn sight(gateway: &Gateway, now: i64, failing: Vec<Failing>) -> Result<Sight, LedgerError> {
    let zone = gateway.settings.zone();
    let at = timestamp(now);
    let local = at.to_zoned_datetime(zone.clone());
    let today = local.date();
    let refused = gateway.alerts.take_refused();
    let records = gateway.reader.keys().await?;
    let config = gateway.settings.config().quota();
    let (rules, device_caps) = (config.key, caps_of(&config.device));
    let member_caps = member_caps(gateway).await?;
    let of_member = |key: &KeyRecord| key.member.and_then(|member| member_caps.get(&member));
    let capped = records.iter().filter(|key| {
        let own = limits_of(key).or(rules).spend_per_month_nano_usd;
        own.or(of_member(key).and_then(|caps| caps.month)).is_some()
    });
    let asked = Asked {
        capped: capped.map(|key| key.id).collect(),
        devices: device_caps != Caps::default(),
    };
    let has_devices = asked.devices;
    let sums = Sums::read(gateway, &zone, today, now, asked).await?;
    let devices = if has_devices {
        gateway.reader.devices(None).await?
    } else {
        Vec::new()
    };
    let midnight = local
        .start_of_day()
        .map_or(now, |start| start.timestamp().as_millisecond());
    let keys = records
        .iter()
        .map(|key| key_sight(key, limits_of(key).or(rules), &sums, &zone, at));
    Ok(Sight {
        keys: keys.collect(),
        devices: device_sights(devices, &records, &sums),
        member_caps,
        device_caps,
        now: at,
        members: gateway.reader.people().names().await?,
        refused,
        failing,
        bills: gateway.reconcile.alarms(),
        beyond: gateway.reader.alerts().variances(midnight).await?,
        zone,
    })
}

fn caps_of(limits: &Limits) -> Caps {
    Caps {
        day: limits.spend_per_day_nano_usd,
        month: limits.spend_per_month_nano_usd,
    }
}

/// Of members who have any.
async fn member_caps(gateway: &Gateway) -> Result<HashMap<MemberId, Caps>, LedgerError> {
    let limits = gateway.reader.people().limits().await?.into_iter();
    let caps = limits.map(|(member, text)| (member, caps_of(&read_limits(&text))));
    Ok(caps.filter(|(_, caps)| *caps != Caps::default()).collect())
}

fn device_sights(devices: Vec<DeviceRecord>, keys: &[KeyRecord], sums: &Sums) -> Vec<DeviceSight> {
    let members: HashMap<KeyId, Option<MemberId>> = keys.iter().map(|key| (key.id, key.member)).collect();
    let live = devices.into_iter().filter(|device| device.revoked_at.is_none());
    live.map(|device| {
        let costs = sums.devices.get(&device.id).copied();
        let (cost, cost_month) = costs.unwrap_or((Money::ZERO, Money::ZERO));
        DeviceSight {
            member: members.get(&device.key).copied().flatten(),
            id: device.id,
            name: device.name,
            key: device.key,
            cost,
            cost_month,
        }
    })
    .collect()
}

fn key_sight(key: &KeyRecord, limits: Limits, sums: &Sums, zone: &TimeZone, now: Timestamp) -> KeySight {
    let (tokens, cost) = sums.today.get(&key.id).copied().unwrap_or((0, Money::ZERO));
    let is_over = key.revoked || key.expires_at.is_some_and(|at| at <= now);
    let name = key.label.clone().filter(|label| !label.is_empty());
    KeySight {
        id: key.id,
        name: name.unwrap_or_else(|| format!("Key …{}", key.last4)),
        member: key.member,
        created: key.created_at.to_zoned_datetime(zone.clone()).date(),
        lot: (!is_over).then_some(key.lot),
        cap_day: limits.spend_per_day_nano_usd,
        cap_month: limits.spend_per_month_nano_usd,
        tokens,
        cost,
        cost_month: sums.month.get(&key.id).copied().unwrap_or(Money::ZERO),
        before: sums.before.get(&key.id).copied().unwrap_or([0; DAYS]),
    }
}
