//! Where sums come from: those that are kept, and the rows that are not counted there yet.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use jiff::tz::TimeZone;
use protocol::{KeyId, RequestId};
use tokio::time::sleep;

use super::{Begun, Cells, Days, Kept, Line, first_id_at};
use crate::{
    clock::{now_ms, rising_ms},
    ledger::{LedgerError, PastMark, Reader},
    state::Gateway,
};

/// The pause between two looks for rows to count.
pub const PAUSE: Duration = Duration::from_secs(5);
/// Rows that are counted at once.
const AT_ONCE: usize = 20_000;
/// An id is made some time before its hold is there to be seen.
const ID_BEFORE_HOLD_MS: i64 = 120_000;

fn unreadable(error: &rusqlite::Error) -> LedgerError {
    LedgerError::Read(format!("the sums of usage: {error}"))
}

pub fn name_of(zone: &TimeZone) -> &str {
    zone.iana_name().unwrap_or("UTC")
}

/// The usage of some days, of these keys or of all, telling apart at least what is asked.
pub async fn cells(
    gateway: &Gateway,
    days: &Days,
    asked: Kept,
    keys: Option<&HashSet<KeyId>>,
) -> Result<Cells, LedgerError> {
    let (rollup, zone) = (std::sync::Arc::clone(&gateway.rollup), days.zone.clone());
    let (span, keys) = ((days.from, days.to), keys.cloned());
    let read = move || rollup.read(name_of(&zone), span, asked, keys.as_ref());
    let (mut cells, mark) = tokio::task::spawn_blocking(read)
        .await
        .map_err(|_| LedgerError::Read("reading the sums failed".into()))?
        .map_err(|error| unreadable(&error))?;
    let Some(window) = days.window() else {
        return Ok(cells);
    };
    let zone = days.zone.clone();
    let fresh = gateway
        .reader
        .lines(
            mark,
            None,
            usize::MAX,
            move |line| (window.0..window.1).contains(&line.at),
            zone,
        )
        .await?;
    cells.join(fresh.cells);
    Ok(cells)
}

/// Counts the rows that are settled since the last time, and stops at the first request that is
/// not: it may be settled below what is counted.
pub async fn keep(gateway: &Gateway) -> Result<(), LedgerError> {
    let zone = gateway.settings.zone();
    loop {
        let began = Instant::now();
        // An import that comes between a look at the mark and the count would be counted twice.
        let counting = gateway.counting.lock().await;
        let mark = {
            let (rollup, name) = (std::sync::Arc::clone(&gateway.rollup), name_of(&zone).to_owned());
            rollup.mark(&name).map_err(|error| unreadable(&error))?
        };
        let Some(begun) = begun(gateway, mark).await? else {
            gateway.rollup.forget().map_err(|error| unreadable(&error))?;
            continue;
        };
        let end = first_unsettled(gateway).await?;
        let lines = gateway
            .reader
            .lines(mark, Some(end), AT_ONCE, |_| true, zone.clone())
            .await?;
        // Rows may have gone while these were read.
        if has_lost_rows(mark, begun, gateway.reader.past_mark().await?) {
            continue;
        }
        let Some(last) = lines.last else { return Ok(()) };
        let rollup = std::sync::Arc::clone(&gateway.rollup);
        let cells = lines.cells;
        tokio::task::spawn_blocking(move || rollup.count(mark, last, &cells))
            .await
            .map_err(|_| LedgerError::Read("counting the usage failed".into()))?
            .map_err(|error| unreadable(&error))?;
        if lines.count < AT_ONCE {
            return Ok(());
        }
        drop(counting);
        // After a rush there is much to count, and whoever asks meanwhile comes first.
        sleep(began.elapsed()).await;
    }
}

/// What the sums began with; `None`: they do not fit what is there, and are to be made anew.
async fn begun(gateway: &Gateway, mark: RequestId) -> Result<Option<Begun>, LedgerError> {
    let (reader, rollup) = (&gateway.reader, &gateway.rollup);
    let (imports, past) = (reader.imports().await?, reader.past_mark().await?);
    match rollup.begun().map_err(|error| unreadable(&error))? {
        Some(begun) if has_lost_rows(mark, begun, past) => {
            tracing::info!("Rows went that were not summed up here; the sums are made anew");
            Ok(None)
        }
        Some(_) if !was_counted_here(reader, mark).await? => {
            tracing::warn!("The usage is another one than before; its sums are made anew");
            Ok(None)
        }
        Some(begun) if begun.imports == imports => Ok(Some(begun)),
        None if mark.as_uuid().is_nil() => {
            let begun = Begun {
                imports,
                past: past.version,
            };
            let sums = reader.past().await?;
            rollup.begin(begun, &sums).map_err(|error| unreadable(&error))?;
            Ok(Some(begun))
        }
        _ => {
            tracing::info!("Usage was imported at another gateway; the sums are made anew");
            Ok(None)
        }
    }
}

/// Whether rows above the mark went since the sums began, which no one will count.
fn has_lost_rows(mark: RequestId, begun: Begun, past: PastMark) -> bool {
    begun.past != past.version && mark < first_id_at(past.kept_from)
}

/// A database that was restored or exchanged does not have the row that was counted last.
async fn was_counted_here(reader: &Reader, mark: RequestId) -> Result<bool, LedgerError> {
    Ok(mark.as_uuid().is_nil() || reader.usage_row(mark).await?.is_some())
}

async fn first_unsettled(gateway: &Gateway) -> Result<RequestId, LedgerError> {
    // Other gateways go by clocks of their own.
    let now = if gateway.ledger.is_local() {
        rising_ms()
    } else {
        now_ms()
    };
    let seen = first_id_at(now.saturating_sub(ID_BEFORE_HOLD_MS));
    let pending = gateway.reader.first_pending().await?;
    Ok(pending.map_or(seen, |pending| pending.min(seen)))
}

/// Takes the rows of an import into the sums. `commit` makes them durable, and says which import it
/// was with the rows that are new; meanwhile nothing is counted.
pub async fn take_in<T>(
    gateway: &Gateway,
    commit: impl Future<Output = Result<(T, Option<(i64, Vec<Line>)>), protocol::Problem>>,
) -> Result<T, protocol::Problem> {
    let _counting = gateway.counting.lock().await;
    let (outcome, imported) = commit.await?;
    if let Some((import, lines)) = imported {
        let zone = gateway.settings.zone();
        let below = move |mark: RequestId| {
            let mut cells = Cells::default();
            let lines = lines.into_iter().filter(|line| line.request <= mark);
            lines.for_each(|line| cells.count(line, &zone));
            cells
        };
        let taken = gateway.rollup.take_in(import, below);
        // The rows are there, and the sums are made anew where they do not have them.
        if let Err(error) = taken {
            tracing::warn!("The sums of usage do not have the import yet: {error}");
        }
    }
    Ok(outcome)
}
