//! The ledger: what was granted, held and spent, to the nano-dollar.
//!
//! A token key is its lot and its account. Credit moves in two phases: [`Ledger::hold`] reserves
//! an upper bound before an upstream is called, and [`Ledger::settle`] or [`Ledger::release`]
//! resolves it exactly once. Everything that changes goes through one queue to one [`Backend`],
//! which commits many operations in one durable transaction and only then answers. So an answer
//! from here survives a kill -9 and a power cut.
//!
//! Invariants, at every commit: `spent + held <= granted` for each lot; `held` is the sum of the
//! pending holds; each hold is resolved once; entries are only ever appended.

mod alerts;
mod allowance;
mod bill;
mod export;
mod import;
mod mark;
mod operation;
mod orphan;
mod people;
mod postgres;
mod queue;
mod reader;
mod record;
mod report;
mod report_rows;
mod retention;
mod rows;
mod running;
mod sqlite;
mod store;
mod transfer;

use std::{sync::Arc, thread::JoinHandle, time::Duration};

use protocol::{DeviceId, KeyId, Money, RequestId, api::Transfers};
use tokio::sync::oneshot;

pub use alerts::{
    AlertChange, AlertReader, AlertRecord, ChannelRecord, DeliveryRecord, DeliveryTry, DueDelivery, Failing,
    Look, NewAlert, NewChannel, StoredRule, TRY_MS,
};
pub use allowance::Terms;
pub use bill::{Bill, BillAmounts, BillLine, Billed, BilledDay, Books, Metered, day_of, number_of};
pub use export::{Kind, Place, Record, Snapshot, TABLES, Table};
pub use import::{ImportChunk, ImportRow, Imported};
pub use mark::{FIRST_MARK, NEXT_MARK, next_mark};
pub use operation::{
    DeviceCap, Enrolled, HoldRefusal, HoldRequest, KeyMint, LotState, Redeem, RedeemRefusal, RequestOrigin,
    Secret, Settle, Settled, SpendCap, StoredSecret,
};
pub use orphan::{Orphan, Recovered};
pub use people::{
    Actor, AddressRecord, Asked, Claim, Claimed, CodeAnswer, DaySum, DeviceCode, DeviceCodeRecord, Erasure,
    FlowOutcome, FlowSecrets, IDLE_MS, IdentityRecord, IdentityThen, IdentityUse, Link, LinkRecord, LinkUse,
    MachineRecord, MemberEdit, MemberRecord, NewMember, NewPasskey, NewSession, NewTeam, NewToken, Newcomer,
    Note, Part, PasskeyRecord, PasskeyThen, PasskeyUse, PeopleChange, PeopleOutcome, PeopleReader,
    PeopleRefusal, PeopleRequest, ProfileEdit, ProfileRecord, ReportedBy, ReportedChunk, Rotation, SentDays,
    SentSum, SessionRecord, SignInRecord, Spent, TeamRecord, TokenRecord,
};
pub use postgres::{Change, Changes, DatabaseUrl, Moved, NotADatabaseUrl, PostgresReader, copy_in};
pub use reader::{Reader, SealedSecrets, UsageOf};
pub use record::{DeviceRecord, KeyRecord};
pub use report::{Difference, Report};
pub use retention::{Gone, LetGo, PastMark};
pub use running::RunningRecord;
pub use sqlite::SqliteReader;
pub use store::{Opened, Store};
pub use transfer::{Order, OrderRefusal, OrderRequest};

use operation::{Hold, Operation};
use queue::{Queue, Standing};

pub use crate::failure_limit::FailuresMax;
use crate::{clock::now_ms, metrics::Histogram};

/// Why the ledger gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// The writer stopped after a failed commit: what it had not answered may or may not be durable.
    #[error("the ledger stopped: {0}")]
    Stopped(Arc<str>),
    #[error("too many requests wait for the ledger")]
    Busy,
    #[error("the ledger cannot be opened: {0}")]
    Open(String),
    #[error("the ledger cannot be read: {0}")]
    Read(String),
    /// The database cannot keep what was to be written. Nothing was done, and all else goes on.
    #[error("the database cannot keep it: {0}")]
    Refused(Arc<str>),
    /// The database is elsewhere, and out of reach for now. Nothing was done.
    #[error("the database is out of reach: {0}")]
    Unreachable(String),
}

/// Where operations become durable. One thread owns it.
///
/// A batch is one transaction: of prepared statements in SQLite, of array statements in PostgreSQL.
pub(crate) trait Backend: Send + 'static {
    /// Applies the operations in order and commits them; only after that are they answered.
    /// An error means that nothing of the batch is known to be durable.
    fn commit(&mut self, batch: &mut Vec<Operation>) -> Result<(), LedgerError>;

    /// Called once, after the last batch of a writer that ends in good order.
    fn close(&mut self);

    /// Whether a commit is one sync of this machine's disk, which a caller with nothing else to do
    /// may wait for on its own thread.
    fn is_local(&self) -> bool;
}

/// For how long a request that can be refused waits for a database elsewhere.
const PATIENCE: Duration = Duration::from_secs(5);
/// How busy the ledger is.
pub struct Load<'a> {
    pub commits: &'a Histogram,
    pub operations: u64,
    /// Operations for the next commit.
    pub waiting: usize,
    /// No commit has failed, and the database can be reached.
    pub is_up: bool,
}

/// The handle that the rest of the gateway holds; cheap to clone.
#[derive(Clone)]
pub struct Ledger {
    queue: Arc<Queue>,
    is_local: bool,
    may_commit_here: bool,
    /// Written with whatever is asked of this handle.
    note: Option<Box<Note>>,
}

/// Ends the writer when dropped, after everything that was queued is durable.
pub struct Writer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has already refused its waiters; nothing is left to do.
            let _ = thread.join();
        }
    }
}

impl Ledger {
    fn start(backend: impl Backend, standing: Arc<Standing>) -> Result<(Self, Writer), LedgerError> {
        let is_local = backend.is_local();
        let queue = Arc::new(Queue::new(Box::new(backend), standing));
        let thread = std::thread::Builder::new()
            .name("ledger".into())
            .spawn({
                let queue = Arc::clone(&queue);
                move || queue.run()
            })
            .map_err(|error| LedgerError::Open(error.to_string()))?;
        Ok((
            Self {
                queue: Arc::clone(&queue),
                is_local,
                may_commit_here: false,
                note: None,
            },
            Writer {
                queue,
                thread: Some(thread),
            },
        ))
    }

    pub fn load(&self) -> Load<'_> {
        self.queue.load()
    }

    /// The same ledger for a caller whose thread has, or has not, anything else to do. One that is
    /// alone may commit on its own thread and so block it for one sync.
    pub fn for_thread(&self, is_alone: bool) -> Self {
        Self {
            may_commit_here: is_alone && self.is_local,
            ..self.clone()
        }
    }

    /// The same ledger for one change that a person asked for: the line of the audit log about it
    /// is in the same commit, if anything was done.
    #[must_use]
    pub fn noting(&self, note: Note) -> Self {
        Self {
            note: Some(Box::new(note)),
            ..self.clone()
        }
    }

    /// Changes members and what is theirs.
    pub async fn people(
        &self,
        request: PeopleRequest,
    ) -> Result<Result<PeopleOutcome, PeopleRefusal>, LedgerError> {
        self.ask_bounded(|answer| Operation::People(Box::new(request), answer))
            .await
    }

    /// Whether this gateway is the only one that changes the ledger.
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    /// Reserves an upper bound. Durable when it returns; no upstream is called before that.
    pub async fn hold(
        &self,
        request: Arc<HoldRequest>,
    ) -> Result<Result<LotState, HoldRefusal>, LedgerError> {
        let origin = request.origin.to_text();
        let hold = Box::new(Hold { request, origin });
        self.ask_bounded(|answer| Operation::Hold(hold, answer)).await
    }

    /// Moves the mark ahead of what is passed on to the client; false when the hold is gone.
    pub async fn extend(&self, request: RequestId, mark: u64) -> Result<bool, LedgerError> {
        self.ask(|answer| Operation::Extend {
            request,
            mark,
            answer,
        })
        .await
    }

    /// Charges what was used and gives the rest back. Durable when it returns. The second settle
    /// of a request changes nothing and answers `None`.
    pub async fn settle(&self, settle: Box<Settle>) -> Result<Option<Settled>, LedgerError> {
        self.ask(|answer| Operation::Settle(settle, answer)).await
    }

    /// Gives a hold back whole; false when it was already resolved.
    pub async fn release(&self, hold: Arc<HoldRequest>) -> Result<bool, LedgerError> {
        self.ask(|answer| Operation::Release { hold, answer }).await
    }

    /// Creates token keys with their lots; all of them or none.
    pub async fn mint(&self, keys: Vec<KeyMint>) -> Result<(), LedgerError> {
        self.ask(|answer| Operation::Mint(keys, answer)).await
    }

    /// Claims a place on a key for a new device, in one compare-and-swap.
    pub async fn redeem(&self, redeem: Box<Redeem>) -> Result<Result<Enrolled, RedeemRefusal>, LedgerError> {
        self.ask_bounded(|answer| Operation::Redeem(redeem, answer)).await
    }

    /// Counts a redeem that failed where other gateways count too. Answers the milliseconds to wait,
    /// if there were too many before it; then it is not counted.
    pub async fn count_failure(&self, peer: [u8; 32], most: FailuresMax) -> Result<Option<i64>, LedgerError> {
        if self.is_local {
            return Ok(None);
        }
        self.ask_bounded(|answer| Operation::CountFailure { peer, most, answer })
            .await
    }

    /// Takes back what was counted of a peer that was right in the end.
    pub async fn forget_failures(&self, peer: [u8; 32]) -> Result<(), LedgerError> {
        if self.is_local {
            return Ok(());
        }
        let request = PeopleRequest {
            at: now_ms(),
            change: PeopleChange::ForgetFailures(peer),
            note: None,
            asked: None,
        };
        self.people(request).await.map(drop)
    }

    /// Stops a key and all its devices; false when there is no such key.
    pub async fn revoke_key(&self, key: KeyId, at: i64) -> Result<bool, LedgerError> {
        self.ask(|answer| Operation::RevokeKey { key, at, answer }).await
    }

    /// Stops a device and frees its place; false when it is unknown or was revoked before.
    pub async fn revoke_device(&self, device: DeviceId, at: i64) -> Result<bool, LedgerError> {
        self.ask(|answer| Operation::RevokeDevice { device, at, answer })
            .await
    }

    pub async fn rename_device(&self, device: DeviceId, name: String) -> Result<bool, LedgerError> {
        self.ask(|answer| Operation::RenameDevice { device, name, answer })
            .await
    }

    /// Notes that a device was seen; its redeem can no longer be repeated after that.
    pub async fn touch(&self, device: DeviceId, at: i64) -> Result<(), LedgerError> {
        self.ask_bounded(|answer| Operation::Touch { device, at, answer })
            .await
    }

    /// Gives back what an orphan was charged, once; `None` when it is no orphan or was refunded.
    pub async fn refund(&self, request: RequestId, at: i64) -> Result<Option<Money>, LedgerError> {
        self.ask(|answer| Operation::Refund { request, at, answer }).await
    }

    /// Moves credit, or sets an allowance; all of the order or nothing. Under an idempotency key it
    /// is carried out once, and answered the same for a day.
    pub async fn order(
        &self,
        request: Box<OrderRequest>,
    ) -> Result<Result<Transfers, OrderRefusal>, LedgerError> {
        self.ask(|answer| Operation::Order(request, answer)).await
    }

    /// Does what time alone brings about: the credit of expired keys goes back to the house once no
    /// hold is pending on it, and allowances bring what is due. Returns the lots that changed.
    pub async fn due(&self, now: i64) -> Result<Vec<KeyId>, LedgerError> {
        let mut changed = Vec::new();
        loop {
            let some = self.ask(|answer| Operation::Due { now, answer }).await?;
            if some.is_empty() {
                return Ok(changed);
            }
            changed.extend(some);
        }
    }

    /// Keeps what a member prefers, as JSON; false when there is no such key.
    pub async fn set_preferences(
        &self,
        key: KeyId,
        preferences: Option<String>,
    ) -> Result<bool, LedgerError> {
        self.ask(|answer| Operation::SetPreferences {
            key,
            preferences,
            answer,
        })
        .await
    }

    /// Notes which file belongs to the database; at the first start.
    pub async fn remember(&self, secret: Secret, check: i64) -> Result<(), LedgerError> {
        self.ask(|answer| Operation::Remember {
            secret,
            check,
            answer,
        })
        .await
    }

    /// Keeps an upstream's sealed secret in the place of an older one.
    pub async fn store_secret(&self, secret: StoredSecret) -> Result<(), LedgerError> {
        self.ask(|answer| Operation::StoreSecret(Box::new(secret), answer))
            .await
    }

    /// Keeps what a provider billed, in the place of what was known of the same days.
    pub async fn store_bill(&self, bill: Bill) -> Result<(), LedgerError> {
        self.ask(|answer| Operation::StoreBill(Box::new(bill), answer))
            .await
    }

    /// Settles holds whose lease ran out: their owner is gone without a trace.
    pub async fn sweep(&self, now: i64) -> Result<u64, LedgerError> {
        self.ask(|answer| Operation::Sweep { now, answer }).await
    }

    /// Proves that a commit works; what `readyz` asks.
    pub async fn probe(&self, now: i64) -> Result<(), LedgerError> {
        self.ask_bounded(|answer| Operation::Probe { now, answer }).await
    }

    async fn ask<T>(&self, make: impl FnOnce(oneshot::Sender<T>) -> Operation) -> Result<T, LedgerError> {
        let (answer, waiting) = oneshot::channel();
        if let Some(operation) = self.try_here(self.noted(make(answer))) {
            self.queue.push(operation)?;
        }
        waiting.await.map_err(|_| self.queue.why_unanswered())
    }

    /// Like `ask`, for operations that may be refused when the queue is long. What resolves a hold
    /// is never refused.
    async fn ask_bounded<T>(
        &self,
        make: impl FnOnce(oneshot::Sender<T>) -> Operation,
    ) -> Result<T, LedgerError> {
        let (answer, mut waiting) = oneshot::channel();
        if let Some(operation) = self.try_here(self.noted(make(answer))) {
            self.queue.push_bounded(operation)?;
        }
        if self.is_local {
            return waiting.await.map_err(|_| self.queue.why_unanswered());
        }
        if let Ok(answer) = tokio::time::timeout(PATIENCE, &mut waiting).await {
            return answer.map_err(|_| self.queue.why_unanswered());
        }
        // From here on the writer sees that nobody waits, and takes a hold back.
        waiting.close();
        waiting
            .try_recv()
            .map_err(|_| LedgerError::Unreachable("it did not answer in time".into()))
    }

    fn noted(&self, operation: Operation) -> Operation {
        match &self.note {
            Some(note) => Operation::Noted(Box::new(operation), note.clone()),
            None => operation,
        }
    }

    /// What has to go through the queue.
    fn try_here(&self, operation: Operation) -> Option<Operation> {
        if self.may_commit_here {
            self.queue.commit_here(operation).err()
        } else {
            Some(operation)
        }
    }
}
