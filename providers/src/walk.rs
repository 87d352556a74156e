//! Walks JSON once, without building it, for the few facts that the hot path needs.
//!
//! It trusts nothing and validates little: `None` means that the text is not JSON of the expected
//! form, and the caller says what follows from that.

use memchr::memchr2;

/// Nesting beyond this is refused, as `serde_json` does.
const DEPTH_MAX: usize = 128;

#[derive(Clone, Debug)]
pub(crate) struct Walker<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A JSON string as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text<'a> {
    /// Where its first quote stands.
    pub(crate) start: usize,
    /// With its quotes.
    quoted: &'a [u8],
    /// How many bytes its escapes take more than what they stand for.
    escapes: usize,
}

impl<'a> Walker<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// How many bytes are behind.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// The first byte of the next token.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    pub(crate) fn string(&mut self) -> Option<Text<'a>> {
        self.expect(b'"')?;
        let start = self.at - 1;
        let mut escapes = 0;
        loop {
            self.at += quote_or_escape(&self.bytes[self.at..])?;
            if self.bytes[self.at] == b'"' {
                self.at += 1;
                let quoted = &self.bytes[start..self.at];
                return Some(Text {
                    start,
                    quoted,
                    escapes,
                });
            }
            let (written, decoded) = match self.bytes.get(self.at + 1)? {
                b'u' => (6, bytes_of_unit(self.bytes.get(self.at + 2..self.at + 6)?)),
                _ => (2, 1),
            };
            escapes += written - decoded;
            self.at += written;
        }
    }

    /// Calls for each member with its key; the callee takes the value.
    pub(crate) fn object(&mut self, mut member: impl FnMut(&mut Self, Text<'a>) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            return self.expect(b'}');
        }
        loop {
            let key = self.string()?;
            self.expect(b':')?;
            member(self, key)?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.expect(b'}'),
            }
        }
    }

    /// Calls for each element; the callee takes it.
    pub(crate) fn array(&mut self, mut element: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'[')?;
        if self.peek()? == b']' {
            return self.expect(b']');
        }
        loop {
            element(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.expect(b']'),
            }
        }
    }

    /// Takes one value of any kind and gives it as it is written.
    pub(crate) fn value(&mut self) -> Option<&'a [u8]> {
        let first = self.peek()?;
        let start = self.at;
        match first {
            b'"' => self.string().map(|_| ())?,
            b'{' | b'[' => self.container()?,
            _ => {
                let rest = &self.bytes[start..];
                let ends = |byte: &u8| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
                self.at += rest.iter().position(ends).unwrap_or(rest.len());
            }
        }
        (self.at > start).then(|| &self.bytes[start..self.at])
    }

    /// Takes one value and says whether it is something other than null.
    pub(crate) fn is_present(&mut self) -> Option<bool> {
        self.value().map(|value| value != b"null")
    }

    fn container(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Some(());
            }
            if depth > DEPTH_MAX {
                return None;
            }
        }
    }
}

impl<'a> Text<'a> {
    fn inner(&self) -> &'a [u8] {
        &self.quoted[1..self.quoted.len() - 1]
    }

    /// The bytes without quotes when they need no decoding.
    pub(crate) fn plain(&self) -> Option<&'a [u8]> {
        (self.escapes == 0).then(|| self.inner())
    }

    /// The text itself; None when its escapes or bytes are wrong.
    pub(crate) fn decoded(&self) -> Option<std::borrow::Cow<'a, str>> {
        match self.plain() {
            Some(plain) => std::str::from_utf8(plain).ok().map(Into::into),
            None => serde_json::from_slice::<String>(self.quoted).ok().map(Into::into),
        }
    }

    /// How many bytes the decoded text has in UTF-8.
    pub(crate) fn decoded_bytes(&self) -> u64 {
        (self.inner().len() - self.escapes) as u64
    }
}

/// Where the next quote or backslash is. Most strings are so short that looking at each byte beats
/// the start of a vectorised search.
fn quote_or_escape(bytes: &[u8]) -> Option<usize> {
    const SHORT: usize = 16;
    let short = &bytes[..bytes.len().min(SHORT)];
    let near = short.iter().position(|byte| matches!(byte, b'"' | b'\\'));
    near.or_else(|| Some(short.len() + memchr2(b'"', b'\\', &bytes[short.len()..])?))
}

/// UTF-8 bytes of one UTF-16 unit; each half of a pair counts two of its four.
fn bytes_of_unit(hex: &[u8]) -> usize {
    let unit = std::str::from_utf8(hex)
        .ok()
        .and_then(|hex| u16::from_str_radix(hex, 16).ok());
    match unit {
        Some(0..=0x7f) => 1,
        Some(0x80..=0x7ff | 0xd800..=0xdfff) => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_taken_whole() {
        let cases: [(&str, Option<&str>); 12] = [
            (r#" {"a":[1,{"b":"}]"}]} ,"#, Some(r#"{"a":[1,{"b":"}]"}]}"#)),
            (r#""a\"b" "#, Some(r#""a\"b""#)),
            (r#""a\\""#, Some(r#""a\\""#)),
            ("null}", Some("null")),
            ("-1.5e3,", Some("-1.5e3")),
            ("12", Some("12")),
            ("[]", Some("[]")),
            ("{\"a\":", None),
            (r#""open"#, None),
            (r#""open\"#, None),
            ("", None),
            (",", None),
        ];
        for (text, expected) in cases {
            assert_eq!(
                Walker::new(text.as_bytes()).value(),
                expected.map(str::as_bytes),
                "{text}"
            );
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert_eq!(Walker::new(deep.as_bytes()).value(), None);
    }

    #[test]
    fn decoded_length_is_that_of_the_decoded_text() {
        for text in ["", "plain", "é€😀", "a\nb\t\"\\", "\u{1}"] {
            let written = serde_json::to_string(text).unwrap();
            let read = Walker::new(written.as_bytes()).string().unwrap();
            assert_eq!(read.decoded_bytes(), text.len() as u64, "{text:?}");
            assert_eq!(read.decoded().as_deref(), Some(text));
        }
        let escaped = r#""\u00e9\u20ac\ud83d\ude00\u0041""#;
        assert_eq!(
            Walker::new(escaped.as_bytes()).string().unwrap().decoded_bytes(),
            2 + 3 + 4 + 1
        );
    }
}
