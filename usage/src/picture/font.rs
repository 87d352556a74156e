//! The two weights of Inter that pictures are lettered with; their digits are all as wide.

use std::sync::LazyLock;

use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
};

use super::Weight;

pub const REGULAR_BYTES: &[u8] = include_bytes!("font/inter-regular.ttf");
pub const STRONG_BYTES: &[u8] = include_bytes!("font/inter-semibold.ttf");

static REGULAR: LazyLock<FontRef<'static>> = LazyLock::new(|| read(REGULAR_BYTES));
static STRONG: LazyLock<FontRef<'static>> = LazyLock::new(|| read(STRONG_BYTES));

#[expect(
    clippy::expect_used,
    reason = "the font is part of the program, and a test reads both"
)]
fn read(bytes: &'static [u8]) -> FontRef<'static> {
    FontRef::new(bytes).expect("the bundled font is one")
}

/// The font of a weight.
pub fn font(weight: Weight) -> &'static FontRef<'static> {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::Strong => &STRONG,
    }
}

/// Each glyph of a line with the place where it begins, and the line's width.
pub fn glyphs(text: &str, size: f32, weight: Weight) -> (Vec<(GlyphId, f32)>, f32) {
    let font = font(weight);
    let (map, metrics) = (
        font.charmap(),
        font.glyph_metrics(Size::new(size), LocationRef::default()),
    );
    let mut at = 0.0;
    let placed = text
        .chars()
        .map(|letter| {
            // What the font has no letter for is shown as a box, as everywhere.
            let glyph = map.map(letter).unwrap_or_default();
            let start = at;
            at += metrics.advance_width(glyph).unwrap_or(size / 2.0);
            (glyph, start)
        })
        .collect();
    (placed, at)
}

pub fn width(text: &str, size: f32, weight: Weight) -> f32 {
    glyphs(text, size, weight).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_all_as_wide_and_letters_are_there() {
        for weight in [Weight::Regular, Weight::Strong] {
            let one = width("1", 100.0, weight);
            for digit in "0123456789".chars() {
                assert_eq!(width(&digit.to_string(), 100.0, weight), one, "{digit}");
            }
            let missing = font(weight)
                .charmap()
                .map('$')
                .is_none_or(|glyph| glyph == GlyphId::NOTDEF);
            assert!(!missing, "{weight:?}");
        }
        assert!(width("W", 10.0, Weight::Strong) > width("i", 10.0, Weight::Strong));
    }
}
