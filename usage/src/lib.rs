//! What requests consumed, and what that costs.
//!
//! - [`pricing`] turns counts of tokens into [`protocol::Money`]. Pure functions: no clock, no file,
//!   no network.
//! - [`Engine`] reads what assistants left in their logs: [`discovery`] finds the files, [`reader`]
//!   has one file for each client, [`dedupe`] finds copies, [`cost`] prices, [`fold`] sums, and
//!   [`rows`] is what every report is made from.
//! - [`graph`] draws days as a [`picture`].

mod client;
pub mod cost;
pub mod dedupe;
pub mod discovery;
pub mod engine;
pub mod figure;
pub mod fold;
pub mod graph;
mod home;
mod index;
pub mod picture;
pub mod pricing;
pub mod quota;
pub mod reader;
pub mod record;
pub mod report;
pub mod rows;
pub mod watch;

pub use client::Client;
pub use engine::{Engine, Extent, Scan};
pub use home::Home;
pub use watch::Watch;
