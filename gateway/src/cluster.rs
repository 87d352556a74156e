//! Several gateways on one database: what this one does so that its copies of keys, devices and
//! secrets follow what the others change. The hold statement has the last word on all of it.

use std::{sync::Arc, time::Duration};

use crate::{
    ledger::{Change, Changes, LedgerError},
    settings::{self, RenewError},
    state::Gateway,
};

/// Balances move with each request of any gateway; those that somebody looks at are read so often.
const LOOK: Duration = Duration::from_secs(1);
/// A new gateway takes its share of the rates within this time.
pub const COUNT: Duration = Duration::from_secs(2);
/// Changes are told at once; this is for one that got lost on its way.
pub const LOOK_AT_UPSTREAMS: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(500);

/// Takes over what any gateway on the database changed, as soon as its commit is told.
pub async fn follow(gateway: Arc<Gateway>, mut changes: Changes) {
    while let Some(change) = changes.next().await {
        while let Err(error) = take_over(&gateway, change).await {
            tracing::warn!("A change could not be taken over yet: {error}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn take_over(gateway: &Gateway, change: Change) -> Result<(), LedgerError> {
    let (directory, reader) = (&gateway.directory, &gateway.reader);
    match change {
        Change::Key(key) => {
            directory.refresh(reader, key).await?;
            gateway.renew_member_limits().await?;
            gateway.events.note_change(key);
        }
        Change::Secrets => renew(gateway).await?,
        Change::Everything => {
            directory.refresh_all(reader).await?;
            gateway.renew_member_limits().await?;
            renew(gateway).await?;
        }
    }
    Ok(())
}

async fn renew(gateway: &Gateway) -> Result<(), LedgerError> {
    match settings::renew(gateway).await {
        Ok(()) => Ok(()),
        Err(RenewError::Ledger(error)) => Err(error),
        Err(RenewError::Config(error)) => {
            tracing::error!("The upstreams stay as they were: {error}");
            Ok(())
        }
    }
}

/// Looks at the upstreams, should it ever happen that nobody tells of a change.
pub async fn look_at_upstreams(gateway: &Gateway) -> Result<(), RenewError> {
    settings::renew_if_changed(gateway).await
}

/// Counts the gateways, which share the rates that a key or a device may use.
pub async fn count_gateways(gateway: &Gateway) -> Result<(), LedgerError> {
    gateway.quota.set_gateways(gateway.reader.gateways().await?);
    Ok(())
}

/// Looks at the lots that somebody listens to, since other gateways draw on them too.
pub async fn watch_balances(gateway: Arc<Gateway>) {
    loop {
        tokio::time::sleep(LOOK).await;
        for key in gateway.events.heard() {
            gateway.events.note_change(key);
        }
    }
}
