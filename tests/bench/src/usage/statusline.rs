//! The line that an assistant asks for after every message, while a session goes on.

use std::{path::Path, time::Duration};

use corpus::{Size, write};
use tempfile::TempDir;

use super::{extent, grow, number, readers, some_session};
use crate::{report::Report, samples::median};

/// Years of work; what was said does not matter here, so each is short.
const MESSAGES: usize = 1_000_000;
const BYTES_PER_MESSAGE: usize = 40;
const LINES: usize = 41;

/// With an index of many messages.
pub fn measure(report: &mut Report) {
    let folder = TempDir::new().expect("a folder for a corpus");
    let home = folder.path().join("home");
    let size = Size {
        seed: 1,
        messages: number("TOKEN_TRACKER_BENCH_MESSAGES", MESSAGES),
        bytes_per_message: BYTES_PER_MESSAGE,
    };
    write(&home, size).expect("the corpus is written");
    let (files, bytes) = extent(&home);
    report.note(
        "statusline: corpus",
        format!(
            "{} messages, {files} files, {} MB",
            size.messages,
            bytes / 1_000_000
        ),
    );
    tell(report, "statusline", &home, &folder.path().join("state"));
}

/// After each message of a session, and without one.
pub fn tell(report: &mut Report, part: &str, home: &Path, state: &Path) {
    let session = some_session(home);
    readers::ours(state).run(home);
    let line = |round: Option<usize>| {
        if let Some(round) = round {
            grow(&session, round);
        }
        readers::status_line(state, home).time.as_secs_f64()
    };
    let middle = |times: Vec<f64>| Duration::from_secs_f64(median(times));
    let unchanged = middle((0..LINES).map(|_| line(None)).collect());
    let grown = middle((0..LINES).map(|round| line(Some(round % 60))).collect());
    let most = Duration::from_millis(10);
    report.at_most(format!("{part}: statusline, median"), unchanged, most);
    report.at_most(format!("{part}: statusline after a message, median"), grown, most);
}
