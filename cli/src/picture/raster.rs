//! A scene as pixels, and those as PNG.

use protocol::{Code, Problem};
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};

use super::{Anchor, Rgb, Scene, Shape, Text, outline};

/// No picture of ours comes near; what would be larger is a mistake.
const PIXELS_MAX: u64 = 100_000_000;

/// The scene at a scale, on nothing: corners outside of a card stay transparent.
pub fn pixels(scene: &Scene, scale: f32) -> Result<Pixmap, Problem> {
    let (width, height) = (length(scene.width, scale), length(scene.height, scale));
    let is_drawable = u64::from(width) * u64::from(height) <= PIXELS_MAX;
    let mut pixmap = is_drawable
        .then(|| Pixmap::new(width, height))
        .flatten()
        .ok_or_else(too_large)?;
    let transform = Transform::from_scale(scale, scale);
    for shape in &scene.shapes {
        if let Some((path, fill)) = path(shape) {
            let mut paint = Paint::default();
            paint.set_color(Color::from_rgba8(fill.0, fill.1, fill.2, u8::MAX));
            pixmap.fill_path(&path, &paint, FillRule::Winding, transform, None);
        }
    }
    Ok(pixmap)
}

pub fn png(scene: &Scene, scale: f32) -> Result<Vec<u8>, Problem> {
    pixels(scene, scale)?.encode_png().map_err(|_| too_large())
}

fn too_large() -> Problem {
    Problem::new(Code::InvalidRequest, "That picture would be too large for a PNG.")
        .with_hint("Ask for fewer years, or for --svg.")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a picture's length is positive and checked against a limit"
)]
fn length(length: f32, scale: f32) -> u32 {
    (length * scale).ceil().max(1.0) as u32
}

fn path(shape: &Shape) -> Option<(Path, Rgb)> {
    match shape {
        Shape::Rect {
            at,
            size,
            radius,
            fill,
            ..
        } => Some((rect(*at, *size, *radius)?, *fill)),
        Shape::Polygon { points, fill, .. } => {
            let mut builder = PathBuilder::new();
            let (first, rest) = points.split_first()?;
            builder.move_to(first.0, first.1);
            rest.iter().for_each(|(x, y)| builder.line_to(*x, *y));
            builder.close();
            Some((builder.finish()?, *fill))
        }
        Shape::Text(text) => Some((lettering(text)?, text.fill)),
    }
}

fn lettering(text: &Text) -> Option<Path> {
    let back = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => text.width() / 2.0,
        Anchor::End => text.width(),
    };
    outline::outline(&text.text, text.size, text.weight, (text.at.0 - back, text.at.1))
}

fn rect(at: (f32, f32), size: (f32, f32), radius: f32) -> Option<Path> {
    let rect = Rect::from_xywh(at.0, at.1, size.0, size.1)?;
    let radius = radius.min(size.0 / 2.0).min(size.1 / 2.0);
    if radius <= 0.0 {
        return Some(PathBuilder::from_rect(rect));
    }
    // How far a cubic's control points lie from its ends to look like a quarter of a circle.
    let soft = radius * 0.552_284_8;
    let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let mut builder = PathBuilder::new();
    builder.move_to(left + radius, top);
    builder.line_to(right - radius, top);
    builder.cubic_to(
        right - radius + soft,
        top,
        right,
        top + radius - soft,
        right,
        top + radius,
    );
    builder.line_to(right, bottom - radius);
    builder.cubic_to(
        right,
        bottom - radius + soft,
        right - radius + soft,
        bottom,
        right - radius,
        bottom,
    );
    builder.line_to(left + radius, bottom);
    builder.cubic_to(
        left + radius - soft,
        bottom,
        left,
        bottom - radius + soft,
        left,
        bottom - radius,
    );
    builder.line_to(left, top + radius);
    builder.cubic_to(
        left,
        top + radius - soft,
        left + radius - soft,
        top,
        left + radius,
        top,
    );
    builder.close();
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(pixmap: &Pixmap, x: u32, y: u32) -> (u8, u8, u8, u8) {
        let color = pixmap.pixel(x, y).unwrap().demultiply();
        (color.red(), color.green(), color.blue(), color.alpha())
    }

    #[test]
    fn what_is_in_front_covers_what_is_behind_at_any_scale() {
        let mut scene = Scene::new(20.0, 10.0, "test");
        scene.rect((0.0, 0.0), (20.0, 10.0), 4.0, Rgb(200, 0, 0));
        scene.rect((10.0, 2.0), (5.0, 5.0), 0.0, Rgb(0, 0, 200));
        for scale in [1.0, 2.0, 3.0] {
            let pixmap = pixels(&scene, scale).unwrap();
            let at = |x: u32, y: u32| pixel(&pixmap, x * (pixmap.width() / 20), y * (pixmap.height() / 10));
            assert_eq!(at(5, 5), (200, 0, 0, 255));
            assert_eq!(at(12, 4), (0, 0, 200, 255));
            assert_eq!(at(0, 0).3, 0, "the corner is round");
        }
        let png = png(&scene, 2.0).unwrap();
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(png[16..24], [0, 0, 0, 40, 0, 0, 0, 20], "its size is in its head");
    }

    #[test]
    fn a_picture_without_end_is_refused() {
        let scene = Scene::new(100_000.0, 100_000.0, "test");
        assert_eq!(pixels(&scene, 1.0).unwrap_err().code, Code::InvalidRequest);
    }
}
