//! Alerts, the rules that they follow, and where each is to be sent, beside the ledger's own tables.
//!
//! What decides that an alert is raised once is here: a live alert's `dedup` is unique, so of two
//! gateways on one database, or of a gateway before and after its restart, the second finds it there.
//! Written once for both databases, as members are.

mod change;
mod reading;
mod schema;

pub use change::{AlertChange, DeliveryTry, Failing, Look, NewAlert, NewChannel, StoredRule, TRY_MS};
pub use reading::{AlertReader, AlertRecord, ChannelRecord, DeliveryRecord, DueDelivery};

pub(super) use change::carry_out;
pub(super) use schema::TABLES;
