//! Ways to spoil a log.

use fastrand::Rng;

use super::homes::Home;

/// Texts that have upset readers before.
const BAD: [&[u8]; 26] = [
    b"null",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551615",
    b"18446744073709551616",
    b"9223372036854775807",
    b"-9223372036854775808",
    b"0.5",
    b"\"\"",
    b"[]",
    b"{}",
    b"true",
    b"\"\\ud800\"",
    b"\0\0\0\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n\n",
    b"\"9999-12-31T23:59:59.999Z\"",
    b"\"0000-00-00T00:00:00Z\"",
    b"\"1969-12-31T23:59:59Z\"",
    b",",
    b"}",
    b"\"",
    b"\\",
];
const CHANGES_MAX: usize = 4;
const DATABASE: &[u8] = b"SQLite format 3\0";
const HEADER_BYTES: usize = 100;
const NESTED: usize = 400;
const LONG: usize = 1 << 20;

/// Changes a few things in one or two files of a home.
pub fn some(home: &mut Home, rng: &mut Rng) {
    for _ in 0..rng.usize(1..=CHANGES_MAX) {
        let place = rng.usize(..home.files.len());
        let other = rng.usize(..home.files.len());
        let donor = home.files[other].bytes.clone();
        let bytes = &mut home.files[place].bytes;
        // A database whose pages have moved is refused as a whole, which shows little of its reader.
        match bytes.starts_with(DATABASE) && rng.u32(..8) > 0 {
            true => in_place(bytes, rng),
            false => one(bytes, &donor, rng),
        }
    }
}

/// Overwrites a few bytes behind the header.
fn in_place(bytes: &mut [u8], rng: &mut Rng) {
    let at = rng.usize(HEADER_BYTES.min(bytes.len() - 1)..bytes.len());
    match rng.u32(..4) {
        0 => bytes[at] ^= 1 << rng.u32(..8),
        1 => bytes[at] = rng.u8(..),
        2 => {
            let bad = BAD[rng.usize(..BAD.len())];
            bytes[at..]
                .iter_mut()
                .zip(bad)
                .for_each(|(byte, bad)| *byte = *bad);
        }
        _ => bytes[at..]
            .iter_mut()
            .take(rng.usize(1..=64))
            .for_each(|byte| *byte = 0),
    }
}

fn one(bytes: &mut Vec<u8>, donor: &[u8], rng: &mut Rng) {
    if bytes.is_empty() {
        bytes.extend(donor);
        return;
    }
    let at = rng.usize(..bytes.len());
    match rng.u32(..14) {
        0 => bytes[at] ^= 1 << rng.u32(..8),
        1 => bytes[at] = rng.u8(..),
        2 => drop(bytes.drain(range(bytes.len(), rng))),
        3 => {
            let copy = bytes[range(bytes.len(), rng)].to_vec();
            bytes.splice(at..at, copy);
        }
        4 => bytes.truncate(at),
        5 => insert(bytes, at, BAD[rng.usize(..BAD.len())]),
        6..9 => value(bytes, rng),
        9 => lines(bytes, rng),
        10 => {
            let copy = donor[range(donor.len(), rng)].to_vec();
            bytes.splice(at..at, copy);
        }
        11 => {
            let nested = [b"[".repeat(NESTED), b"]".repeat(rng.usize(..=NESTED))].concat();
            insert(bytes, at, &nested);
        }
        12 if rng.u32(..20) == 0 => insert(bytes, at, &vec![b'x'; LONG]),
        _ => number(bytes, rng),
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, text: &[u8]) {
    bytes.splice(at..at, text.iter().copied());
}

/// Some bytes in a row, rather few than many.
fn range(length: usize, rng: &mut Rng) -> std::ops::Range<usize> {
    if length == 0 {
        return 0..0;
    }
    let start = rng.usize(..length);
    let most = (length - start).min(1 << rng.u32(1..12));
    start..start + rng.usize(1..=most.max(1)).min(length - start)
}

/// Another value where one is.
fn value(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let colons: Vec<usize> = (0..bytes.len()).filter(|place| bytes[*place] == b':').collect();
    let Some(colon) = rng.choice(&colons) else { return };
    let start = colon + 1;
    let end = bytes[start..]
        .iter()
        .position(|byte| matches!(byte, b',' | b'}' | b']'));
    let end = start + end.unwrap_or(bytes.len() - start);
    let text = BAD[rng.usize(..BAD.len())];
    bytes.splice(start..end, text.iter().copied());
}

/// Another number where one is.
fn number(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let digits: Vec<usize> = (0..bytes.len())
        .filter(|place| bytes[*place].is_ascii_digit())
        .collect();
    let Some(start) = rng.choice(&digits) else { return };
    let length = bytes[*start..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let number = rng.u64(..) >> rng.u32(..64);
    let text = number.to_string().into_bytes();
    bytes.splice(*start..start + length, text);
}

/// A line that is there twice, or elsewhere, or not at all.
fn lines(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let mut lines: Vec<Vec<u8>> = bytes
        .split_inclusive(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    if lines.is_empty() {
        return;
    }
    let (one, other) = (rng.usize(..lines.len()), rng.usize(..lines.len()));
    match rng.u32(..3) {
        0 => lines.swap(one, other),
        1 => lines.insert(other, lines[one].clone()),
        _ => drop(lines.remove(one)),
    }
    *bytes = lines.concat();
}
