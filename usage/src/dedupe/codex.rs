//! Codex's copies: the history that forks and sub-agents take over from their parents.

use std::collections::{HashMap, HashSet};

use super::{Counted, logged};
use crate::record::{FileRecords, Flags, Record};

/// Copies are written in one go; a response takes longer than this.
const BURST_MS: i64 = 1_000;
/// How far clocks and writers may be apart between a thread's id and its first lines.
const SLACK_MS: i64 = 2_000;
/// A single equal total is taken for a copy only so soon after the thread began.
const SOON_MS: i64 = 10_000;

pub fn responses(files: &[FileRecords]) -> Vec<Counted> {
    let threads = threads(files);
    let mut counted = Vec::new();
    for (file, records) in files.iter().enumerate() {
        let own = match parents(records, files, &threads) {
            None => 0,
            Some(parents) => copied(records, &parents),
        };
        let rows: Vec<&Record> = logged(records).skip(own).collect();
        let rest = untold(rows, &earlier(file, files, &threads));
        let rest = rest.into_iter().filter(|record| !record.flags.has(Flags::COPIED));
        counted.extend(rest.map(|record| Counted {
            file,
            record: *record,
        }));
    }
    counted.sort_by_key(Counted::order);
    let mut answered = HashSet::new();
    counted.retain(|next| next.record.mark == 0 || answered.insert(next.record.mark));
    counted
}

/// The files of each thread, the one that begins first before the others: whoever goes on in a
/// new file tells again, later, what was told before.
fn threads(files: &[FileRecords]) -> HashMap<u64, Vec<usize>> {
    let mut threads: HashMap<u64, Vec<usize>> = HashMap::new();
    for (file, records) in files.iter().enumerate() {
        if records.thread != 0 {
            threads.entry(records.thread).or_default().push(file);
        }
    }
    let begins_ms = |file: &usize| logged(&files[*file]).next().map(|record| record.at_ms);
    for list in threads.values_mut() {
        list.sort_by_key(|file| (begins_ms(file), *file));
    }
    threads
}

/// The files from which this one's history may have been copied; None for one that has no parent,
/// an empty list where the parent's file is gone.
fn parents<'a>(
    records: &FileRecords,
    files: &'a [FileRecords],
    threads: &HashMap<u64, Vec<usize>>,
) -> Option<Vec<&'a FileRecords>> {
    let of_parent = threads.get(&records.parent).map_or(&[][..], Vec::as_slice);
    (records.parent != 0 && records.parent != records.thread)
        .then(|| of_parent.iter().filter_map(|place| files.get(*place)).collect())
}

/// The files of the same thread that come before this one.
fn earlier<'a>(
    file: usize,
    files: &'a [FileRecords],
    threads: &HashMap<u64, Vec<usize>>,
) -> Vec<&'a FileRecords> {
    let of_thread = files.get(file).and_then(|records| threads.get(&records.thread));
    let before = of_thread
        .into_iter()
        .flatten()
        .take_while(|other| **other != file);
    before.filter_map(|place| files.get(*place)).collect()
}

/// The rows that no earlier file of the thread has: a copy has the same totals one after the other,
/// at whichever times, and a part of one the same totals at the same times.
fn untold<'f>(mut rows: Vec<&'f Record>, earlier: &[&FileRecords]) -> Vec<&'f Record> {
    if earlier.is_empty() {
        return rows;
    }
    let history = || earlier.iter().flat_map(|file| logged(file));
    let mut again = history();
    // One equal total is no chance here: it is the same thread's.
    let is_again = |row: &&&Record| row.id != 0 && again.any(|known| known.id == row.id);
    let repeated = rows.iter().take_while(is_again).count();
    let mut rest = rows.split_off(repeated);
    let told: HashSet<(u64, i64)> = history().map(|known| (known.id, known.at_ms)).collect();
    rest.retain(|row| !told.contains(&(row.id, row.at_ms)));
    rest
}

/// How many records at the start of a file are copies of its parents'.
///
/// What the lines say about their own origin goes first: the first row that is certainly the
/// thread's own ends the search.
fn copied(child: &FileRecords, parents: &[&FileRecords]) -> usize {
    let open = child
        .records
        .iter()
        .take_while(|record| !record.flags.has(Flags::OWN))
        .count();
    let open = &child.records[..open];
    let began = child.began_ms;
    // Rows older than the thread keep the time at which the parent had them.
    let older = open.iter().take_while(|record| began > 0 && record.at_ms < began);
    let older = older.count();
    let by_parent = parents.iter().map(|parent| replayed(open, parent, began)).max();
    match by_parent {
        Some(replayed) => replayed.max(older),
        None => burst(open, began).max(older),
    }
}

/// How many of the rows follow the totals that the parent had before the child began.
fn replayed(open: &[Record], parent: &FileRecords, began: i64) -> usize {
    let is_before = |record: &&Record| began == 0 || record.at_ms <= began + SLACK_MS;
    let mut history = parent.records.iter().filter(is_before);
    let mut last = None;
    let matched = open
        .iter()
        .take_while(|record| {
            last = history.find(|original| original.id == record.id && record.id != 0);
            last.is_some()
        })
        .count();
    match (matched, open.first()) {
        // One equal total may be chance: two agents that were asked the same.
        (1, Some(first)) => {
            let is_same_time = parent
                .records
                .iter()
                .any(|original| original.id == first.id && original.at_ms == first.at_ms);
            usize::from(is_same_time || first.at_ms <= began + SOON_MS)
        }
        (matched, _) => matched,
    }
}

/// How many rows were written in one go, as only copies are.
fn burst(open: &[Record], began: i64) -> usize {
    let Some(first) = open.first() else { return 0 };
    let run = open
        .iter()
        .take_while(|record| record.at_ms - first.at_ms <= BURST_MS)
        .count();
    let is_at_start = began > 0 && first.at_ms - began <= BURST_MS;
    if run > 1 || is_at_start { run } else { 0 }
}
