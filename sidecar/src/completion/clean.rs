//! From what a model says to what is worth showing, one step a function.

use super::{
    block,
    place::{Place, indentation},
    shape::Shape,
};

/// Marks of fill-in-the-middle formats and of turns, which are no text.
const MARKS: &[&str] = &[
    "<|endoftext|>",
    "<|fim_",
    "<fim_",
    "<|file_sep|>",
    "<file_sep>",
    "<|im_end|>",
    "<|im_start|>",
    "<|end|>",
    "<EOT>",
    "<PRE>",
    "<SUF>",
    "<MID>",
    "<｜fim",
    "<|cursor|>",
];

/// The text to insert; `None` when nothing of it is worth showing.
pub fn clean(raw: &str, place: &Place, shape: Shape, language: &str) -> Option<String> {
    let text = code_of(raw, place, language);
    let end = block::wanted(&text, place, shape, true)?;
    let text = without_known_lines(&text[..end], place);
    let text = text.trim_end();
    if !is_worth_it(text, place) {
        return None;
    }
    let text = with_own_indentation(text, place);
    Some(if place.uses_crlf() {
        text.replace('\n', "\r\n")
    } else {
        text
    })
}

/// What of a model's words is code, also while they still come.
pub fn code_of(raw: &str, place: &Place, language: &str) -> String {
    let text = without_marks(raw);
    let text = without_thoughts(text);
    let text = if language == "markdown" {
        text
    } else {
        without_fence(text)
    };
    let text = text.replace("\r\n", "\n");
    let text = without_echo(&text, place);
    without_typed_space(text, place).to_owned()
}

fn without_marks(text: &str) -> &str {
    let end = MARKS.iter().filter_map(|mark| text.find(mark)).min();
    &text[..end.unwrap_or(text.len())]
}

/// Some models think aloud first.
fn without_thoughts(text: &str) -> &str {
    match text.trim_start().strip_prefix("<think>") {
        Some(rest) => rest
            .split_once("</think>")
            .map_or("", |(_, answer)| answer.trim_start()),
        None => text,
    }
}

/// Chat models put code into a fence.
fn without_fence(text: &str) -> &str {
    let Some(fenced) = text.trim_start().strip_prefix("```") else {
        return text;
    };
    let Some((_, body)) = fenced.split_once('\n') else {
        return "";
    };
    body.find("\n```")
        .map_or_else(|| body.trim_end_matches('`'), |end| &body[..end])
}

/// Chat models repeat the line that they continue.
fn without_echo<'a>(text: &'a str, place: &Place) -> &'a str {
    let line = place.line_prefix().trim();
    if line.len() < 4 {
        return text;
    }
    text.trim_start().strip_prefix(line).unwrap_or(text)
}

/// White space that was typed already.
fn without_typed_space<'a>(text: &'a str, place: &Place) -> &'a str {
    if place.line_prefix().ends_with([' ', '\t']) {
        text.trim_start_matches([' ', '\t'])
    } else {
        text
    }
}

/// Lines at the end that already stand below, closers among them.
fn without_known_lines<'a>(text: &'a str, place: &Place) -> &'a str {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let below: Vec<&str> = place.lines_below().take(lines.len()).map(str::trim_end).collect();
    // The first line continues the cursor's own, so it is never one that stands below.
    for known in (1..lines.len()).rev() {
        let tail: Vec<&str> = lines[lines.len() - known..]
            .iter()
            .map(|line| line.trim_end())
            .filter(|line| !line.is_empty())
            .collect();
        if !tail.is_empty() && below.starts_with(&tail) {
            let kept = lines[..lines.len() - known].concat().len();
            return &text[..kept];
        }
    }
    text
}

fn is_worth_it(text: &str, place: &Place) -> bool {
    let content = text.trim();
    if content.chars().count() < 2 && !matches!(content, ")" | "]" | "}" | ";") || content.is_empty() {
        return false;
    }
    let stands_there = |line: Option<&str>| line.is_some_and(|line| line.trim() == content);
    let is_own_line = place.line_prefix().trim().is_empty();
    let repeats = stands_there(place.line_above()) || stands_there(place.lines_below().next());
    !(is_own_line && repeats) && content != place.line_suffix().trim()
}

/// A file indented with tabs gets tabs.
fn with_own_indentation(text: &str, place: &Place) -> String {
    let near = place.prefix().lines().rev().take(50);
    let uses_tabs = near.map(indentation).any(|indent| indent.starts_with('\t'));
    if !uses_tabs || !text.contains("\n ") {
        return text.to_owned();
    }
    let smallest = text
        .lines()
        .skip(1)
        .map(|line| line.len() - line.trim_start_matches(' ').len())
        .filter(|spaces| *spaces > 0)
        .min()
        .unwrap_or(4);
    let unit = if smallest % 4 == 0 { 4 } else { smallest.min(4) };
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |whole, line| {
        let rest = line.trim_start_matches(' ');
        let spaces = line.len() - rest.len();
        format!(
            "{whole}\n{}{}{rest}",
            "\t".repeat(spaces / unit),
            " ".repeat(spaces % unit)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    #[test]
    fn what_is_shown_of_what_a_model_says() {
        use Shape::{Block, Line};
        let cases = [
            ("let a = |", Line, "1;\nlet b", Some("1;")),
            ("let a =|", Line, " 1;", Some(" 1;")),
            ("let a = |", Line, " 1;", Some("1;")),
            ("let a = |", Line, "let a = 1;", Some("1;")),
            ("let a = |", Line, "11<|endoftext|>x", Some("11")),
            ("let a = |", Line, "<think>hm</think>\n11", Some("11")),
            ("let a = |", Line, "<think>hm", None),
            ("let a = |", Block, "```rust\n11;\n```\nThat is it.", Some("11;")),
            ("let a = |", Line, "   ", None),
            ("let a = |", Line, "x", None),
            ("f(a|", Line, ")", Some(")")),
            ("go();\n|", Line, "go();", None),
            ("|\ngo();", Line, "go();", None),
            ("let a = | + 1", Line, "+ 1", None),
            ("fn f() {|\n}", Block, "\n    a();\n}\n", Some("\n    a();")),
            (
                "if x {\n    |\n    b();\n}",
                Block,
                "a();\n    b();\n",
                Some("a();"),
            ),
            (
                "fn f() {|\r\n}\r\n",
                Block,
                "\n    a();\n    b();\n}",
                Some("\r\n    a();\r\n    b();"),
            ),
            (
                "\tx {|",
                Block,
                "\n        a();\n    }\n",
                Some("\n\t\ta();\n\t}"),
            ),
            ("é😀 = |", Line, "\"é😀\"\n", Some("\"é😀\"")),
        ];
        for (place, shape, raw, expected) in cases {
            let shown = clean(raw, &at(place), shape, "rust");
            assert_eq!(shown.as_deref(), expected, "{place:?} {raw:?}");
        }
    }

    #[test]
    fn fences_are_text_in_markdown() {
        let shown = clean("```rust\nx\n```", &at("|"), Shape::Block, "markdown");
        assert_eq!(shown.as_deref(), Some("```rust\nx\n```"));
    }
}
