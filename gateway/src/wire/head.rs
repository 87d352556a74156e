//! Heads of messages, RFC 9112 sections 2 to 6.

use std::{cell::RefCell, io::Write, time::SystemTime};

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use memchr::memchr_iter;

use super::Malformed;

/// A longer head is not read.
pub(crate) const HEAD_BYTES_MAX: usize = 64 * 1024;
const HEADERS_MAX: usize = 100;

/// The head of a request in the plain shape: one length, nothing about the connection.
#[derive(Debug)]
pub(crate) struct RequestHead<T> {
    /// What the path led to.
    pub route: T,
    pub headers: HeaderMap,
    /// Bytes of the body.
    pub length: u64,
}

/// What the start of a request turned out to be.
#[derive(Debug)]
pub(crate) enum RequestStart<T> {
    /// Its head is not there yet.
    Partial,
    /// Taken out of the buffer; the body comes next.
    Plain(RequestHead<T>),
    /// Something that needs a whole server. The buffer is as it was.
    Unusual,
}

/// Reads the head of a `POST` to one of the routes. Whoever disagrees with a proxy in front about
/// where a request ends can be made to read one as two, so all that is not plain is left to hyper.
pub(crate) fn parse_request<T>(
    buffer: &mut BytesMut,
    searched: &mut usize,
    route: impl Fn(&str) -> Option<T>,
) -> RequestStart<T> {
    if !has_head(buffer, searched) {
        let fits = buffer.len() < HEAD_BYTES_MAX;
        return if fits {
            RequestStart::Partial
        } else {
            RequestStart::Unusual
        };
    }
    *searched = 0;
    let Some((route, fields, length, head)) = plain_request(buffer, route) else {
        return RequestStart::Unusual;
    };
    let bytes = buffer.split_to(head).freeze();
    let mut headers = HeaderMap::with_capacity(fields.len());
    for field in fields {
        if let Some((name, value)) = field.of(&bytes) {
            headers.append(name, value);
        }
    }
    RequestStart::Plain(RequestHead {
        route,
        headers,
        length,
    })
}

/// Whether an empty line is in the buffer; what was looked through is not looked through again.
fn has_head(buffer: &[u8], searched: &mut usize) -> bool {
    let from = searched.saturating_sub(2);
    *searched = buffer.len();
    memchr_iter(b'\n', &buffer[from..]).any(|at| {
        let rest = &buffer[from + at + 1..];
        rest.starts_with(b"\n") || rest.starts_with(b"\r\n")
    })
}

/// Where a header's name and value lie in the head.
struct Field {
    name: (usize, usize),
    value: (usize, usize),
}

impl Field {
    fn new(header: &httparse::Header<'_>, buffer: &[u8]) -> Self {
        let span = |part: &[u8]| {
            let start = part.as_ptr().addr().saturating_sub(buffer.as_ptr().addr());
            (start, start + part.len())
        };
        Self {
            name: span(header.name.as_bytes()),
            value: span(header.value),
        }
    }

    fn of(&self, head: &Bytes) -> Option<(HeaderName, HeaderValue)> {
        let name = HeaderName::from_bytes(head.get(self.name.0..self.name.1)?).ok()?;
        let value = HeaderValue::from_maybe_shared(head.slice(self.value.0..self.value.1)).ok()?;
        Some((name, value))
    }
}

fn plain_request<T>(buffer: &[u8], route: impl Fn(&str) -> Option<T>) -> Option<(T, Vec<Field>, u64, usize)> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut headers);
    let head = match request.parse(buffer) {
        Ok(httparse::Status::Complete(head)) => head,
        Ok(httparse::Status::Partial) | Err(_) => return None,
    };
    if request.method != Some("POST") || request.version != Some(1) {
        return None;
    }
    let target = request.path?;
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let route = route(path)?;
    let mut length = None;
    let (mut hosts, mut fields) = (0, Vec::with_capacity(request.headers.len()));
    for header in request.headers.iter() {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        if is("transfer-encoding") || is("expect") || is("upgrade") || is("te") || is("trailer") {
            return None;
        }
        if is("connection") && !header.value.eq_ignore_ascii_case(b"keep-alive") {
            return None;
        }
        if is("content-length") && length.replace(decimal(header.value)?).is_some() {
            return None;
        }
        hosts += u8::from(is("host"));
        fields.push(Field::new(header, buffer));
    }
    (hosts == 1).then_some((route, fields, length?, head))
}

/// Digits alone: no sign, no list, no space.
fn decimal(value: &[u8]) -> Option<u64> {
    if value.is_empty() || value.len() > 18 || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(value).ok()?.parse().ok()
}

/// How the end of a body is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Length(u64),
    Chunked,
    UntilClose,
}

/// The head of an answer.
#[derive(Debug)]
pub(crate) struct ResponseHead {
    pub status: StatusCode,
    /// Those that were wanted.
    pub headers: HeaderMap,
    pub framing: Framing,
    /// The connection can carry another request after the body.
    pub is_reusable: bool,
}

/// Takes the head of an answer out of the buffer; `None` while it is not there yet. Interim answers
/// are skipped.
pub(crate) fn parse_response(
    buffer: &mut BytesMut,
    searched: &mut usize,
    wants: impl Fn(&str) -> bool,
) -> Result<Option<ResponseHead>, Malformed> {
    while has_head(buffer, searched) {
        *searched = 0;
        let (head, length) = response(buffer, &wants)?;
        bytes::Buf::advance(buffer, length);
        if head.status == StatusCode::SWITCHING_PROTOCOLS {
            return Err(Malformed);
        }
        if !head.status.is_informational() {
            return Ok(Some(head));
        }
    }
    if buffer.len() < HEAD_BYTES_MAX {
        Ok(None)
    } else {
        Err(Malformed)
    }
}

fn response(buffer: &[u8], wants: &impl Fn(&str) -> bool) -> Result<(ResponseHead, usize), Malformed> {
    let mut fields = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut response = httparse::Response::new(&mut fields);
    let length = match response.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) | Err(_) => return Err(Malformed),
    };
    let status = StatusCode::from_u16(response.code.ok_or(Malformed)?).map_err(|_| Malformed)?;
    let mut headers = HeaderMap::new();
    let mut body = BodyFields::default();
    for field in response.headers.iter() {
        body.note(field)?;
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| Malformed)?;
        if wants(name.as_str()) {
            let value = HeaderValue::from_bytes(field.value).map_err(|_| Malformed)?;
            headers.append(name, value);
        }
    }
    let framing = body.framing(status);
    let head = ResponseHead {
        status,
        headers,
        framing,
        is_reusable: response.version == Some(1) && !body.closes && framing != Framing::UntilClose,
    };
    Ok((head, length))
}

/// What a head says about its body.
#[derive(Default)]
struct BodyFields {
    length: Option<u64>,
    /// The last coding is `chunked`; of another one only the close is the end.
    chunked: Option<bool>,
    closes: bool,
}

impl BodyFields {
    fn note(&mut self, field: &httparse::Header<'_>) -> Result<(), Malformed> {
        let is = |name: &str| field.name.eq_ignore_ascii_case(name);
        if is("content-length") {
            let length = decimal(field.value).ok_or(Malformed)?;
            if self.length.replace(length).is_some_and(|before| before != length) {
                return Err(Malformed);
            }
        } else if is("transfer-encoding") {
            let last = field
                .value
                .rsplit(|byte| *byte == b',')
                .next()
                .unwrap_or_default();
            self.chunked = Some(last.trim_ascii().eq_ignore_ascii_case(b"chunked"));
        } else if is("connection") {
            self.closes |= tokens(field.value).any(|token| token.eq_ignore_ascii_case(b"close"));
        }
        Ok(())
    }

    fn framing(&mut self, status: StatusCode) -> Framing {
        if status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
            return Framing::Length(0);
        }
        match (self.chunked, self.length) {
            (Some(true), length) => {
                // Somebody on the way may have believed the length: the connection is not used again.
                self.closes |= length.is_some();
                Framing::Chunked
            }
            (None, Some(length)) => Framing::Length(length),
            (Some(false), _) | (None, None) => Framing::UntilClose,
        }
    }
}

fn tokens(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}

/// Writes the head of an answer of ours.
pub(crate) fn put_response(
    status: StatusCode,
    headers: &HeaderMap,
    framing: Framing,
    closes: bool,
    into: &mut BytesMut,
) {
    into.reserve(512);
    into.extend_from_slice(b"HTTP/1.1 ");
    into.extend_from_slice(status.as_str().as_bytes());
    into.extend_from_slice(b" ");
    into.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    into.extend_from_slice(b"\r\n");
    for (name, value) in headers {
        if *name != header::CONTENT_LENGTH
            && *name != header::TRANSFER_ENCODING
            && *name != header::CONNECTION
        {
            put_field(name.as_str(), value.as_bytes(), into);
        }
    }
    with_date(|date| put_field("date", date, into));
    if closes {
        put_field("connection", b"close", into);
    }
    match framing {
        Framing::Length(length) => {
            // Writing into memory cannot fail.
            let _ = write!((&mut *into).writer(), "content-length: {length}\r\n");
        }
        Framing::Chunked => put_field("transfer-encoding", b"chunked", into),
        Framing::UntilClose => {}
    }
    into.extend_from_slice(b"\r\n");
}

fn put_field(name: &str, value: &[u8], into: &mut BytesMut) {
    into.extend_from_slice(name.as_bytes());
    into.extend_from_slice(b": ");
    into.extend_from_slice(value);
    into.extend_from_slice(b"\r\n");
}

/// The date as headers have it; it is written anew once a second.
fn with_date(put: impl FnOnce(&[u8])) {
    thread_local! {
        static DATE: RefCell<(u64, String)> = const { RefCell::new((u64::MAX, String::new())) };
    }
    let now = SystemTime::now();
    let second = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |elapsed| elapsed.as_secs());
    DATE.with_borrow_mut(|(of, text)| {
        if *of != second {
            *of = second;
            *text = httpdate::fmt_http_date(now);
        }
        put(text.as_bytes());
    });
}
