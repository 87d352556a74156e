//! Work that comes back.

use std::{fmt::Display, panic::AssertUnwindSafe};

use futures_util::FutureExt;

/// Does the work now, and again each time that `next` returns. Work that fails, or even panics, is
/// told in the log and has its next time all the same: nobody else would begin it again.
///
/// A failure that stays the same is told once, and that it is over is told too.
pub(super) async fn repeat<E: Display>(
    name: &str,
    mut work: impl AsyncFnMut() -> Result<(), E>,
    mut next: impl AsyncFnMut(),
) {
    let mut told = None;
    loop {
        let failure = match AssertUnwindSafe(work()).catch_unwind().await {
            Ok(outcome) => outcome.err().map(|error| error.to_string()),
            Err(_) => Some("it panicked".to_owned()),
        };
        match &failure {
            Some(why) if failure != told => tracing::warn!("{name} has to wait for its next time: {why}"),
            Some(why) => tracing::debug!("{name} still has to wait: {why}"),
            None if told.is_some() => tracing::info!("{name} goes well again"),
            None => {}
        }
        told = failure;
        next().await;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        future::pending,
    };

    use super::*;

    /// Does it as often as there are turns, and gives back the outcomes of all of them.
    async fn turns(outcomes: &[fn() -> Result<(), &'static str>]) -> usize {
        let done = Cell::new(0);
        let turns = RefCell::new(outcomes.iter());
        let work = async || {
            let outcome = turns.borrow_mut().next().map_or(Ok(()), |outcome| outcome());
            done.set(done.get() + 1);
            outcome
        };
        let next = async || {
            if done.get() >= outcomes.len() {
                pending::<()>().await;
            }
        };
        // Nothing in it waits for anything but the end of the turns.
        let _ = repeat("The chore", work, next).now_or_never();
        done.get()
    }

    #[tokio::test]
    async fn work_that_fails_has_its_next_time() {
        assert_eq!(
            turns(&[|| Ok(()), || Err("no"), || Err("no"), || Ok(()), || Ok(())]).await,
            5
        );
    }

    #[tokio::test]
    async fn work_that_panics_has_its_next_time() {
        assert_eq!(turns(&[|| panic!("on purpose"), || Ok(())]).await, 2);
    }
}
