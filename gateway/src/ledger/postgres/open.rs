//! Opening: the database is made what this version needs, and this gateway is made known to it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio_postgres::Client;
use uuid::Uuid;

use super::{DatabaseUrl, Node, PostgresBackend, connect::unreachable, failure::Failure, schema};
use crate::ledger::{LedgerError, Recovered, queue::Standing};

/// A database that starts at the same time as the gateway gets so long.
const STARTING_MAX: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(250);
/// Of two gateways that start at once one migrates. Any number that nobody else uses.
const MIGRATION_LOCK: i64 = 0x746f_6b65_6e74_7261;

impl PostgresBackend {
    /// Opens or creates the database and starts a new epoch: this gateway's older holds are
    /// orphans, and are settled. Blocks.
    pub fn open(
        url: &DatabaseUrl,
        node: Uuid,
        lease: Duration,
        standing: Arc<Standing>,
        now: i64,
    ) -> Result<(Self, Recovered), LedgerError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| LedgerError::Open(error.to_string()))?;
        let (node, recovered) = runtime.block_on(Node::open(url, node, lease, standing, now))?;
        Ok((Self { runtime, node }, recovered))
    }
}

impl Node {
    async fn open(
        url: &DatabaseUrl,
        id: Uuid,
        lease: Duration,
        standing: Arc<Standing>,
        now: i64,
    ) -> Result<(Self, Recovered), LedgerError> {
        let client = first_connection(url).await?;
        migrate(&client).await?;
        let joined = join(&client, id, lease).await;
        let (epoch, batch) = joined.map_err(|failure| LedgerError::Open(format!("{failure:?}")))?;
        let mut node = Self {
            url: url.clone(),
            standing,
            id,
            lease,
            epoch,
            batch,
            batch_found: batch,
            session: None,
            connected_since: Instant::now(),
            deserted: Vec::new(),
        };
        let recovered = node.settle_orphans(now).await?;
        Ok((node, recovered))
    }
}

async fn first_connection(url: &DatabaseUrl) -> Result<Client, LedgerError> {
    let began = Instant::now();
    loop {
        match url.connect().await {
            Ok(client) => return Ok(client),
            Err(error) if began.elapsed() > STARTING_MAX => return Err(error),
            Err(error) => tracing::info!("Waiting for the database: {error}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Begins a new epoch of this gateway; answers the epoch and the number of its last batch.
pub(super) async fn join(client: &Client, id: Uuid, lease: Duration) -> Result<(i64, i64), Failure> {
    let sql = "
        INSERT INTO node VALUES ($1, 1, 0, clock_timestamp() + make_interval(secs => $2))
        ON CONFLICT (id) DO UPDATE SET epoch = node.epoch + 1, lease_until = excluded.lease_until
        RETURNING epoch, batch";
    let row = client.query_one(sql, &[&id, &lease.as_secs_f64()]).await?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

pub(super) async fn migrate(client: &Client) -> Result<(), LedgerError> {
    let opening = unreachable;
    client
        .batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")
        .await
        .map_err(opening)?;
    let lock = "SELECT pg_advisory_xact_lock($1)";
    client.execute(lock, &[&MIGRATION_LOCK]).await.map_err(opening)?;
    let found = version(client).await.map_err(opening)?;
    match found.map(|version| usize::try_from(version).unwrap_or(usize::MAX)) {
        None => {
            client.batch_execute(schema::CREATE).await.map_err(opening)?;
            change(client, schema::STEPS).await.map_err(opening)?;
        }
        Some(schema::VERSION) => {}
        // A newer gateway wrote it: reading on a guess could spend credit twice.
        Some(other) if !(1..schema::VERSION).contains(&other) => {
            return Err(LedgerError::Open(
                "the database was written by a newer version; start that one, or restore a backup".into(),
            ));
        }
        Some(older) => {
            let steps = schema::STEPS.get(older - 1..).unwrap_or_default();
            change(client, steps).await.map_err(opening)?;
        }
    }
    client.batch_execute("COMMIT").await.map_err(opening)
}

/// Brings the database to the present version.
async fn change(client: &Client, steps: &[&str]) -> Result<(), tokio_postgres::Error> {
    for sql in steps {
        client.batch_execute(sql).await?;
    }
    client.batch_execute(schema::VIEW).await?;
    let sql =
        "INSERT INTO meta VALUES ('version', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    client.execute(sql, &[&(schema::VERSION as i64)]).await.map(drop)
}

async fn version(client: &Client) -> Result<Option<i64>, tokio_postgres::Error> {
    let sql = "SELECT to_regclass('meta') IS NOT NULL";
    if !client.query_one(sql, &[]).await?.try_get::<_, bool>(0)? {
        return Ok(None);
    }
    let sql = "SELECT value FROM meta WHERE name = 'version'";
    let row = client.query_opt(sql, &[]).await?;
    row.map(|row| row.try_get(0)).transpose()
}
