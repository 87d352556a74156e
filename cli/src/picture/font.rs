//! The two weights of Inter that pictures are lettered with; their digits are all as wide.

use std::sync::LazyLock;

use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
};
use tiny_skia::{Path, PathBuilder};

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

fn font(weight: Weight) -> &'static FontRef<'static> {
    match weight {
        Weight::Regular => &REGULAR,
        Weight::Strong => &STRONG,
    }
}

/// Each glyph of a line with the place where it begins, and the line's width.
fn glyphs(text: &str, size: f32, weight: Weight) -> (Vec<(GlyphId, f32)>, f32) {
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

/// The outline of a line that begins at a point; None where nothing of it has ink.
pub fn outline(text: &str, size: f32, weight: Weight, start: (f32, f32)) -> Option<Path> {
    let outlines = font(weight).outline_glyphs();
    let mut builder = PathBuilder::new();
    for (glyph, x) in glyphs(text, size, weight).0 {
        let mut pen = Pen {
            builder: &mut builder,
            x: start.0 + x,
            y: start.1,
        };
        if let Some(outline) = outlines.get(glyph) {
            let settings = DrawSettings::unhinted(Size::new(size), LocationRef::default());
            // A glyph that cannot be drawn leaves its place empty.
            let _ = outline.draw(settings, &mut pen);
        }
    }
    builder.finish()
}

/// Fonts count upwards from the base line, pictures downwards.
struct Pen<'b> {
    builder: &'b mut PathBuilder,
    x: f32,
    y: f32,
}

impl OutlinePen for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.builder.move_to(self.x + x, self.y - y);
    }
    fn line_to(&mut self, x: f32, y: f32) {
        self.builder.line_to(self.x + x, self.y - y);
    }
    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.builder
            .quad_to(self.x + cx, self.y - cy, self.x + x, self.y - y);
    }
    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.builder.cubic_to(
            self.x + ax,
            self.y - ay,
            self.x + bx,
            self.y - by,
            self.x + x,
            self.y - y,
        );
    }
    fn close(&mut self) {
        self.builder.close();
    }
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
        assert!(outline("  ", 10.0, Weight::Regular, (0.0, 0.0)).is_none());
        let bounds = outline("H", 10.0, Weight::Regular, (5.0, 20.0)).unwrap().bounds();
        assert!(bounds.top() > 10.0 && bounds.bottom() <= 20.0, "{bounds:?}");
    }
}
