//! Lines of a file in bounded memory, whatever their length.

use std::io::{self, Read};

use memchr::memchr;

use crate::{
    reader::{LINE_BYTES_MAX, Lines, repaired, trim},
    record::FileRecords,
};

const PIECE_BYTES: usize = 256 << 10;

/// One worker's memory, used for one file after the other.
pub struct Buffer {
    bytes: Vec<u8>,
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            bytes: vec![0; PIECE_BYTES],
        }
    }
}

/// How far a reading came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of whole lines.
    pub bytes: u64,
    pub lines: u64,
}

/// Gives every whole line to the reader, from a place where a line begins. What follows the last
/// line end is left in `tail`.
pub fn each(
    mut from: impl Read,
    buffer: &mut Buffer,
    start: Progress,
    reader: &mut dyn Lines,
    out: &mut FileRecords,
    tail: &mut Vec<u8>,
) -> io::Result<Progress> {
    let mut progress = start;
    let mut held = 0;
    // How many bytes of a line that is too long were dropped.
    let mut dropped = 0_u64;
    loop {
        if held == buffer.bytes.len() {
            if held >= LINE_BYTES_MAX {
                dropped += held as u64;
                held = 0;
            } else {
                buffer.bytes.resize(held * 2, 0);
            }
        }
        let count = match from.read(&mut buffer.bytes[held..]) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let end = held + count;
        let mut line_start = 0;
        let mut look_from = held;
        while let Some(found) = memchr(b'\n', &buffer.bytes[look_from..end]) {
            let line_end = look_from + found;
            progress.lines += 1;
            progress.bytes += (line_end - line_start + 1) as u64 + dropped;
            if dropped > 0 {
                out.lines_skipped += 1;
                dropped = 0;
            } else {
                take(&buffer.bytes[line_start..line_end], progress.lines, reader, out);
            }
            line_start = line_end + 1;
            look_from = line_start;
        }
        buffer.bytes.copy_within(line_start..end, 0);
        held = end - line_start;
    }
    if dropped == 0 {
        tail.extend_from_slice(trim(&buffer.bytes[..held]));
    }
    // A huge line is rare; its memory is not kept for the files that follow.
    if buffer.bytes.len() > 4 * PIECE_BYTES {
        buffer.bytes = vec![0; PIECE_BYTES];
    }
    Ok(progress)
}

/// One line; False: it was not readable.
pub fn try_take(line: &[u8], number: u64, reader: &mut dyn Lines, out: &mut FileRecords) -> bool {
    let line = trim(line);
    line.is_empty()
        || reader.line(number, line, out)
        || repaired(line).is_some_and(|line| reader.line(number, line.as_bytes(), out))
}

fn take(line: &[u8], number: u64, reader: &mut dyn Lines, out: &mut FileRecords) {
    if !try_take(line, number, reader, out) {
        out.lines_skipped += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes the length of each line.
    #[derive(Default)]
    struct Lengths(Vec<(u64, usize)>);

    impl Lines for Lengths {
        fn line(&mut self, number: u64, line: &[u8], _: &mut FileRecords) -> bool {
            self.0.push((number, line.len()));
            !line.starts_with(b"!")
        }
        fn save(&self) -> Vec<u8> {
            Vec::new()
        }
    }

    fn read(text: &[u8]) -> (Vec<(u64, usize)>, Progress, Vec<u8>, u64) {
        let (mut reader, mut out, mut tail) = (Lengths::default(), FileRecords::default(), Vec::new());
        let mut buffer = Buffer::default();
        let progress = each(
            text,
            &mut buffer,
            Progress::default(),
            &mut reader,
            &mut out,
            &mut tail,
        )
        .unwrap();
        (reader.0, progress, tail, out.lines_skipped)
    }

    #[test]
    fn lines_end_at_line_ends_and_the_rest_is_left() {
        let (lines, progress, tail, skipped) = read(b"a\r\n\n  bc\n!\nrest");
        assert_eq!(lines, [(1, 1), (3, 2), (4, 1)]);
        assert_eq!(progress, Progress { bytes: 11, lines: 4 });
        assert_eq!((tail.as_slice(), skipped), (&b"rest"[..], 1));
    }

    #[test]
    fn lines_of_any_length_are_counted_and_only_huge_ones_skipped() {
        let mut text = vec![b'x'; 3 << 20];
        text.push(b'\n');
        text.extend(vec![b'y'; LINE_BYTES_MAX + 5]);
        text.extend(b"\nz\n");
        let (lines, progress, tail, skipped) = read(&text);
        assert_eq!(lines, [(1, 3 << 20), (3, 1)]);
        assert_eq!(progress.bytes, text.len() as u64);
        assert_eq!((tail.len(), skipped), (0, 1));
    }
}
