//! Keeps a completion from repeating what already stands behind the cursor.

use super::tokens::is_word;

/// Shorter lines, such as a lone brace, may well stand twice.
const TELLING_BYTES_MIN: usize = 3;

pub(super) fn without_what_follows<'a>(text: &'a str, suffix: &str) -> &'a str {
    let rest_of_line = suffix.split('\n').next().unwrap_or_default().trim_end();
    if rest_of_line.trim().is_empty() {
        return before_next_line(text, suffix);
    }
    // Text follows on the same line, so there is only room for a part of a line.
    let line = text.split('\n').next().unwrap_or_default();
    let overlap = (1..=rest_of_line.len().min(line.len()))
        .rev()
        .filter(|length| rest_of_line.is_char_boundary(*length))
        .find(|length| line.ends_with(&rest_of_line[..*length]));
    match overlap {
        Some(overlap) => &line[..line.len() - overlap],
        // More code follows that this would not join on to.
        None if rest_of_line.contains(is_word) => "",
        None => line,
    }
}

/// Ends before the line that already comes next.
fn before_next_line<'a>(text: &'a str, suffix: &str) -> &'a str {
    let next = suffix.lines().map(str::trim).find(|line| !line.is_empty());
    let Some(next) = next else {
        return text;
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is_last = at + line.len() == text.len();
        let is_telling = next.len() >= TELLING_BYTES_MIN || is_last;
        if line.trim() == next && is_telling {
            return &text[..at];
        }
        at += line.len();
    }
    text
}
