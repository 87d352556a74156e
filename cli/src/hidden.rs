//! Names come from logs that anybody may have written. A terminal obeys some of their characters, and
//! nobody sees some others; none of them reaches a screen.

use std::borrow::Cow;

pub const NAME_BYTES_MAX: usize = 256;

/// Control characters, ends of lines, and marks that have no width or turn the direction of a text.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A name for a terminal: each hidden character is shown as what it is, something unknown.
pub fn clean(text: &str) -> Cow<'_, str> {
    match text.contains(is_hidden) {
        true => {
            let shown = |c| if is_hidden(c) { '\u{fffd}' } else { c };
            Cow::Owned(text.chars().map(shown).collect())
        }
        false => Cow::Borrowed(text),
    }
}

/// A name as rows have it: without what cannot be seen, and not too long. None where nothing is left.
pub fn cut(text: &str) -> Option<String> {
    let mut text: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    text.truncate(text.floor_char_boundary(NAME_BYTES_MAX));
    (!text.is_empty()).then_some(text)
}

/// A whole screen of ours: what it does by itself, colours and ends of lines, stays. The names in it
/// are cleaned where they are put in; this is for those that somebody forgot.
pub fn screen(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find(is_obeyed) {
        shown += &rest[..place];
        rest = &rest[place..];
        let length = style(rest);
        if length == 0 {
            shown.push('\u{fffd}');
        } else {
            shown += &rest[..length];
        }
        let first = rest.chars().next().map_or(0, char::len_utf8);
        rest = &rest[length.max(first)..];
    }
    Cow::Owned(shown + rest)
}

fn is_obeyed(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// How many bytes at the start of a text are a change of colour or weight, `ESC [ 1 ; 31 m`.
fn style(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\u{1b}[") else {
        return 0;
    };
    let numbers = rest
        .bytes()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'))
        .count();
    match rest.as_bytes().get(numbers) {
        Some(b'm') => 2 + numbers + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_neither_steers_a_terminal_nor_hides_a_part_of_itself() {
        for (name, shown) in [
            ("日本 é-1", "日本 é-1"),
            ("a\u{1b}[2Jb", "a\u{fffd}[2Jb"),
            ("a\nb\tc\u{9b}d", "a\u{fffd}b\u{fffd}c\u{fffd}d"),
            ("a\u{202e}b\u{200b}c\u{2028}d", "a\u{fffd}b\u{fffd}c\u{fffd}d"),
        ] {
            assert_eq!(clean(name), shown);
        }
    }

    #[test]
    fn a_row_s_name_is_what_can_be_seen_of_it() {
        assert_eq!(cut("a\u{200b}\u{1b}b\u{feff}").as_deref(), Some("ab"));
        assert_eq!(cut("\u{202e}\n"), None);
        let long = cut(&"é".repeat(200)).unwrap();
        assert_eq!(long, "é".repeat(128));
    }

    #[test]
    fn a_screen_keeps_its_colours_and_lines_and_nothing_else_that_a_terminal_obeys() {
        for (text, shown) in [
            (
                "\u{1b}[1;38:5:9mbold\u{1b}[0m\nnext\tcell",
                "\u{1b}[1;38:5:9mbold\u{1b}[0m\nnext\tcell",
            ),
            ("\u{1b}]52;c;eA==\u{7}", "\u{fffd}]52;c;eA==\u{fffd}"),
            ("\u{1b}[2J\u{1b}[31m", "\u{fffd}[2J\u{1b}[31m"),
            ("a\rb\u{9b}2J\u{1b}", "a\u{fffd}b\u{fffd}2J\u{fffd}"),
        ] {
            assert_eq!(screen(text), shown);
        }
    }
}
