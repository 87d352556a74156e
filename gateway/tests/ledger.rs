//! The ledger's promises, attacked: against a small model, under concurrency, and by kill -9.
#![expect(
    clippy::unwrap_used,
    reason = "what a test relies on and does not get is a failure of the test"
)]

#[path = "ledger/concurrent.rs"]
mod concurrent;
#[path = "ledger/crash.rs"]
mod crash;
#[path = "ledger/leftovers.rs"]
mod leftovers;
#[path = "ledger/model.rs"]
mod model;
#[path = "ledger/support.rs"]
mod support;
