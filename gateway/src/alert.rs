//! What somebody is told of without asking: that credit runs out, that a day is dear or unlike those
//! before, that an upstream is down, that a bill and the meter differ.
//!
//! A chore looks every few seconds (`look`): it reads sums and states that are kept anyway, never
//! all usage rows, and no request waits for it. What it found (`find`, pure functions of one
//! sight) is compared with what is live, and written in one commit, in which the
//! database has the last word: two gateways, or one before and after a restart, raise an alert once.
//! From there on each delivery is a row that is tried until it arrived (`send`).

mod find;
mod look;
mod mail;
mod quiet;
mod rules;
mod send;
mod sums;
pub mod unusual;
mod webhook;

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use protocol::{DeviceId, KeyId, api::ChannelTest};
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{ledger::ChannelRecord, state::Gateway};

pub use look::{PAUSE, look};
pub use mail::is_address;
pub use quiet::is_time;
pub use rules::{Rules, RulesError, Settings};
pub use send::{keep_testing, send_due, until_something_is_due};
pub use webhook::{check_url, new_secret, row_of};

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// People who try a channel at the same time.
const TESTS_MAX: usize = 16;

type Test = (ChannelRecord, oneshot::Sender<ChannelTest>);

/// What the looks and the deliveries share with the rest of the gateway.
pub struct Alerts {
    /// Keys, and their devices, that were refused for want of credit since the last look.
    refused: Mutex<HashSet<(KeyId, DeviceId)>>,
    /// Rung when there is something to send.
    ring: Notify,
    tests: mpsc::Sender<Test>,
    /// Taken by the chore.
    asked: Mutex<Option<mpsc::Receiver<Test>>>,
    memory: Mutex<look::Memory>,
}

/// No alert of before this moment is kept, but one that is not over.
pub fn kept_from(gateway: &Gateway, now: i64) -> i64 {
    now - i64::from(gateway.settings.chosen().alert_days()) * DAY_MS
}

impl Default for Alerts {
    fn default() -> Self {
        let (tests, asked) = mpsc::channel(TESTS_MAX);
        Self {
            refused: Mutex::default(),
            ring: Notify::new(),
            tests,
            asked: Mutex::new(Some(asked)),
            memory: Mutex::default(),
        }
    }
}

impl Alerts {
    /// As after the end of the chores: nobody sends anything.
    #[cfg(test)]
    pub fn stop(&self) {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Notes that a request of this device was refused for want of credit, its key's or its own.
    pub fn note_refused(&self, key: KeyId, device: DeviceId) {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((key, device));
    }

    fn take_refused(&self) -> HashSet<(KeyId, DeviceId)> {
        std::mem::take(&mut *self.refused.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Sends a message that says it is only a test; `None`: the gateway ends.
    pub async fn test(&self, channel: ChannelRecord) -> Option<ChannelTest> {
        let (done, waiting) = oneshot::channel();
        self.tests.send((channel, done)).await.ok()?;
        waiting.await.ok()
    }
}
