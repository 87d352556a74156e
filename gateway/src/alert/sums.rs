//! What keys used and cost: from the kept sums, and the few rows that are not in them yet.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use jiff::{civil::Date, tz::TimeZone};
use protocol::{KeyId, Money, RequestId};

use super::unusual::same_weekdays;
use crate::{
    ledger::LedgerError,
    report::{Cells, Kept, Rollup, name_of},
    state::Gateway,
};

/// Rows that were settled and are not in the kept sums yet; with more of them these are being made
/// for the first time, and the look waits for that.
const FRESH_MAX: usize = 500_000;
/// What the weeks before had changes rarely, and costs more to read than a day.
const WEEKS_FRESH_MS: i64 = 10 * 60_000;
/// Rows may be counted between two readings, which then do not fit together.
const TRIES: u32 = 3;

/// Tokens of each key on the same weekdays before a day.
type Before = HashMap<KeyId, [u64; 4]>;

/// The same, as it is kept from one look to the next.
pub(super) struct Weeks {
    day: Date,
    zone: String,
    read_at: i64,
    before: Arc<Before>,
}

pub(super) struct Sums {
    /// Tokens and cost.
    pub today: HashMap<KeyId, (u64, Money)>,
    /// Of keys with a cap for the month.
    pub month: HashMap<KeyId, Money>,
    pub before: Arc<Before>,
}

/// What the kept sums have, all up to the same row.
struct Kepts {
    mark: RequestId,
    day: Cells,
    month: Cells,
    weeks: Option<Vec<(Date, Cells)>>,
}

impl Sums {
    pub async fn read(
        gateway: &Gateway,
        zone: &TimeZone,
        today: Date,
        now: i64,
        capped: HashSet<KeyId>,
    ) -> Result<Self, LedgerError> {
        let name = name_of(zone).to_owned();
        let known = gateway
            .alerts
            .memory()
            .weeks
            .as_ref()
            .and_then(|weeks| weeks.at(today, &name, now));
        let Kepts {
            mark,
            mut day,
            mut month,
            weeks,
        } = kept(gateway, name.clone(), today, capped.clone(), known.is_none()).await?;
        let fresh = gateway
            .reader
            .lines(mark, None, FRESH_MAX, |_| true, zone.clone())
            .await?;
        if fresh.count >= FRESH_MAX {
            return Err(LedgerError::Read("the sums of usage are still being made".into()));
        }
        let before = known.unwrap_or_else(|| {
            let before = Arc::new(before(weeks.unwrap_or_default(), &fresh.cells));
            gateway.alerts.memory().weeks = Some(Weeks {
                day: today,
                zone: name,
                read_at: now,
                before: Arc::clone(&before),
            });
            before
        });
        day.join(fresh.cells.clone());
        month.join(fresh.cells);
        Ok(Self {
            today: by_key(&day, today),
            month: costs(&month, &capped, (today.first_of_month(), today)),
            before,
        })
    }
}

impl Weeks {
    fn at(&self, day: Date, zone: &str, now: i64) -> Option<Arc<Before>> {
        let is_fresh = (0..WEEKS_FRESH_MS).contains(&(now - self.read_at));
        (is_fresh && self.day == day && self.zone == zone).then(|| Arc::clone(&self.before))
    }
}

async fn kept(
    gateway: &Gateway,
    zone: String,
    today: Date,
    capped: HashSet<KeyId>,
    with_weeks: bool,
) -> Result<Kepts, LedgerError> {
    let rollup = Arc::clone(&gateway.rollup);
    let read = move || {
        for _ in 0..TRIES {
            if let Some(kept) = kept_once(&rollup, &zone, today, &capped, with_weeks)? {
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
fn kept_once(
    rollup: &Rollup,
    zone: &str,
    today: Date,
    capped: &HashSet<KeyId>,
    with_weeks: bool,
) -> rusqlite::Result<Option<Kepts>> {
    let (day, mark) = rollup.read(zone, (today, today), Kept::KEY, None)?;
    let (month, same) = rollup.read(zone, (today.first_of_month(), today), Kept::NOTHING, Some(capped))?;
    let mut is_same = mark == same;
    let mut weeks = Vec::new();
    for day in same_weekdays(today).take_while(|_| with_weeks) {
        let (cells, same) = rollup.read(zone, (day, day), Kept::KEY, None)?;
        is_same &= mark == same;
        weeks.push((day, cells));
    }
    Ok(is_same.then(|| Kepts {
        mark,
        day,
        month,
        weeks: with_weeks.then_some(weeks),
    }))
}

fn before(weeks: Vec<(Date, Cells)>, fresh: &Cells) -> Before {
    let mut before = Before::new();
    for (week, (day, mut cells)) in weeks.into_iter().enumerate() {
        cells.join(fresh.clone());
        for (key, (tokens, _)) in by_key(&cells, day) {
            if let Some(place) = before.entry(key).or_default().get_mut(week) {
                *place = tokens;
            }
        }
    }
    before
}

fn by_key(cells: &Cells, day: Date) -> HashMap<KeyId, (u64, Money)> {
    let mut found: HashMap<KeyId, (u64, Money)> = HashMap::new();
    for (cell, sum) in cells.sums.iter().filter(|(cell, _)| cell.day == day) {
        let (tokens, cost) = found.entry(cell.key).or_insert((0, Money::ZERO));
        let used = sum.usage.total_input().saturating_add(sum.usage.output_tokens);
        *tokens = tokens.saturating_add(used);
        *cost = cost.saturating_add(sum.cost_nano_usd);
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
