//! What must hold for every log, however spoiled.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use usage::{Engine, Home as Root, Scan, report::Sum};

use super::homes::Home;

/// A home is a few kilobytes, and at most a few megabytes.
const TIME_MAX: Duration = Duration::from_secs(20);

/// Client, model, project, branch and session with their sums; times may be those of the file.
type Sums = BTreeMap<[String; 4], (u64, u64, i64, u64)>;

/// Reads a home at once; and in two pieces if a cut is given, with an index and without one.
pub fn check(home: &Home, cut: Option<f64>) -> Result<(), String> {
    let folder = TempDir::new().unwrap();
    let root = folder.path().join("home");
    let began = Instant::now();
    home.write(&root, None);
    let whole = scan(home, &root, None)?;
    if let Some(cut) = cut {
        let cache = folder.path().join("cache");
        home.write(&root, Some(cut));
        scan(home, &root, Some(&cache))?;
        home.grow(&root, cut);
        let grown = scan(home, &root, Some(&cache))?;
        same("at once and in two pieces", &sums(&whole), &sums(&grown))?;
        let again = scan(home, &root, Some(&cache))?;
        same("in two pieces and again", &sums(&grown), &sums(&again))?;
    }
    match began.elapsed() > TIME_MAX {
        true => Err(format!("it took {:?}", began.elapsed())),
        false => Ok(()),
    }
}

/// How many responses count.
pub fn counts(home: &Home) -> u64 {
    let folder = TempDir::new().unwrap();
    home.write(folder.path(), None);
    scan(home, folder.path(), None).map_or(0, |scan| scan.fold.cells.iter().map(|cell| cell.messages).sum())
}

fn scan(home: &Home, root: &Path, cache: Option<&Path>) -> Result<Scan, String> {
    let engine = Engine {
        home: Root::at(root),
        clients: vec![home.client],
        cache_dir: cache.map(Path::to_owned),
    };
    let scan = engine.scan();
    let is_ours = |text: &str| text.contains("fault of this program") || text.contains("cannot hold");
    match scan.notes.iter().find(|note| is_ours(&note.text)) {
        Some(note) => Err(format!("{} {}", note.path.display(), note.text)),
        None => Ok(scan),
    }
}

fn sums(scan: &Scan) -> Sums {
    let fold = &scan.fold;
    let mut sums: BTreeMap<[String; 4], Sum> = BTreeMap::new();
    for cell in &fold.cells {
        let key = &cell.key;
        let name = |label| fold.name(label).to_owned();
        let key = [key.model, key.project, key.branch, key.session].map(name);
        sums.entry(key).or_default().add(fold, cell);
    }
    let short = |sum: &Sum| {
        (
            sum.messages,
            sum.tokens.total(),
            sum.cost_nano_usd,
            sum.messages_unpriced,
        )
    };
    sums.iter().map(|(key, sum)| (key.clone(), short(sum))).collect()
}

fn same(what: &str, one: &Sums, other: &Sums) -> Result<(), String> {
    let key = one
        .keys()
        .chain(other.keys())
        .find(|key| one.get(*key) != other.get(*key));
    match key {
        None => Ok(()),
        Some(key) => Err(format!(
            "{what} differ in {key:?}: {:?} and {:?}",
            one.get(key),
            other.get(key)
        )),
    }
}

/// Every file below a folder, with its path from there.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
