//! Holds whose gateway is gone, and lots of them at once: each is settled on its mark.

use protocol::Money;
use uuid::Uuid;

use super::{
    failure::Failure,
    lot::Lots,
    session::{Fence, Session},
    work::Work,
    writes::{UsageRow, Writes},
};
use crate::ledger::{
    orphan::{Orphan, last_resort},
    rows,
};

/// In one transaction.
pub(super) const AT_ONCE: i64 = 256;

/// Gateways whose lease ran out; from now on their transactions do nothing. Rows that somebody is
/// just changing belong to a gateway that lives, or to another sweeper.
const GIVE_UP: &str = "
UPDATE node SET epoch = epoch + 1, lease_until = 'infinity'
 WHERE id IN (SELECT id FROM node WHERE lease_until < clock_timestamp() AND id <> $1 FOR UPDATE SKIP LOCKED)";

/// Holds of gateways that were given up or restarted, and own ones that outlived their lease.
const ORPHANS: &str = "
SELECT hold.request_id, hold.key_id, hold.device_id, hold.at, hold.lease_until, hold.amount,
       hold.counted_input, hold.mark, hold.price, hold.origin
  FROM hold LEFT JOIN node ON node.id = hold.node
 WHERE node.id IS NULL OR hold.epoch < node.epoch OR (hold.node = $1 AND hold.lease_until < $2)
 LIMIT $3 FOR UPDATE OF hold SKIP LOCKED";

pub(super) struct GiveUp;

impl Work for GiveUp {
    type Answer = ();

    async fn decide<'a>(&'a self, session: &Session, fence: &Fence) -> Result<((), Writes<'a>), Failure> {
        session.begin(fence).await?;
        let gone = session.client.execute(GIVE_UP, &[&fence.node]).await?;
        if gone > 0 {
            tracing::warn!(
                "{gone} gateways were silent for too long; their requests are settled on their marks"
            );
        }
        Ok(((), Writes::new(*fence)))
    }
}

pub(super) struct SettleOrphans {
    pub now: i64,
    /// Without the texts that a database can refuse.
    pub is_bare: bool,
}

impl Work for SettleOrphans {
    type Answer = Vec<Orphan>;

    async fn decide<'a>(
        &'a self,
        session: &Session,
        fence: &Fence,
    ) -> Result<(Vec<Orphan>, Writes<'a>), Failure> {
        session.begin(fence).await?;
        let client = &session.client;
        let found = client.query(ORPHANS, &[&fence.node, &self.now, &AT_ONCE]).await?;
        let holds = found.iter().map(rows::hold).collect::<Result<Vec<_>, _>>()?;
        let mut keys: Vec<Uuid> = holds.iter().map(|hold| *hold.key.as_uuid()).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut lots = Lots::read(&client.query(&session.lock_lots, &[&keys]).await?)?;
        let ids: Vec<Uuid> = holds.iter().map(|hold| *hold.request.as_uuid()).collect();
        client.query(&session.take_holds, &[&ids]).await?;
        let mut writes = Writes::new(*fence);
        let mut orphans = Vec::new();
        for hold in holds {
            let (request, key, held) = (hold.request, hold.key, hold.amount.nano_usd());
            let mut settle = last_resort(hold, self.now);
            if self.is_bare {
                settle.lose_texts();
            }
            let charged = settle.cost.nano_usd().min(held);
            lots.change(key, -held, charged);
            orphans.push(Orphan {
                request,
                charged: Money::from_nano_usd(charged),
            });
            writes.usage.push(UsageRow {
                settle,
                held,
                charged,
                variance: 0,
                orphan: true,
            });
        }
        writes.moves = lots.into_moves();
        Ok((orphans, writes))
    }
}
