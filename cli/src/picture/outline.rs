//! The outlines of a line of letters, for pixels.

use skrifa::{
    MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
};
use tiny_skia::{Path, PathBuilder};
use usage::picture::{
    Weight,
    font::{font, glyphs},
};

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
    fn what_has_ink_stands_on_its_line() {
        assert!(outline("  ", 10.0, Weight::Regular, (0.0, 0.0)).is_none());
        let bounds = outline("H", 10.0, Weight::Regular, (5.0, 20.0)).unwrap().bounds();
        assert!(bounds.top() > 10.0 && bounds.bottom() <= 20.0, "{bounds:?}");
    }
}
