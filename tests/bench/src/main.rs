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
mod usage;
mod ways_out;

use std::{env, path::Path, process::ExitCode};

use report::Report;

const PARTS: [&str; 6] = ["disk", "ledger", "gateway", "sidecar", "usage", "statusline"];

fn main() -> ExitCode {
    let asked: Vec<String> = env::args().skip(1).collect();
    match asked.as_slice() {
        [part, home] if part == "bare-loop" => {
            println!("{}", usage::bare_loop(Path::new(home)));
            return ExitCode::SUCCESS;
        }
        [part, traps] if part == "usage-table" => {
            print!("{}", usage::table::page(Path::new(traps)));
            return ExitCode::SUCCESS;
        }
        _ => {}
    }
    if let Some(unknown) = asked.iter().find(|part| !PARTS.contains(&part.as_str())) {
        println!("bench: {unknown} is not known; parts are {}", PARTS.join(", "));
        return ExitCode::from(2);
    }
    // Logs are another subject than requests, and need programs of their own beside them.
    let is_usual = |part: &str| !matches!(part, "usage" | "statusline");
    let wanted = |part: &str| asked.is_empty() && is_usual(part) || asked.iter().any(|name| name == part);
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
    if wanted("usage") {
        usage::measure(&mut report);
    }
    if wanted("statusline") {
        usage::statusline::measure(&mut report);
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
