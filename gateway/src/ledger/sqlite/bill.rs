//! Bills of providers, in SQLite.

use rusqlite::{Connection, Row, params};

use super::{SqliteBackend, SqliteReader};
use crate::ledger::{
    Bill, BillAmounts, Billed, BilledDay, Books, LedgerError, Metered,
    bill::{bounds, number_of},
};

const METERED: &str = "
SELECT upstream, upstream_model, at / 86400000 AS day, coalesce(multiplier, 1000000) AS factor, count(*),
       sum(input + cache_read + cache_write), sum(output), sum(cost + variance)
  FROM usage WHERE at >= ?1 AND at < ?2 GROUP BY 1, 2, 3, 4";

impl SqliteBackend {
    pub(super) fn store_bill(&mut self, bill: &Bill) -> rusqlite::Result<()> {
        let connection = &self.connection;
        for day in bill.days.iter().map(|day| number_of(*day)) {
            connection
                .prepare_cached("DELETE FROM billed WHERE upstream = ?1 AND day = ?2")?
                .execute(params![bill.upstream, day])?;
            connection
                .prepare_cached("INSERT OR REPLACE INTO billed_day VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![bill.upstream, day, bill.at, bill.is_imported])?;
        }
        for line in &bill.lines {
            let amounts = &line.amounts;
            connection
                .prepare_cached("INSERT INTO billed VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
                .execute(params![
                    bill.upstream,
                    number_of(line.day),
                    line.model,
                    amounts.requests,
                    amounts.input,
                    amounts.output,
                    amounts.cost
                ])?;
        }
        Ok(())
    }
}

const DAYS: &str = "SELECT upstream, day, at, is_imported FROM billed_day WHERE day >= ?1 AND day < ?2";
const LINES: &str = "
SELECT upstream, day, model, requests, input, output, cost FROM billed WHERE day >= ?1 AND day < ?2";

impl SqliteReader {
    pub fn books(&self, since: i64, until: i64) -> Result<Books, LedgerError> {
        let (from, to) = bounds(since, until);
        Ok(Books {
            metered: self.with(|connection| all(connection, METERED, [from, to], metered))?,
            ..self.bills(since, until)?
        })
    }

    pub fn bills(&self, since: i64, until: i64) -> Result<Books, LedgerError> {
        self.with(|connection| {
            Ok(Books {
                metered: Vec::new(),
                days: all(connection, DAYS, [since, until], day)?,
                billed: all(connection, LINES, [since, until], billed)?,
            })
        })
    }
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    span: [i64; 2],
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    connection.prepare(sql)?.query_map(span, read)?.collect()
}

fn metered(row: &Row<'_>) -> rusqlite::Result<Metered> {
    Ok(Metered {
        upstream: row.get(0)?,
        model: row.get(1)?,
        day: row.get(2)?,
        multiplier: row.get(3)?,
        requests: row.get(4)?,
        input: row.get(5)?,
        output: row.get(6)?,
        cost: row.get(7)?,
    })
}

fn day(row: &Row<'_>) -> rusqlite::Result<BilledDay> {
    Ok(BilledDay {
        upstream: row.get(0)?,
        day: row.get(1)?,
        at: row.get(2)?,
        is_imported: row.get(3)?,
    })
}

fn billed(row: &Row<'_>) -> rusqlite::Result<Billed> {
    Ok(Billed {
        upstream: row.get(0)?,
        day: row.get(1)?,
        model: row.get(2)?,
        amounts: BillAmounts {
            requests: row.get(3)?,
            input: row.get(4)?,
            output: row.get(5)?,
            cost: row.get(6)?,
        },
    })
}
