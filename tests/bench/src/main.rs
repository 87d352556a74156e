//! Measures what the product promises about speed, as ratios taken in one run.
//!
//! Everything shares this machine: load, upstream, nginx and gateway. Its speed moves from minute
//! to minute, so rounds are interleaved, ratios are paired within a round, and medians are printed.
#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::expect_used, reason = "a bench that cannot measure stops")]

mod completion;
mod disk;
mod fixed_rate;
mod gateway;
mod ledger;
mod load;
mod nginx;
mod process;
mod report;
mod samples;
mod sidecar;
mod throughput;
mod upstream;
mod ways_out;

use std::{env, process::ExitCode};

use report::Report;

const PARTS: [&str; 4] = ["disk", "ledger", "gateway", "sidecar"];

fn main() -> ExitCode {
    let asked: Vec<String> = env::args().skip(1).collect();
    if let Some(unknown) = asked.iter().find(|part| !PARTS.contains(&part.as_str())) {
        println!("bench: {unknown} is not known; parts are {}", PARTS.join(", "));
        return ExitCode::from(2);
    }
    let wanted = |part: &str| asked.is_empty() || asked.iter().any(|name| name == part);
    let mut report = Report::default();
    if wanted("disk") {
        disk::measure(&mut report);
    }
    if wanted("ledger") {
        ledger::measure(&mut report);
    }
    if wanted("gateway") {
        gateway::measure(&mut report);
    }
    if wanted("sidecar") {
        sidecar::measure(&mut report);
    }
    print!("{report}");
    ExitCode::SUCCESS
}

/// A runtime for the measuring side alone; what is measured runs in its own threads or processes.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.expect("a runtime starts").block_on(work)
}
