//! A scene as SVG: no script, no style sheet, nothing loaded from elsewhere.

use std::fmt::Write;

use super::{Anchor, Scene, Shape, Text, Weight};

const FONTS: &str = "'Inter Variable', Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

pub fn render(scene: &Scene) -> String {
    let (width, height) = (number(scene.width), number(scene.height));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{FONTS}\">\n<title>{}</title>\n",
        escaped(&scene.label)
    );
    for shape in &scene.shapes {
        svg += &element(shape);
        svg.push('\n');
    }
    svg + "</svg>\n"
}

fn element(shape: &Shape) -> String {
    match shape {
        Shape::Rect {
            at,
            size,
            radius,
            fill,
            title,
        } => {
            let radius = match radius {
                0.0 => String::new(),
                radius => format!(" rx=\"{}\"", number(*radius)),
            };
            let open = format!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{radius} fill=\"{}\"",
                number(at.0),
                number(at.1),
                number(size.0),
                number(size.1),
                fill.hex()
            );
            closed("rect", open, title.as_deref())
        }
        Shape::Polygon { points, fill, title } => {
            let points: Vec<String> = points
                .iter()
                .map(|(x, y)| format!("{},{}", number(*x), number(*y)))
                .collect();
            // A hairline in its own colour closes the seam to the next face.
            let open = format!(
                "<polygon points=\"{}\" fill=\"{fill}\" stroke=\"{fill}\" stroke-width=\"0.4\"",
                points.join(" "),
                fill = fill.hex()
            );
            closed("polygon", open, title.as_deref())
        }
        Shape::Text(text) => text_element(text),
    }
}

fn closed(name: &str, open: String, title: Option<&str>) -> String {
    match title {
        None => open + "/>",
        Some(title) => format!("{open}><title>{}</title></{name}>", escaped(title)),
    }
}

fn text_element(text: &Text) -> String {
    let mut open = format!(
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"",
        number(text.at.0),
        number(text.at.1),
        number(text.size),
        text.fill.hex()
    );
    if text.weight == Weight::Strong {
        open += " font-weight=\"600\"";
    }
    open += match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    format!("{open}>{}</text>", escaped(&text.text))
}

/// Two decimals are finer than any screen.
fn number(value: f32) -> String {
    let mut text = String::new();
    // Writing into a text cannot fail.
    let _ = write!(text, "{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" => "0".into(),
        text => text.into(),
    }
}

/// Names come from logs; none of them may become markup, and control characters are no XML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter.is_control() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Rgb;

    #[test]
    fn shapes_are_written_from_back_to_front_and_names_are_never_markup() {
        let mut scene = Scene::new(100.0, 50.5, "a <b> & \"c\"\u{7}");
        scene.card(crate::picture::paper::Theme::Light.paper());
        scene.shapes.push(Shape::Polygon {
            points: vec![(0.0, 0.0), (1.005, -0.001), (1.0 / 3.0, 2.0)],
            fill: Rgb(1, 2, 3),
            title: Some("</title><script>".into()),
        });
        scene.text(
            Text::new((1.0, 2.0), 12.0, Rgb(0, 0, 0), "<script>")
                .strong()
                .anchored(Anchor::End),
        );
        insta::assert_snapshot!(render(&scene));
    }
}
