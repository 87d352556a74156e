//! A generated home that comes into being piece by piece: whatever the order, it ends up exact.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use corpus::{Key, Size, Sums, write};
use fastrand::Rng;
use jiff::tz::TimeZone;
use tempfile::TempDir;
use usage::{
    Client, Engine, Extent, Home, Scan,
    engine::Grain,
    report::Sum,
    rows::{Days, Row, rows},
};

use super::homes::{File, Home as Files};

/// How many pieces a file comes in, at most.
const PIECES: usize = 4;
const STEPS: usize = 24;

#[test]
fn a_home_that_grows_in_any_order_ends_exact() {
    for seed in 1..=3 {
        let mut rng = Rng::with_seed(seed);
        let folder = TempDir::new().unwrap();
        let size = Size {
            seed: 500 + seed,
            messages: 900,
            bytes_per_message: 80,
        };
        let truth = write(&folder.path().join("whole"), size).unwrap();
        let whole = Files::read(Client::Claude, &folder.path().join("whole"));
        let root = folder.path().join("home");
        let engine = Engine {
            home: Home::at(&root),
            clients: Client::ALL.to_vec(),
            cache_dir: Some(folder.path().join("cache")),
        };
        let mut pieces = pieces(&whole.files, &mut rng);
        let per_step = pieces.len().div_ceil(STEPS);
        while !pieces.is_empty() {
            let rest = pieces.split_off(per_step.min(pieces.len()));
            for (path, bytes) in std::mem::replace(&mut pieces, rest) {
                append(&root.join(path), &bytes);
            }
            // Whoever only glances writes into the same index.
            engine.glance(&Extent::default(), None);
            match rng.usize(0..3) {
                0 => {}
                1 => drop(engine.scan()),
                _ => assert_eq!(by_days(&engine, &mut rng), all(&engine.scan()), "seed {seed}"),
            }
        }
        let expected = truth.rows(&TimeZone::UTC);
        for (how, scan) in [
            ("grown", engine.scan()),
            ("again", engine.scan()),
            ("a glance", engine.glance(&Extent::default(), None).unwrap()),
        ] {
            assert_eq!(
                difference(&expected, &shown(&scan, &TimeZone::UTC)),
                None,
                "seed {seed}, {how}"
            );
        }
        // Put together by the days of a zone, what is read of it is the same.
        for zone in ZONES {
            let zone = TimeZone::get(zone).unwrap();
            let extent = Extent {
                grain: Grain::Days(zone.clone()),
                ..Extent::default()
            };
            let scan = engine.scan_part(&extent);
            assert_eq!(
                difference(&truth.rows(&zone), &shown(&scan, &zone)),
                None,
                "seed {seed}, {zone:?}"
            );
            assert_eq!(all(&scan), all(&engine.scan()), "seed {seed}, {zone:?}");
            assert!(scan.fold.cells.len() < engine.scan().fold.cells.len());
        }
        // Half of it goes, and comes back under other names.
        let moved = moved(&whole.files, &root, &mut rng);
        assert_eq!(
            by_days(&engine, &mut rng),
            all(&engine.scan()),
            "seed {seed}, half"
        );
        for (from, to) in moved {
            fs::rename(from, to).unwrap();
        }
        let scan = engine.scan();
        assert_eq!(
            difference(&expected, &shown(&scan, &TimeZone::UTC)),
            None,
            "seed {seed}, moved"
        );
    }
}

const ZONES: [&str; 4] = ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns"];

/// What a report by days sums to, whose sums are partly read and partly worked out.
fn by_days(engine: &Engine, rng: &mut Rng) -> Sum {
    let zone = TimeZone::get(ZONES[rng.usize(0..ZONES.len())]).unwrap();
    let extent = Extent {
        grain: Grain::Days(zone),
        ..Extent::default()
    };
    all(&engine.scan_part(&extent))
}

fn all(scan: &Scan) -> Sum {
    Sum::of(&scan.fold, scan.fold.cells.iter())
}

/// All files cut into pieces, each file's own in their order.
fn pieces(files: &[File], rng: &mut Rng) -> Vec<(String, Vec<u8>)> {
    let mut queues: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
    for file in files {
        // What is no log of lines is there as a whole, or is not there.
        let count = match file.path.ends_with(".jsonl") {
            true => rng.usize(1..=PIECES),
            false => 1,
        };
        let length = file.bytes.len().div_ceil(count).max(1);
        let mut pieces: Vec<Vec<u8>> = file.bytes.chunks(length).map(<[u8]>::to_vec).collect();
        pieces.reverse();
        queues.push((file.path.clone(), pieces));
    }
    let mut order = Vec::new();
    while !queues.is_empty() {
        let place = rng.usize(..queues.len());
        let (path, pieces) = &mut queues[place];
        order.extend(pieces.pop().map(|piece| (path.clone(), piece)));
        if pieces.is_empty() {
            queues.swap_remove(place);
        }
    }
    order
}

fn append(path: &Path, bytes: &[u8]) {
    use std::io::Write;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    file.write_all(bytes).unwrap();
}

/// Moves some transcripts out of the home; returns where they are and where they are to go.
fn moved(files: &[File], root: &Path, rng: &mut Rng) -> Vec<(PathBuf, PathBuf)> {
    let mut moved = Vec::new();
    for file in files
        .iter()
        .filter(|file| file.path.starts_with(".claude/projects"))
    {
        if rng.bool() {
            let away = root.join(format!("away-{}", moved.len()));
            fs::rename(root.join(&file.path), &away).unwrap();
            let back = root.join(&file.path).with_extension("moved.jsonl");
            moved.push((away, back));
        }
    }
    moved
}

fn shown(scan: &Scan, zone: &TimeZone) -> BTreeMap<Key, Sums> {
    let mut days = Days::new(zone.clone());
    let rows = rows(&scan.fold, scan.fold.cells.iter(), &mut days);
    rows.into_iter().map(row).collect()
}

fn row(row: Row) -> (Key, Sums) {
    let key = Key {
        client: row.client.name().into(),
        model: row.model,
        day: row.day.to_string(),
        project: row.project,
        branch: row.branch,
    };
    let sums = Sums {
        input: row.input,
        output: row.output,
        cache_read: row.cache_read,
        cache_write: row.cache_write,
        reasoning: row.reasoning,
        messages: row.messages,
    };
    (key, sums)
}

fn difference(expected: &BTreeMap<Key, Sums>, found: &BTreeMap<Key, Sums>) -> Option<String> {
    let mut keys = expected.keys().chain(found.keys());
    let key = keys.find(|key| expected.get(key) != found.get(key))?;
    Some(format!(
        "{key:?}: {:?}, but it is {:?}",
        found.get(key),
        expected.get(key)
    ))
}
