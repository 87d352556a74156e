//! Redeems that failed, counted for all gateways on the database: one row for each peer, by the
//! database's clock. A peer is kept as a MAC: nobody reads here who tried.

use tokio_postgres::{Client, Row};

use super::failure::Failure;
use crate::failure_limit::{FailuresMax, HOUR_MS, MINUTE_MS, wait_ms};

const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/// Adds a failure, unless there are as many as there may be: of many at once, at however many
/// gateways, no more than that are counted.
fn count_one() -> String {
    format!(
        "INSERT INTO failed_redeem AS known VALUES ($1, ARRAY[{NOW}], {NOW})
         ON CONFLICT (peer) DO UPDATE SET last = excluded.last, times = (
           SELECT array_agg(at ORDER BY at) FROM unnest(known.times) AS at WHERE at > excluded.last - {HOUR_MS}
         ) || excluded.last
         WHERE (SELECT count(*) FROM unnest(known.times) AS at WHERE at > excluded.last - {MINUTE_MS}) < $2
           AND (SELECT count(*) FROM unnest(known.times) AS at WHERE at > excluded.last - {HOUR_MS}) < $3"
    )
}

/// The failures of a peer, and what time it is there.
pub(super) fn look() -> String {
    format!("SELECT times, {NOW} FROM failed_redeem WHERE peer = $1")
}

pub(super) async fn count(
    client: &Client,
    peer: &[u8; 32],
    most: FailuresMax,
) -> Result<Option<i64>, Failure> {
    let old = format!("DELETE FROM failed_redeem WHERE last <= {NOW} - {HOUR_MS}");
    client.execute(&old, &[]).await?;
    let peer = peer.as_slice();
    let (minute, hour) = (i64::from(most.per_minute), i64::from(most.per_hour));
    if client.execute(&count_one(), &[&peer, &minute, &hour]).await? == 1 {
        return Ok(None);
    }
    let row = client.query_opt(&look(), &[&peer]).await?;
    Ok(row.map(|row| wait(&row, most)).transpose()?.flatten())
}

/// What a row of [`look`] makes the peer wait.
pub(super) fn wait(row: &Row, most: FailuresMax) -> Result<Option<i64>, tokio_postgres::Error> {
    let times: Vec<i64> = row.try_get(0)?;
    Ok(wait_ms(times.iter(), most, row.try_get(1)?))
}
