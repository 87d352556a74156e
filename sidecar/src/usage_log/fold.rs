use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use protocol::{
    Money,
    editor::{UsageGroup, UsageResult, UsageRow},
};
use rusqlite::{Connection, Row, params};

use super::Question;

/// Sums the log by a group. Days come in order, everything else the dearest first.
pub fn fold(connection: &Connection, question: &Question) -> rusqlite::Result<UsageResult> {
    let (key, order) = match question.group {
        UsageGroup::Day => ("CAST(at_ms / 900000 AS TEXT)", "1"),
        UsageGroup::Model => ("model", "7 DESC, 1"),
        UsageGroup::Branch => ("coalesce(branch, '')", "7 DESC, 1"),
        UsageGroup::Repository => ("coalesce(repository, '')", "7 DESC, 1"),
        UsageGroup::Kind => ("kind", "7 DESC, 1"),
    };
    let sql = format!(
        "SELECT {key}, sum(settled), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),
             sum(cache_write_tokens), sum(cost_nano_usd), sum(shown), sum(accepted)
         FROM request
         WHERE (settled = 1 OR shown = 1) AND at_ms >= ?1 AND at_ms < ?2
         GROUP BY 1 ORDER BY {order}"
    );
    let since = question.since.map_or(i64::MIN, |at| at.as_millisecond());
    let until = question.until.map_or(i64::MAX, |at| at.as_millisecond());
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map(params![since, until], row)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let rows = match question.group {
        UsageGroup::Day => by_day(&rows, &question.zone.clone().unwrap_or_else(TimeZone::system)),
        _ => rows,
    };
    let totals = rows.iter().fold(UsageRow::default(), add);
    Ok(UsageResult { rows, totals })
}

/// The finest step by which time zones differ; SQLite knows none of them.
const QUARTER_MS: i64 = 900_000;

/// Sums of quarters of an hour as those of a zone's days.
fn by_day(quarters: &[UsageRow], zone: &TimeZone) -> Vec<UsageRow> {
    let mut days: BTreeMap<Date, UsageRow> = BTreeMap::new();
    for quarter in quarters {
        let start = quarter.key.parse::<i64>().unwrap_or(0).saturating_mul(QUARTER_MS);
        let start = Timestamp::from_millisecond(start).unwrap_or_default();
        let day = days.entry(zone.to_datetime(start).date()).or_default();
        *day = add(std::mem::take(day), quarter);
    }
    days.into_iter()
        .map(|(day, row)| UsageRow {
            key: day.to_string(),
            ..row
        })
        .collect()
}

fn row(row: &Row<'_>) -> rusqlite::Result<UsageRow> {
    let count = |index| {
        row.get::<_, i64>(index)
            .map(|count| u64::try_from(count).unwrap_or(0))
    };
    Ok(UsageRow {
        key: row.get(0)?,
        requests: count(1)?,
        input_tokens: count(2)?,
        output_tokens: count(3)?,
        cache_read_tokens: count(4)?,
        cache_write_tokens: count(5)?,
        cost_nano_usd: Money::from_nano_usd(row.get(6)?),
        shown: count(7)?,
        accepted: count(8)?,
    })
}

fn add(mut totals: UsageRow, row: &UsageRow) -> UsageRow {
    totals.requests += row.requests;
    totals.input_tokens += row.input_tokens;
    totals.output_tokens += row.output_tokens;
    totals.cache_read_tokens += row.cache_read_tokens;
    totals.cache_write_tokens += row.cache_write_tokens;
    totals.cost_nano_usd = totals.cost_nano_usd.saturating_add(row.cost_nano_usd);
    totals.shown += row.shown;
    totals.accepted += row.accepted;
    totals
}
