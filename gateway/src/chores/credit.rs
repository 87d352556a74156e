//! What time does to credit, and who is told what is left.

use std::sync::Arc;

use crate::{
    clock::{now_ms, steady_ms},
    events::Notice,
    ledger::LedgerError,
    state::Gateway,
};

/// Holds whose owner is gone without a trace.
pub(super) async fn sweep(gateway: &Gateway) -> Result<(), LedgerError> {
    let swept = gateway.ledger.sweep(steady_ms()).await?;
    if swept > 0 {
        tracing::warn!("{swept} holds outlived their lease and were settled on their marks");
    }
    Ok(())
}

/// Expiry and allowances. Any gateway does what is due, and it is done once.
pub(super) async fn keep_time(gateway: &Gateway) -> Result<(), LedgerError> {
    let changed = gateway.ledger.due(now_ms()).await?;
    for &key in &changed {
        gateway.events.note_change(key);
    }
    if !changed.is_empty() {
        tracing::info!("Time moved credit {} times: expiry and allowances", changed.len());
    }
    Ok(())
}

/// Tells those who listen what is left on the lots that changed.
pub(super) async fn tell_balances(gateway: Arc<Gateway>) {
    loop {
        for key in gateway.events.next_changes().await {
            let Some(key) = gateway.directory.key(key) else {
                continue;
            };
            match gateway.balance(&key).await {
                Ok(balance) => gateway.events.tell(key.id, Notice::Balance(balance)),
                // The next change tells the balance again.
                Err(problem) => tracing::warn!("A balance could not be told: {}", problem.message),
            }
        }
    }
}
