//! What keys used and cost: from the kept sums, and the few rows that are not in them yet.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{civil::Date, tz::TimeZone};
use protocol::{DeviceId, KeyId, Money, RequestId, api::UsageTotals};

use super::unusual::{Before, DAYS, first_before};
use crate::{
    ledger::LedgerError,
    report::{Cells, Kept, Rollup, name_of},
    state::Gateway,
};

/// Rows that were settled and are not in the kept sums yet; with more of them these are being made
/// for the first time, and the look waits for that.
const FRESH_MAX: usize = 500_000;
/// What the days before had changes rarely, and costs more to read than a day.
const PAST_FRESH_MS: i64 = 10 * 60_000;
/// Rows may be counted between two readings, which then do not fit together.
const TRIES: u32 = 3;

/// Tokens of each key on the days before one.
type Befores = HashMap<KeyId, Before>;

/// The same, as it is kept from one look to the next.
pub(super) struct Past {
    day: Date,
    zone: String,
    read_at: i64,
    before: Arc<Befores>,
}

/// What is asked for besides the day.
pub(super) struct Asked {
    /// Keys whose month counts.
    pub capped: HashSet<KeyId>,
    pub devices: bool,
}

pub(super) struct Sums {
    /// Tokens and cost.
    pub today: HashMap<KeyId, (u64, Money)>,
    /// Of keys with a cap for the month, of their own or of their member.
    pub month: HashMap<KeyId, Money>,
    /// What each device cost on the day and in the month, where devices have caps.
    pub devices: HashMap<DeviceId, (Money, Money)>,
    pub before: Arc<Befores>,
}

/// What the kept sums have, all up to the same row.
struct Kepts {
    mark: RequestId,
    day: Cells,
    month: Cells,
    devices: Cells,
    past: Option<Cells>,
}

impl Sums {
    pub async fn read(
        gateway: &Gateway,
        zone: &TimeZone,
        today: Date,
        now: i64,
        Asked { capped, devices }: Asked,
    ) -> Result<Self, LedgerError> {
        let name = name_of(zone).to_owned();
        let known = gateway
            .alerts
            .memory()
            .past
            .as_ref()
            .and_then(|past| past.at(today, &name, now));
        let Kepts {
            mark,
            mut day,
            mut month,
            devices: mut of_devices,
            past,
        } = {
            let ask = Ask {
                zone: name.clone(),
                today,
                capped: capped.clone(),
                with_devices: devices,
                with_past: known.is_none(),
            };
            kept(gateway, ask).await?
        };
        let fresh = gateway
            .reader
            .lines(mark, None, FRESH_MAX, |_| true, zone.clone())
            .await?;
        if fresh.count >= FRESH_MAX {
            return Err(LedgerError::Read("the sums of usage are still being made".into()));
        }
        let before = known.unwrap_or_else(|| {
            let mut past = past.unwrap_or_default();
            past.join(fresh.cells.clone());
            let before = Arc::new(before(&past, today));
            gateway.alerts.memory().past = Some(Past {
                day: today,
                zone: name,
                read_at: now,
                before: Arc::clone(&before),
            });
            before
        });
        day.join(fresh.cells.clone());
        if devices {
            of_devices.join(fresh.cells.clone());
        }
        month.join(fresh.cells);
        Ok(Self {
            today: by_key(&day, today),
            month: costs(&month, &capped, (today.first_of_month(), today)),
            devices: by_device(&of_devices, today),
            before,
        })
    }
}

impl Past {
    fn at(&self, day: Date, zone: &str, now: i64) -> Option<Arc<Befores>> {
        let is_fresh = (0..PAST_FRESH_MS).contains(&(now - self.read_at));
        (is_fresh && self.day == day && self.zone == zone).then(|| Arc::clone(&self.before))
    }
}

/// Which of the kept sums are read.
struct Ask {
    zone: String,
    today: Date,
    capped: HashSet<KeyId>,
    with_devices: bool,
    with_past: bool,
}

async fn kept(gateway: &Gateway, ask: Ask) -> Result<Kepts, LedgerError> {
    let rollup = Arc::clone(&gateway.rollup);
    let read = move || {
        for _ in 0..TRIES {
            if let Some(kept) = kept_once(&rollup, &ask)? {
                return Ok(Some(kept));
            }
        }
        Ok::<_, rusqlite::Error>(None)
    };
    let read = tokio::task::spawn_blocking(read)
        .await
        .map_err(|error| unreadable(&error))?;
    let kept = read.map_err(|error| unreadable(&error))?;
    kept.ok_or_else(|| LedgerError::Read("the sums of usage moved while they were read".into()))
}

/// None: rows were counted meanwhile.
fn kept_once(rollup: &Rollup, ask: &Ask) -> rusqlite::Result<Option<Kepts>> {
    let (zone, today) = (ask.zone.as_str(), ask.today);
    let month = (today.first_of_month(), today);
    let (day, mark) = rollup.read(zone, (today, today), Kept::KEY, None)?;
    let (of_month, same) = rollup.read(zone, month, Kept::NOTHING, Some(&ask.capped))?;
    let mut is_same = mark == same;
    let mut devices = Cells::default();
    if ask.with_devices {
        let (cells, same) = rollup.read(zone, month, Kept::DEVICE, None)?;
        is_same &= mark == same;
        devices = cells;
    }
    let mut past = None;
    if let Some(first) = first_before(today).filter(|_| ask.with_past) {
        let (cells, same) = rollup.read(zone, (first, today), Kept::KEY, None)?;
        is_same &= mark == same;
        past = Some(cells);
    }
    Ok(is_same.then_some(Kepts {
        mark,
        day,
        month: of_month,
        devices,
        past,
    }))
}

fn before(past: &Cells, today: Date) -> Befores {
    let mut before = Befores::new();
    for (cell, sum) in &past.sums {
        let ago = usize::try_from((today - cell.day).get_days()).unwrap_or(0);
        let days = before.entry(cell.key).or_insert([0; DAYS]);
        // Today is none of them.
        if let Some(day) = ago.checked_sub(1).and_then(|day| days.get_mut(day)) {
            *day = day.saturating_add(tokens(sum));
        }
    }
    before
}

fn tokens(sum: &UsageTotals) -> u64 {
    sum.usage.total_input().saturating_add(sum.usage.output_tokens)
}

fn by_key(cells: &Cells, day: Date) -> HashMap<KeyId, (u64, Money)> {
    let mut found: HashMap<KeyId, (u64, Money)> = HashMap::new();
    for (cell, sum) in cells.sums.iter().filter(|(cell, _)| cell.day == day) {
        let (used, cost) = found.entry(cell.key).or_insert((0, Money::ZERO));
        *used = used.saturating_add(tokens(sum));
        *cost = cost.saturating_add(sum.cost_nano_usd);
    }
    found
}

fn by_device(cells: &Cells, today: Date) -> HashMap<DeviceId, (Money, Money)> {
    let mut found: HashMap<DeviceId, (Money, Money)> = HashMap::new();
    let month = today.first_of_month()..=today;
    for (cell, sum) in cells.sums.iter().filter(|(cell, _)| month.contains(&cell.day)) {
        let (of_day, of_month) = found.entry(cell.device).or_insert((Money::ZERO, Money::ZERO));
        if cell.day == today {
            *of_day = of_day.saturating_add(sum.cost_nano_usd);
        }
        *of_month = of_month.saturating_add(sum.cost_nano_usd);
    }
    found
}

fn costs(cells: &Cells, keys: &HashSet<KeyId>, (from, to): (Date, Date)) -> HashMap<KeyId, Money> {
    let mut found = HashMap::new();
    for (cell, sum) in &cells.sums {
        if keys.contains(&cell.key) && (from..=to).contains(&cell.day) {
            let cost = found.entry(cell.key).or_insert(Money::ZERO);
            *cost = cost.saturating_add(sum.cost_nano_usd);
        }
    }
    found
}

fn unreadable(error: &impl std::fmt::Display) -> LedgerError {
    LedgerError::Read(format!("the sums of usage: {error}"))
}
