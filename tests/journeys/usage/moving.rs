//! Logs that are written, cut, moved and deleted while they are read.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use serde_json::Value;

use super::{Logs, claude::line, shown};

const DAY: &str = "2026-06-01T12:00:00.000Z";
const SESSIONS: u64 = 20;
const MESSAGES: u64 = 15;

fn text(id: &str, folder: &str) -> String {
    let mut line = line(DAY, id, id, 1);
    line["cwd"] = folder.into();
    format!("{line}\n")
}

/// Sessions that nobody touches.
fn still(logs: &Logs) -> String {
    for session in 0..SESSIONS {
        let lines: String = (0..MESSAGES)
            .map(|message| text(&format!("still-{session}-{message}"), "/still"))
            .collect();
        logs.write(&format!(".claude/projects/-still/{session}.jsonl"), lines);
    }
    let count = SESSIONS * MESSAGES;
    format!(
        "2026-06-01 claude claude-sonnet-4-5-20250929 /still@main {}/{}/{}/{} x{count}",
        count * 10,
        count,
        count * 200,
        count * 30
    )
}

/// One change to a log among few, of every kind that happens to logs.
fn disturb(folder: &Path, step: u64, rng: &mut fastrand::Rng) {
    use std::io::Write;
    let path = folder.join(format!("{}.jsonl", rng.u32(..6)));
    let line = text(&format!("moving-{step}"), "/moving");
    let append = |bytes: &[u8]| {
        let file = fs::OpenOptions::new().create(true).append(true).open(&path);
        // Between two steps the file may have been made a folder.
        file.map(|mut file| file.write_all(bytes).unwrap()).ok();
    };
    match rng.u32(..10) {
        0..3 => append(line.as_bytes()),
        3 => append(&line.as_bytes()[..rng.usize(..line.len())]),
        4 => {
            let long = line.replacen('{', &format!("{{\"x\":\"{}\",", "y".repeat(1 << 20)), 1);
            append(long.as_bytes());
        }
        5 => append(b"\xff\xfe\0\0{\"type\":\"assistant\",\"message\":{\"usage\":\xc3\n"),
        6 => drop(fs::write(&path, "")),
        7 => {
            let length = fs::metadata(&path).map_or(0, |metadata| metadata.len());
            let file = fs::OpenOptions::new().write(true).open(&path);
            file.and_then(|file| file.set_len(rng.u64(..=length))).ok();
        }
        8 => drop(fs::rename(
            &path,
            folder.join(format!("rotated-{}.jsonl", rng.u32(..4))),
        )),
        _ => drop(fs::remove_file(&path)),
    }
}

#[test]
fn what_is_readable_is_exact_while_other_logs_change_under_the_reader() {
    let logs = Logs::new();
    let expected = still(&logs);
    let folder = logs.path(".claude/projects/-moving");
    fs::create_dir_all(&folder).unwrap();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut rng = fastrand::Rng::with_seed(11);
            let mut step = 0;
            while !is_over.load(Ordering::Relaxed) {
                disturb(&folder, step, &mut rng);
                step += 1;
            }
        });
        for round in 0..12 {
            let arguments: &[&str] = match round % 3 {
                0 => &["rows", "--timezone", "UTC", "--no-cache"],
                _ => &["rows", "--timezone", "UTC"],
            };
            let rows = shown(&logs.answer(arguments));
            let still: Vec<&String> = rows.iter().filter(|row| row.contains("/still@")).collect();
            assert_eq!(still, [&expected], "round {round}");
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let with = logs.answer(&["rows", "--timezone", "UTC"]);
    let without = logs.answer(&["rows", "--timezone", "UTC", "--no-cache"]);
    assert_eq!(shown(&with), shown(&without));
    assert_eq!(with["notes"], without["notes"]);
}

/// As somebody who owns nothing there, since root may read everything.
#[cfg(unix)]
#[test]
fn a_folder_and_a_file_that_may_not_be_read_are_notes_and_the_rest_is_exact() {
    use std::os::unix::{
        fs::{MetadataExt, PermissionsExt},
        process::CommandExt,
    };
    const NOBODY: u32 = 65_534;
    let logs = Logs::new();
    let expected = still(&logs);
    logs.write(".claude/projects/-closed/1.jsonl", text("closed", "/closed"));
    logs.write(
        ".claude/projects/-still/closed.jsonl",
        text("closed-2", "/closed"),
    );
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    mode(logs.home.path(), 0o755);
    mode(&logs.path(".claude/projects/-closed"), 0o000);
    mode(&logs.path(".claude/projects/-still/closed.jsonl"), 0o000);
    let mut command = logs.home.command(tests::token_tracker());
    command
        .args([
            "usage",
            "rows",
            "--json",
            "--no-cache",
            "--timezone",
            "UTC",
            "--home",
        ])
        .arg(logs.root());
    if fs::metadata(logs.home.path()).unwrap().uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    let outcome: tests::Outcome = command.output().unwrap().into();
    let answer = outcome.expect(0).json();
    mode(&logs.path(".claude/projects/-closed"), 0o755);
    assert_eq!(shown(&answer), [expected]);
    let notes: Vec<(String, &str)> = answer["notes"].as_array().unwrap().iter().map(note).collect();
    let text = "may not be read by this user";
    assert_eq!(notes, [("-closed".into(), text), ("closed.jsonl".into(), text)]);
}

fn note(note: &Value) -> (String, &str) {
    let path = note["path"].as_str().unwrap();
    (super::file_name(Path::new(path)), note["text"].as_str().unwrap())
}
