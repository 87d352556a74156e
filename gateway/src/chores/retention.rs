//! What is not kept any longer.

use std::time::Duration;

use crate::{
    clock::{now_ms, timestamp},
    ledger::{Actor, Gone, LedgerError, LetGo, Note, PeopleChange, PeopleOutcome, PeopleRequest},
    state::Gateway,
};

pub const PAUSE: Duration = Duration::from_secs(60);
/// Requests to models wait for the writer no longer than it takes for so many.
const ROWS_AT_ONCE: u32 = 2_000;

pub(super) async fn keep(gateway: &Gateway) -> Result<(), LedgerError> {
    let_go(gateway, now_ms()).await
}

/// Lets usage rows go that are too old at this moment. The line of the log is written with them.
pub(crate) async fn let_go(gateway: &Gateway, now: i64) -> Result<(), LedgerError> {
    let zone = gateway.settings.zone();
    let chosen = gateway.settings.chosen();
    let Some(before) = chosen.usage_kept_from(timestamp(now), &zone) else {
        return Ok(());
    };
    let asked = LetGo {
        before: before.as_millisecond(),
        rows_max: ROWS_AT_ONCE,
        zone,
    };
    loop {
        // Sums that are being made count a row or its sum, and not both.
        let _counting = gateway.counting.lock().await;
        let gone = change(gateway, PeopleChange::LetGo(asked.clone()), "usage.let-go", now).await?;
        if gone.count < u64::from(ROWS_AT_ONCE) {
            return Ok(());
        }
    }
}

/// Takes something away for its age, with a line of the log about what it was.
pub(crate) async fn change(
    gateway: &Gateway,
    change: PeopleChange,
    action: &'static str,
    now: i64,
) -> Result<Gone, LedgerError> {
    let note = Note {
        at: now,
        actor: Actor::GATEWAY,
        action,
        target: None,
        before: None,
        after: None,
        request_id: None,
        peer: None,
    };
    let request = PeopleRequest {
        at: now,
        change,
        note: Some(note),
        asked: None,
    };
    let outcome = gateway.ledger.people(request).await?;
    let Ok(PeopleOutcome::Gone(gone)) = outcome else {
        return Err(LedgerError::Read("what is old was not let go".into()));
    };
    if gone.count > 0 {
        tracing::info!("{action}: {}", gone.said);
    }
    Ok(gone)
}
