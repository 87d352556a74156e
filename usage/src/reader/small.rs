//! What readers of one document or of simple lines share.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use serde_json::Value;

use super::{
    LINE_BYTES_MAX, ReadError,
    json::{parse, trim},
};
use crate::record::{FileRecords, Record};

/// Documents that are decoded as a whole are small; what is larger is not what it seems to be.
const DOCUMENT_BYTES_MAX: u64 = 64 << 20;

/// A document as a whole; these are small.
pub fn document(path: &Path) -> Result<Value, ReadError> {
    let bytes = whole(path)?;
    let bytes = trim(&bytes);
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let text = String::from_utf8_lossy(bytes);
    parse(text.as_bytes()).ok_or_else(|| ReadError::Document("it is no JSON".into()))
}

/// All of a file that is small enough for that.
pub fn whole(path: &Path) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    File::open(path)?
        .take(DOCUMENT_BYTES_MAX + 1)
        .read_to_end(&mut bytes)?;
    match bytes.len() as u64 > DOCUMENT_BYTES_MAX {
        true => Err(ReadError::TooLarge),
        false => Ok(bytes),
    }
}

/// The lines of a file that is read as a whole, with their numbers; how many could not be read.
pub fn each_line(path: &Path, visit: impl FnMut(u64, &Value)) -> Result<u64, ReadError> {
    Ok(each_line_of(BufReader::new(File::open(path)?), visit)?)
}

fn each_line_of(mut from: impl BufRead, mut visit: impl FnMut(u64, &Value)) -> io::Result<u64> {
    let (mut line, mut number, mut skipped) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        let mut start = from.by_ref().take(LINE_BYTES_MAX as u64);
        if start.read_until(b'\n', &mut line)? == 0 {
            return Ok(skipped);
        }
        number += 1;
        let is_whole = line.ends_with(b"\n");
        if !is_whole && line.len() == LINE_BYTES_MAX {
            from.skip_until(b'\n')?;
            skipped += 1;
            continue;
        }
        let text = String::from_utf8_lossy(trim(&line));
        match parse::<Value>(text.as_bytes()) {
            Some(value) => visit(number, &value),
            // A session may be in the middle of its last line.
            None if text.is_empty() || !is_whole => {}
            None => skipped += 1,
        }
    }
}

/// A record that consumed something.
pub fn push(record: Record, out: &mut FileRecords) {
    if !record.tokens.is_zero() {
        out.records.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of so many bytes, which are nobody's memory, and two numbers.
    fn long_line(bytes: usize) -> impl BufRead {
        let text = io::repeat(b'x').take(bytes as u64);
        BufReader::new((&b"\""[..]).chain(text).chain(&b"\"\n2\n3"[..]))
    }

    #[test]
    fn lines_of_any_length_are_counted_and_only_huge_ones_skipped() {
        let shown = |bytes| {
            let mut lines = Vec::new();
            let skipped = each_line_of(long_line(bytes), |number, value| {
                lines.push((number, value.as_u64()));
            });
            (lines, skipped.unwrap())
        };
        let rest = [(2, Some(2)), (3, Some(3))];
        assert_eq!(shown(1), ([&[(1, None)][..], &rest].concat(), 0));
        assert_eq!(shown(4 * LINE_BYTES_MAX), (rest.to_vec(), 1));
    }

    #[test]
    fn a_document_that_is_larger_than_any_is_not_taken_into_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        let file = File::create(&path).unwrap();
        file.set_len(DOCUMENT_BYTES_MAX + 1).unwrap();
        assert!(matches!(document(&path), Err(ReadError::TooLarge)));
        file.set_len(DOCUMENT_BYTES_MAX).unwrap();
        assert_eq!(document(&path).unwrap(), Value::Null);
    }
}
