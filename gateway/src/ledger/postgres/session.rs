//! A connection with its statements prepared, and the frame of every transaction: it begins with
//! the gateway's own row, so that a gateway that was given up changes nothing.

use std::time::Duration;

use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::{connect::DatabaseUrl, failure::Failure};
use crate::ledger::LedgerError;

const FENCE: &str = "
UPDATE node SET batch = $3, lease_until = clock_timestamp() + make_interval(secs => $4)
 WHERE id = $1 AND epoch = $2";

/// In the order of ids, the same on every gateway, so that no two wait for each other.
const LOCK_LOTS: &str = "
SELECT id, status, expires_at, granted, spent, held FROM account WHERE id = ANY($1) ORDER BY id FOR UPDATE";
/// The row goes away once: whoever deletes it resolves the hold.
const TAKE_HOLDS: &str = "DELETE FROM hold WHERE request_id = ANY($1) RETURNING request_id, key_id, amount";
const CLAIM: &str = "
INSERT INTO client_request SELECT * FROM unnest($1::uuid[], $2::text[])
ON CONFLICT DO NOTHING RETURNING device_id, id";
const UNCLAIM: &str = "
DELETE FROM client_request USING unnest($1::uuid[], $2::text[]) AS gone(device_id, id)
 WHERE client_request.device_id = gone.device_id AND client_request.id = gone.id";
const LIVE_DEVICES: &str = "SELECT id, key_id FROM device WHERE id = ANY($1) AND revoked_at IS NULL";
const EXTEND: &str = "
UPDATE hold SET mark = greatest(hold.mark, wanted.mark)
  FROM unnest($1::uuid[], $2::bigint[]) AS wanted(id, mark) WHERE request_id = wanted.id RETURNING request_id";
const MOVE_LOTS: &str = "
UPDATE account SET held = account.held + moved.held, spent = account.spent + moved.spent
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS moved(id, held, spent) WHERE account.id = moved.id";
const INSERT_HOLDS: &str = "
INSERT INTO hold SELECT r, k, d, at, amount, counted, mark, $10::uuid, $11::bigint, lease, price, origin
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
              $8::bigint[], $9::text[], $12::text[])
    AS made(r, k, d, at, amount, counted, mark, lease, price, origin)";
const INSERT_USAGE: &str = "
INSERT INTO usage SELECT * FROM unnest(
  $1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
  $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[], $16::bigint[],
  $17::bigint[], $18::bool[], $19::bool[], $20::text[], $21::text[], $22::text[], $23::text[], $24::bigint[],
  $25::text[], $26::bigint[])";

pub(super) struct Session {
    pub client: Client,
    pub fence: Statement,
    pub lock_lots: Statement,
    pub take_holds: Statement,
    pub claim: Statement,
    pub unclaim: Statement,
    pub live_devices: Statement,
    pub extend: Statement,
    pub move_lots: Statement,
    pub insert_holds: Statement,
    pub insert_usage: Statement,
}

/// Who changes the database, and with which transaction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fence {
    pub node: Uuid,
    pub epoch: i64,
    pub batch: i64,
    /// For so long others leave its holds alone.
    pub lease: Duration,
}

impl Session {
    pub async fn open(url: &DatabaseUrl) -> Result<Self, LedgerError> {
        let client = url.connect().await?;
        let prepare = async |sql| client.prepare(sql).await.map_err(super::connect::unreachable);
        Ok(Self {
            fence: prepare(FENCE).await?,
            lock_lots: prepare(LOCK_LOTS).await?,
            take_holds: prepare(TAKE_HOLDS).await?,
            claim: prepare(CLAIM).await?,
            unclaim: prepare(UNCLAIM).await?,
            live_devices: prepare(LIVE_DEVICES).await?,
            extend: prepare(EXTEND).await?,
            move_lots: prepare(MOVE_LOTS).await?,
            insert_holds: prepare(INSERT_HOLDS).await?,
            insert_usage: prepare(INSERT_USAGE).await?,
            client,
        })
    }

    /// Begins a transaction. Polled together with what follows, all of it is one round trip.
    pub async fn begin(&self, fence: &Fence) -> Result<(), Failure> {
        let Fence {
            node,
            epoch,
            batch,
            lease,
        } = fence;
        let lease = lease.as_secs_f64();
        let (began, fenced) = futures_util::future::join(
            self.client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED"),
            self.client.execute(&self.fence, &[node, epoch, batch, &lease]),
        )
        .await;
        began?;
        match fenced? {
            1 => Ok(()),
            _ => Err(Failure::Fenced),
        }
    }

    pub async fn commit(&self) -> Result<(), Failure> {
        Ok(self.client.batch_execute("COMMIT").await?)
    }

    pub async fn roll_back(&self) -> Result<(), Failure> {
        Ok(self.client.batch_execute("ROLLBACK").await?)
    }
}
