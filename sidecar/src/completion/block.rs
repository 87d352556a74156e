//! Where the wanted text ends, decided while it streams: what is not wanted is not paid.

use super::{
    place::{Place, indent_width},
    shape::{Shape, opens_block},
};

const LINES_MAX: usize = 40;
const BYTES_MAX: usize = 4000;
/// Repeats of a line after which a model is going in circles.
const REPEATS_MAX: usize = 3;

/// The length of the wanted part, once all of it has come; `None`: more may belong to it.
pub fn wanted(text: &str, place: &Place, shape: Shape, is_finished: bool) -> Option<usize> {
    let end = match shape {
        Shape::Line => first_line(text),
        Shape::Block => block(text, place, is_finished),
    };
    end.or_else(|| (text.len() > BYTES_MAX).then(|| text.floor_char_boundary(BYTES_MAX)))
        .or_else(|| is_finished.then_some(text.len()))
}

fn first_line(text: &str) -> Option<usize> {
    text.find('\n')
}

fn block(text: &str, place: &Place, is_finished: bool) -> Option<usize> {
    let opened = opens_block(place.line_prefix().trim());
    let base = indent_width(place.line_prefix());
    let below = place.lines_below().next().map(str::trim_end);
    let mut offset = 0;
    let mut previous: Option<&str> = None;
    let mut repeats = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let is_whole = line.ends_with('\n') || is_finished;
        let content = line.trim_end();
        // The first line continues the cursor's own; what follows is judged line by line.
        if index > 0 && is_whole {
            if index >= LINES_MAX || (content.len() > 2 && Some(content) == below) {
                return Some(offset);
            }
            match verdict(content, previous, base, opened) {
                Verdict::Inside => {}
                Verdict::Closes => return Some(offset + content.len()),
                Verdict::Beyond => return Some(offset),
            }
            repeats = if !content.is_empty() && previous == Some(content) {
                repeats + 1
            } else {
                0
            };
            if repeats + 1 >= REPEATS_MAX {
                return Some(offset - repeats * line.len() + line.len());
            }
        }
        previous = Some(content);
        offset += line.len();
    }
    None
}

enum Verdict {
    Inside,
    /// The block ends with this line.
    Closes,
    /// The line belongs to something else.
    Beyond,
}

fn verdict(line: &str, previous: Option<&str>, base: usize, opened: bool) -> Verdict {
    let trimmed = line.trim();
    if trimmed.is_empty() {
        let ended = match previous {
            // Two blank lines, or one after a line of the block's own level.
            Some(previous) => previous.is_empty() || (!opened && indent_width(previous) <= base),
            None => false,
        };
        return if ended { Verdict::Beyond } else { Verdict::Inside };
    }
    let width = indent_width(line);
    if !opened {
        return if width < base {
            Verdict::Beyond
        } else {
            Verdict::Inside
        };
    }
    if width > base {
        return Verdict::Inside;
    }
    let closes = trimmed.starts_with(['}', ')', ']']) || trimmed.starts_with("end");
    match (width == base, closes, opens_block(trimmed)) {
        // `} else {` goes on.
        (true, true, true) => Verdict::Inside,
        (true, true, false) => Verdict::Closes,
        _ => Verdict::Beyond,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    fn cut(place: &str, shape: Shape, text: &str) -> Option<String> {
        wanted(text, &at(place), shape, false).map(|end| text[..end].to_owned())
    }

    #[test]
    fn a_line_ends_at_its_end() {
        assert_eq!(cut("a = |", Shape::Line, "1\nb").as_deref(), Some("1"));
        assert_eq!(cut("a = |", Shape::Line, "1"), None);
        assert_eq!(wanted("1", &at("a = |"), Shape::Line, true), Some(1));
    }

    #[test]
    fn a_block_ends_where_it_closes() {
        let cases = [
            ("fn f() {|", "\n    a();\n}\n\nfn g() {\n", Some("\n    a();\n}")),
            (
                "if x {|",
                "\n    a();\n} else {\n    b();\n}\nc();\n",
                Some("\n    a();\n} else {\n    b();\n}"),
            ),
            (
                "def f():|",
                "\n    return 1\n\ndef g():\n",
                Some("\n    return 1\n\n"),
            ),
            ("def f():|", "\n    return 1\n", None),
            (
                "fn f() {\n    |\n}",
                "a();\n    b();\n}\n",
                Some("a();\n    b();\n"),
            ),
            ("fn f() {\n    |\n}", "a();\n\n    b();\n", Some("a();\n")),
            ("    |\n    end();", "a();\n    end();\n    more", Some("a();\n")),
            ("x|", "\ny\ny\ny\ny\n", Some("\ny\n")),
        ];
        for (place, text, expected) in cases {
            assert_eq!(
                cut(place, Shape::Block, text).as_deref(),
                expected,
                "{place} {text}"
            );
        }
    }

    #[test]
    fn no_block_is_endless() {
        let lines: String = (0..200).map(|n| format!("    line{n}();\n")).collect();
        let end = wanted(&lines, &at("fn f() {|"), Shape::Block, false).unwrap();
        assert_eq!(lines[..end].lines().count(), LINES_MAX);
        let one = "é".repeat(BYTES_MAX);
        assert!(wanted(&one, &at("|"), Shape::Line, false).unwrap() <= BYTES_MAX);
    }
}
