//! What the journeys share: real binaries in their own folders, a client that remembers exactly
//! what it saw, and a fake upstream that plays recorded shapes.
//!
//! Every wait here ends: by the event, or by a panic that names what did not come.
#![expect(clippy::expect_used, reason = "a harness reports by panicking")]

mod authenticator;
mod binaries;
mod cli;
mod config;
mod deadline;
mod device;
mod forward_proxy;
mod gateway;
mod github;
mod home;
mod http;
mod ledger;
mod port;
mod postgres;
mod price;
mod prometheus;
mod sidecar;
pub mod sse;
pub mod upstream;

pub use authenticator::Authenticator;
pub use binaries::{sidecar as sidecar_binary, target_dir, token_tracker, workspace_dir};
pub use cli::Outcome;
pub use config::{Config, Model};
pub use deadline::{eventually, within};
pub use device::{Device, MintOptions};
pub use forward_proxy::{ForwardProxy, Manner};
pub use gateway::{Admin, Gateway, Serve};
pub use github::{GitHub, GitHubUser};
pub use home::Home;
pub use http::{KeptConnection, OpenAnswer, Request, Transcript};
pub use ledger::verify_clean;
pub use port::free_port;
pub use postgres::Postgres;
pub use price::Price;
pub use prometheus::Page;
pub use sidecar::{Pending, Sidecar, SidecarOptions};
pub use upstream::Upstream;
