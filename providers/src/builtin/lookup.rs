//! Prompt lookup: continues with what followed the most similar place before.
//!
//! Two ways to find that place compete, and the one with more matching tokens wins:
//! - [`exact`]: the longest text before the cursor that also stands elsewhere;
//! - [`pattern`](super::pattern): a line that starts the same but names something else, such as
//!   `def test_a(client):` for `def test_b`; what it names is then renamed.
//!
//! Both scan each source once with a substring search, so a prompt of some hundred kilobytes takes
//! well under a millisecond.

use memchr::memmem;

use super::{cut, pattern, suffix, tokens::is_word};
use crate::openai::ContextFile;

/// How far back the text before the cursor is compared.
const TAIL_BYTES_MAX: usize = 2_000;
/// How many places are compared in one source.
const PLACES_MAX: usize = 4_096;

/// A place whose continuation may be what comes next.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    pub(super) source: &'a str,
    /// Where the continuation begins.
    pub(super) at: usize,
    /// Twice the number of matching tokens; odd for a pattern, so that it wins a tie.
    pub(super) score: usize,
    /// A whole block may follow, not just the rest of the line.
    pub(super) takes_block: bool,
    /// The identifier there and the one here.
    pub(super) rename: Option<(&'a str, &'a str)>,
}

/// The text to insert; empty when nothing similar was written.
pub(super) fn complete(prompt: &str, suffix: &str, files: &[ContextFile<'_>]) -> String {
    let others = files.iter().map(|file| file.text.as_ref());
    // The line at the cursor would only repeat itself.
    let lines_before = &prompt[..cut::line_start(prompt, prompt.len())];
    let sources: Vec<&str> = [lines_before, suffix].into_iter().chain(others).collect();
    let found = exact(prompt, &sources)
        .into_iter()
        .chain(pattern::find(prompt, &sources));
    let mut places: Vec<Place<'_>> = found.collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.score));
    let continued = places
        .into_iter()
        .map(|place| cut::continuation(place, indent_at_cursor(prompt)));
    // Where the best continuation stands behind the cursor already, a worse one would be wrong.
    let best = continued
        .into_iter()
        .find(|text| is_worth_showing(text))
        .unwrap_or_default();
    let text = suffix::without_what_follows(&best, suffix).trim_end();
    if is_worth_showing(text) {
        text.to_owned()
    } else {
        String::new()
    }
}

/// One lone bracket or comma is what the editor writes by itself.
fn is_worth_showing(text: &str) -> bool {
    text.contains(is_word) || text.trim().len() > 1
}

fn indent_at_cursor(prompt: &str) -> &str {
    cut::indent(&prompt[cut::line_start(prompt, prompt.len())..])
}

/// The best place that continues the very text before the cursor.
fn exact<'a>(prompt: &'a str, sources: &[&'a str]) -> Option<Place<'a>> {
    let tail = Tail::of(prompt);
    let two = tail.starts.get(1).and_then(|start| best(&tail, *start, sources));
    two.or_else(|| {
        tail.word_in_progress()
            .and_then(|start| best(&tail, start, sources))
    })
}

fn best<'a>(tail: &Tail<'a>, anchor: usize, sources: &[&'a str]) -> Option<Place<'a>> {
    let mut best: Option<Place<'a>> = None;
    let finder = memmem::Finder::new(&tail.prompt[anchor..]);
    for (rank, source) in sources.iter().enumerate() {
        for place in finder.find_iter(source.as_bytes()).take(PLACES_MAX) {
            let at = place + tail.prompt.len() - anchor;
            if at == source.len() || !tail.is_boundary(source, place) {
                continue;
            }
            let score = 2 * tail.tokens_matching(source, place, anchor);
            // Within the file itself the later place wins a tie, another file never does.
            let is_better = best.is_none_or(|best| score > best.score || rank == 0 && score == best.score);
            if is_better && tail.is_enough(score / 2, source, at) {
                let takes_block = true;
                best = Some(Place {
                    source,
                    at,
                    score,
                    takes_block,
                    rename: None,
                });
            }
        }
    }
    best
}

/// The end of the text before the cursor, with where its tokens start.
struct Tail<'a> {
    prompt: &'a str,
    /// The last token first.
    starts: Vec<usize>,
}

impl<'a> Tail<'a> {
    fn of(prompt: &'a str) -> Self {
        let mut from = prompt.len().saturating_sub(TAIL_BYTES_MAX);
        while !prompt.is_char_boundary(from) {
            from += 1;
        }
        let mut starts = Vec::new();
        let mut in_word = false;
        for (at, one) in prompt[from..].char_indices() {
            let goes_on = in_word && is_word(one);
            if !one.is_whitespace() && !goes_on {
                starts.push(from + at);
            }
            in_word = is_word(one);
        }
        starts.reverse();
        Self { prompt, starts }
    }

    /// The start of a word of three letters or more right before the cursor.
    fn word_in_progress(&self) -> Option<usize> {
        let start = *self.starts.first()?;
        let word = &self.prompt[start..];
        (word.len() >= 3 && word.chars().all(is_word)).then_some(start)
    }

    /// Whether a token starts there in the source, as it does here.
    fn is_boundary(&self, source: &str, place: usize) -> bool {
        let first_is_word = source[place..].chars().next().is_some_and(is_word);
        !first_is_word || !source[..place].chars().next_back().is_some_and(is_word)
    }

    /// How many tokens before the cursor also stand before the place's continuation.
    fn tokens_matching(&self, source: &str, place: usize, anchor: usize) -> usize {
        let here = self.prompt.as_bytes()[..anchor].iter().rev();
        let there = source.as_bytes()[..place].iter().rev();
        let same = here
            .zip(there)
            .take(TAIL_BYTES_MAX)
            .take_while(|(here, there)| here == there)
            .count();
        self.starts
            .iter()
            .take_while(|start| **start >= anchor - same)
            .count()
    }

    /// Whether so many tokens say something: on a new line it takes more of them than within one,
    /// at the same depth, and a single word counts only while it is being typed.
    fn is_enough(&self, tokens: usize, source: &str, at: usize) -> bool {
        let line = &self.prompt[cut::line_start(self.prompt, self.prompt.len())..];
        let completes_word = source[at..].starts_with(is_word);
        match tokens {
            _ if line.trim().is_empty() => tokens >= 4 && !source[at..].starts_with([' ', '\t']),
            0 => false,
            1 => completes_word,
            2 => completes_word || self.prompt.len() - self.starts[1] >= 6,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(prompt: &str, suffix: &str, expected: &str) {
        assert_eq!(complete(prompt, suffix, &[]), expected, "{prompt}");
    }

    const TESTS: &str = "import pytest\n\n\ndef test_create_user(client, db):\n    response = client.post(\"/users\", json={\"name\": \"a\"})\n    assert response.status_code == 201\n    assert db.count() == 1\n\n\n";

    #[test]
    fn a_similar_function_is_continued_under_the_new_name() {
        check(
            &format!("{TESTS}def test_delete_user"),
            "",
            "(client, db):\n    response = client.post(\"/users\", json={\"name\": \"a\"})\n    assert response.status_code == 201\n    assert db.count() == 1",
        );
        check(
            "def test_a(x):\n    run(x)\n\ndef test_b",
            "\n",
            "(x):\n    run(x)",
        );
        check(
            "fn read_file(path: &Path) -> Result<String> {\n    open(path)\n}\n\nfn read_line",
            "",
            "(path: &Path) -> Result<String> {\n    open(path)\n}",
        );
    }

    #[test]
    fn what_was_named_is_renamed() {
        check(
            "class A:\n    def load_users(self):\n        users = fetch(\"users\")\n        return load_users\n\n    def load_orders",
            "",
            "(self):\n        orders = fetch(\"orders\")\n        return load_orders",
        );
    }

    #[test]
    fn a_repeated_line_is_continued() {
        check(
            &format!("{TESTS}def test_x(client):\n    response = client."),
            "",
            "post(\"/users\", json={\"name\": \"a\"})",
        );
        check(
            "for item in range(10):\n    print(item)\n\nfor item in ra",
            "",
            "nge(10):\n    print(item)",
        );
        check("const handler = useCallback();\nhand", "", "ler = useCallback();");
    }

    #[test]
    fn the_next_line_of_a_repeated_block_follows() {
        check(
            "if value is None:\n    raise KeyError(name)\nreturn value\n\nif value is None:\n    ",
            "",
            "raise KeyError(name)",
        );
    }

    #[test]
    fn the_longest_then_the_latest_place_wins() {
        check("x = a.get(1)\ny = a.get(2)\nx = a.get(", "", "1)");
        check("b.get(1)\nb.get(2)\nb.get(", "", "2)");
    }

    #[test]
    fn what_stands_behind_the_cursor_is_not_repeated() {
        check("call(first, second)\ncall(first, ", ")\n", "second");
        check("let a = f(1);\nlet b = 2;\n\nlet a = f(1);\nlet b", " = 2;\n", "");
        let text = "if ready:\n    start()\n    stop()\n\nif ready:\n    start()\n    ";
        check(text, "\n    stop()\n", "");
    }

    #[test]
    fn other_files_are_looked_through_too() {
        let file = ContextFile {
            path: "a.rs".into(),
            text: "impl Widget {\n    fn resize(&mut self, size: Size) {}\n}\n".into(),
        };
        assert_eq!(
            complete("    fn resize(", "", &[file]),
            "&mut self, size: Size) {}"
        );
    }

    #[test]
    fn nothing_similar_gives_nothing() {
        for prompt in [
            "",
            "   ",
            "\n",
            "fn main() {\n    ",
            "let x = ",
            "é",
            "(",
            "a b",
            "def test_",
        ] {
            check(prompt, "", "");
        }
    }

    #[test]
    fn any_text_is_survived() {
        let pieces = [
            "é", "def ", "x_é", "(", "\n", "\t", "    ", "😀", "{", "}", ":", ",", "\r\n", "ab",
        ];
        let mut seed = 7_usize;
        let mut text = String::new();
        for _ in 0..3_000 {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[(seed >> 33) % pieces.len()]);
            if text.len().is_multiple_of(5) {
                let (before, behind) = text.split_at(text.len() - pieces[(seed >> 33) % pieces.len()].len());
                complete(before, behind, &[]);
            }
        }
    }
}
