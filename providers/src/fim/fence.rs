//! Takes the code fence off an answer that has one in spite of the instruction.

const FENCE: &str = "```";
const CLOSING: &str = "\n```";

/// Works piece by piece, so that a stream is not held up longer than needed to tell a fence.
#[derive(Debug, Default)]
pub(super) struct Unfence {
    state: State,
    /// Text that cannot be passed on yet: it may turn out to be part of a fence.
    held: String,
    /// The next byte is the break of the opening line, held because it may also begin the closing
    /// fence of an empty block.
    at_opening_break: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum State {
    /// Nothing but blanks so far, or the beginning of a fence.
    #[default]
    Start,
    /// The line of the opening fence.
    Opening,
    /// Within a fence.
    Fenced,
    /// There is no fence.
    Plain,
    /// Behind the closing fence; whatever follows is chatter.
    Closed,
}

impl Unfence {
    /// The part of the text so far that is certain.
    pub(super) fn push(&mut self, text: &str) -> String {
        match self.state {
            State::Plain => return text.to_owned(),
            State::Closed => return String::new(),
            State::Start | State::Opening | State::Fenced => self.held.push_str(text),
        }
        if self.state == State::Start {
            self.tell_start();
        }
        if self.state == State::Opening {
            self.pass_opening_line();
        }
        match self.state {
            State::Start | State::Opening | State::Closed => String::new(),
            State::Plain => std::mem::take(&mut self.held),
            State::Fenced => self.take_fenced(),
        }
    }

    /// What is left at the end of the answer.
    pub(super) fn finish(&mut self) -> String {
        let held = std::mem::take(&mut self.held);
        let state = std::mem::replace(&mut self.state, State::Closed);
        match state {
            State::Start | State::Plain => held,
            // An empty closing fence right behind the opening line.
            State::Fenced if held.trim() == FENCE => String::new(),
            State::Fenced => self.without_opening_break(held),
            State::Opening | State::Closed => String::new(),
        }
    }

    fn tell_start(&mut self) {
        let begun = self.held.trim_start();
        if begun.starts_with(FENCE) {
            self.state = State::Opening;
        } else if !FENCE.starts_with(begun) {
            self.state = State::Plain;
        }
    }

    fn pass_opening_line(&mut self) {
        let begins = self.held.len() - self.held.trim_start().len();
        if let Some(end) = self.held[begins..].find('\n') {
            self.held.drain(..begins + end);
            self.state = State::Fenced;
            self.at_opening_break = true;
        }
    }

    fn take_fenced(&mut self) -> String {
        if let Some(end) = self.held.find(CLOSING) {
            self.state = State::Closed;
            let certain = self.held[..end].to_owned();
            self.held.clear();
            return self.without_opening_break(certain);
        }
        let keep = (1..CLOSING.len())
            .rev()
            .find(|length| self.held.ends_with(&CLOSING[..*length]))
            .unwrap_or(0);
        let rest = self.held.split_off(self.held.len() - keep);
        let certain = std::mem::replace(&mut self.held, rest);
        self.without_opening_break(certain)
    }

    fn without_opening_break(&mut self, mut text: String) -> String {
        if self.at_opening_break && text.starts_with('\n') {
            self.at_opening_break = false;
            text.remove(0);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unfence(pieces: &[&str]) -> String {
        let mut unfence = Unfence::default();
        let mut text: String = pieces.iter().map(|piece| unfence.push(piece)).collect();
        text.push_str(&unfence.finish());
        text
    }

    const CASES: [(&str, &str); 10] = [
        ("return a", "return a"),
        ("  return a\n", "  return a\n"),
        ("```python\nreturn a\n```", "return a"),
        ("```\n  a\n  b\n```\nThis returns a.", "  a\n  b"),
        ("\n```rs\na", "a"),
        ("a\n```\nb", "a\n```\nb"),
        ("``", "``"),
        ("`x`", "`x`"),
        ("", ""),
        ("```js\n```", ""),
    ];

    #[test]
    fn a_fence_around_the_answer_is_taken_off() {
        for (answer, expected) in CASES {
            assert_eq!(unfence(&[answer]), expected, "{answer:?}");
        }
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_the_answer_is_cut(case in 0..CASES.len(), sizes in prop::collection::vec(1..5_usize, 1..9)) {
            let (mut rest, expected) = CASES[case];
            let mut pieces = Vec::new();
            for size in sizes.iter().cycle() {
                if rest.is_empty() { break }
                let (piece, behind) = rest.split_at((*size).min(rest.len()));
                pieces.push(piece);
                rest = behind;
            }
            prop_assert_eq!(unfence(&pieces), expected);
        }
    }

    #[test]
    fn plain_text_is_not_held_back() {
        let mut unfence = Unfence::default();
        assert_eq!(unfence.push("  "), "");
        assert_eq!(unfence.push("a"), "  a");
        assert_eq!(unfence.push("\n``"), "\n``");
    }
}
