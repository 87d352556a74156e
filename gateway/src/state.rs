//! What all routes share.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use protocol::{
    Code, MemberId, Problem, RequestId,
    api::{Account, Balance, LotBalance, Member},
};
use tokio::sync::{Notify, watch};

use crate::{
    alert::Alerts,
    capacity::Capacity,
    catalogue::{Catalogue, Trials},
    clock::new_id,
    config::Limits,
    credential::{self, Kind},
    directory::{Device, Directory, Key},
    events::EventHub,
    failure_limit::FailureLimit,
    fair_queue::FairQueue,
    ledger::{Ledger, LedgerError, LotState, Reader},
    metrics::Metrics,
    peer::PeerRules,
    people::Doorkeeper,
    quota::Quota,
    reconcile::Reconcile,
    report::Rollup,
    secrets::Envelope,
    settings::Settings,
    sharing::Boards,
    telemetry::Telemetry,
};

pub struct Gateway {
    pub ledger: Ledger,
    pub reader: Reader,
    /// Sums of usage that are kept.
    pub rollup: Arc<Rollup>,
    /// Held while usage rows are counted, and while others are brought in.
    pub counting: tokio::sync::Mutex<()>,
    /// Places for those who read everything.
    pub exports: Arc<tokio::sync::Semaphore>,
    /// One import at a time: each is long, and they would wait for each other anyway.
    pub imports: Arc<tokio::sync::Semaphore>,
    pub directory: Directory,
    pub catalogue: ArcSwap<Catalogue>,
    /// What running requests take of what is there.
    pub capacity: Arc<Capacity>,
    pub failed_redeems: FailureLimit,
    /// Who may try to sign in, and how often.
    pub door: Doorkeeper,
    pub boards: Boards,
    pub quota: Arc<Quota>,
    pub queue: Arc<FairQueue>,
    pub events: EventHub,
    pub metrics: Metrics,
    pub reconcile: Reconcile,
    /// Providers that are tried before their key is kept.
    pub trials: Trials,
    pub alerts: Alerts,
    /// Traces, where they are on.
    pub telemetry: Option<Telemetry>,
    pub peers: PeerRules,
    /// The MAC of the credential in `admin.json`.
    pub admin_mac: [u8; 32],
    /// How others reach this gateway; links of minted keys begin with it.
    pub public_url: String,
    pub settings: Settings,
    pub envelope: Envelope,
    /// Rung when upstreams changed and models should be looked up again.
    pub changed: Notify,
    pub stop: Stop,
}

/// How the gateway is ending; phases only go forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Serving,
    /// New requests are refused, listeners are let go, running answers go on.
    Draining,
    /// Running streams are cut, and settled on what was passed on.
    Cutting,
}

/// Tells everything that runs how the gateway is ending, and counts what still runs.
pub struct Stop {
    phase: watch::Sender<Phase>,
    running: AtomicUsize,
    idle: Notify,
}

impl Default for Stop {
    fn default() -> Self {
        Self {
            phase: watch::channel(Phase::Serving).0,
            running: AtomicUsize::new(0),
            idle: Notify::new(),
        }
    }
}

impl Stop {
    pub fn drain(&self) {
        self.reach(Phase::Draining);
    }
    pub fn cut(&self) {
        self.reach(Phase::Cutting);
    }
    fn reach(&self, phase: Phase) {
        self.phase.send_if_modified(|now| {
            let is_later = phase > *now;
            *now = phase.max(*now);
            is_later
        });
    }

    pub fn is_cutting(&self) -> bool {
        *self.phase.borrow() >= Phase::Cutting
    }
    pub fn is_draining(&self) -> bool {
        *self.phase.borrow() >= Phase::Draining
    }
    /// Returns when no new work should start.
    pub async fn on_drain(&self) {
        self.on(Phase::Draining).await;
    }
    /// Returns when running streams must be cut.
    pub async fn on_cut(&self) {
        self.on(Phase::Cutting).await;
    }
    async fn on(&self, phase: Phase) {
        // The sender lives in `self`, so the channel cannot close while this waits.
        let _ = self.phase.subscribe().wait_for(|now| *now >= phase).await;
    }

    /// Returns when nothing runs any more.
    pub async fn on_idle(&self) {
        loop {
            let idle = self.idle.notified();
            if self.running.load(Ordering::Acquire) == 0 {
                return;
            }
            idle.await;
        }
    }
}

/// One connection or request at work; gone when dropped.
pub struct Busy(Arc<Gateway>);

impl Busy {
    pub fn new(gateway: &Arc<Gateway>) -> Self {
        gateway.stop.running.fetch_add(1, Ordering::AcqRel);
        Self(Arc::clone(gateway))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        if self.0.stop.running.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.stop.idle.notify_waiters();
        }
    }
}

impl Gateway {
    /// The limits in force; a reload changes them for what comes after it.
    pub fn limits(&self) -> Limits {
        self.settings.limits()
    }

    /// The path below which a proxy shows this gateway: empty, or it begins with a slash.
    pub fn public_path(&self) -> &str {
        path_of(&self.public_url)
    }

    /// The balance of a lot in the form that clients read.
    pub fn balance_of(&self, key: &Key, lot: LotState) -> Balance {
        Balance::of_lot(
            LotBalance {
                id: key.id,
                key_last4: key.last4.clone(),
                available_nano_usd: lot.available(),
                held_nano_usd: lot.held,
                granted_nano_usd: lot.granted,
                expires_at: key.expires_at,
            },
            lot.spent,
        )
    }

    pub async fn balance(&self, key: &Key) -> Result<Balance, Problem> {
        let lot = self.reader.lot(key.id).await.map_err(internal)?;
        Ok(self.balance_of(key, lot.unwrap_or(EMPTY)))
    }

    /// What all keys of a member have together.
    pub async fn balance_of_member(&self, member: MemberId) -> Result<Balance, Problem> {
        let mut keys = self.directory.keys_of(member);
        keys.retain(|key| !key.is_revoked());
        keys.sort_by_key(|key| (key.expires_at.unwrap_or(Timestamp::MAX), key.id));
        let mut balances = Vec::new();
        for key in keys {
            balances.push(self.balance(&key).await?);
        }
        Balance::of_lots(balances)
            .ok_or_else(|| Problem::new(Code::Internal, "The balances of these keys are too large to add."))
    }

    /// Looks for a device that this gateway does not know in the database; whether it was found.
    pub async fn learn(&self, credential: &[u8]) -> Result<bool, Problem> {
        if credential::kind_of(credential) != Some(Kind::Device) {
            return Ok(false);
        }
        let mac = self.directory.pepper().mac(credential);
        let Some(key) = self.reader.key_of_credential(&mac).await.map_err(internal)? else {
            return Ok(false);
        };
        self.directory
            .refresh(&self.reader, key)
            .await
            .map_err(internal)?;
        Ok(true)
    }

    pub async fn account(&self, device: &Arc<Device>, name: String) -> Result<Account, Problem> {
        let member = match device.key.member() {
            Some(id) => self.reader.people().member(id).await.map_err(internal)?,
            None => None,
        };
        Ok(Account {
            member: member.map(|member| Member {
                id: member.id,
                name: member.name,
            }),
            device_id: device.id,
            device_name: name,
            balance: self.balance(&device.key).await?,
            models: self
                .catalogue
                .load()
                .of_key(&device.key)
                .map(|model| model.id.to_string())
                .collect(),
        })
    }
}

fn path_of(url: &str) -> &str {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after_scheme.find('/').map_or("", |at| &after_scheme[at..]);
    path.split(['?', '#']).next().unwrap_or("").trim_end_matches('/')
}

const EMPTY: LotState = LotState {
    granted: protocol::Money::ZERO,
    spent: protocol::Money::ZERO,
    held: protocol::Money::ZERO,
};

/// A failure of ours, of something that is no request to a model.
pub fn internal(error: LedgerError) -> Problem {
    internal_in(RequestId::from_uuid(new_id()), error)
}

/// A failure of ours: the log has the cause, the client does not. By the id each is found with the
/// other.
pub fn internal_in(request: RequestId, error: LedgerError) -> Problem {
    match error {
        LedgerError::Busy => Problem::new(Code::RateLimited, "Too many requests wait at this gateway."),
        LedgerError::Unreachable(why) => {
            tracing::warn!(request.id = %request, "The database is out of reach: {why}");
            Problem::new(
                Code::Starting,
                "The gateway cannot reach its database at the moment.",
            )
            .with_hint("Nothing was sent or charged. Try again in a few seconds.")
        }
        other => {
            tracing::error!(request.id = %request, "{other}");
            Problem::new(
                Code::Internal,
                "The gateway could not write its ledger. Nothing was sent or charged.",
            )
            .with_hint(format!(
                "Try again; if it stays so, tell the gateway's owner: request {request}."
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_path_is_what_comes_after_the_host() {
        for (url, path) in [
            ("https://tokens.example", ""),
            ("https://tokens.example/", ""),
            ("https://tokens.example:8443/ai/tokens", "/ai/tokens"),
            ("http://127.0.0.1:7425", ""),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
