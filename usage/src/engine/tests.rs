//! Scans of a small home whose index had something happen to it.

use std::{fs, path::Path, sync::Barrier, thread};

use jiff::tz::TimeZone;

use super::*;
use crate::rows::{Days, rows};

struct Scene {
    folder: tempfile::TempDir,
    engine: Engine,
}

impl Scene {
    /// With so many logs of a response each, of ten tokens.
    fn new(logs: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine {
            home: Home::at(folder.path().join("home")),
            clients: Client::ALL.to_vec(),
            cache_dir: Some(folder.path().join("cache")),
        };
        let scene = Self { folder, engine };
        for number in 0..logs {
            scene.log(&format!("{number}.jsonl"), "2026-06-01T12:00:00Z");
        }
        scene
    }

    fn log(&self, name: &str, at: &str) {
        let folder = self.folder.path().join("home/.claude/projects/notes");
        fs::create_dir_all(&folder).unwrap();
        let line = serde_json::json!({
            "type": "assistant", "timestamp": at, "sessionId": "s", "requestId": name,
            "message": {"id": name, "model": "claude-sonnet-4-5", "usage": {"input_tokens": 1, "output_tokens": 10}},
        });
        fs::write(folder.join(name), format!("{line}\n")).unwrap();
    }

    /// What was written just before a scan is read by the next one once more.
    fn settle(&self) {
        while self.engine.scan().files_read > 0 {}
    }

    fn change(&self, sql: &str) -> usize {
        let path = database_in(&self.folder.path().join("cache"));
        rusqlite::Connection::open(path)
            .unwrap()
            .execute(sql, [])
            .unwrap()
    }
}

fn database_in(folder: &Path) -> PathBuf {
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mut databases = files.filter(|path| path.extension().is_some_and(|extension| extension == "db"));
    databases.next().unwrap()
}

fn by_days(zone: &TimeZone) -> Extent {
    Extent {
        grain: Grain::Days(zone.clone()),
        ..Extent::default()
    }
}

fn output(scan: &Scan) -> u64 {
    scan.fold.cells.iter().map(|cell| cell.tokens.output).sum()
}

#[test]
fn after_a_start_of_the_machine_many_make_one_index_anew() {
    let scene = Scene::new(60);
    scene.settle();
    for _ in 0..10 {
        scene.change("UPDATE unsynced SET boot = 'another'");
        let begin = Barrier::new(5);
        let scan = || {
            begin.wait();
            scene.engine.scan_part(&by_days(&TimeZone::UTC))
        };
        let scans: Vec<Scan> = thread::scope(|scope| {
            let scans: Vec<_> = (0..5).map(|_| scope.spawn(scan)).collect();
            scans.into_iter().map(|scan| scan.join().unwrap()).collect()
        });
        for scan in &scans {
            assert_eq!(output(scan), 600);
            assert_eq!(scan.notes, [], "nobody is told that the index could not be used");
        }
        assert_eq!(scene.engine.scan().files_read, 0, "what they made stayed");
    }
}

#[test]
fn a_record_that_cannot_be_decoded_is_read_again() {
    let scene = Scene::new(5);
    assert_eq!(output(&scene.engine.scan()), 50);
    scene.settle();
    for spoil in [
        "UPDATE record SET saved = x'ff' WHERE file = (SELECT min(file) FROM record)",
        "DELETE FROM record WHERE file = (SELECT max(file) FROM record)",
    ] {
        assert_eq!(scene.change(spoil), 1);
        // Other prices: everything is worked out anew from what is kept.
        scene.change("UPDATE client SET priced = 1");
        let scan = scene.engine.scan();
        assert_eq!((output(&scan), scan.notes), (50, Vec::new()));
    }
}

#[test]
fn what_clocks_before_1970_wrote_stays_on_its_day_in_every_report() {
    let scene = Scene::new(0);
    let days = ["1969-11-30", "1969-12-31", "1970-01-01"];
    for day in days {
        scene.log(&format!("{day}.jsonl"), &format!("{day}T10:00:00Z"));
    }
    for zone in ["UTC", "America/New_York", "Asia/Kathmandu"] {
        let zone = TimeZone::get(zone).unwrap();
        let told = |scan: &Scan| {
            let rows = rows(&scan.fold, scan.fold.cells.iter(), &mut Days::new(zone.clone()));
            let of = rows.into_iter().map(|row| (row.day.to_string(), row.output));
            of.collect::<Vec<_>>()
        };
        let by_days = told(&scene.engine.scan_part(&by_days(&zone)));
        assert_eq!(by_days, days.map(|day| (day.to_owned(), 10)), "{zone:?}");
        assert_eq!(by_days, told(&scene.engine.scan()));
    }
}
