//! A tokenizer that needs no vocabulary.
//!
//! A token is a word with at most one blank before it, one mark of punctuation, or a run of blanks.
//! It covers at least one byte, so an input bound by bytes holds for it too.

/// How many tokens a text is.
pub fn count_tokens(text: &str) -> u64 {
    Tokens(text).count() as u64
}

/// The tokens of a text; joined again they are the text.
pub(super) struct Tokens<'a>(pub(super) &'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;
    fn next(&mut self) -> Option<&'a str> {
        let first = self.0.chars().next()?;
        let body = if first == ' ' { &self.0[1..] } else { self.0 };
        let word = word_bytes(body);
        let length = match word {
            0 if first.is_whitespace() => self
                .0
                .find(|one: char| !one.is_whitespace())
                .unwrap_or(self.0.len()),
            0 => first.len_utf8(),
            word => self.0.len() - body.len() + word,
        };
        let (token, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(token)
    }
}

fn word_bytes(text: &str) -> usize {
    text.find(|one: char| !is_word(one)).unwrap_or(text.len())
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
            ("é_1€", &["é_1", "€"]),
            ("", &[]),
        ];
        for (text, expected) in cases {
            assert_eq!(Tokens(text).collect::<Vec<_>>(), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn tokens_join_to_the_text(text in "[ -~é€😀\n\t]{0,60}") {
            prop_assert_eq!(Tokens(&text).collect::<String>(), text.as_str());
            prop_assert!(count_tokens(&text) <= text.len() as u64);
        }
    }
}
