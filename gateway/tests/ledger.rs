//! The ledger's promises, attacked: against a small model, under concurrency, and by kill -9.
#![expect(
    clippy::unwrap_used,
    reason = "what a test relies on and does not get is a failure of the test"
)]

#[path = "ledger/concurrent.rs"]
mod concurrent;
#[path = "ledger/crash.rs"]
mod crash;
#[path = "ledger/credit.rs"]
mod credit;
#[path = "ledger/leftovers.rs"]
mod leftovers;
#[path = "ledger/locked.rs"]
mod locked;
#[path = "ledger/model.rs"]
mod model;
#[expect(clippy::expect_used, reason = "a harness reports by panicking")]
#[expect(dead_code, reason = "journeys change a database by hand")]
#[path = "../../tests/support/postgres.rs"]
mod postgres;
#[path = "ledger/refused.rs"]
mod refused;
#[path = "ledger/shared.rs"]
mod shared;
#[path = "ledger/support.rs"]
mod support;
