//! Receipts that did not come with an answer, because its stream was closed early or broke: they
//! are looked up at the gateway by the request's own id, in a task that outlives the request.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use protocol::{
    Problem, Receipt,
    api::{Balance, UsageEntry, UsageQuery},
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, timeout},
};

use crate::{lock::lock, session::Session, sign_in::Device};

/// A cancelled request is settled within a moment; what is not settled by then never was sent on.
const WAIT_MAX: Duration = Duration::from_secs(30);
const PAUSE_FIRST: Duration = Duration::from_millis(20);
const PAUSE_MAX: Duration = Duration::from_secs(5);
const ROWS_MIN: usize = 50;
const ROWS_MAX: usize = 1000;

#[derive(Default)]
pub struct Settlements {
    open: Mutex<Open>,
    nudged: Notify,
}

#[derive(Default)]
struct Open {
    wanted: HashMap<String, Wanted>,
    is_running: bool,
    /// Who waits for a receipt.
    waiting: HashMap<String, watch::Sender<Option<Receipt>>>,
}

/// A receipt that is looked for, with the credential of the request itself: a device that signs in
/// meanwhile cannot see it.
struct Wanted {
    until: Instant,
    device: Arc<Device>,
}

impl Settlements {
    /// Wants the receipt of a request that is over.
    pub fn look_up(&self, session: &Arc<Session>, device: &Arc<Device>, client_request_id: &str) {
        let wanted = Wanted {
            until: Instant::now() + WAIT_MAX,
            device: Arc::clone(device),
        };
        let mut open = lock(&self.open);
        open.wanted.insert(client_request_id.to_owned(), wanted);
        if open.is_running {
            self.nudged.notify_one();
            return;
        }
        open.is_running = true;
        let session = Arc::clone(session);
        tokio::spawn(async move { session.settlements.work(&session).await });
    }

    /// Something was settled: look now rather than later.
    pub fn nudge(&self) {
        self.nudged.notify_one();
    }

    /// A receipt came; whoever waits for it has it.
    pub fn came(&self, client_request_id: &str, receipt: &Receipt) {
        let waiting = lock(&self.open).waiting.remove(client_request_id);
        if let Some(waiting) = waiting {
            waiting.send_replace(Some(receipt.clone()));
        }
    }

    /// Begins to wait for a receipt, before it can have come.
    pub fn expect(&self, client_request_id: &str) -> watch::Receiver<Option<Receipt>> {
        let (sender, receiver) = watch::channel(None);
        let mut open = lock(&self.open);
        // Those whose request failed have nobody left who waits.
        open.waiting.retain(|_, sender| !sender.is_closed());
        open.waiting.insert(client_request_id.to_owned(), sender);
        receiver
    }

    async fn work(&self, session: &Session) {
        let mut pause = PAUSE_FIRST;
        loop {
            // The pause ends early when the gateway tells of a new balance.
            let was_nudged = timeout(pause, self.nudged.notified()).await.is_ok();
            pause = if was_nudged {
                PAUSE_FIRST
            } else {
                (pause * 2).min(PAUSE_MAX)
            };
            for device in self.devices() {
                if let Err(problem) = self.ask(session, &device).await {
                    tracing::debug!(code = %problem.code, "Receipts could not be looked up");
                }
            }
            let mut open = lock(&self.open);
            let now = Instant::now();
            open.wanted.retain(|_, wanted| wanted.until > now);
            if open.wanted.is_empty() {
                open.is_running = false;
                return;
            }
        }
    }

    fn devices(&self) -> Vec<Arc<Device>> {
        let mut devices: Vec<Arc<Device>> = Vec::new();
        for wanted in lock(&self.open).wanted.values() {
            if !devices.iter().any(|device| Arc::ptr_eq(device, &wanted.device)) {
                devices.push(Arc::clone(&wanted.device));
            }
        }
        devices
    }

    async fn ask(&self, session: &Session, device: &Device) -> Result<(), Problem> {
        let wanted = lock(&self.open).wanted.len();
        let limit = wanted.saturating_mul(4).clamp(ROWS_MIN, ROWS_MAX);
        let query = UsageQuery {
            limit: u32::try_from(limit).ok(),
            ..UsageQuery::default()
        };
        let mut found = Vec::new();
        for row in device.gateway.usage(&query).await?.rows {
            let Some(id) = row.client_request_id.clone() else {
                continue;
            };
            if lock(&self.open).wanted.contains_key(&id) {
                found.push((id, row));
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        // Asked after the rows, so that it is what was left after them.
        let balance = device.gateway.balance().await?;
        // The oldest first, as they would have come.
        for (id, row) in found.into_iter().rev() {
            if lock(&self.open).wanted.remove(&id).is_some() {
                session.book(&id, &receipt_of(row, balance.clone()));
            }
        }
        Ok(())
    }
}

fn receipt_of(row: UsageEntry, balance: Balance) -> Receipt {
    Receipt {
        request_id: row.request_id,
        kind: row.kind,
        model: row.model,
        usage: row.usage,
        cost_nano_usd: row.cost_nano_usd,
        estimated: row.estimated,
        balance,
        at: row.at,
    }
}
