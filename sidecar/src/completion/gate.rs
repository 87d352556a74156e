use std::collections::BTreeMap;

use protocol::editor::CompletionSettings;

use super::place::Place;

const DOCUMENT_BYTES_MAX: usize = 1 << 20;
/// Beyond this a line is minified or data.
const LINE_BYTES_MAX: usize = 5000;

/// Why nothing is asked for at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// Switched off, for all or for this language.
    Off,
    TooLarge,
    LongLine,
    /// The cursor stands inside a word.
    InsideWord,
}

/// Whether a place is worth a request. `invoked`: the person asked, so typing does not matter.
pub fn check(
    place: &Place,
    language: &str,
    settings: &CompletionSettings,
    invoked: bool,
) -> Result<(), Closed> {
    if !invoked && !is_on(language, settings) {
        return Err(Closed::Off);
    }
    if place.text().len() > DOCUMENT_BYTES_MAX {
        return Err(Closed::TooLarge);
    }
    if place.line_prefix().len() + place.line_suffix().len() > LINE_BYTES_MAX {
        return Err(Closed::LongLine);
    }
    let next = place.line_suffix().chars().next();
    if !invoked && next.is_some_and(|next| next.is_alphanumeric() || next == '_') {
        return Err(Closed::InsideWord);
    }
    Ok(())
}

fn is_on(language: &str, settings: &CompletionSettings) -> bool {
    let none = BTreeMap::new();
    let languages = settings.languages.as_ref().unwrap_or(&none);
    let chosen = languages.get(language).or_else(|| languages.get("*"));
    settings.enabled.unwrap_or(true) && chosen.copied().unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    #[test]
    fn places_that_are_not_worth_a_request() {
        let on = CompletionSettings::default();
        let off = CompletionSettings {
            enabled: Some(false),
            ..on.clone()
        };
        let only_rust = CompletionSettings {
            languages: Some([("*".into(), false), ("rust".into(), true)].into()),
            ..on.clone()
        };
        let long = format!("{}|", "x".repeat(LINE_BYTES_MAX + 1));
        let large = format!("{}\n|", "x\n".repeat(DOCUMENT_BYTES_MAX / 2));
        let cases = [
            ("let a = |", "rust", &on, false, Ok(())),
            ("let a = |", "rust", &off, false, Err(Closed::Off)),
            ("let a = |", "rust", &off, true, Ok(())),
            ("let a = |", "rust", &only_rust, false, Ok(())),
            ("a = |", "python", &only_rust, false, Err(Closed::Off)),
            ("le|t", "rust", &on, false, Err(Closed::InsideWord)),
            ("le|t", "rust", &on, true, Ok(())),
            ("f(|)", "rust", &on, false, Ok(())),
            (&long, "rust", &on, true, Err(Closed::LongLine)),
            (&large, "rust", &on, true, Err(Closed::TooLarge)),
        ];
        for (text, language, settings, invoked, expected) in cases {
            let head = &text[..text.len().min(20)];
            assert_eq!(check(&at(text), language, settings, invoked), expected, "{head}");
        }
    }
}
