//! What the operating system tells the process.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{serve::ServeError, settings, state::Gateway};

/// Drains at the first signal to stop, cuts at the second, and returns when all has ended.
pub(super) async fn wait_for_stop(
    gateway: &Gateway,
    mut ended: watch::Receiver<bool>,
) -> std::io::Result<()> {
    tokio::select! {
        signal = stop_signal() => signal?,
        _ = ended.wait_for(|&ended| ended) => return Ok(()),
    }
    tracing::info!("Stopping: running requests may end");
    gateway.stop.drain();
    // A second signal does not wait.
    tokio::select! {
        signal = stop_signal() => { signal?; gateway.stop.cut(); }
        _ = ended.wait_for(|&ended| ended) => return Ok(()),
    }
    let _ = ended.wait_for(|&ended| ended).await;
    Ok(())
}

#[cfg(unix)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

#[cfg(not(unix))]
async fn stop_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// SIGHUP: the configuration is read again.
#[cfg(unix)]
pub(super) async fn reload_when_told(gateway: Arc<Gateway>) {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hang_up = match signal(SignalKind::hangup()) {
        Ok(hang_up) => hang_up,
        Err(error) => return tracing::warn!("SIGHUP will end the gateway: {error}"),
    };
    while hang_up.recv().await.is_some() {
        let stored = gateway.reader.sealed_secrets().await.map_err(ServeError::from);
        let outcome = stored.and_then(|stored| Ok(settings::reload(&gateway, &stored)?));
        if let Err(error) = outcome {
            tracing::error!("The configuration stays as it was: {error}");
        }
    }
}
