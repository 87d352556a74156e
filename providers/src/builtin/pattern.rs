//! Finds a line that starts like the one at the cursor but names something else.

use memchr::memmem;

use super::{cut, lookup::Place, tokens::is_word};

const PLACES_MAX: usize = 4_096;
/// From so many common letters on, two names are likely of one kind, and so is what follows them.
const ALIKE_LETTERS_MIN: usize = 3;
/// Behind these a name is a new one, so that even one of another kind shows how such a line goes on.
const DEFINING: [&str; 9] = [
    "def",
    "fn",
    "func",
    "function",
    "fun",
    "class",
    "struct",
    "interface",
    "sub",
];

/// The place behind the most similar name; of equal ones the latest in the earliest source.
pub(super) fn find<'a>(prompt: &'a str, sources: &[&'a str]) -> Option<Place<'a>> {
    let line = prompt[cut::line_start(prompt, prompt.len())..].trim_start();
    let name = &line[name_start(line)..];
    let head = &line[..line.len() - name.len()];
    let tokens = words_of(head);
    // A name of one letter says nothing yet, and a line that begins with the name has no head.
    if tokens == 0 || name.is_empty() {
        return None;
    }
    let defines = head
        .split_whitespace()
        .next_back()
        .is_some_and(|word| DEFINING.contains(&word));
    let mut best: Option<(usize, Place<'a>)> = None;
    let finder = memmem::Finder::new(head);
    for (rank, source) in sources.iter().enumerate() {
        for place in finder.find_iter(source.as_bytes()).take(PLACES_MAX) {
            let there = place + head.len();
            let other = leading_name(&source[there..]);
            if other.is_empty() || other.starts_with(name) || !begins_line(source, place) {
                continue;
            }
            let alike = letters_alike(name, other);
            let is_alike = alike >= ALIKE_LETTERS_MIN;
            if !is_alike && !defines {
                continue;
            }
            let is_better = best
                .as_ref()
                .is_none_or(|(most, _)| alike > *most || rank == 0 && alike == *most);
            if is_better {
                let place = Place {
                    source,
                    at: there + other.len(),
                    score: 2 * tokens + 1,
                    takes_block: is_alike,
                    rename: is_alike.then_some((other, name)),
                };
                best = Some((alike, place));
            }
        }
    }
    best.map(|(_, place)| place)
}

/// Where the identifier at the end of a line begins.
fn name_start(line: &str) -> usize {
    line.char_indices()
        .rev()
        .take_while(|(_, one)| is_word(*one))
        .last()
        .map_or(line.len(), |(at, _)| at)
}

fn leading_name(text: &str) -> &str {
    &text[..text.find(|one| !is_word(one)).unwrap_or(text.len())]
}

/// Tokens of the head, none where it holds no word.
fn words_of(head: &str) -> usize {
    let words = head
        .split(|one| !is_word(one))
        .filter(|word| !word.is_empty())
        .count();
    let marks = head
        .chars()
        .filter(|one| !one.is_whitespace() && !is_word(*one))
        .count();
    if words == 0 { 0 } else { words + marks }
}

fn begins_line(source: &str, place: usize) -> bool {
    source[cut::line_start(source, place)..place].trim().is_empty()
}

/// Common letters at the beginning and the end of two names.
fn letters_alike(one: &str, other: &str) -> usize {
    let same = |(a, b): &(char, char)| a == b;
    let start = one.chars().zip(other.chars()).take_while(same).count();
    let end = one
        .chars()
        .rev()
        .zip(other.chars().rev())
        .take_while(same)
        .count();
    let shorter = one.chars().count().min(other.chars().count());
    (start + end).min(shorter)
}
