//! All tables as CSV files in one ZIP archive, written as it goes: sizes come behind each file, in
//! the form that has no limit of four gigabytes (ZIP64). Nothing is compressed; proxies do that.

use crc32fast::Hasher;

use super::{Cell, Form, csv};
use crate::ledger::Table;

const LOCAL: u32 = 0x0403_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
const END: u32 = 0x0605_4b50;
/// The first version with ZIP64.
const VERSION: u16 = 45;
/// Sizes behind the file; names in UTF-8.
const FLAGS: u16 = 1 << 3 | 1 << 11;
/// 1 January 1980: the archive has no times of its own.
const DATE: u16 = 0x21;
const ELSEWHERE: u32 = u32::MAX;

#[derive(Default)]
pub struct Archive {
    files: Vec<File>,
    /// Bytes of the archive so far.
    written: u64,
    check: Hasher,
    size: u64,
}

struct File {
    name: String,
    at: u64,
    check: u32,
    size: u64,
}

impl Archive {
    /// Takes what was put behind `from` as a part of the file.
    fn take(&mut self, from: usize, out: &[u8]) {
        let bytes = out.get(from..).unwrap_or_default();
        self.check.update(bytes);
        self.size += bytes.len() as u64;
        self.written += bytes.len() as u64;
    }
}

impl Form for Archive {
    fn table(&mut self, table: &Table, out: &mut Vec<u8>) {
        let (from, name) = (out.len(), format!("{}.csv", table.name));
        put32(out, LOCAL);
        head(out, 0, ELSEWHERE);
        put16(out, name.len() as u16);
        put16(out, 20);
        out.extend_from_slice(name.as_bytes());
        // Both sizes are behind the file.
        put16(out, 1);
        put16(out, 16);
        put64(out, 0);
        put64(out, 0);
        self.files.push(File {
            name,
            at: self.written,
            check: 0,
            size: 0,
        });
        self.written += (out.len() - from) as u64;
        (self.check, self.size) = (Hasher::new(), 0);
        let from = out.len();
        csv::Lines.table(table, out);
        self.take(from, out);
    }

    fn row(&mut self, table: &Table, cells: &[Cell], out: &mut Vec<u8>) {
        let from = out.len();
        csv::Lines.row(table, cells, out);
        self.take(from, out);
    }

    fn end_table(&mut self, _table: &Table, out: &mut Vec<u8>) {
        let (from, check) = (out.len(), self.check.clone().finalize());
        put32(out, DESCRIPTOR);
        put32(out, check);
        put64(out, self.size);
        put64(out, self.size);
        if let Some(file) = self.files.last_mut() {
            (file.check, file.size) = (check, self.size);
        }
        self.written += (out.len() - from) as u64;
    }

    fn end(&mut self, _rows: u64, out: &mut Vec<u8>) {
        let (from, begin, count) = (out.len(), self.written, self.files.len() as u64);
        for file in &self.files {
            listed(out, file);
        }
        let size = (out.len() - from) as u64;
        put32(out, END_64);
        put64(out, 44);
        put16(out, VERSION);
        put16(out, VERSION);
        put32(out, 0);
        put32(out, 0);
        put64(out, count);
        put64(out, count);
        put64(out, size);
        put64(out, begin);
        put32(out, LOCATOR_64);
        put32(out, 0);
        put64(out, begin + size);
        put32(out, 1);
        put32(out, END);
        put16(out, 0);
        put16(out, 0);
        put16(out, u16::MAX);
        put16(out, u16::MAX);
        put32(out, ELSEWHERE);
        put32(out, ELSEWHERE);
        put16(out, 0);
    }
}

/// What a file's own head and its line in the list have in common.
fn head(out: &mut Vec<u8>, check: u32, size: u32) {
    put16(out, VERSION);
    put16(out, FLAGS);
    // Stored as it is.
    put16(out, 0);
    put16(out, 0);
    put16(out, DATE);
    put32(out, check);
    put32(out, size);
    put32(out, size);
}

fn listed(out: &mut Vec<u8>, file: &File) {
    put32(out, CENTRAL);
    put16(out, VERSION);
    head(out, file.check, ELSEWHERE);
    put16(out, file.name.len() as u16);
    put16(out, 28);
    // No comment, the first disk, no attributes.
    put16(out, 0);
    put16(out, 0);
    put16(out, 0);
    put32(out, 0);
    put32(out, ELSEWHERE);
    out.extend_from_slice(file.name.as_bytes());
    put16(out, 1);
    put16(out, 24);
    put64(out, file.size);
    put64(out, file.size);
    put64(out, file.at);
}

fn put16(out: &mut Vec<u8>, number: u16) {
    out.extend_from_slice(&number.to_le_bytes());
}
fn put32(out: &mut Vec<u8>, number: u32) {
    out.extend_from_slice(&number.to_le_bytes());
}
fn put64(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}
