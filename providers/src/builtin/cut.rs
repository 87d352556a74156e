//! How much of what followed is taken, and how it is fitted in.

use super::{lookup::Place, tokens::is_word};

const LINES_MAX: usize = 24;
const BYTES_MAX: usize = 2_000;

/// What followed the place, up to the end of its line or block, with indentation and names of here.
pub(super) fn continuation(place: Place<'_>, indent_here: &str) -> String {
    let Place { source, at, .. } = place;
    let start = line_start(source, at);
    let indent_there = indent(&source[start..]);
    let taken = &source[at..block_end(place, start)];
    let fitted = reindented(taken, indent_there, indent_here);
    match place.rename {
        Some((old, new)) => renamed(&fitted, old, new),
        None => fitted,
    }
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |line_break| line_break + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |length| at + length)
}

pub(super) fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// Where the statement or block that is being continued ends.
fn block_end(place: Place<'_>, line_start: usize) -> usize {
    let Place { source, at, .. } = place;
    let first_end = line_end(source, at);
    let line = &source[line_start..first_end];
    let base = indent(line).len();
    let is_new_line = source[line_start..at].trim().is_empty();
    if !place.takes_block || !is_new_line && !opens_block(line) {
        return first_end;
    }
    let mut end = first_end;
    let mut next = first_end + 1;
    for _ in 1..LINES_MAX {
        if next >= source.len() || next - at > BYTES_MAX {
            break;
        }
        let next_end = line_end(source, next);
        let line = &source[next..next_end];
        next = next_end + 1;
        if line.trim().is_empty() {
            continue;
        }
        let depth = indent(line).len();
        let closes = depth == base && closes_block(line);
        let continues = depth > base || is_new_line && depth == base && end + 1 == next_end - line.len();
        if !closes && !continues {
            break;
        }
        end = next_end;
        if closes && !opens_block(line) {
            break;
        }
    }
    end
}

/// Whether more of the statement must follow on deeper lines.
fn opens_block(line: &str) -> bool {
    let line = line.trim_end();
    let ends = [":", "{", "(", "[", ",", "=>", "->", "=", " do", " then", "\\"];
    ends.iter().any(|end| line.ends_with(end))
}

fn closes_block(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['}', ')', ']']) || matches!(line.trim_end(), "end" | "fi" | "done" | "esac")
}

/// Moves the lines behind the first one from the indentation there to the one here.
fn reindented(text: &str, there: &str, here: &str) -> String {
    if there == here {
        return text.to_owned();
    }
    let mut lines = text.split('\n');
    let mut fitted = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        fitted.push('\n');
        match line.strip_prefix(there) {
            Some(rest) if !line.trim().is_empty() => {
                fitted.push_str(here);
                fitted.push_str(rest);
            }
            _ => fitted.push_str(line),
        }
    }
    fitted
}

/// Renames whole identifiers; where the two names differ in one part, that part too.
fn renamed(text: &str, old: &str, new: &str) -> String {
    let mut renamed = String::with_capacity(text.len());
    let part = part_that_differs(old, new);
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(|one| !is_word(one)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(length);
        renamed.push_str(&renamed_word(word, old, new, part));
        let marks = behind.find(is_word).unwrap_or(behind.len());
        renamed.push_str(&behind[..marks]);
        rest = &behind[marks..];
    }
    renamed
}

fn renamed_word(word: &str, old: &str, new: &str, part: Option<(&str, &str)>) -> String {
    if word == old {
        return new.to_owned();
    }
    let Some((old_part, new_part)) = part else {
        return word.to_owned();
    };
    let parts = word
        .split('_')
        .map(|part| if part == old_part { new_part } else { part });
    parts.collect::<Vec<_>>().join("_")
}

/// For `load_users` and `load_orders`: users and orders. A part of one or two letters says too
/// little to be renamed by itself.
fn part_that_differs<'a>(old: &'a str, new: &'a str) -> Option<(&'a str, &'a str)> {
    if old.split('_').count() != new.split('_').count() {
        return None;
    }
    let mut differing = old.split('_').zip(new.split('_')).filter(|(old, new)| old != new);
    let only = differing.next()?;
    let is_telling = only.0.len() >= 3 && only.1.len() >= 3;
    (differing.next().is_none() && is_telling).then_some(only)
}
