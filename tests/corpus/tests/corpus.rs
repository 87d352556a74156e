use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::Path,
};

use corpus::{Size, Truth, write};
use jiff::tz::TimeZone;

const SIZE: Size = Size {
    seed: 7,
    messages: 600,
    bytes_per_message: 500,
};

fn files(folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, into)?;
        } else if !path.to_string_lossy().contains(".db") {
            into.insert(path.to_string_lossy().into_owned(), fs::read(&path)?);
        }
    }
    Ok(())
}

fn written(size: Size) -> io::Result<(BTreeMap<String, Vec<u8>>, Truth)> {
    // The folder's own name must be the same each time.
    let folder = tempfile::tempdir()?;
    let truth = write(&folder.path().join("home"), size)?;
    let mut all = BTreeMap::new();
    files(folder.path(), &mut all)?;
    let strip = |path: String| path.replacen(&*folder.path().to_string_lossy(), "", 1);
    Ok((
        all.into_iter()
            .map(|(path, bytes)| (strip(path), bytes))
            .collect(),
        truth,
    ))
}

#[test]
fn the_same_seed_writes_the_same_files() {
    let (first, truth) = written(SIZE).unwrap();
    let (second, again) = written(SIZE).unwrap();
    assert!(first == second);
    assert_eq!(truth.totals(), again.totals());
    let (other, _) = written(Size { seed: 8, ..SIZE }).unwrap();
    assert!(first.values().next() != other.values().next());
}

#[test]
fn as_many_responses_as_asked_for_are_billed_and_rows_add_up_in_any_zone() {
    let (_, truth) = written(Size { seed: 9, ..SIZE }).unwrap();
    assert_eq!(truth.billed.len(), 600);
    for zone in ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"] {
        let rows = truth.rows(&TimeZone::get(zone).unwrap());
        let messages: u64 = rows.values().map(|sums| sums.messages).sum();
        assert_eq!(messages, 600, "{zone}");
        let output: u64 = rows.values().map(|sums| sums.output).sum();
        assert_eq!(output, truth.totals().output, "{zone}");
    }
}

#[test]
fn work_is_spread_over_the_season() {
    let (_, truth) = written(Size { seed: 10, ..SIZE }).unwrap();
    let days: BTreeSet<String> = truth
        .rows(&TimeZone::UTC)
        .into_keys()
        .map(|key| key.day)
        .collect();
    assert!(days.len() > 10, "{days:?}");
    assert!(
        days.iter()
            .all(|day| ("2025-10-01".."2026-02-01").contains(&day.as_str())),
        "{days:?}"
    );
}
