//! One file, read on from where it was left, or from its start.

use std::{
    fs::File,
    io::{self, Seek, SeekFrom},
};

use serde::{Deserialize, Serialize};

use super::lines::{self, Buffer, Progress};
use crate::{
    discovery::{Shape, Source, Stamp},
    reader::{self, ReadError},
    record::{FileRecords, digest, digest_of},
};

/// What is kept of a file: its records, and all that is needed to read on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Saved {
    records: FileRecords,
    /// With a last line that has no end yet; it is read again when the file grew.
    with_tail: Option<FileRecords>,
    state: Vec<u8>,
    bytes: u64,
    lines: u64,
    /// A digest of samples of what was read: a file that grew is read on only if they are unchanged.
    samples: u64,
    stamp: Stamp,
    /// What discovery knew when the file was read, as a digest: it is part of every record.
    hint: u64,
    problem: Option<String>,
}

impl Saved {
    /// Of a file that a reader stumbled over.
    pub fn misread(source: &Source) -> Self {
        Self {
            stamp: source.stamp,
            hint: digest_of(&source.hint),
            problem: Some(
                "could not be understood, which is a fault of this program; please report it".into(),
            ),
            ..Self::default()
        }
    }

    pub fn records(&self) -> &FileRecords {
        self.with_tail.as_ref().unwrap_or(&self.records)
    }

    pub fn into_records(self) -> FileRecords {
        self.with_tail.unwrap_or(self.records)
    }

    /// What the person should know about the file.
    pub fn note(&self) -> Option<String> {
        let skipped = match self.records.lines_skipped {
            0 => None,
            1 => Some("1 line could not be read".to_owned()),
            count => Some(format!("{count} lines could not be read")),
        };
        let cut = match self.records().parts_cut {
            0 => None,
            1 => Some("1 response had a part larger than its whole, which was cut".to_owned()),
            count => Some(format!(
                "{count} responses had parts larger than their wholes, which were cut"
            )),
        };
        let notes: Vec<String> = self.problem.clone().or(skipped).into_iter().chain(cut).collect();
        (!notes.is_empty()).then(|| notes.join("; "))
    }
}

/// Reads a file; what cannot be read of it is said in its note.
pub fn read(source: &Source, before: Option<&Saved>, buffer: &mut Buffer) -> Saved {
    let mut saved = Saved::default();
    let outcome = match source.shape {
        Shape::Lines => read_on(source, before, buffer, &mut saved),
        Shape::CompressedLines => compressed(source, buffer, &mut saved),
        Shape::Document | Shape::Database | Shape::Kept => reader::whole(source, &mut saved.records),
    };
    if let Err(error) = outcome {
        saved.problem = Some(plain(&error));
    }
    let with_tail = saved.with_tail.as_mut();
    with_tail
        .into_iter()
        .chain([&mut saved.records])
        .for_each(FileRecords::cut_parts);
    saved.stamp = source.stamp;
    saved.hint = digest_of(&source.hint);
    saved
}

/// A sentence without paths and without what the system said, which may be in any language.
fn plain(error: &ReadError) -> String {
    let text = match error {
        ReadError::File(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            "may not be read by this user"
        }
        ReadError::File(error) if error.kind() == io::ErrorKind::NotFound => "was deleted while it was read",
        ReadError::File(_) => "could not be read",
        ReadError::Document(_) => "ends early or is damaged; what comes before that is counted",
        ReadError::TooLarge => "is too large to be read",
        ReadError::Database(_) => "could not be read as a database",
    };
    text.into()
}

fn read_on(
    source: &Source,
    before: Option<&Saved>,
    buffer: &mut Buffer,
    saved: &mut Saved,
) -> Result<(), ReadError> {
    let mut file = File::open(&source.path)?;
    if let Some(before) = before
        && has_only_grown(&mut file, source, before)?
    {
        saved.records = before.records.clone();
        saved.state.clone_from(&before.state);
        (saved.bytes, saved.lines) = (before.bytes, before.lines);
    }
    file.seek(SeekFrom::Start(saved.bytes))?;
    let mut reader = reader::lines(source, &saved.state);
    let start = Progress {
        bytes: saved.bytes,
        lines: saved.lines,
    };
    let mut tail = Vec::new();
    let progress = lines::each(&file, buffer, start, &mut *reader, &mut saved.records, &mut tail)?;
    (saved.bytes, saved.lines) = (progress.bytes, progress.lines);
    saved.state = reader.save();
    saved.samples = samples(&mut file, saved.bytes)?;
    if !tail.is_empty() {
        // A live session may be in the middle of its last line: whole already, or not yet.
        let mut with_tail = saved.records.clone();
        if lines::try_take(&tail, progress.lines + 1, &mut *reader, &mut with_tail)
            && with_tail != saved.records
        {
            saved.with_tail = Some(with_tail);
        }
    }
    Ok(())
}

fn compressed(source: &Source, buffer: &mut Buffer, saved: &mut Saved) -> Result<(), ReadError> {
    let file = io::BufReader::new(File::open(&source.path)?);
    let damaged = |error: String| ReadError::Document(error);
    let stream = ruzstd::decoding::StreamingDecoder::new(file).map_err(|error| damaged(error.to_string()))?;
    let mut reader = reader::lines(source, &[]);
    let mut tail = Vec::new();
    let records = &mut saved.records;
    let progress = lines::each(
        stream,
        buffer,
        Progress::default(),
        &mut *reader,
        records,
        &mut tail,
    )
    .map_err(|error| damaged(error.to_string()))?;
    lines::try_take(&tail, progress.lines + 1, &mut *reader, records);
    Ok(())
}

fn has_only_grown(file: &mut File, source: &Source, before: &Saved) -> io::Result<bool> {
    let is_larger = source.stamp.inode == before.stamp.inode
        && source.stamp.side == before.stamp.side
        && source.stamp.size > before.stamp.size
        && digest_of(&source.hint) == before.hint
        && before.bytes > 0;
    Ok(is_larger && samples(file, before.bytes)? == before.samples)
}

/// Up to so many bytes all of a file is sampled.
const WHOLE_BYTES: u64 = 16 << 10;
const SAMPLE_BYTES: u64 = 1 << 10;
const SAMPLES: u64 = 6;

/// A digest of samples of the first bytes of a file, its very start and end among them.
fn samples(file: &mut File, bytes: u64) -> io::Result<u64> {
    let mut sampled = Vec::new();
    if bytes <= WHOLE_BYTES {
        sample(file, 0, bytes, &mut sampled)?;
        return Ok(digest(&[&sampled]));
    }
    let last = bytes - SAMPLE_BYTES;
    for number in 0..SAMPLES {
        let at = last / (SAMPLES - 1) * number + last % (SAMPLES - 1) * u64::from(number == SAMPLES - 1);
        sample(file, at, SAMPLE_BYTES, &mut sampled)?;
    }
    Ok(digest(&[&sampled]))
}

/// Adds so many bytes from a place on; fewer where the file ends.
fn sample(file: &mut File, at: u64, bytes: u64, sampled: &mut Vec<u8>) -> io::Result<()> {
    let start = sampled.len();
    sampled.resize(start + usize::try_from(bytes).unwrap_or(0), 0);
    let mut end = start;
    while end < sampled.len() {
        match read_at(file, at + (end - start) as u64, &mut sampled[end..]) {
            Ok(0) => break,
            Ok(count) => end += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    sampled.truncate(end);
    Ok(())
}

fn read_at(file: &mut File, at: u64, bytes: &mut [u8]) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, bytes, at);
    #[cfg(not(unix))]
    {
        file.seek(SeekFrom::Start(at))?;
        io::Read::read(file, bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, path::Path};

    use super::*;
    use crate::{Client, record::Flags};

    fn source(path: &Path, tier: &str) -> Source {
        Source {
            client: Client::Codex,
            shape: Shape::Lines,
            path: path.to_owned(),
            stamp: Stamp::of(&fs::metadata(path).unwrap()),
            hint: tier.into(),
        }
    }

    fn add(path: &Path, total: u64) {
        let mut file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .unwrap();
        writeln!(
            file,
            "{{\"type\":\"event_msg\",\"timestamp\":\"2026-06-01T12:00:00.000Z\",\"payload\":{{\"type\":\"token_count\",\
             \"info\":{{\"total_token_usage\":{{\"input_tokens\":{total},\"output_tokens\":1,\"total_tokens\":{total}}}}}}}}}"
        )
        .unwrap();
    }

    #[test]
    fn settings_that_changed_hold_for_all_of_a_file_that_grew_meanwhile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rollout.jsonl");
        let mut buffer = Buffer::default();
        let is_fast = |saved: &Saved| {
            let records = saved.records().records.iter();
            records
                .map(|record| record.flags.has(Flags::FAST))
                .collect::<Vec<_>>()
        };
        add(&path, 100);
        let before = read(&source(&path, ""), None, &mut buffer);
        add(&path, 200);
        let grown = read(&source(&path, ""), Some(&before), &mut buffer);
        assert_eq!(is_fast(&grown), [false, false]);
        let changed = read(&source(&path, "fast"), Some(&before), &mut buffer);
        assert_eq!(is_fast(&changed), [true, true]);
    }
}
