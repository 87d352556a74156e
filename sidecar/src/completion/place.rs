use std::sync::Arc;

use super::position::{line_end, line_start_before};

/// A cursor in a text.
#[derive(Clone)]
pub struct Place {
    text: Arc<String>,
    offset: usize,
}

impl Place {
    /// `offset` is a character border of the text.
    pub const fn new(text: Arc<String>, offset: usize) -> Self {
        Self { text, offset }
    }

    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn prefix(&self) -> &str {
        &self.text[..self.offset]
    }
    pub fn suffix(&self) -> &str {
        &self.text[self.offset..]
    }
    /// What stands before the cursor in its line.
    pub fn line_prefix(&self) -> &str {
        &self.text[line_start_before(&self.text, self.offset)..self.offset]
    }
    /// What stands after the cursor in its line.
    pub fn line_suffix(&self) -> &str {
        &self.text[self.offset..line_end(&self.text, self.offset)]
    }
    /// Everything before the cursor's line.
    pub fn head(&self) -> &str {
        &self.text[..line_start_before(&self.text, self.offset)]
    }
    /// The nearest line above that is not blank.
    pub fn line_above(&self) -> Option<&str> {
        self.head().lines().rev().find(|line| !line.trim().is_empty())
    }
    /// The lines below the cursor's, blank ones left out.
    pub fn lines_below(&self) -> impl Iterator<Item = &str> {
        let below = line_end(&self.text, self.offset);
        self.text[below..].lines().filter(|line| !line.trim().is_empty())
    }
    pub fn uses_crlf(&self) -> bool {
        self.text.contains("\r\n")
    }
}

/// The white space that a line starts with.
pub fn indentation(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// How far in a line starts; a tab counts as four.
pub fn indent_width(line: &str) -> usize {
    indentation(line)
        .chars()
        .map(|character| if character == '\t' { 4 } else { 1 })
        .sum()
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A place written with `|` as the cursor.
    pub fn at(text: &str) -> Place {
        let offset = text.find('|').expect("the cursor is written as |");
        let whole = text.replacen('|', "", 1);
        Place::new(Arc::new(whole), offset)
    }

    #[test]
    fn a_place_knows_its_surroundings() {
        let place = at("a\n\n  b|c\r\n\nd\n");
        assert_eq!(place.line_prefix(), "  b");
        assert_eq!(place.line_suffix(), "c");
        assert_eq!(place.line_above(), Some("a"));
        assert_eq!(place.lines_below().collect::<Vec<_>>(), ["d"]);
        assert!(place.uses_crlf());
        assert_eq!(indent_width("\t x"), 5);
    }
}
