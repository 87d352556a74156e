use super::place::Place;

/// How much is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// The rest of this line.
    Line,
    /// The rest of a block.
    Block,
}

/// Characters that an editor puts behind the cursor by itself.
const CLOSERS: &[char] = &[')', ']', '}', '"', '\'', '`', '>', ';', ',', ' ', '\t'];
const OPENER_WORDS: &[&str] = &["do", "then", "else", "begin", "try", "repeat", "loop"];
const COMMENTS: &[&str] = &["//", "#", "--", "/*", "*", ";;", "%", "<!--"];

/// Whether to ask for a line or a block.
pub fn shape(place: &Place, invoked: bool, after_accept: bool) -> Shape {
    if !place.line_suffix().trim_matches(CLOSERS).is_empty() {
        return Shape::Line;
    }
    let before = place.line_prefix().trim();
    if is_comment(before) {
        return Shape::Line;
    }
    if opens_block(before) || invoked || after_accept {
        return Shape::Block;
    }
    let in_block = !place.line_prefix().is_empty();
    let opened_above = place
        .line_above()
        .is_some_and(|line| opens_block(line.trim()) || is_comment(line.trim()));
    if before.is_empty() && (in_block || opened_above) {
        Shape::Block
    } else {
        Shape::Line
    }
}

/// Whether a line, without white space around it, ends where a block begins.
pub fn opens_block(line: &str) -> bool {
    let last_word = line.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    line.ends_with(['{', ':']) || line.ends_with("=>") || OPENER_WORDS.contains(&last_word)
}

fn is_comment(line: &str) -> bool {
    // `#[…]` and `#include` are code.
    let is_code = line.starts_with("#[") || line.starts_with("#include");
    !is_code && COMMENTS.iter().any(|mark| line.starts_with(mark))
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    #[test]
    fn a_block_where_one_begins_and_a_line_elsewhere() {
        let cases = [
            ("fn main() {|", Shape::Block),
            ("fn main() {|}", Shape::Block),
            ("fn main() {\n    |\n}", Shape::Block),
            ("def f():\n|", Shape::Block),
            ("def f():\n    |", Shape::Block),
            ("let a = |", Shape::Line),
            ("let a = f(|);", Shape::Line),
            ("let a = | + 1;", Shape::Line),
            ("// a note |", Shape::Line),
            ("// adds two numbers\n|", Shape::Block),
            ("|", Shape::Line),
            ("if x then|", Shape::Block),
            ("#[derive(|)]", Shape::Line),
        ];
        for (text, expected) in cases {
            assert_eq!(shape(&at(text), false, false), expected, "{text}");
        }
        assert_eq!(shape(&at("let a = |"), true, false), Shape::Block);
        assert_eq!(shape(&at("let a = | + 1"), true, true), Shape::Line);
        assert_eq!(shape(&at("let a = |"), false, true), Shape::Block);
    }
}
