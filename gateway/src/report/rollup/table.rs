//! The rows of kept sums, to and from the file.

use std::collections::HashMap;

use protocol::{DeviceId, KeyId, Money, TokenUsage, api::UsageTotals};
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::report::{
    cell::{Cell, Cells, add},
    kept::{Kept, sets},
};

const ADD: &str = "
INSERT INTO sums VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
ON CONFLICT DO UPDATE SET requests = requests + ?9, input = input + ?10, output = output + ?11,
  cache_read = cache_read + ?12, cache_write = cache_write + ?13, reasoning = reasoning + ?14, cost = cost + ?15";
pub(super) const READ: &str = "
SELECT day, key_id, device_id, kind, model, repository, branch, requests, input, output, cache_read, cache_write,
       reasoning, cost
  FROM sums WHERE kept = ?1 AND key_id = ?2 AND day >= ?3 AND day <= ?4";

pub(super) const NO_KEY: KeyId = KeyId::from_uuid(Uuid::nil());

/// The keys that a set knows, found one after the other: each by a step in the index.
pub(super) fn keys_in(file: &Connection, kept: Kept) -> rusqlite::Result<Vec<[u8; 16]>> {
    let mut next = file.prepare_cached("SELECT min(key_id) FROM sums WHERE kept = ?1 AND key_id > ?2")?;
    let mut found = Vec::new();
    let mut last: Option<[u8; 16]> = Some(*NO_KEY.as_bytes());
    while let Some(before) = last {
        last = next.query_row(params![kept.0, before], |row| row.get(0))?;
        found.extend(last);
    }
    Ok(found)
}

/// The cells without what is not kept of them.
fn folded(cells: &Cells, kept: Kept) -> HashMap<Cell, UsageTotals> {
    let text = |what: Kept, text: &str| {
        if kept.has(what) {
            text.to_owned()
        } else {
            String::new()
        }
    };
    let mut folded: HashMap<Cell, UsageTotals> = HashMap::new();
    for (cell, sum) in &cells.sums {
        let cell = Cell {
            day: cell.day,
            key: if kept.has(Kept::KEY) { cell.key } else { NO_KEY },
            device: if kept.has(Kept::DEVICE) {
                cell.device
            } else {
                DeviceId::from_uuid(Uuid::nil())
            },
            kind: text(Kept::KIND, &cell.kind),
            model: text(Kept::MODEL, &cell.model),
            repository: text(Kept::REPOSITORY, &cell.repository),
            branch: text(Kept::BRANCH, &cell.branch),
        };
        add(folded.entry(cell).or_default(), sum);
    }
    folded
}

pub(super) fn write_all(file: &Connection, cells: &Cells) -> rusqlite::Result<()> {
    let mut add = file.prepare_cached(ADD)?;
    for kept in sets() {
        for (cell, sum) in folded(cells, kept) {
            write(&mut add, kept, &cell, &sum)?;
        }
    }
    file.prepare_cached("UPDATE state SET ahead = max(ahead, ?1)")?
        .execute([cells.ahead_ms])
        .map(drop)
}

fn write(
    add: &mut rusqlite::CachedStatement<'_>,
    kept: Kept,
    cell: &Cell,
    sum: &UsageTotals,
) -> rusqlite::Result<()> {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    add.execute(params![
        kept.0,
        cell.day.to_string(),
        cell.key.as_bytes(),
        cell.device.as_bytes(),
        cell.kind,
        cell.model,
        cell.repository,
        cell.branch,
        whole(sum.requests),
        whole(sum.usage.input_tokens),
        whole(sum.usage.output_tokens),
        whole(sum.usage.cache_read_tokens),
        whole(sum.usage.cache_write_tokens),
        whole(sum.usage.reasoning_tokens),
        sum.cost_nano_usd.nano_usd(),
    ])?;
    Ok(())
}

pub(super) fn cell(row: &Row<'_>) -> rusqlite::Result<Option<Cell>> {
    // Only days that we wrote are in the column.
    let Ok(day) = row.get_ref(0)?.as_str().unwrap_or("").parse() else {
        return Ok(None);
    };
    Ok(Some(Cell {
        day,
        key: KeyId::from_bytes(row.get(1)?),
        device: DeviceId::from_bytes(row.get(2)?),
        kind: row.get(3)?,
        model: row.get(4)?,
        repository: row.get(5)?,
        branch: row.get(6)?,
    }))
}

pub(super) fn sum(row: &Row<'_>) -> rusqlite::Result<UsageTotals> {
    let count = |column| Ok::<_, rusqlite::Error>(row.get::<_, i64>(column)?.unsigned_abs());
    Ok(UsageTotals {
        requests: count(7)?,
        usage: TokenUsage {
            input_tokens: count(8)?,
            output_tokens: count(9)?,
            cache_read_tokens: count(10)?,
            cache_write_tokens: count(11)?,
            reasoning_tokens: count(12)?,
        },
        cost_nano_usd: Money::from_nano_usd(row.get(13)?),
    })
}
