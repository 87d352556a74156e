//! A short way through lines of the usual form: members are looked at where they stand, and what
//! nobody asked for is passed over without being decoded.
//!
//! It says None to whatever is unusual, and the line is decoded the long way ([`super::json`]). What
//! both understand they understand alike; what is passed over is not checked beyond its brackets.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::json::{Count, Text};

/// A value is nested no deeper than this.
const DEPTH_MAX: usize = 128;

pub struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    /// None for a line that a crash left NUL bytes in: where it begins has to be found out first.
    pub fn new(line: &'a [u8]) -> Option<Self> {
        memchr(0, line).is_none().then_some(Self { bytes: line, at: 0 })
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        loop {
            match self.bytes.get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                byte => return Some(*byte),
            }
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Nothing but blanks is left.
    pub fn end(&mut self) -> Option<()> {
        self.peek().is_none().then_some(())
    }

    /// Gives every member of an object to `member`, which has to take its value.
    pub fn object(&mut self, mut member: impl FnMut(&'a [u8], &mut Self) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            let key = self.plain()?;
            self.expect(b':')?;
            member(key, self)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// An object, or null, which has no members.
    pub fn object_or_null(&mut self, member: impl FnMut(&'a [u8], &mut Self) -> Option<()>) -> Option<bool> {
        match self.peek()? {
            b'n' => self.word(b"null").map(|()| false),
            _ => self.object(member).map(|()| true),
        }
    }

    /// A text without escapes, as bytes.
    fn plain(&mut self) -> Option<&'a [u8]> {
        let start = self.quote()?;
        let length = text_end(&self.bytes[start..])?;
        self.at = start + length + 1;
        (self.bytes[start + length] == b'"').then(|| &self.bytes[start..start + length])
    }

    /// Where a text begins.
    fn quote(&mut self) -> Option<usize> {
        self.expect(b'"')?;
        Some(self.at)
    }

    /// A text; null counts as an empty one.
    pub fn text(&mut self) -> Option<Text<'a>> {
        if self.peek()? == b'n' {
            self.word(b"null")?;
            return Some(Text::default());
        }
        let start = self.at;
        let text = match self.plain() {
            Some(plain) if plain.iter().all(|byte| *byte >= b' ') => {
                Cow::Borrowed(std::str::from_utf8(plain).ok()?)
            }
            Some(_) => return None,
            None => {
                self.at = start;
                self.skip_text()?;
                Cow::Owned(serde_json::from_slice(&self.bytes[start..self.at]).ok()?)
            }
        };
        Some(Text(text))
    }

    /// A whole number from 0 up.
    pub fn count(&mut self) -> Option<Count> {
        self.peek()?;
        let digits = self.bytes[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit());
        let length = digits.count();
        let digits = &self.bytes[self.at..self.at + length];
        // No number of so few digits is too large; one that begins with 0 is 0.
        if !(1..=19).contains(&length) || (length > 1 && digits[0] == b'0') {
            return None;
        }
        self.at += length;
        match self.peek()? {
            b',' | b'}' | b']' => {}
            _ => return None,
        }
        let number = digits
            .iter()
            .fold(0_u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        Some(Count(number))
    }

    /// True, false, or null for neither.
    pub fn flag(&mut self) -> Option<Option<bool>> {
        match self.peek()? {
            b't' => self.word(b"true").map(|()| Some(true)),
            b'f' => self.word(b"false").map(|()| Some(false)),
            b'n' => self.word(b"null").map(|()| None),
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes[self.at..]
            .starts_with(word)
            .then(|| self.at += word.len())
    }

    /// Passes over a value.
    pub fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.skip_text(),
            b'{' | b'[' => self.skip_nested(),
            _ => {
                let rest = &self.bytes[self.at..];
                let length = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']'))?;
                let value = &rest[..length];
                self.at += length;
                serde_json::from_slice::<serde::de::IgnoredAny>(value)
                    .ok()
                    .map(|_| ())
            }
        }
    }

    fn skip_text(&mut self) -> Option<()> {
        let mut at = self.quote()?;
        loop {
            at += text_end(&self.bytes[at..])?;
            if self.bytes[at] == b'"' {
                self.at = at + 1;
                return Some(());
            }
            at += 2;
            if at > self.bytes.len() {
                return None;
            }
        }
    }

    fn skip_nested(&mut self) -> Option<()> {
        // Which bracket each level has to end with.
        let mut open = [0_u8; DEPTH_MAX];
        let mut depth = 0;
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.skip_text()?;
                    continue;
                }
                bracket @ (b'{' | b'[') => {
                    *open.get_mut(depth)? = bracket + 2;
                    depth += 1;
                }
                bracket @ (b'}' | b']') => {
                    depth -= 1;
                    if open[depth] != *bracket {
                        return None;
                    }
                    if depth == 0 {
                        self.at += 1;
                        return Some(());
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }
}

/// So many words are looked at one by one: most texts are names, and in others an escape is near.
const WORDS: usize = 4;

/// Where the next quote or backslash is.
fn text_end(bytes: &[u8]) -> Option<usize> {
    let (words, _) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().take(WORDS).enumerate() {
        let word = u64::from_le_bytes(*word);
        let found = zeros(word ^ repeated(b'"')) | zeros(word ^ repeated(b'\\'));
        if found != 0 {
            return Some(place * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let start = words.len().min(WORDS) * 8;
    Some(start + memchr2(b'"', b'\\', &bytes[start..])?)
}

const fn repeated(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The highest bit of the first byte that is zero; what is set beyond it says nothing.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(repeated(1)) & !word & repeated(0x80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_text_is_found_wherever_it_stands() {
        for filler in [b'x', 0x00, 0x01, 0x21, 0x23, 0x5b, 0x5d, 0x80, 0xa2, 0xdc, 0xff] {
            for length in 0..80 {
                let mut bytes = vec![filler; length];
                assert_eq!(text_end(&bytes), None, "{filler:#x} {length}");
                for end in [b'"', b'\\'] {
                    bytes.truncate(length);
                    bytes.extend([end, filler, b'"', b'\\']);
                    assert_eq!(text_end(&bytes), Some(length), "{filler:#x} {length}");
                }
            }
        }
    }

    /// The text and the count of an object that has more.
    fn read(line: &str) -> Option<(String, u64)> {
        let (mut text, mut count) = (String::new(), 0);
        let mut scan = Scan::new(line.as_bytes())?;
        scan.object(|key, scan| {
            match key {
                b"text" => text = scan.text()?.as_str().to_owned(),
                b"count" => count = scan.count()?.0,
                _ => scan.skip()?,
            }
            Some(())
        })?;
        scan.end()?;
        Some((text, count))
    }

    #[test]
    fn members_are_found_beside_whatever_else_there_is() {
        for rest in [
            "",
            r#""a":"\"count\":1,\\","#,
            r#""a":[{"count":9,"b":[1,"]"]},null,-1.5e9],"#,
            r#" "a" : true , "b":null,"c":-0.5,"#,
        ] {
            let line = format!(r#"{{{rest}"text":"x","count": 7 }} "#);
            assert_eq!(read(&line), Some(("x".into(), 7)), "{line}");
        }
        assert_eq!(read(r#"{"text":"C:\\a\u00e9"}"#), Some(("C:\\aé".into(), 0)));
        assert_eq!(read(r#"{"text":null,"count":18446744073709551615}"#), None);
        assert_eq!(read("{}"), Some((String::new(), 0)));
    }

    #[test]
    fn what_is_unusual_is_left_to_the_long_way() {
        for line in [
            r#"{"count":7.0}"#,
            r#"{"count":"7"}"#,
            r#"{"count":-7}"#,
            r#"{"count":07}"#,
            r#"{"count":7"#,
            r#"{"count":7}}"#,
            r#"{"count":7,}"#,
            r#"{"count":7 "text":"x"}"#,
            r#"{"text":7}"#,
            r#"{"a":[1},"count":7}"#,
            r#"{"a":nonsense,"count":7}"#,
            r#"{"a":"never ends,"count":7}"#,
            r#"{"a":"\"#,
            r#"[]"#,
            "{\"text\":\"a\tb\"}",
            "{\"a\":\"b\0c\",\"count\":7}",
            "",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
        let deep = format!(
            r#"{{"a":{}{}}}"#,
            "[".repeat(DEPTH_MAX + 1),
            "]".repeat(DEPTH_MAX + 1)
        );
        assert_eq!(read(&deep), None);
    }
}
