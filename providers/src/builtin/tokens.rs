//! A tokenizer that needs no vocabulary.
//!
//! A token is a word with at most one blank before it, one mark of ASCII punctuation, or a run of
//! blanks; every character outside of ASCII belongs to a word. A token covers at least one byte, so
//! an input bound by bytes holds for it too. It works on bytes because every prompt is counted.

/// How many tokens a text is.
pub fn count_tokens(text: &str) -> u64 {
    let mut tokens = 0;
    let mut before = Kind::Mark;
    let mut blanks = Blanks::None;
    for kind in text.bytes().map(Kind::of) {
        match kind {
            Kind::Word if before != Kind::Word => {
                // A single blank is a part of the word behind it.
                tokens += u64::from(blanks != Blanks::OneSpace);
                blanks = Blanks::None;
            }
            Kind::Word => {}
            Kind::Mark => {
                tokens += 1;
                blanks = Blanks::None;
            }
            Kind::Space | Kind::Break => {
                tokens += u64::from(blanks == Blanks::None);
                let is_one = blanks == Blanks::None && kind == Kind::Space;
                blanks = if is_one { Blanks::OneSpace } else { Blanks::Run };
            }
        }
        before = kind;
    }
    tokens
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Mark,
    Space,
    Break,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Blanks {
    None,
    OneSpace,
    Run,
}

impl Kind {
    fn of(byte: u8) -> Self {
        const KINDS: [Kind; 256] = {
            let mut kinds = [Kind::Mark; 256];
            let mut at = 0;
            while at < 256 {
                let byte = at as u8;
                if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 {
                    kinds[at] = Kind::Word;
                } else if byte == b' ' {
                    kinds[at] = Kind::Space;
                } else if byte.is_ascii_whitespace() {
                    kinds[at] = Kind::Break;
                }
                at += 1;
            }
            kinds
        };
        KINDS[usize::from(byte)]
    }
}

/// The tokens of a text; joined again they are the text.
pub(super) struct Tokens<'a>(pub(super) &'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;
    fn next(&mut self) -> Option<&'a str> {
        let bytes = self.0.as_bytes();
        let first = Kind::of(*bytes.first()?);
        let run = |from: usize, belongs: fn(Kind) -> bool| {
            let length = bytes[from..].iter().position(|byte| !belongs(Kind::of(*byte)));
            length.map_or(bytes.len(), |length| from + length)
        };
        let is_word = |kind| kind == Kind::Word;
        let second_is_word = bytes.get(1).is_some_and(|byte| Kind::of(*byte) == Kind::Word);
        let length = match first {
            Kind::Word => run(0, is_word),
            Kind::Space if second_is_word => run(1, is_word),
            Kind::Mark => 1,
            Kind::Space | Kind::Break => run(0, |kind| matches!(kind, Kind::Space | Kind::Break)),
        };
        let (token, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(token)
    }
}

pub(super) fn is_word(one: char) -> bool {
    one.is_alphanumeric() || one == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_marks_and_blanks_are_tokens() {
        let cases: [(&str, &[&str]); 5] = [
            ("def f(x):", &["def", " f", "(", "x", ")", ":"]),
            ("a\n    b", &["a", "\n    ", "b"]),
            ("  a = 1", &["  ", "a", " ", "=", " 1"]),
            ("é_1€+", &["é_1€", "+"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(Tokens(text).collect::<Vec<_>>(), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn tokens_join_to_the_text(text in "[ a-c_,;()é€😀\n\t]{0,40}") {
            prop_assert_eq!(Tokens(&text).collect::<String>(), text.as_str());
            prop_assert_eq!(count_tokens(&text), Tokens(&text).count() as u64);
            prop_assert!(count_tokens(&text) <= text.len() as u64);
        }
    }
}
