//! The gateway: token keys, the ledger, and the metering proxy in front of AI providers.
//!
//! [`serve`] is one foreground process. The data plane is in [`proxy`], the control plane in
//! [`route`], every balance in [`ledger`].

mod access;
pub mod alert;
pub mod backup;
mod body;
mod builtin;
pub mod capacity;
pub mod catalogue;
mod chores;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod credential;
pub mod dashboard;
pub mod data_dir;
mod directory;
mod disk;
mod events;
mod export;
mod failure_limit;
mod fair_queue;
mod import;
pub mod key;
pub mod ledger;
mod metrics;
pub mod migration;
mod network;
pub mod openapi;
mod peer;
mod people;
mod proxy;
mod quota;
mod reconcile;
mod report;
mod route;
mod router;
pub mod secrets;
mod serve;
mod server;
mod session;
mod settings;
mod sharing;
mod state;
mod telemetry;
mod wire;

pub use config::ServeOptions;
pub use serve::{ServeError, serve};
