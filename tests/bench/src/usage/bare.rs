//! The least that reading logs can be: every byte, and a typed parse of every line.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
};

use memchr::memchr_iter;
use serde::Deserialize;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(default, borrow, rename = "type")]
    kind: Option<&'a str>,
    #[serde(default)]
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Usage {
    #[serde(default)]
    output_tokens: u64,
}

/// Reads a home on all processors, and prints how many lines there were.
pub fn run(home: &Path) -> String {
    let mut files = Vec::new();
    collect(home, &mut files);
    files.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    let (next, lines, tokens) = (AtomicUsize::new(0), AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((_, path)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (count, sum) = read(path);
                    lines.fetch_add(count, Ordering::Relaxed);
                    tokens.fetch_add(sum, Ordering::Relaxed);
                }
            });
        }
    });
    format!("{} lines, {} tokens", lines.into_inner(), tokens.into_inner())
}

fn collect(folder: &Path, files: &mut Vec<(u64, PathBuf)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        match metadata.is_dir() {
            true => collect(&entry.path(), files),
            false => files.push((metadata.len(), entry.path())),
        }
    }
}

fn read(path: &Path) -> (u64, u64) {
    let bytes = fs::read(path).unwrap_or_default();
    let is_text = path
        .extension()
        .is_some_and(|name| name == "jsonl" || name == "json");
    if !is_text {
        return (memchr_iter(b'\n', &bytes).count() as u64, 0);
    }
    let (mut lines, mut tokens) = (0, 0);
    for line in bytes.split(|byte| *byte == b'\n') {
        lines += 1;
        let Ok(line) = serde_json::from_slice::<Line<'_>>(line) else {
            continue;
        };
        let usage = line.message.and_then(|message| message.usage);
        tokens += usage.map_or(0, |usage| usage.output_tokens) + u64::from(line.kind.is_some());
    }
    (lines, tokens)
}
