use std::{borrow::Cow, sync::Arc};

use jiff::Timestamp;
use protocol::{
    DeviceId, KeyId, MemberId, Money, RequestId, RequestKind, TokenUsage,
    api::{DeviceClient, Transfers},
};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot::Sender;
use usage::pricing::Multiplier;

use super::{
    Bill, LedgerError, OrderRefusal, OrderRequest,
    people::{Note, PeopleOutcome, PeopleRefusal, PeopleRequest},
};
use crate::failure_limit::FailuresMax;

/// Everything that changes the ledger, with the place where its answer goes.
pub(crate) enum Operation {
    Hold(Box<Hold>, Sender<Result<LotState, HoldRefusal>>),
    Extend {
        request: RequestId,
        mark: u64,
        answer: Sender<bool>,
    },
    Settle(Box<Settle>, Sender<Option<Settled>>),
    Release {
        hold: Arc<HoldRequest>,
        answer: Sender<bool>,
    },
    Mint(Vec<KeyMint>, Sender<()>),
    Redeem(Box<Redeem>, Sender<Result<Enrolled, RedeemRefusal>>),
    /// Counts a redeem that failed, for all gateways; answers the milliseconds to wait where there
    /// were too many.
    CountFailure {
        peer: [u8; 32],
        most: FailuresMax,
        answer: Sender<Option<i64>>,
    },
    RevokeKey {
        key: KeyId,
        at: i64,
        answer: Sender<bool>,
    },
    RevokeDevice {
        device: DeviceId,
        at: i64,
        answer: Sender<bool>,
    },
    RenameDevice {
        device: DeviceId,
        name: String,
        answer: Sender<bool>,
    },
    Touch {
        device: DeviceId,
        at: i64,
        answer: Sender<()>,
    },
    Refund {
        request: RequestId,
        at: i64,
        answer: Sender<Option<Money>>,
    },
    Order(Box<OrderRequest>, Sender<Result<Transfers, OrderRefusal>>),
    /// Expiry and allowances; answers the lots that changed.
    Due {
        now: i64,
        answer: Sender<Vec<KeyId>>,
    },
    SetPreferences {
        key: KeyId,
        preferences: Option<String>,
        answer: Sender<bool>,
    },
    StoreSecret(Box<StoredSecret>, Sender<()>),
    StoreBill(Box<Bill>, Sender<()>),
    Remember {
        secret: Secret,
        check: i64,
        answer: Sender<()>,
    },
    Sweep {
        now: i64,
        answer: Sender<u64>,
    },
    Probe {
        now: i64,
        answer: Sender<()>,
    },
    People(Box<PeopleRequest>, Sender<Result<PeopleOutcome, PeopleRefusal>>),
    /// An operation with its line of the audit log, which is written only if something was done.
    Noted(Box<Self>, Box<Note>),
}

/// A file beside the database that belongs to it alone. The database keeps a number that only this
/// file gives, so that another one is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    Pepper,
    KeyEncryptionKey,
}

impl Secret {
    /// As the number is named in the database.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Pepper => "pepper",
            Self::KeyEncryptionKey => "key_encryption_key",
        }
    }
}

/// An answer that waits for its commit.
pub(crate) struct Reply {
    tell: Box<dyn FnOnce() + Send>,
    /// The operation changed something.
    pub happened: bool,
}

impl Reply {
    pub fn tell(self) {
        (self.tell)();
    }
}

pub(super) fn reply<T: Happened + Send + 'static>(answer: Sender<T>, value: T) -> Reply {
    Reply {
        happened: value.happened(),
        // Whoever asked may be gone; the operation stands all the same.
        tell: Box::new(move || drop(answer.send(value))),
    }
}

/// What an answer says about whether anything was done.
pub(crate) trait Happened {
    fn happened(&self) -> bool;
}

impl Happened for () {
    fn happened(&self) -> bool {
        true
    }
}
impl Happened for bool {
    fn happened(&self) -> bool {
        *self
    }
}
impl Happened for u64 {
    fn happened(&self) -> bool {
        *self > 0
    }
}
impl<T> Happened for Option<T> {
    fn happened(&self) -> bool {
        self.is_some()
    }
}
impl<T, E> Happened for Result<T, E> {
    fn happened(&self) -> bool {
        self.is_ok()
    }
}
impl<T> Happened for Vec<T> {
    fn happened(&self) -> bool {
        !self.is_empty()
    }
}

/// For how long the same redeem answers the same device.
pub(super) const REPEAT_MS: i64 = 10 * 60 * 1000;

/// The client's id that the hold claims, unless an attempt before it has done so.
pub(super) fn claimed(hold: &HoldRequest) -> Option<&String> {
    hold.origin.client_request_id.as_ref().filter(|_| !hold.is_repeat)
}

/// Counts beyond `i64` cannot be real; they are kept as the largest number instead of failing the
/// batch that other people's requests are in.
pub(super) fn count(tokens: u64) -> i64 {
    i64::try_from(tokens).unwrap_or(i64::MAX)
}

/// What a request is for; it goes into the usage row as it was when the request came.
#[derive(Clone, Debug)]
pub struct RequestOrigin {
    pub kind: RequestKind,
    pub model: Arc<str>,
    pub upstream: Arc<str>,
    pub upstream_model: Arc<str>,
    pub repository: Option<String>,
    pub branch: Option<String>,
    pub language: Option<String>,
    pub client_request_id: Option<String>,
}

impl RequestOrigin {
    /// The origin in one text, as a pending hold keeps it for the case of a crash.
    pub(super) fn to_text(&self) -> String {
        let text = serde_json::to_string(&OriginText {
            kind: self.kind,
            model: Cow::Borrowed(&self.model),
            upstream: Cow::Borrowed(&self.upstream),
            upstream_model: Cow::Borrowed(&self.upstream_model),
            repository: self.repository.as_deref().map(Cow::Borrowed),
            branch: self.branch.as_deref().map(Cow::Borrowed),
            language: self.language.as_deref().map(Cow::Borrowed),
            client_request_id: self.client_request_id.as_deref().map(Cow::Borrowed),
        });
        // Strings always have a form in JSON.
        text.unwrap_or_default()
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        let text: OriginText<'_> = serde_json::from_str(text).ok()?;
        Some(Self {
            kind: text.kind,
            model: text.model.into(),
            upstream: text.upstream.into(),
            upstream_model: text.upstream_model.into(),
            repository: text.repository.map(Cow::into_owned),
            branch: text.branch.map(Cow::into_owned),
            language: text.language.map(Cow::into_owned),
            client_request_id: text.client_request_id.map(Cow::into_owned),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct OriginText<'a> {
    kind: RequestKind,
    #[serde(borrow)]
    model: Cow<'a, str>,
    upstream: Cow<'a, str>,
    upstream_model: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_request_id: Option<Cow<'a, str>>,
}

/// A hold on its way to the writer, which has better things to do than to write its origin as text.
pub(crate) struct Hold {
    pub request: Arc<HoldRequest>,
    pub origin: String,
}

/// Reserve `amount` on a lot for a request that has not been sent yet.
#[derive(Clone, Debug)]
pub struct HoldRequest {
    pub request: RequestId,
    pub key: KeyId,
    pub device: DeviceId,
    pub at: i64,
    /// After this the hold's owner must have resolved it.
    pub lease_until: i64,
    pub amount: Money,
    /// What a crash would charge: these input tokens and the mark, at `price`.
    pub counted_input: u64,
    pub mark: u64,
    /// The price of the hold, as `usage::pricing::Price` in JSON: the settle uses the same.
    pub price: Arc<str>,
    /// Which version of the price that is; empty where it has none.
    pub price_version: Arc<str>,
    /// The operator's factor in the price.
    pub multiplier: Multiplier,
    /// Caps on spending that others may use up at the same time; empty where nobody else spends, and
    /// what this process counts is all there is.
    pub caps: Vec<SpendCap>,
    /// Another attempt of a request that has claimed its client's id already.
    pub is_repeat: bool,
    pub origin: RequestOrigin,
}

impl HoldRequest {
    /// What the usage row says of the price.
    pub(super) fn known_price_version(&self) -> Option<&str> {
        Some(&*self.price_version).filter(|version| !version.is_empty())
    }

    /// The factor in millionths, where it is not 1.
    pub(super) fn factor(&self) -> Option<i64> {
        (self.multiplier != Multiplier::ONE).then(|| self.multiplier.millionths().into())
    }
}

/// A cap on what is spent in a day or a month, as the statement that takes a hold can check it: on
/// the lot's own running sums, which all gateways change under one lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendCap {
    /// What of the lot may be spent and held after the hold. Where the cap is for one device, this
    /// counts what the lot's other devices spent since it was worked out, so it may be too low.
    pub lot_max: Money,
    /// The cap itself, where it is for this device alone.
    pub device: Option<DeviceCap>,
}

/// A cap for the device that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceCap {
    pub max: Money,
    /// What was charged from here on counts.
    pub since: i64,
}

/// A lot after an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotState {
    pub granted: Money,
    pub spent: Money,
    pub held: Money,
}

impl LotState {
    /// What can still be held. The database's CHECK keeps it from being negative.
    pub fn available(&self) -> Money {
        Money::from_nano_usd(self.granted.nano_usd() - self.spent.nano_usd() - self.held.nano_usd())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldRefusal {
    /// The bound does not fit what is neither spent nor held.
    Short(LotState),
    /// The bound does not fit into one of the request's caps, the one at this place.
    Capped {
        place: usize,
        /// What the cap has that is neither spent nor held.
        left: Money,
        held: Money,
    },
    /// The device or its key was revoked.
    Revoked,
    Expired,
    /// The device sent this client request id before.
    Reused,
}

/// Charge what was used.
#[derive(Clone, Debug)]
pub struct Settle {
    /// What is resolved, as it was held.
    pub hold: Arc<HoldRequest>,
    pub at: i64,
    pub usage: TokenUsage,
    /// The price of `usage`; the lot is charged at most the hold, the house bears the rest.
    pub cost: Money,
    pub estimated: bool,
    pub provider_response_id: Option<String>,
    pub latency_ms: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    pub charged: Money,
    /// What the bound missed; 0 unless a provider billed more than its own limits.
    pub variance: Money,
    pub lot: LotState,
}

/// One token key to be created. Its code is not here: only the MAC is kept.
#[derive(Clone, Debug)]
pub struct KeyMint {
    pub id: KeyId,
    pub mac: [u8; 32],
    pub last4: String,
    pub label: Option<String>,
    pub credit: Money,
    pub models: Option<Vec<String>>,
    pub devices: u32,
    pub expires_at: Option<Timestamp>,
    pub strict: bool,
    /// The key's own limits, as JSON; none: those of the configuration.
    pub limits: Option<String>,
    /// Whose it is from the start.
    pub member: Option<MemberId>,
    pub at: i64,
}

/// A device that wants a place on a key.
#[derive(Clone, Debug)]
pub struct Redeem {
    pub key_mac: [u8; 32],
    /// The id and credential that a new device gets.
    pub device: DeviceId,
    pub credential_mac: [u8; 32],
    pub credential_last4: String,
    pub name: String,
    pub client: DeviceClient,
    pub idempotency_key: Option<String>,
    /// Who is signed in where it was typed: a key that is nobody's becomes theirs.
    pub member: Option<MemberId>,
    pub at: i64,
}

/// The device that a redeem enrolled, or found again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolled {
    pub key: KeyId,
    pub device: DeviceId,
    pub name: String,
    /// The MAC of the credential that died, when the same redeem was repeated.
    pub replaced: Option<[u8; 32]>,
}

/// An upstream's secret, sealed before it comes here.
#[derive(Clone, Debug)]
pub struct StoredSecret {
    pub upstream: String,
    pub sealed: String,
    pub last4: String,
    pub at: i64,
}

/// Unknown, used up, expired or revoked: callers get one answer for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RedeemRefusal;

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Stopped(error.to_string().into())
    }
}
