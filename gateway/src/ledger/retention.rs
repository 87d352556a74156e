//! What is not kept for ever. Usage rows that are older than the gateway keeps them are let go; what
//! they add up to stays, by day and by everything that reports tell apart. So every balance, every
//! sum and the recount come out as before, and only the single requests are gone.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use protocol::{DeviceId, KeyId, Money, TokenUsage, api::UsageTotals};
use serde_json::{Value as Json, json};

use super::{
    LedgerError, Reader,
    people::{PeopleOutcome, PeopleRefusal, Row, RowError, Rows, Sql, Value, places, values},
};
use crate::{
    clock::timestamp,
    report::{Cell, Cells, add, first_id_at},
};

/// A row of `usage` may go once `meta` says that nothing before a moment is kept, which is written in
/// the same step. The sums stay as money does: they grow, and are never taken out.
macro_rules! tables {
    () => {
        "
CREATE TABLE gateway_setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE usage_past (
  day TEXT NOT NULL, key_id UUID NOT NULL, device_id UUID NOT NULL, kind TEXT NOT NULL, model TEXT NOT NULL,
  repository TEXT NOT NULL, branch TEXT NOT NULL, at BIGINT NOT NULL, requests BIGINT NOT NULL, input BIGINT NOT NULL,
  output BIGINT NOT NULL, cache_read BIGINT NOT NULL, cache_write BIGINT NOT NULL, reasoning BIGINT NOT NULL,
  cost BIGINT NOT NULL, variance BIGINT NOT NULL,
  PRIMARY KEY (key_id, day, device_id, kind, model, repository, branch)
);
"
    };
}

pub(super) const SQLITE: &str = concat!(
    tables!(),
    "
DROP TRIGGER usage_is_append_only_d;
CREATE TRIGGER usage_is_append_only_d BEFORE DELETE ON usage
  WHEN OLD.at >= coalesce((SELECT value FROM meta WHERE name = 'usage_kept_from'), 0)
  BEGIN SELECT RAISE(ABORT, 'usage rows are never deleted'); END;
CREATE TRIGGER usage_past_stays BEFORE DELETE ON usage_past BEGIN SELECT RAISE(ABORT, 'sums of usage are never deleted'); END;
"
);

pub(super) const POSTGRES: &str = concat!(
    tables!(),
    "
DROP TRIGGER usage_is_append_only ON usage;
CREATE OR REPLACE FUNCTION usage_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF TG_OP = 'DELETE' AND OLD.at < coalesce((SELECT value FROM meta WHERE name = 'usage_kept_from'), 0) THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'rows of % are only ever appended', TG_TABLE_NAME;
END $$;
CREATE TRIGGER usage_is_append_only BEFORE UPDATE OR DELETE ON usage FOR EACH ROW EXECUTE FUNCTION usage_is_kept();
CREATE TRIGGER usage_past_stays BEFORE DELETE ON usage_past FOR EACH ROW EXECUTE FUNCTION rows_are_only_appended();
"
);

/// Rows of before a moment, some at a time.
#[derive(Clone, Debug)]
pub struct LetGo {
    pub before: i64,
    pub rows_max: u32,
    /// Their days are those of this zone, then and for good.
    pub zone: TimeZone,
}

/// What went, and what the line of the audit log says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    pub count: u64,
    pub said: Json,
}

/// How far usage rows went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PastMark {
    /// Goes up whenever rows went.
    pub version: i64,
    /// No row of before this moment is kept; 0: all are.
    pub kept_from: i64,
}

/// What is summed up of some rows.
#[derive(Clone, Copy, Default)]
struct Sum {
    at: i64,
    totals: UsageTotals,
    variance: i64,
}

pub(super) async fn let_go<S: Sql>(
    db: &S,
    asked: &LetGo,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let sql = "INSERT INTO meta VALUES ('usage_kept_from', ?1) ON CONFLICT (name) DO UPDATE
               SET value = CASE WHEN meta.value > excluded.value THEN meta.value ELSE excluded.value END";
    db.execute(sql, values![asked.before]).await?;
    // One statement finds and takes: what it answers is what went, whoever else is at it.
    let sql = "DELETE FROM usage WHERE request_id IN (
                 SELECT request_id FROM usage WHERE request_id < ?1 AND at < ?2 ORDER BY request_id LIMIT ?3)
               RETURNING at, key_id, device_id, kind, model, coalesce(repository, ''), coalesce(branch, ''),
                         input, output, cache_read, cache_write, reasoning, cost, variance";
    let limit = i64::from(asked.rows_max);
    let rows = db
        .rows(sql, values![first_id_at(asked.before), asked.before, limit])
        .await?;
    let mut sums: BTreeMap<Cell, Sum> = BTreeMap::new();
    for row in &rows {
        take(&mut sums, row, &asked.zone)?;
    }
    keep(db, &sums).await?;
    if !rows.is_empty() {
        let sql = "INSERT INTO meta VALUES ('usage_past', 1)
                   ON CONFLICT (name) DO UPDATE SET value = meta.value + 1";
        db.execute(sql, &[]).await?;
    }
    Ok(Ok(PeopleOutcome::Gone(Gone {
        count: rows.len() as u64,
        said: said(&sums, rows.len(), asked.before),
    })))
}

/// No row of before this moment is kept; 0: all are.
pub(super) async fn kept_from<R: Rows>(db: &R) -> Result<i64, R::Error> {
    let sql = "SELECT value FROM meta WHERE name = 'usage_kept_from'";
    Ok(db.row(sql, &[]).await?.map_or(Ok(0), |row| row.int(0))?)
}

fn take(sums: &mut BTreeMap<Cell, Sum>, row: &Row, zone: &TimeZone) -> Result<(), RowError> {
    let at = row.int(0)?;
    let day = timestamp(at).to_zoned_datetime(zone.clone()).date();
    let cell = cell(row, day, 1)?;
    let sum = sums.entry(cell).or_default();
    if sum.totals.requests == 0 {
        sum.at = at;
    }
    sum.at = sum.at.min(at);
    let one = UsageTotals {
        requests: 1,
        ..totals(row, 7)?
    };
    add(&mut sum.totals, &one);
    sum.variance = sum.variance.saturating_add(row.int(13)?);
    Ok(())
}

/// Reads `key_id, device_id, kind, model, repository, branch` from a column on.
fn cell(row: &Row, day: Date, first: usize) -> Result<Cell, RowError> {
    Ok(Cell {
        day,
        key: KeyId::from_uuid(row.id(first)?),
        device: DeviceId::from_uuid(row.id(first + 1)?),
        kind: row.text(first + 2)?,
        model: row.text(first + 3)?,
        repository: row.text(first + 4)?,
        branch: row.text(first + 5)?,
    })
}

/// Reads `input, output, cache_read, cache_write, reasoning, cost` from a column on.
fn totals(row: &Row, first: usize) -> Result<UsageTotals, RowError> {
    let count = |column| Ok::<_, RowError>(row.int(column)?.unsigned_abs());
    Ok(UsageTotals {
        requests: 0,
        usage: TokenUsage {
            input_tokens: count(first)?,
            output_tokens: count(first + 1)?,
            cache_read_tokens: count(first + 2)?,
            cache_write_tokens: count(first + 3)?,
            reasoning_tokens: count(first + 4)?,
        },
        cost_nano_usd: Money::from_nano_usd(row.int(first + 5)?),
    })
}

const COLUMNS: usize = 16;
/// Sums in one statement, so that another machine's database is asked seldom: its writer waits.
const SUMS_AT_ONCE: usize = 200;

async fn keep<S: Sql>(db: &S, sums: &BTreeMap<Cell, Sum>) -> Result<(), S::Error> {
    let sums: Vec<(&Cell, &Sum)> = sums.iter().collect();
    for some in sums.chunks(SUMS_AT_ONCE) {
        let all: Vec<Value> = some.iter().flat_map(|(cell, sum)| values_of(cell, sum)).collect();
        db.execute(&keeping(some.len()), &all).await?;
    }
    Ok(())
}

fn keeping(sums: usize) -> String {
    format!(
        "INSERT INTO usage_past (day, key_id, device_id, kind, model, repository, branch, at, requests, input,
                                 output, cache_read, cache_write, reasoning, cost, variance) VALUES {}
         ON CONFLICT (key_id, day, device_id, kind, model, repository, branch) DO UPDATE SET
           requests = usage_past.requests + excluded.requests, input = usage_past.input + excluded.input,
           output = usage_past.output + excluded.output,
           cache_read = usage_past.cache_read + excluded.cache_read,
           cache_write = usage_past.cache_write + excluded.cache_write,
           reasoning = usage_past.reasoning + excluded.reasoning, cost = usage_past.cost + excluded.cost,
           variance = usage_past.variance + excluded.variance",
        places(sums, COLUMNS)
    )
}

fn values_of(cell: &Cell, sum: &Sum) -> [Value; COLUMNS] {
    let whole = |count: u64| Value::from(i64::try_from(count).unwrap_or(i64::MAX));
    let usage = &sum.totals.usage;
    [
        cell.day.to_string().into(),
        cell.key.into(),
        cell.device.into(),
        (&cell.kind).into(),
        (&cell.model).into(),
        (&cell.repository).into(),
        (&cell.branch).into(),
        sum.at.into(),
        whole(sum.totals.requests),
        whole(usage.input_tokens),
        whole(usage.output_tokens),
        whole(usage.cache_read_tokens),
        whole(usage.cache_write_tokens),
        whole(usage.reasoning_tokens),
        sum.totals.cost_nano_usd.nano_usd().into(),
        sum.variance.into(),
    ]
}

fn said(sums: &BTreeMap<Cell, Sum>, rows: usize, before: i64) -> Json {
    let days = sums.keys().map(|cell| cell.day);
    let cost: i64 = sums.values().map(|sum| sum.totals.cost_nano_usd.nano_usd()).sum();
    json!({
        "usageRows": rows,
        "from": days.clone().min(),
        "to": days.max(),
        "costNanoUsd": cost.to_string(),
        "before": timestamp(before),
    })
}

impl Reader {
    pub async fn past_mark(&self) -> Result<PastMark, LedgerError> {
        let sql = "SELECT name, value FROM meta WHERE name IN ('usage_past', 'usage_kept_from')";
        let mut mark = PastMark::default();
        for row in self.rows(sql, &[]).await? {
            let value = row.int(1)?;
            if row.text(0)? == "usage_past" {
                mark.version = value;
            } else {
                mark.kept_from = value;
            }
        }
        Ok(mark)
    }

    /// What the rows that went add up to.
    pub async fn past(&self) -> Result<Cells, LedgerError> {
        let sql = "SELECT day, key_id, device_id, kind, model, repository, branch, input, output, cache_read,
                          cache_write, reasoning, cost, requests FROM usage_past";
        let mut cells = Cells::default();
        for row in self.rows(sql, &[]).await? {
            let sum = UsageTotals {
                requests: row.int(13)?.unsigned_abs(),
                ..totals(&row, 7)?
            };
            add(cells.sums.entry(cell(&row, row.word(0)?, 1)?).or_default(), &sum);
        }
        Ok(cells)
    }

    /// What somebody chose for the whole gateway, as JSON.
    pub async fn chosen_settings(&self) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT value FROM gateway_setting WHERE name = 'settings'";
        let rows = self.rows(sql, &[]).await?;
        Ok(rows.first().map(|row| row.text(0)).transpose()?)
    }
}

pub(super) async fn choose<S: Sql>(db: &S, settings: &str) -> Result<bool, S::Error> {
    let sql = "INSERT INTO gateway_setting VALUES ('settings', ?1)
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    Ok(db.execute(sql, values![settings]).await? > 0)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell as Counter;

    use uuid::Uuid;

    use super::*;
    use crate::ledger::people::Turn;

    /// A database with so many requests to let go, each of another branch, that counts what it is asked.
    struct Asked {
        rows: i64,
        asked: Counter<usize>,
        kept: Counter<usize>,
    }

    impl Rows for Asked {
        type Error = RowError;

        async fn rows(&self, _sql: &str, _values: &[Value]) -> Result<Vec<Row>, RowError> {
            self.asked.set(self.asked.get() + 1);
            let row = |number: i64| {
                let id = Value::Id(Uuid::from_bytes([7; 16]));
                let text = |text: &str| Value::Text(text.into());
                let counts = (0..7).map(|_| Value::Int(1));
                let branch = Value::Text(number.to_string());
                let cell = [
                    Value::Int(number),
                    id.clone(),
                    id,
                    text("chat"),
                    text("m"),
                    text(""),
                ];
                Row(cell.into_iter().chain([branch]).chain(counts).collect())
            };
            Ok((0..self.rows).map(row).collect())
        }
    }

    impl Sql for Asked {
        async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64, RowError> {
            self.asked.set(self.asked.get() + 1);
            if sql.contains("usage_past (day") {
                self.kept.set(self.kept.get() + values.len() / COLUMNS);
            }
            Ok(1)
        }

        async fn wait_turn(&self, _turn: Turn) -> Result<(), RowError> {
            Ok(())
        }

        async fn tell_key(&self, _key: Uuid) -> Result<(), RowError> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn thousands_of_sums_are_a_few_statements() {
        let db = Asked {
            rows: 2_000,
            asked: Counter::new(0),
            kept: Counter::new(0),
        };
        let asked = LetGo {
            before: 1,
            rows_max: 2_000,
            zone: TimeZone::UTC,
        };
        let gone = let_go(&db, &asked).await.unwrap().unwrap();
        assert!(matches!(gone, PeopleOutcome::Gone(gone) if gone.count == 2_000));
        assert_eq!(db.kept.get(), 2_000);
        assert!(db.asked.get() < 20, "{} statements", db.asked.get());
    }
}
