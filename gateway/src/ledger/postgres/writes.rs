//! The second round trip: everything that was decided, and the commit.

use uuid::Uuid;

use super::{
    failure::Failure,
    lot::Move,
    session::{Fence, Session},
};
use crate::ledger::{
    Settle,
    operation::{Hold, count},
};

pub(super) struct UsageRow {
    pub settle: Settle,
    pub held: i64,
    pub charged: i64,
    pub variance: i64,
    pub orphan: bool,
}

pub(super) struct Writes<'a> {
    fence: Fence,
    pub moves: Vec<Move>,
    pub holds: Vec<&'a Hold>,
    pub usage: Vec<UsageRow>,
    pub unclaims: Vec<(Uuid, &'a String)>,
}

impl Writes<'_> {
    pub const fn new(fence: Fence) -> Self {
        Self {
            fence,
            moves: Vec::new(),
            holds: Vec::new(),
            usage: Vec::new(),
            unclaims: Vec::new(),
        }
    }

    /// Writes and commits. After an error nothing was written, unless the connection was lost: then
    /// it has to be looked up.
    pub async fn commit(&self, session: &Session) -> Result<(), Failure> {
        let (moved, held, used, unclaimed, committed) = tokio::join!(
            biased;
            self.move_lots(session),
            self.insert_holds(session),
            self.insert_usage(session),
            self.unclaim(session),
            session.commit(),
        );
        // The first failure is the cause of those behind it. Where a statement failed, the server
        // takes COMMIT for ROLLBACK and says that it went well.
        moved?;
        held?;
        used?;
        unclaimed?;
        committed
    }

    async fn move_lots(&self, session: &Session) -> Result<(), Failure> {
        if self.moves.is_empty() {
            return Ok(());
        }
        let lots = column(&self.moves, |moved| moved.lot);
        let held = column(&self.moves, |moved| moved.held);
        let spent = column(&self.moves, |moved| moved.spent);
        session
            .client
            .execute(&session.move_lots, &[&lots, &held, &spent])
            .await?;
        Ok(())
    }

    async fn insert_holds(&self, session: &Session) -> Result<(), Failure> {
        if self.holds.is_empty() {
            return Ok(());
        }
        let holds = &self.holds;
        session
            .client
            .execute(
                &session.insert_holds,
                &[
                    &column(holds, |hold| *hold.request.request.as_uuid()),
                    &column(holds, |hold| *hold.request.key.as_uuid()),
                    &column(holds, |hold| *hold.request.device.as_uuid()),
                    &column(holds, |hold| hold.request.at),
                    &column(holds, |hold| hold.request.amount.nano_usd()),
                    &column(holds, |hold| count(hold.request.counted_input)),
                    &column(holds, |hold| count(hold.request.mark)),
                    &column(holds, |hold| hold.request.lease_until),
                    &column(holds, |hold| &*hold.request.price),
                    &self.fence.node,
                    &self.fence.epoch,
                    &column(holds, |hold| hold.origin.as_str()),
                ],
            )
            .await?;
        Ok(())
    }

    async fn insert_usage(&self, session: &Session) -> Result<(), Failure> {
        if self.usage.is_empty() {
            return Ok(());
        }
        let rows = &self.usage;
        session
            .client
            .execute(
                &session.insert_usage,
                &[
                    &column(rows, |row| *row.settle.hold.request.as_uuid()),
                    &column(rows, |row| row.settle.at),
                    &column(rows, |row| *row.settle.hold.key.as_uuid()),
                    &column(rows, |row| *row.settle.hold.device.as_uuid()),
                    &column(rows, |row| row.settle.hold.origin.kind.as_str()),
                    &column(rows, |row| &*row.settle.hold.origin.model),
                    &column(rows, |row| &*row.settle.hold.origin.upstream),
                    &column(rows, |row| &*row.settle.hold.origin.upstream_model),
                    &column(rows, |row| row.settle.provider_response_id.as_deref()),
                    &column(rows, |row| count(row.settle.usage.input_tokens)),
                    &column(rows, |row| count(row.settle.usage.output_tokens)),
                    &column(rows, |row| count(row.settle.usage.cache_read_tokens)),
                    &column(rows, |row| count(row.settle.usage.cache_write_tokens)),
                    &column(rows, |row| count(row.settle.usage.reasoning_tokens)),
                    &column(rows, |row| row.held),
                    &column(rows, |row| row.charged),
                    &column(rows, |row| row.variance),
                    &column(rows, |row| row.settle.estimated),
                    &column(rows, |row| row.orphan),
                    &column(rows, |row| row.settle.hold.origin.repository.as_deref()),
                    &column(rows, |row| row.settle.hold.origin.branch.as_deref()),
                    &column(rows, |row| row.settle.hold.origin.language.as_deref()),
                    &column(rows, |row| row.settle.hold.origin.client_request_id.as_deref()),
                    &column(rows, |row| count(row.settle.latency_ms)),
                    &column(rows, |row| row.settle.hold.known_price_version()),
                    &column(rows, |row| row.settle.hold.factor()),
                ],
            )
            .await?;
        Ok(())
    }

    async fn unclaim(&self, session: &Session) -> Result<(), Failure> {
        if self.unclaims.is_empty() {
            return Ok(());
        }
        let devices = column(&self.unclaims, |(device, _)| *device);
        let ids = column(&self.unclaims, |(_, id)| id.as_str());
        session
            .client
            .execute(&session.unclaim, &[&devices, &ids])
            .await?;
        Ok(())
    }
}

/// One array parameter: the same part of each row.
fn column<'a, R, T>(rows: &'a [R], part: impl Fn(&'a R) -> T) -> Vec<T> {
    rows.iter().map(part).collect()
}
