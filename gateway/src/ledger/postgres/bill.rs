//! Bills of providers, in PostgreSQL.

use tokio_postgres::{Client, Error, Row};

use super::{
    PostgresReader,
    cold::Outcome,
    failure::Failure,
    reads::{LONG, read},
};
use crate::ledger::{
    Bill, BillAmounts, Billed, BilledDay, Books, LedgerError, Metered,
    bill::{bounds, number_of},
};

const METERED: &str = "
SELECT upstream, upstream_model, at / 86400000, coalesce(multiplier, 1000000), count(*),
       sum(input + cache_read + cache_write)::bigint, sum(output)::bigint, sum(cost + variance)::bigint
  FROM usage WHERE at >= $1 AND at < $2 GROUP BY 1, 2, 3, 4";

pub(super) async fn store(client: &Client, bill: &Bill) -> Result<Outcome, Failure> {
    let mut days: Vec<i64> = bill.days.iter().map(|day| number_of(*day)).collect();
    // The same order on every gateway, so that no two wait for each other.
    days.sort_unstable();
    days.dedup();
    let mark = "INSERT INTO billed_day SELECT $1::text, day, $3::bigint, $4::boolean FROM unnest($2::bigint[]) AS day
                ON CONFLICT (upstream, day) DO UPDATE SET at = excluded.at, is_imported = excluded.is_imported";
    client
        .execute(mark, &[&bill.upstream, &days, &bill.at, &bill.is_imported])
        .await?;
    let forget = "DELETE FROM billed WHERE upstream = $1 AND day = ANY($2)";
    client.execute(forget, &[&bill.upstream, &days]).await?;
    let (numbers, models): (Vec<i64>, Vec<&str>) = bill
        .lines
        .iter()
        .map(|line| (number_of(line.day), line.model.as_str()))
        .unzip();
    let column = |part: fn(&BillAmounts) -> Option<i64>| -> Vec<Option<i64>> {
        bill.lines.iter().map(|line| part(&line.amounts)).collect()
    };
    let add = "INSERT INTO billed SELECT $1::text, line.* FROM unnest(
               $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[]) AS line";
    client
        .execute(
            add,
            &[
                &bill.upstream,
                &numbers,
                &models,
                &column(|amounts| amounts.requests),
                &column(|amounts| amounts.input),
                &column(|amounts| amounts.output),
                &column(|amounts| amounts.cost),
            ],
        )
        .await?;
    Ok(Outcome::Done)
}

const DAYS: &str = "SELECT upstream, day, at, is_imported FROM billed_day WHERE day >= $1 AND day < $2";
const LINES: &str = "
SELECT upstream, day, model, requests, input, output, cost FROM billed WHERE day >= $1 AND day < $2";

impl PostgresReader {
    pub async fn books(&self, since: i64, until: i64) -> Result<Books, LedgerError> {
        Ok(Books {
            metered: self.metered(since, until).await?,
            ..self.bills(since, until).await?
        })
    }

    pub async fn bills(&self, since: i64, until: i64) -> Result<Books, LedgerError> {
        Ok(Books {
            metered: Vec::new(),
            days: self.all(DAYS, &[&since, &until], day).await?,
            billed: self.all(LINES, &[&since, &until], billed).await?,
        })
    }

    async fn metered(&self, since: i64, until: i64) -> Result<Vec<Metered>, LedgerError> {
        let (from, to) = bounds(since, until);
        let _turn = self.long.acquire().await;
        let client = self.connect().await?;
        let found = tokio::time::timeout(LONG, client.query(METERED, &[&from, &to]))
            .await
            .map_err(|_| LedgerError::Unreachable("it did not answer in time".into()))?
            .map_err(read)?;
        found.iter().map(metered).collect::<Result<_, _>>().map_err(read)
    }
}

fn metered(row: &Row) -> Result<Metered, Error> {
    Ok(Metered {
        upstream: row.try_get(0)?,
        model: row.try_get(1)?,
        day: row.try_get(2)?,
        multiplier: row.try_get(3)?,
        requests: row.try_get(4)?,
        input: row.try_get(5)?,
        output: row.try_get(6)?,
        cost: row.try_get(7)?,
    })
}

fn day(row: &Row) -> Result<BilledDay, Error> {
    Ok(BilledDay {
        upstream: row.try_get(0)?,
        day: row.try_get(1)?,
        at: row.try_get(2)?,
        is_imported: row.try_get(3)?,
    })
}

fn billed(row: &Row) -> Result<Billed, Error> {
    Ok(Billed {
        upstream: row.try_get(0)?,
        day: row.try_get(1)?,
        model: row.try_get(2)?,
        amounts: BillAmounts {
            requests: row.try_get(3)?,
            input: row.try_get(4)?,
            output: row.try_get(5)?,
            cost: row.try_get(6)?,
        },
    })
}
