//! Rows that were kept on this machine beside what its logs say: the same response by two ways
//! counts once.

use std::collections::HashMap;

use super::Counted;
use crate::record::{FileRecords, Flags, Record, Tokens, digest};

/// What identifies each response on every machine that has its log, whatever its file is called;
/// a kept row has the identity that it came with.
pub fn identities(files: &[FileRecords], counted: &[Counted]) -> Vec<u64> {
    let mut seen: HashMap<u64, u64> = HashMap::new();
    counted
        .iter()
        .map(|counted| {
            let record = &counted.record;
            if record.flags.has(Flags::KEPT) {
                return record.id;
            }
            if record.id != 0 {
                return digest(&[&record.id.to_le_bytes(), &record.mark.to_le_bytes()]);
            }
            let content = content(&files[counted.file], record);
            // Equal ones in one session are as many responses.
            let nth = seen.entry(content).or_default();
            *nth += 1;
            digest(&[&content.to_le_bytes(), &nth.to_le_bytes()])
        })
        .collect()
}

fn content(file: &FileRecords, record: &Record) -> u64 {
    let counts = numbers(&record.tokens).map(u64::to_le_bytes);
    digest(&[
        file.text(record.session).as_bytes(),
        file.text(record.model).as_bytes(),
        &record.at_ms.to_le_bytes(),
        counts.as_flattened(),
    ])
}

fn numbers(tokens: &Tokens) -> [u64; 6] {
    [
        tokens.input,
        tokens.output,
        tokens.cache_read,
        tokens.cache_write,
        tokens.cache_write_1h,
        tokens.reasoning,
    ]
}

/// The fuller of two tellings of one response, whichever came first.
pub fn fuller(one: &Tokens, other: &Tokens) -> Tokens {
    let order = |tokens: &Tokens| (tokens.total(), numbers(tokens));
    if order(other) > order(one) { *other } else { *one }
}

/// Adds the rows of the last file. One that a log tells of, too, stays at its place there.
pub fn join(files: &[FileRecords], counted: &mut Vec<Counted>) {
    let Some((kept, last)) = files.last().zip(files.len().checked_sub(1)) else {
        return;
    };
    if kept.records.is_empty() {
        return;
    }
    let mut places: HashMap<u64, usize> = identities(files, counted).into_iter().zip(0..).collect();
    for record in &kept.records {
        match places.get(&record.id).and_then(|place| counted.get_mut(*place)) {
            Some(known) => known.record.tokens = fuller(&known.record.tokens, &record.tokens),
            None => {
                places.insert(record.id, counted.len());
                counted.push(Counted {
                    file: last,
                    record: *record,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: u64, output: u64) -> Record {
        Record {
            id,
            tokens: Tokens {
                output,
                ..Tokens::default()
            },
            ..Record::default()
        }
    }

    fn file(records: Vec<Record>) -> FileRecords {
        let mut file = FileRecords::default();
        file.records = records;
        file
    }

    fn logged(file: usize, record: Record) -> Counted {
        Counted { file, record }
    }

    #[test]
    fn equal_responses_without_an_id_are_told_apart_and_keep_their_identity() {
        let files = [file(Vec::new())];
        let counted = [
            logged(0, record(0, 5)),
            logged(0, record(0, 5)),
            logged(0, record(0, 6)),
        ];
        let ids = identities(&files, &counted);
        assert_eq!(ids, identities(&files, &counted));
        assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
    }

    #[test]
    fn a_row_that_a_log_tells_of_counts_once_and_as_full_as_either() {
        let ids = identities(&[file(Vec::new())], &[logged(0, record(7, 1))]);
        let kept = |id, output| Record {
            flags: Flags::KEPT,
            ..record(id, output)
        };
        let files = [
            file(Vec::new()),
            file(vec![kept(ids[0], 3), kept(99, 4), kept(99, 2)]),
        ];
        let mut counted = vec![logged(0, record(7, 1))];
        join(&files, &mut counted);
        let shown: Vec<_> = counted
            .iter()
            .map(|counted| (counted.file, counted.record.tokens.output))
            .collect();
        assert_eq!(shown, [(0, 3), (1, 4)]);
    }
}
