//! The gateway: token keys, the ledger, and the metering proxy in front of AI providers.

pub mod clock;
pub mod ledger;
