//! Reading what assistants left behind, beside the readers that are published and beside a bare
//! loop over the same bytes.
//!
//! All read the same generated home without a network, each with its own switch for that. Rounds
//! are interleaved; ratios are paired within a round.

mod bare;
mod readers;
pub mod statusline;
pub mod table;

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use corpus::{Size, write};
use tempfile::TempDir;

use crate::{report::Report, samples::median};
pub use bare::run as bare_loop;
use readers::{Reader, Run};

/// 600 MB in some 2,000 files.
const MESSAGES: usize = 100_000;
const BYTES_PER_MESSAGE: usize = 2_000;
const ROUNDS: usize = 5;

const OURS: usize = 0;

pub fn measure(report: &mut Report) {
    let messages = number("TOKEN_TRACKER_BENCH_MESSAGES", MESSAGES);
    let rounds = number("TOKEN_TRACKER_BENCH_ROUNDS", ROUNDS);
    let folder = TempDir::new().expect("a folder for a corpus");
    let home = folder.path().join("home");
    let size = Size {
        seed: 1,
        messages,
        bytes_per_message: BYTES_PER_MESSAGE,
    };
    write(&home, size).expect("the corpus is written");
    let (files, bytes) = extent(&home);
    report.note(
        "usage: corpus",
        format!("{messages} messages, {files} files, {} MB", bytes / 1_000_000),
    );
    let readers = readers::all(&folder.path().join("state"));
    let mut runs: Vec<Vec<[Run; 3]>> = vec![Vec::new(); readers.len()];
    let mut bare = Vec::new();
    let session = some_session(&home);
    for round in 0..rounds {
        bare.push(readers::bare(&home).time);
        for (reader, runs) in readers.iter().zip(&mut runs) {
            reader.forget();
            let cold = reader.run(&home);
            let warm = reader.run(&home);
            grow(&session, round);
            runs.push([cold, warm, reader.run(&home)]);
        }
    }
    tell(report, &readers, &runs, &bare);
    statusline::tell(report, "usage", &home, &folder.path().join("state"));
}

fn number(variable: &str, or: usize) -> usize {
    env::var(variable).map_or(or, |text| text.parse().expect("a number"))
}

fn extent(folder: &Path) -> (usize, u64) {
    let mut sum = (0, 0);
    for entry in fs::read_dir(folder).expect("a folder of the corpus").flatten() {
        let metadata = entry.metadata().expect("a file of the corpus");
        let (files, bytes) = match metadata.is_dir() {
            true => extent(&entry.path()),
            false => (1, metadata.len()),
        };
        sum = (sum.0 + files, sum.1 + bytes);
    }
    sum
}

/// The first transcript of Claude Code, in the order of names.
fn some_session(home: &Path) -> PathBuf {
    let mut open = vec![home.join(".claude/projects")];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the corpus").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => open.push(path),
                false => found.push(path),
            }
        }
    }
    found.sort();
    found.into_iter().next().expect("the corpus has transcripts")
}

/// One more response at the end of a transcript.
fn grow(session: &Path, round: usize) {
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(session)
        .expect("the transcript is there");
    let id = uuid::Uuid::now_v7();
    writeln!(
        file,
        "{{\"type\":\"assistant\",\"timestamp\":\"2025-11-01T12:00:{round:02}.000Z\",\"sessionId\":\"bench\",\"cwd\":\"/work\",\
         \"gitBranch\":\"main\",\"requestId\":\"req_{id}\",\"message\":{{\"id\":\"msg_{id}\",\"role\":\"assistant\",\
         \"model\":\"claude-sonnet-4-5\",\"usage\":{{\"input_tokens\":10,\"output_tokens\":20}}}}}}"
    )
    .expect("the transcript grows");
}

const WHAT: [&str; 3] = ["cold", "warm", "after one session grew"];

fn tell(report: &mut Report, readers: &[Reader], runs: &[Vec<[Run; 3]>], bare: &[Duration]) {
    let seconds = |times: Vec<f64>| format!("{:.3} s", median(times));
    let of = |reader: usize, what: usize| -> Vec<f64> {
        runs[reader]
            .iter()
            .map(|runs| runs[what].time.as_secs_f64())
            .collect()
    };
    let bare: Vec<f64> = bare.iter().map(Duration::as_secs_f64).collect();
    report.note("usage: bare loop", seconds(bare.clone()));
    for (place, reader) in readers.iter().enumerate() {
        for (what, name) in WHAT.iter().enumerate() {
            report.note(format!("usage: {} {name}", reader.name), seconds(of(place, what)));
        }
        report.note(
            format!("usage: {} peak memory", reader.name),
            format!("{:.0} MiB", peak(&runs[place])),
        );
    }
    let paired = |one: Vec<f64>, other: Vec<f64>| {
        median(one.iter().zip(other).map(|(one, other)| one / other).collect())
    };
    let peers: Vec<usize> = (0..readers.len()).filter(|place| *place != OURS).collect();
    let fastest = |what: usize| {
        let ratios = peers.iter().map(|peer| paired(of(*peer, what), of(OURS, what)));
        ratios.fold(f64::INFINITY, f64::min)
    };
    report.at_least("usage: cold, times faster than the fastest peer", fastest(0), 3.0);
    report.below("usage: cold, times the bare loop", paired(of(OURS, 0), bare), 2.0);
    report.at_least(
        "usage: warm, times faster than the fastest peer",
        fastest(1),
        20.0,
    );
    report.at_least(
        "usage: after growth, times faster than the fastest peer",
        fastest(2),
        20.0,
    );
    let smallest = peers
        .iter()
        .map(|peer| peak(&runs[*peer]))
        .fold(f64::INFINITY, f64::min);
    report.below_mib(
        "usage: peak memory, a third of the best peer's",
        peak(&runs[OURS]),
        smallest / 3.0,
    );
}

fn peak(runs: &[[Run; 3]]) -> f64 {
    runs.iter().flatten().map(|run| run.peak_mib).fold(0.0, f64::max)
}
