use super::place::Place;

const PAIRS: &[(char, char)] = &[('(', ')'), ('[', ']'), ('{', '}')];

/// How many bytes after the cursor the text replaces, because it says them again: with `sort(|)`
/// and `array) {` there must not be two parentheses.
pub fn covered(text: &str, place: &Place) -> usize {
    let rest = place.line_suffix();
    let kept = rest.trim_end();
    let last_line = text.lines().last().unwrap_or_default().trim_end();
    if !kept.is_empty() && last_line.ends_with(kept) && !is_balanced_by(text, kept) {
        return kept.len();
    }
    closers_said_again(text, rest)
}

/// Whether the text opened itself what it closes with these characters.
fn is_balanced_by(text: &str, closers: &str) -> bool {
    let only_closers = closers
        .chars()
        .all(|c| PAIRS.iter().any(|(_, close)| *close == c));
    only_closers && unmatched(text).is_empty()
}

/// Closers of the text that it did not open, in order.
fn unmatched(text: &str) -> Vec<char> {
    let mut open = Vec::new();
    let mut extra = Vec::new();
    for character in text.chars() {
        for (opener, closer) in PAIRS {
            if character == *opener {
                open.push(*closer);
            } else if character == *closer && open.pop() != Some(character) {
                extra.push(character);
            }
        }
    }
    extra
}

fn closers_said_again(text: &str, rest: &str) -> usize {
    let mut extra = unmatched(text).into_iter();
    let mut covered = 0;
    for (offset, character) in rest.char_indices() {
        if character.is_whitespace() {
            continue;
        }
        if extra.next() != Some(character) {
            break;
        }
        covered = offset + character.len_utf8();
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    #[test]
    fn what_stands_after_the_cursor_is_not_said_twice() {
        let cases = [
            ("sort(|)", "array) {", 1),
            ("sort(|)", "array", 0),
            ("sort(|)", "f(a)", 0),
            ("sort(|);", "array);", 2),
            ("sort(|);", "array)", 1),
            ("say(\"|\")", "hello\")", 2),
            ("say(\"|\")", "hello", 0),
            ("a = | + b", "c + d", 0),
            ("a = | + b", "c + b", 4),
            ("fn f() {|}", "\n    x();\n}", 1),
            ("f([|])", "1, 2])", 2),
            ("f(|) ", "1) ", 1),
            ("let a = |", "1;", 0),
        ];
        for (place, text, expected) in cases {
            assert_eq!(covered(text, &at(place)), expected, "{place} {text}");
        }
    }
}
