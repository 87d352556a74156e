//! One file a journey, named for what the user gets.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a journey reports by panicking"
)]

mod answered;
mod branches;
mod browser;
mod scene;
mod stage;

mod added_upstreams;
mod agents;
mod alerts;
mod allowances;
mod auto_model;
mod backup;
mod built_in_model;
mod client_headers;
mod clock_jumps;
mod cluster;
mod cluster_secrets;
mod commands;
mod compatibility;
mod connectivity;
mod containers;
mod control_plane;
mod crash;
mod data;
mod data_directory;
mod devices;
mod disconnect;
mod doubtful_usage;
mod echoed_key;
mod embeddings;
mod events;
mod failover;
mod failures_page;
mod fairness;
mod hostile_requests;
mod hostile_upstream;
mod idempotency;
mod images;
mod language_model;
mod leaving;
mod limits;
mod login;
mod logs;
mod messages;
mod metrics;
mod moving;
mod one_connection;
mod overload;
mod overspend;
mod pages;
mod passkeys;
mod people;
mod people_cluster;
mod people_events;
mod prices;
mod providers;
mod reconcile;
mod redeem;
mod refused_values;
mod reload;
mod responses;
mod retention;
mod secrets;
mod shared_connections;
mod sharing;
mod slow_clients;
mod stream_bytes;
mod teams;
mod through_a_proxy;
mod traces;
mod two_credentials;
mod unsettled;
mod upstream_failures;
mod usage;
mod usage_counts;
mod usage_sums;
