//! What ends a request from outside: the client leaves, a limit is reached, or the gateway, its
//! owner or the clock says so.

use std::{pin::Pin, sync::Arc, time::Duration};

use tokio::{
    sync::{Notify, futures::OwnedNotified},
    time::{Instant, Sleep, sleep_until},
};

use super::{
    client::Client,
    refusal::{self, Refusal},
};
use crate::{directory::Device, state::Gateway};

/// Why nobody should go on with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    ClientLeft,
    /// The gateway stops.
    Stopping,
    /// The device or its key was revoked.
    Revoked,
    /// It took longer than any request may.
    TooLong,
    /// The upstream said nothing for too long.
    Silent,
}

impl Ended {
    pub(super) fn refusal(self) -> Refusal {
        match self {
            Self::ClientLeft => refusal::client_left(),
            Self::Stopping => refusal::stopping().into(),
            Self::Revoked => refusal::revoked().into(),
            Self::TooLong => refusal::too_long().into(),
            Self::Silent => refusal::unavailable().into(),
        }
    }
}

/// Watches over one request, with one timer and one place in one list.
pub(super) struct Guard {
    gateway: Arc<Gateway>,
    device: Arc<Device>,
    bell: Arc<Notify>,
    /// Rung when the gateway cuts or something is revoked.
    rung: Pin<Box<OwnedNotified>>,
    is_checked: bool,
    timer: Pin<Box<Sleep>>,
    /// When the whole request must be over.
    until: Instant,
    /// When the upstream must have said something.
    quiet_until: Instant,
}

impl Guard {
    pub(super) fn new(
        gateway: &Arc<Gateway>,
        device: &Arc<Device>,
        bell: &Arc<Notify>,
        started: std::time::Instant,
    ) -> Self {
        let longest = Duration::from_secs(gateway.limits().request_seconds_max);
        let until = Instant::from_std(started) + longest;
        Self {
            gateway: Arc::clone(gateway),
            device: Arc::clone(device),
            bell: Arc::clone(bell),
            // Before the first look, so that no ring falls between the two.
            rung: Box::pin(Arc::clone(bell).notified_owned()),
            is_checked: false,
            timer: Box::pin(sleep_until(until)),
            until,
            quiet_until: until,
        }
    }

    /// From now on the upstream may be silent for so long. Costs a look at the clock: the timer
    /// notices by itself that it was put off.
    pub(super) fn be_quiet_for(&mut self, patience: Duration) {
        self.quiet_until = Instant::now() + patience;
        if self.quiet_until < self.timer.deadline() {
            self.timer.as_mut().reset(self.quiet_until);
        }
    }

    /// Does the work, unless the client leaves or something else ends the request first. What was
    /// being done then is dropped.
    pub(super) async fn watch<T>(
        &mut self,
        client: &mut Client<'_>,
        work: impl Future<Output = T>,
    ) -> Result<T, Ended> {
        tokio::select! {
            biased;
            ended = self.ended() => Err(ended),
            () = client.left() => Err(Ended::ClientLeft),
            done = work => Ok(done),
        }
    }

    /// Like [`Self::watch`], for what is sent to the client: that notices by itself when the client
    /// leaves, and the upstream is not to blame for the time that it takes.
    pub(super) async fn watch_sending<T>(&mut self, work: impl Future<Output = T>) -> Result<T, Ended> {
        self.quiet_until = self.until;
        tokio::select! {
            biased;
            ended = self.ended() => Err(ended),
            done = work => Ok(done),
        }
    }

    async fn ended(&mut self) -> Ended {
        loop {
            if !self.is_checked {
                if self.gateway.stop.is_cutting() {
                    return Ended::Stopping;
                }
                if self.device.is_revoked() {
                    return Ended::Revoked;
                }
                self.is_checked = true;
            }
            tokio::select! {
                biased;
                () = self.rung.as_mut() => {
                    self.rung = Box::pin(Arc::clone(&self.bell).notified_owned());
                    self.is_checked = false;
                }
                () = self.timer.as_mut() => {
                    let now = Instant::now();
                    if now >= self.until {
                        return Ended::TooLong;
                    }
                    if now >= self.quiet_until {
                        return Ended::Silent;
                    }
                    self.timer.as_mut().reset(self.until.min(self.quiet_until));
                }
            }
        }
    }
}
