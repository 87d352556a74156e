//! What readers of one document or of simple lines share.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
};

use serde_json::Value;

use super::{
    ReadError,
    json::{parse, trim},
};
use crate::record::{FileRecords, Record};

/// A document as a whole; these are small.
pub fn document(path: &Path) -> Result<Value, ReadError> {
    let bytes = fs::read(path)?;
    let bytes = trim(&bytes);
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    let text = String::from_utf8_lossy(bytes);
    parse(text.as_bytes()).ok_or_else(|| ReadError::Document("it is no JSON".into()))
}

/// The lines of a file that is read as a whole, with their numbers; how many could not be read.
pub fn each_line(path: &Path, mut visit: impl FnMut(u64, &Value)) -> Result<u64, ReadError> {
    let mut reader = BufReader::new(File::open(path)?);
    let (mut line, mut number, mut skipped) = (Vec::new(), 0, 0);
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(skipped);
        }
        number += 1;
        let is_whole = line.ends_with(b"\n");
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
