//! What devices report that was consumed elsewhere. It stands beside the ledger and moves no credit.

use protocol::{
    DeviceId, KeyId, Money, TokenUsage,
    api::{ReportedAnswer, ReportedRow, ReportedSum},
};

use super::{
    PeopleOutcome, PeopleRefusal,
    reading::PeopleReader,
    sql::{Row, RowError, Sql, Value, places, values},
    total::{total, total_at},
};
use crate::ledger::LedgerError;

/// More of one key is a mistake or an attack.
pub const ROWS_MAX: i64 = 500_000;
/// So often in an hour may a key's devices report: all that is kept of it goes in.
const PER_HOUR: i64 = 3_000;
const HOUR_MS: i64 = 3_600_000;
const SUMS_MAX: usize = 1_000;
/// In one statement, so that another machine's database is asked seldom.
const ROWS_AT_ONCE: usize = 50;

/// Rows of one device, each id of a client once, and checked.
#[derive(Clone, Debug)]
pub struct ReportedChunk {
    pub device: DeviceId,
    pub key: KeyId,
    pub rows: Vec<ReportedRow>,
}

/// Whose reports are summed.
#[derive(Clone, Copy, Debug)]
pub enum ReportedBy {
    Device(DeviceId),
    /// A member, by their keys.
    Member(protocol::MemberId),
    Anybody,
    /// Anybody's, for whoever learns nothing of repositories and branches: they are told as one.
    Totals,
}

const COLUMNS: usize = 16;

/// How many rows a key has, so that nobody counts them while others wait, and how often it reported
/// within the hour.
pub(in crate::ledger) const COUNTED: &str = "
CREATE TABLE reported_count (
  key_id UUID PRIMARY KEY REFERENCES token_key(id), row_count BIGINT NOT NULL, since BIGINT NOT NULL,
  requests BIGINT NOT NULL
);
INSERT INTO reported_count SELECT key_id, COUNT(*), 0, 0 FROM reported GROUP BY key_id;
";

/// A row that is known stays as it is, unless the same key tells it more fully.
pub(super) async fn keep<S: Sql>(
    db: &S,
    chunk: &ReportedChunk,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let (there, since, requests) = look_at_count(db, chunk.key, at).await?;
    if requests > PER_HOUR {
        return Ok(Err(PeopleRefusal::TooOften));
    }
    let new = int(chunk.rows.len() as u64) - look_at_rows(db, &chunk.rows).await?;
    if new > 0 && there + new > ROWS_MAX {
        return Ok(Err(PeopleRefusal::TooManyRows));
    }
    // Of two gateways that are told the same row at once both count it: this is a bound, no account.
    let sql = "INSERT INTO reported_count (key_id, row_count, since, requests) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (key_id) DO UPDATE SET row_count = reported_count.row_count + excluded.row_count,
                 since = excluded.since, requests = excluded.requests";
    db.execute(sql, values![chunk.key, new, since, requests]).await?;
    let mut kept = 0;
    for rows in chunk.rows.chunks(ROWS_AT_ONCE) {
        let mut parameters: Vec<Value> = Vec::with_capacity(rows.len() * COLUMNS);
        for row in rows {
            parameters.extend_from_slice(&parameters_of(row, chunk, at));
        }
        kept += db.execute(&statement(rows.len()), &parameters).await?;
    }
    Ok(Ok(PeopleOutcome::Reported(ReportedAnswer {
        kept,
        known: (chunk.rows.len() as u64).saturating_sub(kept),
    })))
}

/// How many rows the key has, and the window of an hour with this report in it.
async fn look_at_count<S: Sql>(db: &S, key: KeyId, at: i64) -> Result<(i64, i64, i64), S::Error> {
    let sql = "SELECT row_count, since, requests FROM reported_count WHERE key_id = ?1";
    let Some(row) = db.row(sql, values![key]).await? else {
        return Ok((0, at, 1));
    };
    let (there, since, requests) = (row.int(0)?, row.int(1)?, row.int(2)?);
    Ok(if at - since >= HOUR_MS {
        (there, at, 1)
    } else {
        (there, since, requests + 1)
    })
}

/// How many of the rows are known, whoever reported them.
async fn look_at_rows<S: Sql>(db: &S, rows: &[ReportedRow]) -> Result<i64, S::Error> {
    let mut known = 0;
    for rows in rows.chunks(ROWS_AT_ONCE) {
        let names = rows.iter().flat_map(|row| [&row.client, &row.id]);
        let names: Vec<Value> = names.map(Value::from).collect();
        // The columns of such a list are called so by both databases.
        let sql = format!(
            "SELECT COUNT(*) FROM (VALUES {}) AS sent
               JOIN reported ON reported.client = sent.column1 AND reported.id = sent.column2",
            places(rows.len(), 2)
        );
        let found = db.row(&sql, &names).await?;
        known += found.map_or(Ok(0), |row| row.int(0))?;
    }
    Ok(known)
}

fn statement(rows: usize) -> String {
    format!(
        "INSERT INTO reported (client, id, key_id, device_id, reported_at, at, repository, branch, model, provider,
                               input, output, cache_read, cache_write, reasoning, cost)
         VALUES {}
         ON CONFLICT (client, id) DO UPDATE SET
           input = excluded.input, output = excluded.output, cache_read = excluded.cache_read,
           cache_write = excluded.cache_write, reasoning = excluded.reasoning, cost = excluded.cost,
           reported_at = excluded.reported_at
         WHERE reported.key_id = excluded.key_id
           AND reported.input + reported.output + reported.cache_read + reported.cache_write
             < excluded.input + excluded.output + excluded.cache_read + excluded.cache_write",
        places(rows, COLUMNS)
    )
}

/// Counts were checked to be far below what an integer holds.
fn int(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn parameters_of(row: &ReportedRow, chunk: &ReportedChunk, at: i64) -> [Value; COLUMNS] {
    let usage = &row.usage;
    [
        Value::from(row.client.as_str()),
        Value::from(row.id.as_str()),
        Value::from(chunk.key),
        Value::from(chunk.device),
        Value::from(at),
        Value::from(row.at.as_millisecond()),
        Value::from(row.repository.clone()),
        Value::from(row.branch.clone()),
        Value::from(row.model.clone()),
        Value::from(row.provider.clone()),
        Value::from(int(usage.input_tokens)),
        Value::from(int(usage.output_tokens)),
        Value::from(int(usage.cache_read_tokens)),
        Value::from(int(usage.cache_write_tokens)),
        Value::from(int(usage.reasoning_tokens)),
        Value::from(row.cost_nano_usd.map(Money::nano_usd)),
    ]
}

impl PeopleReader<'_> {
    /// By repository, branch, client and model, or the latter two alone; the largest first.
    pub async fn reported(&self, by: ReportedBy) -> Result<Vec<ReportedSum>, LedgerError> {
        let (condition, parameters) = match by {
            ReportedBy::Device(device) => ("WHERE device_id = ?1", vec![Value::from(device)]),
            ReportedBy::Member(member) => (
                "WHERE key_id IN (SELECT id FROM token_key WHERE member_id = ?1)",
                vec![Value::from(member)],
            ),
            ReportedBy::Anybody | ReportedBy::Totals => ("", Vec::new()),
        };
        let work = match by {
            ReportedBy::Totals => "CAST(NULL AS TEXT), CAST(NULL AS TEXT)",
            _ => "repository, branch",
        };
        let sums = [
            "input",
            "output",
            "cache_read",
            "cache_write",
            "reasoning",
            "COALESCE(cost, 0)",
        ]
        .map(total)
        .join(", ");
        // Which is the larger of two sums may be said roughly, and by a number that never runs over.
        let largest = ["COALESCE(cost, 0)", "input", "output"]
            .map(|number| format!("SUM(CAST({number} AS DOUBLE PRECISION)) DESC"))
            .join(", ");
        let sql = format!(
            "SELECT {work}, client, model, COUNT(*),
                    CAST(SUM(CASE WHEN cost IS NULL THEN 1 ELSE 0 END) AS BIGINT), {sums}
               FROM reported {condition}
              GROUP BY 1, 2, 3, 4
              ORDER BY {largest}, 1, 2, 3, 4 LIMIT {SUMS_MAX}"
        );
        self.long(sql, parameters, sum_at).await
    }
}

fn sum_at(row: &Row) -> Result<ReportedSum, RowError> {
    let count = |column| row.int(column).map(i64::unsigned_abs);
    let sum = |number: usize| total_at(row, 6 + 2 * number);
    let tokens = |number: usize| sum(number).map(i64::unsigned_abs);
    Ok(ReportedSum {
        repository: row.maybe_text(0)?,
        branch: row.maybe_text(1)?,
        client: row.text(2)?,
        model: row.maybe_text(3)?,
        rows: count(4)?,
        unpriced_rows: count(5)?,
        usage: TokenUsage {
            input_tokens: tokens(0)?,
            output_tokens: tokens(1)?,
            cache_read_tokens: tokens(2)?,
            cache_write_tokens: tokens(3)?,
            reasoning_tokens: tokens(4)?,
        },
        cost_nano_usd: Money::from_nano_usd(sum(5)?),
    })
}
