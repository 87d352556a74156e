//! One file a journey, named for what the user gets.
#![expect(clippy::unwrap_used, reason = "a journey reports by panicking")]

mod stage;

mod client_headers;
mod commands;
mod control_plane;
mod data_directory;
mod disconnect;
mod events;
mod overspend;
mod redeem;
mod stream_bytes;
mod upstream_failures;
mod usage_counts;
