//! What a model gets to read, within a budget: what stands before and after the cursor, and the
//! parts of other open files that are most like it.

use std::collections::HashSet;

use super::place::Place;

const PREFIX_BYTES: usize = 6000;
const SUFFIX_BYTES: usize = 1500;
const SNIPPETS_BYTES: usize = 4000;
const SNIPPETS_MAX: usize = 4;
const NEIGHBOURS_MAX: usize = 20;
const WINDOW_LINES: usize = 40;
/// The cut moves only every so many lines, so that caches of the prompt's start stay good.
const CUT_EVERY_LINES: usize = 32;
/// How much before the cursor is compared with other files.
const COMPARED_BYTES: usize = 2000;

/// Another open file.
pub struct Neighbour<'a> {
    pub path: &'a str,
    pub text: &'a str,
    pub same_language: bool,
}

/// A part of another file, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Snippet {
    pub path: String,
    pub text: String,
}

/// What is sent from before the cursor: whole lines, as many as fit.
pub fn prefix_window(place: &Place) -> &str {
    let prefix = place.prefix();
    if prefix.len() <= PREFIX_BYTES {
        return prefix;
    }
    let earliest = prefix.len() - PREFIX_BYTES;
    let mut cut = 0;
    for (index, line) in prefix.split_inclusive('\n').enumerate() {
        let start = line.as_ptr() as usize - prefix.as_ptr() as usize;
        if start >= earliest && index % CUT_EVERY_LINES == 0 {
            cut = start;
            break;
        }
    }
    // Very long lines leave no such line within the budget.
    if cut == 0 {
        &prefix[prefix.ceil_char_boundary(earliest)..]
    } else {
        &prefix[cut..]
    }
}

/// What is sent from after the cursor.
pub fn suffix_window(place: &Place) -> &str {
    let suffix = place.suffix();
    let end = suffix.floor_char_boundary(SUFFIX_BYTES.min(suffix.len()));
    match suffix[..end].rfind('\n') {
        Some(line_end) if end < suffix.len() => &suffix[..=line_end],
        _ => &suffix[..end],
    }
}

/// The parts of the neighbours, given most recent first, that share most words with the place.
pub fn snippets(place: &Place, neighbours: &[Neighbour<'_>]) -> Vec<Snippet> {
    let prefix = place.prefix();
    let from = prefix.ceil_char_boundary(prefix.len().saturating_sub(COMPARED_BYTES));
    let wanted = words(&prefix[from..]);
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut candidates: Vec<_> = neighbours
        .iter()
        .take(NEIGHBOURS_MAX)
        .enumerate()
        .filter_map(|(age, neighbour)| best_window(neighbour, &wanted, age))
        .collect();
    candidates.sort_by(|(left, _), (right, _)| right.total_cmp(left));
    let mut rest = SNIPPETS_BYTES;
    let mut chosen: Vec<_> = candidates
        .into_iter()
        .map(|(_, snippet)| snippet)
        .take(SNIPPETS_MAX)
        .filter(|snippet| {
            let fits = snippet.text.len() <= rest;
            rest -= if fits { snippet.text.len() } else { 0 };
            fits
        })
        .collect();
    // The same files in the same order, whatever was typed last.
    chosen.sort_by(|left, right| left.path.cmp(&right.path));
    chosen
}

fn best_window(neighbour: &Neighbour<'_>, wanted: &HashSet<&str>, age: usize) -> Option<(f64, Snippet)> {
    let lines: Vec<&str> = neighbour.text.split_inclusive('\n').take(4000).collect();
    let windows = lines
        .chunks(WINDOW_LINES)
        .map(|window| (likeness(window, wanted), window));
    let (score, window) = windows.max_by(|(left, _), (right, _)| left.total_cmp(right))?;
    if score <= 0.0 {
        return None;
    }
    let text: String = window.concat();
    let end = text.floor_char_boundary(SNIPPETS_BYTES.min(text.len()));
    let recency = 0.05 / (age as f64 + 1.0);
    let language = if neighbour.same_language { 0.05 } else { 0.0 };
    let snippet = Snippet {
        path: neighbour.path.to_owned(),
        text: text[..end].to_owned(),
    };
    Some((score + recency + language, snippet))
}

/// Shared words over all words.
fn likeness(window: &[&str], wanted: &HashSet<&str>) -> f64 {
    let own: HashSet<&str> = window.iter().flat_map(|line| words_of(line)).collect();
    let shared = own.intersection(wanted).count();
    let all = own.len() + wanted.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

fn words(text: &str) -> HashSet<&str> {
    words_of(text).collect()
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| word.len() > 2)
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    #[test]
    fn the_cut_before_the_cursor_moves_in_steps() {
        let lines: String = (0..400).map(|n| format!("let line_{n:03} = {n:03};\n")).collect();
        let starts: HashSet<String> = (0..CUT_EVERY_LINES)
            .map(|more| {
                let text = format!("{lines}{}|", "x\n".repeat(more));
                let place = at(&text);
                let window = prefix_window(&place);
                assert!(window.len() <= PREFIX_BYTES);
                window[..16].to_owned()
            })
            .collect();
        assert!(starts.len() <= 2, "{starts:?}");
        let one_line = format!("{}|", "é".repeat(PREFIX_BYTES));
        assert!(prefix_window(&at(&one_line)).len() <= PREFIX_BYTES);
    }

    #[test]
    fn what_follows_is_cut_at_a_line() {
        let text = format!("|{}", "0123456789abcde\n".repeat(200));
        let place = at(&text);
        let window = suffix_window(&place);
        assert!(window.len() <= SUFFIX_BYTES && window.ends_with('\n'));
        assert_eq!(suffix_window(&at("a|b")), "b");
    }

    #[test]
    fn files_that_share_words_come_along_in_a_stable_order() {
        let neighbour = |path, text| Neighbour {
            path,
            text,
            same_language: true,
        };
        let place = at("let invoice = compute_invoice(customer);\n|");
        let chosen = snippets(
            &place,
            &[
                neighbour("z.rs", "fn compute_invoice(customer: Customer) {}\n"),
                neighbour("b.rs", "nothing of the kind\n"),
                neighbour("a.rs", "struct Customer { invoice: u64 } // customer\n"),
            ],
        );
        let paths: Vec<_> = chosen.iter().map(|snippet| snippet.path.as_str()).collect();
        assert_eq!(paths, ["a.rs", "z.rs"]);
        assert!(snippets(&at("|"), &[neighbour("a.rs", "fn a() {}")]).is_empty());
    }
}
