//! Cuts a byte stream of server-sent events into events without changing a byte.

use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr2;
use thiserror::Error;

/// The longest event that is buffered.
pub const EVENT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// An upstream sent an event that is longer than [`EVENT_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the stream holds an event of more than {EVENT_BYTES_MAX} bytes")]
pub struct TooLong;

/// Takes chunks as they come and gives whole events as they were sent.
///
/// An event is every byte up to and including the blank line that ends it; lines end in LF, CR LF
/// or CR. All events and the rest, one after another, are exactly the bytes that came in, and the
/// cuts do not depend on where the chunks were cut. An event that lies within one chunk is a slice
/// of it; one that is spread over several is copied once.
#[derive(Debug, Default)]
pub struct EventReader {
    /// The start of an event whose end has not come yet.
    started: BytesMut,
    /// The chunk that is being cut.
    chunk: Bytes,
    line: Line,
    /// After [`TooLong`] nothing more comes out.
    failed: bool,
}

/// Where in a line the next byte stands.
#[derive(Clone, Copy, Debug, Default)]
enum Line {
    #[default]
    Start,
    Within,
    /// Behind a CR, which may be half of a CR LF.
    AfterCr {
        blank: bool,
    },
}

impl EventReader {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a chunk. Take the events out with [`Self::next_event`] until there is none, before the
    /// next chunk.
    pub fn push(&mut self, chunk: Bytes) {
        if self.chunk.is_empty() {
            self.chunk = chunk;
        } else {
            let mut joined = BytesMut::from(self.chunk.as_ref());
            joined.extend_from_slice(&chunk);
            self.chunk = joined.freeze();
        }
    }

    /// The next whole event, its blank line included; None until more bytes come.
    pub fn next_event(&mut self) -> Result<Option<Bytes>, TooLong> {
        if self.failed {
            return Err(TooLong);
        }
        let end = self.find_end();
        let taken = end.unwrap_or(self.chunk.len());
        if self.started.len() + taken > EVENT_BYTES_MAX {
            self.failed = true;
            return Err(TooLong);
        }
        let piece = self.chunk.split_to(taken);
        match end {
            Some(_) if self.started.is_empty() => Ok(Some(piece)),
            Some(_) => {
                self.started.extend_from_slice(&piece);
                Ok(Some(self.started.split().freeze()))
            }
            None => {
                self.started.extend_from_slice(&piece);
                Ok(None)
            }
        }
    }

    /// What was left behind the last whole event when the stream ended; None when nothing was.
    pub fn finish(mut self) -> Option<Bytes> {
        self.started.extend_from_slice(self.chunk.chunk());
        (!self.started.is_empty()).then(|| self.started.freeze())
    }

    /// Whether bytes of an unfinished event are held back.
    pub fn is_within_event(&self) -> bool {
        !self.started.is_empty() || !self.chunk.is_empty()
    }

    /// Where the current event ends within the chunk. A CR at the very end of a chunk is left
    /// undecided: were the event given out, the LF of a CR LF would look like another blank line.
    fn find_end(&mut self) -> Option<usize> {
        let bytes = self.chunk.as_ref();
        let mut at = 0;
        while at < bytes.len() {
            if let Line::AfterCr { blank } = self.line {
                self.line = Line::Start;
                at += usize::from(bytes[at] == b'\n');
                if blank {
                    return Some(at);
                }
                continue;
            }
            let Some(length) = memchr2(b'\n', b'\r', &bytes[at..]) else {
                self.line = Line::Within;
                return None;
            };
            let blank = length == 0 && matches!(self.line, Line::Start);
            at += length + 1;
            if bytes[at - 1] == b'\r' {
                self.line = Line::AfterCr { blank };
                continue;
            }
            self.line = Line::Start;
            if blank {
                return Some(at);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut(chunks: &[&[u8]]) -> (Vec<Bytes>, Option<Bytes>) {
        let mut reader = EventReader::new();
        let mut events = Vec::new();
        for chunk in chunks {
            reader.push(Bytes::copy_from_slice(chunk));
            while let Some(event) = reader.next_event().unwrap() {
                events.push(event);
            }
        }
        (events, reader.finish())
    }

    #[test]
    fn events_are_cut_after_their_blank_line() {
        let cases: [(&str, &[&str], Option<&str>); 9] = [
            ("data: a\n\ndata: b\n\n", &["data: a\n\n", "data: b\n\n"], None),
            (
                "data: a\r\n\r\ndata: b\r\n\r\n",
                &["data: a\r\n\r\n", "data: b\r\n\r\n"],
                None,
            ),
            ("data: a\r\rdata: b\r\r", &["data: a\r\r"], Some("data: b\r\r")),
            ("data: a\ndata: b\n\n", &["data: a\ndata: b\n\n"], None),
            (": ping\n\ndata: a\n\n", &[": ping\n\n", "data: a\n\n"], None),
            (
                "data: a\n\n\ndata: b\n\n",
                &["data: a\n\n", "\n", "data: b\n\n"],
                None,
            ),
            ("\u{feff}data: a\n\n", &["\u{feff}data: a\n\n"], None),
            ("data: a\n\ndata: [DO", &["data: a\n\n"], Some("data: [DO")),
            ("", &[], None),
        ];
        for (text, events, rest) in cases {
            let (cut, left) = cut(&[text.as_bytes()]);
            assert_eq!(
                cut,
                events.iter().map(|event| event.as_bytes()).collect::<Vec<_>>(),
                "{text:?}"
            );
            assert_eq!(left.as_deref(), rest.map(str::as_bytes), "{text:?}");
        }
    }

    #[test]
    fn several_events_of_one_chunk_are_not_copied() {
        let chunk = Bytes::from_static(b"data: a\n\ndata: b\n\n");
        let mut reader = EventReader::new();
        reader.push(chunk.clone());
        let first = reader.next_event().unwrap().unwrap();
        let second = reader.next_event().unwrap().unwrap();
        assert_eq!(first.as_ptr(), chunk.as_ptr());
        assert_eq!(second.as_ptr(), chunk[9..].as_ptr());
    }

    #[test]
    fn an_endless_event_is_an_error_that_stays() {
        let mut reader = EventReader::new();
        let chunk = Bytes::from(vec![b'x'; EVENT_BYTES_MAX]);
        reader.push(chunk);
        assert_eq!(reader.next_event(), Ok(None));
        reader.push(Bytes::from_static(b"x"));
        assert_eq!(reader.next_event(), Err(TooLong));
        reader.push(Bytes::from_static(b"\n\n"));
        assert_eq!(reader.next_event(), Err(TooLong));
    }

    fn line_ending() -> impl Strategy<Value = &'static str> {
        prop_oneof![Just("\n"), Just("\r\n"), Just("\r")]
    }

    proptest! {
        #[test]
        fn cuts_do_not_depend_on_the_chunks(
            lines in prop::collection::vec(("(data: [a-zé€😀]{0,6}|: ping|event: x|)", line_ending()), 0..24),
            sizes in prop::collection::vec(1..9_usize, 1..24),
        ) {
            let text: String = lines.iter().flat_map(|(line, ending)| [line.as_str(), ending]).collect();
            let mut chunks = Vec::new();
            let mut rest = text.as_bytes();
            for size in sizes.iter().cycle() {
                if rest.is_empty() { break }
                let (chunk, behind) = rest.split_at((*size).min(rest.len()));
                chunks.push(chunk);
                rest = behind;
            }
            let (whole, whole_rest) = cut(&[text.as_bytes()]);
            let (split, split_rest) = cut(&chunks);
            prop_assert_eq!(&whole, &split);
            prop_assert_eq!(&whole_rest, &split_rest);
            let joined: Vec<u8> = split.iter().chain(&split_rest).flat_map(|event| event.to_vec()).collect();
            prop_assert_eq!(joined, text.into_bytes());
        }
    }
}
