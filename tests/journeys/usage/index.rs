use std::fs;

use super::{Logs, claude::line};

const FILE: &str = ".claude/projects/-work-a/s1.jsonl";
const DAY: &str = "2026-06-01T12:00:00.000Z";
const ROW: &str = "2026-06-01 claude claude-sonnet-4-5-20250929 /work/a@main";

fn text(id: &str, output: u64) -> String {
    format!("{}\n", line(DAY, id, id, output))
}

#[test]
fn a_file_that_grew_is_read_on_and_lines_of_one_response_still_meet() {
    let logs = Logs::new();
    logs.write(FILE, text("m1", 1));
    logs.check(&[&format!("{ROW} 10/1/200/30 x1")]);
    logs.append(FILE, text("m1", 80) + &text("m2", 2));
    logs.check(&[&format!("{ROW} 20/82/400/60 x2")]);
}

#[test]
fn a_file_that_was_written_anew_is_read_anew() {
    let logs = Logs::new();
    logs.write(FILE, text("m1", 1) + &text("m2", 2));
    logs.check(&[&format!("{ROW} 20/3/400/60 x2")]);
    // As long as before, and longer.
    logs.write(FILE, text("m1", 1) + &text("m2", 5));
    logs.check(&[&format!("{ROW} 20/6/400/60 x2")]);
    logs.write(FILE, text("m3", 7) + &text("m2", 5) + &text("m4", 1));
    logs.check(&[&format!("{ROW} 30/13/600/90 x3")]);
    logs.write(FILE, text("m3", 7));
    logs.check(&[&format!("{ROW} 10/7/200/30 x1")]);
}

#[test]
fn files_that_go_and_move_take_their_rows_along() {
    let logs = Logs::new();
    let other = ".claude/projects/-work-a/s2.jsonl";
    logs.write(FILE, text("m1", 1));
    logs.write(other, text("m2", 2));
    logs.check(&[&format!("{ROW} 20/3/400/60 x2")]);
    fs::rename(logs.path(other), logs.path(".claude/projects/-work-a/s3.jsonl")).unwrap();
    logs.check(&[&format!("{ROW} 20/3/400/60 x2")]);
    fs::remove_file(logs.path(FILE)).unwrap();
    logs.check(&[&format!("{ROW} 10/2/200/30 x1")]);
}

#[test]
fn a_change_that_keeps_size_and_time_is_seen() {
    let logs = Logs::new();
    logs.write(FILE, text("m1", 1));
    logs.check(&[&format!("{ROW} 10/1/200/30 x1")]);
    let modified = fs::metadata(logs.path(FILE)).unwrap().modified().unwrap();
    logs.write(FILE, text("m1", 9));
    let file = fs::OpenOptions::new().write(true).open(logs.path(FILE)).unwrap();
    file.set_modified(modified).unwrap();
    logs.check(&[&format!("{ROW} 10/9/200/30 x1")]);
}

#[test]
fn one_index_serves_several_homes_and_survives_damage() {
    let logs = Logs::new();
    logs.write(FILE, text("m1", 1));
    let other = Logs::new();
    other.write(FILE, text("m1", 4));
    let cache = logs.home.path().join("cache");
    let ask = |of: &Logs| {
        let root = of.root();
        let arguments = [
            "rows",
            "--json",
            "--timezone",
            "UTC",
            "--home",
            root.to_str().unwrap(),
        ];
        let mut command = logs.home.command(tests::token_tracker());
        command
            .arg("usage")
            .args(arguments)
            .arg("--cache-dir")
            .arg(&cache);
        let outcome: tests::Outcome = command.output().unwrap().into();
        super::shown(&outcome.expect(0).json())
    };
    for _ in 0..2 {
        assert_eq!(ask(&logs), [format!("{ROW} 10/1/200/30 x1")]);
        assert_eq!(ask(&other), [format!("{ROW} 10/4/200/30 x1")]);
    }
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..6).map(|_| scope.spawn(|| ask(&logs))).collect();
        for run in runs {
            assert_eq!(run.join().unwrap(), [format!("{ROW} 10/1/200/30 x1")]);
        }
    });
    for entry in fs::read_dir(&cache).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|name| name == "db") {
            fs::write(path, "not a database, whatever its name says").unwrap();
        }
    }
    assert_eq!(ask(&logs), [format!("{ROW} 10/1/200/30 x1")]);
}
