//! What the operating system tells the process.

use std::{io, sync::Arc};

use tokio::sync::watch;

use crate::{serve::ServeError, settings, state::Gateway};
use system::{Interrupt, Terminate};

/// The signals that a gateway acts on. From when this exists none of them ends the process, and
/// none is missed, however late and in whichever runtime they are waited for.
pub struct Signals {
    pub(super) stop: StopSignals,
    #[cfg(unix)]
    pub(super) hang_up: tokio::signal::unix::Signal,
}

impl Signals {
    /// In a runtime of tokio.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            stop: StopSignals {
                interrupt: system::interrupt()?,
                terminate: system::terminate()?,
            },
            #[cfg(unix)]
            hang_up: system::hang_up()?,
        })
    }

    /// Does some work; None when a signal to stop comes before it is done.
    pub async fn unless_stopped<T>(&mut self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            done = work => Some(done),
            () = self.stop.next() => None,
        }
    }
}

pub(super) struct StopSignals {
    interrupt: Interrupt,
    terminate: Terminate,
}

impl StopSignals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Drains at the first signal to stop, cuts at the second, and returns when all has ended.
pub(super) async fn wait_for_stop(
    gateway: &Gateway,
    mut stop: StopSignals,
    mut ended: watch::Receiver<bool>,
) {
    tokio::select! {
        () = stop.next() => {}
        _ = ended.wait_for(|&ended| ended) => return,
    }
    tracing::info!("Stopping: running requests may end");
    gateway.stop.drain();
    // A second signal does not wait.
    tokio::select! {
        () = stop.next() => gateway.stop.cut(),
        _ = ended.wait_for(|&ended| ended) => return,
    }
    let _ = ended.wait_for(|&ended| ended).await;
}

/// SIGHUP: the configuration is read again.
#[cfg(unix)]
pub(super) async fn reload_when_told(mut hang_up: tokio::signal::unix::Signal, gateway: Arc<Gateway>) {
    while hang_up.recv().await.is_some() {
        let stored = gateway.reader.sealed_secrets().await.map_err(ServeError::from);
        let outcome = stored.and_then(|stored| Ok(settings::reload(&gateway, &stored)?));
        if let Err(error) = outcome {
            tracing::error!("The configuration stays as it was: {error}");
        }
    }
}

#[cfg(unix)]
mod system {
    use std::io::Result;
    use tokio::signal::unix::{Signal, SignalKind, signal};

    pub(super) type Interrupt = Signal;
    pub(super) type Terminate = Signal;

    pub(super) fn interrupt() -> Result<Interrupt> {
        signal(SignalKind::interrupt())
    }
    pub(super) fn terminate() -> Result<Terminate> {
        signal(SignalKind::terminate())
    }
    pub(super) fn hang_up() -> Result<Signal> {
        signal(SignalKind::hangup())
    }
}

#[cfg(windows)]
mod system {
    use tokio::signal::windows;

    pub(super) use windows::{
        CtrlC as Interrupt, CtrlShutdown as Terminate, ctrl_c as interrupt, ctrl_shutdown as terminate,
    };
}
