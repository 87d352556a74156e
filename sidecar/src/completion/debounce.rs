use std::time::Duration;

use super::{place::Place, shape::opens_block};

const DEFAULT: Duration = Duration::from_millis(75);
const SLOWEST: Duration = Duration::from_millis(250);

/// How long to wait for the next key before asking.
///
/// A setting is taken as it is. Without one: who types fast is waited for longer, and a place that
/// asks for code by itself is not waited for at all.
pub fn wait(setting_ms: Option<u64>, place: &Place, between_keys: Option<Duration>) -> Duration {
    if let Some(milliseconds) = setting_ms {
        return Duration::from_millis(milliseconds.min(5000));
    }
    let on_new_line = place.line_prefix().trim().is_empty()
        && place.line_above().is_some_and(|line| opens_block(line.trim()));
    if on_new_line {
        return Duration::ZERO;
    }
    match between_keys {
        // A little longer than between two keys, so that a burst of typing asks once.
        Some(between) if between < SLOWEST => (between * 5 / 4).max(DEFAULT).min(SLOWEST),
        _ => DEFAULT,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::place::tests::at, *};

    #[test]
    fn the_wait_fits_the_typing() {
        let ms = Duration::from_millis;
        let cases = [
            (Some(0), "a|", Some(ms(50)), ms(0)),
            (Some(300), "a|", None, ms(300)),
            (None, "a|", None, DEFAULT),
            (None, "a|", Some(ms(30)), DEFAULT),
            (None, "a|", Some(ms(120)), ms(150)),
            (None, "a|", Some(ms(900)), DEFAULT),
            (None, "fn f() {\n    |", Some(ms(120)), ms(0)),
        ];
        for (setting, text, between, expected) in cases {
            assert_eq!(
                wait(setting, &at(text), between),
                expected,
                "{setting:?} {between:?}"
            );
        }
    }
}
