//! Chunked bodies, RFC 9112 section 7.1.

use std::io::Write;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use memchr::memchr;

use super::Malformed;

/// What ends a chunked body.
pub(crate) const LAST_CHUNK: &[u8] = b"0\r\n\r\n";
/// The longest line of a size with its extensions, and all trailers together.
const LINE_BYTES_MAX: usize = 4 * 1024;

/// Takes the data out of a chunked body as it arrives.
#[derive(Debug, Default)]
pub(crate) struct ChunkedReader {
    state: State,
    /// Bytes of trailers that were skipped.
    trailers: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Size,
    Data(u64),
    /// Behind the data stands a line end.
    DataEnd,
    Trailers,
    Done,
}

impl ChunkedReader {
    /// The next data that is in the buffer; `None`: more has to be read, or nothing comes any more.
    pub(crate) fn next(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, Malformed> {
        loop {
            match self.state {
                State::Size => match size(buffer)? {
                    Some(0) => self.state = State::Trailers,
                    Some(length) => self.state = State::Data(length),
                    None => return Ok(None),
                },
                State::Data(_) if buffer.is_empty() => return Ok(None),
                State::Data(left) => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
                    let left = left - here as u64;
                    self.state = if left == 0 {
                        State::DataEnd
                    } else {
                        State::Data(left)
                    };
                    return Ok(Some(buffer.split_to(here).freeze()));
                }
                State::DataEnd => {
                    if buffer.len() < 2 {
                        return if b"\r\n".starts_with(buffer) {
                            Ok(None)
                        } else {
                            Err(Malformed)
                        };
                    }
                    if &buffer[..2] != b"\r\n" {
                        return Err(Malformed);
                    }
                    buffer.advance(2);
                    self.state = State::Size;
                }
                State::Trailers => {
                    if !self.skip_trailer(buffer)? {
                        return Ok(None);
                    }
                }
                State::Done => return Ok(None),
            }
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Trailers say nothing that is passed on. False: the line is not there yet.
    fn skip_trailer(&mut self, buffer: &mut BytesMut) -> Result<bool, Malformed> {
        let end = memchr(b'\n', buffer);
        let length = end.map_or(buffer.len(), |end| end + 1);
        if self.trailers + length > LINE_BYTES_MAX {
            return Err(Malformed);
        }
        let Some(end) = end else { return Ok(false) };
        if matches!(&buffer[..end], b"" | b"\r") {
            self.state = State::Done;
        }
        self.trailers += length;
        buffer.advance(length);
        Ok(true)
    }
}

fn size(buffer: &mut BytesMut) -> Result<Option<u64>, Malformed> {
    match httparse::parse_chunk_size(buffer) {
        Ok(httparse::Status::Complete((used, size))) => {
            buffer.advance(used);
            Ok(Some(size))
        }
        Ok(httparse::Status::Partial) if buffer.len() < LINE_BYTES_MAX => Ok(None),
        Ok(httparse::Status::Partial) | Err(_) => Err(Malformed),
    }
}

/// Writes all parts as one chunk. An empty one would end the body, so it is left out.
pub(crate) fn put_chunk(parts: &[Bytes], into: &mut BytesMut) {
    let length: usize = parts.iter().map(Bytes::len).sum();
    if length == 0 {
        return;
    }
    into.reserve(length + 20);
    // Writing into memory cannot fail.
    let _ = write!((&mut *into).writer(), "{length:x}\r\n");
    for part in parts {
        into.extend_from_slice(part);
    }
    into.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The data, whether the end was reached, and what was left behind it.
    type Read = (Vec<u8>, bool, Vec<u8>);

    fn read(pieces: &[&[u8]]) -> Result<Read, Malformed> {
        let mut reader = ChunkedReader::default();
        let (mut buffer, mut data) = (BytesMut::new(), Vec::new());
        for piece in pieces {
            buffer.extend_from_slice(piece);
            while let Some(part) = reader.next(&mut buffer)? {
                data.extend_from_slice(&part);
            }
        }
        Ok((data, reader.is_done(), buffer.to_vec()))
    }

    #[test]
    fn bodies_are_read_to_their_end_and_no_further() {
        type Case = (&'static [u8], &'static [u8], bool, &'static [u8]);
        let cases: [Case; 8] = [
            (b"3\r\nabc\r\n0\r\n\r\n", b"abc", true, b""),
            (b"3\r\nabc\r\n0\r\n\r\nHTTP/1.1", b"abc", true, b"HTTP/1.1"),
            (
                b"A;name=\"x\"\r\n0123456789\r\n0\r\n\r\n",
                b"0123456789",
                true,
                b"",
            ),
            (b"1\r\na\r\n1\r\nb\r\n0\r\nx: 1\r\ny: 2\r\n\r\n", b"ab", true, b""),
            (b"0\r\n\r\n", b"", true, b""),
            (b"5\r\nab", b"ab", false, b""),
            (b"2\r\nab\r", b"ab", false, b"\r"),
            (b"2\r\nab\r\n0\r\nx: 1\r\n", b"ab", false, b""),
        ];
        for (input, data, done, rest) in cases {
            let read = read(&[input]);
            assert_eq!(
                read,
                Ok((data.to_vec(), done, rest.to_vec())),
                "{:?}",
                input.escape_ascii()
            );
        }
    }

    #[test]
    fn what_is_no_chunk_is_refused() {
        let long = [b"1;".as_slice(), &[b'x'; LINE_BYTES_MAX]].concat();
        let trailers = [b"0\r\nx: ".as_slice(), &[b'x'; LINE_BYTES_MAX]].concat();
        for input in [
            b"x\r\n".as_slice(),
            b"-1\r\nabc",
            b"3\r\nabcd\r\n",
            b"3\r\nabc0\r\n\r\n",
            b"fffffffffffffffff\r\n",
            &long,
            &trailers,
        ] {
            assert_eq!(read(&[input]), Err(Malformed), "{:?}", input.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_however_it_is_cut(
            chunks in prop::collection::vec(prop::collection::vec(".{0,12}", 0..4), 0..8),
            sizes in prop::collection::vec(1..9_usize, 1..24),
        ) {
            let mut wire = BytesMut::new();
            for parts in &chunks {
                let parts: Vec<Bytes> = parts.iter().map(|part| Bytes::copy_from_slice(part.as_bytes())).collect();
                put_chunk(&parts, &mut wire);
            }
            wire.extend_from_slice(LAST_CHUNK);
            let mut pieces = Vec::new();
            let mut rest = wire.as_ref();
            for size in sizes.iter().cycle() {
                if rest.is_empty() { break }
                let (piece, behind) = rest.split_at((*size).min(rest.len()));
                pieces.push(piece);
                rest = behind;
            }
            prop_assert_eq!(read(&pieces), Ok((chunks.concat().concat().into_bytes(), true, Vec::new())));
        }
    }
}
