//! `scan HOME [CACHE]` reads a home by days of UTC and prints how long that took and how much memory:
//! for profiling.
#![expect(
    clippy::print_stdout,
    reason = "a tool that is called by hand prints what it measured"
)]

use std::{env, path::PathBuf, time::Instant};

use jiff::tz::TimeZone;
use usage::{Client, Engine, Extent, Home, engine::Grain};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let Some(home) = arguments.next() else {
        println!("usage: scan HOME [CACHE]");
        return;
    };
    let engine = Engine {
        home: Home::at(home),
        clients: Client::ALL.to_vec(),
        cache_dir: arguments.next(),
    };
    let began = Instant::now();
    let scan = engine.scan_part(&Extent {
        grain: Grain::Days(TimeZone::UTC),
        ..Extent::default()
    });
    let messages: u64 = scan.fold.cells.iter().map(|cell| cell.messages).sum();
    println!(
        "{messages} messages in {} cells, {} files of which {} were read, {} notes: {:?}",
        scan.fold.cells.len(),
        scan.files,
        scan.files_read,
        scan.notes.len(),
        began.elapsed()
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .filter(|line| line.starts_with("VmHWM"))
        .for_each(|line| println!("{line}"));
}
