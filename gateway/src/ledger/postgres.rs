//! The PostgreSQL backend: any number of gateways on one database, which shares nothing else.
//!
//! A batch is one transaction of two round trips (`hot`, `writes`). It begins with this gateway's
//! own row in `node`, which renews its lease, proves that it was not given up (`epoch`) and carries
//! the number of the batch: when a connection breaks in the middle of a commit, that number says
//! afterwards whether the commit came through. So a batch is answered exactly as it is durable,
//! also when the database restarts under it.

mod bill;
mod change;
mod cold;
mod connect;
mod copy;
mod failure;
mod failures;
mod hot;
mod listen;
mod lot;
mod open;
mod orphans;
mod people;
mod reads;
mod refused;
mod report;
mod rows;
mod schema;
mod session;
mod spender;
mod transfer;
mod verify;
mod work;
mod writes;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::runtime::Runtime;
use uuid::Uuid;

pub use change::Change;
pub use connect::{DatabaseUrl, NotADatabaseUrl};
pub use copy::{Moved, copy_in};
pub use listen::Changes;
pub use people::rows_of;
pub use reads::PostgresReader;
use reads::home;
pub(super) use verify::verify;

use cold::Cold;
use failure::Failure;
use hot::Hot;
use orphans::{GiveUp, SettleOrphans};
use session::{Fence, Session};
use work::Work;

use super::{Backend, HoldRequest, LedgerError, Recovered, operation::Operation, queue::Standing};

const WAIT_MIN: Duration = Duration::from_millis(20);
const WAIT_MAX: Duration = Duration::from_secs(1);
/// For how long a gateway that is told to end goes on trying to reach the database.
const ENDING_MAX: Duration = Duration::from_secs(10);

/// The writer's side of the database, on a thread of its own.
pub(super) struct PostgresBackend {
    /// Drives the connection while a batch is at work, and only then.
    runtime: Runtime,
    node: Node,
}

/// This gateway as the database knows it.
struct Node {
    url: DatabaseUrl,
    standing: Arc<Standing>,
    id: Uuid,
    lease: Duration,
    epoch: i64,
    /// The number of the last batch that this gateway knows to be durable.
    batch: i64,
    /// The same, as the database said it when the connection was made.
    batch_found: i64,
    session: Option<Session>,
    connected_since: Instant,
    /// Holds of callers who did not wait for their answer: nothing was sent for them.
    deserted: Vec<Arc<HoldRequest>>,
}

impl Backend for PostgresBackend {
    fn commit(&mut self, batch: &mut Vec<Operation>) -> Result<(), LedgerError> {
        let (hot, cold) = sort(batch);
        self.runtime.block_on(self.node.commit(hot, cold))
    }

    fn close(&mut self) {
        self.runtime.block_on(self.node.leave());
    }

    /// A commit crosses a network: nobody waits for it on a thread that others need.
    fn is_local(&self) -> bool {
        false
    }
}

fn sort(batch: &mut Vec<Operation>) -> (Hot, Vec<Operation>) {
    let mut hot = Hot::default();
    let mut cold = Vec::new();
    for operation in batch.drain(..) {
        match operation {
            Operation::Hold(hold, answer) => hot.holds.push((hold, answer)),
            Operation::Extend {
                request,
                mark,
                answer,
            } => hot.extends.push((request, mark, answer)),
            Operation::Settle(settle, answer) => hot.settles.push((settle, answer)),
            Operation::Release { hold, answer } => hot.releases.push((hold, Some(answer))),
            other => cold.push(other),
        }
    }
    (hot, cold)
}

impl Node {
    async fn commit(&mut self, mut hot: Hot, cold: Vec<Operation>) -> Result<(), LedgerError> {
        hot.forget_deserted();
        let deserted = std::mem::take(&mut self.deserted).into_iter();
        hot.releases.extend(deserted.map(|hold| (hold, None)));
        if !hot.is_empty() {
            self.commit_hot(hot).await?;
        }
        for operation in cold {
            match operation {
                Operation::Sweep { now, answer } => {
                    if let Some(swept) = refused::unless_refused(self.sweep(now).await)? {
                        // Whoever asked may be gone; what was swept stays swept.
                        let _ = answer.send(swept);
                    }
                }
                operation => {
                    let cold = Cold::new(operation);
                    if let Some(outcome) = refused::unless_refused(self.durable(&cold).await)? {
                        cold.answer(outcome);
                    }
                }
            }
        }
        Ok(())
    }

    /// Does the work in one transaction, once, however often the connection breaks meanwhile.
    async fn durable<W: Work>(&mut self, work: &W) -> Result<W::Answer, LedgerError> {
        loop {
            let fence = Fence {
                node: self.id,
                epoch: self.epoch,
                batch: self.batch + 1,
                lease: self.lease,
            };
            let session = self.session().await?;
            let failure = match work.decide(session, &fence).await {
                Err(failure) => failure,
                Ok((answer, writes)) => match writes.commit(session).await {
                    Ok(()) => {
                        self.batch = fence.batch;
                        return Ok(answer);
                    }
                    Err(Failure::Lost(why)) => {
                        if self.came_through(fence.batch, &why).await? {
                            self.batch = fence.batch;
                            return Ok(answer);
                        }
                        continue;
                    }
                    Err(failure) => failure,
                },
            };
            self.mend(failure).await?;
        }
    }

    /// Whether a commit that was sent over a connection which then broke is durable.
    async fn came_through(&mut self, batch: i64, why: &str) -> Result<bool, LedgerError> {
        tracing::warn!("The connection to the database broke in the middle of a commit: {why}");
        self.session = None;
        self.session().await?;
        Ok(self.batch_found >= batch)
    }

    /// After this the work can be tried again.
    async fn mend(&mut self, failure: Failure) -> Result<(), LedgerError> {
        match failure {
            Failure::Lost(why) => {
                tracing::warn!("The connection to the database broke: {why}");
                self.session = None;
            }
            Failure::Again(why) => {
                tracing::debug!("A transaction is tried again: {why}");
                self.roll_back().await;
            }
            Failure::Fenced => {
                self.roll_back().await;
                self.rejoin().await?;
            }
            Failure::Refused(why) => {
                self.roll_back().await;
                return Err(LedgerError::Refused(why.into()));
            }
            Failure::Broken(why) => return Err(LedgerError::Stopped(why.into())),
        }
        Ok(())
    }

    async fn roll_back(&mut self) {
        if let Some(session) = &self.session
            && session.roll_back().await.is_err()
        {
            // The server rolls back what a closed connection had begun.
            self.session = None;
        }
    }

    /// The connection; waits until there is one.
    async fn session(&mut self) -> Result<&Session, LedgerError> {
        if self
            .session
            .as_ref()
            .is_none_or(|session| session.client.is_closed())
        {
            self.session = None;
            self.reconnect().await?;
        }
        self.session
            .as_ref()
            .ok_or_else(|| LedgerError::Unreachable("there is no connection".into()))
    }

    async fn reconnect(&mut self) -> Result<(), LedgerError> {
        let mut wait = WAIT_MIN;
        let mut ending = None;
        loop {
            match self.connect().await {
                Ok(()) => break,
                Err(error) => {
                    if self.standing.set_reachable(false) {
                        tracing::error!("The database is out of reach; new requests are refused: {error}");
                    }
                    let since = *ending.get_or_insert_with(Instant::now);
                    if !self.standing.is_ending() {
                        ending = None;
                    } else if since.elapsed() > ENDING_MAX {
                        return Err(error);
                    }
                }
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(WAIT_MAX);
        }
        if self.standing.set_reachable(true) {
            tracing::info!("The database is in reach again");
        }
        Ok(())
    }

    async fn connect(&mut self) -> Result<(), LedgerError> {
        let session = Session::open(&self.url).await?;
        // Waits for a transaction of this gateway that an older connection still has at work.
        let sql = "SELECT batch FROM node WHERE id = $1 FOR UPDATE";
        let row = session.client.query_one(sql, &[&self.id]).await;
        let batch = row.and_then(|row| row.try_get(0));
        self.batch_found = batch.map_err(connect::unreachable)?;
        self.session = Some(session);
        self.connected_since = Instant::now();
        Ok(())
    }

    /// Another gateway took this one for dead. What ran is or will be settled on its marks; what
    /// comes now begins anew.
    async fn rejoin(&mut self) -> Result<(), LedgerError> {
        tracing::error!(
            "Another gateway took this one for dead; its running requests were settled on their marks"
        );
        loop {
            let (id, lease) = (self.id, self.lease);
            let session = self.session().await?;
            match open::join(&session.client, id, lease).await {
                Ok((epoch, batch)) => {
                    (self.epoch, self.batch) = (epoch, batch);
                    return Ok(());
                }
                Err(failure) => Box::pin(self.mend(failure)).await?,
            }
        }
    }

    async fn sweep(&mut self, now: i64) -> Result<u64, LedgerError> {
        // After the database was out of reach everybody gets the time to renew their lease.
        if self.connected_since.elapsed() > self.lease {
            self.durable(&GiveUp).await?;
        }
        let recovered = self.settle_orphans(now).await?;
        Ok(recovered.orphans.len() as u64)
    }

    async fn settle_orphans(&mut self, now: i64) -> Result<Recovered, LedgerError> {
        let mut recovered = Recovered::default();
        loop {
            let orphans = self.durable(&SettleOrphans { now, is_bare: false }).await;
            let orphans = match orphans {
                // Whatever a text of theirs is: the money that it belongs to is charged.
                Err(LedgerError::Refused(_)) => self.durable(&SettleOrphans { now, is_bare: true }).await?,
                orphans => orphans?,
            };
            let is_last = (orphans.len() as i64) < orphans::AT_ONCE;
            recovered.orphans.extend(orphans);
            if is_last {
                return Ok(recovered);
            }
        }
    }

    /// So that nobody takes a gateway that ended in good order for one that died.
    async fn leave(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        let sql = "UPDATE node SET lease_until = 'infinity' WHERE id = $1 AND epoch = $2";
        let left = async { session.client.execute(sql, &[&self.id, &self.epoch]).await };
        if tokio::time::timeout(WAIT_MAX, left).await.is_err() {
            tracing::debug!("The database did not hear that this gateway ended");
        }
    }
}
