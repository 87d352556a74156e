//! What was suggested before and still fits: the person types through it, goes back, or is where
//! they were.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{place::Place, shape::Shape};

/// How far back in a line an earlier suggestion is looked for.
pub const WALK_BACK_CHARACTERS_MAX: usize = 50;
const HEAD_BYTES_MAX: usize = 4096;
const SUFFIX_BYTES_MAX: usize = 1024;

/// What is left of a suggestion made at `then`, now that the cursor is at `now`.
pub fn rest_of(text: &str, then: &Place, now: &Place) -> Option<String> {
    if then.suffix() != now.suffix() {
        return None;
    }
    if let Some(typed) = now.prefix().strip_prefix(then.prefix()) {
        let rest = text.strip_prefix(typed)?;
        return (!rest.is_empty()).then(|| rest.to_owned());
    }
    // Went back over what was typed before the suggestion: the characters come again.
    let removed = then.prefix().strip_prefix(now.prefix())?;
    let is_near = removed.chars().count() <= WALK_BACK_CHARACTERS_MAX && !removed.contains('\n');
    is_near.then(|| format!("{removed}{text}"))
}

/// Names a place in the cache: the lines above, the line so far, and what follows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    surroundings: u64,
    line: String,
}

/// The keys under which a suggestion for this place may be, and what was typed since each.
pub fn keys<'a>(place: &'a Place, model: &str, shape: Shape) -> impl Iterator<Item = (Key, &'a str)> {
    let surroundings = surroundings(place, model, shape);
    let line = place.line_prefix();
    let ends = line
        .char_indices()
        .rev()
        .take(WALK_BACK_CHARACTERS_MAX)
        .map(|(offset, _)| offset);
    std::iter::once(line.len()).chain(ends).map(move |end| {
        let key = Key {
            surroundings,
            line: line[..end].to_owned(),
        };
        (key, &line[end..])
    })
}

/// The key of exactly this place.
pub fn key(place: &Place, model: &str, shape: Shape) -> Key {
    Key {
        surroundings: surroundings(place, model, shape),
        line: place.line_prefix().to_owned(),
    }
}

fn surroundings(place: &Place, model: &str, shape: Shape) -> u64 {
    let mut hasher = DefaultHasher::new();
    let head = place.head();
    let from = head.floor_char_boundary(head.len().saturating_sub(HEAD_BYTES_MAX));
    let suffix = place.suffix();
    let to = suffix.floor_char_boundary(suffix.len().min(SUFFIX_BYTES_MAX));
    (&head[from..], head.len(), &suffix[..to], model, shape).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    #[test]
    fn a_suggestion_lasts_while_it_is_typed() {
        let then = at("let a = |;");
        let cases = [
            ("let a = |;", "vec![]", Some("vec![]")),
            ("let a = ve|;", "vec![]", Some("c![]")),
            ("let a = vec![]|;", "vec![]", None),
            ("let a = vx|;", "vec![]", None),
            ("let a|;", "vec![]", Some(" = vec![]")),
            ("let a = ve|", "vec![]", None),
            ("let b = |;", "vec![]", None),
        ];
        for (now, text, expected) in cases {
            assert_eq!(rest_of(text, &then, &at(now)).as_deref(), expected, "{now}");
        }
    }

    #[test]
    fn the_cache_is_asked_for_the_line_as_it_was() {
        let made = key(&at("x\nlet a = |;"), "m", Shape::Line);
        let found = |text: &str, model: &str, shape| {
            keys(&at(text), model, shape)
                .find(|(key, _)| *key == made)
                .map(|(_, typed)| typed.to_owned())
        };
        assert_eq!(found("x\nlet a = ve|;", "m", Shape::Line).as_deref(), Some("ve"));
        assert_eq!(found("x\nlet a = |;", "m", Shape::Line).as_deref(), Some(""));
        assert_eq!(found("y\nlet a = |;", "m", Shape::Line), None);
        assert_eq!(found("x\nlet a = |;", "n", Shape::Line), None);
        assert_eq!(found("x\nlet a = |;", "m", Shape::Block), None);
        assert_eq!(found("x\nlet a = |)", "m", Shape::Line), None);
    }
}
