//! What a picture is made of, from back to front.

use super::{Rgb, font};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Strong,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Rect {
        at: (f32, f32),
        size: (f32, f32),
        radius: f32,
        fill: Rgb,
        /// What a pointer on it reads.
        title: Option<String>,
    },
    Polygon {
        points: Vec<(f32, f32)>,
        fill: Rgb,
        title: Option<String>,
    },
    Text(Text),
}

/// One line; `at` is its base line's start, middle or end.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub at: (f32, f32),
    pub size: f32,
    pub weight: Weight,
    pub anchor: Anchor,
    pub fill: Rgb,
    pub text: String,
}

impl Text {
    pub fn new(at: (f32, f32), size: f32, fill: Rgb, text: impl Into<String>) -> Self {
        Self {
            at,
            size,
            weight: Weight::Regular,
            anchor: Anchor::Start,
            fill,
            text: text.into(),
        }
    }

    pub fn strong(mut self) -> Self {
        self.weight = Weight::Strong;
        self
    }

    pub fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    /// The text, or as much of it as fits, with a mark where it was cut.
    pub fn within(mut self, width: f32) -> Self {
        if self.width() <= width {
            return self;
        }
        let mut kept: Vec<char> = self.text.chars().collect();
        while kept.pop().is_some() {
            let text: String = kept.iter().collect();
            self.text = format!("{}…", text.trim_end());
            if self.width() <= width {
                break;
            }
        }
        self
    }

    pub fn width(&self) -> f32 {
        font::width(&self.text, self.size, self.weight)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub width: f32,
    pub height: f32,
    /// What the picture shows, in one sentence, for whoever cannot see it.
    pub label: String,
    pub shapes: Vec<Shape>,
}

impl Scene {
    pub fn new(width: f32, height: f32, label: impl Into<String>) -> Self {
        Self {
            width,
            height,
            label: label.into(),
            shapes: Vec::new(),
        }
    }

    pub fn rect(&mut self, at: (f32, f32), size: (f32, f32), radius: f32, fill: Rgb) {
        self.shapes.push(Shape::Rect {
            at,
            size,
            radius,
            fill,
            title: None,
        });
    }

    pub fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }

    /// A card on its paper, with a hairline around it.
    pub fn card(&mut self, paper: &super::Paper) {
        let (width, height) = (self.width, self.height);
        self.rect((0.0, 0.0), (width, height), 12.0, paper.line);
        self.rect((1.0, 1.0), (width - 2.0, height - 2.0), 11.0, paper.surface);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_it_would_not_fit() {
        let text = || {
            Text::new(
                (0.0, 0.0),
                12.0,
                Rgb(0, 0, 0),
                "a model with a name that never seems to end",
            )
        };
        let cut = text().within(100.0);
        assert!(cut.text.ends_with('…'), "{}", cut.text);
        assert!(cut.width() <= 100.0 && cut.width() > 80.0, "{}", cut.width());
        assert_eq!(text().within(1000.0), text());
    }
}
